//! The report: everything derived from one snapshot, and its canonical bytes (contract, section 10).
//!
//! The fields of every struct that is written stand in the order of their names, so that serde writes canonical JSON (RFC 8785) straight
//! from the values; a test holds the bytes against a general canonicalisation.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use crate::finding::{Finding, FindingCode};
use crate::policy::{Frame, Policy};
use crate::reading::decode::Id;
use crate::reading::named::Named;
use crate::reading::reader::{Preamble, Workspace, tenant_path};
use crate::report::calmness::{CalmnessInputs, calmness};
use crate::report::canonical::{ReportDigest, parts};
use crate::report::dashboard::NeedsAttention;
use crate::report::overview::{Overview, Tally, profiles};
use crate::report::registry::RegistryRow;
use crate::report::tenant::{Assessed, Standing, Verdict};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::TenantBackupHealthAssessment;
use crate::verdicts::coverage::Coverage;
use crate::verdicts::recovery_evidence::RecoveryEvidence;
use crate::verdicts::restore_attention::RestoreResultAttention;
use crate::verdicts::rules::Rules;
use crate::views::forecast::Lapse;
use crate::vocabulary::vocabulary;
use crate::words;

/// The `format` of a report.
pub const REPORT_FORMAT: &str = "recovery-posture/report";
/// The report version written here.
pub const REPORT_VERSION: u64 = 1;

vocabulary! {
    /// Why a tenant was not evaluated.
    pub enum Exclusion {
        NotActive = "not_active",
        Unreadable = "unreadable",
        DuplicateTenant = "duplicate_tenant",
        ForeignWorkspace = "foreign_workspace",
    }
}

/// A tenant that was not evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotEvaluated {
    /// Why.
    pub reason: Exclusion,
    /// The tenant, where it can be named.
    pub tenant_id: Option<Id>,
    /// Its name, where it can be read.
    pub tenant_label: Option<String>,
}

/// Where every exported tenant went; the parts add up to `exported`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Denominators {
    /// Set aside as a repetition.
    pub duplicate_tenant: u64,
    /// Evaluated.
    pub evaluated: u64,
    /// All tenants of the snapshot.
    pub exported: u64,
    /// Set aside as another workspace's.
    pub foreign_workspace: u64,
    /// Set aside as not active.
    pub not_active: u64,
    /// Set aside as unreadable.
    pub unreadable: u64,
}

impl Denominators {
    /// How many tenants were set aside for a reason.
    pub fn excluded(&self, reason: Exclusion) -> u64 {
        match reason {
            Exclusion::NotActive => self.not_active,
            Exclusion::Unreadable => self.unreadable,
            Exclusion::DuplicateTenant => self.duplicate_tenant,
            Exclusion::ForeignWorkspace => self.foreign_workspace,
        }
    }
}

/// Everything derived about one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantReport {
    /// The state of its backup basis.
    pub backup_health: TenantBackupHealthAssessment,
    /// Policy types touched by executed restores.
    pub coverage: Coverage,
    /// Its domain; not written.
    #[serde(skip)]
    pub domain: Option<String>,
    /// Its environment, such as production; not written.
    #[serde(skip)]
    pub environment: Option<String>,
    /// Free words to filter and group it by; not written.
    #[serde(skip)]
    pub labels: Vec<String>,
    /// What time alone will turn; not written.
    #[serde(skip)]
    pub lapses: Vec<Lapse>,
    /// What its dashboard says.
    pub needs_attention: NeedsAttention,
    /// What executed restores have shown.
    pub recovery_evidence: RecoveryEvidence,
    /// Its line in the registry.
    pub registry: RegistryRow,
    /// Every restore run that is not deleted, by id.
    pub restore_attention: Vec<RestoreResultAttention>,
    /// The rules it was judged under; not written.
    #[serde(skip)]
    pub rules: Rules,
    /// How many of its records were set aside; not written.
    #[serde(skip)]
    pub set_aside: u64,
    /// Its identity.
    pub tenant_id: Id,
    /// Its name.
    pub tenant_label: String,
    /// Its route key.
    pub tenant_route_key: String,
}

/// Everything derived from one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The instant the evidence is judged at.
    pub as_of: Timestamp,
    /// How old the export is at that instant, in whole seconds.
    pub data_age_seconds: u64,
    /// Where every exported tenant went.
    pub denominators: Denominators,
    /// The earliest instant the evaluated tenants' records tell of; null where they tell of none.
    pub evidence_from: Option<Timestamp>,
    /// The instant the evidence was exported at.
    pub exported_at: Timestamp,
    /// What was noticed about the evidence itself.
    pub findings: Vec<Finding>,
    /// `recovery-posture/report`.
    pub format: &'static str,
    /// Tenants that were not evaluated, in the document's order.
    pub not_evaluated: Vec<NotEvaluated>,
    /// The workspace at a glance.
    pub overview: Overview,
    /// The effective policy.
    pub policy: Policy,
    /// The instant from which on the evidence serves for verdicts; null if it was not reduced.
    pub since: Option<Timestamp>,
    /// The evaluated tenants, by id.
    pub tenants: Vec<Box<TenantReport>>,
    /// 1.
    pub version: u64,
    /// Who the tenants belong to.
    pub workspace: Workspace,
}

impl Report {
    /// The report as canonical JSON (RFC 8785).
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut json = Vec::new();
        parts(self).try_for_each(|part| part.write(&mut json))?;
        String::from_utf8(json).map_err(serde::ser::Error::custom)
    }

    /// The report digest: the SHA-256 of the canonical JSON, in hex. In small steps: [`crate::report::canonical`].
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        let mut digest = ReportDigest::default();
        let mut json = Vec::new();
        for part in parts(self) {
            json.clear();
            part.write(&mut json)?;
            digest.add(&json);
        }
        Ok(digest.finish())
    }

    /// Whether by now the export is older than the freshness window: judged as of now, the workspace would not be calm (section 9).
    pub fn has_aged(&self, now: Timestamp) -> bool {
        Frame { as_of: now, ..self.frame() }.is_export_too_old()
    }

    /// What its tenants were judged under.
    pub fn frame(&self) -> Frame {
        Frame {
            as_of: self.as_of,
            exported_at: self.exported_at,
            since: self.since,
            policy: Arc::new(self.policy.clone()),
            workspace_id: self.workspace.id,
        }
    }

    /// The tenant with this route key.
    pub fn tenant(&self, route_key: &str) -> Option<&TenantReport> {
        self.tenants.iter().map(|tenant| &**tenant).find(|tenant| tenant.tenant_route_key == route_key)
    }
}

/// Gathers assessed tenants, which must be added in the document's order, into a report.
#[derive(Debug, Default)]
pub struct ReportBuilder {
    ids: BTreeSet<Id>,
    external_ids: BTreeSet<Named<String>>,
    gathered: Gathered,
}

/// All of a document's tenants, as they go into a report.
#[derive(Debug, Default)]
pub struct Gathered {
    #[expect(
        clippy::vec_box,
        reason = "a list that grows or is sorted would else move every tenant, all at once"
    )]
    tenants: Vec<Box<TenantReport>>,
    not_evaluated: Vec<NotEvaluated>,
    findings: Vec<Finding>,
    denominators: Denominators,
    evidence_from: Option<Timestamp>,
}

impl ReportBuilder {
    /// Takes the next tenant.
    pub fn add(&mut self, assessed: Assessed) {
        self.gathered.denominators.exported += 1;
        match assessed.standing {
            Standing::Unreadable { tenant_id, label, finding } => {
                self.gathered.findings.push(finding);
                self.gathered.set_aside(Exclusion::Unreadable, tenant_id, label);
            }
            Standing::Readable { id, external_id, verdict } => {
                let is_new_id = self.ids.insert(id);
                let is_new_key = self.external_ids.insert(Named::new(external_id));
                if is_new_id && is_new_key {
                    self.gathered.take_verdict(id, assessed.index, verdict);
                    return;
                }
                let message = words::duplicate_tenant(if is_new_id { "external_id" } else { "id" });
                let path = tenant_path(assessed.index);
                self.gathered.findings.push(Finding::new(
                    FindingCode::DuplicateTenant,
                    Some(id),
                    path,
                    message,
                ));
                self.gathered.set_aside(Exclusion::DuplicateTenant, Some(id), Some(verdict.into_label()));
            }
        }
    }

    /// Lets go of what told repetitions apart, which takes a while where tenants are many.
    pub fn gathered(self) -> Gathered {
        self.gathered
    }

    /// Looks over all tenants and finishes the report.
    pub fn finish(self, preamble: Preamble) -> Report {
        self.gathered().report(preamble)
    }
}

impl Gathered {
    fn take_verdict(&mut self, id: Id, index: usize, verdict: Verdict) {
        match verdict {
            Verdict::Foreign { label, workspace_id } => {
                let message = words::foreign_workspace(workspace_id);
                self.findings.push(Finding::new(
                    FindingCode::ForeignWorkspace,
                    Some(id),
                    tenant_path(index),
                    message,
                ));
                self.set_aside(Exclusion::ForeignWorkspace, Some(id), Some(label));
            }
            Verdict::NotActive { label, unrecognised_status } => {
                if let Some(word) = unrecognised_status {
                    let message = words::unrecognised("tenant status", &word);
                    let path = format!("{}.status", tenant_path(index));
                    self.findings.push(Finding::new(
                        FindingCode::UnrecognisedTenantStatus,
                        Some(id),
                        path,
                        message,
                    ));
                }
                self.set_aside(Exclusion::NotActive, Some(id), Some(label));
            }
            Verdict::Evaluated { report, mut findings, evidence_from } => {
                self.evidence_from = self.evidence_from.into_iter().chain(evidence_from).min();
                self.findings.append(&mut findings);
                self.denominators.evaluated += 1;
                self.tenants.push(report);
            }
        }
    }

    fn set_aside(&mut self, reason: Exclusion, tenant_id: Option<Id>, tenant_label: Option<String>) {
        match reason {
            Exclusion::NotActive => self.denominators.not_active += 1,
            Exclusion::Unreadable => self.denominators.unreadable += 1,
            Exclusion::DuplicateTenant => self.denominators.duplicate_tenant += 1,
            Exclusion::ForeignWorkspace => self.denominators.foreign_workspace += 1,
        }
        self.not_evaluated.push(NotEvaluated { reason, tenant_id, tenant_label });
    }

    /// Looks over all tenants and makes the report.
    pub fn report(self, preamble: Preamble) -> Report {
        let Self { mut tenants, not_evaluated, findings: of_tenants, denominators, evidence_from } = self;
        let Preamble { frame, workspace, checked_domains, mut findings, .. } = preamble;
        sort_by_key(&mut tenants, |tenant| tenant.tenant_id);
        findings.extend(of_tenants);
        let tally = Tally::of(&tenants, frame.policy.attention_limit);
        let calmness = calmness(&CalmnessInputs {
            frame: &frame,
            checked: &checked_domains,
            denominators: &denominators,
            tally: &tally,
            findings: &findings,
        });
        let overview = Overview {
            attention_items: tally.attention_items(),
            attention_total: tally.items,
            calmness,
            profiles: profiles(&tenants, &frame.policy),
            summary_metrics: tally.summary_metrics(&checked_domains),
        };
        Report {
            as_of: frame.as_of,
            data_age_seconds: frame.as_of.seconds_since(frame.exported_at),
            denominators,
            evidence_from,
            exported_at: frame.exported_at,
            findings,
            format: REPORT_FORMAT,
            not_evaluated,
            overview,
            policy: Arc::unwrap_or_clone(frame.policy),
            since: frame.since,
            tenants,
            version: REPORT_VERSION,
            workspace,
        }
    }
}
