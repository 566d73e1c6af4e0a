//! Which sources of a configuration read the same files, so that no record counts for two tenants.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use posture_gather::notes::quoted;
use serde_json::Value;

use super::sources::{SourceConfig, TenantSources};

/// The places of all sources, by kind.
pub(super) struct Places(BTreeMap<&'static str, BTreeSet<PathBuf>>);

/// A kind, and the outermost place that contains a source's files. Sources with different ones have no file in common.
pub(super) type Root = (&'static str, PathBuf);

impl Places {
    pub(super) fn of(tenants: &[TenantSources]) -> Self {
        let mut places: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for source in tenants.iter().flat_map(|tenant| &tenant.sources) {
            places.entry(source.kind.name).or_default().insert(place(source));
        }
        Self(places)
    }

    pub(super) fn root(&self, source: &SourceConfig) -> Root {
        let place = place(source);
        let others = self.0.get(source.kind.name);
        let contains = |ancestor: &std::path::Path| others.is_some_and(|others| others.contains(ancestor));
        let outermost = place.ancestors().filter(|ancestor| contains(ancestor)).last();
        (source.kind.name, outermost.unwrap_or(&place).to_owned())
    }
}

/// Where a source's files are, whatever the spelling of the path, with the folder that is stated.
fn place(source: &SourceConfig) -> PathBuf {
    let real = source.path.canonicalize().or_else(|_| std::path::absolute(&source.path));
    let place = real.unwrap_or_else(|_| source.path.clone());
    match source.settings.get("folder").and_then(Value::as_str) {
        Some(folder) => place.join(folder),
        None => place,
    }
}

/// Fails if a record would count for two tenants; with the number of the later one, and why.
pub(super) fn check(tenants: &[TenantSources]) -> Result<(), (usize, String)> {
    let places = Places::of(tenants);
    // The words that mean a tenant in the files of sources that name tenants.
    let mut words: HashMap<(Root, String), usize> = HashMap::new();
    // Who reads the files of other sources, and of which branch.
    let mut readers: HashMap<Root, Vec<(usize, Option<&str>)>> = HashMap::new();
    for (number, tenant) in tenants.iter().enumerate() {
        let Some(plan) = &tenant.plan else { continue };
        let name = |other: usize| {
            tenants.get(other).and_then(|other| other.plan.as_ref()).map_or("", |plan| plan.name.as_str())
        };
        for source in &tenant.sources {
            let root = places.root(source);
            let shown = root.1.display().to_string();
            if source.kind.names_tenants {
                for word in plan.words_in(&source.settings) {
                    let taken = words.insert((root.clone(), word.clone()), number);
                    if let Some(other) = taken.filter(|other| *other != number) {
                        let why = format!(
                            "The tenants {} and {} both have the name or external id {} (case is ignored), and read {shown}. \
                             Its records would count for both. Give them different names, or files of their own.",
                            quoted(name(other)),
                            quoted(&plan.name),
                            quoted(&word)
                        );
                        return Err((number, why));
                    }
                }
                continue;
            }
            // The checked out branch may be any of them.
            let branch = source.settings.get("refs").and_then(Value::as_str);
            let branch = branch.filter(|refs| !matches!(*refs, "HEAD" | "all"));
            let readers = readers.entry(root).or_default();
            let is_same = |(other, theirs): &&(usize, Option<&str>)| {
                *other != number && (branch.is_none() || theirs.is_none() || *theirs == branch)
            };
            if let Some((other, _)) = readers.iter().find(is_same) {
                let why = format!(
                    "The tenants {} and {} both read the backups of {} in {shown}, which belong to one tenant. \
                     Correct the path of one of them.",
                    quoted(name(*other)),
                    quoted(&plan.name),
                    source.kind.name
                );
                return Err((number, why));
            }
            readers.push((number, branch));
        }
    }
    Ok(())
}
