//! Files saved from the dashboard, and what opens them.

use posture_core::paths;
use posture_tests::harness::{Firefox, Role};
use posture_web::text;
use serde_json::{Value, json};

use super::opening::demo_snapshot;
use crate::evidence::{read, sha256_of, small, snapshot, tenant, write};
use crate::stage::{Stage, printed, saved_name, string};

/// OR-14, OR-15, OR-16: saved from the menu, opened from disk, with the server stopped.
#[tokio::test]
async fn a_file_saved_from_the_menu_opens_from_disk_and_makes_no_request() {
    let mut stage = Stage::own_demo().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage));
    stage.open_chooser().await;
    stage.choose(&[&file]).await;
    let digest = printed(&["derive", "--digest"], &file);
    stage.shows(&digest).await;
    let as_of = string(&stage.report["as_of"]);
    let name = |what: &str, extension: &str| saved_name(&stage.report, &as_of, what, extension);
    stage.push(text::FILES_AND_EXPORTS).await;
    let report = stage.saved(text::SAVE_SINGLE_FILE, &name(text::POSTURE_FILE, "html")).await;
    let json = stage.saved(text::SAVE_REPORT, &name(text::REPORT_FILE, "json")).await;
    assert_eq!(sha256_of(&json), digest, "the report's bytes are what the digest is of");
    stage.saved(text::SAVE_REGISTRY, &name(text::TENANTS_FILE, "csv")).await;
    stage.saved(text::SAVE_FINDINGS, &name(text::FINDINGS_FILE, "csv")).await;
    // The evidence itself, as it was opened.
    let again = stage.saved(text::SAVE_SNAPSHOT_JSON, &name(text::SNAPSHOT_FILE, "json")).await;
    assert_eq!(sha256_of(&again), sha256_of(&file));

    stage.stop_server();
    stage.goto(&format!("file://{}", report.display())).await;
    stage.shows(&digest).await;
    stage.shows("contoso.json").await;
    stage.click_link(&stage.tenant_in_attention()).await;
    stage.until("location.hash.startsWith('#/admin/t/')").await;
    stage.shows(text::RECOVERY_READINESS).await;
    stage.browser.client().refresh().await.unwrap();
    stage.shows(text::RECOVERY_READINESS).await;
    let asked = stage.browser.requests().await.unwrap();
    let own = format!("file://{}", report.display());
    assert!(
        asked
            .iter()
            .filter(|url| !is_served_or_the_browsers_own(url))
            .all(|url| url.starts_with(&own) || url.starts_with("data:")),
        "{asked:?}"
    );
    stage.is_silent().await;

    let other = stage.write("other.html", read(&report).replace(&digest, &"0".repeat(64)));
    stage.goto(&format!("file://{}", other.display())).await;
    stage.shows(text::DIGEST_DIFFERS).await;

    // Its evidence damaged: the page does not look as if it had none.
    let whole = read(&report);
    let (before, after) = whole.split_once("id=\"posture-snapshot\"").unwrap();
    let damaged = format!("{before}id=\"posture-snapshot\"{}", after.replacen("H4sI", "AAAA", 1));
    let damaged = stage.write("damaged.html", damaged);
    stage.goto(&format!("file://{}", damaged.display())).await;
    stage.shows("This is a saved report, but it was changed").await;
}

/// OR-15: a text of JavaScript has a limit of half a billion characters, so files are saved as bytes. Here the limit is lower.
#[tokio::test]
async fn a_report_longer_than_a_text_of_the_browser_is_saved_whole() {
    let stage = Stage::demo().await;
    stage.browser.run_before_pages(SHORT_TEXTS).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    let as_of = string(&stage.report["as_of"]);
    let name = |what: &str, extension: &str| saved_name(&stage.report, &as_of, what, extension);
    stage.push(text::EXPORT).await;
    let json = stage.saved(text::SAVE_REPORT, &name(text::REPORT_FILE, "json")).await;
    assert!(read(&json).len() > 100_000);
    stage.sees(Role::ContentInfo.showing(sha256_of(&json))).await;
    let page = stage.saved(text::SAVE_SINGLE_FILE, &name(text::POSTURE_FILE, "html")).await;
    assert!(read(&page).ends_with("</html>\n"));
    stage.is_silent().await;
}

/// What the program hands over as a text, the browser decodes.
const SHORT_TEXTS: &str = "const { decode } = TextDecoder.prototype;
TextDecoder.prototype.decode = function (bytes, ...more) {
    if (bytes?.byteLength > 100_000) throw new RangeError('Invalid string length');
    return decode.call(this, bytes, ...more);
};";

/// Asked before the file was opened from disk: by the page that saved it, or by the browser for its first tab (`chrome:`, `chrome-untrusted:`).
fn is_served_or_the_browsers_own(url: &str) -> bool {
    url.starts_with("http://127.0.0.1") || url.starts_with("chrome")
}

/// OR-14, OR-15: what a served page shows is saved as one file, which holds the same report with no server behind it.
#[tokio::test]
async fn a_served_workspace_saved_as_one_file_opens_from_disk() {
    let mut stage = Stage::over(&snapshot(&json!([tenant(1, json!({})), tenant(2, json!({}))]))).await;
    let [whole, slim] = ["snapshot.json", "slim.json"].map(|name| stage.folder().join(name));
    let mut saved = Vec::new();
    // The page holds what verdicts from an instant on need, and so does the file.
    for (as_of, since) in
        [("2027-01-01T00:00:00Z", "2026-04-08T12:00:00Z"), ("2026-04-07T12:00:00Z", "2026-04-07T12:00:00Z")]
    {
        printed(&["slim", "--since", since, "-o", slim.to_str().unwrap()], &whole);
        let digest = printed(&["derive", "--digest", "--as-of", as_of], &slim);
        stage.open(&format!("{}?as_of={as_of}", paths::OVERVIEW)).await;
        stage.shows(&digest).await;
        stage.push(text::EXPORT).await;
        let name = saved_name(&stage.report, as_of, text::POSTURE_FILE, "html");
        saved.push((stage.saved(text::SAVE_SINGLE_FILE, &name).await, digest));
    }
    stage.stop_server();
    for (page, digest) in saved {
        stage.goto(&format!("file://{}", page.display())).await;
        stage.shows(&digest).await;
        assert!(!stage.shows_now(text::DIGEST_DIFFERS).await);
    }
    stage.is_silent().await;
}

/// OR-14: a report that was saved as one file opens as the snapshot inside it.
#[tokio::test]
async fn a_saved_report_opens_as_the_snapshot_inside_it() {
    let stage = Stage::demo().await;
    let file = stage.write("contoso.json", small(2));
    let kept = stage.folder().join("kept.html");
    printed(&["report", "-o", kept.to_str().unwrap()], &file);
    let digest = printed(&["derive", "--digest"], &file);
    stage.open_chooser().await;
    stage.choose(&[&kept]).await;
    stage.shows(&digest).await;
    stage.shows("contoso.json").await;
    stage.is_silent().await;
}

/// OR-21: a page written under another policy applies it and says so; saved again, it keeps it.
#[tokio::test]
async fn a_report_under_another_policy_applies_it_and_says_so() {
    let mut stage = Stage::own_demo().await;
    let file = stage.write("contoso.json", small(2));
    let policy = stage.write(
        "policy.json",
        json!({ "freshness_hours": 2, "profiles": { "gold": { "freshness_hours": 3 } } }).to_string(),
    );
    let kept = stage.folder().join("kept.html");
    let policy = ["--policy", policy.to_str().unwrap()];
    printed(&[&["report", "-o", kept.to_str().unwrap()], &policy[..]].concat(), &file);
    let digest = printed(&[&["derive", "--digest"], &policy[..]].concat(), &file);
    assert_ne!(digest, printed(&["derive", "--digest"], &file));
    stage.open_chooser().await;
    stage.choose(&[&kept]).await;
    stage.shows(&digest).await;
    stage.shows(text::OTHER_RULES).await;
    let report: Value = serde_json::from_str(&printed(&["derive"], &file)).unwrap();
    let name = saved_name(&report, &string(&report["as_of"]), text::POSTURE_FILE, "html");
    stage.push(text::FILES_AND_EXPORTS).await;
    let again = stage.saved(text::SAVE_SINGLE_FILE, &name).await;
    printed(&["verify", again.to_str().unwrap()], &file);
    stage.stop_server();
    for page in [&kept, &again] {
        stage.goto(&format!("file://{}", page.display())).await;
        stage.shows(&digest).await;
        stage.shows(text::RULES_REPLACED).await;
        assert!(!stage.shows_now(text::DIGEST_DIFFERS).await);
    }
    stage.is_silent().await;
}

/// DB-33: what a translation has put in a text's place would stay when the evidence changes.
#[tokio::test]
async fn no_page_is_offered_for_translation() {
    let stage = Stage::demo().await;
    let file = stage.write("contoso.json", small(1));
    let kept = stage.folder().join("kept.html");
    printed(&["report", "-o", kept.to_str().unwrap()], &file);
    for page in [stage.server.url(paths::OVERVIEW), format!("file://{}", kept.display())] {
        stage.goto(&page).await;
        stage.is_ready().await;
        assert_eq!(stage.eval("document.querySelector('main').translate").await, false, "{page}");
    }
}

/// OR-14: in Firefox too: whole, judged at its instant, and without a request.
#[test]
fn a_kept_report_opens_from_disk_in_firefox() {
    let folder = tempfile::tempdir().unwrap();
    let (snapshot, kept) = (folder.path().join("contoso.json"), folder.path().join("kept.html"));
    write(&snapshot, small(2));
    printed(&["report", "--title", "Quarter <4>", "-o", kept.to_str().unwrap()], &snapshot);
    let digest = printed(&["derive", "--digest"], &snapshot);

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
