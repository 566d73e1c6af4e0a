//! Two opened snapshots side by side: how each tenant changed, and why.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{TenantChange, diff};
use posture_core::export::diff_csv::diff_csv;
use posture_core::sorting::sort_by_key;
use posture_core::tone::Tone;
use posture_core::{paths, words};

use crate::browser::address::{Navigate, use_document, use_navigate};
use crate::browser::download::download;
use crate::browser::query::{Query, use_query};
use crate::browser::text_folding::folded;
use crate::parts::{Pair, badge, changes_table, choice, notice, open_panel, page_head, panel};
use crate::store::evidence::use_evidence;
use crate::store::opened_files::{OpenedFile, use_files};
use crate::text;
use crate::tone::shape;

/// The filters of the list, which the page's address holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    /// One change; all but the unchanged where absent.
    change: Option<Change>,
    /// One family; both where absent.
    family: Option<Family>,
    /// What a tenant's name must hold.
    search: String,
}

impl Asked {
    fn of_query(query: &Query) -> Self {
        Self {
            change: query.get(paths::CHANGE_KEY).and_then(Change::from_word),
            family: query.get(paths::FAMILY_KEY).and_then(Family::from_word),
            search: query.get(paths::SEARCH_KEY).unwrap_or_default().to_owned(),
        }
    }

    fn url(&self) -> String {
        let change = self.change.map(|change| (paths::CHANGE_KEY, change.as_str()));
        let family = self.family.map(|family| (paths::FAMILY_KEY, family.as_str()));
        let search = (!self.search.is_empty()).then_some((paths::SEARCH_KEY, self.search.as_str()));
        paths::compare(change.into_iter().chain(family).chain(search))
    }

    fn admits(&self, pair: &Pair, tenant: &TenantChange, family: Family) -> bool {
        let change = tenant.of(family);
        let is_change = self.change.map_or(change != Change::Unchanged, |asked| asked == change);
        let is_family = self.family.is_none_or(|asked| asked == family);
        is_change && is_family && folded(pair.name(tenant)).contains(&folded(self.search.trim()))
    }
}

/// The page.
#[component]
pub fn Compare() -> impl IntoView {
    if !use_document().is_review() {
        let again =
            view! { <a class="button primary" rel="external" href=paths::COMPARE>{text::COMPARE}</a> }
                .into_any();
        return view! { {page_head(Vec::new(), text::COMPARE, text::COMPARE_LEAD)} {notice("", text::READ_HERE, again)} }.into_any();
    }
    let files = use_files();
    let query = use_query();
    let navigate = use_navigate();
    let chosen = RwSignal::new((None::<String>, None::<String>));
    let sides = Memo::new(move |_| sides(&files.opened(), &chosen.read()));
    let body = move || match sides.get() {
        None => view! { {open_panel()} <p class="note">{text::OPEN_TWO}</p> }.into_any(),
        Some((old, new)) => {
            let file = |sha256: &str| files.opened().into_iter().find(|file| file.sha256 == sha256);
            match file(&old).zip(file(&new)) {
                Some((old, new)) => {
                    view! { {choosers(&old, &new, chosen)} {compared(&old, &new, query, navigate)} }
                        .into_any()
                }
                None => ().into_any(),
            }
        }
    };
    view! { {page_head(Vec::new(), text::COMPARE, text::COMPARE_LEAD)} {body} }.into_any()
}

/// The files on both sides, by their SHA-256: as chosen, else the oldest and the newest export.
fn sides(opened: &[Arc<OpenedFile>], chosen: &(Option<String>, Option<String>)) -> Option<(String, String)> {
    if opened.len() < 2 {
        return None;
    }
    let mut files: Vec<_> = opened.iter().collect();
    sort_by_key(&mut files, |file| file.derived.report.exported_at);
    let is_open = |sha256: &&String| files.iter().any(|file| file.sha256 == **sha256);
    let pick = |chosen: &Option<String>, usual: Option<&&Arc<OpenedFile>>| {
        chosen.as_ref().filter(is_open).cloned().or_else(|| usual.map(|file| file.sha256.clone()))
    };
    pick(&chosen.0, files.first()).zip(pick(&chosen.1, files.last()))
}

fn choosers(
    old: &Arc<OpenedFile>,
    new: &Arc<OpenedFile>,
    chosen: RwSignal<(Option<String>, Option<String>)>,
) -> AnyView {
    let files = use_files();
    let select = move |name: &'static str,
                       shown: &Arc<OpenedFile>,
                       set: fn(&mut (Option<String>, Option<String>), String)| {
        let shown = shown.sha256.clone();
        let option = move |file: Arc<OpenedFile>| {
            let name = format!(
                "{} · {} {}",
                file.name,
                text::EXPORTED,
                words::instant(file.derived.report.exported_at)
            );
            let is_shown = file.sha256 == shown;
            view! { <option value=file.sha256.clone() selected=is_shown>{name}</option> }.into_any()
        };
        let options = files.opened().into_iter().map(option).collect_view();
        let choose = move |event| chosen.update(|chosen| set(chosen, event_target_value(&event)));
        view! { <label class="side">{name}<select class="field" on:change=choose>{options}</select></label> }
            .into_any()
    };
    let (was, is) = (old.sha256.clone(), new.sha256.clone());
    let exchange = move |_| chosen.set((Some(is.clone()), Some(was.clone())));
    view! {
        <section class="panel pad sides" aria-label=text::OPEN_FILES>
            {select(text::BEFORE, old, |chosen, sha256| chosen.0 = Some(sha256))}
            {select(text::AFTER, new, |chosen, sha256| chosen.1 = Some(sha256))}
            <button type="button" class="button" on:click=exchange>{text::EXCHANGE}</button>
            <a class="button" href=paths::OPEN>{text::OPEN_ANOTHER}</a>
        </section>
    }
    .into_any()
}

fn compared(old: &Arc<OpenedFile>, new: &Arc<OpenedFile>, query: Memo<Query>, navigate: Navigate) -> AnyView {
    let (files, evidence) = (use_files(), use_evidence());
    let found = match diff(old.derived.whole(), new.derived.whole()) {
        Ok(found) => found,
        Err(other) => return notice(text::NOT_COMPARABLE, other.to_string(), ().into_any()),
    };
    let pair = Arc::new(Pair { old: Arc::clone(&old.derived), new: Arc::clone(&new.derived), diff: found });
    let asked = Memo::new(move |_| Asked::of_query(&query.read()));
    let (title, tone) =
        (words::diff_title(&pair.diff), if pair.diff.is_worse() { Tone::High } else { Tone::Low });
    let notes = words::diff_notes(&pair.diff, &pair.old.report, &pair.new.report);
    let notes = notes.into_iter().map(|note| view! { <p>{note}</p> }.into_any()).collect_view();
    let saving = Arc::clone(&pair);
    let save = move |_| {
        let csv = diff_csv(&saving.diff.tenants, saving.old.whole(), saving.new.whole());
        download(text::COMPARISON_FILE, text::CSV_MEDIA_TYPE, &csv);
    };
    // What is followed from here is shown as the newer file has it.
    let newer = Arc::clone(new);
    let show_newer = move |_| {
        if files.shown_untracked().is_none_or(|shown| !Arc::ptr_eq(&shown, &newer)) {
            files.show(evidence, &newer);
        }
    };
    let listing = Arc::clone(&pair);
    let rows = move || {
        let asked = asked.get();
        let rows = listing.rows(|tenant, family| asked.admits(&listing, tenant, family));
        if rows.is_empty() {
            return view! { <p class="pad note">{text::NO_SUCH_CHANGE}</p> }.into_any();
        }
        changes_table(text::CHANGES, &listing, rows)
    };
    let body = view! {
        <div class="panel-tools">{filters(&pair, asked, navigate)}</div>
        <div on:click=show_newer>{rows}</div>
        <p class="panel-foot"><span>{text::EVERY_TENANT_IN_FILE}</span><button type="button" class="button" on:click=save>{text::DOWNLOAD_CSV}</button></p>
    };
    view! {
        <section class="panel calmness" data-tone=tone.as_str() aria-labelledby="compared-title">
            {shape(tone)}
            <div class="calmness-text"><h2 id="compared-title">{title}</h2>{notes}</div>
        </section>
        {totals(&pair)}
        {panel("changes", text::CHANGES, "", body.into_any())}
    }
    .into_any()
}

/// Every change with how many tenants it befell, by family; each count leads to its tenants.
fn totals(pair: &Pair) -> AnyView {
    let cell = |change: Change, family: Family| {
        let count = pair.diff.total(family, change);
        let asked = Asked { change: Some(change), family: Some(family), search: String::new() };
        let count_shown = text::grouped(count);
        let shown = if count == 0 {
            count_shown.into_any()
        } else {
            view! { <a href=asked.url()>{count_shown}</a> }.into_any()
        };
        view! { <td class="number">{shown}</td> }.into_any()
    };
    let row = |change: &Change| {
        let cells = Family::ALL.iter().map(|family| cell(*change, *family)).collect_view();
        view! {
            <tr>
                <th scope="row">{badge(change.tone(), words::change_label(*change))}<small>{words::change_description(*change)}</small></th>
                {cells}
            </tr>
        }
        .into_any()
    };
    let rows = Change::ALL.iter().map(row).collect_view();
    let heads = Family::ALL
        .iter()
        .map(|family| view! { <th scope="col" class="number">{words::family_name(*family)}</th> }.into_any())
        .collect_view();
    let all = words::counted(pair.diff.tenants.len() as u64, "tenant", "tenants");
    let sum = text::grouped(pair.diff.tenants.len() as u64);
    let body = view! {
        <table class="counts">
            <thead><tr><th scope="col">{text::CHANGE}</th>{heads}</tr></thead>
            <tbody>{rows}<tr><th scope="row">{text::BOTH_SIDES}</th><td class="number"><b>{sum.clone()}</b></td><td class="number"><b>{sum}</b></td></tr></tbody>
        </table>
    };
    panel("totals", text::TOTALS, all, body.into_any())
}

fn filters(pair: &Arc<Pair>, asked: Memo<Asked>, navigate: Navigate) -> AnyView {
    let search = move |event| {
        navigate.replace(&Asked { search: event_target_value(&event), ..asked.get_untracked() }.url())
    };
    let pair = Arc::clone(pair);
    let choices = move || choices(&pair, &asked.get());
    view! {
        <div class="filters">
            <input type="search" class="field" aria-label=text::FILTER_BY_TENANT placeholder=text::FILTER_BY_TENANT
                prop:value=move || asked.read().search.clone() on:input=search/>
            {choices}
        </div>
    }
    .into_any()
}

/// Each family and each change that befell any, to ask for or no longer to ask for.
fn choices(pair: &Pair, asked: &Asked) -> AnyView {
    let family = |family: &Family| {
        let is_asked = asked.family == Some(*family);
        let url = Asked { family: (!is_asked).then_some(*family), ..asked.clone() }.url();
        choice(url, is_asked, words::family_name(*family).into_any())
    };
    let change = |change: &Change| {
        let count: u64 = Family::ALL.iter().map(|family| pair.diff.total(*family, *change)).sum();
        let is_asked = asked.change == Some(*change);
        let url = Asked { change: (!is_asked).then_some(*change), ..asked.clone() }.url();
        let content = || {
            view! { {badge(change.tone(), words::change_label(*change))}<span>{text::grouped(count)}</span> }
                .into_any()
        };
        (count > 0).then(|| choice(url, is_asked, content()))
    };
    view! {
        <div class="choices" role="group" aria-label=text::FAMILY>{Family::ALL.iter().map(family).collect_view()}</div>
        <div class="choices" role="group" aria-label=text::CHANGE>{Change::ALL.iter().filter_map(change).collect_view()}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use posture_core::compare::change::{Change, Family};
    use posture_core::compare::diff::diff;
    use posture_core::{paths, words};

    use crate::test_support::{comparison_of, report_of};
    use crate::text;

    const ORDER: &str = include_str!("../../../../tests/cases/workspace-order.json");
    const CALM: &str = include_str!("../../../../tests/cases/calm.json");

    /// CP-12, CP-13
    #[test]
    fn two_open_files_are_compared_the_oldest_export_first() {
        let later = ORDER.replace("2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z").replacen(
            "\"active\"",
            "\"archived\"",
            1,
        );
        let page = comparison_of(&[&later, ORDER], paths::COMPARE);
        let found = diff(&report_of(ORDER), &report_of(&later)).unwrap();
        assert!(page.contains(&words::diff_title(&found)), "{page}");
        assert_eq!(found.total(Family::BackupHealth, Change::LeftEvaluation), 1);
        for change in Change::ALL {
            assert!(page.contains(words::change_description(*change)), "{change}");
        }
        let asked =
            paths::compare([(paths::CHANGE_KEY, "left_evaluation"), (paths::FAMILY_KEY, "backup_health")]);
        let page = comparison_of(&[ORDER, &later], &asked);
        assert_eq!(page.matches("data-label=\"Change\"").count(), 1, "{page}");
    }

    #[test]
    fn a_search_for_an_escape_is_read_from_the_address_as_it_is_written() {
        let newer = ORDER.replace("2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z");
        let finds_nothing = |search: &str| {
            let asked = [(paths::CHANGE_KEY, "unchanged"), (paths::SEARCH_KEY, search)];
            comparison_of(&[ORDER, &newer], &paths::compare(asked)).contains(text::NO_SUCH_CHANGE)
        };
        assert!(!finds_nothing("e") && finds_nothing("%65"));
    }

    /// CP-12: one file cannot be compared, nor can files of different workspaces.
    #[test]
    fn what_cannot_be_compared_says_why() {
        assert!(comparison_of(&[ORDER], paths::COMPARE).contains(text::OPEN_TWO));
        let elsewhere = CALM.replacen("\"id\": 1", "\"id\": 4711", 1);
        let page = comparison_of(&[ORDER, &elsewhere], paths::COMPARE);
        assert!(page.contains(text::NOT_COMPARABLE) && page.contains("4711"), "{page}");
    }
}
