//! A snapshot written piece by piece, for a page with one thread, which writes nothing long at once.

use std::io;

use serde::Serialize;

use super::{BackupSet, Snapshot, Tenant, head_text};

/// How many items a piece has.
const ITEMS: usize = 500;

/// The pieces of a snapshot as one document: together the bytes of [`Snapshot::write`] in the form of JSON.
pub fn pieces(snapshot: &Snapshot) -> impl Iterator<Item = io::Result<String>> {
    let head = std::iter::once_with(|| {
        let text = head_text(&snapshot.head)?;
        Ok(format!("{},\"tenants\":[", text.strip_suffix('}').unwrap_or(&text)))
    });
    let tenants = snapshot.tenants.iter().enumerate().flat_map(|(index, tenant)| {
        let before = std::iter::once(Ok(if index == 0 { "\n" } else { ",\n" }.to_owned()));
        before.chain(of_tenant(tenant))
    });
    head.chain(tenants).chain(std::iter::once(Ok("\n]}\n".to_owned())))
}

fn of_tenant(tenant: &Tenant) -> impl Iterator<Item = io::Result<String>> {
    // Within a string every quotation mark is escaped, so only the collections themselves match.
    const EMPTY: &str = "\"backup_sets\":[],\"backup_schedules\":[],\"restore_runs\":[]";
    let mut bare = bare(tenant);
    bare.signals.clone_from(&tenant.signals);
    let text = serde_json::to_string(&bare).map_err(io::Error::from);
    let parts = text.and_then(|text| split(&text, EMPTY));
    let (first, last) = match parts {
        Ok((first, last)) => (Ok(first), Ok(last)),
        Err(error) => (Err(error), Ok(String::new())),
    };
    let sets = tenant
        .backup_sets
        .iter()
        .enumerate()
        .flat_map(|(index, set)| std::iter::once(Ok(comma(index))).chain(of_set(set)));
    let schedules = tenant.backup_schedules.iter().enumerate().map(|(index, one)| element(index, one));
    let runs = tenant.restore_runs.iter().enumerate().map(|(index, one)| element(index, one));
    let text = |text: &str| std::iter::once(Ok(text.to_owned()));
    std::iter::once(first)
        .chain(text("\"backup_sets\":["))
        .chain(sets)
        .chain(text("],\"backup_schedules\":["))
        .chain(schedules)
        .chain(text("],\"restore_runs\":["))
        .chain(runs)
        .chain(text("]"))
        .chain(std::iter::once(last))
}

/// A tenant without its collections and signals.
fn bare(tenant: &Tenant) -> Tenant {
    let Tenant {
        id,
        workspace_id,
        external_id,
        name,
        environment,
        domain,
        labels,
        status,
        profile,
        scopes,
        capabilities,
        backup_sets: _,
        backup_schedules: _,
        restore_runs: _,
        signals: _,
    } = tenant;
    Tenant {
        id: *id,
        workspace_id: *workspace_id,
        external_id: external_id.clone(),
        name: name.clone(),
        environment: environment.clone(),
        domain: domain.clone(),
        labels: labels.clone(),
        status: status.clone(),
        profile: profile.clone(),
        scopes: scopes.clone(),
        capabilities: capabilities.clone(),
        ..Tenant::default()
    }
}

fn of_set(set: &BackupSet) -> Box<dyn Iterator<Item = io::Result<String>> + '_> {
    const EMPTY: &str = "\"items\":[]";
    let items = match &set.items {
        Some(items) if items.len() > ITEMS => items,
        Some(_) | None => return Box::new(std::iter::once_with(move || json(set))),
    };
    let BackupSet {
        id,
        tenant_id,
        name,
        scope,
        status,
        item_count,
        created_at,
        completed_at,
        deleted_at,
        confirmations,
        opaque,
        items: _,
        quality,
    } = set;
    let bare = BackupSet {
        id: *id,
        tenant_id: *tenant_id,
        name: name.clone(),
        scope: scope.clone(),
        status: status.clone(),
        item_count: *item_count,
        created_at: created_at.clone(),
        completed_at: completed_at.clone(),
        deleted_at: deleted_at.clone(),
        confirmations: confirmations.clone(),
        opaque: *opaque,
        items: Some(Vec::new()),
        quality: quality.clone(),
    };
    let (first, last) = match json(&bare).and_then(|text| split(&text, EMPTY)) {
        Ok(parts) => parts,
        Err(error) => return Box::new(std::iter::once(Err(error))),
    };
    let chunks = items.chunks(ITEMS).enumerate().map(|(index, chunk)| {
        let text = json(chunk)?;
        // The brackets of each chunk are those of the whole.
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&text);
        Ok(comma(index) + inner)
    });
    let begin = std::iter::once(Ok(format!("{first}\"items\":[")));
    Box::new(begin.chain(chunks).chain(std::iter::once(Ok(format!("]{last}")))))
}

fn comma(index: usize) -> String {
    if index == 0 { String::new() } else { ",".to_owned() }
}

fn element(index: usize, value: &impl Serialize) -> io::Result<String> {
    Ok(comma(index) + &json(value)?)
}

fn json(value: &(impl Serialize + ?Sized)) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::from)
}

/// What is before and after a part that occurs once.
fn split(text: &str, part: &str) -> io::Result<(String, String)> {
    let (first, last) =
        text.split_once(part).ok_or_else(|| io::Error::other("the collections are missing"))?;
    Ok((first.to_owned(), last.to_owned()))
}
