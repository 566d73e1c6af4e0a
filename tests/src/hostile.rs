//! Snapshots in which every text is hostile, as a tenant's administrator could name a policy to attack its reader.

use serde_json::{Value, json};

/// Hostile texts, each with a name for messages.
pub const TEXTS: [(&str, &str); 11] = [
    ("script", "<script>window.posture_ran = 1</script>"),
    ("image", "<img src=x onerror=\"window.posture_ran = 1\">"),
    ("attribute", "\"' autofocus onfocus=window.posture_ran=1 style=position:fixed x='\""),
    ("end of elements", "</script></style></title></textarea>--><svg onload=window.posture_ran=1>"),
    ("url", "javascript:window.posture_ran=1"),
    ("formula", "=HYPERLINK(\"https://evil.example\",\"a\")"),
    ("template", "{{constructor.constructor('window.posture_ran=1')()}}${window.posture_ran=1}"),
    ("control", "a\u{0}b\u{7}c\u{1b}[2J\u{1b}]0;title\u{7}d\u{9b}31me\r\nf\u{85}g"),
    ("direction", "a\u{202e}gnp.exe\u{2066}b\u{200f}c"),
    ("invisible", "a\u{200b}b\u{200d}c\u{2060}d\u{feff}e\u{ad}f\u{e0041}g"),
    (
        "marks",
        "Z\u{335}\u{336}\u{337}\u{338}\u{321}\u{322}\u{327}\u{328}\u{316}\u{317}\u{318}\u{319}\u{31c}\u{31d}\u{31e}",
    ),
];

/// Route keys of the readable tenants: one is stale, one has a failed latest restore, and one has records set aside.
/// A fourth tenant has the hostile text as its key.
pub const KEYS: [&str; 3] = ["stale", "failed", "aside"];

/// A workspace in which `text` gives every text, by the name of its key. States and instants are valid, so that tenants can be read.
#[must_use]
pub fn snapshot(text: impl Fn(&str) -> String) -> Value {
    let texts = &text;
    let mut tenants: Vec<_> = KEYS.iter().zip(1..).map(|(key, id)| tenant(key, id, texts)).collect();
    let mut named = tenant(&text("external_id"), 4, texts);
    named["capabilities"] =
        json!([text("capabilities"), "backup_sets.view", "backup_schedules.view", "restore_runs.view"]);
    tenants.push(named);
    let mut snapshot = json!({
        "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-20T08:00:00Z", "exporter": text("exporter"),
        "policy": {}, "workspace": { "id": 1, "name": text("workspace"), "slug": text("slug") },
        "checked_domains": ["governance", "operations", "alerts"], "tenants": tenants,
    });
    if let Some(tenants) = snapshot["tenants"].as_array_mut() {
        tenants.push(
            json!({ "id": 8, "external_id": "inactive", "name": text("name"), "status": text("status") }),
        );
        tenants.push(json!({ "id": text("id"), "external_id": "unreadable", "name": text("name"), "status": "active" }));
        tenants.push(json!({ "id": 1, "external_id": "repeated", "name": text("name"), "status": "active" }));
    }
    snapshot
}

fn tenant(key: &str, id: u64, text: impl Fn(&str) -> String) -> Value {
    let owner = if key == "aside" { 4711 } else { id };
    let completed_at = if key == "stale" { "2026-11-01T02:00:00Z" } else { "2026-11-20T02:00:00Z" };
    let outcome = |word: &str| json!({ "outcome": word, "policy_type": text("policy_type"), "label": text("label"), "reason": text("reason") });
    let items = json!([{
        "id": 1, "policy_identifier": text("policy_identifier"), "policy_type": text("policy_type"), "platform": text("platform"),
        "display_name": text("display_name"),
        "metadata": { "source": text("source"), "snapshot_source": text("snapshot_source"), "warnings": [text("warnings"), "metadata only"],
            "assignment_capture_reason": text("assignment_capture_reason"), "integrity_warning": text("integrity_warning") },
    }]);
    let families = json!({ text("families"): 2 });
    let signal = |domain: &str, url: String| json!({ "domain": domain, "key": text("key"), "urgency": "high", "title": text("title"), "body": text("body"), "url": url });
    json!({
        "id": id, "external_id": key, "name": text("name"), "environment": text("environment"), "domain": text("domain"), "status": "active",
        text("unknown"): text("unknown"),
        "backup_sets": [
            { "id": 1, "name": text("set"), "status": "completed", "created_at": completed_at, "completed_at": completed_at, "items": items },
            { "id": 2, "name": text("set"), "status": text("set_status"), "created_at": "2026-11-20T03:00:00Z" },
            { "id": 3, "tenant_id": owner, "name": text("set"), "status": "completed", "completed_at": "2026-10-01T02:00:00Z",
                "quality": { "total_items": 2, "degraded_items": 1, "families": families, "policy_types": { text("policy_type"): 2 } } },
        ],
        "backup_schedules": [{ "id": 1, "name": text("schedule"), "is_enabled": true, "frequency": text("frequency"),
            "time_of_day": text("time_of_day"), "timezone": text("timezone"), "last_run_at": "2026-11-10T02:00:00Z",
            "last_run_status": text("last_run_status") }],
        "restore_runs": [
            { "id": 1, "status": "failed", "is_dry_run": false, "completed_at": "2026-11-19T03:00:00Z",
                "results": { "items": [outcome("failed"), outcome(&text("outcome"))] },
                "operation_run": { "id": 1, "status": text("operation_status"), "outcome": text("operation_outcome") } },
            { "id": 2, "status": text("run_status"), "is_dry_run": false, "completed_at": "2026-11-18T03:00:00Z", "results": [outcome("applied")] },
        ],
        "signals": [signal("governance", text("url")), signal("alerts", format!("https://a.example/{}", text("url"))), signal("operations", "/a".to_owned())],
    })
}
