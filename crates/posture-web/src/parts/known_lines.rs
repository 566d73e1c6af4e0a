use leptos::prelude::*;
use posture_core::report::model::Domain;
use posture_core::views::attention::{TenantAttention, attention_with_marks};

use super::attention_lines::{Extra, lines_with};
use super::known::{known_others, known_parts};
use crate::store::evidence::use_evidence;
use crate::store::known_items::use_known_items;

/// The attention list of the overview with the marks on its items: at most `limit` tenants, of one family or of all.
pub fn known_lines(family: Option<Domain>, limit: usize) -> AnyView {
    let store = use_known_items();
    let (Some(derived), Some(known)) = (use_evidence().derived(), store.get()) else { return ().into_any() };
    let shown = attention_with_marks(&derived.report, family, limit, &known.marks);
    let extra = |line: &TenantAttention<'_>| {
        let (below, under_link) = known_parts(store, &known, &line.worst, line.tenant);
        let marks = known_others(&known, &line.others, line.tenant);
        let known_others = marks.iter().map(Option::is_some).collect();
        let is_known = below.is_some();
        let below = view! { {below}{marks} }.into_any();
        Extra { is_known, below: Some(below), under_link, known_others }
    };
    lines_with(&shown.listed, extra)
}
