//! What needs attention by tenant: a line for each, with its worst item and its further ones. The order is the contract's.

use crate::id::Id;
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

impl<'r> Line<'r> {
    /// A tenant's line among those of a family, or of all; `None` if it has none.
    fn of(tenant: &'r TenantReport, mut items: Vec<Ranked<'r>>, family: Option<Domain>) -> Option<Self> {
        let asked =
            items.iter().enumerate().filter(|(_, item)| family.is_none_or(|family| item.family() == family));
        let (place, _) = asked.min_by(|(_, a), (_, b)| compare(a, b))?;
        let worst = items.remove(place);
        Some(Self { tenant, worst, others: items })
    }

    fn written(mut self) -> TenantAttention<'r> {
        sort_by(&mut self.others, compare);
        TenantAttention {
            tenant: self.tenant,
            worst: item(&self.worst),
            others: self.others.iter().map(item).collect(),
        }
    }
}

/// The worst tenants, at most `limit`, of a family or of all.
///
/// All tenants are walked once and only what is listed is kept, so that a long list costs little more than a short one.
// Inlined into the app, which is compiled for size.
#[inline]
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

/// The lines of these tenants, in their order.
pub(super) fn attention_of<'r>(report: &'r Report, tenants: &[Id]) -> Vec<TenantAttention<'r>> {
    let line = |id: &Id| {
        let tenant = report.tenant_of(*id)?;
        Line::of(tenant, ranked_items(tenant), None)
    };
    tenants.iter().filter_map(line).map(Line::written).collect()
}

/// The tenants that were looked at so far: how many need attention, and the first of them.
pub(super) struct AttentionTally<'r> {
    all: u64,
    families: Vec<(Domain, u64, Option<Urgency>)>,
    limit: usize,
    /// The worst item of each of the first, worst first.
    worst: Vec<Ranked<'r>>,
}

impl<'r> AttentionTally<'r> {
    /// No tenants; `limit` of those to come are kept.
    pub(super) fn new(limit: usize) -> Self {
        let families = Domain::ALL.iter().map(|domain| (*domain, 0, None)).collect();
        Self { all: 0, families, limit, worst: Vec::new() }
    }

    pub(super) fn count(&mut self, tenant: &'r TenantReport) {
        let items = ranked_items(tenant);
        for (domain, count, most) in &mut self.families {
            let of_family = items.iter().filter(|item| item.family() == *domain).map(Ranked::urgency).min();
            *count += u64::from(of_family.is_some());
            *most = of_family.into_iter().chain(*most).min();
        }
        if let Some(worst) = items.into_iter().min_by(compare) {
            self.all += 1;
            keep_first(&mut self.worst, self.limit, worst, compare);
        }
    }

    /// The counts, and the first tenants.
    pub(super) fn counts(self) -> (AttentionCounts, Vec<Id>) {
        let families = self.families.into_iter().filter_map(|(family, tenants, urgency)| {
            Some(FamilyAttention { family, tenants, urgency: urgency? })
        });
        let worst = self.worst.iter().map(Ranked::tenant_id).collect();
        (AttentionCounts { all: self.all, families: families.collect() }, worst)
    }
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
        let Some(line) = Line::of(tenant, items, family) else { continue };
        tenants += 1;
        keep_first(&mut lines, limit, line, |a, b| compare(&a.worst, &b.worst));
    }
    AttentionByTenant { listed: lines.into_iter().map(Line::written).collect(), tenants }
}
