//! Very many records of one tenant: its page draws some, says how many there are, and draws more when asked.

use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{CALM_KEY, calm};
use crate::stage::Stage;

/// How many there are of each kind.
const MANY: u64 = 3_000;
/// How many are drawn at once.
const DRAWN: usize = 200;
/// How many elements the page may have.
const ELEMENTS: u64 = 20_000;

/// The calm workspace's tenant with many backup sets, each of a scope of its own and with a finding, and with many schedules,
/// restored policy types and signals.
fn crowded() -> Value {
    let mut snapshot = calm();
    let tenant = &mut snapshot["tenants"][0];
    let [set, schedule, run] =
        ["backup_sets", "backup_schedules", "restore_runs"].map(|records| tenant[records][0].clone());
    let copies = |one: &Value, change: fn(&mut Value, u64)| -> Value {
        let copy = |id: u64| {
            let mut one = one.clone();
            one["id"] = id.into();
            change(&mut one, id);
            one
        };
        (1..=MANY).map(copy).collect()
    };
    tenant["backup_sets"] = copies(&set, |set, id| {
        (set["scope"], set["items"], set["name"]) =
            (format!("scope {id}").into(), Value::Null, json!(["no name"]));
    });
    tenant["backup_schedules"] = copies(&schedule, |_, _| {});
    tenant["restore_runs"] = copies(&run, |run, id| {
        run["results"]["items"] = json!([{ "outcome": "applied", "policy_type": format!("type {id}") }]);
    });
    let signal = |id| json!({ "domain": "alerts", "key": format!("k{id}"), "urgency": "low", "title": format!("Signal {id}") });
    tenant["signals"] = (1..=MANY).map(signal).collect();
    snapshot
}

/// TH-8
#[tokio::test]
async fn thousands_of_records_leave_a_tenants_page_usable() {
    let stage = Stage::demo().await;
    let file = stage.write("crowded.json", crowded().to_string());
    stage.open(paths::OPEN).await;
    stage.choose(&[&file]).await;
    stage.until("location.hash === '#/admin'").await;
    stage.go(&paths::tenant(CALM_KEY)).await;
    stage.is_ready().await;
    stage.shows(&text::newest_marks(DRAWN as u64)).await;
    for list in [text::NEEDS_ATTENTION, text::SCOPES, text::COVERAGE_BY_POLICY_TYPE, text::FINDINGS] {
        stage.sees(Role::Region.named(list).showing(text::showing(DRAWN, MANY))).await;
    }
    let elements = stage.eval("document.querySelectorAll('*').length").await.as_u64().unwrap();
    assert!(elements < ELEMENTS, "{elements} elements");

    let scopes = Role::Region.named(text::SCOPES);
    stage.click(Role::Button.named(text::SHOW_MORE).within(scopes.clone())).await;
    stage.sees(scopes.showing(text::showing(2 * DRAWN, MANY))).await;
}
