//! A look at every workspace of a source as it is now, for notifications.

use std::sync::Arc;

use posture_core::{Options, Report, Timestamp};

use crate::document::{self, exported_at};
use crate::sources::{EvidenceSource, Extent, Query, Reach, SourceError, TenantScope};

/// What a look found.
#[derive(Debug)]
pub enum Sight {
    /// A workspace, judged now.
    Workspace(Box<Report>),
    /// Evidence that cannot be read.
    Unreadable {
        /// Its source, such as a file name.
        source: String,
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
    now: Timestamp,
    mut found: impl FnMut(Sight) + Send,
) -> Result<(), SourceError> {
    let listed = match source.workspaces(&Reach::Everything).await {
        Ok(listed) => listed,
        Err(error) => return report_unreadable(SOURCE.to_owned(), error, &mut found),
    };
    for listing in listed {
        if let Some(why) = listing.refusal {
            found(Sight::Unreadable { source: listing.source.clone(), why });
        }
        let Some(served) = listing.served else { continue };
        let query = Query { workspace: served.workspace.id, tenants: TenantScope::All, extent: Extent::Slim };
        match judge(source, &query, now).await {
            Ok(report) => found(Sight::Workspace(Box::new(report))),
            // It was removed since it was listed.
            Err(SourceError::UnknownWorkspace) => {}
            Err(error) => report_unreadable(served.workspace.name, error, &mut found)?,
        }
    }
    Ok(())
}

async fn judge(
    source: &Arc<dyn EvidenceSource>,
    query: &Query,
    now: Timestamp,
) -> Result<Report, SourceError> {
    let evidence = source.open(query).await?;
    let as_of = Some(now).max(exported_at(&evidence.head));
    let options = Options { as_of: as_of.map(|at| at.to_string()), ..Options::default() };
    document::report(evidence, options, ()).await.map_err(|error| match error {
        document::ReportError::Source(error) => error,
        document::ReportError::Derive(error) => SourceError::Refused(error.to_string()),
    })
}

fn report_unreadable(
    source: String,
    error: SourceError,
    found: &mut impl FnMut(Sight),
) -> Result<(), SourceError> {
    if matches!(error, SourceError::Busy | SourceError::Starting(_)) {
        return Err(error);
    }
    // What failed inside is for the log, not for a message.
    tracing::error!(%error, source, "failed to look at evidence for notifications");
    found(Sight::Unreadable { source, why: error.to_string() });
    Ok(())
}
