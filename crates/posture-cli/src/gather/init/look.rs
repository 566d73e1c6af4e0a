//! What is in a folder: the folders and archives that a tool wrote.

use std::path::Path;

use posture_gather::Kind;
use posture_gather::adapters::{intunecd, is_dated};
use posture_gather::kinds::detect;

use crate::gather::shells;

/// A folder that a tool wrote.
pub(super) struct Found {
    /// The path below the folder that was looked into.
    pub(super) path: String,
    /// The folder of the backup in a repository that has several.
    pub(super) part: Option<String>,
    pub(super) tenant: String,
    pub(super) external_id: Option<String>,
    pub(super) kind: &'static Kind,
    pub(super) why: String,
    /// Other kinds that the files look like.
    pub(super) others: Vec<&'static str>,
}

/// What a folder has: itself, or each folder and archive in it.
pub(super) fn look(folder: &Path) -> Result<Vec<Found>, String> {
    let root = of_path(folder, ".", &name_of(folder))?;
    let is_repository = folder.join(".git").exists();
    if !root.is_empty() && (is_repository || folder.is_file()) {
        return Ok(root);
    }
    let mut children: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| error.to_string())?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            let is_zip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            path.is_dir() && !path.ends_with(".git") || is_zip
        })
        .collect();
    children.sort();
    let mut found = Vec::new();
    for child in children {
        let Some(name) = child.file_name().and_then(|name| name.to_str()) else { continue };
        let tenant = name.strip_suffix(".zip").unwrap_or(name);
        // A child that cannot be read matches no tool.
        found.extend(of_path(&child, name, tenant).unwrap_or_default());
    }
    // Folders with dates in their names are one tenant's backups, not a tenant each.
    let is_series = found.iter().all(|child| is_dated(&child.path));
    Ok(if root.is_empty() || (found.len() > 1 && !is_series) { found } else { root })
}

fn name_of(folder: &Path) -> String {
    let name = folder.canonicalize().ok().and_then(|folder| Some(folder.file_name()?.to_str()?.to_owned()));
    name.unwrap_or_else(|| "Tenant".to_owned())
}

/// The tool that wrote a folder. A repository may hold the backups of several tenants.
fn of_path(path: &Path, below: &str, tenant: &str) -> Result<Vec<Found>, String> {
    let tree = shells::look(path)?;
    let mut kinds = detect(&*tree).into_iter();
    let Some((kind, why)) = kinds.next() else { return Ok(Vec::new()) };
    let others: Vec<_> = kinds.map(|(kind, _)| kind.name).collect();
    let found = |part: Option<String>, tenant: String| Found {
        path: below.to_owned(),
        part,
        tenant,
        external_id: None,
        kind,
        why: why.clone(),
        others: others.clone(),
    };
    let parts = if kind.name == intunecd::KIND.name { intunecd::folders_of(&*tree) } else { Vec::new() };
    if parts.len() < 2 {
        return Ok(vec![found(None, tenant.to_owned())]);
    }
    Ok(parts.into_iter().map(|part| found(Some(part.clone()), format!("{tenant} {part}"))).collect())
}
