//! A comparison as comma-separated values for a spreadsheet.

use crate::compare::change::Family;
use crate::compare::diff::{Place, TenantChange, View, former_route_key, label, route_keys, view};
use crate::compare::groups::groups_of;
use crate::export::csv::{Separator, line};
use crate::report::model::Report;
use crate::views::groups::GroupBy;
use crate::words;

/// These tenants' lines, one for each family, below a line of column titles. Each line ends with whose tenants they are and the instants
/// that are compared.
pub fn diff_csv<'d>(
    tenants: impl IntoIterator<Item = &'d TenantChange>,
    old: &Report,
    new: &Report,
    separator: Separator,
) -> String {
    let mut written = line(words::DIFF_COLUMNS, separator);
    let [before_at, after_at] = [old.as_of.to_string(), new.as_of.to_string()];
    for tenant in tenants {
        let groups = |by| groups_of(tenant, old, new, by).join(", ");
        let [profile, environment, labels] =
            [GroupBy::Profile, GroupBy::Environment, GroupBy::Label].map(groups);
        for family in Family::ALL {
            let (before, after) = (Cells::of(old, tenant.old, *family), Cells::of(new, tenant.new, *family));
            let (was, is) = route_keys(tenant, old, new);
            written += &line(
                [
                    &tenant.tenant_id.to_string(),
                    label(tenant, old, new).unwrap_or_default(),
                    is.or(was).unwrap_or_default(),
                    former_route_key(tenant, old, new).unwrap_or_default(),
                    &profile,
                    &environment,
                    &labels,
                    words::family_name(*family),
                    words::change_label(tenant.of(*family)),
                    before.state,
                    &before.cause,
                    &before.at,
                    after.state,
                    &after.cause,
                    &after.at,
                    &new.workspace.name,
                    &before_at,
                    &after_at,
                ],
                separator,
            );
        }
    }
    written
}

#[derive(Default)]
struct Cells {
    state: &'static str,
    cause: String,
    at: String,
}

impl Cells {
    fn of(report: &Report, place: Place, family: Family) -> Self {
        let Some(View { label, cause, at, .. }) = view(report, place, family) else { return Self::default() };
        Self { state: label, cause, at: at.map(|at| at.to_string()).unwrap_or_default() }
    }
}
