//! Synthetic workspaces in a database.

use std::collections::BTreeMap;

use posture_core::{Form, Options, derive};
use posture_server::sources::postgres::{PostgresOptions, PostgresSource};
use posture_synth::postgres::{FillError, Filling, fill};
use posture_synth::{Detail, Plan, write};
use serde_json::{Value, json};

use crate::endpoint::{endpoint, get};
use crate::evidence::{load, tenants};
use posture_testing::cluster;

const FILLING: Filling = Filling { tenants: 40, seed: 3, exported_at: None, detail: Detail::Latest };

/// What a report says of each evaluated tenant's backups and restores.
fn verdicts(report: &Value) -> BTreeMap<u64, Value> {
    let verdict = |tenant: &Value| {
        let (backup, recovery) = (&tenant["backup_health"], &tenant["recovery_evidence"]);
        let runs = tenant["restore_attention"].as_array().unwrap().iter();
        let runs: Vec<_> =
            runs.map(|run| json!([run["restore_run_id"], run["causes"], run["counts"]])).collect();
        json!([
            backup["posture"],
            backup["reasons"],
            backup["latest_relevant_backup_set_id"],
            backup["quality"],
            backup["schedule_follow_ups"],
            recovery["overview_state"],
            recovery["reason"],
            tenant["coverage"],
            runs,
        ])
    };
    let tenants = report["tenants"].as_array().unwrap().iter();
    tenants.map(|tenant| (tenant["tenant_id"].as_u64().unwrap(), verdict(tenant))).collect()
}

/// SY-5, SY-6
#[tokio::test]
async fn a_filled_database_gives_the_verdicts_of_the_file_of_the_same_seed() {
    let (database, _) = cluster::database().await;
    database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    for detail in [Detail::Latest, Detail::Full] {
        let plan = fill(&database.owner, &Filling { detail, ..FILLING }).await.unwrap();
        let endpoint = endpoint(PostgresSource::new(&database.owner, PostgresOptions::default()).unwrap());
        let answer = get(&endpoint, "/api/v1/workspaces/1/report").await.json();
        let mut file = Vec::new();
        write(&Plan { detail: Detail::Slim, ..plan }, Form::Json, &mut file).unwrap();
        let expected = derive(&file, Form::Json, &Options::default()).unwrap().to_json().unwrap();
        let expected = verdicts(&serde_json::from_str(&expected).unwrap());
        assert!(expected.len() > 30);
        assert_eq!(verdicts(&answer), expected, "{detail:?}");
        database.run("TRUNCATE workspaces, tenants, backup_sets, backup_items, backup_schedules, operation_runs, restore_runs").await;
    }
}

/// SY-7
#[tokio::test]
async fn a_database_that_has_tenants_is_left_unchanged() {
    let (database, _) = cluster::database().await;
    let now = crate::conformance::now(&database).await;
    load(&database, &tenants(now, 3)).await;
    let refused = fill(&database.owner, &FILLING).await;
    assert!(matches!(refused, Err(FillError::NotEmpty)), "{refused:?}");
    assert_eq!(database.value("SELECT count(*)::text FROM tenants").await, "3");
}
