use leptos::prelude::*;
use posture_core::tone::Tone;
use posture_core::vocabulary::Urgency;
use posture_core::words;

use super::action::{ActionLink, Emphasis, Way};
use super::badge::Badge;

/// One thing that needs attention, as it is listed.
pub struct Item {
    /// How it is shown.
    pub tone: Tone,
    /// How urgent it is: shown by shape and colour, and read out by screen readers as a word.
    pub urgency: Urgency,
    /// Its state in a word or two.
    pub badge: &'static str,
    /// The item as a heading.
    pub title: String,
    /// Why it is so.
    pub body: String,
    /// What to do about it; `None` if that is on the same page.
    pub way: Option<Way>,
    /// The mark on it, with its button.
    pub mark: Option<AnyView>,
    /// Whether it is known, and so without colour.
    pub is_known: bool,
}

/// Things that need attention, in the order given. `id` must be the page's only one of its name.
#[component]
pub(crate) fn AttentionList(id: &'static str, items: Vec<Item>) -> impl IntoView {
    let rows = items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let Item { tone, urgency, badge: word, title, body, way: on, mark, is_known } = item;
            let urgency = words::urgency_label(urgency);
            let reason_id = format!("{id}-{index}-reason");
            view! {
                <li class="item" class:is-known=is_known data-tone=tone.as_str()>
                    <span class="item-badge" title=urgency><span class="visually-hidden">{urgency}": "</span><Badge tone label=word/></span>
                    <div class="item-text"><p class="item-title">{title}</p><p class="item-body">{body}</p>{mark}</div>
                    <div class="item-way">{on.map(|on| view! { <ActionLink way=on emphasis=Emphasis::Plain id=reason_id/> }.into_any())}</div>
                </li>
            }
            .into_any()
        })
        .collect_view();
    view! { <ul class="items" role="list">{rows}</ul> }
}
