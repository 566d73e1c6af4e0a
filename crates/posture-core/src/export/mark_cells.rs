//! The marks on a tenant's attention items as cells of its line in a spreadsheet.

use std::collections::BTreeSet;

use crate::report::model::TenantReport;
use crate::views::attention::attention_items_of;
use crate::views::reviews::{Marks, Review, safe_ticket};

/// How many issues a tenant has and how many of them are known, and of the marks: the first end, who made them, the notes and the links.
///
/// Notes are cut and made visible as on a page. Only a link that a page would follow is written.
pub(super) fn mark_cells(tenant: &TenantReport, marks: &Marks) -> [String; 6] {
    let items = attention_items_of(tenant);
    let holding = || items.iter().filter_map(|item| Some((item.badge, marks.of(item, tenant)?.shown())));
    let known: Vec<_> = if marks.concern(tenant.tenant_id) { holding().collect() } else { Vec::new() };
    let until = known.iter().map(|(_, mark)| mark.until).min();
    let by: BTreeSet<&str> = known.iter().filter_map(|(_, mark)| mark.by.as_deref()).collect();
    let note = |(badge, mark): &(&str, Review)| Some(format!("{badge}: {}", mark.note.as_deref()?));
    let notes: Vec<_> = known.iter().filter_map(note).collect();
    let tickets: BTreeSet<&str> =
        known.iter().filter_map(|(_, mark)| safe_ticket(mark.ticket.as_deref()?)).collect();
    [
        items.len().to_string(),
        known.len().to_string(),
        until.map(|until| until.to_string()).unwrap_or_default(),
        joined(by, ", "),
        notes.join("\n"),
        joined(tickets, " "),
    ]
}

fn joined(texts: BTreeSet<&str>, between: &str) -> String {
    texts.into_iter().collect::<Vec<_>>().join(between)
}
