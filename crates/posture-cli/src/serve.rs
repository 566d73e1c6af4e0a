//! `posture serve`.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use posture_server::access::Access;
use posture_server::http::serve;
use posture_server::http::serve::{Deadlines, Transport};
use posture_server::sources::EvidenceSource;
use posture_server::sources::files::FileOptions;
use posture_server::sources::postgres::PostgresReviews;
use posture_server::sources::reviews::ReviewStore;
use posture_server::sources::sqlite::{SqliteReviews, has_several_names};
use posture_server::sources::with_policy::WithPolicy;
use posture_server::{AppState, MetricsOptions, NotificationMetrics, Routers, SPOOL_BYTES, clock, routers};
use tokio::sync::watch;
use tracing::Level;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::failure::Failure;
use crate::log_lines::{LogLines, PatientStderr};
use crate::notify::{self, NotifySettings};
use crate::output::to_stdout;
use crate::policy_file;
use crate::runtime;
use crate::settings::{LogFormat, ServeArgs, Settings};
use crate::text;

pub(crate) fn run(args: ServeArgs) -> Result<ExitCode, Failure> {
    let settings = Settings::new(args)?;
    let runtime = runtime::multi_thread()?;
    log_to_stderr(&settings)?;
    let served = runtime.block_on(listen_and_serve(settings));
    // Threads may still be in a file system that does not answer, or in work that nobody needs any more.
    runtime.shutdown_background();
    served?;
    Ok(ExitCode::SUCCESS)
}

fn log_to_stderr(settings: &Settings) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        anyhow!("Failed to use the log filter {:?}: {error}. {}", settings.log, text::LOG_FILTER)
    })?;
    // What libraries log below `info` has secrets: tokens, keys, the addresses of webhooks.
    let without_secrets = filter_fn(|event| is_ours(event.target()) || *event.level() <= Level::INFO);
    let filter = filter.and(without_secrets);
    let stderr = PatientStderr::new().context("Failed to start the log")?;
    let registry = tracing_subscriber::registry();
    let lines = tracing_subscriber::fmt::layer();
    match settings.log_format {
        LogFormat::Text => {
            // Colours would be escaped, too.
            let lines = lines.with_ansi(false).with_writer(move || LogLines(stderr.clone()));
            registry.with(lines.with_filter(filter)).init();
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_writer(move || stderr.clone());
            registry.with(lines.with_filter(filter)).init();
        }
    }
    Ok(())
}

fn is_ours(target: &str) -> bool {
    target.starts_with("posture")
}

/// Opens the source of evidence, after the first gathering if there is one.
async fn open(settings: &Settings) -> Result<Arc<dyn EvidenceSource>, Failure> {
    if let Some(gather) = settings.gather.clone() {
        gather.clone().first().await?;
        gather.start()?;
    }
    let files = FileOptions {
        allow_replacement: settings.allow_replacement,
        limits: settings.document_limits(),
        space: settings.spool_space(u64::MAX),
        ..FileOptions::default()
    };
    let source = settings.source.clone().open(files, settings.database_connections).await?;
    let Some(path) = settings.policy.clone() else { return Ok(source) };
    // It may be a pipe that nobody writes to, which must not keep the process from ending.
    let read = tokio::task::spawn_blocking(move || policy_file::read(&path.to_string_lossy()));
    let policy = read.await??;
    for warning in policy.warnings {
        tracing::warn!("{warning}");
    }
    Ok(Arc::new(WithPolicy::new(source, &policy.json)?))
}

/// Opens the place where marks on attention items are kept, if there is one.
async fn open_reviews(settings: &Settings) -> Result<Option<Arc<dyn ReviewStore>>, Failure> {
    if let Some(url) = settings.reviews_database_url.clone() {
        let reviews = tokio::task::spawn_blocking(move || PostgresReviews::new(&url));
        return Ok(Some(Arc::new(reviews.await??)));
    }
    let Some(store) = settings.source.store_path() else { return Ok(None) };
    if has_several_names(&store) {
        tracing::warn!("{}", text::several_names(&store));
    }
    match SqliteReviews::open(&store).await {
        Ok(reviews) => Ok(Some(Arc::new(reviews))),
        Err(error) => {
            tracing::warn!(%error, "items cannot be marked as known");
            Ok(None)
        }
    }
}

async fn listen_and_serve(settings: Settings) -> Result<(), Failure> {
    let access = settings.access()?;
    let certificates = settings.certificates()?;
    let transport = if certificates.is_some() { Transport::Tls } else { Transport::Plain };
    let listener = serve::bind(settings.listen, &access, transport).await?;
    let metrics_listener = match settings.metrics_listen {
        Some(address) => Some(serve::bind_metrics(address, &settings.metrics_from).await?),
        None => None,
    };
    let mut end = Box::pin(end_signal()?);
    let source = tokio::select! {
        source = open(&settings) => source?,
        // A file system that does not answer must not keep the process from ending.
        () = &mut end => return Ok(()),
    };
    let notifier = settings.notify.as_ref().map(NotifySettings::open).transpose()?;
    let site = settings.notify.as_ref().and_then(|notify| notify.site.clone());
    let address = listener.local_addr().context("Failed to get the address")?;
    // If stderr is closed, nobody reads it.
    let _unheard = io::stderr().write_all(settings.printed()?.as_bytes());
    if let Access::SignIn(access) = &access {
        let sign_in = Arc::clone(&access.sign_in);
        // A provider that is not available yet is logged; sign-in asks it again.
        tokio::spawn(async move {
            if let Some(now) = clock::now() {
                let _logged = sign_in.check(now).await;
            }
        });
    }
    let mut state = AppState::local(Arc::clone(&source));
    state.reviews = tokio::select! {
        reviews = open_reviews(&settings) => reviews?,
        () = &mut end => return Ok(()),
    };
    state.access = access;
    state.concurrency =
        usize::try_from(settings.concurrency.get()).context("Failed to read the concurrency")?;
    state.answer_timeout = Duration::from_secs(settings.answer_timeout.get().into());
    state.audit = settings.audit_log()?;
    state.space = settings.spool_space(SPOOL_BYTES);
    state.metrics = MetricsOptions {
        by_tenant: settings.metrics_tenants,
        by_group: settings.metrics_groups,
        interval_seconds: settings.metrics_interval.get(),
    };
    let notification_metrics = notifier.as_ref().map(|_| Arc::new(NotificationMetrics::default()));
    state.notifications.clone_from(&notification_metrics);
    state.metrics_from = settings.metrics_from;
    state.metrics_hosts = settings.metrics_host;
    let scheme = if transport == Transport::Tls { "https" } else { "http" };
    let pool = Arc::clone(&state.pool);
    let Routers { main, metrics } = routers(state);
    to_stdout(|out| Ok(writeln!(out, "listening on {scheme}://{address}")?))?;
    let (ending, ended) = watch::channel(false);
    let until_end = |mut ended: watch::Receiver<bool>| async move {
        // A dropped sender means the end too.
        let _ended = ended.wait_for(|is_ending| *is_ending).await;
    };
    let deadlines = Deadlines::default();
    let metrics = metrics_listener.map(|listener| {
        // Beyond loopback, metrics are encrypted too if there is a certificate.
        let is_loopback = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
        let certificates = certificates.clone().filter(|_| !is_loopback);
        tokio::spawn(serve::serve(listener, metrics, certificates, deadlines, until_end(ended.clone())))
    });
    let notifications = notifier
        .zip(notification_metrics)
        .map(|(notifier, metrics)| notify::start(notifier, (source, pool), site, metrics, ended.clone()));
    tokio::spawn(async move {
        end.await;
        ending.send_replace(true);
    });
    serve::serve(listener, main, certificates, deadlines, until_end(ended))
        .await
        .context("Failed to serve")?;
    if let Some(notifications) = notifications {
        // A message that is being sent waits in the state file, and is sent after the next start.
        notifications.abort();
    }
    if let Some(metrics) = metrics {
        metrics.await?.context("Failed to serve metrics")?;
    }
    Ok(())
}

/// Completes when the process is asked to stop, by a signal or from the keyboard.
#[cfg(unix)]
fn end_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("Failed to watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("Failed to watch for ctrl-c")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Completes when the process is asked to stop, from the keyboard or because the system shuts down.
#[cfg(windows)]
fn end_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
    let mut interrupt = ctrl_c().context("Failed to watch for ctrl-c")?;
    let mut close = ctrl_close().context("Failed to watch for the end of the console")?;
    let mut shutdown = ctrl_shutdown().context("Failed to watch for shutdown")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        }
    })
}
