//! A workspace's version and head, without reading items.

use std::sync::Arc;

use posture_core::policy::{Frame, Policy};
use posture_core::reading::snapshot::{SNAPSHOT_FORMAT, SNAPSHOT_VERSION};
use posture_core::{Id, Timestamp};
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::session::{Session, failed};
use crate::sources::ids::{number, numbers, only};
use crate::sources::{EvidenceVersion, Query, SourceError};

/// How far `exported_at` may be behind the database's clock, in seconds. Within it, unchanged evidence is the same export.
///
/// Not more than the default clock skew, so that no fact seems to be in the future.
const STEP_SECONDS: i64 = 300;

/// The exporter that snapshots name.
const EXPORTER: &str = concat!("posture ", env!("CARGO_PKG_VERSION"));

/// The version by the table of changes, and by the records.
const BY_CHANGES: &str = include_str!("version_by_changes.sql");
const BY_RECORDS: &str = include_str!("version.sql");

/// A workspace as seen by a transaction.
pub(super) struct State {
    pub(super) evidence_version: EvidenceVersion,
    /// The snapshot document without its tenants.
    pub(super) head: String,
    /// The policy and instant to judge its tenants by.
    pub(super) frame: Frame,
    /// The instant of the export, in full precision.
    pub(super) exported_at: String,
}

impl State {
    pub(super) async fn read(session: &mut Session, query: &Query) -> Result<Self, SourceError> {
        let external_id = query.extent.only();
        let mut row = None;
        if session.has_changes {
            row = Some(version(session, BY_CHANGES, query, external_id).await?);
        }
        // Changes that the table of changes would not notice are noticed by the records.
        let row = match row {
            Some(row) if is_known(&row)? => row,
            Some(_) | None => version(session, BY_RECORDS, query, external_id).await?,
        };
        let archived_at: Option<String> = row.try_get("archived_at").map_err(failed)?;
        if let Some(at) = archived_at {
            return Err(SourceError::Refused(archived(&at)));
        }
        let (tenants, versions): (i64, String) =
            (row.try_get("tenants").map_err(failed)?, row.try_get("versions").map_err(failed)?);
        if external_id.is_some() && tenants == 0 {
            return Err(SourceError::UnknownTenant);
        }
        let (workspace, latest): (String, Option<String>) =
            (row.try_get("workspace").map_err(failed)?, row.try_get("latest").map_err(failed)?);
        // Rows whose changes cannot be noticed may have changed since any other instant, so no copy of another instant is current.
        let versions =
            if is_known(&row)? { versions } else { format!("{versions} {}", session.instant.text) };
        Ok(Self::new(query.workspace, &workspace, &versions, latest, step(session.instant.at)))
    }

    fn new(id: Id, workspace: &str, versions: &str, latest: Option<String>, step: Timestamp) -> Self {
        let latest = latest.and_then(|text| Some((Timestamp::parse(&text)?, text)));
        let (instant, exported_at) =
            latest.filter(|(at, _)| *at > step).unwrap_or_else(|| (step, step.to_string()));
        let head = format!(
            r#"{{"format":"{SNAPSHOT_FORMAT}","version":{SNAPSHOT_VERSION},"exported_at":"{exported_at}","exporter":"{EXPORTER}","workspace":{workspace}}}"#
        );
        let version = Sha256::new()
            .chain_update(EXPORTER)
            .chain_update(&exported_at)
            .chain_update(" ")
            .chain_update(versions);
        Self {
            evidence_version: EvidenceVersion(hex::encode(version.finalize())),
            head,
            frame: Frame {
                as_of: instant,
                exported_at: instant,
                since: None,
                policy: Arc::new(Policy::default()),
                workspace_id: id,
            },
            exported_at,
        }
    }
}

/// A query's version by one of the statements.
async fn version(
    session: &mut Session,
    statement: &'static str,
    query: &Query,
    external_id: Option<&str>,
) -> Result<PgRow, SourceError> {
    let asked = sqlx::query(statement)
        .bind(number(query.workspace))
        .bind(only(&query.tenants).map(numbers))
        .bind(external_id)
        .bind(session.instant.text.clone());
    session.rows(asked).await?.pop().ok_or(SourceError::UnknownWorkspace)
}

/// Whether every change would give another version.
fn is_known(row: &PgRow) -> Result<bool, SourceError> {
    row.try_get("is_known").map_err(failed)
}

/// The last full step at or before an instant.
pub(super) fn step(instant: Timestamp) -> Timestamp {
    let seconds = instant.unix_seconds();
    Timestamp::from_unix_seconds(seconds - seconds.rem_euclid(STEP_SECONDS)).unwrap_or(instant)
}

/// Why an archived workspace is not served.
pub(super) fn archived(at: &str) -> String {
    format!("The workspace was archived at {at}. Archived workspaces are not evaluated.")
}
