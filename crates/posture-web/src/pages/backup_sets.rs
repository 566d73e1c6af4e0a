//! A tenant's backup sets: when each completed, the quality of its content, and its role in the verdict.

use leptos::prelude::*;
use posture_core::views::records::{BackupSetRecord, SetRole};
use posture_core::{paths, words};

use super::record_page::{RecordPage, RecordsOfTenant, Visit};
use crate::parts::{Badge, Notice, Row, Section, instant, long_table};
use crate::text;

/// The page.
#[component]
pub fn BackupSets() -> impl IntoView {
    let page = RecordPage { section: Section::BackupSets, record: None, holds: |_, _| false, body: list };
    view! { <RecordsOfTenant page/> }
}

/// Every set, newest first.
pub fn list(visit: &Visit) -> AnyView {
    let derived = visit.derived.clone();
    let reason = visit.arrival.backup;
    let count = derived.records.backup_sets.len();
    if count == 0 {
        return view! { <Notice title=text::NO_BACKUP_SETS note=words::BACKUP_CLAIM_BOUNDARY/> }.into_any();
    }
    let columns = &[
        (text::BACKUP_SET, false),
        (text::ROLE, false),
        (text::COMPLETED, false),
        (text::CONTENT, false),
        (text::ITEMS, true),
        (text::STATUS, false),
    ];
    let table = long_table(text::BACKUP_SETS, columns, count, move |index| {
        let set = &derived.records.backup_sets[index];
        let url = paths::backup_set(&derived.tenant.tenant_route_key, set.id, reason);
        Row {
            cells: vec![
                view! { <a href=url>{format!("#{}", set.id)}</a><small>{set.name.clone()}</small> }
                    .into_any(),
                role(set),
                completed(set, &derived),
                view! { {quality(set)}<small>{words::content_sentence(&set.quality)}</small> }.into_any(),
                items(set),
                words::status_word(&set.status).into_any(),
            ],
            is_marked: set.role == SetRole::Latest,
            is_aside: false,
        }
    });
    view! {
        <section class="panel" aria-label=text::BACKUP_SETS>
            {table}
            <p class="boundary panel-boundary">{words::BACKUP_CLAIM_BOUNDARY}</p>
        </section>
    }
    .into_any()
}

/// The part a set plays, as a badge and in words.
pub fn role(set: &BackupSetRecord) -> AnyView {
    let detail = words::set_role_detail(set.role).map(|detail| view! { <small>{detail}</small> });
    view! { <Badge tone=set.tone label=words::set_role_badge(set.role)/>{detail} }.into_any()
}

/// A set's content in a word.
pub fn quality(set: &BackupSetRecord) -> AnyView {
    view! { <Badge tone=set.content_tone() label=words::quality_badge(&set.quality)/> }.into_any()
}

fn completed(set: &BackupSetRecord, derived: &crate::store::tenant_evidence::TenantDerived) -> AnyView {
    let as_of = derived.frame.as_of;
    match (set.completed_at, set.created_at) {
        (Some(at), _) => {
            let recency = (set.role == SetRole::Latest).then(|| words::recency_sentence(set));
            view! { {instant(at, as_of)}<small>{recency}</small> }.into_any()
        }
        (None, Some(at)) => {
            view! { {text::NOT_STATED}<small>{text::BEGUN_AT}" "{instant(at, as_of)}</small> }.into_any()
        }
        (None, None) => text::NOT_STATED.into_any(),
    }
}

fn items(set: &BackupSetRecord) -> AnyView {
    match set.quality.total_items.or(set.item_count) {
        Some(count) => text::grouped(count).into_any(),
        None => text::UNKNOWN.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use posture_core::paths;

    use crate::test_support::record_page_over;
    use crate::text;

    const KEY: &str = "00000007-1111-4222-8333-444455556666";

    /// TR-1
    #[test]
    fn the_set_that_governs_is_marked_next_to_the_sets_that_do_not_count() {
        let case = include_str!("../../../../tests/cases/newest-failed-set-is-skipped-and-said.json");
        let page = record_page_over(case, KEY, &paths::backup_sets(KEY, None));
        assert_eq!(page.matches("Current").count(), 1, "{page}");
        assert_eq!(page.matches("class=\"marked\"").count(), 1);
        assert!(page.contains("Not usable") && page.contains("<small>failed</small>"));
    }

    #[test]
    fn a_tenant_without_sets_says_so() {
        let case = include_str!("../../../../tests/cases/no-backup-at-all.json");
        assert!(record_page_over(case, KEY, &paths::backup_sets(KEY, None)).contains(text::NO_BACKUP_SETS));
    }
}
