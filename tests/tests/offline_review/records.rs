//! Files saved from the dashboard, and what opens them.

use std::path::Path;

use fantoccini::Locator;
use posture_core::paths;
use posture_tests::harness::{Browser, Firefox, Server};
use serde_json::{Value, json};

use crate::stage::*;

/// OR-14, OR-15, OR-16: saved from the menu, opened from disk, with the server stopped.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a downloaded file is read")]
async fn a_file_saved_from_the_menu_opens_from_disk_and_makes_no_request() {
    let stage = Stage::start().await;
    let snapshot = demo_snapshot(&stage.server);
    let file = stage.write("contoso.json", snapshot.to_string().as_bytes());
    stage.open_page().await;
    stage.choose(&file).await;
    let digest = posture(&["derive", "--digest"], &file);
    stage.browser.wait_for_text(&digest).await.unwrap();
    stage.press(".review button[popovertarget]").await;
    let report = stage.saved(1, "contoso.html").await;
    let json = stage.saved(2, "report.json").await;
    assert_eq!(sha256_of(&json), digest, "the report's bytes are what the digest is of");
    stage.saved(3, "tenants.csv").await;
    stage.saved(4, "findings.csv").await;

    let Stage { browser, server, folder } = stage;
    drop(server);
    browser.goto(&format!("file://{}", report.display())).await.unwrap();
    browser.wait_for_text(&digest).await.unwrap();
    browser.wait_for("the overview", "document.querySelector('.calmness')").await.unwrap();
    browser.wait_for_text("contoso.json").await.unwrap();
    browser.client().find(Locator::Css("main a[href*='/admin/t/']")).await.unwrap().click().await.unwrap();
    browser.wait_for("the tenant", "location.hash.startsWith('#/admin/t/')").await.unwrap();
    browser.wait_for_text("Recovery readiness").await.unwrap();
    browser.client().refresh().await.unwrap();
    browser.wait_for_text("Recovery readiness").await.unwrap();
    let asked = browser.requests().await.unwrap();
    let own = format!("file://{}", report.display());
    assert!(
        asked
            .iter()
            .filter(|url| !is_served_or_the_browsers_own(url))
            .all(|url| url.starts_with(&own) || url.starts_with("data:")),
        "{asked:?}"
    );
    assert_silent(&browser).await;

    let text = std::fs::read_to_string(&report).unwrap().replace(&digest, &"0".repeat(64));
    let other = write(&folder, "other.html", text.as_bytes());
    browser.goto(&format!("file://{}", other.display())).await.unwrap();
    browser.wait_for_text("differs from the one this file states").await.unwrap();
}

/// OR-14, OR-15: what a served page shows is saved as one file, which holds the same report with no server behind it.
#[tokio::test]
async fn a_served_workspace_saved_as_one_file_opens_from_disk() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = write(
        &folder,
        "served.json",
        snapshot(&json!([tenant(1, json!({})), tenant(2, json!({}))])).to_string().as_bytes(),
    );
    let (server, browser) = (Server::start(&[&snapshot]).unwrap(), Browser::start().await.unwrap());
    browser.goto(&server.url(paths::TENANTS)).await.unwrap();
    browser.wait_for_text(&posture(&["derive", "--digest"], &snapshot)).await.unwrap();
    let later = "2027-01-01T00:00:00Z";
    browser.goto(&server.url(&format!("{}?as_of={later}", paths::OVERVIEW))).await.unwrap();
    let digest = posture(&["derive", "--digest", "--as-of", later], &snapshot);
    browser.wait_for_text(&digest).await.unwrap();

    press(&browser, "header button[popovertarget=exports-menu]").await;
    let name = saved_name(&snapshot);
    let act = async {
        press(&browser, ".exports li:first-child button").await;
        Ok(())
    };
    let page = browser.downloaded(folder.path(), &name, act).await.unwrap();
    drop(server);
    let file = write(&folder, "kept.html", page.as_bytes());
    browser.goto(&format!("file://{}", file.display())).await.unwrap();
    browser.wait_for_text(&digest).await.unwrap();
    assert!(!browser.client().source().await.unwrap().contains("differs from the one this file states"));
    assert_silent(&browser).await;
}

/// OR-14: in Firefox too: whole, judged at its instant, and without a request.
#[test]
fn a_kept_report_opens_from_disk_in_firefox() {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = write(
        &folder,
        "contoso.json",
        snapshot(&json!([tenant(1, json!({})), tenant(2, json!({}))])).to_string().as_bytes(),
    );
    let kept = folder.path().join("kept.html");
    posture(&["report", "--title", "Quarter <4>", "-o", kept.to_str().unwrap()], &snapshot);
    let digest = posture(&["derive", "--digest"], &snapshot);

    let mut firefox = Firefox::start().unwrap();
    firefox.goto(&format!("file://{}", kept.display())).unwrap();
    firefox
        .wait_for(
            "its digest",
            &format!("document.getElementById('report-digest')?.textContent === '{digest}'"),
        )
        .unwrap();
    firefox.wait_for("its title", "document.body.innerText.includes('Quarter <4>')").unwrap();
    firefox.wait_for("a tenant's link", "document.querySelector(\"main a[href*='/admin/t/']\")").unwrap();
    firefox
        .wait_for("the click", "(document.querySelector(\"main a[href*='/admin/t/']\").click(), true)")
        .unwrap();
    firefox
        .wait_for("the tenant", "location.hash.startsWith('#/admin/t/') && document.body.innerText.includes('Recovery readiness')")
        .unwrap();
    let asked = firefox
        .wait_for(
            "what it asked for",
            "JSON.stringify(performance.getEntriesByType('resource').map(entry => entry.name))",
        )
        .unwrap();
    let asked: Vec<String> = serde_json::from_str(asked.as_str().unwrap()).unwrap();
    assert!(asked.iter().all(|url| url.starts_with("data:") || url.starts_with("blob:")), "{asked:?}");
}

/// What the browser calls a file of the workspace as it was exported.
fn saved_name(snapshot: &Path) -> String {
    let report: Value = serde_json::from_str(&posture(&["derive", "--format", "json"], snapshot)).unwrap();
    let exported_at = report["exported_at"].as_str().unwrap().replace(':', "");
    format!("workspace-{}-{exported_at}.html", report["workspace"]["id"])
}
