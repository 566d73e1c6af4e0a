//! What needs attention by tenant: a line for each, with its worst item and its further ones. The order is the contract's.

use crate::report::attention_items::{Ranked, compare, item, ranked_items};
use crate::report::model::{AttentionItem, Domain, Report, TenantReport};
use crate::sorting::{keep_first, sort_by};
use crate::views::reviews::Marks;
use crate::vocabulary::Urgency;

/// A tenant that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantAttention<'r> {
    /// The tenant.
    pub tenant: &'r TenantReport,
    /// Its worst item; with a filter by family, the worst of that family.
    pub worst: AttentionItem,
    /// Its other items, worst first.
    pub others: Vec<AttentionItem>,
}

/// The tenants that need attention, or those that need it in one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionByTenant<'r> {
    /// The first of them, worst first.
    pub listed: Vec<TenantAttention<'r>>,
    /// How many there are.
    pub tenants: u64,
}

/// How many tenants need attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttentionCounts {
    /// In any family.
    pub all: u64,
    /// In each family in which any tenant does.
    pub families: Vec<FamilyAttention>,
}

/// What needs attention in one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilyAttention {
    /// The family.
    pub family: Domain,
    /// How many tenants need attention in it.
    pub tenants: u64,
    /// Its most urgent item.
    pub urgency: Urgency,
}

/// The items of one tenant: the one it is listed by, and the others.
struct Line<'r> {
    tenant: &'r TenantReport,
    worst: Ranked<'r>,
    others: Vec<Ranked<'r>>,
}

/// The worst tenants, at most `limit`, of a family or of all.
///
/// All tenants are walked once and only what is listed is kept, so that a long list costs little more than a short one.
pub fn attention_by_tenant(report: &Report, family: Option<Domain>, limit: usize) -> AttentionByTenant<'_> {
    by_tenant(report, family, limit, |_, _| {})
}

/// As [`attention_by_tenant`], but items with a mark come after the others of their rank.
pub fn attention_with_marks<'r>(
    report: &'r Report,
    family: Option<Domain>,
    limit: usize,
    marks: &Marks,
) -> AttentionByTenant<'r> {
    by_tenant(report, family, limit, |tenant, items| {
        if marks.concern(tenant.tenant_id) {
            let marked = items.iter_mut().filter(|ranked| marks.of(&item(ranked), tenant).is_some());
            marked.for_each(Ranked::put_last);
        }
    })
}

/// Everything of one tenant that needs attention, worst first.
pub fn attention_items_of(tenant: &TenantReport) -> Vec<AttentionItem> {
    let mut items = ranked_items(tenant);
    sort_by(&mut items, compare);
    items.iter().map(item).collect()
}

/// Counts the tenants that need attention.
pub fn attention_counts(report: &Report) -> AttentionCounts {
    let mut families: Vec<_> = Domain::ALL.iter().map(|domain| (*domain, 0_u64, None)).collect();
    let mut all = 0;
    for tenant in &report.tenants {
        let items = ranked_items(tenant);
        all += u64::from(!items.is_empty());
        for (domain, count, most) in &mut families {
            let of_family = items.iter().filter(|item| item.family() == *domain).map(Ranked::urgency).min();
            *count += u64::from(of_family.is_some());
            *most = of_family.into_iter().chain(*most).min();
        }
    }
    let families = families.into_iter().filter_map(|(family, tenants, urgency)| {
        Some(FamilyAttention { family, tenants, urgency: urgency? })
    });
    AttentionCounts { all, families: families.collect() }
}

fn by_tenant<'r>(
    report: &'r Report,
    family: Option<Domain>,
    limit: usize,
    prepare: impl Fn(&'r TenantReport, &mut [Ranked<'r>]),
) -> AttentionByTenant<'r> {
    let mut tenants = 0;
    let mut lines: Vec<Line<'_>> = Vec::new();
    for tenant in &report.tenants {
        let mut items = ranked_items(tenant);
        prepare(tenant, &mut items);
        let asked =
            items.iter().enumerate().filter(|(_, item)| family.is_none_or(|family| item.family() == family));
        let Some((place, _)) = asked.min_by(|(_, a), (_, b)| compare(a, b)) else { continue };
        tenants += 1;
        let worst = items.remove(place);
        keep_first(&mut lines, limit, Line { tenant, worst, others: items }, |a, b| {
            compare(&a.worst, &b.worst)
        });
    }
    let listed = lines.into_iter().map(|mut line| {
        sort_by(&mut line.others, compare);
        TenantAttention {
            tenant: line.tenant,
            worst: item(&line.worst),
            others: line.others.iter().map(item).collect(),
        }
    });
    AttentionByTenant { listed: listed.collect(), tenants }
}
