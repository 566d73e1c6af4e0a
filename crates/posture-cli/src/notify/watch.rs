//! Notifications while `posture serve` runs.

use std::sync::Arc;
use std::time::Duration;

use posture_core::Timestamp;
use posture_core::notify::round::{Outcome, Round};
use posture_notify::notifier::{Delivery, Notifier};
use posture_server::sources::EvidenceSource;
use posture_server::watch::{Sight, look};
use posture_server::{Backlog, NotificationMetrics, Pool};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinError};

use crate::clock::now;

/// The time from one check of the evidence to the next.
const EVERY: Duration = Duration::from_secs(60);

/// Checks the evidence and sends what is news, until the end or until it is aborted. If it ends early, the log says so.
pub(crate) fn start(
    notifier: Notifier,
    source: (Arc<dyn EvidenceSource>, Arc<Pool>),
    site: Option<String>,
    metrics: Arc<NotificationMetrics>,
    ended: watch::Receiver<bool>,
) -> AbortHandle {
    let watching = tokio::spawn(watch(notifier, source, site, metrics, ended));
    let handle = watching.abort_handle();
    tokio::spawn(async move {
        if let Err(error) = watching.await.and_then(|watched| watched)
            && !error.is_cancelled()
        {
            tracing::error!(%error, "notifications have stopped; restart posture to send what waits");
        }
    });
    handle
}

/// A failure is logged, and what could not be sent is tried again. Fails only by a panic.
async fn watch(
    mut notifier: Notifier,
    (source, pool): (Arc<dyn EvidenceSource>, Arc<Pool>),
    site: Option<String>,
    metrics: Arc<NotificationMetrics>,
    mut ended: watch::Receiver<bool>,
) -> Result<(), JoinError> {
    loop {
        if let Ok(now) = now() {
            if notifier.is_due(now)
                && let Some(outcome) = outcome(&notifier, &source, &pool, site.as_deref(), now).await
            {
                match notifier.take(outcome, now) {
                    Ok(()) => metrics.looked(now),
                    Err(error) => tracing::error!(%error, "failed to queue a notification"),
                }
            }
            // Sending may take long, and must not hold up the server.
            let sent = tokio::task::spawn_blocking(move || {
                let deliveries = notifier.deliver(now);
                (notifier, deliveries)
            });
            let (back, deliveries) = sent.await?;
            notifier = back;
            match deliveries {
                Ok(deliveries) => {
                    for delivery in &deliveries {
                        log(delivery);
                        if matches!(delivery, Delivery::GivenUp { .. }) {
                            metrics.gave_up();
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "failed to send notifications"),
            }
            let backlogs = notifier.backlogs().map(|(target, waiting, oldest)| Backlog {
                target: target.to_owned(),
                waiting,
                oldest,
            });
            metrics.waiting(backlogs.collect());
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            // A dropped sender means the end too.
            _ = ended.wait_for(|is_ending| *is_ending) => return Ok(()),
        }
    }
}

async fn outcome(
    notifier: &Notifier,
    source: &Arc<dyn EvidenceSource>,
    pool: &Pool,
    site: Option<&str>,
    now: Timestamp,
) -> Option<Outcome> {
    let mut round = Round::new(notifier.announced(), site, now);
    let looked = look(source, pool, now, |sight| match sight {
        Sight::Workspace(report) => round.add(&report),
        Sight::Unreadable { source, workspace, why } => round.add_unreadable(&source, workspace, &why),
    });
    match looked.await {
        Ok(()) => Some(round.finish()),
        Err(error) => {
            tracing::warn!(%error, "the evidence was not checked for news");
            None
        }
    }
}

fn log(delivery: &Delivery) {
    match delivery {
        Delivery::Delivered { target, id } => tracing::info!(target, id, "a notification was delivered"),
        Delivery::Failed { target, id, why } => {
            tracing::warn!(target, id, why, "a notification could not be delivered yet");
        }
        Delivery::GivenUp { target, id } => tracing::error!(target, id, "a notification was given up"),
    }
}
