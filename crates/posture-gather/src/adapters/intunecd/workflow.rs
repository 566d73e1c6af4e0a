//! The workflow or pipeline that runs the backup: its name and its schedule.

use serde_json::Value;

use super::runs::Service;
use crate::cron::Cron;
use crate::source::Source;
use crate::text;
use crate::tree::stem_and_extension;

/// A larger file is not a pipeline.
const LARGEST_PIPELINE: u64 = 1 << 20;
/// Pipelines are near the root.
const DEEPEST: usize = 3;

/// A workflow or pipeline that runs the backup.
#[derive(Clone, Debug)]
pub(super) struct Workflow {
    pub(super) path: String,
    pub(super) service: Service,
    /// Its name, if it states one.
    pub(super) name: Option<String>,
    /// The cron expressions that were read.
    pub(super) crons: Vec<Cron>,
    /// The cron expressions that were not.
    pub(super) unread_crons: Vec<String>,
    /// Whether a schedule starts it only if the repository changed since its last run.
    pub(super) needs_changes: bool,
    /// Whether another workflow can call it, whose runs are then listed by that one's name.
    pub(super) is_reusable: bool,
}

impl Workflow {
    /// Whether a list of runs calls it by this name. GitHub uses the path if there is no name.
    pub(super) fn is_called(&self, word: &str) -> bool {
        self.name.as_deref() == Some(word) || self.path == word
    }
}

/// The workflows of a tree that call `IntuneCD-startbackup`.
pub(super) fn workflows(source: &Source<'_>, backup_folder: &str) -> Vec<Workflow> {
    let is_in_backup =
        |path: &str| !backup_folder.is_empty() && crate::tree::below(path, backup_folder).is_some();
    source
        .tree
        .entries()
        .iter()
        .filter(|entry| matches!(stem_and_extension(entry.name()).1.as_str(), "yml" | "yaml"))
        .filter(|entry| {
            entry.bytes <= LARGEST_PIPELINE
                && entry.path.matches('/').count() <= DEEPEST
                && !is_in_backup(&entry.path)
        })
        .filter_map(|entry| read(&entry.path, &text::decode(source.tree.read(&entry.path).ok()?).ok()?))
        .collect()
}

fn read(path: &str, file: &str) -> Option<Workflow> {
    if !file.to_lowercase().contains("intunecd-startbackup") {
        return None;
    }
    let value = text::yaml_of(file).unwrap_or(Value::Null);
    let is_github = path.starts_with(".github/workflows/") || value.get("jobs").is_some_and(Value::is_object);
    // YAML 1.1 reads the key `on` as true.
    let on = value.get("on").or_else(|| value.get("true"));
    let (service, schedules) = if is_github {
        (Service::GitHub, on.and_then(|on| on.get("schedule")))
    } else {
        (Service::AzureDevOps, value.get("schedules"))
    };
    let mut workflow = Workflow {
        path: path.to_owned(),
        service,
        name: value.get("name").and_then(Value::as_str).map(ToOwned::to_owned),
        crons: Vec::new(),
        unread_crons: Vec::new(),
        needs_changes: false,
        is_reusable: on.is_some_and(|on| triggers(on).any(|trigger| trigger == "workflow_call")),
    };
    for schedule in schedules.and_then(Value::as_array).into_iter().flatten() {
        let Some(cron) = schedule.get("cron").and_then(Value::as_str) else { continue };
        workflow.needs_changes |=
            service == Service::AzureDevOps && schedule.get("always") != Some(&Value::Bool(true));
        match Cron::parse(cron) {
            Some(cron) => workflow.crons.push(cron),
            None => workflow.unread_crons.push(cron.to_owned()),
        }
    }
    Some(workflow)
}

/// The words after `on`: one, a list, or the keys of an object.
fn triggers(on: &Value) -> impl Iterator<Item = &str> {
    let keys = on.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let words = on.as_array().into_iter().flatten().chain([on]).filter_map(Value::as_str);
    keys.chain(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_github_workflow_states_its_name_and_crons() {
        let text = "name: Backup Intune config\non:\n  workflow_dispatch:\n  schedule:\n    # nightly\n    - cron:  '0 1 * * *'\n    - cron: 'sometimes'\n\
                    jobs:\n  backup:\n    steps:\n      - run: |\n          IntuneCD-startbackup --mode=1\n";
        let workflow = read(".github/workflows/backup.yml", text).unwrap();
        assert!(workflow.is_called("Backup Intune config"));
        assert_eq!(
            (workflow.crons.len(), workflow.unread_crons.as_slice()),
            (1, ["sometimes".to_owned()].as_slice())
        );
        assert_eq!(workflow.service, Service::GitHub);
    }

    #[test]
    fn an_azure_pipeline_states_its_crons() {
        let text = "trigger: none\nschedules:\n  - cron: '0 2 * * *'\n    branches:\n      include:\n      - main\n    always: true\npool:\n  name: ##POOL##\n\
                    jobs:\n  - job: backup\n    steps:\n    - script: IntuneCD-startbackup\n";
        let workflow = read("pipelines/intune-backup.yml", text).unwrap();
        assert_eq!((workflow.service, workflow.crons.len()), (Service::AzureDevOps, 1));
        assert!(!workflow.needs_changes);
        let without_always = text.replace("    always: true\n", "");
        assert!(read("pipelines/intune-backup.yml", &without_always).unwrap().needs_changes);
    }

    #[test]
    fn other_workflows_are_left_out() {
        assert!(read(".github/workflows/test.yml", "name: Test\non: push\n").is_none());
    }
}
