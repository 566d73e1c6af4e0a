//! What the evaluated tenants of a workspace add up to: metrics and the attention list (contract, section 9).

use std::iter::once;

use crate::paths;
use crate::report::attention::{is_unsettled, needs_attention_in};
use crate::report::attention_items::{Ranked, compare, item, ranked_items};
use crate::report::model::{
    AttentionItem, Destination, DestinationKind, Domain, SummaryMetric, TenantReport,
};
use crate::sorting::keep_first;
use crate::timestamp::Timestamp;
use crate::vocabulary::{RecoveryReason, SignalDomain};
use crate::words;

/// Totals over the tenants. They are walked once, because many tenants are far apart in memory.
pub(crate) struct Tally<'r> {
    /// Evaluated tenants.
    pub(crate) tenants: u64,
    /// Those of them that need attention.
    pub(crate) affected: u64,
    /// All attention items.
    pub(crate) items: u64,
    /// The one tenant that has items or is unsettled, if it is one.
    pub(crate) only_tenant: Option<&'r TenantReport>,
    /// Unsettled tenants.
    pub(crate) unsettled: u64,
    /// The first of them.
    first_unsettled: Option<&'r TenantReport>,
    /// Tenants whose backups have content that is unknown in part.
    pub(crate) unknown_content: u64,
    /// When the latest restores that show no issues took effect.
    pub(crate) calm_restores: Vec<Timestamp>,
    /// The items that are listed, worst first.
    worst: Vec<Ranked<'r>>,
    /// How many tenants each domain concerns, and the first of them.
    domains: Vec<(Domain, u64, Option<&'r TenantReport>)>,
}

impl<'r> Tally<'r> {
    /// How much of the workspace needs attention.
    pub(crate) fn attention(&self) -> words::AttentionCounts {
        let Self { tenants, affected, unsettled, items, .. } = *self;
        words::AttentionCounts { tenants, affected, unsettled, items }
    }

    /// Counts all tenants, and keeps this many attention items.
    pub(crate) fn of(tenants: &'r [Box<TenantReport>], limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let domains = Domain::ALL.iter().map(|domain| (*domain, 0, None)).collect();
        let mut tally = Self {
            tenants: tenants.len() as u64,
            affected: 0,
            items: 0,
            only_tenant: None,
            unsettled: 0,
            first_unsettled: None,
            unknown_content: 0,
            calm_restores: Vec::new(),
            worst: Vec::new(),
            domains,
        };
        let mut with_anything = 0_u64;
        for tenant in tenants {
            tally.count(tenant);
            let items = ranked_items(tenant);
            if !items.is_empty() || is_unsettled(tenant) {
                with_anything += 1;
                tally.only_tenant = Some(tenant);
            }
            for one in items {
                tally.list(one, limit);
            }
        }
        tally.only_tenant = tally.only_tenant.filter(|_| with_anything == 1);
        tally
    }

    fn count(&mut self, tenant: &'r TenantReport) {
        let mut is_affected = false;
        for (_, value, first) in
            self.domains.iter_mut().filter(|(domain, ..)| needs_attention_in(tenant, *domain))
        {
            *value += 1;
            first.get_or_insert(tenant);
            is_affected = true;
        }
        self.affected += u64::from(is_affected);
        if is_unsettled(tenant) {
            self.unsettled += 1;
            self.first_unsettled.get_or_insert(tenant);
        }
        let recovery = &tenant.recovery_evidence;
        let is_calm = recovery.reason == RecoveryReason::NoRecentIssuesVisible;
        self.calm_restores.extend(recovery.latest_relevant_at.filter(|_| is_calm));
        self.unknown_content += u64::from(tenant.backup_health.has_unknown_content());
    }

    /// Of a workspace's items only those that are listed are kept in order; equals stay as they came.
    fn list(&mut self, one: Ranked<'r>, limit: usize) {
        self.items += 1;
        keep_first(&mut self.worst, limit, one, compare);
    }

    /// The worst attention items.
    pub(crate) fn attention_items(&self) -> Vec<AttentionItem> {
        self.worst.iter().map(item).collect()
    }

    /// Counts of tenants, in the contract's order.
    pub(crate) fn summary_metrics(&self, checked: &[SignalDomain]) -> Vec<SummaryMetric> {
        let scope = SummaryMetric {
            category: SCOPE.to_owned(),
            description: words::metric_description(None).to_owned(),
            destination: Some(Destination::to(DestinationKind::ChooseTenant, paths::CHOOSE_TENANT)),
            key: "visible_tenants".to_owned(),
            label: words::metric_label(None).to_owned(),
            value: self.tenants,
        };
        let metrics = |domains: &[Domain]| -> Vec<SummaryMetric> {
            let counted = domains
                .iter()
                .filter_map(|domain| self.domains.iter().find(|(counted, ..)| counted == domain));
            counted.map(|(domain, value, first)| attention_metric(*domain, *value, *first)).collect()
        };
        let checked: Vec<_> = checked.iter().map(|domain| (*domain).into()).collect();
        once(scope)
            .chain(metrics(&[Domain::BackupHealth, Domain::RecoveryEvidence]))
            .chain([self.unsettled_metric()])
            .chain(metrics(&checked))
            .collect()
    }

    fn unsettled_metric(&self) -> SummaryMetric {
        SummaryMetric {
            category: UNSETTLED.to_owned(),
            description: words::UNSETTLED_METRIC_DESCRIPTION.to_owned(),
            destination: metric_destination(UNSETTLED, self.unsettled, self.first_unsettled),
            key: "unsettled_tenants".to_owned(),
            label: words::UNSETTLED_METRIC.to_owned(),
            value: self.unsettled,
        }
    }
}

/// The category of the metric that counts all tenants.
pub const SCOPE: &str = "scope";

/// The category of the metric that counts unsettled tenants.
pub const UNSETTLED: &str = "unsettled";

/// Where the tenants of an attention metric are; `first` is one of them.
fn metric_destination(category: &str, value: u64, first: Option<&TenantReport>) -> Option<Destination> {
    first.map(|tenant| match value {
        1 => Destination::tenant(&tenant.tenant_route_key),
        _ => Destination::to(DestinationKind::ChooseTenant, paths::choose_tenant_of(category)),
    })
}

fn attention_metric(domain: Domain, value: u64, first: Option<&TenantReport>) -> SummaryMetric {
    let key = match domain {
        Domain::BackupHealth => "backup_attention_tenants".to_owned(),
        Domain::RecoveryEvidence => "recovery_attention_tenants".to_owned(),
        Domain::Governance | Domain::Operations | Domain::Alerts => format!("{domain}_attention_tenants"),
    };
    SummaryMetric {
        category: domain.as_str().to_owned(),
        description: words::metric_description(Some(domain)).to_owned(),
        destination: metric_destination(domain.as_str(), value, first),
        key,
        label: words::metric_label(Some(domain)).to_owned(),
        value,
    }
}
