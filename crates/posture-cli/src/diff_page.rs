//! The page of `diff`: the totals, and every tenant that changed.

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{Diff, TenantChange, former_route_key, label, view};
use posture_core::compare::groups::{GroupChanges, group_changes};
use posture_core::compare::order::worst_first;
use posture_core::tone::Tone;
use posture_core::views::groups::GroupBy;
use posture_core::{Report, words};

use crate::layout::{Cell, Page};
use crate::text;

/// A comparison as a page, with each group's totals if the tenants are grouped.
pub(crate) fn page(
    diff: &Diff,
    old: &Report,
    new: &Report,
    by: Option<GroupBy>,
) -> Result<String, serde_json::Error> {
    let mut page = Page::default();
    page.heading(&new.workspace.name, &format!("workspace {}", new.workspace.id));
    for (side, report) in [(text::BEFORE, old), (text::AFTER, new)] {
        let (as_of, exported_at) = (words::instant(report.as_of), words::instant(report.exported_at));
        page.paragraph(&format!(
            "{side}: as of {as_of}, exported {exported_at}, report digest {}.",
            report.digest()?
        ));
    }
    page.gap();
    page.marked(if diff.is_worse() { Tone::High } else { Tone::Calm }, &words::diff_title(diff));
    for note in words::diff_notes(diff, old, new) {
        page.paragraph(&note);
    }
    totals(&mut page, diff);
    if let Some(by) = by {
        totals_by_group(&mut page, by, &group_changes(diff, old, new, by));
    }
    changes(&mut page, diff, old, new);
    Ok(page.into_text())
}

/// Every change, worst first, below the name of each kind.
fn changes(page: &mut Page, diff: &Diff, old: &Report, new: &Report) {
    let lines = worst_first(diff, old, new, |tenant, family| tenant.of(family) != Change::Unchanged);
    let of = |(place, family): &(usize, Family)| Some((diff.tenants.get(*place)?, *family));
    let lines: Vec<_> = lines.iter().filter_map(of).collect();
    for lines in lines.chunk_by(|(a, one), (b, other)| a.of(*one) == b.of(*other)) {
        let Some((first, family)) = lines.first() else { continue };
        let change = first.of(*family);
        page.gap();
        page.heading(words::change_label(change), words::change_description(change).trim_end_matches('.'));
        page.table(&lines.iter().map(|(tenant, family)| row(tenant, *family, old, new)).collect::<Vec<_>>());
    }
}

fn totals(page: &mut Page, diff: &Diff) {
    page.gap();
    page.heading(text::TOTALS, &words::counted(diff.tenants.len() as u64, "tenant", "tenants"));
    let head = vec![
        Cell::text(text::CHANGE),
        Cell::text(words::family_name(Family::BackupHealth)),
        Cell::text(words::family_name(Family::RecoveryEvidence)),
    ];
    let row = |change: &Change| {
        let mut cells = vec![Cell::marked(change.tone(), words::change_label(*change))];
        cells.extend(Family::ALL.iter().map(|family| Cell::text(diff.total(*family, *change).to_string())));
        cells
    };
    let rows: Vec<_> = std::iter::once(head).chain(Change::ALL.iter().map(row)).collect();
    page.table(&rows);
}

fn totals_by_group(page: &mut Page, by: GroupBy, groups: &[GroupChanges]) {
    page.gap();
    page.heading(text::GROUPS, words::group_by_label(by));
    let titles = [words::group_by_label(by)].into_iter().chain(words::GROUP_CHANGE_COLUMNS);
    let mut rows = vec![titles.map(Cell::text).collect::<Vec<_>>()];
    for group in groups {
        let counts = [group.worse, group.better, group.otherwise, group.unchanged, group.tenants()];
        let name = words::group_name(by, group.name.as_deref()).to_owned();
        let cells = [name].into_iter().chain(counts.map(|count| count.to_string()));
        rows.push(cells.map(Cell::text).collect());
    }
    page.table(&rows);
}

fn row(tenant: &TenantChange, family: Family, old: &Report, new: &Report) -> Vec<Cell> {
    let name = label(tenant, old, new).unwrap_or(text::UNNAMED);
    let former = former_route_key(tenant, old, new)
        .map(|key| format!(" {}", words::former_key(key)))
        .unwrap_or_default();
    let (before, after) = (view(old, tenant.old, family), view(new, tenant.new, family));
    let cause = |side: &str, view: Option<&posture_core::compare::diff::View>| {
        view.map(|view| format!(" {side}: {}", view.cause)).unwrap_or_default()
    };
    let states = words::states(before.as_ref(), after.as_ref());
    let (was, is) = (cause(text::BEFORE, before.as_ref()), cause(text::AFTER, after.as_ref()));
    vec![
        Cell::text(name),
        Cell::text(words::family_name(family)),
        Cell::text(format!("{states}.{was}{is}{former}")),
    ]
}
