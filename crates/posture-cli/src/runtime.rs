//! The runtimes that commands do asynchronous work on.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};

/// How many files a command opens at least, besides its input and output: a runtime, and a store or a listener. A runtime without them
/// panics, and a store says that it cannot be opened.
const FILES_NEEDED: usize = 16;

/// How many threads a command starts at least, besides those of its runtime: for a store, and for what is written meanwhile.
const THREADS_NEEDED: usize = 2;

/// A runtime with a thread for each processor. Their number is stated, because what `TOKIO_WORKER_THREADS` says may be no number.
pub(crate) fn multi_thread() -> anyhow::Result<Runtime> {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    started(Builder::new_multi_thread().worker_threads(processors), processors)
}

/// A runtime with one thread of its own.
pub(crate) fn one_thread() -> anyhow::Result<Runtime> {
    started(Builder::new_multi_thread().worker_threads(1), 1)
}

/// A runtime on the caller's thread.
pub(crate) fn current_thread() -> anyhow::Result<Runtime> {
    started(&mut Builder::new_current_thread(), 0)
}

fn started(builder: &mut Builder, workers: usize) -> anyhow::Result<Runtime> {
    check_open_files()?;
    check_threads(workers + THREADS_NEEDED)?;
    let runtime = builder.enable_all().build().context("Failed to start the runtime")?;
    outlive_file_sizes(&runtime)?;
    Ok(runtime)
}

/// Makes a write beyond the limit of a file's size (`ulimit -f`) fail like one to a full disk: a store, a log or a file in the temporary
/// folder may reach it. Unless the signal is watched for, it ends the process.
#[cfg(target_os = "linux")]
fn outlive_file_sizes(runtime: &Runtime) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let _entered = runtime.enter();
    // It stays watched for after the listener is dropped.
    let signal = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()));
    signal.map(drop).context("Failed to watch for SIGXFSZ")
}

#[cfg(not(target_os = "linux"))]
fn outlive_file_sizes(_runtime: &Runtime) -> anyhow::Result<()> {
    Ok(())
}

/// Checks that files can be opened, by opening them: the limit says nothing of the files that are open already.
#[cfg(unix)]
fn check_open_files() -> anyhow::Result<()> {
    use std::os::fd::AsFd as _;
    let mut open = Vec::new();
    while open.len() < FILES_NEEDED {
        match io::stdin().as_fd().try_clone_to_owned() {
            Ok(file) => open.push(file),
            Err(error) => anyhow::bail!(
                "Failed to start: {FILES_NEEDED} more files have to be opened, and only {} can be: {error}. \
                 Raise the limit of open files, such as by `ulimit -n 1024` in the shell \
                 or LimitNOFILE=1024 in the unit.",
                open.len()
            ),
        }
    }
    Ok(())
}

/// Other systems have no such limit.
#[cfg(not(unix))]
fn check_open_files() -> anyhow::Result<()> {
    Ok(())
}

/// Checks that threads can be started, by starting them: a runtime without one panics.
fn check_threads(needed: usize) -> anyhow::Result<()> {
    let gate = Mutex::new(());
    let mut count = 0;
    let started = thread::scope(|scope| {
        let _closed = gate.lock();
        while count < needed {
            thread::Builder::new().spawn_scoped(scope, || drop(gate.lock()))?;
            count += 1;
        }
        Ok::<_, io::Error>(())
    });
    started.map_err(|error| {
        let remedy = match std::env::var_os("RUST_MIN_STACK") {
            Some(_) => "Remove RUST_MIN_STACK from the environment: it states the memory of each thread.",
            None => "Raise the limit of processes, such as by `ulimit -u` in the shell or TasksMax in the unit.",
        };
        anyhow::anyhow!(
            "Failed to start: {needed} more threads are needed, and only {count} can be started: {error}. {remedy}"
        )
    })
}
