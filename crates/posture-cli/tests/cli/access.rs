//! Access behind a proxy, over real HTTP: every role on every route, for its own tenants, for those of others and for
//! unknown ones, with memberships from a configuration (files, a store) and from a database's own tables.

use std::path::Path;

use serde_json::{Value, json};

use crate::endpoint::{Answer, Endpoint};
use crate::support::{Files, run, runtime};
use posture_testing::cluster;

/// A text in the records of a collection that decides nothing.
const CLOSED: &str = "classified";
/// A text in the names of everything that belongs to others.
const HIDDEN: &str = "not-theirs";
const COLLECTIONS: [(&str, &str, &[&str]); 3] = [
    ("backup_sets", "backup_sets.view", &["backup-sets", "backup-sets/1"]),
    ("backup_schedules", "backup_schedules.view", &["backup-schedules"]),
    ("restore_runs", "restore_runs.view", &["restore-runs", "restore-runs/1"]),
];
const ROLES: &str = r#"
[access.roles]
operator = ["backup_sets.view", "restore_runs.view"]
readonly = []
"#;

/// Someone, and what they may see of workspace 7.
struct Person {
    identity: &'static str,
    is_member: bool,
    /// What they may open of the tenant `own`; `None` if they do not see it.
    opens: Option<&'static [&'static str]>,
}

const EVERYTHING: &[&str] = &["backup_sets.view", "backup_schedules.view", "restore_runs.view"];
const PEOPLE: [Person; 8] = [
    Person { identity: "1", is_member: true, opens: Some(EVERYTHING) },
    Person { identity: "2", is_member: true, opens: Some(EVERYTHING) },
    Person { identity: "3", is_member: true, opens: Some(&["backup_sets.view", "restore_runs.view"]) },
    Person { identity: "4", is_member: true, opens: Some(&[]) },
    // Only of the workspace, only of the tenant, in an unknown role, nobody.
    Person { identity: "5", is_member: true, opens: None },
    Person { identity: "6", is_member: false, opens: None },
    Person { identity: "7", is_member: false, opens: None },
    Person { identity: "8", is_member: false, opens: None },
];

/// The memberships as a configuration can state them.
const MEMBERS: &str = r#"
[access]
members = [
    { identity = "1", workspace = 7, role = "owner", tenants = [1] },
    { identity = "2", workspace = 7, role = "manager", tenants = [1] },
    { identity = "3", workspace = 7, role = "operator", tenants = [1] },
    { identity = "4", workspace = 7, role = "owner", tenants = [{ id = 1, role = "readonly" }] },
    { identity = "5", workspace = 7, role = "owner", tenants = [] },
]
"#;

/// The same in the database's tables, with members that a configuration cannot state.
const MEMBERSHIPS: &str = "
    INSERT INTO workspace_memberships (workspace_id, user_id, role)
        VALUES (7, 1, 'owner'), (7, 2, 'manager'), (7, 3, 'operator'), (7, 4, 'owner'), (7, 5, 'owner'), (7, 7, 'auditor');
    INSERT INTO tenant_memberships (tenant_id, user_id, role)
        VALUES (1, 1, 'owner'), (1, 2, 'manager'), (1, 3, 'operator'), (1, 4, 'readonly'), (1, 6, 'owner'), (1, 7, 'owner'), (2, 7, 'auditor');";

const EVIDENCE: &str = "
    INSERT INTO workspaces (id, name) VALUES (7, 'Seven'), (8, 'not-theirs');
    INSERT INTO tenants (id, workspace_id, external_id, name, status)
        VALUES (1, 7, 'own', 'Own', 'active'), (2, 7, 'other', 'not-theirs', 'active'), (3, 8, 'third', 'not-theirs', 'active');
    INSERT INTO backup_sets (id, tenant_id, name, status, item_count, completed_at)
        SELECT id, id, 'classified', 'completed', 1, now() AT TIME ZONE 'UTC' - interval '1 hour' FROM tenants;
    INSERT INTO backup_items (tenant_id, backup_set_id, policy_identifier, policy_type, platform) SELECT id, id, 'p', 't', 'classified' FROM tenants;
    INSERT INTO backup_schedules (id, tenant_id, name, is_enabled, frequency) SELECT id, id, 'classified', true, 'daily' FROM tenants;
    INSERT INTO restore_runs (id, tenant_id, status, is_dry_run, completed_at, results)
        SELECT id, id, 'failed', false, now() AT TIME ZONE 'UTC', '[{\"outcome\":\"failed\",\"label\":\"classified\"}]' FROM tenants;
    CREATE EXTENSION pg_stat_statements;";

fn snapshot(workspace: u64, name: &str, tenants: &[(u64, &str, &str)]) -> String {
    let tenant = |(id, external_id, name): &(u64, &str, &str)| {
        json!({
            "id": id, "external_id": external_id, "name": name, "status": "active",
            "backup_sets": [{ "id": id, "name": CLOSED, "status": "completed", "completed_at": "2026-11-20T02:00:00Z",
                "items": [{ "id": 1, "display_name": CLOSED }] }],
            "backup_schedules": [{ "id": id, "name": CLOSED, "is_enabled": true, "frequency": "daily" }],
            "restore_runs": [{ "id": id, "status": "failed", "is_dry_run": false, "completed_at": "2026-11-20T03:00:00Z",
                "results": [{ "outcome": "failed", "label": CLOSED, "reason": CLOSED }] }],
        })
    };
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-20T08:00:00Z",
        "workspace": { "id": workspace, "name": name }, "tenants": tenants.iter().map(tenant).collect::<Vec<_>>() })
    .to_string()
}

/// A folder with both workspaces.
fn snapshots() -> Files {
    let files = Files::new();
    files.write("seven.json", snapshot(7, "Seven", &[(1, "own", "Own"), (2, "other", HIDDEN)]));
    files.write("eight.json", snapshot(8, HIDDEN, &[(3, "third", HIDDEN)]));
    files
}

fn behind_a_proxy(source: &[&str], config: &Path) -> Endpoint {
    let proxy = [
        "--auth",
        "proxy",
        "--proxy-from",
        "127.0.0.1/32",
        "--host",
        "127.0.0.1",
        "--config",
        config.to_str().unwrap(),
    ];
    Endpoint::start(source.iter().copied().chain(proxy))
}

fn ask(endpoint: &Endpoint, person: &Person, path: &str) -> Answer {
    let answer = endpoint.ask(path, &[("x-forwarded-user", person.identity)]);
    assert!(!answer.body.contains(HIDDEN), "{} {path}: {}", person.identity, answer.body);
    answer
}

/// Asserts that everyone sees their own, and that what belongs to others answers like what does not exist.
fn assert_answered_by_membership(endpoint: &Endpoint, count_queries: impl Fn() -> u64) {
    for person in &PEOPLE {
        assert_sees_workspaces(endpoint, person);
        for workspace in [7, 8, 9] {
            let is_seen = workspace == 7 && person.is_member;
            for route in ["snapshot", "report", "report?as_of=2026-11-21T08:00:00Z"] {
                let path = format!("/api/v1/workspaces/{workspace}/{route}");
                assert_eq!(
                    ask(endpoint, person, &path).status,
                    if is_seen { 200 } else { 404 },
                    "{} {path}",
                    person.identity
                );
            }
            for tenant in ["own", "other", "third", "absent"] {
                let path = format!("/api/v1/workspaces/{workspace}/tenants/{tenant}/snapshot");
                let opens = person.opens.filter(|_| workspace == 7 && tenant == "own");
                let expected = opens.map_or(404, |opens| if opens.is_empty() { 403 } else { 200 });
                assert_eq!(ask(endpoint, person, &path).status, expected, "{} {path}", person.identity);
            }
        }
        let told = |path: &str| {
            let before = count_queries();
            let answer = ask(endpoint, person, path);
            let headers = answer
                .headers
                .iter()
                .filter(|(name, _)| !["x-request-id", "content-length", "date"].contains(&name.as_str()));
            let headers: Vec<_> = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
            let plain = path.split('?').next().unwrap();
            (answer.status, headers, answer.body.replace(plain, "PATH"), count_queries() - before)
        };
        for route in ["snapshot", "report", "tenants/own/snapshot", "tenants/third/snapshot"] {
            let [other, absent] = [8, 9].map(|workspace| format!("/api/v1/workspaces/{workspace}/{route}"));
            assert_eq!(told(&other), told(&absent), "{} {route}", person.identity);
        }
        for route in [
            "/api/v1/workspaces/7/tenants/_/snapshot",
            "/admin/t/_",
            "/admin/t/_/backup-sets",
            "/admin/t/_/restore-runs/1",
        ] {
            let [other, third, absent] =
                ["other", "third", "absent"].map(|tenant| told(&route.replace('_', tenant)));
            assert_eq!(other, absent, "{} {route}", person.identity);
            assert_eq!(third, absent, "{} {route}", person.identity);
        }
        assert_is_handed_what_they_may_open(endpoint, person);
        assert_eq!(ask(endpoint, person, "/metrics").status, 404);
        for open in ["/healthz", "/readyz", "/api/openapi.json", "/admin", "/admin/t/own"] {
            assert_eq!(ask(endpoint, person, open).status, 200, "{open}");
        }
    }
}

fn assert_sees_workspaces(endpoint: &Endpoint, person: &Person) {
    let listed = ask(endpoint, person, "/api/v1/workspaces").json();
    let listed: Vec<_> = listed["workspaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|listed| (&listed["id"], &listed["tenants"]))
        .collect();
    let (seven, tenants) = (json!(7), json!(u64::from(person.opens.is_some())));
    let expected = if person.is_member { vec![(&seven, &tenants)] } else { Vec::new() };
    assert_eq!(listed, expected, "{}", person.identity);
}

fn assert_is_handed_what_they_may_open(endpoint: &Endpoint, person: &Person) {
    for (_, capability, pages) in COLLECTIONS {
        let is_closed = person.opens.is_some_and(|opens| !opens.contains(&capability));
        for page in pages {
            let page = format!("/admin/t/own/{page}");
            assert_eq!(
                ask(endpoint, person, &page).status,
                if is_closed { 403 } else { 200 },
                "{} {page}",
                person.identity
            );
        }
    }
    let Some(opens) = person.opens else { return };
    let slim = ask(endpoint, person, "/api/v1/workspaces/7/snapshot").json();
    if opens.len() < COLLECTIONS.len() {
        assert_eq!(slim["tenants"][0]["capabilities"], json!(opens), "{}", person.identity);
    }
    let whole = (!opens.is_empty())
        .then(|| ask(endpoint, person, "/api/v1/workspaces/7/tenants/own/snapshot").json());
    for (collection, capability, _) in COLLECTIONS {
        let tells = |snapshot: &Value| snapshot["tenants"][0][collection].to_string().contains(CLOSED);
        assert!(opens.contains(&capability) || !tells(&slim), "{}: {collection}", person.identity);
        assert!(
            whole.as_ref().is_none_or(|whole| tells(whole) == opens.contains(&capability)),
            "{}: {collection}",
            person.identity
        );
    }
}

/// Asserts that everyone who sees the tenant gets the same verdict.
fn assert_verdicts_are_one(endpoint: &Endpoint) {
    let mut verdicts: Vec<_> = PEOPLE
        .iter()
        .filter(|person| person.opens.is_some())
        .map(|person| {
            let report = ask(endpoint, person, "/api/v1/workspaces/7/report").json();
            (
                report["tenants"][0]["registry"].clone(),
                report["denominators"].clone(),
                report["overview"]["calmness"]["blockers"].clone(),
            )
        })
        .collect();
    verdicts.dedup();
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
}

/// AC-4, AC-5, AC-6, AC-9, AC-11
#[test]
fn with_files_configured_members_see_only_their_own() {
    let (snapshots, configuration) = (snapshots(), Files::new());
    let config = configuration.write("posture.toml", format!("{MEMBERS}{ROLES}"));
    let folder = snapshots.path("");
    let endpoint = behind_a_proxy(&[folder.to_str().unwrap()], &config);
    assert_answered_by_membership(&endpoint, || 0);
    assert_verdicts_are_one(&endpoint);
}

/// AC-4, AC-5, AC-6, AC-9, AC-11
#[test]
fn with_a_store_configured_members_see_only_their_own() {
    let files = snapshots();
    let config = files.write("posture.toml", format!("{MEMBERS}{ROLES}"));
    let store = files.path("store.sqlite");
    for snapshot in ["seven.json", "eight.json"] {
        let snapshot = files.path(snapshot);
        let outcome = run(["import".as_ref(), snapshot.as_os_str(), "--store".as_ref(), store.as_os_str()]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let endpoint = behind_a_proxy(&["--store", store.to_str().unwrap()], &config);
    assert_answered_by_membership(&endpoint, || 0);
    assert_verdicts_are_one(&endpoint);
}

/// AC-4, AC-5, AC-6, AC-9, AC-11, ES-15: a tenant of others takes as many queries as an unknown one.
#[test]
fn with_a_database_members_from_its_tables_see_only_their_own() {
    let runtime = runtime();
    let database = runtime.block_on(async {
        let (database, _) = cluster::database().await;
        database.run(EVIDENCE).await;
        database.run(MEMBERSHIPS).await;
        database
    });
    let files = Files::new();
    // Configured members do not count if the source has its own.
    let nobody =
        "[access]\nmembers = [{ identity = \"8\", workspace = 7, role = \"owner\", tenants = \"all\" }]\n";
    let config = files.write("posture.toml", format!("{nobody}{ROLES}"));
    let endpoint = behind_a_proxy(&["--database-url", &database.reader], &config);
    assert_answered_by_membership(&endpoint, || runtime.block_on(database.queries()));
    assert_verdicts_are_one(&endpoint);
}
