//! The slim export: what a list of verdicts needs, without the items behind it (contract, section 9).
//!
//! For every as-of instant from the export on, the slim snapshot and the whole one give the same pinned fields. Texts are cut and joined,
//! never written anew: what is kept stays as its exporter wrote it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::json::cursor::TENANT_LEVEL;
use crate::json::rewrite::{Edit, json, object, rewrite_array, rewrite_object};
use crate::policy::Frame;
use crate::reading::counts::{Counts, Key};
use crate::reading::decode::Id;
use crate::reading::reader::{Form, Options, SnapshotReader, TenantText};
use crate::reading::record_filter::Evidence;
use crate::reading::refusal::Refusal;
use crate::reading::snapshot::{BackupSet, Outcome, Results, Spanned, Tenant};
use crate::report::tenant::{TenantReading, identity, read, utf8};
use crate::verdicts::backup_health::latest_relevant;
use crate::verdicts::quality::{live_items, quality, size, stated_count};
use crate::vocabulary::TenantStatus;

/// How many bytes are cut at a time.
const CHUNK_BYTES: usize = 1 << 16;

/// Slims the tenants of one document, in the document's order.
///
/// Repeated tenants are passed on unchanged, so it remembers the identities it has seen.
#[derive(Debug, Default)]
pub struct Slimmer {
    ids: BTreeSet<Id>,
    external_ids: BTreeSet<String>,
}

/// A tenant as the slim export has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlimTenant {
    /// Its text.
    pub text: String,
    /// Its id, where that much can be read.
    pub id: Option<Id>,
    /// Its route key, where the tenant is readable.
    pub external_id: Option<String>,
}

/// Slims a whole snapshot. The result is in the JSON form, its tenants last; a document that would be refused is refused.
pub fn slim(document: &[u8], form: Form) -> Result<Vec<u8>, Refusal> {
    let mut reader = SnapshotReader::new(form, &Options::default())?;
    let (mut slimmer, mut tenants) = (Slimmer::default(), Vec::new());
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
    let mut out = open_document(&reader.finish()?.head).into_bytes();
    out.append(&mut tenants);
    out.extend_from_slice(b"]}");
    Ok(out)
}

/// The start of a document with this head, up to where its first tenant belongs.
///
/// It states a policy, if only an empty one, so that a reader need not hold the tenants back.
pub fn open_document(head: &str) -> String {
    let mut has_policy = false;
    let kept = rewrite_object(head, 1, |key, _| {
        has_policy |= key == "policy";
        if key == "tenants" { Edit::Drop } else { Edit::Keep }
    });
    let mut members = kept.unwrap_or_default();
    if !has_policy {
        members.push(r#""policy":{}"#.to_owned());
    }
    members.push(r#""tenants":["#.to_owned());
    format!("{{{}", members.join(","))
}

impl Slimmer {
    /// Slims the next tenant where it is evaluated. Text that is not UTF-8 or not JSON refuses the document.
    pub fn tenant(&mut self, text: &TenantText, frame: &Frame) -> Result<SlimTenant, Refusal> {
        let utf8 = utf8(text)?;
        let evidence = match read(text, utf8)? {
            TenantReading::Fits(evidence) => evidence,
            TenantReading::Unreadable(_) => {
                return Ok(SlimTenant { text: utf8.to_owned(), id: identity(utf8).0, external_id: None });
            }
        };
        let Tenant { id, external_id, workspace_id, status, .. } = &evidence.tenant;
        let external_id = external_id.0.clone().into_owned();
        let is_new = self.ids.insert(*id) & self.external_ids.insert(external_id.clone());
        let is_own = workspace_id.is_none_or(|id| id == frame.workspace_id);
        let is_evaluated = is_new && is_own && status.is(TenantStatus::Active);
        let text = if is_evaluated { slim_tenant(&evidence, utf8, frame) } else { utf8.to_owned() };
        Ok(SlimTenant { text, id: Some(*id), external_id: Some(external_id) })
    }
}

fn slim_tenant(evidence: &Evidence<'_>, text: &str, frame: &Frame) -> String {
    let latest = latest_relevant(evidence.tenant.sets().iter(), frame).map(|set| set.start);
    let mut replacements = BTreeMap::new();
    for set in evidence.tenant.sets() {
        if set.items.is_some() && !evidence.is_marred(set.start, set.end) {
            replacements.insert(
                set.start,
                slim_set(set, &text[set.start..set.end], latest == Some(set.start), frame),
            );
        }
    }
    for run in evidence.tenant.runs() {
        if let Some(results) = &run.results
            && !evidence.is_marred(run.start, run.end)
        {
            replacements.insert(run.start, slim_run(results, &text[run.start..run.end]));
        }
    }
    let members = rewrite_object(text, TENANT_LEVEL, |key, value| match key {
        "backup_sets" | "restore_runs" => {
            rewrite_records(text, value.start, &replacements).map_or(Edit::Keep, Edit::Replace)
        }
        _ => Edit::Keep,
    });
    members.map_or_else(|_| text.to_owned(), |members| object(&members))
}

/// A set with its items summed up, where it is the latest relevant one, or left out.
fn slim_set(set: &Spanned<BackupSet<'_>>, text: &str, is_latest: bool, frame: &Frame) -> String {
    let (item_count, summary) = if is_latest {
        (stated_count(set, frame), Some(summary(set, frame)))
    } else {
        (size(set, frame), None)
    };
    let kept = rewrite_object(text, TENANT_LEVEL + 2, |key, _| match key {
        "items" | "quality" | "item_count" => Edit::Drop,
        _ => Edit::Keep,
    });
    let Ok(mut members) = kept else { return text.to_owned() };
    members.extend(item_count.map(|count| format!(r#""item_count":{count}"#)));
    members.extend(summary.map(|summary| format!(r#""quality":{summary}"#)));
    object(&members)
}

#[derive(Serialize)]
struct Summary {
    total_items: Option<u64>,
    degraded_items: Option<u64>,
    families: Counts,
    policy_types: Counts,
}

pub(crate) fn summary(set: &BackupSet<'_>, frame: &Frame) -> String {
    let bare = BackupSet { item_count: None, ..set.clone() };
    let mut quality = quality(&bare, frame);
    quality.families.retain(|family, _| crate::verdicts::quality::ItemFamily::from_word(&family.0).is_some());
    let mut policy_types = Counts::new();
    for policy_type in
        live_items(set, frame).into_iter().flatten().filter_map(|item| item.policy_type.as_deref())
    {
        *policy_types.entry(Key(policy_type.to_owned())).or_default() += 1;
    }
    json(&Summary {
        total_items: quality.total_items,
        degraded_items: quality.degraded_items,
        families: quality.families,
        policy_types,
    })
}

#[derive(Serialize)]
struct Row<'r> {
    outcome: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_type: Option<&'r str>,
}

/// A run with its outcome rows cut to what verdicts need.
fn slim_run(results: &Results<'_>, text: &str) -> String {
    let rows = |rows: &[Spanned<Outcome<'_>>]| -> String {
        json(
            &rows
                .iter()
                .map(|row| Row { outcome: &row.word, policy_type: row.policy_type.as_deref() })
                .collect::<Vec<_>>(),
        )
    };
    let groups = [
        ("items", &results.items),
        ("foundations", &results.foundations),
        ("assignments", &results.assignments),
    ];
    let members: Vec<_> = groups
        .iter()
        .filter_map(|(name, group)| Some(format!("{name:?}:{}", rows(group.as_deref()?))))
        .collect();
    let cut = rewrite_object(text, TENANT_LEVEL + 2, |key, _| match key {
        "results" => Edit::Replace(object(&members)),
        _ => Edit::Keep,
    });
    cut.map_or_else(|_| text.to_owned(), |members| object(&members))
}

/// An array of records at an offset of the tenant's text, those replaced that are to be.
fn rewrite_records(text: &str, at: usize, replacements: &BTreeMap<usize, String>) -> Option<String> {
    rewrite_array(text, at, TENANT_LEVEL + 1, |record| {
        replacements.get(&record.start).cloned().unwrap_or_else(|| text[record].to_owned())
    })
}
