//! Repositories under construction, in the shapes that IntuneCD and its pipelines make.

use std::collections::BTreeMap;

use posture_core::Timestamp;
use posture_gather::{MemoryHistory, MemoryTree, ObjectId, Records};
use serde_json::{Value, json};

use crate::support::Outcome;

impl Outcome {
    /// The part of the tenant's report at a path.
    pub(crate) fn at(&self, path: &str) -> Value {
        self.tenant(path).clone()
    }

    pub(crate) fn records(&self) -> &Records {
        &self.gathered.records
    }
}

/// A repository under construction: its files, and the commits so far.
#[derive(Clone)]
pub(crate) struct Repo {
    pub(crate) history: MemoryHistory,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) head: Option<ObjectId>,
    extra: Vec<(String, Vec<u8>)>,
}

impl Repo {
    pub(crate) fn new() -> Self {
        Self { history: MemoryHistory::new(), files: BTreeMap::new(), head: None, extra: Vec::new() }
    }

    /// A repository with one backup of three items, committed at this time.
    pub(crate) fn with_backup(at: &str) -> Self {
        let mut repo = Self::new();
        repo.write("prod-backup/Settings Catalog/Baseline_mdm.json", &policy("Baseline", 2));
        repo.write(
            "prod-backup/Compliance Policies/Policies/Windows_windows10CompliancePolicy.json",
            &named("Windows"),
        );
        repo.write("prod-backup/Filters/Corporate.json", &named("Corporate"));
        repo.write("README.md", "Backup of Contoso");
        repo.commit(at, "Intune config backup $DATEF");
        repo
    }

    pub(crate) fn write(&mut self, path: &str, content: &(impl AsRef<[u8]> + ?Sized)) {
        self.files.insert(path.to_owned(), content.as_ref().to_vec());
    }

    pub(crate) fn commit(&mut self, at: &str, subject: &str) -> ObjectId {
        let parents: Vec<_> = self.head.iter().cloned().collect();
        self.commit_onto(&parents, at, subject)
    }

    pub(crate) fn commit_onto(&mut self, parents: &[ObjectId], at: &str, subject: &str) -> ObjectId {
        let id = self.history.commit_files(parents, Timestamp::parse(at).unwrap(), subject, &self.files);
        self.history.set_head(&id);
        self.history.set_ref("main", &id);
        self.head = Some(id.clone());
        id
    }

    /// Commits a backup on each of these days of April 2026, each on a branch of its own that is not merged.
    pub(crate) fn with_unmerged(
        mut self,
        days: std::ops::RangeInclusive<u32>,
        path: &str,
        content: impl Fn(u32) -> String,
    ) -> Self {
        let main = self.head.clone().unwrap();
        for day in days {
            self.write(path, &content(day));
            let at = format!("2026-04-{day:02}T01:00:00Z");
            let id = self.commit_onto(std::slice::from_ref(&main), &at, "Backup");
            self.history.set_ref(&format!("origin/backup-{day}"), &id);
        }
        self.history.set_head(&main);
        self.history.set_ref("main", &main);
        self
    }

    /// Renames a folder, without a commit.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let files = std::mem::take(&mut self.files);
        self.files = files.into_iter().map(|(path, bytes)| (path.replace(from, to), bytes)).collect();
    }

    /// A file next to the repository's, such as a list of runs.
    pub(crate) fn next_to(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.extra.push((path.to_owned(), content.into()));
        self
    }

    pub(crate) fn tree(self) -> MemoryTree {
        let files = self.files.into_iter().chain(self.extra);
        let tree = files.fold(MemoryTree::new(), |tree, (path, bytes)| tree.with(&path, bytes));
        tree.with_history(self.history)
    }
}

pub(crate) fn named(name: &str) -> String {
    json!({ "displayName": name, "assignments": [{ "target": { "groupName": "All" } }] }).to_string()
}

pub(crate) fn policy(name: &str, settings: usize) -> String {
    let list = vec![json!({}); settings];
    json!({ "name": name, "settingCount": settings, "settings": list, "assignments": [{}] }).to_string()
}
