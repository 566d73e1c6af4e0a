//! One backup set: its recency, its content, and its items, those with issues first.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_url;
use posture_core::tone::Tone;
use posture_core::views::records::{BackupSetRecord, ItemRecord};
use posture_core::{Timestamp, paths, words};

use super::backup_sets;
use super::record_page::{RecordPage, RecordsOfTenant, Visit};
use crate::browser::address::use_navigate;
use crate::browser::query::use_query;
use crate::browser::text_folding::folded;
use crate::parts::{Badge, Fact, FactList, Panel, Row, Section, instant, long_table, policy_type, relative};
use crate::store::tenant_evidence::TenantDerived;
use crate::text;

/// The page.
#[component]
pub fn BackupSet() -> impl IntoView {
    let page = RecordPage {
        section: Section::BackupSets,
        record: Some(text::BACKUP_SET),
        holds: |derived, id| derived.records.backup_set(id).is_some(),
        body: detail,
    };
    view! { <RecordsOfTenant page/> }
}

fn detail(visit: &Visit) -> AnyView {
    let derived = &visit.derived;
    let Some(set) = visit.record_id().and_then(|id| derived.records.backup_set(id)) else {
        return backup_sets::list(visit);
    };
    view! {
        <section class="panel" aria-label=text::BACKUP_SET>
            <div class="halves">
                <div class="half plain">
                    <h2 class="headline"><span>{text::RECENCY}</span><Badge tone=set.recency_tone() label=words::recency_badge(set)/></h2>
                    {recency(set, derived)}
                </div>
                <div class="half plain">
                    <h2 class="headline"><span>{text::CONTENT}</span>{backup_sets::quality(set)}</h2>
                    {content(set)}
                </div>
            </div>
            <p class="boundary panel-boundary">{words::BACKUP_CLAIM_BOUNDARY}</p>
        </section>
        {items(set, derived.frame.as_of)}
    }
    .into_any()
}

fn recency(set: &BackupSetRecord, derived: &TenantDerived) -> AnyView {
    let as_of = derived.frame.as_of;
    let mut known: Vec<Fact> = Vec::new();
    known.extend(set.name.clone().map(|name| (text::NAME, name.into_any())));
    known.push((text::ROLE, backup_sets::role(set)));
    known.push((text::STATUS, words::status_word(&set.status).into_any()));
    known.extend(set.created_at.map(|at| (text::STARTED, instant(at, as_of))));
    known.push((
        text::COMPLETED,
        set.completed_at.map_or_else(|| text::NOT_STATED.into_any(), |at| instant(at, as_of)),
    ));
    known.extend(set.confirmed_at.map(|at| (text::FOUND_UNCHANGED, instant(at, as_of))));
    known.push((text::AGE, words::recency_sentence(set).into_any()));
    let stale_at = set.stale_at.filter(|_| set.is_usable());
    known.extend(stale_at.map(|at| (words::stale_label(at, as_of), instant(at, as_of))));
    view! { <FactList facts=known/> }.into_any()
}

fn content(set: &BackupSetRecord) -> AnyView {
    let mut known: Vec<Fact> = vec![(text::DEGRADED_ITEMS, words::degraded_of(&set.quality).into_any())];
    let count = |count: Option<u64>| count.map_or_else(|| text::UNKNOWN.to_owned(), text::grouped).into_any();
    known.push((text::STATED_ITEMS, count(set.item_count)));
    known.push((text::EXPORTED_ITEMS, count(set.quality.total_items)));
    let families = &set.quality.families;
    if !families.is_empty() {
        let family = |(family, count): (&posture_core::key::Key, &u64)| {
            view! { <li><Badge tone=Tone::Medium label=words::family_label(&family.0)/><b>{words::family_items(&family.0, *count).map(text::grouped)}</b></li> }.into_any()
        };
        let list =
            view! { <ul class="families" role="list">{families.iter().map(family).collect_view()}</ul> };
        known.push((text::ISSUES, list.into_any()));
    }
    if !set.quality.unknowns.is_empty() {
        known.push((text::UNKNOWNS, words::unknowns_sentence(&set.quality).into_any()));
    }
    view! { <FactList facts=known/> }.into_any()
}

fn items(set: &BackupSetRecord, as_of: Timestamp) -> AnyView {
    let Some(items) = &set.items else {
        let said = view! { <p class="pad note">{words::items_not_exported(&set.quality)}</p> };
        return view! { <Panel id="items" title=text::ITEMS>{said}</Panel> }.into_any();
    };
    if items.is_empty() {
        return view! { <Panel id="items" title=text::ITEMS><p class="pad note">{text::NO_ITEMS}</p></Panel> }.into_any();
    }
    let items: Arc<Vec<_>> = Arc::new(items.clone());
    let (query, url, navigate) = (use_query(), use_url(), use_navigate());
    let filter = Memo::new(move |_| query.read().get(paths::SEARCH_KEY).unwrap_or_default().to_owned());
    let haystacks: Vec<_> = items.iter().map(haystack).collect();
    let matching = Memo::new(move |_| {
        let wanted = folded(&filter.read());
        (0..haystacks.len()).filter(|index| haystacks[*index].contains(wanted.trim())).collect::<Vec<_>>()
    });
    let table = move || {
        let matching = matching.get();
        if matching.is_empty() {
            return view! { <p class="pad note" role="status">{text::NO_ITEM_MATCHES}</p> }.into_any();
        }
        let items = items.clone();
        let columns = &[
            (text::ITEM, false),
            (text::ISSUES, false),
            (text::POLICY_TYPE, false),
            (text::PLATFORM, false),
            (text::CAPTURED, false),
        ];
        long_table(text::ITEMS, columns, matching.len(), move |index| row(&items[matching[index]], as_of))
    };
    let type_in = move |event| {
        let typed = event_target_value(&event);
        let wanted = (!typed.is_empty()).then_some(typed.as_str());
        let asked =
            url.with_untracked(|url| paths::with_query(url.path(), url.search(), paths::SEARCH_KEY, wanted));
        navigate.replace(&asked);
    };
    let body = view! {
        <div class="panel-tools">
            <input type="search" class="field" aria-label=text::FILTER_ITEMS placeholder=text::FILTER_ITEMS
                prop:value=move || filter.get() on:input=type_in/>
        </div>
        {table}
    };
    view! { <Panel id="items" title=text::ITEMS note=text::DEGRADED_FIRST>{body}</Panel> }.into_any()
}

/// What an item is found by.
fn haystack(item: &ItemRecord) -> String {
    let families = item.families.iter().map(|family| words::family_label(family.as_str()));
    let name_of_type = item.policy_type.as_deref().map(words::policy_type_name);
    let details = [&item.display_name, &item.policy_identifier, &item.policy_type, &item.platform]
        .into_iter()
        .flatten()
        .cloned();
    let unknowns = item.unknowns.iter().map(|unknown| words::item_unknown_badge(*unknown).to_owned());
    folded(&families.chain(unknowns).chain(details).chain(name_of_type).collect::<Vec<_>>().join("\n"))
}

fn row(item: &ItemRecord, as_of: Timestamp) -> Row {
    let name = item
        .display_name
        .clone()
        .or_else(|| item.policy_identifier.clone())
        .unwrap_or_else(|| format!("#{}", item.id));
    let identifier = item.policy_identifier.clone().filter(|identifier| *identifier != name);
    let families = item.families.iter().map(|family| {
        view! { <Badge tone=Tone::Medium label=words::family_label(family.as_str())/> }.into_any()
    });
    let unknowns = item.unknowns.iter().map(|unknown| {
        view! { <Badge tone=Tone::Unknown label=words::item_unknown_badge(*unknown)/> }.into_any()
    });
    let issues: Vec<_> = families.chain(unknowns).collect();
    let issues = match (item.is_deleted, issues.is_empty()) {
        (true, _) => view! { <Badge tone=Tone::Unknown label=text::DELETED/> }.into_any(),
        (false, true) => view! { <span class="note">{text::NONE}</span> }.into_any(),
        (false, false) => view! { <span class="badges">{issues}</span> }.into_any(),
    };
    let stated =
        |detail: &Option<String>| detail.clone().unwrap_or_else(|| text::NOT_STATED.to_owned()).into_any();
    Row {
        cells: vec![
            view! { {name}<small>{identifier}</small> }.into_any(),
            issues,
            item.policy_type.as_deref().map_or_else(|| text::NOT_STATED.into_any(), policy_type),
            stated(&item.platform),
            item.captured_at.map_or_else(|| text::NOT_STATED.into_any(), |at| relative(at, as_of)),
        ],
        is_marked: false,
        is_aside: item.is_deleted,
    }
}

#[cfg(test)]
mod tests {
    use posture_core::{Id, paths};

    use crate::test_support::record_page_over;
    use crate::text;

    const KEY: &str = "00000007-1111-4222-8333-444455556666";

    fn page_of(case: &str) -> String {
        record_page_over(case, KEY, &paths::backup_set(KEY, Id::new(1).unwrap(), None))
    }

    /// TR-2
    #[test]
    fn recency_is_next_to_content_and_items_with_issues_come_first() {
        let page = page_of(include_str!("../../../../tests/cases/degraded-several-families.json"));
        assert!(
            page.contains("Recency") && page.contains("Content") && page.contains("24 h window"),
            "{page}"
        );
        let items = page.split_once("id=\"items\"").unwrap().1;
        assert!(
            items.find("orphaned assignments").unwrap() < items.find(&format!(">{}<", text::NONE)).unwrap()
        );
    }

    /// TR-2
    #[test]
    fn items_that_are_not_exported_are_said_not_to_be() {
        assert!(
            page_of(include_str!("../../../../tests/cases/quality-from-summary.json"))
                .contains("only a summary")
        );
        let unknown = page_of(include_str!("../../../../tests/cases/quality-unknown.json"));
        assert!(
            unknown.contains("its content is unknown") && !unknown.contains("None degraded"),
            "{unknown}"
        );
    }

    const PARTLY_UNKNOWN: &str = r#"{ "snapshot": { "format": "recovery-posture/snapshot", "version": 1,
        "exported_at": "2026-11-20T08:00:00Z", "workspace": { "id": 1, "name": "Contoso" }, "tenants": [{ "id": 1,
        "external_id": "t1", "name": "One", "status": "active", "backup_sets": [{ "id": 1, "status": "completed",
            "completed_at": "2026-11-18T02:00:00Z", "confirmations": ["2026-11-20T02:00:00Z"],
            "items": [{ "id": 1, "metadata": { "assignment_capture": "unknown" } }] }] }] } }"#;

    /// TR-2
    #[test]
    fn a_set_shows_its_unknowns_and_when_it_was_found_unchanged() {
        let page =
            record_page_over(PARTLY_UNKNOWN, "t1", &paths::backup_set("t1", Id::new(1).unwrap(), None));
        let told = ["Partly unknown", "assignments of 1 item", text::FOUND_UNCHANGED];
        assert!(
            told.into_iter().all(|told| page.contains(told)) && !page.contains("None degraded"),
            "{page}"
        );
        let items = page.split_once("id=\"items\"").unwrap().1;
        assert!(items.contains("assignments unknown") && !items.contains(&format!(">{}<", text::NONE)));
    }

    /// TR-12
    #[test]
    fn of_a_long_list_the_first_rows_are_drawn_and_all_are_counted() {
        let case = include_str!("../../../../tests/cases/degraded-several-families.json");
        let mut case: serde_json::Value = serde_json::from_str(case).unwrap();
        let items = case["snapshot"]["tenants"][0]["backup_sets"][0]["items"].as_array_mut().unwrap();
        let mut item = items[0].clone();
        items.clear();
        for id in 1..=450 {
            item["id"] = id.into();
            items.push(item.clone());
        }
        let page = page_of(&case.to_string());
        let items = page.split_once("id=\"items\"").unwrap().1;
        assert_eq!(items.matches("scope=\"row\"").count(), 200);
        assert!(items.contains("Showing 200 of 450") && items.contains("Show more"));
    }
}
