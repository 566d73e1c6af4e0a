//! A report on screen.

use std::sync::Arc;

use posture_core::views::overview_counts::{OverviewCounting, OverviewCounts};
use posture_core::views::truncation;
use posture_core::{Report, TenantReport, Timestamp};

use crate::browser::time_slicing::Slices;
use crate::store::derivation::Snapshot;

/// How many tenants are counted between two looks at the time.
const STEP_TENANTS: usize = 500;

/// A report on screen, and what it came from.
#[derive(Debug)]
pub struct ShownReport {
    /// The report, as far as it is shown.
    pub report: Report,
    /// What the overview shows of all its tenants together.
    pub counts: OverviewCounts,
    /// The whole report, if some of its texts are too long to be shown.
    pub cut_from: Option<Report>,
    /// What it was derived from.
    pub snapshot: Arc<Snapshot>,
    /// The validator of the endpoint's answer.
    pub etag: Option<String>,
    /// When the evidence arrived.
    pub fetched_at: Option<Timestamp>,
}

impl ShownReport {
    /// A report put on screen; its tenants are searched if some of their texts are too long to be shown. They are counted in slices, and what
    /// follows begins another.
    pub async fn new(
        mut report: Report,
        has_long_tenants: bool,
        snapshot: Arc<Snapshot>,
        etag: Option<String>,
        fetched_at: Option<Timestamp>,
        slices: &mut Slices,
    ) -> Self {
        slices.pause().await;
        let cut_from = truncation::report(&mut report, has_long_tenants);
        let mut counting = OverviewCounting::of(&report);
        while counting.step(STEP_TENANTS) {
            if slices.is_due() {
                slices.pause().await;
            }
        }
        let counts = counting.finish();
        slices.pause().await;
        Self { report, counts, cut_from, snapshot, etag, fetched_at }
    }

    /// The whole report, of which digests and files are made.
    pub fn whole(&self) -> &Report {
        self.cut_from.as_ref().unwrap_or(&self.report)
    }

    /// The route key that the evidence gives the tenant of this one.
    pub fn whole_key(&self, route_key: &str) -> Option<&str> {
        let place = self.report.tenants.iter().position(|tenant| tenant.tenant_route_key == route_key)?;
        self.whole().tenants.get(place).map(|tenant| tenant.tenant_route_key.as_str())
    }

    /// The tenant with this route key.
    pub fn tenant(&self, route_key: &str) -> Option<&TenantReport> {
        self.report.tenant(route_key)
    }
}
