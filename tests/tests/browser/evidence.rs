//! Snapshots to serve and to open.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

const CALM: &str = include_str!("../../cases/calm.json");

/// The route key of the tenant of `calm.json`.
pub(crate) const CALM_KEY: &str = "00000007-1111-4222-8333-444455556666";

/// The snapshot of `calm.json`.
pub(crate) fn calm() -> Value {
    let case: Value = serde_json::from_str(CALM).unwrap();
    case["snapshot"].clone()
}

/// A snapshot of so many tenants without records.
pub(crate) fn many(tenants: u64) -> Value {
    let mut snapshot = calm();
    let one = snapshot["tenants"][0].clone();
    let tenant = |id: u64| {
        let mut tenant = one.clone();
        (tenant["id"], tenant["external_id"], tenant["name"]) =
            (id.into(), format!("t-{id}").into(), format!("Tenant {id}").into());
        (tenant["backup_sets"], tenant["backup_schedules"], tenant["restore_runs"]) =
            (json!([]), json!([]), json!([]));
        tenant
    };
    snapshot["tenants"] = (1..=tenants).map(tenant).collect();
    snapshot
}

/// A snapshot's document without its tenants.
pub(crate) fn head(name: &str) -> Value {
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-04-08T12:00:00Z", "policy": {},
        "workspace": { "id": 1, "name": name } })
}

/// A snapshot with these tenants.
pub(crate) fn snapshot(tenants: &Value) -> Value {
    let mut whole = head("Contoso");
    whole["tenants"] = tenants.clone();
    whole
}

/// A tenant with further members.
pub(crate) fn tenant(id: u64, more: Value) -> Value {
    let mut whole = json!({ "id": id, "external_id": format!("t{id}"), "name": format!("Tenant {id}"), "status": "active" });
    if let (Value::Object(whole), Value::Object(more)) = (&mut whole, more) {
        whole.extend(more);
    }
    whole
}

/// A snapshot with so many tenants, as it is written into a file.
pub(crate) fn small(tenants: u64) -> String {
    snapshot(&(1..=tenants).map(|id| tenant(id, json!({}))).collect()).to_string()
}

pub(crate) fn sha256_of(file: &Path) -> String {
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

#[expect(clippy::disallowed_methods, reason = "a file to be opened")]
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::write(path, content).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a file that was made")]
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
