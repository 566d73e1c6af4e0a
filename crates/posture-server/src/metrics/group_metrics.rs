//! The metrics of groups of tenants: profiles, environments and labels.
//!
//! Their number is bounded, as every group is a time series of its own for each state. Groups beyond the bound are counted.

use std::sync::atomic::AtomicI64;

use posture_core::report::model::TenantReport;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::views::groups::{GroupBy, by_group};
use posture_core::{Id, Report};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::labels::{BACKUP_HEALTH, RECOVERY_EVIDENCE, label};

/// The most groups of each kind that a workspace has metrics of: the first by name.
const MOST_GROUPS: usize = 50;

/// The tenants of each group by family and state.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupMetrics {
    groups: Vec<(GroupBy, String, Counts)>,
    omitted: Vec<(GroupBy, i64)>,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    postures: [i64; BackupPosture::ALL.len()],
    states: [i64; RecoveryState::ALL.len()],
}

impl Counts {
    fn add(&mut self, tenant: &&TenantReport) {
        self.postures[tenant.backup_health.posture as usize] += 1;
        self.states[tenant.recovery_evidence.overview_state as usize] += 1;
    }
}

impl GroupMetrics {
    /// Counts a report's tenants by profile, environment and label. Tenants that are in no group of a kind are not counted for it.
    pub(crate) fn of(report: &Report) -> Self {
        let mut metrics = Self::default();
        for by in GroupBy::ALL.iter().copied() {
            let tenants = report.tenants.iter().map(AsRef::as_ref);
            let groups = by_group(tenants, |&tenant| by.of(tenant), Counts::add);
            let mut named = groups.into_iter().filter_map(|(name, counts)| Some((by, label(name?), counts)));
            metrics.groups.extend(named.by_ref().take(MOST_GROUPS));
            metrics.omitted.push((by, i64::try_from(named.count()).unwrap_or(i64::MAX)));
        }
        metrics
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct GroupLabels {
    workspace: u64,
    by: &'static str,
    group: String,
    family: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct KindLabels {
    workspace: u64,
    by: &'static str,
}

/// The gauges of groups in one scrape.
#[derive(Default)]
pub(crate) struct GroupGauges {
    tenants: Family<GroupLabels, Gauge<i64, AtomicI64>>,
    omitted: Family<KindLabels, Gauge<i64, AtomicI64>>,
}

impl GroupGauges {
    /// Sets the gauges of a workspace's groups.
    pub(crate) fn set(&self, workspace: Id, metrics: &GroupMetrics) {
        let workspace = workspace.get();
        for (by, group, counts) in &metrics.groups {
            let set = |family, state, tenants| {
                let labels = GroupLabels { workspace, by: by.as_str(), group: group.clone(), family, state };
                self.tenants.get_or_create(&labels).set(tenants);
            };
            for (posture, tenants) in BackupPosture::ALL.iter().zip(counts.postures) {
                set(BACKUP_HEALTH, posture.as_str(), tenants);
            }
            for (state, tenants) in RecoveryState::ALL.iter().zip(counts.states) {
                set(RECOVERY_EVIDENCE, state.as_str(), tenants);
            }
        }
        for (by, groups) in &metrics.omitted {
            self.omitted.get_or_create(&KindLabels { workspace, by: by.as_str() }).set(*groups);
        }
    }

    /// Registers the gauges.
    pub(crate) fn register(self, registry: &mut Registry) {
        registry.register(
            "group_tenants",
            "Evaluated tenants of a profile, environment or label, by family and state; only with metrics-groups",
            self.tenants,
        );
        registry.register(
            "groups_omitted",
            "Profiles, environments or labels beyond the most that are reported",
            self.omitted,
        );
    }
}
