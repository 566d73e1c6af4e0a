//! What is in a folder: the folders and archives that a tool wrote.

use std::path::Path;

use posture_gather::adapters::{csv, intunecd, is_dated};
use posture_gather::kinds::{detect, gather};
use posture_gather::notes::quoted;
use posture_gather::tree::below;
use posture_gather::{Entry, Kind, ReadError, Source, Tree};

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

/// What a folder has, and the links in it that were not followed.
pub(super) struct Looked {
    pub(super) found: Vec<Found>,
    pub(super) left_out: Vec<String>,
}

/// What a folder has: itself, or each folder and archive in it. A link that leads out of the folder may name another tenant's files.
pub(super) fn look(folder: &Path) -> Result<Looked, String> {
    let mut left_out = Vec::new();
    let root = of_path(folder, ".", &name_of(folder))?;
    let is_repository = folder.join(".git").exists();
    if !root.is_empty() && (is_repository || folder.is_file()) {
        return Ok(Looked { found: root, left_out });
    }
    let whole = folder.canonicalize().map_err(|error| error.to_string())?;
    let mut children: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| error.to_string())?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && !path.ends_with(".git") || shells::is_archive(path))
        .collect();
    children.sort();
    let mut found = Vec::new();
    for child in children {
        let Some(name) = child.file_name().and_then(|name| name.to_str()) else { continue };
        if !child.canonicalize().is_ok_and(|child| child.starts_with(&whole)) {
            left_out.push(name.to_owned());
            continue;
        }
        let tenant = name.strip_suffix(".zip").unwrap_or(name);
        // A child that cannot be read matches no tool.
        found.extend(of_path(&child, name, tenant).unwrap_or_default());
    }
    // Folders with dates in their names are one tenant's backups, not a tenant each.
    let is_series = found.iter().all(|child| is_dated(&child.path));
    let are_tenants = match found.as_slice() {
        [] => false,
        // A second tenant's folder must not change the name of the first.
        [first, others @ ..] if others.iter().all(|other| other.path == first.path) => {
            !is_series && !has_files_outside(folder, &first.path)
        }
        _ => !is_series,
    };
    Ok(Looked { found: if root.is_empty() || are_tenants { found } else { root }, left_out })
}

/// Whether a folder has a tool's files outside this child.
fn has_files_outside(folder: &Path, child: &str) -> bool {
    let Ok(tree) = shells::look(folder) else { return true };
    let is_outside = |entry: &&Entry| below(&entry.path, child).is_none();
    let entries = tree.entries().iter().filter(is_outside).cloned().collect();
    !detect(&Outside { tree: &*tree, entries }).is_empty()
}

/// A part of a tree.
struct Outside<'t> {
    tree: &'t dyn Tree,
    entries: Vec<Entry>,
}

impl Tree for Outside<'_> {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.tree.read(path)
    }
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
    let names = if kind.names_tenants { named_tenants(kind, &*tree)? } else { Vec::new() };
    match names.as_slice() {
        [] => {}
        // The records of another name would be left out.
        [name] if kind.name == csv::KIND.name => return Ok(vec![found(None, name.clone(), why)]),
        // An account or a domain is not a name for people; the records belong to the one tenant anyway.
        [id] => {
            let external_id = Some(id.clone()).filter(|id| is_guid(id));
            return Ok(vec![Found { external_id, ..found(None, tenant.to_owned(), why) }]);
        }
        names => {
            // The id finds a tenant's records whatever name it is given.
            let named = names.iter().map(|name| {
                let why = format!("{why}, and records of {}", quoted(name));
                Found { external_id: Some(name.clone()), ..found(None, name.clone(), why) }
            });
            return Ok(named.collect());
        }
    }
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

/// The tenants that the files name.
fn named_tenants(kind: &Kind, tree: &dyn Tree) -> Result<Vec<String>, String> {
    let now = crate::clock::now().map_err(|error| error.to_string())?;
    Ok(gather(kind, &Source::new(kind, tree, now)).tenants.into_keys().collect())
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
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
