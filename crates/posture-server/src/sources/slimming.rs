//! Slims evidence as it is streamed, for verdicts from an instant on.

use futures_util::stream::StreamExt as _;
use posture_core::export::slim::{Slimmer, slim_since};
use posture_core::policy::Frame;
use posture_core::reading::refusal::Position;
use posture_core::{TenantText, Timestamp};

use super::{Evidence, Extent, SourceError};

/// The instant from which on the answer to a query serves; `None` if it is not slimmed. Fails if it is after the export.
pub(super) fn since(extent: &Extent, frame: &Frame) -> Result<Option<Timestamp>, SourceError> {
    let asked = match extent {
        Extent::Slim => None,
        Extent::SlimSince(since) => Some(*since),
        Extent::Verdicts(_) | Extent::Whole | Extent::Tenant(_) => return Ok(None),
    };
    slim_since(frame, asked).map(Some).map_err(|refusal| SourceError::unsuitable(&refusal))
}

/// Slims full tenants as they are read.
pub(super) fn slimmed(evidence: Evidence, frame: Frame) -> Evidence {
    let mut slimmer = evidence.since.map_or_else(Slimmer::default, Slimmer::since);
    let mut index = 0;
    let mut slim = move |bytes| {
        let text = TenantText { index, bytes, position: Position::START };
        index += 1;
        let slim =
            slimmer.tenant(&text, &frame).map_err(|refusal| SourceError::Refused(refusal.to_string()))?;
        Ok(slim.text.into())
    };
    let tenants = evidence.tenants.map(move |bytes| bytes.and_then(&mut slim)).boxed();
    Evidence { tenants, ..evidence }
}
