//! The list of a pipeline's runs, as `gh run list` and `az pipelines runs list` write it.

use std::collections::BTreeSet;

use posture_core::Timestamp;
use serde_json::Value;

use crate::history::ObjectId;
use crate::times::plausible;

/// The service that a list is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    GitHub,
    AzureDevOps,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Succeeded,
    Failed(String),
    Canceled,
    Skipped,
    /// It has not ended.
    Running,
    /// A word that is not known here.
    Other(String),
}

/// One run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) id: String,
    /// The workflow or pipeline it is a run of; empty if the list does not say.
    pub(super) workflow: String,
    pub(super) ending: Ending,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// The commit that was checked out when it started.
    pub(super) head: Option<ObjectId>,
    /// Whether its schedule started it; `None` if the list does not say.
    pub(super) is_scheduled: Option<bool>,
    /// Whether it ran for a pull request, so not on the branch that is backed up.
    pub(super) is_of_pull_request: bool,
}

/// A list of runs.
#[derive(Clone, Debug)]
pub(super) struct RunList {
    pub(super) service: Service,
    pub(super) runs: Vec<Run>,
    /// Entries that are not runs.
    pub(super) unreadable: usize,
}

/// Reads a list; an error says what was found.
pub(super) fn read(value: &Value) -> Result<RunList, String> {
    let list = match value {
        Value::Array(list) => list,
        // The REST interfaces wrap the list.
        Value::Object(object) => {
            let wrapped = ["value", "workflow_runs"].iter().find_map(|key| object.get(*key)?.as_array());
            wrapped.ok_or("it is an object, not the list that `gh run list --json …` or `az pipelines runs list` writes")?
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err("it is no list of runs".to_owned());
        }
    };
    let is_azure = list.iter().any(|run| {
        run.get("finishTime").is_some() || run.get("queueTime").is_some() || run.get("result").is_some()
    });
    let service = if is_azure { Service::AzureDevOps } else { Service::GitHub };
    let read = if is_azure { azure } else { github };
    let runs: Vec<_> = list.iter().filter_map(read).collect();
    let unreadable = list.len() - runs.len();
    if runs.is_empty() && unreadable > 0 {
        return Err("none of its entries is a run".to_owned());
    }
    Ok(RunList { service, runs, unreadable })
}

fn text(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match value.pointer(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

fn time(value: &Value, keys: &[&str]) -> Option<Timestamp> {
    keys.iter().find_map(|key| plausible(value.pointer(key)?.as_str()?))
}

fn github(run: &Value) -> Option<Run> {
    let status = text(run, &["/status"])?.to_lowercase();
    let conclusion = text(run, &["/conclusion"]).unwrap_or_default().to_lowercase();
    let ending = match (status.as_str(), conclusion.as_str()) {
        ("completed", "success") => Ending::Succeeded,
        ("completed", "failure" | "timed_out" | "startup_failure") => Ending::Failed(conclusion),
        ("completed", "cancelled" | "canceled") => Ending::Canceled,
        ("completed", "skipped") => Ending::Skipped,
        ("completed", "") => Ending::Other("completed without a conclusion".to_owned()),
        ("completed", _) => Ending::Other(conclusion),
        ("queued" | "in_progress" | "requested" | "waiting" | "pending", _) => Ending::Running,
        _ => Ending::Other(status),
    };
    let event = text(run, &["/event"]);
    Some(Run {
        id: text(run, &["/databaseId", "/id", "/number"])?,
        workflow: text(run, &["/workflowName", "/name"]).unwrap_or_default(),
        started_at: time(run, &["/startedAt", "/run_started_at", "/createdAt", "/created_at"]),
        ended_at: time(run, &["/updatedAt", "/updated_at"]).filter(|_| ending != Ending::Running),
        ending,
        head: text(run, &["/headSha", "/head_sha"]).map(|sha| ObjectId::new(&sha)),
        is_scheduled: event.as_ref().map(|event| event == "schedule"),
        is_of_pull_request: event.is_some_and(|event| event.starts_with("pull_request")),
    })
}

fn azure(run: &Value) -> Option<Run> {
    let status = text(run, &["/status"])?.to_lowercase();
    let result = text(run, &["/result"]).unwrap_or_default().to_lowercase();
    let ending = match (status.as_str(), result.as_str()) {
        ("completed", "succeeded") => Ending::Succeeded,
        // A part of the backup is missing, and nobody can say which.
        ("completed", "failed" | "partiallysucceeded") => Ending::Failed(result),
        ("completed", "canceled" | "cancelled") => Ending::Canceled,
        ("completed", _) => Ending::Other(result),
        ("inprogress" | "notstarted" | "cancelling" | "postponed", _) => Ending::Running,
        _ => Ending::Other(status),
    };
    let reason = text(run, &["/reason"]).map(|reason| reason.to_lowercase());
    Some(Run {
        id: text(run, &["/id", "/buildNumber"])?,
        workflow: text(run, &["/definition/name", "/pipeline/name"]).unwrap_or_default(),
        started_at: time(run, &["/startTime", "/queueTime"]),
        ended_at: time(run, &["/finishTime"]),
        ending,
        head: text(run, &["/sourceVersion"]).map(|sha| ObjectId::new(&sha)),
        is_scheduled: reason.as_ref().map(|reason| reason.starts_with("schedule")),
        is_of_pull_request: reason.is_some_and(|reason| reason == "pullrequest"),
    })
}

impl RunList {
    /// The names of the workflows in the list.
    pub(super) fn workflows(&self) -> BTreeSet<&str> {
        self.runs.iter().map(|run| run.workflow.as_str()).collect()
    }

    /// When each run that has ended started and ended, by the start.
    pub(super) fn spans(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut spans: Vec<_> =
            self.runs.iter().filter_map(|run| Option::zip(run.started_at, run.ended_at)).collect();
        spans.sort();
        spans
    }

    /// Keeps the runs of one workflow, and none for pull requests.
    pub(super) fn of_workflow(mut self, name: &str) -> Self {
        self.runs.retain(|run| run.workflow == name && !run.is_of_pull_request);
        self.runs.sort_by(|one, other| (one.started_at, &one.id).cmp(&(other.started_at, &other.id)));
        self
    }
}

impl Ending {
    /// The word of a schedule's last run.
    pub(super) fn status(&self) -> String {
        match self {
            Self::Succeeded => "success".to_owned(),
            Self::Failed(_) => "failed".to_owned(),
            Self::Canceled => "canceled".to_owned(),
            Self::Skipped => "skipped".to_owned(),
            Self::Running => "running".to_owned(),
            Self::Other(word) => word.clone(),
        }
    }
}
