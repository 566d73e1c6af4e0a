use leptos::prelude::*;
use posture_core::report::model::{Action, ActionTarget, Destination, DestinationKind};

use crate::text;

/// A link to the next step, or the reason why it is disabled.
#[derive(Clone, Debug)]
pub struct Way {
    /// The text of the link.
    pub label: &'static str,
    /// What the link is about, for screen readers, which do not convey its place on the page.
    pub about: String,
    /// The address; `None` if the link is disabled.
    pub url: Option<String>,
    /// Why the link is disabled.
    pub helper_text: Option<String>,
    /// Whether the address may be outside this product.
    pub leads_out: bool,
}

impl Way {
    /// The way of an action.
    pub fn of_action(action: &Action, about: &str) -> Self {
        let Action { helper_text, label, leads_out, url, disabled: _ } = action.clone();
        Self { label, about: about.to_owned(), url, helper_text, leads_out }
    }

    /// The way of a backup reason's target.
    pub fn of_target(target: &ActionTarget, about: &str) -> Self {
        let ActionTarget { helper_text, label, url, .. } = target.clone();
        Self { label, about: about.to_owned(), url, helper_text, leads_out: false }
    }

    /// The way of an overview's destination.
    pub fn of_destination(destination: &Destination, about: &str) -> Self {
        let Destination { helper_text, kind, url, disabled: _ } = destination.clone();
        let leads_out = kind == DestinationKind::Link;
        Self { label: text::destination(kind), about: about.to_owned(), url, helper_text, leads_out }
    }
}

/// How prominent a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// The one thing to do.
    Primary,
    /// One among others.
    Plain,
}

/// A link to the next step. A disabled one stays visible and focusable, and says why. `id` must be unique in the page.
#[component]
pub(crate) fn ActionLink(way: Way, emphasis: Emphasis, #[prop(into)] id: String) -> impl IntoView {
    let Way { label, about, url, helper_text, leads_out } = way;
    let is_primary = emphasis == Emphasis::Primary;
    let about = (!about.is_empty()).then(|| view! { <span class="visually-hidden">": "{about}</span> });
    match url {
        Some(url) => {
            let rel = leads_out.then_some("noopener noreferrer");
            view! { <a class="button" class:primary=is_primary href=url rel=rel>{label}{about}</a> }
                .into_any()
        }
        None => {
            let reason = helper_text.unwrap_or_default();
            view! {
                <span class="closed-way">
                    <a class="button" role="link" aria-disabled="true" tabindex="0" aria-describedby=id.clone()>{label}{about}</a>
                    <small id=id class="closed-reason">{reason}</small>
                </span>
            }
            .into_any()
        }
    }
}
