use std::sync::Arc;

use leptos::prelude::*;
use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{Place, TenantChange, View, former_route_key, route_keys, view as view_of};
use posture_core::compare::order::record_url;
use posture_core::tone::Tone;
use posture_core::{Report, paths, words};

use super::badge::Badge;
use super::long_table::{Column, Row, long_table};
use crate::store::report_pair::Pair;
use crate::text;

const COLUMNS: &[Column] = &[
    (text::TENANT, false),
    (text::FAMILY, false),
    (text::CHANGE, false),
    (text::BEFORE, false),
    (text::AFTER, false),
];

/// How the change of a tenant's family between two reports is shown.
pub type Shown = fn(&TenantChange, Family, &Report, &Report) -> (Tone, &'static str);

/// A change as it is called between two exports or instants.
pub fn plain_change(tenant: &TenantChange, family: Family, _: &Report, _: &Report) -> (Tone, &'static str) {
    let change = tenant.of(family);
    (change.tone(), words::change_label(change))
}

/// How tenants changed, with the causes on both sides.
pub fn changes_table(
    label: &'static str,
    pair: &Arc<Pair>,
    rows: Vec<(usize, Family)>,
    shown: Shown,
) -> AnyView {
    let pair = Arc::clone(pair);
    let count = rows.len();
    let row = move |index: usize| {
        let found =
            rows.get(index).and_then(|(place, family)| Some((pair.diff.tenants.get(*place)?, *family)));
        found.map_or_else(|| Row::plain(Vec::new()), |(tenant, family)| draw(&pair, tenant, family, shown))
    };
    long_table(label, COLUMNS, count, row)
}

fn draw(pair: &Pair, tenant: &TenantChange, family: Family, shown: Shown) -> Row {
    let (old, new) = (&pair.old.report, &pair.new.report);
    let change = tenant.of(family);
    let (tone, label) = shown(tenant, family, old, new);
    let name = pair.name(tenant).to_owned();
    let name = match route_keys(tenant, old, new).1 {
        Some(key) => view! { <a href=paths::tenant(key)>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let record = record_url(tenant, family, new).filter(|_| change != Change::Unchanged);
    let record = record.map(|url| {
        let about = format!("{}: {}, {}", text::OPEN_RECORD, pair.name(tenant), words::family_name(family));
        view! { <a class="record-link" href=url aria-label=about>{text::OPEN_RECORD}</a> }
    });
    let former = former_route_key(tenant, old, new).map(words::former_key);
    let mut row = Row::plain(vec![
        view! { {name}<small>{former}</small> }.into_any(),
        words::family_name(family).into_any(),
        view! { <Badge tone label/> }.into_any(),
        side(view_of(old, tenant.old, family), tenant.old),
        view! { {side(view_of(new, tenant.new, family), tenant.new)}{record} }.into_any(),
    ]);
    row.is_aside = change == Change::Unchanged;
    row
}

fn side(view: Option<View>, place: Place) -> AnyView {
    match (view, place) {
        (Some(view), Place::Evaluated(_) | Place::NotEvaluated(_)) => {
            view! { <Badge tone=view.tone label=words::upper_first(view.label)/><small>{view.cause}</small> }
                .into_any()
        }
        (None, _) | (_, Place::NotExported) => {
            view! { <span class="note">{words::NOT_EXPORTED}</span> }.into_any()
        }
    }
}
