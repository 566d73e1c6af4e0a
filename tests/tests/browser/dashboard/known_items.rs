//! Marks on attention items.

use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::pages::get;
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{snapshot, tenant};
use crate::stage::{Stage, saved_name, string};

const FIRST_TITLE: &str = "document.querySelector('#needs-attention .item-title').innerText";
const NOTE: &str = "<img src=x onerror=\"window.posture_ran=1\"> \u{202e}vendor";

/// Three tenants of one rank, in a store.
async fn store() -> Stage {
    let tenants = (1..=3).map(|id| tenant(id, json!({ "backup_sets": [] }))).collect();
    Stage::over_store(&snapshot(&tenants)).await
}

async fn marks(stage: &Stage) -> Value {
    let id = stage.report["workspace"]["id"].as_u64().and_then(posture_core::Id::new).unwrap();
    get(&stage.server.url(&paths::api_reviews(id))).unwrap()["reviews"].clone()
}

/// Clicks the first button of a mark in the list.
async fn press_button(stage: &Stage) {
    const BUTTON: &str = "#needs-attention .quiet";
    stage.until(&format!("document.querySelector('{BUTTON}')")).await;
    stage.run(&format!("document.querySelector('{BUTTON}').scrollIntoView({{ block: 'center' }});")).await;
    stage.press_mouse_on(BUTTON).await;
}

async fn dialog_is_open(stage: &Stage) {
    stage
        .until("document.querySelector('.known-dialog').open && document.activeElement.closest('dialog')")
        .await;
}

/// RV-11, RV-12: marked by keys, changed and removed by clicks; the order and the focus follow.
#[tokio::test]
async fn an_item_is_marked_as_known_and_comes_last_until_the_mark_is_removed() {
    let stage = store().await;
    stage.open(paths::OVERVIEW).await;
    stage.shows(text::MARK_AS_KNOWN).await;
    let calm = "document.querySelector('.calmness').innerText + document.querySelector('.facts, .figures')?.innerText";
    let (first, before) = (stage.eval(FIRST_TITLE).await, stage.eval(calm).await);
    assert!(first.as_str().unwrap().contains("Tenant 1"), "{first}");

    stage
        .tab_to("focused.textContent.includes('Mark as known') && focused.textContent.includes('Tenant 1')")
        .await;
    stage.press_key(Key::Enter).await;
    dialog_is_open(&stage).await;
    assert_eq!(
        stage.eval("document.activeElement.tagName").await,
        "TEXTAREA",
        "the first field has the focus"
    );
    stage.press_key(Key::Escape).await;
    stage.until("!document.querySelector('.known-dialog').open").await;
    stage.until("document.activeElement.textContent.includes('Tenant 1')").await;

    stage.press_key(Key::Enter).await;
    dialog_is_open(&stage).await;
    stage.run(&format!("document.execCommand('insertText', false, {});", Value::from(NOTE))).await;
    stage.tab_to("focused.type === 'url'").await;
    stage.press("https://tickets.example.org/4711").await;
    stage.press_key(Key::Enter).await;
    stage.until("document.querySelector('.known-line')").await;
    stage.until(&format!("{FIRST_TITLE}.includes('Tenant 2')")).await;
    stage.until("document.activeElement.textContent.includes('Tenant 1')").await;
    let line = "document.querySelector('.is-known .known-line').innerText";
    let told = stage.eval(line).await;
    assert!(
        told.as_str().unwrap().contains("<img src=x") && told.as_str().unwrap().contains("⟨U+202E⟩"),
        "{told}"
    );
    assert_eq!(stage.eval("document.querySelector('.known-line a').rel").await, "noopener noreferrer");
    assert_eq!(stage.eval("window.posture_ran ?? 0").await, 0, "a note is text");
    assert_eq!(stage.eval(calm).await, before, "calm and counts stay");
    assert_eq!(marks(&stage).await[0]["note"], NOTE.trim());

    // On the tenant's page, after a reload, by clicks.
    stage.open(&paths::tenant("t1")).await;
    stage.until("document.querySelector('#needs-attention .known-line')").await;
    press_button(&stage).await;
    dialog_is_open(&stage).await;
    assert_eq!(
        stage.eval("document.querySelector('.known-dialog [type=url]').value").await,
        "https://tickets.example.org/4711"
    );
    stage.push(text::REMOVE_MARK).await;
    stage.until("!document.querySelector('#needs-attention .known-line')").await;
    assert_eq!(marks(&stage).await, json!([]));
    stage.is_silent().await;
}

/// RV-14: the file that is passed on says who knew what until when, as text, and nobody can change it there.
#[tokio::test]
async fn a_saved_report_shows_the_marks() {
    let mut stage = store().await;
    stage.open(&paths::tenant("t1")).await;
    press_button(&stage).await;
    dialog_is_open(&stage).await;
    stage.run(&format!("document.execCommand('insertText', false, {});", Value::from(NOTE))).await;
    stage.push(text::SAVE_MARK).await;
    stage
        .until("document.querySelector('.known-line') && !document.querySelector('.known-dialog').open")
        .await;
    stage.push(text::SAVE).await;
    let as_of = string(&stage.report["as_of"]);
    let name = saved_name(&stage.report, &as_of, text::POSTURE_FILE, "html");
    let page = stage.saved(text::SAVE_SINGLE_FILE, &name).await;
    stage.stop_server();
    stage.goto(&format!("file://{}", page.display())).await;
    let line = stage.until("document.querySelector('.is-known .known-line')?.innerText").await;
    assert!(string(&line).contains("<img src=x"), "{line}");
    assert_eq!(stage.eval("window.posture_ran ?? 0").await, 0, "a note is text");
    assert_eq!(stage.eval("document.querySelectorAll('.quiet').length").await, 0);
    assert!(!stage.shows_now(text::DIGEST_DIFFERS).await);
}

/// RV-12: what the endpoint refuses is said in the dialog, which stays open with what was typed.
#[tokio::test]
async fn a_refused_mark_is_explained_where_it_was_made() {
    let stage = store().await;
    stage.open(&paths::tenant("t1")).await;
    press_button(&stage).await;
    dialog_is_open(&stage).await;
    stage.press("known").await;
    stage.tab_to("focused.type === 'url'").await;
    stage.press("ftp://files.example.org/1").await;
    stage.press_key(Key::Enter).await;
    stage.until("document.querySelector('.known-problem')?.innerText.includes('http')").await;
    assert_eq!(stage.eval("document.querySelector('.known-dialog textarea').value").await, "known");
}

/// RV-13
#[tokio::test]
async fn no_action_is_shown_if_marks_cannot_be_kept() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    stage.past_is_told().await;
    assert!(!stage.shows_now(text::MARK_AS_KNOWN).await);
}
