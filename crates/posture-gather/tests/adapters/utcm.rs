//! Configuration snapshot jobs, as Microsoft Graph answers.

use serde_json::{Value, json};

use crate::support::{Config, Outcome, tree};

const JOB: &str = "1a14c735-e01b-4c6e-a0e9-02ecbe7ad832";
const SNAPSHOT: &str = "5b15be20-897f-4b79-85a6-97871c708f6f";

fn job(changes: Value) -> Value {
    let mut job = json!({
        "id": JOB,
        "displayName": "Nightly",
        "tenantId": "2fcf1c68-b412-4c85-bfb2-cb20152a6843",
        "status": "succeeded",
        "resources": ["microsoft.exchange.sharedmailbox", "microsoft.intune.devicecategory"],
        "createdDateTime": "2026-04-08T01:00:00.9823159Z",
        "completedDateTime": "2026-04-08T01:20:00Z",
        "resourceLocation": format!("https://graph.microsoft.com/v1.0/admin/configurationManagement/configurationSnapshots('{SNAPSHOT}')"),
    });
    for (key, value) in changes.as_object().unwrap() {
        job[key] = value.clone();
    }
    json!({ "@odata.context": "x#admin/configurationManagement/configurationSnapshotJobs", "value": [job] })
}

fn snapshot() -> Value {
    json!({
        "id": SNAPSHOT,
        "displayName": "Nightly",
        "parameters": [],
        "resources": [
            { "displayName": "Sales", "resourceType": "microsoft.exchange.sharedmailbox", "properties": { "Identity": "sales" } },
            { "displayName": "Kiosk", "resourceType": "microsoft.intune.devicecategory", "properties": { "Assignments": [] } },
        ],
    })
}

fn gathered(jobs: Value, snapshot: Option<Value>) -> Outcome {
    let mut files = vec![("jobs.json", jobs.to_string())];
    files.extend(snapshot.map(|snapshot| ("snapshot.json", snapshot.to_string())));
    Config::new("utcm").gathered(&tree(files))
}

#[test]
fn the_resources_of_a_snapshot_are_its_items() {
    let outcome = gathered(job(json!({})), Some(snapshot()));
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(2));
    assert!(outcome.is_claimed_healthy());
}

#[test]
fn each_status_has_its_own_word() {
    for (status, posture) in [
        ("succeeded", "healthy"),
        ("partiallySuccessful", "degraded"),
        ("failed", "absent"),
        ("running", "absent"),
        ("notStarted", "absent"),
        ("unknownFutureValue", "absent"),
    ] {
        let outcome = gathered(job(json!({ "status": status })), Some(snapshot()));
        assert_eq!(outcome.posture(), posture, "{status}");
    }
}

#[test]
fn year_one_is_not_a_time() {
    let outcome = gathered(job(json!({ "completedDateTime": "0001-01-01T00:00:00Z" })), Some(snapshot()));
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("no_time", None);
}

#[test]
fn a_job_without_its_snapshot_is_recent_but_opaque() {
    let outcome = gathered(job(json!({})), None);
    assert_eq!(outcome.posture(), "healthy");
    assert_eq!(outcome.quality("content_opaque"), 1);
    assert!(!outcome.is_claimed_healthy());
}

#[test]
fn errors_of_a_job_are_items_that_were_not_captured() {
    let changes = json!({ "status": "partiallySuccessful", "errorDetails": ["Exchange: access denied"] });
    let outcome = gathered(job(changes), Some(snapshot()));
    assert_eq!(outcome.quality("metadata_only"), 1);
    outcome.has_note("job_error", None);
}

#[test]
fn a_snapshot_without_a_job_and_a_job_of_another_tenant_do_not_count() {
    let outcome = gathered(json!({ "value": [] }), Some(snapshot()));
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("unmatched_snapshot", Some("snapshot.json"));
    let config = Config { external_id: Some("00000000-0000-4000-8000-000000000000"), ..Config::new("utcm") };
    let outcome = config.gathered(&tree([("jobs.json", job(json!({})).to_string())]));
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("other_tenant", None);
}

/// The answer to a request for a snapshot is one job, without a link to it.
#[test]
fn one_job_is_known_by_its_context() {
    let answer = json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.configurationSnapshotJob",
        "id": JOB, "displayName": "Nightly", "status": "succeeded", "completedDateTime": "2026-04-08T01:20:00Z",
    });
    let outcome = gathered(answer, None);
    assert_eq!(outcome.posture(), "healthy");
    assert!(!outcome.is_claimed_healthy());
}

/// GA-2
#[test]
fn a_missing_page_of_jobs_is_a_signal_and_pages_that_are_all_here_are_not() {
    let mut first = job(json!({}));
    first["@odata.nextLink"] = json!(
        "https://graph.microsoft.com/v1.0/admin/configurationManagement/configurationSnapshotJobs?$skiptoken=x"
    );
    let files = |last: Option<Value>| {
        let mut files = vec![("1.json", first.to_string()), ("snapshot.json", snapshot().to_string())];
        files.extend(last.map(|last| ("2.json", last.to_string())));
        Config::new("utcm").gathered(&tree(files))
    };
    let outcome = files(None);
    assert!(outcome.has_signal("evidence_incomplete"));
    outcome.has_note("missing_page", Some("1.json"));
    assert!(!files(Some(job(json!({ "id": "other" })))).has_signal("evidence_incomplete"));
}

/// A snapshot is a job's if the job links to it, if it has the job's id, or if its file is named by it.
#[test]
fn a_snapshot_belongs_only_to_the_job_that_names_it() {
    let other = || json!({ "id": "other", "resources": [{ "resourceType": "microsoft.exchange.other", "displayName": "Other" }] });
    let with = |name: &str, id: &str, location: Value| {
        let mut own = snapshot();
        own["id"] = json!(id);
        let jobs = job(json!({ "resourceLocation": location, "status": "succeeded" }));
        let files = [("a.json", other()), ("jobs.json", jobs), (name, own)];
        Config::new("utcm").gathered(&tree(files.map(|(path, value)| (path, value.to_string()))))
    };
    for (name, id, location) in [
        ("own.json", JOB, Value::Null),
        (&*format!("snapshot-{JOB}.json"), "", Value::Null),
        ("own.json", SNAPSHOT, json!(format!("x('{SNAPSHOT}')"))),
    ] {
        let outcome = with(name, id, location);
        assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(2), "{name} {id}");
        outcome.has_note("unmatched_snapshot", Some("a.json"));
    }
}

/// Only ids can be compared with ids.
#[test]
fn a_tenant_that_is_configured_by_its_name_gets_its_jobs() {
    for tenant_id in ["2fcf1c68-b412-4c85-bfb2-cb20152a6843", "unknown"] {
        for external_id in ["contoso.com", "2FCF1C68-B412-4C85-BFB2-CB20152A6843"] {
            let config = Config { external_id: Some(external_id), ..Config::new("utcm") };
            let jobs = job(json!({ "tenantId": tenant_id })).to_string();
            let outcome = config.gathered(&tree([("jobs.json", jobs)]));
            assert_eq!(outcome.posture(), "healthy", "{tenant_id} {external_id}");
        }
    }
}

/// GA-2: an id that is a part of another one is not that id, and a link counts more than the name of a file.
#[test]
fn a_snapshot_is_found_by_its_whole_id() {
    let content = |id: &str, items: usize| {
        let resources: Vec<_> = (0..items)
            .map(
                |number| json!({ "resourceType": "microsoft.exchange.x", "displayName": number.to_string() }),
            )
            .collect();
        json!({ "id": id, "resources": resources })
    };
    let located = |id: &str| json!(format!("https://graph.microsoft.com/x/configurationSnapshots('{id}')"));
    for (own, location, other) in [
        ("own.json", located("snap-1-a"), content("snap-1", 5)),
        ("own.json", located("snap-1-a"), content("1", 5)),
        ("snapshot-job-1.json", Value::Null, content("snap-9", 5)),
    ] {
        let jobs = job(json!({ "id": "job-1", "resourceLocation": location }));
        let files = [("a-job-10.json", other), (own, content("snap-1-a", 2)), ("jobs.json", jobs)];
        let outcome =
            Config::new("utcm").gathered(&tree(files.map(|(path, value)| (path, value.to_string()))));
        assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(2), "{own}");
        outcome.has_note("unmatched_snapshot", Some("a-job-10.json"));
    }
    let jobs = job(json!({ "id": "job-1", "resourceLocation": located("snap-1") }));
    let files =
        [("job-1.json", content("snap-2", 5)), ("own.json", content("snap-1", 2)), ("jobs.json", jobs)];
    let outcome = Config::new("utcm").gathered(&tree(files.map(|(path, value)| (path, value.to_string()))));
    assert_eq!(outcome.tenant("/backup_health/quality/total_items"), &json!(2));
}

/// GA-6: if another tenant of the configuration reads the same files, one tenant's records never make it calmer.
#[test]
fn records_that_name_another_tenant_do_not_count_for_one_that_shares_the_files() {
    let tree = tree([("jobs.json", job(json!({})).to_string())]);
    assert!(!Config::new("utcm").gather(&tree).records.sets.is_empty());
    let shared = Config { is_shared: true, ..Config::new("utcm") }.gather(&tree);
    assert!(
        shared.records.sets.is_empty() && shared.tenants.contains_key("2fcf1c68-b412-4c85-bfb2-cb20152a6843"),
        "{:?}",
        shared.tenants.keys()
    );
    let named = Config {
        is_shared: true,
        external_id: Some("2FCF1C68-b412-4c85-bfb2-cb20152a6843"),
        ..Config::new("utcm")
    }
    .gather(&tree);
    assert!(!named.records.sets.is_empty());
}
