//! What changed, against a file that was kept; and lists in groups.

use fantoccini::key::Key;
use posture_core::paths;
use posture_web::text;

use crate::evidence::many;
use crate::stage::{Stage, string};

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
    stage.choose_in("kept-file-picker", &[&kept]).await;
    stage.until("document.querySelector('#changes')").await;
    let sides = string(&stage.eval("document.querySelector('.kept-file').innerText").await);
    let (before, after) = (sides.find("kept.json"), sides.find(text::ON_SCREEN));
    assert!(before.is_some() && before < after, "the older export comes first: {sides}");
    let row = string(&stage.eval("document.querySelector('#changes tbody tr').innerText").await);
    assert!(row.contains("New"), "{row}");
    let requests = stage.browser.requests().await.unwrap();
    assert!(requests.iter().all(|url| !url.contains("kept")), "{requests:?}");

    // A file that cannot be read says why, and the page still offers the choice.
    stage.push(text::CHOOSE_ANOTHER_FILE).await;
    let broken = stage.write("broken.json", "{");
    stage.choose_in("kept-file-picker", &[&broken]).await;
    stage.until("document.querySelector('.refusal')").await;

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
    stage.until("location.search.includes('group_by=environment')").await;
    stage.until("document.querySelectorAll('tr.group').length === 2").await;
    let heights = stage.eval("[...new Set([...document.querySelectorAll('.long tr:is(.tenant, .group)')].map(row => row.offsetHeight))]").await;
    assert_eq!(heights.as_array().map(Vec::len), Some(1), "all rows are of one height: {heights}");
    stage.run("document.querySelector('[data-row=\"0\"]').focus()").await;
    stage.press_key(Key::End).await;
    stage.until("document.activeElement.dataset.row === '13'").await;
    stage.press("k").await;
    stage.until("document.activeElement.dataset.row === '12'").await;
    stage.press_key(Key::Home).await;
    stage.until("document.activeElement.dataset.row === '0'").await;
    stage.press_key(Key::Enter).await;
    stage.until("location.search.includes('environment%5B%5D=production')").await;
    stage
        .until("document.querySelectorAll('tr.tenant').length === 6 && !document.querySelector('tr.group')")
        .await;
    stage.is_silent().await;
}
