//! `posture serve`.

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use posture_server::{AppState, router, serve};
use tracing_subscriber::EnvFilter;

use crate::failure::Failure;
use crate::output::to_stdout;
use crate::sources::SourceArgs;

#[derive(Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Address of this machine to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// What to log to stderr, such as `info` or `posture_server=debug`.
    #[arg(long, default_value = "warn", value_name = "FILTER", env = "POSTURE_LOG")]
    log: String,
}

pub(crate) fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    let filter = EnvFilter::try_new(&args.log).with_context(|| format!("reading the log filter {:?}", args.log))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(listen_and_serve(args))?;
    Ok(ExitCode::SUCCESS)
}

async fn listen_and_serve(args: ServeArgs) -> Result<(), Failure> {
    let listener = serve::bind(args.listen).await?;
    let end = end_signal()?;
    let source = args.source.open().await?;
    let address = listener.local_addr().context("asking for the address")?;
    to_stdout(|out| Ok(writeln!(out, "listening on http://{address}")?))?;
    serve::serve(listener, router(AppState { source }), end).await.context("serving")?;
    Ok(())
}

/// Completes when the process is asked to end, by a signal or from the keyboard.
fn end_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("watching for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("watching for ctrl-c")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
