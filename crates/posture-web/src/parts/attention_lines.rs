use std::collections::BTreeMap;

use leptos::prelude::*;
use posture_core::report::model::AttentionItem;
use posture_core::tone::Tone;
use posture_core::views::attention::TenantAttention;

use super::action::{ActionLink, Emphasis, Way};
use super::badge::UrgentBadge;

/// A line for each tenant that needs attention: its worst item, and its others as badges. The whole line leads where its item is followed up.
/// A wide screen cuts long texts, so they are shown in full to who points at them.
pub fn attention_lines(lines: &[TenantAttention<'_>]) -> AnyView {
    lines_with(lines, |_| Extra::default())
}

/// What a line has in addition.
#[derive(Default)]
pub struct Extra {
    /// Below its text; empty if absent.
    pub below: Option<AnyView>,
    /// Below its link; empty if absent.
    pub under_link: Option<AnyView>,
    /// Whether its item is known, and so without colour.
    pub is_known: bool,
    /// Which of its other items are known, in their order.
    pub known_others: Vec<bool>,
}

/// As [`attention_lines`], with something in addition in each line.
pub fn lines_with(lines: &[TenantAttention<'_>], extra: impl Fn(&TenantAttention<'_>) -> Extra) -> AnyView {
    let line = |(index, line)| attention_line(index, line, extra(line));
    let lines = lines.iter().enumerate().map(line).collect_view();
    view! { <ul class="items" role="list">{lines}</ul> }.into_any()
}

fn attention_line(index: usize, line: &TenantAttention<'_>, extra: Extra) -> AnyView {
    let Extra { below, under_link, is_known, known_others } = extra;
    let AttentionItem { tone, badge, title, body, destination, tenant_label, .. } = line.worst.clone();
    let (whole_title, whole_body) = (title.clone(), body.clone());
    let on = Way::of_destination(&destination, &tenant_label);
    let on = match on.url {
        Some(url) => {
            let rel = on.leads_out.then_some("noopener noreferrer");
            view! { <a class="button row-link" data-row=format!("item-{index}") href=url rel=rel>{on.label}<span class="visually-hidden">": "{tenant_label}</span></a> }
                .into_any()
        }
        None => view! { <ActionLink way=on emphasis=Emphasis::Plain id={format!("item-{index}-reason")}/> }
            .into_any(),
    };
    view! {
        <li class="item line" class:is-known=is_known data-tone=tone.as_str()>
            <span class="item-badge"><UrgentBadge tone label=badge/></span>
            <div class="item-text">
                <p class="item-title" title=whole_title>{title}</p>
                <p class="item-body" title=whole_body>{others(&line.others, &known_others)}{body}</p>
                {below}
            </div>
            <div class="item-way">{on}{under_link}</div>
        </li>
    }
    .into_any()
}

/// The further items of a tenant: each badge once, with how often it occurs, and the titles for those who point at it. Those that are known
/// have a badge of their own, without colour.
fn others(items: &[AttentionItem], known: &[bool]) -> AnyView {
    let mut badges: BTreeMap<(bool, &'static str), (Tone, Vec<&str>)> = BTreeMap::new();
    let known = known.iter().copied().chain(std::iter::repeat(false));
    for (item, is_known) in items.iter().zip(known) {
        badges.entry((is_known, item.badge)).or_insert((item.tone, Vec::new())).1.push(&item.title);
    }
    let each = badges.into_iter().map(|((is_known, badge), (tone, titles))| {
        let label = if titles.len() > 1 { format!("{badge} ×{}", titles.len()) } else { badge.to_owned() };
        view! { <span class="also" class:is-known=is_known title=titles.join("; ")><UrgentBadge tone label/></span> }.into_any()
    });
    each.collect_view().into_any()
}
