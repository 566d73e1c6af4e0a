//! Files chosen or dropped, the pages over them, and what is kept of them: nothing.

use fantoccini::Locator;
use posture_core::paths;
use posture_tests::harness::READY;
use serde_json::{Value, json};

use crate::stage::*;

/// OR-1, OR-2, OR-4, OR-7: opened by the picker, every page, the mark, the digests, and no request.
#[tokio::test]
async fn an_opened_file_fills_every_page_and_no_request_leaves() {
    let stage = Stage::start().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage.server).to_string().as_bytes());
    stage.open_page().await;
    stage.browser.requests().await.unwrap();

    stage.choose(&file).await;
    stage
        .browser
        .wait_for("the overview", "location.hash === '#/admin' && document.querySelector('.calmness')")
        .await
        .unwrap();
    let digest = posture(&["derive", "--digest"], &file);
    stage.browser.wait_for_text(&digest).await.unwrap();
    let sha256 = stage
        .browser
        .wait_for("the file's digest", "document.getElementById('file-digest')?.textContent")
        .await
        .unwrap();
    assert_eq!(sha256, sha256_of(&file));
    stage.browser.wait_for_text("contoso.json").await.unwrap();

    let report: Value = serde_json::from_str(&posture(&["derive", "--format", "json"], &file)).unwrap();
    let stale = report["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tenant| tenant["backup_health"]["posture"] == "stale")
        .unwrap();
    let key = stale["tenant_route_key"].as_str().unwrap();
    let set = stale["backup_health"]["primary_action_target"]["url"].as_str().unwrap();
    for (route, shows) in [
        (paths::TENANTS.to_owned(), "Download CSV".to_owned()),
        (paths::tenant(key), "Recovery readiness".to_owned()),
        (set.to_owned(), "Opened because: latest backup is stale.".to_owned()),
        (paths::backup_schedules(key, None), "Backup schedules".to_owned()),
        (paths::restore_runs(key, None), "Restore runs".to_owned()),
        (paths::WORKSPACES.to_owned(), "contoso.json".to_owned()),
    ] {
        stage.go(&route).await;
        stage.browser.wait_for_text(&shows).await.unwrap();
        stage.browser.wait_for("the page", READY).await.unwrap();
        stage
            .browser
            .wait_for("the mark", "document.querySelector('.review')?.innerText.includes('contoso.json')")
            .await
            .unwrap();
    }
    let requests: Vec<_> = stage.browser.requests().await.unwrap();
    assert!(requests.is_empty(), "{requests:?}");
    assert_kept_nothing(&stage.browser).await;
    assert_silent(&stage.browser).await;
}

/// OR-3: the policy itself forbids it.
#[tokio::test]
async fn a_review_page_cannot_ask_the_endpoint() {
    let stage = Stage::start().await;
    stage.open_page().await;
    let script = "const done = arguments[0]; fetch('/api/v1/workspaces').then(() => done('answered'), error => done(String(error)));";
    let outcome = stage.browser.client().execute_async(script, Vec::new()).await.unwrap();
    assert!(outcome.as_str().unwrap().contains("TypeError"), "{outcome}");
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(
        complaints.iter().any(|entry| entry.message.contains("Content Security Policy")),
        "{complaints:?}"
    );
}

/// OR-5: links, the browser's way back, and a reload.
#[tokio::test]
async fn links_and_history_stay_in_the_document_and_a_reload_asks_for_the_file_again() {
    let stage = Stage::start().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage.server).to_string().as_bytes());
    stage.open_page().await;
    stage.choose(&file).await;
    let link = "document.querySelector(\"main a[href*='/admin/t/']\")";
    stage.browser.wait_for("a tenant's link", link).await.unwrap();
    stage
        .browser
        .client()
        .find(Locator::Css("main a[href*='/admin/t/']"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    stage
        .browser
        .wait_for("the tenant", "location.pathname === '/open' && location.hash.startsWith('#/admin/t/')")
        .await
        .unwrap();
    stage.browser.wait_for_text("Recovery readiness").await.unwrap();
    stage.browser.client().back().await.unwrap();
    stage
        .browser
        .wait_for("the overview", "location.hash === '#/admin' && document.querySelector('.calmness')")
        .await
        .unwrap();
    stage.browser.client().forward().await.unwrap();
    stage.browser.wait_for_text("Recovery readiness").await.unwrap();

    stage.browser.client().refresh().await.unwrap();
    stage.browser.wait_for_text("Open the file to see this page").await.unwrap();
    stage.choose(&file).await;
    stage.browser.wait_for_text("Recovery readiness").await.unwrap();
    stage.browser.wait_for("the same tenant", "location.hash.startsWith('#/admin/t/')").await.unwrap();
}

/// OR-6: several files, packed and plain, and the switch between them.
#[tokio::test]
async fn several_files_are_open_and_the_reader_switches_between_them() {
    let stage = Stage::start().await;
    let first = stage.write("first.json", snapshot(&json!([tenant(1, json!({}))])).to_string().as_bytes());
    let lines = format!("{}\n{}\n", head("Second"), tenant(2, json!({})));
    let second = stage.write("second.ndjson.gz", &gzip(lines.as_bytes()));
    stage.open_page().await;
    stage.choose(&first).await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &first)).await.unwrap();
    stage.go(paths::OPEN).await;
    stage.choose(&second).await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &second)).await.unwrap();
    let sha256 = stage
        .browser
        .wait_for("the file's digest", "document.getElementById('file-digest')?.textContent")
        .await
        .unwrap();
    assert_eq!(sha256, sha256_of(&second), "of the file as it lies on disk, packed");

    stage.go(paths::WORKSPACES).await;
    stage.press("main .rows li:first-child button").await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &first)).await.unwrap();
}

/// OR-1, OR-9: dropped on the page, a folder among them; the page says that files may be dropped.
#[tokio::test]
async fn files_are_dropped_anywhere_and_a_folder_is_refused_as_one() {
    let stage = Stage::start().await;
    let file = stage.write("dropped.json", snapshot(&json!([tenant(1, json!({}))])).to_string().as_bytes());
    let folder = stage.folder.path().join("exports");
    std::fs::create_dir(&folder).unwrap();
    stage.open_page().await;
    stage.drag("dragEnter", &[&file]).await;
    stage.drag("dragOver", &[&file]).await;
    stage.browser.wait_for("the hint", "document.querySelector('.drop-hint')").await.unwrap();
    stage.drag("drop", &[&file]).await;
    stage.browser.wait_for_text(&posture(&["derive", "--digest"], &file)).await.unwrap();

    stage.drag("dragEnter", &[&folder]).await;
    stage.drag("dragOver", &[&folder]).await;
    stage.drag("drop", &[&folder]).await;
    stage.refused("exports", "A folder", "choose the snapshots in it").await;
}

/// OR-1: a large file says how far it is, and a cancelled one is not opened.
#[tokio::test]
async fn reading_shows_its_progress_and_is_cancelled() {
    let stage = Stage::start().await;
    // So large that it is still being read when the button is pressed.
    let tenant =
        |id: u32| format!(r#"{{"id":{id},"external_id":"t{id}","name":"Tenant {id}","status":"active"}}"#);
    let tenants: Vec<_> = (1..=500_000).map(tenant).collect();
    let tenants = format!(r#""tenants":[{}]"#, tenants.join(","));
    let file = stage.write(
        "large.json",
        snapshot(&json!([])).to_string().replace(r#""tenants":[]"#, &tenants).as_bytes(),
    );
    stage.open_page().await;
    stage.choose(&file).await;
    stage
        .browser
        .wait_for("progress", "document.querySelector('.opener progress')?.value > 0")
        .await
        .unwrap();
    stage.press(".opener button").await;
    stage.browser.wait_for("the chooser", "document.getElementById('file-picker')").await.unwrap();
    let opened = stage
        .browser
        .client()
        .execute("return document.querySelectorAll('.rows li').length;", Vec::new())
        .await
        .unwrap();
    assert_eq!(opened, 0);
    stage.browser.wait_for("the focus", "document.activeElement.id === 'file-picker'").await.unwrap();
    stage.browser.wait_for("the same page", "location.hash === ''").await.unwrap();
}
