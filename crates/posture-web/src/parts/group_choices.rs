use leptos::prelude::*;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::{Report, words};

use super::choice::Choice;
use crate::text;

/// The most groups of one kind that are offered as buttons.
const MOST: usize = 12;

/// Filters by group, each to be added or removed; nothing for a kind without groups.
pub fn group_choices(
    report: &Report,
    asked: &GroupFilter,
    kinds: &[GroupBy],
    url: impl Fn(&GroupFilter) -> String,
) -> AnyView {
    let kind = |by: &GroupBy| {
        let names = by.names(report);
        let each = names.iter().take(MOST).map(|name| {
            let is_asked = asked.has(*by, name);
            let (url, name) = (url(&asked.toggled(*by, name)), (*name).to_owned());
            view! { <Choice url is_asked>{name}</Choice> }.into_any()
        });
        let each = each.collect_view();
        (!names.is_empty()).then(|| {
            view! {
                <div class="choices" role="group" aria-label=words::group_by_label(*by)>
                    <span class="choices-name">{words::group_by_label(*by)}</span>{each}
                </div>
            }
            .into_any()
        })
    };
    kinds.iter().filter_map(kind).collect_view().into_any()
}

/// What tenants can be grouped by, and not at all; nothing if no tenant is in a group.
pub fn group_by_choices(
    report: &Report,
    asked: Option<GroupBy>,
    url: impl Fn(Option<GroupBy>) -> String,
) -> AnyView {
    let is_offered = |by: &GroupBy| asked == Some(*by) || !by.names(report).is_empty();
    let kinds: Vec<_> = GroupBy::ALL.iter().copied().filter(is_offered).collect();
    if kinds.is_empty() {
        return ().into_any();
    }
    let each = std::iter::once(None).chain(kinds.into_iter().map(Some));
    let each = each.map(|by| {
        let name = by.map_or(text::NOT_GROUPED, words::group_by_label);
        view! { <Choice url=url(by) is_asked={asked == by}>{name}</Choice> }.into_any()
    });
    view! {
        <div class="choices" role="group" aria-label=text::GROUP_BY>
            <span class="choices-name">{text::GROUP_BY}</span>{each.collect_view()}
        </div>
    }
    .into_any()
}
