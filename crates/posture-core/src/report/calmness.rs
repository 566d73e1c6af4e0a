//! Whether a workspace may be called calm, and what that claim covers (contract, section 9).

use crate::finding::{Finding, Severity};
use crate::paths;
use crate::policy::Frame;
use crate::report::currency::Currency;
use crate::report::model::{
    CalmBlocker, Calmness, Denominators, Destination, DestinationKind, Domain, Exclusion, Report,
};
use crate::report::tally::Tally;
use crate::report::tone;
use crate::tone::Tone;
use crate::vocabulary::SignalDomain;
use crate::words;

/// The statement as it is shown now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentCalmness {
    /// The blockers in words, without the one that the title states, and without errors, which [`SetAside`] counts.
    pub blockers: Vec<&'static str>,
    /// What the statement covers.
    pub body: String,
    /// Whether there are no blockers.
    pub is_calm: bool,
    /// The statement in a line.
    pub title: String,
    /// How it is shown.
    pub tone: Tone,
}

/// The statement of a report as it is shown now. If its evidence is taken for the present and is not of the present, it is not calm;
/// the report keeps what it said at its own instant.
// Inlined into the app, which is compiled for size.
#[inline]
pub fn current(report: &Report, currency: Currency) -> CurrentCalmness {
    let Calmness { blockers, body, is_calm, title, .. } = report.overview.calmness.clone();
    let by_clock = match currency {
        Currency::Aged if !blockers.contains(&CalmBlocker::DataTooOld) => {
            Some(words::blocker_label(CalmBlocker::DataTooOld))
        }
        Currency::Ahead(_) => Some(words::AHEAD_OF_CLOCK),
        Currency::Aged | Currency::Current => None,
    };
    // The title states the first one.
    let others = blockers.iter().skip(1).filter(|blocker| **blocker != CalmBlocker::UnreadableEvidence);
    let by_clock_too = by_clock.filter(|_| !blockers.is_empty());
    let labels = others.map(|blocker| words::blocker_label(*blocker)).chain(by_clock_too).collect();
    let tone = tone::current(tone::calmness(&report.overview), currency);
    match by_clock.filter(|_| is_calm) {
        Some(blocker) => {
            let (title, body) = words::not_currently_calm(&report.overview.calmness, blocker);
            CurrentCalmness { blockers: labels, body, is_calm: false, title, tone }
        }
        None => CurrentCalmness { blockers: labels, body, is_calm, title, tone },
    }
}

/// What was left out of a report because its evidence has errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// How many tenants were left out for each such reason, in words.
    pub tenants: Vec<(u64, &'static str)>,
    /// Findings that are errors, those of these tenants too.
    pub errors: u64,
}

/// What was left out because of errors; `None` if there are none. A tenant that is not active is left out on purpose.
// Inlined into the app, which is compiled for size.
#[inline]
pub fn set_aside(report: &Report) -> Option<SetAside> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error).count() as u64;
    let is_error = |reason: &Exclusion| match reason {
        Exclusion::Unreadable | Exclusion::DuplicateTenant | Exclusion::ForeignWorkspace => true,
        Exclusion::NotActive => false,
    };
    let counted = Exclusion::ALL.iter().copied().filter(is_error);
    let counted =
        counted.map(|reason| (report.denominators.excluded(reason), words::exclusion_label(reason)));
    let tenants = counted.filter(|(count, _)| *count > 0).collect();
    (errors > 0).then_some(SetAside { tenants, errors })
}

/// What calmness is decided from.
pub(crate) struct CalmnessInputs<'r> {
    pub(crate) frame: &'r Frame,
    pub(crate) checked: &'r [SignalDomain],
    pub(crate) denominators: &'r Denominators,
    pub(crate) tally: &'r Tally<'r>,
    pub(crate) findings: &'r [Finding],
}

pub(crate) fn calmness(inputs: &CalmnessInputs<'_>) -> Calmness {
    let holds = |blocker: &CalmBlocker| match blocker {
        CalmBlocker::NoEvaluatedTenants => inputs.tally.tenants == 0,
        CalmBlocker::AttentionItems => inputs.tally.items > 0,
        CalmBlocker::UnsettledTenants => inputs.tally.unsettled > 0,
        CalmBlocker::SchedulesNotEvaluated => !inputs.frame.evaluates_schedules(),
        CalmBlocker::UnreadableEvidence => {
            inputs.findings.iter().any(|finding| finding.severity == Severity::Error)
        }
        CalmBlocker::DataTooOld => inputs.frame.is_export_too_old(),
    };
    let blockers: Vec<_> = CalmBlocker::ALL.iter().copied().filter(holds).collect();
    let is_checked = |domain: &Domain| match domain {
        Domain::BackupHealth | Domain::RecoveryEvidence => true,
        Domain::Governance | Domain::Operations | Domain::Alerts => {
            inputs.checked.iter().any(|checked| Domain::from(*checked) == *domain)
        }
    };
    let order = [
        Domain::Governance,
        Domain::BackupHealth,
        Domain::RecoveryEvidence,
        Domain::Operations,
        Domain::Alerts,
    ];
    let checked_domains: Vec<_> = order.into_iter().filter(is_checked).collect();
    let next_action = match inputs.tally.only_tenant {
        _ if inputs.tally.tenants == 0 => {
            Destination::to(DestinationKind::SwitchWorkspace, paths::WORKSPACES)
        }
        Some(tenant) => Destination::tenant(&tenant.tenant_route_key),
        None => Destination::to(DestinationKind::ChooseTenant, paths::CHOOSE_TENANT),
    };
    Calmness {
        body: words::calmness_body(
            &checked_domains,
            inputs.denominators,
            inputs.tally.unknown_content,
            &inputs.tally.calm_restores,
            inputs.frame,
        ),
        title: words::calmness_title(&blockers, inputs.tally.attention()),
        is_calm: blockers.is_empty(),
        blockers,
        checked_domains,
        next_action,
    }
}
