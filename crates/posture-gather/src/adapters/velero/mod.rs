//! Velero: what `kubectl get backups,schedules,restores -o json` returns. A cluster is a tenant.

mod backups;
mod objects;
mod restores;
mod schedules;

use super::shared::detection::first_json;
use super::shared::news;
use crate::kind::Kind;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::{Tree, stem_and_extension};

use objects::{Found, is_velero, objects};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "velero",
    title: "Velero",
    docs: "docs/gather/velero.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    first_json(tree, pace, |_, value| {
        let mut found = Vec::new();
        objects(value, 0, &mut found);
        found.iter().any(is_velero).then_some("holds resources of velero.io")
    })
    .await
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found = Found::default();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        match stem_and_extension(entry.name()).1.as_str() {
            "json" => {}
            "yaml" | "yml" => {
                news::skipped(gathered, path, "it is YAML; let kubectl write JSON with `-o json`");
                continue;
            }
            _ => {
                news::skipped(gathered, path, "it is not a .json file");
                continue;
            }
        }
        match source.read_json(path).await {
            Ok(document) => found.read(path, document, gathered),
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    if let Some(key) = &found.ambiguous {
        let body = format!(
            "Several objects are named {key}, so the files are of several clusters, or the object was created again. Give each cluster a folder and a tenant of its own."
        );
        gathered.bad_news("evidence_ambiguous", "high", "The files may be of several clusters", body);
    }
    let sets = backups::records(source, &found, gathered);
    schedules::records(source, &found, gathered);
    restores::records(source, &found, &sets, gathered);
}
