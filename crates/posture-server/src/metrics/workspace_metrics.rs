//! The metrics of workspaces: numbers of a report, as gauges.
//!
//! A workspace that failed to be evaluated has no such metrics, instead of zeros. A tenant that was never backed up has the backup
//! posture `absent`.

use std::sync::atomic::AtomicI64;

use posture_core::finding::Severity;
use posture_core::policy::seconds_ahead;
use posture_core::report::attention::is_unsettled;
use posture_core::report::model::{CalmBlocker, Exclusion, TenantReport};
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::verdicts::restore_attention::AttentionCause;
use posture_core::verdicts::unsettled::UnsettledCause;
use posture_core::{Id, Report, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::group_metrics::{GroupGauges, GroupMetrics};
use super::labels::{BACKUP_HEALTH, RECOVERY_EVIDENCE, label};
use super::options::MetricsOptions;

/// The blocker of calm that only a surface with a clock knows.
const AHEAD_OF_CLOCK: &str = "export_ahead_of_clock";

/// The numbers of a report.
#[derive(Clone, Debug)]
pub(crate) struct WorkspaceMetrics {
    /// Evaluated tenants by family and state.
    states: Vec<(&'static str, &'static str, i64)>,
    excluded: Vec<(&'static str, i64)>,
    findings: Vec<(&'static str, i64)>,
    /// Unsettled tenants by cause; one may have several.
    unsettled: Vec<(&'static str, i64)>,
    unsettled_tenants: i64,
    schedules_to_follow_up: i64,
    tenants_with_unknown_content: i64,
    stuck_restores: i64,
    attention_items: i64,
    is_calm: bool,
    is_ahead_of_clock: bool,
    blockers: Vec<(&'static str, bool)>,
    data_age_seconds: i64,
    evaluated_at: Timestamp,
    exported_at: Timestamp,
    tenants: Vec<TenantMetrics>,
    groups: Option<GroupMetrics>,
}

#[derive(Clone, Debug)]
struct TenantMetrics {
    tenant: String,
    backup: &'static str,
    recovery: &'static str,
    backup_completed_at: Option<Timestamp>,
}

impl WorkspaceMetrics {
    /// Counts a report; single tenants and groups only if the options ask for them. An export ahead of the clock is not calm.
    pub(crate) fn new(report: &Report, options: MetricsOptions, now: Timestamp) -> Self {
        let skew = report.policy.clock_skew_seconds;
        let is_ahead_of_clock = seconds_ahead(report.exported_at, now, skew).is_some();
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
        let unsettled = |cause: &UnsettledCause| {
            let tenants = report.tenants.iter().filter(|tenant| tenant.registry.unsettled.contains(cause));
            (cause.as_str(), count(tenants.count()))
        };
        let has_unknown_content = |tenant: &TenantReport| {
            let mut qualities = tenant.backup_health.scopes.iter().filter_map(|scope| scope.quality.as_ref());
            qualities.any(|quality| !quality.unknowns.is_empty())
        };
        let runs = || report.tenants.iter().flat_map(|tenant| &tenant.restore_attention);
        let follow_ups = report.tenants.iter().map(|tenant| tenant.backup_health.schedule_follow_ups.len());
        let calmness = &report.overview.calmness;
        let tenants = report.tenants.iter().filter(|_| options.by_tenant).map(|tenant| TenantMetrics {
            tenant: label(&tenant.tenant_route_key),
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
            unsettled: UnsettledCause::ALL.iter().map(unsettled).collect(),
            unsettled_tenants: count(report.tenants.iter().filter(|tenant| is_unsettled(tenant)).count()),
            schedules_to_follow_up: count(follow_ups.sum::<usize>()),
            tenants_with_unknown_content: count(
                report.tenants.iter().filter(|tenant| has_unknown_content(tenant)).count(),
            ),
            stuck_restores: count(
                runs().filter(|run| run.causes.contains(&AttentionCause::StuckInQueue)).count(),
            ),
            attention_items: count(report.overview.attention_total),
            is_calm: calmness.is_calm && !is_ahead_of_clock,
            is_ahead_of_clock,
            blockers: CalmBlocker::ALL
                .iter()
                .map(|blocker| (blocker.as_str(), calmness.blockers.contains(blocker)))
                .chain([(AHEAD_OF_CLOCK, is_ahead_of_clock)])
                .collect(),
            data_age_seconds: count(report.data_age_seconds),
            evaluated_at: report.as_of,
            exported_at: report.exported_at,
            tenants: tenants.collect(),
            groups: options.by_group.then(|| GroupMetrics::of(report)),
        }
    }
}

fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct WorkspaceLabels {
    workspace: u64,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct StateLabels {
    workspace: u64,
    family: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReasonLabels {
    workspace: u64,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CauseLabels {
    workspace: u64,
    cause: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct BlockerLabels {
    workspace: u64,
    blocker: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct SeverityLabels {
    workspace: u64,
    severity: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct NameLabels {
    workspace: u64,
    name: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TenantLabels {
    workspace: u64,
    tenant: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TenantStateLabels {
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
    info: Gauges<NameLabels>,
    up: Gauges<WorkspaceLabels>,
    refused: Gauges<WorkspaceLabels>,
    tenants: Gauges<StateLabels>,
    excluded: Gauges<ReasonLabels>,
    findings: Gauges<SeverityLabels>,
    unsettled: Gauges<CauseLabels>,
    unsettled_tenants: Gauges<WorkspaceLabels>,
    schedules_to_follow_up: Gauges<WorkspaceLabels>,
    unknown_content: Gauges<WorkspaceLabels>,
    stuck_restores: Gauges<WorkspaceLabels>,
    attention_items: Gauges<WorkspaceLabels>,
    calm: Gauges<WorkspaceLabels>,
    ahead_of_clock: Gauges<WorkspaceLabels>,
    blockers: Gauges<BlockerLabels>,
    data_age: Gauges<WorkspaceLabels>,
    evaluated_at: Gauges<WorkspaceLabels>,
    exported_at: Gauges<WorkspaceLabels>,
    tenant_state: Gauges<TenantStateLabels>,
    tenant_backup: Gauges<TenantLabels>,
    groups: GroupGauges,
}

impl WorkspaceGauges {
    /// Sets the gauges of a listed workspace: its name, whether it was evaluated, and whether newer evidence is refused.
    pub(crate) fn list(&self, workspace: Id, name: &str, is_up: bool, is_refused: bool) {
        let workspace = workspace.get();
        self.info.get_or_create(&NameLabels { workspace, name: label(name) }).set(1);
        self.up.get_or_create(&WorkspaceLabels { workspace }).set(i64::from(is_up));
        self.refused.get_or_create(&WorkspaceLabels { workspace }).set(i64::from(is_refused));
    }

    /// Sets the gauges of an evaluated workspace.
    pub(crate) fn set(&self, workspace: Id, metrics: &WorkspaceMetrics) {
        if let Some(groups) = &metrics.groups {
            self.groups.set(workspace, groups);
        }
        let workspace = workspace.get();
        let here = WorkspaceLabels { workspace };
        for (family, state, tenants) in &metrics.states {
            self.tenants.get_or_create(&StateLabels { workspace, family, state }).set(*tenants);
        }
        for (reason, tenants) in &metrics.excluded {
            self.excluded.get_or_create(&ReasonLabels { workspace, reason }).set(*tenants);
        }
        for (severity, findings) in &metrics.findings {
            self.findings.get_or_create(&SeverityLabels { workspace, severity }).set(*findings);
        }
        for (blocker, holds) in &metrics.blockers {
            self.blockers.get_or_create(&BlockerLabels { workspace, blocker }).set(i64::from(*holds));
        }
        for (cause, tenants) in &metrics.unsettled {
            self.unsettled.get_or_create(&CauseLabels { workspace, cause }).set(*tenants);
        }
        self.unsettled_tenants.get_or_create(&here).set(metrics.unsettled_tenants);
        self.schedules_to_follow_up.get_or_create(&here).set(metrics.schedules_to_follow_up);
        self.unknown_content.get_or_create(&here).set(metrics.tenants_with_unknown_content);
        self.stuck_restores.get_or_create(&here).set(metrics.stuck_restores);
        self.attention_items.get_or_create(&here).set(metrics.attention_items);
        self.calm.get_or_create(&here).set(i64::from(metrics.is_calm));
        self.ahead_of_clock.get_or_create(&here).set(i64::from(metrics.is_ahead_of_clock));
        self.data_age.get_or_create(&here).set(metrics.data_age_seconds);
        self.evaluated_at.get_or_create(&here).set(metrics.evaluated_at.unix_seconds());
        self.exported_at.get_or_create(&here).set(metrics.exported_at.unix_seconds());
        for one in &metrics.tenants {
            let tenant = || one.tenant.clone();
            for (family, state) in [(BACKUP_HEALTH, one.backup), (RECOVERY_EVIDENCE, one.recovery)] {
                self.tenant_state
                    .get_or_create(&TenantStateLabels { workspace, tenant: tenant(), family, state })
                    .set(1);
            }
            if let Some(at) = one.backup_completed_at {
                self.tenant_backup
                    .get_or_create(&TenantLabels { workspace, tenant: tenant() })
                    .set(at.unix_seconds());
            }
        }
    }

    /// Registers the gauges.
    pub(crate) fn register(self, registry: &mut Registry) {
        registry.register("workspace_info", "A workspace and its name", self.info);
        registry.register(
            "workspace_up",
            "1 if the workspace was evaluated for this scrape; if 0, it has no other metrics",
            self.up,
        );
        registry.register(
            "workspace_evidence_refused",
            "1 if newer evidence is refused and metrics are of the last good state",
            self.refused,
        );
        registry.register(
            "tenants",
            "Evaluated tenants by family and state; a tenant that was never backed up is backup_health absent",
            self.tenants,
        );
        registry.register(
            "tenants_not_evaluated",
            "Tenants that were not evaluated, by reason",
            self.excluded,
        );
        registry.register("findings", "Findings about the evidence, by severity", self.findings);
        registry.register(
            "attention_items",
            "Attention items, including those beyond the limit",
            self.attention_items,
        );
        registry.register(
            "tenants_unsettled_by_cause",
            "Unsettled tenants by cause; a tenant may have several",
            self.unsettled,
        );
        registry.register("tenants_unsettled", "Tenants that are not settled", self.unsettled_tenants);
        registry.register(
            "schedules_to_follow_up",
            "Backup schedules that need follow-up",
            self.schedules_to_follow_up,
        );
        registry.register(
            "tenants_with_unknown_content",
            "Tenants whose current backup has content that is unknown in part",
            self.unknown_content,
        );
        registry.register(
            "restores_stuck",
            "Restore runs that are stuck in their queue",
            self.stuck_restores,
        );
        registry.register("calm", "1 if the workspace is calm", self.calm);
        registry.register(
            "export_ahead_of_clock",
            "1 if the evidence is dated ahead of this machine's clock",
            self.ahead_of_clock,
        );
        registry.register("calm_blocked", "1 if this blocker prevents calm", self.blockers);
        registry.register("data_age_seconds", "Age of the evidence at the time of evaluation", self.data_age);
        registry.register(
            "evaluated_timestamp_seconds",
            "Time at which the evidence was evaluated",
            self.evaluated_at,
        );
        registry.register(
            "exported_timestamp_seconds",
            "Time at which the evidence was exported",
            self.exported_at,
        );
        registry.register(
            "tenant_state",
            "1 for the current state of a tenant, by family; only with metrics-tenants",
            self.tenant_state,
        );
        registry.register(
            "tenant_backup_completed_timestamp_seconds",
            "Completion time of a tenant's current backup; no sample if there is none",
            self.tenant_backup,
        );
        self.groups.register(registry);
    }
}
