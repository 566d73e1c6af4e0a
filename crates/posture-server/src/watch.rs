//! A look at every workspace of a source as it is now, for notifications.

use std::sync::Arc;

use posture_core::{Id, Options, Report, Timestamp, words};

use crate::document::{self, exported_at};
use crate::sources::{EvidenceSource, Extent, Query, Reach, SourceError, TenantScope};
use crate::work::{Lane, Pool};

/// What a look found.
#[derive(Debug)]
pub enum Sight {
    /// A workspace, judged now.
    Workspace(Box<Report>),
    /// Evidence that cannot be read.
    Unreadable {
        /// What it is called, such as by its file's name.
        source: String,
        /// The workspace that it names, if that much can be read.
        workspace: Option<Id>,
        /// Why.
        why: String,
    },
}

/// The name of the source of evidence if nothing of it can be read.
const SOURCE: &str = "the source of evidence";

/// Looks at every workspace, one at a time, and hands over what it finds. Fails only if the source is busy or starting; then nothing is
/// known, and the look is repeated later.
pub async fn look(
    source: &Arc<dyn EvidenceSource>,
    pool: &Pool,
    now: Timestamp,
    mut found: impl FnMut(Sight) + Send,
) -> Result<(), SourceError> {
    let listed = match source.workspaces(&Reach::Everything).await {
        Ok(listed) => listed,
        Err(error) => return report_unreadable(SOURCE.to_owned(), None, error, &mut found),
    };
    for listing in listed {
        if let Some(why) = listing.refusal {
            let shared = listing.workspace_id.filter(|_| listing.is_shared_source);
            let source = shared.map_or(listing.source.clone(), |id| words::source_of(&listing.source, id));
            found(Sight::Unreadable { source, workspace: listing.workspace_id, why });
        }
        let Some(served) = listing.served else { continue };
        let query = Query { workspace: served.workspace.id, tenants: TenantScope::All, extent: Extent::Slim };
        match judge(source, pool, &query, now).await {
            Ok(report) => found(Sight::Workspace(Box::new(report))),
            // It was removed since it was listed.
            Err(SourceError::UnknownWorkspace) => {}
            Err(error) => {
                report_unreadable(served.workspace.name, Some(query.workspace), error, &mut found)?;
            }
        }
    }
    Ok(())
}

async fn judge(
    source: &Arc<dyn EvidenceSource>,
    pool: &Pool,
    query: &Query,
    now: Timestamp,
) -> Result<Report, SourceError> {
    let place = pool.place(Lane::Background, query.workspace, None).ok_or(SourceError::Busy)?;
    let permit = place.turn().await;
    let evidence = source.open(query).await?;
    let as_of = Some(now).max(exported_at(&evidence.head));
    let options = Options { as_of: as_of.map(|at| at.to_string()), ..Options::default() };
    let (report, bytes) = document::report(evidence, options, permit).await.map_err(|error| match error {
        document::ReportError::Source(error) => error,
        document::ReportError::Derive(error) => SourceError::Refused(error.to_string()),
    })?;
    pool.learn(Lane::Background, query.workspace, bytes);
    Ok(report)
}

fn report_unreadable(
    source: String,
    workspace: Option<Id>,
    error: SourceError,
    found: &mut impl FnMut(Sight),
) -> Result<(), SourceError> {
    if matches!(error, SourceError::Busy | SourceError::Starting(_)) {
        return Err(error);
    }
    // What failed inside is for the log, not for a message.
    tracing::error!(%error, source, "failed to look at evidence for notifications");
    found(Sight::Unreadable { source, workspace, why: error.to_string() });
    Ok(())
}
