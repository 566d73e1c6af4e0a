//! What changed, against a file that was kept; and lists in groups.

use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;

use crate::evidence::many;
use crate::stage::Stage;

/// CP-17: the file is compared with the evidence on screen and stays on this machine; a reloaded page asks for it again.
#[tokio::test]
async fn the_evidence_on_screen_is_compared_with_a_kept_file() {
    let snapshot = many(3);
    let stage = Stage::over(&snapshot).await;
    let mut kept = snapshot.clone();
    kept["exported_at"] = "2026-11-19T08:00:00Z".into();
    kept["tenants"].as_array_mut().unwrap().pop();
    let kept = stage.write("kept.json", kept.to_string());

    stage.open(&paths::changes([(paths::FROM_KEY, paths::FROM_FILE)])).await;
    stage.shows(text::KEPT_FILE_READ_HERE).await;
    stage.browser.requests().await.unwrap();
    stage.choose_by(text::CHOOSE_KEPT_FILE, &[&kept]).await;
    let row = stage.text(Role::Row.within(Role::Region.named(text::CHANGES)).at(1)).await;
    assert!(row.contains("New"), "{row}");
    let sides = stage.text(Role::Region.named(text::KEPT_FILE_TITLE)).await;
    let (before, after) = (sides.find("kept.json"), sides.find(text::ON_SCREEN));
    assert!(before.is_some() && before < after, "the older export comes first: {sides}");
    let requests = stage.browser.requests().await.unwrap();
    assert!(requests.iter().all(|url| !url.contains("kept")), "{requests:?}");

    // A file that cannot be read says why, and the page still offers the choice.
    stage.push(text::CHOOSE_ANOTHER_FILE).await;
    let broken = stage.write("broken.json", "{");
    stage.choose_by(text::CHOOSE_KEPT_FILE, &[&broken]).await;
    stage.sees(Role::Alert.showing("broken.json")).await;

    stage.reload().await;
    stage.shows(text::KEPT_FILE_READ_HERE).await;
    stage.is_silent().await;
}

/// GR-4: the keys walk through headings and tenants, and a heading leads to its group.
#[tokio::test]
async fn the_registry_is_grouped_by_the_address() {
    let mut snapshot = many(12);
    for (index, tenant) in snapshot["tenants"].as_array_mut().unwrap().iter_mut().enumerate() {
        tenant["environment"] = if index % 2 == 0 { "production" } else { "test" }.into();
    }
    let stage = Stage::over(&snapshot).await;
    stage.open(paths::TENANTS).await;
    stage.click_link("Environment").await;
    stage.address_has(paths::GROUP_BY_KEY, Some("environment")).await;
    let rows = Role::Row.within(Role::Group.named(text::TENANTS));
    let groups = ["production", "test"];
    for group in groups {
        stage.sees(Role::Link.named(group).within(rows.clone())).await;
    }
    // All rows but the head of the table.
    let heights = "[...new Set(found.slice(1).map(row => row.offsetHeight))]";
    let heights = stage.browser.ask(&rows, heights).await.unwrap();
    assert_eq!(heights.as_array().map(Vec::len), Some(1), "all rows are of one height: {heights}");
    stage.tab_to(Role::Link.named(groups[0]).within(rows)).await;
    stage.press_key(Key::End).await;
    stage.focus_is_in_row(13).await;
    stage.press("k").await;
    stage.focus_is_in_row(12).await;
    stage.press_key(Key::Home).await;
    stage.focus_is_in_row(0).await;
    stage.press_key(Key::Enter).await;
    stage.address_has("environment[]", Some(groups[0])).await;
    stage.counts(Role::RowHeader, 6).await;
    stage.is_silent().await;
}

/// CL-38: a misspelled group does not look like a group without problems.
#[tokio::test]
async fn a_group_that_no_tenant_is_in_is_named_with_the_known_ones() {
    let stage = Stage::demo().await;
    for page in [paths::CHANGES, paths::TREND, paths::TENANTS] {
        stage.open(&format!("{page}?label[]=helthcare")).await;
        stage
            .shows(
                "No checked tenant has the label “helthcare”. Did you mean “healthcare”? Known: “healthcare”",
            )
            .await;
    }
    stage.is_silent().await;
}
