//! The slim export: what verdicts at and after an instant need, and no more (contract, section 9).
//!
//! For every as-of instant from `since` on, the slim snapshot and the whole one give the same pinned fields. Texts are cut and joined, never
//! written again: what is kept stays as its exporter wrote it.

use std::collections::BTreeSet;

use crate::export::slim_tenant::slim_tenant;
use crate::id::Id;
use crate::json::rewrite::{Edit, json, rewrite_object};
use crate::policy::Frame;
use crate::reading::form::Form;
use crate::reading::reader::{Options, SnapshotReader, TenantText};
use crate::reading::refusal::{Refusal, RefusalKind};
use crate::reading::snapshot::Tenant;
use crate::report::tenant::{TenantReading, identity, is_evaluated, read, utf8};
use crate::timestamp::Timestamp;

/// How many bytes are cut at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// Slims the tenants of one document, in the document's order.
///
/// Repeated tenants are passed on unchanged, so it remembers the identities it has seen. By default it slims for verdicts from the export on.
#[derive(Debug, Default)]
pub struct Slimmer {
    since: Option<Timestamp>,
    ids: BTreeSet<Id>,
    external_ids: BTreeSet<String>,
}

/// A tenant as the slim export has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlimTenant {
    /// Its text.
    pub text: String,
    /// Its id, if that much can be read.
    pub id: Option<Id>,
    /// Its route key, if the tenant is readable.
    pub external_id: Option<String>,
}

/// The instant from which on the slim export of a document serves: the requested one, else the export's, but not before the document's
/// own. Refused after the export.
pub fn slim_since(frame: &Frame, since: Option<Timestamp>) -> Result<Timestamp, Refusal> {
    let exported_at = frame.exported_at;
    let since = since.unwrap_or(exported_at);
    if since > exported_at {
        return Err(RefusalKind::SinceAfterExport { since, exported_at }.at("", None));
    }
    if since < Timestamp::FIRST_PLAUSIBLE {
        return Err(RefusalKind::ImplausibleTimestamp(since).at("", None));
    }
    Ok(frame.since.map_or(since, |own| own.max(since)))
}

/// Slims a whole snapshot for verdicts at and after `since`, or from the export on. The result is in the JSON form, its tenants last; a
/// document that would be refused is refused.
pub fn slim(document: &[u8], form: Form, since: Option<Timestamp>) -> Result<Vec<u8>, Refusal> {
    let mut reader = SnapshotReader::new(form, &Options::default())?;
    let (mut slimmer, mut tenants) = (Slimmer { since, ..Slimmer::default() }, Vec::new());
    let mut keep = |tenant: TenantText, frame: &Frame| {
        if !tenants.is_empty() {
            tenants.push(b',');
        }
        tenants.extend_from_slice(slimmer.tenant(&tenant, frame)?.text.as_bytes());
        Ok::<_, Refusal>(())
    };
    for chunk in document.chunks(CHUNK_BYTES) {
        reader.push(chunk);
        reader.drain(&mut keep)?;
    }
    reader.end();
    reader.drain(&mut keep)?;
    let preamble = reader.finish()?;
    let mut out = open_slim_document(&preamble.head, slim_since(&preamble.frame, since)?).into_bytes();
    out.append(&mut tenants);
    out.extend_from_slice(b"]}");
    Ok(out)
}

/// The start of a document with this head, up to where its first tenant belongs.
///
/// It states a policy, if only an empty one, so that a reader need not hold the tenants back.
pub fn open_document(head: &str) -> String {
    open(head, None)
}

/// The same for a slim document that serves from `since` on.
pub fn open_slim_document(head: &str, since: Timestamp) -> String {
    open(head, Some(since))
}

fn open(head: &str, since: Option<Timestamp>) -> String {
    let mut has_policy = false;
    let kept = rewrite_object(head, 1, |key, _| {
        has_policy |= key == "policy";
        let is_replaced = key == "tenants" || (key == "since" && since.is_some());
        if is_replaced { Edit::Drop } else { Edit::Keep }
    });
    let mut members = kept.unwrap_or_default();
    members.extend(since.map(|since| format!(r#""since":{}"#, json(&since.exact()))));
    if !has_policy {
        members.push(r#""policy":{}"#.to_owned());
    }
    members.push(r#""tenants":["#.to_owned());
    format!("{{{}", members.join(","))
}

impl Slimmer {
    /// Slims for verdicts at and after an instant.
    pub fn since(at: Timestamp) -> Self {
        Self { since: Some(at), ..Self::default() }
    }

    /// Slims the next tenant if it is evaluated. Text that is not UTF-8 or not JSON refuses the document.
    pub fn tenant(&mut self, text: &TenantText, frame: &Frame) -> Result<SlimTenant, Refusal> {
        let utf8 = utf8(text)?;
        let evidence = match read(text, utf8)? {
            TenantReading::Fits(evidence) => evidence,
            TenantReading::Unreadable(_) => {
                return Ok(SlimTenant { text: utf8.to_owned(), id: identity(utf8).0, external_id: None });
            }
        };
        let Tenant { id, external_id, .. } = &evidence.tenant;
        let external_id = external_id.0.clone().into_owned();
        let is_new = self.ids.insert(*id) & self.external_ids.insert(external_id.clone());
        let is_evaluated = is_new && is_evaluated(&evidence.tenant, frame);
        let since = slim_since(frame, self.since)?;
        let text = if is_evaluated { slim_tenant(&evidence, utf8, frame, since) } else { utf8.to_owned() };
        Ok(SlimTenant { text, id: Some(*id), external_id: Some(external_id) })
    }
}
