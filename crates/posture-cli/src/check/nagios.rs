//! One line for Nagios and everything that runs its plugins: a status, a sentence, and performance data after a bar.

use posture_core::finding::Severity;
use posture_core::report::model::CalmBlocker;
use posture_core::vocabulary::Urgency;
use posture_core::words::shortening;

use super::checked::Checked;
use crate::summary::count_findings;
use crate::terminal::{escaped, without_addresses};

/// The status of a service, from best to worst as Nagios itself orders them when it combines several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Ok,
    Unknown,
    Warning,
    Critical,
}

impl Status {
    /// The exit code of the status in the plugin interface.
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The worst status that a blocker gives. Old evidence is critical: nobody knows what has failed since.
pub(super) fn status(checked: &Checked<'_>) -> Status {
    let blockers = &checked.report.overview.calmness.blockers;
    let of_report = blockers.iter().map(|blocker| match blocker {
        CalmBlocker::NoEvaluatedTenants | CalmBlocker::SchedulesNotEvaluated => Status::Unknown,
        CalmBlocker::AttentionItems => attention(checked),
        CalmBlocker::UnsettledTenants | CalmBlocker::UnreadableEvidence => Status::Warning,
        CalmBlocker::DataTooOld => Status::Critical,
    });
    let by_clock = checked.by_clock.iter().map(|_| Status::Critical);
    of_report.chain(by_clock).max().unwrap_or(Status::Ok)
}

/// Critical if any item of any tenant is critical or high.
fn attention(checked: &Checked<'_>) -> Status {
    let groups = checked.report.tenants.iter().flat_map(|tenant| &tenant.needs_attention.groups);
    let is_urgent = groups
        .flat_map(|group| &group.items)
        .any(|item| matches!(item.urgency, Urgency::Critical | Urgency::High));
    if is_urgent { Status::Critical } else { Status::Warning }
}

/// The line of a check.
pub(super) fn line(checked: &Checked<'_>) -> String {
    let report = checked.report;
    let blockers = checked.blockers();
    let why = if blockers.is_empty() { String::new() } else { format!(" ({})", blockers.join("; ")) };
    let sentence = format!("{}: {}{why}", shortening::line(&report.workspace.name), checked.title());
    let excluded = report.denominators.exported - report.denominators.evaluated;
    let metrics =
        report.overview.summary_metrics.iter().map(|metric| (metric.key.as_str(), metric.value, ""));
    let data = metrics.chain([
        ("attention_items", report.overview.attention_total, ""),
        ("not_evaluated", excluded, ""),
        ("errors", count_findings(report, Severity::Error), ""),
        ("warnings", count_findings(report, Severity::Warning), ""),
        ("data_age", report.data_age_seconds, "s"),
    ]);
    let data: Vec<_> = data.map(|(label, value, unit)| format!("{label}={value}{unit};;;0")).collect();
    format!("{} | {}", head(status(checked), &sentence), data.join(" "))
}

/// The line of a check that could not run.
pub(super) fn failure(message: &str) -> String {
    head(Status::Unknown, &shortening::prose(&without_addresses(message)))
}

/// The bar separates the sentence from performance data, and a line break would end it.
fn head(status: Status, sentence: &str) -> String {
    let sentence = escaped(&sentence.replace('\n', " ")).replace('|', "/");
    format!("POSTURE {}: {sentence}", status.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_status_wins_as_in_nagios() {
        assert!(Status::Critical > Status::Warning);
        assert!(Status::Warning > Status::Unknown);
        assert!(Status::Unknown > Status::Ok);
    }

    #[test]
    fn a_sentence_stays_one_line_before_the_bar() {
        assert_eq!(failure("a|b\nc\u{1b}"), "POSTURE UNKNOWN: a/b c\\u{1b}");
        assert!(failure(&"a".repeat(100_000)).len() < 2_000, "TH-2");
    }
}
