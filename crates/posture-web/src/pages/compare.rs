//! Two opened snapshots side by side: how each tenant changed, and why.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::sorting::sort_by_key;
use posture_core::{paths, words};

use crate::browser::address::use_document;
use crate::browser::query::{Query, use_query};
use crate::parts::{Asked, Notice, OpenPanel, OpenedFiles, PageHead, Panel, compared};
use crate::store::evidence::use_evidence;
use crate::store::opened_file::OpenedFile;
use crate::store::opened_files::use_files;
use crate::text;

/// The page.
#[component]
pub fn Compare() -> impl IntoView {
    if !use_document().is_review() {
        let again =
            view! { <a class="button primary" rel="external" href=paths::COMPARE>{text::COMPARE}</a> }
                .into_any();
        return view! { <PageHead title=text::COMPARE note=text::COMPARE_LEAD/> <Notice note=text::READ_HERE>{again}</Notice> }.into_any();
    }
    let files = use_files();
    let query = use_query();
    let chosen = RwSignal::new(Chosen::default());
    let sides = Memo::new(move |_| sides(&files.opened(), &chosen.read()));
    let body = move || match sides.get() {
        None => {
            let open = (!files.opened().is_empty()).then(|| {
                view! { <Panel id="open-files" title=text::OPEN_FILES note=text::OPEN_ONE_MORE><OpenedFiles/></Panel> }
            });
            let lead = open.is_none().then(|| view! { <p class="note">{text::OPEN_TWO}</p> });
            view! { {open} <OpenPanel/> {lead} }.into_any()
        }
        Some((old, new)) => {
            let file = |number| files.opened().into_iter().find(|file| file.number == number);
            match file(old).zip(file(new)) {
                Some((old, new)) => {
                    view! { {choosers(&old, &new, chosen)} {changes(&old, &new, query)} }.into_any()
                }
                None => ().into_any(),
            }
        }
    };
    view! { <PageHead title=text::COMPARE note=text::COMPARE_LEAD/> {body} }.into_any()
}

/// The numbers of the files chosen as the older and the newer one.
type Chosen = (Option<u64>, Option<u64>);

/// The numbers of the files on both sides: as chosen, else the oldest and the newest export.
fn sides(opened: &[Arc<OpenedFile>], chosen: &Chosen) -> Option<(u64, u64)> {
    if opened.len() < 2 {
        return None;
    }
    let mut files: Vec<_> = opened.iter().collect();
    sort_by_key(&mut files, |file| file.derived.report.exported_at);
    let is_open = |number: &u64| files.iter().any(|file| file.number == *number);
    let pick = |chosen: Option<u64>, usual: Option<&&Arc<OpenedFile>>| {
        chosen.filter(is_open).or_else(|| usual.map(|file| file.number))
    };
    pick(chosen.0, files.first()).zip(pick(chosen.1, files.last()))
}

fn choosers(old: &Arc<OpenedFile>, new: &Arc<OpenedFile>, chosen: RwSignal<Chosen>) -> AnyView {
    let files = use_files();
    let select = move |name: &'static str, shown: &Arc<OpenedFile>, set: fn(&mut Chosen, Option<u64>)| {
        let shown = shown.number;
        let option = move |file: Arc<OpenedFile>| {
            let name = format!(
                "{} · {} {}",
                file.name,
                text::EXPORTED,
                words::instant(file.derived.report.exported_at)
            );
            let is_shown = file.number == shown;
            view! { <option value=file.number.to_string() selected=is_shown>{name}</option> }.into_any()
        };
        let options = files.opened().into_iter().map(option).collect_view();
        let choose =
            move |event| chosen.update(|chosen| set(chosen, event_target_value(&event).parse().ok()));
        view! { <label class="side">{name}<select class="field" on:change=choose>{options}</select></label> }
            .into_any()
    };
    let (was, is) = (old.number, new.number);
    let exchange = move |_| chosen.set((Some(is), Some(was)));
    view! {
        <section class="panel pad sides" aria-label=text::OPEN_FILES>
            {select(text::BEFORE, old, |chosen, number| chosen.0 = number)}
            {select(text::AFTER, new, |chosen, number| chosen.1 = number)}
            <button type="button" class="button" on:click=exchange>{text::SWAP}</button>
            <a class="button" href=paths::OPEN>{text::OPEN_ANOTHER}</a>
        </section>
    }
    .into_any()
}

fn changes(old: &Arc<OpenedFile>, new: &Arc<OpenedFile>, query: Memo<Query>) -> AnyView {
    let (files, evidence) = (use_files(), use_evidence());
    // What is followed from here is shown as the newer file has it.
    let newer = Arc::clone(new);
    let show_newer = move |_| {
        if files.shown_untracked().is_none_or(|shown| !Arc::ptr_eq(&shown, &newer)) {
            files.show(evidence, &newer);
        }
    };
    let url = Callback::new(|asked: Asked| paths::compare(asked.pairs()));
    let list = compared(&old.derived, &new.derived, query, url);
    view! { <div class="stack" on:click=show_newer>{list}</div> }.into_any()
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
            let befell = Family::ALL.iter().any(|family| found.total(*family, *change) > 0);
            assert_eq!(page.contains(words::change_description(*change)), befell, "{change}");
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
    fn snapshots_that_cannot_be_compared_say_why() {
        let one = comparison_of(&[ORDER], paths::COMPARE);
        assert!(
            !one.contains(text::OPEN_TWO) && one.contains(text::OPEN_ONE_MORE) && one.contains("0.json"),
            "{one}"
        );
        let elsewhere = CALM.replacen("\"id\": 1", "\"id\": 4711", 1);
        let page = comparison_of(&[ORDER, &elsewhere], paths::COMPARE);
        assert!(page.contains(text::NOT_COMPARABLE) && page.contains("4711"), "{page}");
    }
}
