//! Gathering into a store, and serving from it.

use std::ffi::OsStr;
use std::fs;

use serde_json::json;

use super::gather;
use crate::endpoint::Endpoint;
use crate::support::{Files, run};

/// CL-23, CL-24
#[test]
fn one_unreadable_file_counts_and_takes_nothing_from_a_store() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"cipp\"\npath = \"backups\"\n",
    );
    let good = r#"{ "ca": ["{\"displayName\":\"MFA\"}"] }"#;
    let write = |day: u8, content: &str| {
        fs::create_dir_all(files.path("backups")).unwrap();
        files.write(&format!("backups/contoso_2026-04-0{day}-0100.json"), content)
    };
    let gather_into = || {
        let args = [OsStr::new("--config"), path.as_os_str(), OsStr::new("--store"), store.as_os_str()];
        let outcome = gather(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    };
    write(7, good);
    write(8, good);
    gather_into();
    write(8, "{ cut");
    gather_into();
    let checked = gather([OsStr::new("--config"), path.as_os_str(), OsStr::new("--check")]);
    assert_eq!(checked.code, Some(3), "{}", checked.text());
    assert!(checked.text().contains("1 source cannot be read in full"), "{}", checked.text());

    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let snapshot = endpoint.get("/api/v1/workspaces/1/tenants/A/snapshot").json();
    let tenant = &snapshot["tenants"][0];
    let sets: Vec<_> = tenant["backup_sets"].as_array().unwrap().iter().map(|set| &set["name"]).collect();
    assert!(sets.contains(&&json!("contoso_2026-04-08-0100 · only in the store")), "{sets:?}");
    assert_eq!(sets.len(), 2, "{sets:?}");
    assert_eq!(tenant["signals"][0]["key"], "source_unreadable");
}

/// CL-24
#[test]
fn a_store_keeps_what_an_overwritten_file_forgets() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n",
    );
    for day in 6..=8 {
        files.write("backups.csv", format!("set,completed_at,status,items,degraded_items\nDay {day},2026-04-0{day}T01:00:00Z,completed,3,0\n"));
        let at = format!("2026-04-0{day}T06:00:00Z");
        let args = [
            OsStr::new("gather"),
            OsStr::new("--config"),
            path.as_os_str(),
            OsStr::new("--store"),
            store.as_os_str(),
            OsStr::new("--exported-at"),
            OsStr::new(&at),
        ];
        let outcome = run(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let snapshot = endpoint.get("/api/v1/workspaces/1/tenants/A/snapshot").json();
    let sets = snapshot["tenants"][0]["backup_sets"].as_array().unwrap();
    let names: Vec<_> = sets.iter().map(|set| set["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Day 6 · only in the store", "Day 7 · only in the store", "Day 8"]);
}

/// CL-24: only a configuration says that a tenant is gone.
#[test]
fn a_source_that_no_longer_names_a_tenant_takes_nothing_from_a_store() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.path("backups.csv");
    let gather_into = |rows: &str| {
        files.write("backups.csv", format!("tenant,set,completed_at,status,items,degraded_items\n{rows}"));
        let args = [OsStr::new("csv"), path.as_os_str(), OsStr::new("--store"), store.as_os_str()];
        let outcome = gather(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome
    };
    let contoso = "Contoso,Nightly,2026-04-08T01:00:00Z,completed,3,0\n";
    gather_into(&format!("{contoso}Fabrikam,Nightly,2026-04-08T01:00:00Z,failed,3,0\n"));
    let outcome = gather_into(contoso);
    let told = "The store has tenants that this source does not name, and keeps what it knows of them: \"Fabrikam\".";
    assert!(outcome.stderr.contains(told), "{}", outcome.stderr);
    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let report = endpoint.get("/api/v1/workspaces/1/report").json();
    let tenants = report["tenants"].as_array().unwrap();
    let postures: Vec<_> = tenants
        .iter()
        .map(|tenant| json!([tenant["tenant_label"], tenant["backup_health"]["posture"]]))
        .collect();
    assert_eq!(json!(postures), json!([["Fabrikam", "absent"], ["Contoso", "healthy"]]));

    let configured = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"Contoso\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n",
    );
    let args = [OsStr::new("--config"), configured.as_os_str(), OsStr::new("--store"), store.as_os_str()];
    assert_eq!(gather(args).code, Some(0));
    let report = endpoint.get("/api/v1/workspaces/1/report").json();
    assert_eq!(report["tenants"].as_array().unwrap().len(), 1, "a configuration names all tenants");
}

/// CL-24: each day the file has one backup, and from the second day on it lacks a type.
#[test]
fn a_policy_type_that_only_the_store_has_seen_is_expected_for_thirty_days() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\nexpect_types = \"seen-30d\"\n",
    );
    for (day, types) in [(6, "apps=2|scripts=1"), (7, "apps=2"), (8, "apps=2")] {
        files.write("backups.csv", format!("set,completed_at,status,items,degraded_items,policy_types\nDay {day},2026-04-0{day}T01:00:00Z,completed,3,0,{types}\n"));
        let at = format!("2026-04-0{day}T06:00:00Z");
        let args = ["gather", "--config"].map(OsStr::new).into_iter().chain([path.as_os_str()]);
        let args = args.chain([
            OsStr::new("--store"),
            store.as_os_str(),
            OsStr::new("--exported-at"),
            OsStr::new(&at),
        ]);
        let outcome = run(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let report = endpoint.get("/api/v1/workspaces/1/report").json();
    let scope = &report["tenants"][0]["backup_health"]["scopes"][0];
    assert_eq!(
        (&scope["posture"], &scope["missing_policy_types"]),
        (&json!("degraded"), &json!(["scripts"]))
    );
}

/// CL-24, GA-8
#[test]
fn a_store_marks_a_restore_that_its_source_forgot_and_keeps_good_evidence_of_one_it_cannot_read() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"restores.csv\"\n",
    );
    let header = "run,completed_at,status,applied,failed\n";
    let gather_into = |content: &str, at: &str| {
        files.write("restores.csv", content);
        let args = ["gather", "--config"].map(OsStr::new).into_iter().chain([path.as_os_str()]);
        let args = args.chain([
            OsStr::new("--store"),
            store.as_os_str(),
            OsStr::new("--exported-at"),
            OsStr::new(at),
        ]);
        let outcome = run(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    };
    gather_into(&format!("{header}Drill,2026-04-01T01:00:00Z,completed,3,0\n"), "2026-04-06T06:00:00Z");
    gather_into(header, "2026-04-07T06:00:00Z");
    gather_into("not,a,header\n", "2026-04-08T06:00:00Z");
    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let snapshot = endpoint.get("/api/v1/workspaces/1/tenants/A/snapshot").json();
    let tenant = &snapshot["tenants"][0];
    assert_eq!(tenant["restore_runs"][0]["metadata"], json!({ "only_in_store": true }));
    assert_eq!(tenant["restore_runs"].as_array().unwrap().len(), 1);
    assert_eq!(tenant["signals"][0]["key"], "source_unreadable");
}

/// ES-32
#[test]
fn workspaces_are_gathered_into_one_new_store_at_once() {
    const WORKSPACES: usize = 4;
    let files = Files::new();
    files.write("backups.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
    let tenant = "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n";
    let configs: Vec<_> = (1..=WORKSPACES)
        .map(|id| {
            let workspace = format!("[workspace]\nid = {id}\nname = \"Workspace {id}\"\n{tenant}");
            files.write(&format!("gather-{id}.toml"), workspace)
        })
        .collect();
    for round in 0..5 {
        let store = files.path(&format!("{round}.sqlite"));
        std::thread::scope(|scope| {
            for config in &configs {
                scope.spawn(|| {
                    let args = [
                        OsStr::new("--config"),
                        config.as_os_str(),
                        OsStr::new("--store"),
                        store.as_os_str(),
                    ];
                    let outcome = gather(args);
                    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
                });
            }
        });
        let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
        let served = endpoint.get("/api/v1/workspaces").json();
        assert_eq!(served["workspaces"].as_array().unwrap().len(), WORKSPACES, "{served}");
    }
}

/// TH-4
#[test]
fn the_result_names_a_store_without_control_characters() {
    let files = Files::new();
    let source = files.write("backups.csv", "tenant,status,completed_at\nA,completed,2026-11-20T00:00:00Z\n");
    let store = files.path("a\u{1b}]0;b\u{7}.sqlite");
    let args = [
        "csv".as_ref(),
        source.as_os_str(),
        "--tenant".as_ref(),
        "A".as_ref(),
        "--store".as_ref(),
        store.as_os_str(),
    ];
    let outcome = gather(args);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.text().contains("a\\u{1b}]0;b\\u{7}.sqlite"), "{}", outcome.text());
}
