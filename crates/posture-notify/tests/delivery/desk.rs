//! Recipients, evidence to report on, and the time.

use std::path::PathBuf;

use posture_core::notify::round::{Outcome, Round};
use posture_core::{Form, Options, Timestamp, derive};
use posture_notify::notifier::{Delivery, Notifier, Timing};
use posture_notify::reach::Reach;
use posture_notify::target::Target;
use posture_testing::receivers::{Posted, WebhookServer};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const MINUTE: i64 = 60;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
/// 2026-11-20T08:00:00Z, when the evidence is exported.
pub(crate) const EXPORTED_AT: i64 = 1_795_161_600;
pub(crate) const SITE: &str = "https://posture.example.org";

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(EXPORTED_AT + seconds).unwrap()
}

pub(crate) fn loopback() -> Reach {
    Reach { hosts: vec!["127.0.0.1".to_owned()], networks: vec!["127.0.0.0/8".parse().unwrap()] }
}

pub(crate) fn tenant(id: u64, name: &str, completed_at: i64) -> Value {
    json!({ "id": id, "external_id": format!("t-{id}"), "name": name, "status": "active",
        "backup_sets": [{ "id": 1, "status": "completed", "completed_at": at(completed_at).to_string(), "items": [{ "id": 1 }] }],
        "restore_runs": [{ "id": 1, "status": "completed", "is_dry_run": false, "completed_at": at(-HOUR).to_string(),
            "results": [{ "outcome": "applied" }] }] })
}

pub(crate) fn fresh() -> Value {
    json!([tenant(1, "Adatum", -HOUR)])
}

pub(crate) fn stale() -> Value {
    json!([tenant(1, "Adatum", -2 * DAY)])
}

/// A folder with a state file, and who is sent to.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
    pub(crate) targets: Vec<Target>,
    pub(crate) timing: Timing,
}

impl Desk {
    pub(crate) fn new<const N: usize>(addresses: [&str; N]) -> Self {
        let targets = addresses.iter().map(|address| Target::new(address, None).unwrap()).collect();
        Self { folder: tempfile::tempdir().unwrap(), targets, timing: Timing::default() }
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("notify.json")
    }

    pub(crate) fn open(&self) -> Notifier {
        Notifier::open(&self.state(), self.targets.clone(), loopback(), self.timing).unwrap()
    }
}

/// The news of this evidence, judged so many seconds after its export.
pub(crate) fn look(notifier: &Notifier, tenants: &Value, seconds: i64) -> Outcome {
    look_at(notifier, &[json!({ "id": 7, "name": "Contoso" })], tenants, seconds)
}

/// The news of several workspaces with the same tenants.
pub(crate) fn look_at(notifier: &Notifier, workspaces: &[Value], tenants: &Value, seconds: i64) -> Outcome {
    let mut round = Round::new(notifier.announced(), Some(SITE), at(seconds));
    for workspace in workspaces {
        let snapshot = json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": at(0).to_string(),
            "workspace": workspace, "tenants": tenants });
        let options = Options { as_of: Some(at(seconds).to_string()), ..Options::default() };
        round.add(&derive(snapshot.to_string().as_bytes(), Form::Json, &options).unwrap());
    }
    round.finish()
}

/// Looks and delivers, as `posture notify` and `posture serve` do.
pub(crate) fn round(notifier: &mut Notifier, tenants: &Value, seconds: i64) -> Vec<Delivery> {
    let outcome = look(notifier, tenants, seconds);
    notifier.take(outcome, at(seconds)).unwrap();
    notifier.deliver(at(seconds)).unwrap()
}

pub(crate) fn titles(server: &WebhookServer) -> Vec<String> {
    server
        .posted()
        .iter()
        .map(|posted| posted.json()["title"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The last message that was posted to this path. Messages to several addresses arrive in any order.
#[track_caller]
pub(crate) fn last_at(server: &WebhookServer, path: &str) -> Posted {
    let line = format!("POST {path} HTTP/1.1");
    server.posted().into_iter().rfind(|posted| posted.line == line).unwrap()
}
