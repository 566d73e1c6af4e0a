//! What monitoring is told of workspaces: a report's figures, as gauges.
//!
//! A workspace that could not be evaluated has no figures at all, rather than zeros; a tenant that was never backed up is one whose backup
//! posture is absent.

use std::sync::atomic::AtomicI64;

use posture_core::finding::Severity;
use posture_core::report::calmness::CalmBlocker;
use posture_core::report::model::Exclusion;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::{Id, Report, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

const BACKUP_HEALTH: &str = "backup_health";
const RECOVERY_EVIDENCE: &str = "recovery_evidence";

/// What a report says in figures.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    /// Evaluated tenants by family and state.
    states: Vec<(&'static str, &'static str, i64)>,
    excluded: Vec<(&'static str, i64)>,
    findings: Vec<(&'static str, i64)>,
    attention_items: i64,
    is_calm: bool,
    blockers: Vec<(&'static str, bool)>,
    data_age_seconds: i64,
    evaluated_at: Timestamp,
    exported_at: Timestamp,
    tenants: Vec<TenantFigures>,
}

#[derive(Clone, Debug)]
struct TenantFigures {
    tenant: String,
    backup: &'static str,
    recovery: &'static str,
    backup_completed_at: Option<Timestamp>,
}

impl Figures {
    /// Counts a report up; single tenants only where asked for.
    pub(crate) fn of(report: &Report, by_tenant: bool) -> Self {
        let backup = |posture: &BackupPosture| {
            let tenants = report.tenants.iter().filter(|tenant| tenant.backup_health.posture == *posture);
            (BACKUP_HEALTH, posture.as_str(), count(tenants.count()))
        };
        let recovery = |state: &RecoveryState| {
            let tenants =
                report.tenants.iter().filter(|tenant| tenant.recovery_evidence.overview_state == *state);
            (RECOVERY_EVIDENCE, state.as_str(), count(tenants.count()))
        };
        let findings = |severity: &Severity| {
            (
                severity.as_str(),
                count(report.findings.iter().filter(|finding| finding.severity == *severity).count()),
            )
        };
        let calmness = &report.overview.calmness;
        let tenants = report.tenants.iter().filter(|_| by_tenant).map(|tenant| TenantFigures {
            tenant: escaped(&tenant.tenant_route_key),
            backup: tenant.backup_health.posture.as_str(),
            recovery: tenant.recovery_evidence.overview_state.as_str(),
            backup_completed_at: tenant.backup_health.latest_relevant_completed_at,
        });
        Self {
            states: BackupPosture::ALL
                .iter()
                .map(backup)
                .chain(RecoveryState::ALL.iter().map(recovery))
                .collect(),
            excluded: Exclusion::ALL
                .iter()
                .map(|reason| (reason.as_str(), count(report.denominators.excluded(*reason))))
                .collect(),
            findings: Severity::ALL.iter().map(findings).collect(),
            attention_items: count(report.overview.attention_total),
            is_calm: calmness.is_calm,
            blockers: CalmBlocker::ALL
                .iter()
                .map(|blocker| (blocker.as_str(), calmness.blockers.contains(blocker)))
                .collect(),
            data_age_seconds: count(report.data_age_seconds),
            evaluated_at: report.as_of,
            exported_at: report.exported_at,
            tenants: tenants.collect(),
        }
    }
}

/// A label's value as the text format has it; the encoder writes it as it is.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfWorkspace {
    workspace: u64,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfState {
    workspace: u64,
    family: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfReason {
    workspace: u64,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfBlocker {
    workspace: u64,
    blocker: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfSeverity {
    workspace: u64,
    severity: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfName {
    workspace: u64,
    name: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfTenant {
    workspace: u64,
    tenant: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfTenantState {
    workspace: u64,
    tenant: String,
    family: &'static str,
    state: &'static str,
}

/// One gauge for each set of labels.
type Gauges<L> = Family<L, Gauge<i64, AtomicI64>>;

/// The gauges of one scrape.
#[derive(Default)]
pub(crate) struct WorkspaceGauges {
    info: Gauges<OfName>,
    up: Gauges<OfWorkspace>,
    refused: Gauges<OfWorkspace>,
    tenants: Gauges<OfState>,
    excluded: Gauges<OfReason>,
    findings: Gauges<OfSeverity>,
    attention_items: Gauges<OfWorkspace>,
    calm: Gauges<OfWorkspace>,
    blockers: Gauges<OfBlocker>,
    data_age: Gauges<OfWorkspace>,
    evaluated_at: Gauges<OfWorkspace>,
    exported_at: Gauges<OfWorkspace>,
    tenant_state: Gauges<OfTenantState>,
    tenant_backup: Gauges<OfTenant>,
}

impl WorkspaceGauges {
    /// Tells a workspace that is listed: its name, whether it could be evaluated, whether newer evidence of it is refused.
    pub(crate) fn list(&self, workspace: Id, name: &str, is_up: bool, is_refused: bool) {
        let workspace = workspace.get();
        self.info.get_or_create(&OfName { workspace, name: escaped(name) }).set(1);
        self.up.get_or_create(&OfWorkspace { workspace }).set(i64::from(is_up));
        self.refused.get_or_create(&OfWorkspace { workspace }).set(i64::from(is_refused));
    }

    /// Tells the figures of a workspace.
    pub(crate) fn tell(&self, workspace: Id, figures: &Figures) {
        let workspace = workspace.get();
        let here = OfWorkspace { workspace };
        for (family, state, tenants) in &figures.states {
            self.tenants.get_or_create(&OfState { workspace, family, state }).set(*tenants);
        }
        for (reason, tenants) in &figures.excluded {
            self.excluded.get_or_create(&OfReason { workspace, reason }).set(*tenants);
        }
        for (severity, findings) in &figures.findings {
            self.findings.get_or_create(&OfSeverity { workspace, severity }).set(*findings);
        }
        for (blocker, holds) in &figures.blockers {
            self.blockers.get_or_create(&OfBlocker { workspace, blocker }).set(i64::from(*holds));
        }
        self.attention_items.get_or_create(&here).set(figures.attention_items);
        self.calm.get_or_create(&here).set(i64::from(figures.is_calm));
        self.data_age.get_or_create(&here).set(figures.data_age_seconds);
        self.evaluated_at.get_or_create(&here).set(figures.evaluated_at.unix_seconds());
        self.exported_at.get_or_create(&here).set(figures.exported_at.unix_seconds());
        for figures in &figures.tenants {
            let tenant = || figures.tenant.clone();
            for (family, state) in [(BACKUP_HEALTH, figures.backup), (RECOVERY_EVIDENCE, figures.recovery)] {
                self.tenant_state
                    .get_or_create(&OfTenantState { workspace, tenant: tenant(), family, state })
                    .set(1);
            }
            if let Some(at) = figures.backup_completed_at {
                self.tenant_backup
                    .get_or_create(&OfTenant { workspace, tenant: tenant() })
                    .set(at.unix_seconds());
            }
        }
    }

    /// Puts the gauges where a scrape finds them.
    pub(crate) fn register(self, registry: &mut Registry) {
        registry.register("workspace_info", "A workspace and its name", self.info);
        registry.register(
            "workspace_up",
            "1 where the workspace could be evaluated for this scrape; where 0 it has no other figures",
            self.up,
        );
        registry.register(
            "workspace_evidence_refused",
            "1 where newer evidence is refused and the last good state is told of",
            self.refused,
        );
        registry.register(
            "tenants",
            "Evaluated tenants by family and state; never backed up is backup_health absent",
            self.tenants,
        );
        registry.register(
            "tenants_not_evaluated",
            "Tenants that were not evaluated, by reason",
            self.excluded,
        );
        registry.register("findings", "Findings about the evidence, by severity", self.findings);
        registry.register("attention_items", "Attention items, listed and unlisted", self.attention_items);
        registry.register("calm", "1 where the workspace is calm", self.calm);
        registry.register("calm_blocked", "1 where the blocker stands against calm", self.blockers);
        registry.register(
            "data_age_seconds",
            "Age of the evidence at the instant of evaluation",
            self.data_age,
        );
        registry.register(
            "evaluated_timestamp_seconds",
            "The instant the evidence was evaluated at",
            self.evaluated_at,
        );
        registry.register(
            "exported_timestamp_seconds",
            "The instant the evidence was exported at",
            self.exported_at,
        );
        registry.register(
            "tenant_state",
            "1 for the state a tenant is in, by family; told where tenants are asked for",
            self.tenant_state,
        );
        registry.register(
            "tenant_backup_completed_timestamp_seconds",
            "When a tenant's governing backup completed; no sample where there is none",
            self.tenant_backup,
        );
    }
}
