//! What is in a folder: the folders and archives that a tool wrote.

use std::path::Path;

use posture_gather::Kind;
use posture_gather::adapters::{intunecd, is_dated};
use posture_gather::kinds::detect;
use posture_gather::notes::quoted;

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
    let found = |part: Option<String>, tenant: String, why: String| Found {
        path: below.to_owned(),
        part,
        tenant,
        external_id: None,
        kind,
        why,
        others: others.clone(),
    };
    let parts = if kind.name == intunecd::KIND.name { intunecd::folders_of(&*tree) } else { Vec::new() };
    if parts.len() < 2 || parts.iter().all(|part| is_dated(name_in(part))) {
        return Ok(vec![found(None, tenant.to_owned(), why)]);
    }
    let names = distinct_names(&parts);
    let parts = parts.iter().zip(names).map(|(part, name)| {
        let why = format!("the folder {} of the repository looks like a backup", quoted(part));
        found(Some(part.clone()), format!("{tenant} {name}"), why)
    });
    Ok(parts.collect())
}

fn name_in(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What distinguishes folders: their paths without the parts that all of them begin or end with.
fn distinct_names(folders: &[String]) -> Vec<String> {
    let mut paths: Vec<Vec<&str>> = folders.iter().map(|folder| folder.split('/').collect()).collect();
    for _ in 0..2 {
        let shared = shared_start(&paths);
        for path in &mut paths {
            path.drain(..shared);
            path.reverse();
        }
    }
    let names = paths.iter().map(|path| path.join("/"));
    names.map(|name| if name.is_empty() { ".".to_owned() } else { name }).collect()
}

/// How many parts all paths begin with.
fn shared_start(paths: &[Vec<&str>]) -> usize {
    let Some((first, others)) = paths.split_first() else { return 0 };
    let is_shared = |(place, part): &(usize, &&str)| others.iter().all(|path| path.get(*place) == Some(part));
    first.iter().enumerate().take_while(is_shared).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_by_the_parts_that_differ() {
        let names = |folders: &[&str]| {
            distinct_names(&folders.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(names(&["tenants/contoso/intune", "tenants/fabrikam/intune"]), ["contoso", "fabrikam"]);
        assert_eq!(names(&["dev-backup", "prod-backup"]), ["dev-backup", "prod-backup"]);
        assert_eq!(names(&["a", "a/b"]), [".", "b"]);
        assert_eq!(names(&["x/a/intune", "x/b/c/intune"]), ["a", "b/c"]);
    }
}
