//! Profiles and scopes on every page that shows them, and the files of a folder that are not served.

use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::calm;
use crate::stage::Stage;

/// Three tenants with one backup of six hours ago, in scope `intune`: one in each profile, and one without.
fn profiled() -> Value {
    let mut snapshot = calm();
    snapshot["policy"] = json!({ "profiles": {
        "gold": { "freshness_hours": 5 },
        "weekly": { "freshness_hours": 200, "scopes": { "entra": { "expected": true, "freshness_hours": 300 } } }
    } });
    let mut one = snapshot["tenants"][0].clone();
    one["backup_sets"][0]["scope"] = "intune".into();
    let tenant = |id: u64, profile: Value| {
        let mut tenant = one.clone();
        tenant["id"] = id.into();
        (tenant["external_id"], tenant["name"]) = (format!("t-{id}").into(), format!("Tenant {id}").into());
        tenant["profile"] = profile;
        tenant
    };
    snapshot["tenants"] =
        [tenant(1, "gold".into()), tenant(2, "weekly".into()), tenant(3, Value::Null)].into_iter().collect();
    snapshot
}

/// WO-26, DB-31: profiles are counted on the overview, filter and group the registry, and are tried in “What if”.
/// A tenant's page shows each scope with its verdict, its window and the rule that sets it.
#[tokio::test]
async fn profiles_and_scopes_are_shown_where_they_matter() {
    let stage = Stage::over(&profiled()).await;
    stage.open(paths::OVERVIEW).await;
    let groups = Role::Region.named(text::GROUPS);
    stage.click(Role::Link.named("gold").within(groups)).await;
    stage.address_has(paths::PROFILE_KEY, Some("gold")).await;
    stage.counts(Role::RowHeader, 1).await;
    stage.sees(Role::Link.named("Tenant 1").within(Role::Main)).await;

    stage.open(paths::TENANTS).await;
    stage.click_link("Profile").await;
    stage.address_has(paths::GROUP_BY_KEY, Some("profile")).await;
    let rows = Role::Row.within(Role::Group.named(text::TENANTS));
    for group in ["gold", "weekly"] {
        stage.sees(Role::Link.named(group).within(rows.clone())).await;
    }

    stage.open(&paths::tenant("t-2")).await;
    let scopes = Role::Row.within(Role::Region.named(text::SCOPES));
    for (place, said) in [
        (1, ["entra", "Absent", "300 h, set for the scope in its profile"]),
        (2, ["intune", "Healthy", "200 h, from its profile"]),
    ] {
        let row = stage.text(scopes.clone().at(place)).await;
        for said in said {
            assert!(row.contains(said), "{said} in {row}");
        }
    }

    stage.open(paths::WHAT_IF).await;
    stage.click_link("gold").await;
    stage.address_has(paths::TRIED_PROFILE_KEY, Some("gold")).await;
    stage.open(&paths::what_if(Some("gold"), 6, 30)).await;
    let is_fresh_at_six_hours = |rows: &[String]| {
        let row = rows.iter().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
        row.filter(|row| row.starts_with("Stale")).any(|row| row.starts_with("Stale 1 0 "))
    };
    stage.texts_become(Role::Row.within(Role::Main), is_fresh_at_six_hours).await;
    stage.is_silent().await;
}

/// EP-14, DB-21: the list names the file that is served, and why another is not; no state is shown for that one.
#[tokio::test]
async fn files_that_are_not_served_are_listed_with_the_reason_only() {
    let (mut older, mut other) = (calm(), calm());
    older["exported_at"] = "2026-11-20T07:00:00Z".into();
    other["workspace"]["name"] = "Fabrikam".into();
    other["exported_at"] = "2026-11-20T09:00:00Z".into();
    let stage = Stage::over_all(&[calm(), older, other]).await;
    stage.write("export.zip", "PK");
    stage.open(paths::WORKSPACES).await;
    let row = |place: isize| Role::ListItem.within(Role::Main).at(place);
    let served = stage.text(row(0)).await;
    for said in ["Contoso MSP", "0.json", "Nothing needs attention in 1 tenant", text::SHOWN] {
        assert!(served.contains(said), "{said} in {served}");
    }
    for (place, said) in [
        (
            1,
            "Not served, because 0.json is a later export of this workspace (2026-11-20 08:00 UTC; this one: 2026-11-20 07:00 UTC).",
        ),
        (2, "Not served in place of 0.json."),
        (3, "Not read: a snapshot's name ends in"),
    ] {
        let text = stage.text(row(place)).await;
        assert!(text.contains(said), "{said} in {text}");
        assert!(!text.contains("Nothing needs attention"), "{text}");
    }
    stage.is_silent().await;
}
