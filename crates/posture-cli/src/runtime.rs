//! The runtimes that commands do asynchronous work on.

use std::io;

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};

/// How many files a command opens at least, besides its input and output: a runtime, and a store or a listener. A runtime without them
/// panics, and a store says that it cannot be opened.
const FILES_NEEDED: usize = 16;

/// A runtime with a thread for each processor.
pub(crate) fn multi_thread() -> anyhow::Result<Runtime> {
    started(&mut Builder::new_multi_thread())
}

/// A runtime with one thread of its own.
pub(crate) fn one_thread() -> anyhow::Result<Runtime> {
    started(Builder::new_multi_thread().worker_threads(1))
}

/// A runtime on the caller's thread.
pub(crate) fn current_thread() -> anyhow::Result<Runtime> {
    started(&mut Builder::new_current_thread())
}

fn started(builder: &mut Builder) -> anyhow::Result<Runtime> {
    check_open_files()?;
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
