//! The packages that ship: those of the program, and those of the app inside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::target::Target;
use crate::step::{self, cargo};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
pub(super) struct Package {
    id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    pub(super) repository: Option<String>,
    pub(super) manifest_path: PathBuf,
    /// The registry that it comes from; `None` for the workspace's own packages.
    pub(super) source: Option<String>,
    targets: Vec<BuildTarget>,
    /// What it needs at run time, as `name@version`.
    #[serde(skip)]
    pub(super) needs: BTreeSet<String>,
}

#[derive(Deserialize)]
struct BuildTarget {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Package {
    pub(super) fn key(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Its licence as an SPDX expression. Old packages write `/` for `OR`.
    pub(super) fn licence(&self) -> Option<String> {
        self.license
            .as_ref()
            .map(|licence| licence.split('/').map(str::trim).collect::<Vec<_>>().join(" OR "))
    }

    fn is_macro(&self) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "proc-macro"))
    }
}

/// The packages by name and version.
pub(super) type Packages = BTreeMap<String, Package>;

pub(super) fn shipped(target: Target) -> Result<Packages> {
    let mut shipped = reachable("posture-cli", target.triple())?;
    for (key, package) in reachable("posture-web", "wasm32-unknown-unknown")? {
        match shipped.get_mut(&key) {
            Some(known) => known.needs.extend(package.needs),
            None => drop(shipped.insert(key, package)),
        }
    }
    Ok(shipped)
}

/// What a package needs at run time on a platform, and itself. Macros run at build time, so they do not ship.
fn reachable(root: &str, triple: &str) -> Result<Packages> {
    let told = step::probe(
        cargo(["metadata", "--locked", "--format-version", "1", "--filter-platform"]).arg(triple),
    )
    .context("`cargo metadata` failed")?;
    let metadata: Metadata =
        serde_json::from_str(&told).context("`cargo metadata` answered something else")?;
    let mut packages: BTreeMap<_, _> =
        metadata.packages.into_iter().map(|package| (package.id.clone(), package)).collect();
    let nodes: BTreeMap<_, _> = metadata.resolve.nodes.into_iter().map(|node| (node.id, node.deps)).collect();
    let keys: BTreeMap<_, _> = packages
        .iter()
        .filter(|(_, package)| !package.is_macro())
        .map(|(id, package)| (id.clone(), package.key()))
        .collect();
    let mut ahead: Vec<_> =
        packages.values().filter(|package| package.name == root).map(|package| package.id.clone()).collect();
    let mut found = Packages::new();
    while let Some(id) = ahead.pop() {
        let Some(mut package) = packages.remove(&id) else { continue };
        let needed = nodes.get(&id).into_iter().flatten().filter(|dependency| {
            keys.contains_key(&dependency.pkg) && dependency.dep_kinds.iter().any(|kind| kind.kind.is_none())
        });
        for dependency in needed {
            package.needs.extend(keys.get(&dependency.pkg).cloned());
            ahead.push(dependency.pkg.clone());
        }
        found.insert(package.key(), package);
    }
    Ok(found)
}
