//! From one tenant's text to its verdicts, or to the reason it is set aside (contract, sections 2 and 5 to 9).

use std::collections::BTreeSet;

use crate::finding::{Finding, FindingCode};
use crate::id::Id;
use crate::json::cursor::{Cursor, TENANT_LEVEL};
use crate::json::fault::{Fault, Problem};
use crate::json::locate::{locate, quoted};
use crate::policy::Frame;
use crate::reading::decode::Decode;
use crate::reading::preamble::{TenantText, tenant_path};
use crate::reading::record_filter::{Evidence, admit};
use crate::reading::refusal::{Refusal, RefusalKind};
use crate::reading::snapshot::Tenant;
use crate::report::backup_health::backup_health;
use crate::report::dashboard::needs_attention;
use crate::report::model::TenantReport;
use crate::report::recovery_evidence::recovery_evidence;
use crate::report::registry::row;
use crate::report::restore_attention::restore_attention;
use crate::verdicts::backup_context::BackupContext;
use crate::verdicts::backup_health::assess;
use crate::verdicts::coverage::coverage;
use crate::verdicts::history::first_record;
use crate::verdicts::lapses::lapses;
use crate::verdicts::quality::policy_types;
use crate::verdicts::recovery_evidence::{
    OpenRestoreNames, attended_runs, recovery, relevant_runs, stuck_runs,
};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::scopes::{Scope, scopes};
use crate::vocabulary::{TenantStatus, Word};
use crate::words;

/// One tenant's text assessed, before it is known whether an earlier tenant has its identity.
#[derive(Debug)]
pub struct Assessed {
    /// Its place among the document's tenants, from 0.
    pub(crate) index: usize,
    pub(crate) assessment: Assessment,
}

impl Assessed {
    /// The tenant's id; `None` if the tenant is unreadable.
    pub fn readable_id(&self) -> Option<Id> {
        match &self.assessment {
            Assessment::Readable { id, .. } => Some(*id),
            Assessment::Unreadable { .. } => None,
        }
    }
}

#[derive(Debug)]
pub(crate) enum Assessment {
    Unreadable { tenant_id: Option<Id>, label: Option<String>, finding: Finding },
    Readable { id: Id, external_id: String, verdict: Verdict },
}

#[derive(Debug)]
pub(crate) enum Verdict {
    Foreign { label: String, workspace_id: Id },
    NotActive { label: String, unrecognised_status: Option<String> },
    Evaluated { report: Box<TenantReport>, findings: Vec<Finding> },
}

impl Verdict {
    /// The tenant's name.
    pub(crate) fn into_label(self) -> String {
        match self {
            Self::Foreign { label, .. } | Self::NotActive { label, .. } => label,
            Self::Evaluated { report, .. } => report.tenant_label,
        }
    }
}

/// A tenant's text as it reads.
pub(crate) enum TenantReading<'a> {
    /// It is valid.
    Fits(Box<Evidence<'a>>),
    /// Something in it is invalid.
    Unreadable(Box<Fault>),
}

/// Reads a tenant's text. Text that is not UTF-8 or not JSON refuses the document.
pub(crate) fn read<'a>(text: &TenantText, utf8: &'a str) -> Result<TenantReading<'a>, Refusal> {
    let mut cursor = Cursor::new(utf8, TENANT_LEVEL);
    match Tenant::decode(&mut cursor).and_then(|tenant| cursor.end().map(|()| tenant)) {
        Ok(tenant) => Ok(TenantReading::Fits(Box::new(admit(tenant, cursor.notices)))),
        Err(fault) if matches!(fault.problem, Problem::Syntax(_)) => Err(refusal(text, utf8, *fault)),
        Err(fault) => {
            let mut whole = Cursor::new(utf8, TENANT_LEVEL);
            whole.skip().and_then(|()| whole.end()).map_err(|fault| refusal(text, utf8, *fault))?;
            Ok(TenantReading::Unreadable(fault))
        }
    }
}

/// A tenant's text as UTF-8, which it must be.
pub(crate) fn utf8(text: &TenantText) -> Result<&str, Refusal> {
    if let Ok(utf8) = simdutf8::basic::from_utf8(&text.bytes) {
        return Ok(utf8);
    }
    str::from_utf8(&text.bytes).map_err(|error| {
        let position = text.position.after(&text.bytes[..error.valid_up_to()]);
        RefusalKind::NotUtf8.at(&tenant_path(text.index), Some(position))
    })
}

fn refusal(text: &TenantText, utf8: &str, fault: Fault) -> Refusal {
    let position = text.position.after(&utf8.as_bytes()[..fault.at.min(utf8.len())]);
    let path = locate(utf8, &tenant_path(text.index), &[fault.at]).pop().unwrap_or_default();
    // Within a JSON document a tenant's text ends where its brackets close: only a line ends early or goes on.
    RefusalKind::from(fault).of_line().at(&path, Some(position))
}

/// Assesses one tenant; tenants may be assessed in any order, and in parallel.
pub fn assess_tenant(text: &TenantText, frame: &Frame) -> Result<Assessed, Refusal> {
    let utf8 = utf8(text)?;
    let assessment = match read(text, utf8)? {
        TenantReading::Unreadable(fault) => unreadable(text, utf8, &fault),
        TenantReading::Fits(evidence) => readable(&evidence, text, utf8, frame),
    };
    Ok(Assessed { index: text.index, assessment })
}

/// The assessment of a tenant that reads.
pub(crate) fn readable(evidence: &Evidence<'_>, text: &TenantText, utf8: &str, frame: &Frame) -> Assessment {
    let tenant = &evidence.tenant;
    Assessment::Readable {
        id: tenant.id,
        external_id: tenant.external_id.0.clone().into_owned(),
        verdict: verdict(evidence, text, utf8, frame),
    }
}

/// Whether a readable tenant is evaluated, unless an earlier one has its identity.
pub(crate) fn is_evaluated(tenant: &Tenant<'_>, frame: &Frame) -> bool {
    tenant.workspace_id.is_none_or(|id| id == frame.workspace_id) && tenant.status.is(TenantStatus::Active)
}

fn verdict(evidence: &Evidence<'_>, text: &TenantText, utf8: &str, frame: &Frame) -> Verdict {
    let tenant = &evidence.tenant;
    let label = || tenant.name.clone().into_owned();
    if let Some(other) = tenant.workspace_id.filter(|id| *id != frame.workspace_id) {
        return Verdict::Foreign { label: label(), workspace_id: other };
    }
    match &tenant.status {
        Word::Known(TenantStatus::Active) => {}
        Word::Known(TenantStatus::Draft | TenantStatus::Onboarding | TenantStatus::Archived) => {
            return Verdict::NotActive { label: label(), unrecognised_status: None };
        }
        Word::Unrecognised(word) => {
            return Verdict::NotActive {
                label: label(),
                unrecognised_status: Some(word.clone().into_owned()),
            };
        }
    }
    let judged = TenantFrame::new(tenant, frame);
    Verdict::Evaluated {
        report: Box::new(evaluate(evidence, &judged)),
        findings: evidence.findings(utf8, text.index, &judged),
    }
}

/// Derives everything the report says about one tenant.
fn evaluate(evidence: &Evidence<'_>, frame: &TenantFrame<'_>) -> TenantReport {
    let tenant = &evidence.tenant;
    let attended = attended_runs(tenant, frame);
    let relevant = relevant_runs(&attended, frame);
    let scopes = scopes(tenant, frame);
    let backed_up = backed_up_types(&scopes, frame);
    let coverage = coverage(&relevant, backed_up.as_ref());
    let open =
        OpenRestoreNames { stuck: stuck_runs(&attended), unresolved: &coverage.unresolved_policy_types };
    let health = assess(evidence, &scopes, open.causes(), frame);
    let recovery = recovery(&relevant, frame);
    let recovery_evidence = recovery_evidence(&recovery, tenant, health.posture, &attended, &open, frame);
    let lapses = lapses(evidence, &health.scopes, &attended, &relevant, frame);
    let backup_health = backup_health(health, tenant, &BackupContext::of(evidence, frame));
    TenantReport {
        lapses,
        needs_attention: needs_attention(evidence, &backup_health, &recovery_evidence),
        registry: row(&backup_health, &recovery_evidence, frame.profile),
        restore_attention: attended.into_iter().map(|one| restore_attention(one, frame)).collect(),
        coverage,
        domain: tenant.domain.get().map(|text| text.clone().into_owned()),
        evidence_from: first_record(tenant, frame),
        environment: tenant.environment.get().map(|text| text.clone().into_owned()),
        labels: tenant
            .labels
            .get()
            .iter()
            .flat_map(|labels| &labels.0)
            .map(|label| (**label).to_owned())
            .collect(),
        rules: frame.rules,
        backup_health,
        recovery_evidence,
        set_aside: evidence.set_aside.len() as u64,
        tenant_id: tenant.id,
        tenant_label: tenant.name.clone().into_owned(),
        tenant_route_key: tenant.external_id.0.clone().into_owned(),
    }
}

/// The distinct policy types of the latest relevant sets of all scopes; `None` if those of none are known.
fn backed_up_types<'t>(scopes: &[Scope<'t, '_>], frame: &Frame) -> Option<BTreeSet<&'t str>> {
    let known = scopes.iter().filter_map(|scope| policy_types(scope.relevant().0?.set, frame));
    known.reduce(|mut all, more| {
        all.extend(more);
        all
    })
}

fn unreadable(text: &TenantText, utf8: &str, fault: &Fault) -> Assessment {
    let (tenant_id, label) = identity(utf8);
    let path = locate(utf8, &tenant_path(text.index), &[fault.at]).pop().unwrap_or_default();
    let cause = match &fault.problem {
        Problem::Mismatch(mismatch) => words::mismatch(mismatch, quoted(utf8, fault.at, mismatch)),
        Problem::Syntax(problem) => words::syntax_problem(*problem).to_owned(),
    };
    let finding =
        Finding::new(FindingCode::UnreadableTenant, tenant_id, path, words::unreadable_tenant(&cause));
    Assessment::Unreadable { tenant_id, label, finding }
}

/// The id and name of an unreadable tenant, each if that much can be read: it is valid and occurs once.
pub(crate) fn identity(utf8: &str) -> (Option<Id>, Option<String>) {
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    let mut cursor = Cursor::new(utf8, TENANT_LEVEL);
    let walked = cursor.object(|cursor, key| {
        let mut trial = cursor.clone();
        match key.as_deref() {
            Some("id") => ids.push(Id::decode(&mut trial).ok()),
            Some("name") => names.push(trial.string().ok().map(|name| name.into_owned())),
            _ => {}
        }
        cursor.skip()
    });
    match walked {
        Ok(()) => (only(ids), only(names)),
        Err(_) => (None, None),
    }
}

fn only<T>(mut readings: Vec<Option<T>>) -> Option<T> {
    if readings.len() == 1 { readings.pop().flatten() } else { None }
}
