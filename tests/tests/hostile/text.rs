//! Text that would run, lead away or hide.

use posture_core::paths;
use posture_tests::harness::{READY, Server};
use posture_tests::hostile::{KEYS, TEXTS, snapshot};
use serde_json::{Value, json};

use crate::stage::{Stage, all_texts, assert_none, pages, posture};

/// TH-1: every page, by the endpoint.
#[tokio::test]
async fn hostile_text_is_shown_as_text_on_every_page() {
    let stage = Stage::start().await;
    let file = stage.write("hostile.json", &snapshot(|_| all_texts()));
    let server = Server::start(&[file]).unwrap();
    let mut faults = String::new();
    stage
        .visit(&pages(&all_texts()), &mut faults, async |page| {
            stage.browser.goto(&server.url(page)).await.unwrap()
        })
        .await;
    assert_none(&faults);
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
    // Shown, not dropped: each text stands in the page as it is.
    stage.browser.goto(&server.url(&paths::tenant(KEYS[0]))).await.unwrap();
    stage.browser.wait_for("the page", READY).await.unwrap();
    for (name, text) in TEXTS.iter().filter(|(name, _)| !["control", "invisible"].contains(name)) {
        let is_shown = format!("document.querySelector('main').textContent.includes({})", Value::from(*text));
        assert_eq!(
            stage.browser.client().execute(&format!("return {is_shown};"), Vec::new()).await.unwrap(),
            true,
            "{name}"
        );
    }
}

/// TH-1, OR-14: an opened file, and the file kept of it, opened from disk.
#[tokio::test]
async fn hostile_text_stays_text_in_opened_files_and_kept_reports() {
    let stage = Stage::start().await;
    let file = stage.write("hostile.json", &snapshot(|_| all_texts()));
    let server = Server::start::<&str>(&[]).unwrap();
    let mut faults = String::new();
    stage.browser.goto(&server.url(paths::OPEN)).await.unwrap();
    stage.choose(&[&file]).await;
    stage.browser.wait_for("the overview", "document.querySelector('.calmness')").await.unwrap();
    for page in pages(&all_texts()) {
        stage.go(&page).await;
        stage.browser.wait_for(&page, READY).await.unwrap();
        stage.faults(&format!("{page} opened"), &mut faults).await;
    }

    let kept = stage.folder.path().join("kept.html");
    let title = all_texts().replace('\0', "");
    let told = posture(&[
        "report".as_ref(),
        file.as_os_str(),
        "--title".as_ref(),
        title.as_ref(),
        "-o".as_ref(),
        kept.as_os_str(),
    ]);
    assert!(told.status.success(), "{told:?}");
    for page in pages(&all_texts()) {
        stage.browser.goto("about:blank").await.unwrap();
        stage.browser.goto(&format!("file://{}#{page}", kept.display())).await.unwrap();
        stage.browser.wait_for(&page, READY).await.unwrap();
        stage.faults(&format!("{page} kept"), &mut faults).await;
    }
    assert_none(&faults);
}

/// TH-1, CP-12: two opened files beside each other, filtered by what a name holds.
#[tokio::test]
async fn hostile_text_stays_text_where_files_are_compared() {
    let stage = Stage::start().await;
    let mut later = snapshot(|_| all_texts());
    later["exported_at"] = "2026-11-21T08:00:00Z".into();
    later["tenants"][1]["backup_sets"] = json!([]);
    later["tenants"][2]["external_id"] = Value::from(format!("{} renamed", all_texts()));
    let files = [stage.write("hostile.json", &snapshot(|_| all_texts())), stage.write("later.json", &later)];
    let server = Server::start::<&str>(&[]).unwrap();
    stage.browser.goto(&server.url(paths::COMPARE)).await.unwrap();
    stage.choose(&[&files[0], &files[1]]).await;
    stage.browser.wait_for("the totals", "document.querySelector('#totals')").await.unwrap();
    let asked = TEXTS.map(|(_, text)| paths::compare([(paths::SEARCH_KEY, text)]));
    let mut faults = String::new();
    stage
        .visit(&[vec![paths::COMPARE.to_owned()], asked.to_vec()].concat(), &mut faults, async |page| {
            stage.go(page).await
        })
        .await;
    assert_none(&faults);
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
    stage.go(&paths::compare([(paths::SEARCH_KEY, TEXTS[0].1)])).await;
    stage
        .browser
        .wait_for("tenants of that name", "document.querySelectorAll('#changes tbody tr').length > 0")
        .await
        .unwrap();
}
