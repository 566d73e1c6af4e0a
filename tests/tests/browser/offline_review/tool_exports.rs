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
    stage.push(text::MAKE_SNAPSHOT).await;
    stage.until("window.said?.some(text => text.startsWith('Making a snapshot: '))").await;
    stage.shows(text::NOTES).await;
    // Without slices, unpacking and gathering are one task each, and the page gets no turn in between.
    let turns = stage.eval("window.said.filter(text => text.startsWith('Making a snapshot: ')).length").await;
    assert!(turns.as_u64().is_some_and(|turns| turns >= 3), "{turns}");
    stage.is_silent().await;
}

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
    stage.push(text::MAKE_SNAPSHOT).await;
    stage.shows(text::NOTES).await;
    stage.shows(".git: The folder was not read.").await;
    stage.click_link(text::SHOW_OVERVIEW).await;
    shows_overview(stage).await;
    stage.shows(tenant).await;
    stage.click_link(tenant).await;
    stage.shows(text::RECOVERY_READINESS).await;
    assert!(string(&stage.eval("location.hash").await).starts_with("#/admin/t/"));
}
