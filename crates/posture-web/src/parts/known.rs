use leptos::prelude::*;
use posture_core::report::model::AttentionItem;
use posture_core::views::reviews::{Review, is_item, safe_ticket};
use posture_core::{TenantReport, words};

use crate::store::known_items::{KnownItems, KnownStore, Subject};
use crate::text;

/// The mark on an item, and below it the button that opens its dialog; nothing if there is no mark and the viewer may not make one.
pub fn known_mark(
    store: KnownStore,
    known: &KnownItems,
    item: &AttentionItem,
    tenant: &TenantReport,
) -> AnyView {
    let (mark, button) = known_parts(store, known, item, tenant);
    view! { {mark}{button} }.into_any()
}

/// The mark on an item if it has one, and the button that opens its dialog if the viewer may use it.
pub(super) fn known_parts(
    store: KnownStore,
    known: &KnownItems,
    item: &AttentionItem,
    tenant: &TenantReport,
) -> (Option<AnyView>, Option<AnyView>) {
    let subject = Subject::new(item, tenant, &known.marks);
    let mark = subject.mark.as_ref().map(|mark| mark_line(&mark.shown(), None));
    let may_mark = known.may_mark(tenant.tenant_id) && is_item(&item.key);
    let button = may_mark.then(|| view! { <MarkButton store subject/> }.into_any());
    (mark, button)
}

/// The marks on the other items of a tenant, each after what it is on; none for those without a mark.
pub(super) fn known_others(
    known: &KnownItems,
    items: &[AttentionItem],
    tenant: &TenantReport,
) -> Vec<Option<AnyView>> {
    let mark =
        |item: &AttentionItem| Some(mark_line(&known.marks.of(item, tenant)?.shown(), Some(item.badge)));
    items.iter().map(mark).collect()
}

/// Until when an item is known, why, and who said so. All of it but the dates was typed by someone, so each text is isolated.
fn mark_line(mark: &Review, about: Option<&'static str>) -> AnyView {
    let note =
        mark.note.as_deref().map(|note| view! { <bdi class="known-note">{note.to_owned()}</bdi> }.into_any());
    let ticket =
        mark.ticket.as_deref().and_then(safe_ticket).map(|url| {
            view! { <a href=url.to_owned() rel="noopener noreferrer">{text::TICKET}</a> }.into_any()
        });
    let by = mark.by.as_deref().map(|by| view! { " by "<bdi>{by.to_owned()}</bdi> }.into_any());
    view! {
        <p class="known-line">
            {about.map(|about| view! { <span class="known-about">{about}</span> })}
            <b>{words::known_until(mark)}</b>
            {note}
            {ticket}
            <span class="known-by">{words::marked_at(mark)}{by}</span>
        </p>
    }
    .into_any()
}

#[component]
fn MarkButton(store: KnownStore, subject: Subject) -> impl IntoView {
    let label = if subject.mark.is_some() { text::CHANGE_MARK } else { text::MARK_AS_KNOWN };
    let (id, about) = (button_id(&subject), subject.title.clone());
    let open = move |_| store.choose(Some(subject.clone()));
    view! {
        <button type="button" class="quiet" id=id aria-haspopup="dialog" on:click=open>
            {label}<span class="visually-hidden">": "{about}</span>
        </button>
    }
}

/// The id of an item's button, which gets the focus back when the dialog closes.
pub(super) fn button_id(subject: &Subject) -> String {
    format!("mark-{}-{}", subject.tenant_id, subject.fingerprint)
}
