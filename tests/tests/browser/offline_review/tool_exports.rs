//! Exports of other tools, dropped or chosen in the shapes that the tools write.

use std::io::{Cursor, Write as _};

use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::opening::shows_overview;
use crate::evidence::write;
use crate::stage::{Stage, string};

/// An export of IntuneManagement: three objects, and a group that is not one.
fn intune_management() -> Vec<(&'static str, String)> {
    let object = |name: &str| json!({ "@odata.type": "#microsoft.graph.windows10GeneralConfiguration", "id": name, "displayName": name, "assignments": [] });
    let table = json!({ "TenantId": "2fcf1c68-b412-4c85-bfb2-cb20152a6843", "Organization": "Contoso", "Objects": [] });
    [
        ("20260408-0130/Contoso/MigrationTable.json", table),
        ("20260408-0130/Contoso/DeviceConfiguration/Wi-Fi.json", object("Wi-Fi")),
        ("20260408-0130/Contoso/CompliancePolicies/Windows.json", object("Windows")),
        ("20260408-0130/Contoso/ConditionalAccess/MFA.json", object("MFA")),
        ("20260408-0130/Contoso/Groups/All users.json", object("All users")),
        (".git/config", Value::Null),
    ]
    .map(|(path, content)| (path, content.to_string()))
    .to_vec()
}

fn zipped(files: &[(&str, String)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        archive.start_file(*path, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// OR-17, OR-18: a ZIP archive and a folder, each recognised, named and shown, without a request.
#[tokio::test]
async fn an_export_of_another_tool_becomes_a_dashboard_without_a_request() {
    let stage = Stage::demo().await;
    let files = intune_management();
    let archive = stage.write("Export.zip", zipped(&files));
    let folder = stage.folder().join("Export");
    for (path, content) in &files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        write(&file, content);
    }
    stage.open_chooser().await;
    stage.browser.requests().await.unwrap();

    stage.choose(&[&archive]).await;
    becomes_a_dashboard(&stage, "Archived").await;

    stage.go(paths::OPEN).await;
    stage.choose_by(text::CHOOSE_FOLDER, &[&folder]).await;
    becomes_a_dashboard(&stage, "Chosen").await;

    stage.drag("dragEnter", &[&folder]).await;
    stage.drag("dragOver", &[&folder]).await;
    stage.drag("drop", &[&folder]).await;
    becomes_a_dashboard(&stage, "Dropped").await;

    let requests = stage.browser.requests().await.unwrap();
    assert!(requests.is_empty(), "{requests:?}");
    stage.stored_nothing().await;
    stage.is_silent().await;
}

/// OR-20: one entry of 40 MB, and 3,000 files to gather; the page answers meanwhile.
#[tokio::test]
async fn a_large_entry_and_many_files_leave_the_page_responsive() {
    let stage = Stage::demo().await;
    let settings: Vec<Value> = (0..40).map(|n| json!({ "id": n, "value": "x".repeat(100) })).collect();
    let policy = |n: usize| json!({ "name": format!("Policy {n}"), "settings": settings, "assignments": [] });
    let mut files: Vec<(String, String)> =
        (0..3000).map(|n| (format!("Settings Catalog/Policy {n}_mdm.json"), policy(n).to_string())).collect();
    files.push(("Filters/Corporate.json".to_owned(), json!({ "displayName": "Corporate" }).to_string()));
    files.push(("notes.txt".to_owned(), " ".repeat(40 << 20)));
    let files: Vec<_> = files.iter().map(|(path, content)| (path.as_str(), content.clone())).collect();
    let archive = stage.write("Large.zip", zipped(&files));
    stage.open_chooser().await;
    stage.run(WATCH_TASKS).await;
    stage.choose(&[&archive]).await;
    stage.shows(text::TENANT_NAME).await;
    stage.click(Role::Textbox.named(text::TENANT_NAME)).await;
    stage.press("Large").await;
    stage.push(text::SHOW).await;
    stage.until("window.said?.some(text => text.startsWith('Making a snapshot: '))").await;
    stage.shows(text::NOTES).await;
    // Without slices, unpacking and gathering are one task each, and the page gets no turn in between.
    let turns = stage.eval("window.said.filter(text => text.startsWith('Making a snapshot: ')).length").await;
    assert!(turns.as_u64().is_some_and(|turns| turns >= 3), "{turns}");
    stage.is_silent().await;
}

/// OR-20: one table of 30,000 rows; the page gets its turn while they become records.
#[tokio::test]
async fn a_long_table_leaves_the_page_responsive() {
    let stage = Stage::demo().await;
    let rows: String = (0..30_000)
        .map(|n| format!("Set {n},2026-{:02}-{:02}T01:00:00Z,completed,9,0\n", n % 12 + 1, n % 28 + 1))
        .collect();
    let table = format!("set,completed_at,status,items,degraded_items\n{rows}");
    let archive = stage.write("Table.zip", zipped(&[("backups.csv", table)]));
    stage.open_chooser().await;
    stage.choose(&[&archive]).await;
    stage.click(Role::Textbox.named(text::TENANT_NAME)).await;
    stage.press("Long").await;
    stage.run(COUNT_TURNS).await;
    stage.push(text::SHOW).await;
    stage.shows("Rows read: 30000.").await;
    let turns = stage.eval("window.turns").await;
    assert!(turns.as_u64().is_some_and(|turns| turns >= 5), "{turns}");
    stage.is_silent().await;
}

/// Counts the turns that the page gets until the notes are there.
const COUNT_TURNS: &str = "window.turns = 0; \
    const turn = () => { \
        if (document.body.innerText.includes('Rows read')) return; \
        window.turns += 1; \
        setTimeout(turn); \
    }; \
    setTimeout(turn); return true";

/// OR-22: pages that open no files do without the adapters. If they fail to load, an export says so, and can be opened again.
#[tokio::test]
async fn the_adapters_load_only_where_files_are_opened() {
    let stage = Stage::demo().await;
    stage.open(paths::TENANTS).await;
    stage.is_kept_for_offline_use().await;
    assert_eq!(stage.eval(ADAPTERS).await, json!(false));

    stage.browser.devtools("Network.enable", json!({})).await.unwrap();
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*_adapters.wasm"] })).await.unwrap();
    stage.browser.devtools("Network.setBypassServiceWorker", json!({ "bypass": true })).await.unwrap();
    stage.open(paths::OPEN).await;
    let archive = stage.write("Export.zip", zipped(&intune_management()));
    stage.choose(&[&archive]).await;
    stage.shows("failed to load").await;
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await.unwrap();
    stage.choose(&[&archive]).await;
    stage.shows("MigrationTable.json").await;
    assert_eq!(stage.eval(ADAPTERS).await, json!(true));
    stage.browser.devtools("Network.setBypassServiceWorker", json!({ "bypass": false })).await.unwrap();
}

/// Whether the page has fetched the adapters.
const ADAPTERS: &str = "performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.endsWith('_adapters.wasm') && responseEnd > 0)";

/// Keeps what the page says about its progress, each time it changes.
const WATCH_TASKS: &str = "window.said = []; \
    new MutationObserver(() => { \
        for (const { innerText: note } of document.querySelectorAll('.opener .note')) { \
            if (note && !window.said.includes(note)) window.said.push(note); \
        } \
    }).observe(document.body, { childList: true, subtree: true, characterData: true }); return true";

/// The export on screen is shown as a tenant of this name; what was not read is named.
async fn becomes_a_dashboard(stage: &Stage, tenant: &str) {
    stage.shows("MigrationTable.json").await;
    stage.click(Role::Textbox.named(text::TENANT_NAME)).await;
    stage.press(tenant).await;
    stage.push(text::SHOW).await;
    stage.shows(text::NOTES).await;
    stage.shows(".git: The folder was not read.").await;
    stage.click_link(text::SHOW_OVERVIEW).await;
    shows_overview(stage).await;
    stage.shows(tenant).await;
    stage.click_link(tenant).await;
    stage.shows(text::RECOVERY_READINESS).await;
    assert!(string(&stage.eval("location.hash").await).starts_with("#/admin/t/"));
}
