//! What the overview shows of all tenants together.
//!
//! All of it comes from one walk, because many tenants are far apart in memory. The walk has steps, so that a page can pause between any two.

use crate::id::Id;
use crate::report::model::Report;
use crate::views::attention::{AttentionByTenant, AttentionCounts, AttentionTally, attention_of};
use crate::views::distribution::{Spread, SpreadTally};
use crate::views::forecast::{Ahead, HORIZONS};

/// What the overview shows of all tenants together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverviewCounts {
    /// How they are spread.
    pub spread: Spread,
    /// How many of them need attention.
    pub attention: AttentionCounts,
    /// Those that need it first, worst first, as many as the policy's `attention_limit`.
    pub worst: Vec<Id>,
    /// How many go stale within the first of [`HORIZONS`] with no schedule due in time. `None` before the export.
    pub stale_soon: Option<u64>,
}

impl OverviewCounts {
    /// The first tenants that need attention, as [`attention_by_tenant`](crate::views::attention::attention_by_tenant) lists them.
    pub fn listed<'r>(&self, report: &'r Report) -> AttentionByTenant<'r> {
        AttentionByTenant { listed: attention_of(report, &self.worst), tenants: self.attention.all }
    }
}

/// A count of a report's tenants that is under way.
pub struct OverviewCounting<'r> {
    report: &'r Report,
    counted: usize,
    spread: SpreadTally,
    attention: AttentionTally<'r>,
    stale_soon: Option<(Ahead, u64)>,
}

impl<'r> OverviewCounting<'r> {
    /// Starts with no tenant counted.
    pub fn of(report: &'r Report) -> Self {
        let limit = usize::try_from(report.policy.attention_limit).unwrap_or(usize::MAX);
        Self {
            report,
            counted: 0,
            spread: SpreadTally::default(),
            attention: AttentionTally::new(limit),
            stale_soon: Ahead::of(report, HORIZONS[0]).map(|ahead| (ahead, 0)),
        }
    }

    /// Counts the next tenants, at most so many; false if none was left.
    pub fn step(&mut self, tenants: usize) -> bool {
        let before = self.counted;
        for tenant in self.report.tenants.iter().skip(before).take(tenants) {
            self.counted += 1;
            self.spread.count(tenant);
            self.attention.count(tenant);
            if let Some((ahead, tenants)) = &mut self.stale_soon {
                *tenants += u64::from(ahead.leaves_uncovered(tenant));
            }
        }
        self.counted > before
    }

    /// Counts the tenants that are left, and returns the whole.
    pub fn finish(mut self) -> OverviewCounts {
        self.step(usize::MAX);
        let (attention, worst) = self.attention.counts();
        OverviewCounts {
            spread: self.spread.spread(self.report),
            attention,
            worst,
            stale_soon: self.stale_soon.map(|(_, tenants)| tenants),
        }
    }
}
