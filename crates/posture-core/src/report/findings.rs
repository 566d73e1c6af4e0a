//! What is reported about a tenant's evidence itself (contract, section 2, "Findings").

use crate::finding::{Finding, FindingCode};
use crate::id::Id;
use crate::json::fault::Notice as Noticed;
use crate::json::locate::{locate, quoted};
use crate::policy::Frame;
use crate::reading::preamble::tenant_path;
use crate::reading::record_filter::{Evidence, SetAside, SetAsideCause};
use crate::reading::snapshot::{OutcomeClass, Results};
use crate::sorting::sort_by_key;
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::schedule::cadence;
use crate::vocabulary::Word;
use crate::words;

/// Something noticed at an offset of the tenant's text, in a value below it if a key is named.
pub(crate) struct Notice {
    pub(crate) at: usize,
    below: &'static str,
    code: FindingCode,
    message: String,
}

fn set_aside(record: &SetAside, owner: Id) -> String {
    match record.cause {
        SetAsideCause::OfAnotherTenant(stated) => words::record_of_another_tenant(record.id, stated, owner),
        SetAsideCause::OfAnotherSet(stated) => words::item_of_another_set(record.id, stated),
        SetAsideCause::Repeated => words::repeated_record(record.id),
    }
}

impl Evidence<'_> {
    /// Everything noticed about the records of the tenant at this place, in the document's order.
    pub(crate) fn findings(&self, text: &str, index: usize, frame: &TenantFrame<'_>) -> Vec<Finding> {
        let mut notices = self.notices(text, frame);
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

    pub(crate) fn notices(&self, text: &str, frame: &TenantFrame<'_>) -> Vec<Notice> {
        let mut notices = Vec::new();
        for record in &self.set_aside {
            notices.push(Notice {
                at: record.start,
                below: "",
                code: record.cause.code(),
                message: set_aside(record, self.tenant.id),
            });
        }
        for (at, noticed) in &self.noticed {
            if self.is_set_aside(*at) {
                continue;
            }
            let (code, message) = match noticed {
                Noticed::UnfitDetail(mismatch) => {
                    (FindingCode::UnfitDetail, words::unfit_detail(mismatch, quoted(text, *at, mismatch)))
                }
                Noticed::ImplausibleTimestamp(at) => {
                    (FindingCode::ImplausibleTimestamp, words::implausible_timestamp(*at))
                }
                Noticed::UnrecognisedWord(what, word) => {
                    (FindingCode::UnrecognisedStatus, words::unrecognised(what, word))
                }
            };
            notices.push(Notice { at: *at, below: "", code, message });
        }
        if frame.has_unknown_profile {
            let profile = self.tenant.profile.as_deref().unwrap_or_default();
            let message = words::unknown_profile(profile);
            notices.push(Notice { at: 0, below: ".profile", code: FindingCode::UnknownProfile, message });
        }
        let mut status = |at: usize, below: &'static str, message: String| {
            notices.push(Notice { at, below, code: FindingCode::UnrecognisedStatus, message });
        };
        for set in self.tenant.sets() {
            if let Word::Unrecognised(word) = &set.status {
                status(set.start, ".status", words::unrecognised("backup set status", word));
            }
        }
        for schedule in self.tenant.schedules() {
            match &schedule.frequency {
                Word::Unrecognised(word) => {
                    status(schedule.start, ".frequency", words::unrecognised_frequency(word));
                }
                // An interval without minutes.
                Word::Known(frequency) if cadence(schedule).is_none() => {
                    status(schedule.start, ".frequency", words::without_interval(*frequency));
                }
                Word::Known(_) => {}
            }
            if let Some(Word::Unrecognised(word)) = &schedule.last_run_status {
                status(schedule.start, ".last_run_status", words::unrecognised("last run status", word));
            }
        }
        for run in self.tenant.runs() {
            if let Word::Unrecognised(word) = &run.status {
                status(run.start, ".status", words::unrecognised("restore run status", word));
            }
            if let Some(operation) = run.operation() {
                if let Word::Unrecognised(word) = &operation.status {
                    status(run.start, ".operation_run.status", words::unrecognised("operation status", word));
                }
                if let Some(Word::Unrecognised(word)) = &operation.outcome {
                    status(
                        run.start,
                        ".operation_run.outcome",
                        words::unrecognised("operation outcome", word),
                    );
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
                let message = words::unrecognised_outcome(&outcome.word);
                notices.push(Notice {
                    at: outcome.start,
                    below: "",
                    code: FindingCode::UnrecognisedOutcome,
                    message,
                });
            }
        }
        for run in self.tenant.runs() {
            if run.results.as_deref().is_some_and(Results::are_unread) {
                notices.push(Notice {
                    at: run.start,
                    below: ".results",
                    code: FindingCode::UnreadOutcomes,
                    message: words::UNREAD_OUTCOMES.to_owned(),
                });
            }
        }
    }

    fn notice_future(&self, frame: &Frame, notices: &mut Vec<Notice>) {
        let sets = self.tenant.sets();
        let completed = sets.iter().map(|set| (set.start, ".completed_at", set.completed_at));
        let confirmed = sets.iter().flat_map(|set| {
            let confirmations = set.confirmations.as_deref().unwrap_or_default();
            confirmations.iter().map(|at| (set.start, ".confirmations", Some(*at)))
        });
        let schedules =
            self.tenant.schedules().iter().map(|one| (one.start, ".last_run_at", one.last_run_at));
        let runs = self.tenant.runs().iter().map(|run| {
            let below = match (run.completed_at, run.started_at) {
                (Some(_), _) => ".completed_at",
                (None, Some(_)) => ".started_at",
                (None, None) => ".created_at",
            };
            (run.start, below, run.effective_at())
        });
        for (start, below, at) in completed.chain(confirmed).chain(schedules).chain(runs) {
            if let Some(at) = at.filter(|at| frame.is_after_export(*at)) {
                let message = words::timestamp_in_future(at, frame.exported_at);
                notices.push(Notice { at: start, below, code: FindingCode::TimestampInFuture, message });
            }
        }
    }
}
