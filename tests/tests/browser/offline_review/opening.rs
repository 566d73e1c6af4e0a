//! Files that are chosen or dropped, their pages, and that nothing of them is stored.

use posture_core::verdicts::backup_health::BackupReason;
use posture_core::{Id, paths, words};
use posture_testing::documents::gzip;
use posture_tests::harness::Role;
use posture_tests::pages::get;
use posture_web::text;
use serde_json::{Value, json};

use super::offline::ASK_THE_ENDPOINT;
use crate::evidence::{head, sha256_of, small, snapshot, tenant};
use crate::stage::{Stage, printed, string};

/// OR-1, OR-2, OR-4, OR-7: opened by the picker, every page, the mark, the digests, and no request.
#[tokio::test]
async fn an_opened_file_fills_every_page_and_no_request_leaves() {
    let stage = Stage::demo().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage));
    stage.open_chooser().await;
    stage.browser.requests().await.unwrap();

    stage.choose(&[&file]).await;
    shows_overview(&stage).await;
    let digest = printed(&["derive", "--digest"], &file);
    stage.shows(&digest).await;
    stage.sees(Role::ContentInfo.showing(sha256_of(&file))).await;
    stage.shows("contoso.json").await;

    let report: Value = serde_json::from_str(&printed(&["derive", "--format", "json"], &file)).unwrap();
    let stale = report["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .find(|tenant| tenant["backup_health"]["posture"] == "stale")
        .unwrap();
    let key = stale["tenant_route_key"].as_str().unwrap();
    let set = stale["backup_health"]["primary_action_target"]["url"].as_str().unwrap();
    for (route, shows) in [
        (paths::TENANTS.to_owned(), text::DOWNLOAD_CSV.to_owned()),
        (paths::tenant(key), text::RECOVERY_READINESS.to_owned()),
        (set.to_owned(), words::backup_reason_label(BackupReason::LatestBackupStale).to_owned()),
        (paths::backup_schedules(key, None), text::BACKUP_SCHEDULES.to_owned()),
        (paths::restore_runs(key, None), text::RESTORE_RUNS.to_owned()),
        (paths::WORKSPACES.to_owned(), "contoso.json".to_owned()),
    ] {
        stage.go(&route).await;
        stage.shows(&shows).await;
        stage.is_ready().await;
        stage.sees(Role::Region.named(text::OFFLINE_REVIEW).showing("contoso.json")).await;
    }
    let requests: Vec<_> = stage.browser.requests().await.unwrap();
    assert!(requests.is_empty(), "{requests:?}");
    stage.stored_nothing().await;
    stage.is_silent().await;
}

/// OR-3: the policy itself forbids it.
#[tokio::test]
async fn a_review_page_cannot_ask_the_endpoint() {
    let stage = Stage::demo().await;
    stage.open_chooser().await;
    let outcome = stage.run_async(ASK_THE_ENDPOINT).await;
    assert!(string(&outcome).contains("TypeError"), "{outcome}");
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(
        complaints.iter().any(|entry| entry.message.contains("Content Security Policy")),
        "{complaints:?}"
    );
}

/// OR-5: links, the browser's way back, and a reload.
#[tokio::test]
async fn links_and_history_stay_in_the_document_and_a_reload_asks_for_the_file_again() {
    let stage = Stage::demo().await;
    let file = stage.write("contoso.json", demo_snapshot(&stage));
    stage.open_chooser().await;
    stage.choose(&[&file]).await;
    stage.click_link(&stage.tenant_in_attention()).await;
    stage.until("location.pathname === '/open' && location.hash.startsWith('#/admin/t/')").await;
    stage.shows(text::RECOVERY_READINESS).await;
    stage.back().await;
    shows_overview(&stage).await;
    stage.forward().await;
    stage.shows(text::RECOVERY_READINESS).await;

    stage.browser.client().refresh().await.unwrap();
    stage.shows(text::OPEN_AGAIN).await;
    stage.choose(&[&file]).await;
    stage.shows(text::RECOVERY_READINESS).await;
    stage.until("location.hash.startsWith('#/admin/t/')").await;
}

/// DB-19: an instant that the opened file does not cover is refused, until another one is chosen.
#[tokio::test]
async fn an_instant_before_a_reduced_file_is_refused() {
    let stage = Stage::demo().await;
    let whole = stage.write("whole.json", small(1));
    let slim = stage.folder().join("slim.json");
    printed(&["slim", "-o", slim.to_str().unwrap()], &whole);
    stage.open(paths::OPEN).await;
    stage.choose(&[&slim]).await;
    shows_overview(&stage).await;
    stage.push(text::AS_OF).await;
    stage.push("−24 h").await;
    stage.shows(text::NOT_JUDGED).await;
    stage.push(text::AS_EXPORTED).await;
    stage.no_longer_shows(text::NOT_JUDGED).await;
}

/// OR-6: several files, packed and plain, and the switch between them.
#[tokio::test]
async fn several_files_are_open_and_the_reader_switches_between_them() {
    let stage = Stage::demo().await;
    let first = stage.write("first.json", small(1));
    let lines = format!("{}\n{}\n", head("Second"), tenant(2, json!({})));
    let second = stage.write("second.ndjson.gz", gzip(lines.as_bytes()));
    stage.open_chooser().await;
    stage.choose(&[&first]).await;
    stage.shows(&printed(&["derive", "--digest"], &first)).await;
    stage.go(paths::OPEN).await;
    stage.choose(&[&second]).await;
    stage.shows(&printed(&["derive", "--digest"], &second)).await;
    // Of the file as it is on disk, packed.
    stage.sees(Role::ContentInfo.showing(sha256_of(&second))).await;

    stage.go(paths::WORKSPACES).await;
    stage.click(Role::Button.named(format!("{} first.json", text::SHOW)).within(Role::Main)).await;
    stage.shows(&printed(&["derive", "--digest"], &first)).await;
}

/// OR-1: gzip in several members, as `cat a.gz b.gz` writes it; lines under their other name; and a report saved as one page.
#[tokio::test]
async fn several_gzip_members_lines_and_a_saved_report_are_opened() {
    let stage = Stage::demo().await;
    let plain = stage.write("plain.json", small(3));
    let whole = small(3);
    let (first, rest) = whole.as_bytes().split_at(whole.len() / 2);
    let members = stage.write("members.json.gz", [gzip(first), gzip(rest), vec![0; 512]].concat());
    let lines = stage.write("lines.jsonl", format!("{}\n{}\n", head("Lines"), tenant(2, json!({}))));
    let saved = stage.folder().join("saved.html");
    printed(&["report", "--output", saved.to_str().unwrap()], &plain);
    stage.open_chooser().await;
    for (file, same_as, shows) in [
        (&members, &plain, "members.json.gz"),
        (&lines, &lines, "lines.jsonl"),
        (&saved, &plain, "plain.json"),
    ] {
        stage.go(paths::OPEN).await;
        stage.choose(&[file]).await;
        shows_overview(&stage).await;
        stage.shows(&printed(&["derive", "--digest"], same_as)).await;
        stage.shows(shows).await;
    }
    stage.is_silent().await;
}

/// OR-1, OR-17: dropped on the page, a folder among them; the page says that files may be dropped.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a folder to be dropped")]
async fn files_and_folders_are_dropped_anywhere() {
    let stage = Stage::demo().await;
    let file = stage.write("dropped.json", small(1));
    let folder = stage.folder().join("exports");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("backups.csv"), "completed_at,status\n2026-04-08T01:00:00Z,completed\n")
        .unwrap();
    stage.open_chooser().await;
    stage.drag("dragEnter", &[&file]).await;
    stage.drag("dragOver", &[&file]).await;
    stage.shows(text::DROP_TO_OPEN).await;
    stage.drag("drop", &[&file]).await;
    stage.shows(&printed(&["derive", "--digest"], &file)).await;

    stage.drag("dragEnter", &[&folder]).await;
    stage.drag("dragOver", &[&folder]).await;
    stage.drag("drop", &[&folder]).await;
    // A folder is an export of another tool.
    stage.shows("it has the file backups.csv").await;
    stage.shows(text::TENANT_NAME).await;
}

/// TH-1: a file's name and a saved report's title show what hides or reorders other characters.
#[tokio::test]
async fn names_of_files_hide_nothing() {
    let stage = Stage::demo().await;
    let file = stage.write("a\u{202e}gpj.json", small(1));
    let refused = stage.write("b\u{202e}gpj.json", "{");
    let saved = stage.folder().join("saved.html");
    let other = stage.write("d\u{202e}gpj.json", small(2));
    printed(&["report", "--title", "c\u{202e}gpj", "--output", saved.to_str().unwrap()], &other);
    stage.open(paths::OPEN).await;
    stage.choose(&[&file, &refused]).await;
    stage.shows("a⟨U+202E⟩gpj.json").await;
    stage.go(paths::OPEN).await;
    stage.shows("b⟨U+202E⟩gpj.json").await;
    stage.choose(&[&saved]).await;
    stage.shows("c⟨U+202E⟩gpj").await;
    stage.shows("d⟨U+202E⟩gpj.json").await;
    let hidden = stage.eval("document.body.innerText.includes('\u{202e}')").await;
    assert_eq!(hidden, false);
    stage.is_silent().await;
}

/// TH-2: long names of groups, without a place to break, make no page wider than the window.
#[tokio::test]
async fn long_names_of_groups_fit_into_the_window() {
    let stage = Stage::demo().await;
    let labels = json!(["1".repeat(300), "2".repeat(300)]);
    let file =
        stage.write("long.json", snapshot(&json!([tenant(1, json!({ "labels": labels }))])).to_string());
    stage.open(paths::OPEN).await;
    stage.choose(&[&file]).await;
    shows_overview(&stage).await;
    for page in [paths::TREND, paths::CHANGES] {
        stage.go(page).await;
        stage.sees(Role::Link.named("1".repeat(300)).within(Role::Main)).await;
        let too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(stage.eval(too_wide).await, 0, "{page}");
    }
}

/// OR-1: a large file says how far it is, and a cancelled one is not opened.
#[tokio::test]
async fn reading_shows_its_progress_and_is_cancelled() {
    let stage = Stage::demo().await;
    // So large that it is still being read when the button is pressed.
    let tenant =
        |id: u32| format!(r#"{{"id":{id},"external_id":"t{id}","name":"Tenant {id}","status":"active"}}"#);
    let tenants: Vec<_> = (1..=500_000).map(tenant).collect();
    let tenants = format!(r#""tenants":[{}]"#, tenants.join(","));
    let file = stage.write(
        "large.json",
        snapshot(&json!([])).to_string().replace(r#""tenants":[]"#, &tenants).as_bytes(),
    );
    stage.open_chooser().await;
    stage.choose(&[&file]).await;
    let progress = Role::Progressbar.named(text::READING);
    stage.browser.wait_for_answer(&progress, "found[0]?.value > 0").await.unwrap();
    stage.push(text::CANCEL).await;
    stage.focus_is_in(Role::Button.named(text::CHOOSE_FILES)).await;
    assert!(!stage.shows_now(text::OPEN_FILES).await);
    stage.until("location.hash === ''").await;
}

/// Waits for the overview of an opened file.
pub(super) async fn shows_overview(stage: &Stage) {
    stage.until("location.hash === '#/admin'").await;
    stage.sees(Role::Heading.named(text::WORKSPACE_OVERVIEW)).await;
    stage.sees(Role::Region.named(text::METRICS)).await;
}

/// The demo's first workspace, as the endpoint exports it.
pub(super) fn demo_snapshot(stage: &Stage) -> String {
    let workspace = stage.report["workspace"]["id"].as_u64().and_then(Id::new).unwrap();
    get(&stage.server.url(&paths::api_snapshot(workspace))).unwrap().to_string()
}
