//! One tenant as the slim export has it: a record is left out, and a part of a record is cut, if no verdict from an instant on needs it.

mod schedules_and_runs;
mod sets;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::export::tenant_keys::TENANT_KEYS;
use crate::finding::FindingCode;
use crate::id::Id;
use crate::json::cursor::TENANT_LEVEL;
use crate::json::rewrite::{Edit, array, object, rewrite_object, rewrite_values};
use crate::policy::Frame;
use crate::reading::record_filter::Evidence;
use crate::reading::snapshot::Spanned;
use crate::timestamp::Timestamp;
use crate::verdicts::rules::TenantFrame;

/// The tenant's text with what verdicts at and after `since` need.
pub(super) fn slim_tenant(evidence: &Evidence<'_>, text: &str, frame: &Frame, since: Timestamp) -> String {
    let at_since = Frame { as_of: since, ..frame.clone() };
    let frame = TenantFrame::new(&evidence.tenant, &at_since);
    let slimming = Slimming::new(evidence, text, &frame);
    let members = rewrite_object(text, TENANT_LEVEL, |key, value| match key {
        "backup_sets" => slimming.sets(value.start),
        "backup_schedules" => slimming.schedules(value.start),
        "restore_runs" => slimming.runs(value.start),
        "capabilities" | "signals" => Edit::Keep,
        _ if TENANT_KEYS.contains(&key) => Edit::Keep,
        _ => Edit::Drop,
    });
    members.map_or_else(|_| text.to_owned(), |members| object(&members))
}

struct Slimming<'s, 'a> {
    evidence: &'s Evidence<'a>,
    text: &'s str,
    /// At the instant from which on the result serves.
    frame: &'s TenantFrame<'s>,
    /// Offsets of what gives a finding, ascending.
    noticed: Vec<usize>,
    /// Ids that a set-aside duplicate repeats.
    repeated: BTreeSet<Id>,
}

impl<'s, 'a> Slimming<'s, 'a> {
    fn new(evidence: &'s Evidence<'a>, text: &'s str, frame: &'s TenantFrame<'s>) -> Self {
        let mut noticed: Vec<_> = evidence.notices(text, frame).into_iter().map(|notice| notice.at).collect();
        noticed.sort_unstable();
        let duplicates =
            evidence.set_aside.iter().filter(|one| one.cause.code() == FindingCode::DuplicateRecord);
        Self { evidence, text, frame, noticed, repeated: duplicates.map(|one| one.id).collect() }
    }

    /// Whether a record gives a finding, or something in it was set aside or is invalid.
    fn is_marred<T>(&self, record: &Spanned<T>) -> bool {
        let first = self.noticed.partition_point(|at| *at < record.start);
        self.noticed.get(first).is_some_and(|at| *at < record.end)
    }

    /// Whether something has happened at every instant from `since` on.
    fn is_past(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| self.frame.has_happened(at))
    }

    /// Whether something happens at a later instant only.
    fn is_ahead(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| !self.frame.has_happened(at) && !self.frame.is_after_export(at))
    }

    /// The records of a collection, each that counts as `cut` has it; `None` from it leaves the record out. What gives a finding, and what was
    /// set aside, passes unchanged.
    fn records<T>(
        &self,
        at: usize,
        records: &[Spanned<T>],
        id: impl Fn(&T) -> Id,
        cut: impl Fn(&Spanned<T>) -> Option<String>,
        cut_to_stay: impl Fn(&Spanned<T>) -> String,
    ) -> Edit {
        let counted: BTreeMap<usize, &Spanned<T>> =
            records.iter().map(|record| (record.start, record)).collect();
        let mut kept = Vec::new();
        let walked = rewrite_values(self.text, at, TENANT_LEVEL + 1, |place| {
            match counted.get(&place.start) {
                Some(record) if !self.is_marred(record) => match cut(record) {
                    Some(text) => kept.push(text),
                    None if self.repeated.contains(&id(record)) => kept.push(cut_to_stay(record)),
                    None => {}
                },
                Some(_) | None => kept.push(self.text[place].to_owned()),
            }
            String::new()
        });
        match walked {
            Some(_) if !kept.is_empty() => Edit::Replace(array(&kept)),
            Some(_) | None => Edit::Drop,
        }
    }

    /// The members of a record at a place that stay, and those that `edit` writes otherwise.
    fn members(&self, place: Range<usize>, edit: impl Fn(&str) -> Edit) -> Vec<String> {
        let members = rewrite_object(&self.text[place], TENANT_LEVEL + 2, |key, _| edit(key));
        members.unwrap_or_default()
    }
}
