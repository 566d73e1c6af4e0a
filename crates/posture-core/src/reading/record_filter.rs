//! Which records of a tenant count: those of another tenant or set, and repeated ones, are set aside (contract, section 2).

use std::collections::BTreeSet;

use crate::finding::{Finding, FindingCode};
use crate::json::fault::Mismatch;
use crate::json::locate::locate;
use crate::policy::Frame;
use crate::reading::decode::Id;
use crate::reading::reader::tenant_path;
use crate::reading::snapshot::{BackupSet, OutcomeClass, Spanned, Tenant};
use crate::sorting::sort_by_key;
use crate::vocabulary::Word;
use crate::words;

/// A record that does not count, by its place in the tenant's text.
#[derive(Clone, Debug)]
pub(crate) struct SetAside {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) code: FindingCode,
    message: String,
}

/// A tenant with the records that count, and what does not.
#[derive(Clone, Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) tenant: Tenant<'a>,
    /// What does not count, in the document's order.
    pub(crate) set_aside: Vec<SetAside>,
    /// Offsets of details that did not fit, ascending.
    pub(crate) unfit_details: Vec<(usize, Mismatch)>,
}

/// What tells whether a record belongs where it stands.
struct Claim {
    id: Id,
    tenant_id: Option<Id>,
    backup_set_id: Option<Id>,
}

/// Keeps the records of a tenant that belong to it and stand for the first time.
pub(crate) fn admit(mut tenant: Tenant<'_>, unfit_details: Vec<(usize, Mismatch)>) -> Evidence<'_> {
    let mut set_aside = Vec::new();
    let owner = tenant.id;
    if let Some(sets) = &mut tenant.backup_sets {
        retain(sets, owner, None, &mut set_aside, |set| Claim {
            id: set.id,
            tenant_id: set.tenant_id,
            backup_set_id: None,
        });
        for set in sets {
            let set_id = set.id;
            let BackupSet { items: Some(items), .. } = set.get_mut() else { continue };
            retain(items, owner, Some(set_id), &mut set_aside, |item| Claim {
                id: item.id,
                tenant_id: item.tenant_id,
                backup_set_id: item.backup_set_id,
            });
        }
    }
    if let Some(schedules) = &mut tenant.backup_schedules {
        retain(schedules, owner, None, &mut set_aside, |schedule| Claim {
            id: schedule.id,
            tenant_id: schedule.tenant_id,
            backup_set_id: None,
        });
    }
    if let Some(runs) = &mut tenant.restore_runs {
        retain(runs, owner, None, &mut set_aside, |run| Claim {
            id: run.id,
            tenant_id: run.tenant_id,
            backup_set_id: None,
        });
    }
    sort_by_key(&mut set_aside, |record| record.start);
    Evidence { tenant, set_aside, unfit_details }
}

/// Drops foreign and repeated records; only a kept record claims its id.
fn retain<T>(
    records: &mut Vec<Spanned<T>>,
    owner: Id,
    set: Option<Id>,
    set_aside: &mut Vec<SetAside>,
    claim: impl Fn(&Spanned<T>) -> Claim,
) {
    // Where ids ascend, as exporters write them, none repeats.
    let may_repeat = !records.is_sorted_by(|one, next| claim(one).id < claim(next).id);
    let mut seen = BTreeSet::new();
    records.retain(|record| {
        let Claim { id, tenant_id, backup_set_id } = claim(record);
        let foreign_tenant = tenant_id.filter(|tenant| *tenant != owner);
        let foreign_set = backup_set_id.filter(|stated| set.is_some_and(|set| *stated != set));
        let (code, message) = match (foreign_tenant, foreign_set) {
            (Some(other), _) => {
                (FindingCode::CrossTenantRecord, words::record_of_another_tenant(id, other, owner))
            }
            (None, Some(other)) => (FindingCode::CrossTenantRecord, words::item_of_another_set(id, other)),
            (None, None) if !may_repeat || seen.insert(id) => return true,
            (None, None) => (FindingCode::DuplicateRecord, words::repeated_record(id)),
        };
        set_aside.push(SetAside { start: record.start, end: record.end, code, message });
        false
    });
}

/// Something noticed at an offset of the tenant's text, in a value below it where a key is named.
struct Notice {
    at: usize,
    below: &'static str,
    code: FindingCode,
    message: String,
}

impl Evidence<'_> {
    /// Whether something in this stretch of the text was set aside or did not fit.
    pub(crate) fn is_marred(&self, start: usize, end: usize) -> bool {
        let aside = self.set_aside.partition_point(|record| record.start < start);
        let unfit = self.unfit_details.partition_point(|(at, _)| *at < start);
        self.set_aside.get(aside).is_some_and(|record| record.start < end)
            || self.unfit_details.get(unfit).is_some_and(|(at, _)| *at < end)
    }

    /// Whether an offset of the text lies in a record that was set aside.
    fn is_set_aside(&self, at: usize) -> bool {
        let behind = self.set_aside.partition_point(|record| record.start <= at);
        behind.checked_sub(1).is_some_and(|last| at < self.set_aside[last].end)
    }

    /// Everything noticed about the records of the tenant at this place, in the document's order.
    pub(crate) fn findings(&self, text: &str, index: usize, frame: &Frame) -> Vec<Finding> {
        let mut notices = self.notices(frame);
        if notices.is_empty() {
            return Vec::new();
        }
        sort_by_key(&mut notices, |notice| notice.at);
        let offsets: Vec<usize> = notices.iter().map(|notice| notice.at).collect();
        let paths = locate(text, &tenant_path(index), &offsets);
        let finding = |(mut path, notice): (String, Notice)| {
            path.push_str(notice.below);
            Finding::new(notice.code, Some(self.tenant.id), path, notice.message)
        };
        paths.into_iter().zip(notices).map(finding).collect()
    }

    fn notices(&self, frame: &Frame) -> Vec<Notice> {
        let mut notices = Vec::new();
        for record in &self.set_aside {
            notices.push(Notice {
                at: record.start,
                below: "",
                code: record.code,
                message: record.message.clone(),
            });
        }
        for (at, mismatch) in &self.unfit_details {
            if !self.is_set_aside(*at) {
                notices.push(Notice {
                    at: *at,
                    below: "",
                    code: FindingCode::UnfitDetail,
                    message: words::unfit_detail(mismatch),
                });
            }
        }
        let mut status = |at: usize, below: &'static str, what: &str, word: &str| {
            let message = words::unrecognised(what, word);
            notices.push(Notice { at, below, code: FindingCode::UnrecognisedStatus, message });
        };
        for set in self.tenant.sets() {
            if let Word::Unrecognised(word) = &set.status {
                status(set.start, ".status", "backup set status", word);
            }
        }
        for schedule in self.tenant.schedules() {
            if let Word::Unrecognised(word) = &schedule.frequency {
                status(schedule.start, ".frequency", "schedule frequency", word);
            }
            if let Some(Word::Unrecognised(word)) = &schedule.last_run_status {
                status(schedule.start, ".last_run_status", "last run status", word);
            }
        }
        for run in self.tenant.runs() {
            if let Word::Unrecognised(word) = &run.status {
                status(run.start, ".status", "restore run status", word);
            }
            if let Some(operation) = &run.operation_run {
                if let Word::Unrecognised(word) = &operation.status {
                    status(run.start, ".operation_run.status", "operation status", word);
                }
                if let Some(Word::Unrecognised(word)) = &operation.outcome {
                    status(run.start, ".operation_run.outcome", "operation outcome", word);
                }
            }
        }
        self.notice_outcomes(&mut notices);
        self.notice_future(frame, &mut notices);
        notices
    }

    fn notice_outcomes(&self, notices: &mut Vec<Notice>) {
        for outcome in self.tenant.runs().iter().flat_map(|run| run.outcomes()) {
            if outcome.class == OutcomeClass::Unrecognised {
                let message = words::unrecognised("restore outcome", &outcome.word);
                notices.push(Notice {
                    at: outcome.start,
                    below: "",
                    code: FindingCode::UnrecognisedOutcome,
                    message,
                });
            }
        }
    }

    fn notice_future(&self, frame: &Frame, notices: &mut Vec<Notice>) {
        let sets = self.tenant.sets().iter().map(|set| (set.start, ".completed_at", set.completed_at));
        let schedules =
            self.tenant.schedules().iter().map(|one| (one.start, ".last_run_at", one.last_run_at));
        let runs = self.tenant.runs().iter().map(|run| (run.start, ".completed_at", run.completed_at));
        for (start, below, at) in sets.chain(schedules).chain(runs) {
            if let Some(at) = at.filter(|at| frame.is_after_export(*at)) {
                let message = words::timestamp_in_future(at, frame.exported_at);
                notices.push(Notice { at: start, below, code: FindingCode::TimestampInFuture, message });
            }
        }
    }
}
