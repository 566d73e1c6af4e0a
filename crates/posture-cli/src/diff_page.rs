//! The page of `diff`: the totals, and every tenant that changed.

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{Diff, TenantChange, former_route_key, label, view};
use posture_core::tone::Tone;
use posture_core::{Report, words};

use crate::layout::{Cell, Page};
use crate::text;

/// A comparison as a page.
pub(crate) fn page(diff: &Diff, old: &Report, new: &Report) -> Result<String, serde_json::Error> {
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
    for change in Change::ALL.iter().filter(|change| **change != Change::Unchanged) {
        tenants(&mut page, *change, diff, old, new);
    }
    Ok(page.into_text())
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

fn tenants(page: &mut Page, change: Change, diff: &Diff, old: &Report, new: &Report) {
    let rows: Vec<_> = diff.tenants.iter().flat_map(|tenant| rows(tenant, change, old, new)).collect();
    if !rows.is_empty() {
        page.gap();
        page.heading(words::change_label(change), words::change_description(change).trim_end_matches('.'));
        page.table(&rows);
    }
}

fn rows(tenant: &TenantChange, change: Change, old: &Report, new: &Report) -> Vec<Vec<Cell>> {
    let name = label(tenant, old, new).unwrap_or(text::UNNAMED);
    let former = former_route_key(tenant, old, new)
        .map(|key| format!(" {}", words::former_key(key)))
        .unwrap_or_default();
    let families = Family::ALL.iter().filter(|family| tenant.of(**family) == change);
    let row = |family: &Family| {
        let (before, after) = (view(old, tenant.old, *family), view(new, tenant.new, *family));
        let cause = |side: &str, view: Option<&posture_core::compare::diff::View>| {
            view.map(|view| format!(" {side}: {}", view.cause)).unwrap_or_default()
        };
        let states = words::states(before.as_ref(), after.as_ref());
        let (was, is) = (cause(text::BEFORE, before.as_ref()), cause(text::AFTER, after.as_ref()));
        vec![
            Cell::text(name),
            Cell::text(words::family_name(*family)),
            Cell::text(format!("{states}.{was}{is}{former}")),
        ]
    };
    families.map(row).collect()
}
