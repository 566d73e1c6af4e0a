//! Marks on attention items.

use fantoccini::key::Key;
use posture_core::vocabulary::RecoveryReason;
use posture_core::{paths, words};
use posture_tests::harness::{Locator, Role};
use posture_tests::pages::get;
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{snapshot, tenant};
use crate::stage::{Stage, saved_name, string};

/// The lines of the attention list.
fn lines() -> Locator {
    Role::ListItem.within(Role::Region.named(text::NEEDS_ATTENTION))
}

/// The dialog that marks an item.
fn dialog() -> Locator {
    Role::Dialog.named(text::MARK)
}

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

/// Opens the dialog of a mark by the first button of this name in the list.
async fn open_dialog(stage: &Stage, button: &str) {
    stage.click(Role::Button.named(button).within(Role::Region.named(text::NEEDS_ATTENTION))).await;
    stage.focus_is_in(dialog()).await;
}

/// RV-11, RV-12: marked by keys, changed and removed by clicks; the order and the focus follow.
#[tokio::test]
async fn an_item_is_marked_as_known_and_comes_last_until_the_mark_is_removed() {
    let stage = store().await;
    stage.browser.set_viewport(1440, 900).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    stage.shows(text::MARK_AS_KNOWN).await;
    // WO-27: with its button, a line is as high as a row of the registry.
    let heights = stage.eval("[...document.querySelectorAll('.line')].map(line => line.offsetHeight)").await;
    assert!(heights.as_array().unwrap().iter().all(|height| height.as_u64() <= Some(36)), "{heights}");
    let title = string(&stage.report["overview"]["calmness"]["title"]);
    let calm = async || {
        [
            stage.text(Role::Region.named(title.as_str())).await,
            stage.text(Role::Region.named(text::METRICS)).await,
        ]
    };
    let before = calm().await;
    let first = stage.text(lines().at(0)).await;
    assert!(first.contains("Tenant 1"), "{first}");

    let button = Role::Button.named(text::MARK_AS_KNOWN).within(lines().showing("Tenant 1"));
    stage.tab_to(button.clone()).await;
    stage.press_key(Key::Enter).await;
    // The first field has the focus.
    stage.focus_is_in(Role::Textbox.named(text::MARK_NOTE).within(dialog())).await;
    stage.press_key(Key::Escape).await;
    stage.sees_no(dialog()).await;
    stage.focus_is_in(button).await;

    stage.press_key(Key::Enter).await;
    stage.focus_is_in(dialog()).await;
    stage.run(&format!("document.execCommand('insertText', false, {});", Value::from(NOTE))).await;
    stage.tab_to(Role::Textbox.named(text::MARK_TICKET)).await;
    stage.press("https://tickets.example.org/4711").await;
    stage.press_key(Key::Enter).await;
    stage.texts_become(lines(), |lines| lines.first().is_some_and(|line| line.contains("Tenant 2"))).await;
    let marked = lines().at(-1);
    stage.focus_is_in(Role::Button.named(text::CHANGE_MARK).within(marked.clone())).await;
    let told = stage.text(marked.clone()).await;
    assert!(["Tenant 1", "<img src=x", "⟨U+202E⟩"].iter().all(|part| told.contains(part)), "{told}");
    let ticket = Role::Link.named(text::TICKET).within(marked);
    assert_eq!(stage.attribute(ticket, "rel").await, "noopener noreferrer");
    assert_eq!(stage.eval("window.posture_ran ?? 0").await, 0, "a note is text");
    assert_eq!(calm().await, before, "calm and counts stay");
    assert_eq!(marks(&stage).await[0]["note"], NOTE.trim());

    // On the tenant's page, after a reload, by clicks.
    stage.open(&paths::tenant("t1")).await;
    open_dialog(&stage, text::CHANGE_MARK).await;
    stage
        .has_value(
            Role::Textbox.named(text::MARK_TICKET).within(dialog()),
            "https://tickets.example.org/4711",
        )
        .await;
    stage.push(text::REMOVE_MARK).await;
    stage.sees_no(Role::Button.named(text::CHANGE_MARK)).await;
    stage.sees_no(Role::Link.named(text::TICKET)).await;
    assert_eq!(marks(&stage).await, json!([]));
    stage.is_silent().await;
}

/// RV-11, RV-15: each item of a line has its own mark, and loses its colour only. The line moves with its worst item, within its rank.
#[tokio::test]
async fn each_item_on_the_overview_shows_its_own_mark() {
    let failed = json!({ "id": 1, "backup_set_id": 1, "status": "failed", "is_dry_run": false,
        "created_at": "2026-04-08T09:00:00Z", "completed_at": "2026-04-08T10:00:00Z" });
    let stale = json!({ "id": 1, "name": "Nightly", "status": "completed", "created_at": "2026-04-01T02:00:00Z",
        "completed_at": "2026-04-01T02:30:00Z", "items": [{ "id": 1, "policy_identifier": "p", "policy_type": "deviceConfiguration" }],
        "item_count": 1 });
    let tenants = json!([
        tenant(1, json!({ "backup_sets": [], "restore_runs": [failed] })),
        tenant(2, json!({ "backup_sets": [] })),
        tenant(3, json!({ "backup_sets": [stale] })),
    ]);
    let stage = Stage::over_store(&snapshot(&tenants)).await;
    let names_in_order = async |names: [&str; 3]| {
        let are = |lines: &[String]| {
            lines.len() == names.len() && lines.iter().zip(names).all(|(line, name)| line.contains(name))
        };
        stage.texts_become(lines(), are).await;
    };
    // The colours of what a line leads with, and of its further items.
    let colours = async |name: &str| {
        // Part of the style arrives after the first view.
        let has_arrived = "[...document.styleSheets].some((sheet) => sheet.href?.includes('/later-'))";
        stage.browser.wait_for("the later style sheet", has_arrived).await.unwrap();
        let colours =
            "[...found[0].querySelectorAll('.badge')].map(badge => getComputedStyle(badge).backgroundColor)";
        stage.browser.ask(&lines().showing(name), colours).await.unwrap()
    };
    let mark = async |button: Locator, note: &str| {
        stage.click(button).await;
        stage.focus_is_in(dialog()).await;
        stage.press(note).await;
        stage.push(text::MARK).await;
        stage.sees_no(dialog()).await;
    };
    stage.open(paths::OVERVIEW).await;
    names_in_order(["Tenant 1", "Tenant 2", "Tenant 3"]).await;
    let before = colours("Tenant 1").await;
    let badge = words::recovery_badge(RecoveryReason::Failed);

    // The further item is marked on the tenant's page. On the overview, its badge is what loses its colour, and the line stays.
    stage.open(&paths::tenant("t1")).await;
    let items = stage.report["overview"]["attention_items"].as_array().unwrap();
    let item = items.iter().find(|item| item["badge"] == badge).unwrap();
    let button = Role::Button.named(text::MARK_AS_KNOWN);
    mark(button.clone().showing(string(&item["title"])), "vendor is at it").await;
    stage.open(paths::OVERVIEW).await;
    stage.sees(lines().at(0).showing("vendor is at it").showing(badge)).await;
    let with_one = colours("Tenant 1").await;
    assert_eq!(with_one[0], before[0], "the worst item is not known");
    assert_ne!(with_one[1], before[1], "the further item is known");
    names_in_order(["Tenant 1", "Tenant 2", "Tenant 3"]).await;

    // The worst item is marked here. Both badges are without colour, and the line is the last one of its rank.
    mark(button.within(lines().showing("Tenant 1")), "left on Friday").await;
    names_in_order(["Tenant 2", "Tenant 1", "Tenant 3"]).await;
    let line = stage.text(lines().at(1)).await;
    assert!(["vendor is at it", "left on Friday"].iter().all(|note| line.contains(note)), "{line}");
    let with_two = colours("Tenant 1").await;
    assert_ne!(with_two[0], before[0]);
    assert_eq!(with_two[1], with_one[1]);
    stage.is_silent().await;
}

/// RV-14: the file that is passed on says who knew what until when, as text, and nobody can change it there.
#[tokio::test]
async fn a_saved_report_shows_the_marks() {
    let mut stage = store().await;
    stage.open(&paths::tenant("t1")).await;
    open_dialog(&stage, text::MARK_AS_KNOWN).await;
    stage.run(&format!("document.execCommand('insertText', false, {});", Value::from(NOTE))).await;
    stage.push(text::MARK).await;
    stage.sees_no(dialog()).await;
    stage.sees(Role::Button.named(text::CHANGE_MARK)).await;
    stage.push(text::EXPORT).await;
    let as_of = string(&stage.report["as_of"]);
    let name = saved_name(&stage.report, &as_of, text::POSTURE_FILE, "html");
    let page = stage.saved(text::SAVE_SINGLE_FILE, &name).await;
    stage.stop_server();
    stage.goto(&format!("file://{}", page.display())).await;
    stage.sees(Role::Region.named(text::NEEDS_ATTENTION).showing("<img src=x")).await;
    assert_eq!(stage.eval("window.posture_ran ?? 0").await, 0, "a note is text");
    for button in [text::MARK_AS_KNOWN, text::CHANGE_MARK] {
        assert_eq!(stage.count(Role::Button.named(button)).await, 0);
    }
    assert!(!stage.shows_now(text::DIGEST_DIFFERS).await);
}

/// RV-12: what the endpoint refuses is said in the dialog, which stays open with what was typed.
#[tokio::test]
async fn a_refused_mark_is_explained_in_its_dialog() {
    let stage = store().await;
    stage.open(&paths::tenant("t1")).await;
    open_dialog(&stage, text::MARK_AS_KNOWN).await;
    stage.press("known").await;
    stage.tab_to(Role::Textbox.named(text::MARK_TICKET)).await;
    stage.press("ftp://files.example.org/1").await;
    stage.press_key(Key::Enter).await;
    stage.sees(Role::Alert.within(dialog()).showing("http")).await;
    assert_eq!(stage.value(Role::Textbox.named(text::MARK_NOTE).within(dialog())).await, "known");
}

/// RV-13
#[tokio::test]
async fn no_action_is_shown_if_marks_cannot_be_kept() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    stage.past_is_shown().await;
    assert!(!stage.shows_now(text::MARK_AS_KNOWN).await);
}
