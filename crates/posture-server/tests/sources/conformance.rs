//! What every source must do: the same evidence in, the same bytes out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use posture_core::{Form, Id, Timestamp};
use posture_server::sources::files::FileSource;
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_server::sources::sqlite::{SqliteSource, import};
use posture_server::sources::with_policy::WithPolicy;
use posture_server::sources::{EvidenceSource, Extent, Query, Reach, SourceError, TenantScope};
use serde_json::Value;
use tempfile::TempDir;

use crate::endpoint::{Answer, REPORT, SNAPSHOT, endpoint, get, send};
use crate::evidence::{document, load, tenants};
use posture_testing::cluster::{self, Database};

/// A folder with one document, and the sources over it that keep snapshots.
struct Kept {
    _folder: TempDir,
    files: FileSource,
    store: SqliteSource,
}

impl Kept {
    async fn new(document: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (file, store) = (folder.path().join("evidence.json"), folder.path().join("store.sqlite"));
        std::fs::write(&file, document).unwrap();
        import(&store, Cursor::new(document.to_owned()), Form::Json).await.unwrap();
        Self {
            files: FileSource::open(file).unwrap(),
            store: SqliteSource::open(&store).await.unwrap(),
            _folder: folder,
        }
    }

    fn endpoints(&self) -> [(&'static str, Router); 2] {
        [
            ("files", endpoint(FileSource::open(self._folder.path().join("evidence.json")).unwrap())),
            ("store", endpoint(self.store.clone())),
        ]
    }
}

pub(crate) fn postgres(database: &Database) -> PostgresSource {
    PostgresSource::new(&database.reader, PostgresOptions::default()).unwrap()
}

pub(crate) async fn now(database: &Database) -> i64 {
    database.value("SELECT floor(extract(epoch FROM now()))::bigint::text").await.parse().unwrap()
}

/// The document of a database's answer, as an exporter would have written it.
fn written(answer: &Value, tenants: &str) -> String {
    document(answer["exported_at"].as_str().unwrap(), answer["exporter"].as_str().unwrap(), tenants)
}

/// ES-1, ES-12, ES-13, ES-20
#[tokio::test]
async fn the_same_evidence_gives_the_same_bytes_from_every_source() {
    let (database, _) = cluster::database().await;
    let now = now(&database).await;
    let tenants = tenants(now, 60);
    load(&database, &tenants).await;
    let endpoint = endpoint(postgres(&database));
    let mut paths = vec![SNAPSHOT.to_owned()];
    paths.extend(
        [1, 4, 6, 15, 33, 45].map(|id| format!("/api/v1/workspaces/7/tenants/tenant%2F{id}/snapshot")),
    );
    for path in paths {
        let answer = get(&endpoint, &path).await;
        let kept = Kept::new(&written(&answer.json(), &tenants)).await;
        for (name, kept) in kept.endpoints() {
            let kept = get(&kept, &path).await;
            if path == SNAPSHOT {
                // A record that passes unchanged has all its items in a file, and from the database those that decide.
                assert!(report_of(&kept) == report_of(&answer), "{name}: {path}");
            } else {
                same(kept.text(), answer.text(), &format!("{name}: {path}"));
            }
        }
    }
}

/// A snapshot and an answer of the same export; after a step of the clock, a database's evidence is a later one.
async fn of_one_export(endpoint: &Router, path: &str) -> (Value, Answer) {
    loop {
        let (export, answer) = (get(endpoint, SNAPSHOT).await.json(), get(endpoint, path).await);
        if export["exported_at"] == answer.json()["exported_at"] {
            return (export, answer);
        }
    }
}

/// The report of a snapshot that an endpoint served.
fn report_of(answer: &Answer) -> posture_core::Report {
    posture_core::derive(answer.text().as_bytes(), Form::Json, &posture_core::Options::default()).unwrap()
}

/// Asserts that two texts are the same, and shows where they part otherwise.
#[track_caller]
fn same(one: &str, other: &str, what: &str) {
    let parting = one
        .bytes()
        .zip(other.bytes())
        .position(|(one, other)| one != other)
        .unwrap_or(one.len().min(other.len()));
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[parting.saturating_sub(400)..text.len().min(parting + 200)])
            .into_owned()
    };
    assert!(one == other, "{what}:\n{}\n{}", around(one), around(other));
}

/// ES-1, ES-14: at the export's instant, before it and after it.
#[tokio::test]
async fn the_same_evidence_gives_the_same_report_from_every_source() {
    let (database, _) = cluster::database().await;
    let now = now(&database).await;
    let tenants = tenants(now, 60);
    load(&database, &tenants).await;
    let endpoint = endpoint(postgres(&database));
    for hours in [0, -1, -26, -50, -75, 30] {
        let at = Timestamp::from_unix_seconds(now + hours * 3600).unwrap();
        let path = if hours == 0 { REPORT.to_owned() } else { format!("{REPORT}?as_of={at}") };
        let (export, answer) = of_one_export(&endpoint, &path).await;
        let kept = Kept::new(&written(&export, &tenants)).await;
        assert!(answer.json()["denominators"]["evaluated"].as_u64().unwrap() > 30);
        for (name, kept) in kept.endpoints() {
            same(get(&kept, &path).await.text(), answer.text(), &format!("{name}: {path}"));
        }
    }
}

/// EP-27, ES-14: by the endpoint's own policy, too, by which clocks may differ by less or by more.
#[tokio::test]
async fn the_same_evidence_gives_the_same_report_by_another_policy() {
    let (database, _) = cluster::database().await;
    let now = now(&database).await;
    let tenants = tenants(now, 30);
    load(&database, &tenants).await;
    let earlier = Timestamp::from_unix_seconds(now - 49 * 3600).unwrap();
    let paths = [
        REPORT.to_owned(),
        format!("{REPORT}?as_of={earlier}"),
        format!("{REPORT}?since={earlier}"),
        SNAPSHOT.to_owned(),
        format!("{SNAPSHOT}?since={earlier}"),
    ];
    for policy in ["{}", r#"{"clock_skew_seconds":0}"#, r#"{"clock_skew_seconds":3600}"#] {
        let judged = |source: Box<dyn EvidenceSource>| {
            endpoint(WithPolicy::new(Arc::from(source), policy).expect("the policy is valid"))
        };
        let database = judged(Box::new(postgres(&database)));
        for path in &paths {
            let (export, answer) = of_one_export(&database, path).await;
            let report = |answer: &Answer| match path.starts_with(REPORT) {
                true => answer.json(),
                false => serde_json::to_value(report_of(answer)).unwrap(),
            };
            let Kept { _folder, files, store } = Kept::new(&written(&export, &tenants)).await;
            for kept in [judged(Box::new(files)), judged(Box::new(store))] {
                assert!(report(&get(&kept, path).await) == report(&answer), "{policy}: {path}");
            }
        }
    }
}

/// ES-14: a set that completed within the second of the instant is the latest then.
#[tokio::test]
async fn a_report_of_an_instant_within_a_second_has_the_items_of_that_second() {
    let (database, _) = cluster::database().await;
    database.run("ALTER TABLE backup_sets ALTER completed_at TYPE timestamp(6)").await;
    let now = now(&database).await - 3600;
    let at = |seconds: i64| Timestamp::from_unix_seconds(now + seconds).unwrap().to_string();
    let set = |id: u64, completed_at: &str| {
        let item = format!(
            r#"{{"id":{id},"policy_type":"deviceConfiguration","platform":"windows10","metadata":null}}"#
        );
        format!(
            r#"{{"id":{id},"name":"s","status":"completed","completed_at":"{completed_at}","item_count":1,"items":[{item}]}}"#
        )
    };
    let sets: Vec<_> = [at(-9).as_str(), at(-8).as_str(), &at(300).replace('Z', ".5")]
        .iter()
        .zip(1..)
        .map(|(at, id)| set(id, at.trim_end_matches('Z')))
        .collect();
    let tenants = format!(
        r#"{{"id":1,"workspace_id":7,"external_id":"a","name":"A","status":"active","backup_sets":[{}],"backup_schedules":[],"restore_runs":[]}}"#,
        sets.join(",")
    );
    load(&database, &tenants).await;
    let endpoint = endpoint(postgres(&database));
    for fraction in [".499999999Z", ".5Z", ".999999999Z"] {
        let path = format!("{REPORT}?as_of={}", at(0).replace('Z', fraction));
        let (export, answer) = of_one_export(&endpoint, &path).await;
        let kept = Kept::new(&written(&export, &tenants)).await;
        for (name, kept) in kept.endpoints() {
            same(get(&kept, &path).await.text(), answer.text(), &format!("{name}: {path}"));
        }
    }
}

/// Every source over the same six tenants.
async fn six_tenants() -> (Database, TempDir, [Box<dyn EvidenceSource>; 3]) {
    let (database, _) = cluster::database().await;
    let tenants = tenants(now(&database).await, 6);
    load(&database, &tenants).await;
    let Kept { _folder: folder, files, store } =
        Kept::new(&document("2026-11-20T08:00:00Z", "x", &tenants)).await;
    let database_source = postgres(&database);
    (database, folder, [Box::new(database_source), Box::new(files), Box::new(store)])
}

/// ES-2, ES-3
#[tokio::test]
async fn every_source_returns_only_the_requested_tenants() {
    let (_database, _folder, sources) = six_tenants().await;
    let id = |number| Id::new(number).unwrap();
    let scope = TenantScope::Only(BTreeSet::from([id(2), id(5), id(99)]));
    for source in sources {
        let query = Query { workspace: id(7), tenants: scope.clone(), extent: Extent::Slim };
        let evidence = source.open(&query).await.unwrap();
        let at = Timestamp::parse("2026-11-19T08:00:00Z").unwrap();
        for extent in
            [Extent::Slim, Extent::SlimSince(at), Extent::Verdicts(Some(at)), Extent::Verdicts(None)]
        {
            let asked = Query { extent, ..query.clone() };
            assert_eq!(source.version(&asked).await.unwrap(), evidence.version, "{asked:?}");
        }
        let texts: Vec<_> = evidence
            .tenants
            .map(|text| serde_json::from_slice::<Value>(&text.unwrap()).unwrap()["id"].clone())
            .collect()
            .await;
        assert_eq!(texts, [2, 5]);

        let one =
            |external_id: &str| Query { extent: Extent::Tenant(external_id.to_owned()), ..query.clone() };
        assert!(source.open(&one("tenant/5")).await.is_ok());
        for hidden in ["tenant/1", "tenant/99", ""] {
            assert!(matches!(source.open(&one(hidden)).await, Err(SourceError::UnknownTenant)), "{hidden}");
            assert!(
                matches!(source.version(&one(hidden)).await, Err(SourceError::UnknownTenant)),
                "{hidden}"
            );
        }
        let elsewhere = Query { workspace: id(9), ..query };
        assert!(matches!(source.open(&elsewhere).await, Err(SourceError::UnknownWorkspace)));
        assert!(matches!(source.version(&elsewhere).await, Err(SourceError::UnknownWorkspace)));
    }
}

/// ES-2: of a workspace, the tenants in reach are counted, and a workspace that is not in reach is not listed.
#[tokio::test]
async fn every_source_counts_the_tenants_in_reach() {
    let (_database, _folder, sources) = six_tenants().await;
    let id = |number| Id::new(number).unwrap();
    let some = TenantScope::Only(BTreeSet::from([id(2), id(5), id(99)]));
    for source in sources {
        for (scope, counted) in [(TenantScope::All, 6), (some.clone(), 2)] {
            let reach = Reach::Workspaces(BTreeMap::from([(id(7), scope), (id(9), TenantScope::All)]));
            let listed = source.workspaces(&reach).await.unwrap();
            let listed: Vec<_> = listed.into_iter().map(|listing| listing.served.unwrap().tenants).collect();
            assert_eq!(listed, [counted], "{reach:?}");
        }
    }
}

/// ES-1
#[tokio::test]
async fn every_source_lists_the_workspace_alike() {
    let (database, _) = cluster::database().await;
    let tenants = tenants(now(&database).await, 6);
    load(&database, &tenants).await;
    database.run("DELETE FROM workspaces WHERE id = 8").await;
    let kept = Kept::new(&document("2026-11-20T08:00:00Z", "x", &tenants)).await;
    let mut endpoints = kept.endpoints().to_vec();
    endpoints.push(("postgres", endpoint(postgres(&database))));
    for (name, endpoint) in endpoints {
        let listed = get(&endpoint, "/api/v1/workspaces").await.json()["workspaces"].clone();
        let entry = &listed[0];
        assert_eq!(listed.as_array().unwrap().len(), 1, "{name}");
        assert_eq!(
            (&entry["id"], &entry["name"], &entry["tenants"]),
            (&7.into(), &"Wörk \"7\"".into(), &6.into()),
            "{name}"
        );
        assert_eq!(entry["links"]["snapshot"], SNAPSHOT, "{name}");
    }
}

/// ES-3, ES-16: a change in any table but that of items, told without a look at items.
#[tokio::test]
async fn a_change_of_the_evidence_changes_its_mark_and_nothing_else_does() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 12)).await;
    let endpoint = endpoint(postgres(&database));
    let mut last = get(&endpoint, SNAPSHOT).await;
    for change in [
        "UPDATE workspaces SET name = 'Another name' WHERE id = 7",
        "UPDATE tenants SET name = 'Another name' WHERE id = 2",
        "UPDATE tenants SET deleted_at = now() WHERE id = 3",
        "UPDATE backup_sets SET status = 'failed' WHERE id = 2001",
        "DELETE FROM backup_sets WHERE id = 2000",
        "INSERT INTO backup_sets (tenant_id, status) VALUES (2, 'running')",
        "UPDATE backup_schedules SET is_enabled = NOT is_enabled WHERE tenant_id = 2",
        "UPDATE restore_runs SET status = 'failed' WHERE tenant_id = 2",
        "UPDATE operation_runs SET outcome = 'failed' WHERE tenant_id = 2",
    ] {
        database.run(change).await;
        let answer = get(&endpoint, SNAPSHOT).await;
        assert_ne!(answer.etag(), last.etag(), "{change}");
        assert_ne!(answer.text(), last.text(), "{change}");
        last = answer;
    }
    database.run("UPDATE workspaces SET name = 'x' WHERE id = 8; INSERT INTO tenants (id, workspace_id, external_id, name, status) VALUES (99, 8, 'x', 'X', 'active')").await;
    let again = current(&endpoint, &last).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.etag(), last.etag());
}

/// The answer to a client with a copy; requested again after a step of the clock.
async fn current(endpoint: &Router, held: &Answer) -> Answer {
    let again = send(endpoint, SNAPSHOT, Some(held.etag())).await;
    if again.status == StatusCode::NOT_MODIFIED {
        return again;
    }
    send(endpoint, SNAPSHOT, Some(again.etag())).await
}

/// ES-11
#[tokio::test]
async fn deleted_tenants_are_left_out_and_archived_workspaces_are_listed() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    database
        .run("UPDATE tenants SET deleted_at = now() WHERE id = 2; UPDATE workspaces SET archived_at = '2026-01-02 03:04:05' WHERE id = 8")
        .await;
    let endpoint = endpoint(postgres(&database));
    let snapshot = get(&endpoint, SNAPSHOT).await.json();
    let ids: Vec<_> =
        snapshot["tenants"].as_array().unwrap().iter().map(|tenant| tenant["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [1, 3]);
    let listed = get(&endpoint, "/api/v1/workspaces").await.json();
    assert_eq!(listed["workspaces"][0]["tenants"], 2);
    assert_eq!(listed["workspaces"][1]["links"], Value::Null);
    assert!(
        listed["workspaces"][1]["refusal"].as_str().unwrap().contains("archived at 2026-01-02T03:04:05Z")
    );
    assert_eq!(
        get(&endpoint, "/api/v1/workspaces/8/snapshot").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

/// ES-10
#[tokio::test]
async fn invalid_rows_are_left_for_the_core_to_judge() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 12)).await;
    database
        .run(
            "UPDATE backup_sets SET completed_at = 'infinity' WHERE id = 1001;
             UPDATE restore_runs SET results = '{\"items\":[{\"label\":\"no outcome\"}]}' WHERE id = 20;
             UPDATE restore_runs SET operation_run_id = 9999, status = 'completed', results = NULL, metadata = NULL, is_dry_run = false WHERE id = 80;",
        )
        .await;
    let report = get(&endpoint(postgres(&database)), REPORT).await.json();
    let findings = report["findings"].as_array().unwrap();
    let unreadable: Vec<_> = findings
        .iter()
        .filter(|finding| finding["code"] == "unreadable_tenant")
        .map(|f| f["tenant_id"].clone())
        .collect();
    assert_eq!(unreadable, [1, 2]);
    let run = &report["tenants"].as_array().unwrap().iter().find(|tenant| tenant["tenant_id"] == 8).unwrap()
        ["restore_attention"][0];
    assert_eq!(
        (&run["restore_run_id"], &run["state"]),
        (&80.into(), &"completed_with_follow_up".into()),
        "an operation that is not found"
    );
}

/// ES-10: `policyType`, as rows of assignments have it.
#[tokio::test]
async fn a_policy_type_is_read_by_the_name_that_restore_results_give_it() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let results = r#"{"assignments":[{"policyType":"deviceCompliancePolicy","decision":"applied","reason":"\"policyType\":\"x\""}]}"#;
    database.run(&format!("UPDATE restore_runs SET results = '{results}', status = 'completed', is_dry_run = false WHERE id = 10")).await;
    let report = get(&endpoint(postgres(&database)), REPORT).await.json();
    let covered = &report["tenants"][0]["coverage"]["by_policy_type"];
    assert_eq!(
        (&covered[0]["policy_type"], &covered[0]["applied"]),
        (&"deviceCompliancePolicy".into(), &1.into()),
        "{report}"
    );
    let both = r#"{"items":[{"outcome":"applied","policy_type":"x","policyType":"y"}]}"#;
    database.run(&format!("UPDATE restore_runs SET results = '{both}' WHERE id = 10")).await;
    let one = "/api/v1/workspaces/7/tenants/tenant%2F1/snapshot";
    let written = &get(&endpoint(postgres(&database)), one).await.json()["tenants"][0]["restore_runs"][0];
    let both: Value = serde_json::from_str(both).unwrap();
    assert_eq!(written["results"], both, "unchanged, so that no key is there twice");
}

/// ES-15
#[tokio::test]
async fn memberships_are_read_from_their_tables() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    database
        .run(
            "INSERT INTO workspace_memberships (workspace_id, user_id, role) VALUES (7, 5, 'operator'), (8, 6, 'owner');
             INSERT INTO tenant_memberships (tenant_id, user_id, role) VALUES (1, 5, 'readonly'), (3, 5, 'manager'), (2, 6, 'owner');",
        )
        .await;
    let source = postgres(&database);
    let memberships = source.memberships("5").await.unwrap().unwrap();
    let id = |number| Id::new(number).unwrap();
    assert_eq!(memberships.workspaces.into_iter().collect::<Vec<_>>(), [(id(7), "operator".to_owned())]);
    let tenants: Vec<_> = memberships.tenants[&id(7)].clone().into_iter().collect();
    assert_eq!(tenants, [(id(1), "readonly".to_owned()), (id(3), "manager".to_owned())]);
    for nobody in ["", "05", "x'; --", "7"] {
        assert_eq!(source.memberships(nobody).await.unwrap().unwrap(), Default::default(), "{nobody}");
    }
}

/// ES-2, ES-13: a row that names a record of another tenant gets nothing of it, and newer sets without items hide none.
#[tokio::test]
async fn records_of_another_tenant_are_never_joined() {
    let (database, _) = cluster::database().await;
    load(&database, &tenants(now(&database).await, 3)).await;
    let endpoint = endpoint(postgres(&database));
    let one = "/api/v1/workspaces/7/tenants/tenant%2F1/snapshot";
    let record = |answer: &Answer, collection: &str, id: u64| {
        let records = answer.json()["tenants"][0][collection].as_array().unwrap().clone();
        records.into_iter().find(|record| record["id"] == id).unwrap()
    };
    let before = get(&endpoint, SNAPSHOT).await;
    assert_eq!(record(&before, "backup_sets", 1000)["quality"]["total_items"], 1);
    database
        .run(
            "INSERT INTO backup_sets (id, tenant_id, status, item_count, completed_at)
                 SELECT 990000 + n, 1, 'completed', n / 2, now() AT TIME ZONE 'UTC' - interval '1 minute' FROM generate_series(0, 3) n;
             INSERT INTO backup_items (id, tenant_id, backup_set_id, policy_identifier, policy_type, deleted_at, payload)
                 SELECT 990000 + n, 2 - n / 2, 990000 + n, 'inserted', 'x', CASE n / 2 WHEN 1 THEN now() AT TIME ZONE 'UTC' - interval '1 minute' END, '{}'
                 FROM generate_series(0, 3) n;
             INSERT INTO backup_sets (id, tenant_id, status, item_count, completed_at)
                 VALUES (990010, 1, 'failed', 0, now() AT TIME ZONE 'UTC'),
                     (990011, 1, 'completed', 1, now() AT TIME ZONE 'UTC' + interval '2 minutes');
             INSERT INTO backup_items (id, tenant_id, backup_set_id, policy_identifier, policy_type, payload)
                 VALUES (990011, 1, 990011, 'inserted', 'x', '{}');
             UPDATE restore_runs SET operation_run_id = 20 WHERE id = 10",
        )
        .await;
    let operation = serde_json::json!({ "id": 20, "status": "not_found", "outcome": null });
    let whole = get(&endpoint, one).await;
    assert_eq!(record(&whole, "backup_sets", 990_000)["items"], serde_json::json!([]));
    assert_eq!(record(&whole, "backup_sets", 990_003)["items"][0]["policy_identifier"], "inserted");
    assert_eq!(record(&whole, "restore_runs", 10)["operation_run"], operation);
    let after = get(&endpoint, SNAPSHOT).await;
    let ahead = &record(&after, "backup_sets", 990_011)["quality"]["total_items"];
    assert_eq!(*ahead, 1, "within the skew of clocks, it has happened");
    assert_eq!(record(&after, "backup_sets", 1000)["quality"]["total_items"], 1);
    assert_eq!(record(&after, "restore_runs", 10)["operation_run"], operation);
}
