//! A tenant's text from its rows.

/// Joins a tenant's own members with its collections; each collection is its records' texts, separated by commas.
pub(super) fn tenant_text(tenant: &str, collections: [(&str, Option<&str>); 3]) -> Vec<u8> {
    let length =
        collections.iter().map(|(name, records)| name.len() + records.map_or(0, str::len) + 8).sum::<usize>();
    let mut text = String::with_capacity(tenant.len() + length);
    text.push_str(tenant.strip_suffix('}').unwrap_or(tenant));
    for (name, records) in collections {
        text.push_str(",\"");
        text.push_str(name);
        text.push_str("\":[");
        text.push_str(records.unwrap_or_default());
        text.push(']');
    }
    text.push('}');
    text.into_bytes()
}
