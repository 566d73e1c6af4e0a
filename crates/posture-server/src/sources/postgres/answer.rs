//! A workspace's tenants from their rows.

use std::time::Duration;

use futures_util::stream::TryStreamExt as _;
use posture_core::export::slim::Slimmer;
use posture_core::reading::refusal::Position;
use posture_core::{Refusal, TenantText, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use tokio::time::timeout;

use super::options::PostgresOptions;
use super::rows::tenant_text;
use super::session::{Session, failed};
use super::state::State;
use crate::sources::ids::{number, numbers, only};
use crate::sources::slimming::since;
use crate::sources::tenant_stream::{ReaderGone, TenantSender, tenant_stream};
use crate::sources::{Evidence, Extent, Query, SourceError};

/// The tenants with their records, which are looked up by tenant or, if other servers may hold some, by batches of tenants.
const BY_TENANT: &str = include_str!("tenants.sql");
const BY_BATCH: &str = include_str!("tenants_by_batch.sql");

/// Starts to stream a workspace's tenants.
pub(super) async fn open(
    mut session: Session,
    state: State,
    query: Query,
    options: PostgresOptions,
) -> Result<Evidence, SourceError> {
    let (sender, receiver) = tenant_stream(options.stall);
    let (evidence_version, head, since) =
        (state.evidence_version.clone(), state.head.clone(), since(&query.extent, &state.frame)?);
    tokio::spawn(async move {
        let outcome = match send(&mut session, &state, &query, &sender, options.silence).await {
            Ok(Ok(())) => session.end().await.map(Ok),
            other => other,
        };
        sender.end(outcome).await;
    });
    Ok(Evidence { version: evidence_version, head, since, tenants: receiver.tenants().await? })
}

async fn send(
    session: &mut Session,
    state: &State,
    query: &Query,
    sender: &TenantSender,
    silence: Duration,
) -> Result<Result<(), ReaderGone>, SourceError> {
    let (external_id, as_of, has_all_items) = match &query.extent {
        Extent::Slim => (None, None, false),
        Extent::SlimSince(_) | Extent::Whole => (None, None, true),
        Extent::Verdicts(as_of) => (None, *as_of, false),
        Extent::Tenant(external_id) => (Some(external_id.as_str()), None, true),
    };
    let earlier = as_of.filter(|at| *at < state.frame.exported_at).map(in_microseconds);
    if session.is_divided {
        session.run("SET LOCAL enable_nestloop = off").await?;
    }
    let asked = sqlx::query(if session.is_divided { BY_BATCH } else { BY_TENANT })
        .bind(number(query.workspace))
        .bind(only(&query.tenants).map(numbers))
        .bind(external_id)
        .bind(earlier.as_deref().unwrap_or(&state.exported_at))
        .bind(state.frame.policy.clock_skew_seconds.cast_signed())
        .bind(has_all_items);
    let mut rows = session.stream(asked);
    let mut slimmer = since(&query.extent, &state.frame)?.map(Slimmer::since);
    let mut index = 0;
    while let Some(row) =
        timeout(silence, rows.try_next()).await.map_err(SourceError::failed)?.map_err(failed)?
    {
        let mut text = text_of(&row).map_err(failed)?;
        if let Some(slimmer) = &mut slimmer {
            let whole = TenantText { index, bytes: text.into(), position: Position::START };
            text = slimmer.tenant(&whole, &state.frame).map_err(refused)?.text.into_bytes();
        }
        if let Err(gone) = sender.tenant(text).await {
            return Ok(Err(gone));
        }
        index += 1;
    }
    Ok(Ok(()))
}

/// An instant as PostgreSQL can read it, which would round nanoseconds up to an instant that is still to come.
fn in_microseconds(at: Timestamp) -> String {
    let text = at.exact();
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{whole}.{:.6}Z", fraction.trim_end_matches('Z')),
        None => text,
    }
}

fn text_of(row: &PgRow) -> Result<Vec<u8>, sqlx::Error> {
    let collections = [
        ("backup_sets", row.try_get("backup_sets")?),
        ("backup_schedules", row.try_get("backup_schedules")?),
        ("restore_runs", row.try_get("restore_runs")?),
    ];
    Ok(tenant_text(row.try_get("tenant")?, collections))
}

fn refused(refusal: Refusal) -> SourceError {
    SourceError::Refused(format!("A tenant's rows are not a valid snapshot: {refusal}"))
}
