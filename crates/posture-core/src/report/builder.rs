//! From assessed tenants to the report.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::bounds::Bound;
use crate::finding::{Finding, FindingCode};
use crate::id::Id;
use crate::reading::named::Named;
use crate::reading::preamble::{Preamble, UnfitDetail, tenant_path};
use crate::reading::refusal::{Refusal, RefusalKind};
use crate::report::calmness::{CalmnessInputs, calmness};
use crate::report::model::{
    Denominators, Exclusion, NotEvaluated, Overview, REPORT_FORMAT, REPORT_VERSION, Report, TenantReport,
};
use crate::report::profiles::profiles;
use crate::report::tally::Tally;
use crate::report::tenant::{Assessed, Assessment, Verdict};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::scope_health::ScopeHealth;
use crate::words;

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
    /// What the policy's rules of scopes added to the tenants, in bytes.
    from_rules: usize,
}

/// What a scope takes in memory that has no set and is there because a rule expects it.
const SCOPE_BYTES: usize = 700;
/// What an expected type that is missing takes in memory besides its name.
const TYPE_BYTES: usize = 96;

/// What the rules of scopes added to a tenant: scopes without a set, but for the one that each tenant has, and missing types.
fn bytes_from_rules(scopes: &[ScopeHealth]) -> usize {
    let absent = scopes.iter().skip(1).filter(|scope| scope.latest_relevant_backup_set_id.is_none());
    let types = scopes.iter().flat_map(|scope| &scope.missing_policy_types);
    SCOPE_BYTES * absent.count() + types.map(|name| TYPE_BYTES + name.len()).sum::<usize>()
}

impl ReportBuilder {
    /// Takes the next tenant. Refused if there are then too many findings or tenants that are not evaluated, or if the policy's rules
    /// added too much to all tenants together.
    pub fn add(&mut self, assessed: Assessed) -> Result<(), Refusal> {
        let path = tenant_path(assessed.index);
        self.take(assessed);
        let Gathered { findings, not_evaluated, from_rules, .. } = &self.gathered;
        let amounts = [
            // Half as many bytes as may be read of the policy again and again: these are held at once.
            (Bound::Rules, from_rules.saturating_mul(2)),
            (Bound::Findings, findings.len()),
            (Bound::NotEvaluated, not_evaluated.len()),
        ];
        match amounts.into_iter().find(|(bound, amount)| bound.is_exceeded_by(*amount)) {
            Some((bound, _)) => Err(RefusalKind::Beyond(bound).at(&path, None)),
            None => Ok(()),
        }
    }

    fn take(&mut self, assessed: Assessed) {
        self.gathered.denominators.exported += 1;
        match assessed.assessment {
            Assessment::Unreadable { tenant_id, label, finding } => {
                self.gathered.findings.push(finding);
                self.gathered.set_aside(Exclusion::Unreadable, tenant_id, label);
            }
            Assessment::Readable { id, external_id, verdict } => {
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

    /// Frees the duplicate-detection index, which is slow for many tenants.
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
                    let message = words::unrecognised_tenant_status(&word);
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
            Verdict::Evaluated { report, mut findings } => {
                self.evidence_from = self.evidence_from.into_iter().chain(report.evidence_from).min();
                self.findings.append(&mut findings);
                self.from_rules += bytes_from_rules(&report.backup_health.scopes);
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
        let Self { mut tenants, not_evaluated, findings: of_tenants, denominators, evidence_from, .. } = self;
        let Preamble { frame, workspace, checked_domains, unfit_details, .. } = preamble;
        sort_by_key(&mut tenants, |tenant| tenant.tenant_id);
        let mut findings: Vec<_> = unfit_details.into_iter().map(unfit_detail).collect();
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

fn unfit_detail(UnfitDetail { path, mismatch, found }: UnfitDetail) -> Finding {
    let message = words::unfit_detail(&mismatch, found.as_deref());
    Finding::new(FindingCode::UnfitDetail, None, path, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreadable(index: usize) -> Assessed {
        let finding = Finding::new(FindingCode::UnreadableTenant, None, String::new(), String::new());
        Assessed { index, assessment: Assessment::Unreadable { tenant_id: None, label: None, finding } }
    }

    /// SN-58: one tenant more than may be set aside.
    #[test]
    fn a_document_may_have_100_000_findings_and_no_more() {
        let mut builder = ReportBuilder::default();
        let most = Bound::Findings.most();
        assert!((0..most).all(|index| builder.add(unreadable(index)).is_ok()));
        let refusal = builder.add(unreadable(most)).unwrap_err();
        assert_eq!(refusal, RefusalKind::Beyond(Bound::Findings).at("tenants[100000]", None));
    }

    /// SN-58: what a short policy adds to many tenants.
    #[test]
    fn the_rules_of_a_policy_add_256_mib_to_a_report_and_no_more() {
        let document = br#"{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W"},
            "policy":{"scopes":{"":{"expected_policy_types":["apps","x"]},"a":{"expected":true},"b":{"expected":true},"c":{"expected":false}}},
            "tenants":[{"id":1,"external_id":"a","name":"A","status":"active",
                "backup_sets":[{"id":1,"status":"completed","completed_at":"2026-11-20T07:00:00Z","items":[{"id":1,"policy_type":"w"}]}]}]}"#;
        let report = crate::derive(document, crate::Form::Json, &crate::Options::default()).unwrap();
        let scopes = &report.tenants[0].backup_health.scopes;
        assert_eq!(scopes.len(), 3);
        assert_eq!(bytes_from_rules(scopes), 2 * 700 + (96 + 4) + (96 + 1));
        let mut builder = ReportBuilder::default();
        builder.gathered.from_rules = Bound::Rules.most() / 2;
        assert_eq!(builder.add(unreadable(0)), Ok(()));
        builder.gathered.from_rules += 1;
        let refusal = builder.add(unreadable(1)).unwrap_err();
        assert_eq!(refusal, RefusalKind::Beyond(Bound::Rules).at("tenants[1]", None));
    }

    /// SN-58: tenants that are not active have no findings, but are listed too.
    #[test]
    fn a_document_may_have_100_000_tenants_that_are_not_evaluated_and_no_more() {
        let mut builder = ReportBuilder::default();
        let most = Bound::NotEvaluated.most();
        let mut add = |index: usize| {
            let verdict = Verdict::NotActive { label: String::new(), unrecognised_status: None };
            let id = Id::new(index as u64 + 1).unwrap();
            builder.add(Assessed {
                index,
                assessment: Assessment::Readable { id, external_id: index.to_string(), verdict },
            })
        };
        assert!((0..most).all(|index| add(index).is_ok()));
        assert_eq!(add(most), Err(RefusalKind::Beyond(Bound::NotEvaluated).at("tenants[100000]", None)));
    }
}
