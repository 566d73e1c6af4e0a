//! The command palette.

use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::harness::{Locator, Role};
use posture_web::text;

use crate::stage::{Stage, string};

fn palette() -> Locator {
    Role::Dialog.named(text::COMMANDS)
}

/// The field that commands are typed into.
fn field() -> Locator {
    Role::Combobox.within(palette())
}

/// Ctrl and K.
async fn open_palette(stage: &Stage) {
    stage.press(&format!("{}k", char::from(Key::Control))).await;
    stage.focus_is_in(field()).await;
}

/// DB-28: a tenant, a page and an action by a few letters; it opens from a field too, and gives the focus back.
#[tokio::test]
async fn the_palette_finds_tenants_pages_and_actions() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let name = string(&stage.report["tenants"][3]["tenant_label"]);
    open_palette(&stage).await;
    stage.press(&name.to_lowercase()).await;
    stage
        .texts_become(Role::Option, |all| all.first().is_some_and(|first| first.starts_with(name.as_str())))
        .await;
    assert_eq!(stage.attribute(Role::Option.at(0), "aria-selected").await, "true");
    let announced = stage.attribute(field(), "aria-activedescendant").await;
    assert_eq!(stage.attribute(Role::Option.at(0), "id").await, announced);
    stage.press_key(Key::Enter).await;
    stage.focus_is_on_heading(&name).await;

    // A page, by the arrow keys; what was typed before is gone.
    open_palette(&stage).await;
    assert_eq!(stage.value(field()).await, "");
    stage.press("forecast").await;
    stage.sees(Role::Option).await;
    stage.press_key(Key::Enter).await;
    stage.arrives_at(paths::FORECAST).await;

    // An action; from a field, where single keys are typed.
    stage.open(paths::TENANTS).await;
    stage.press("/").await;
    stage.focus_is_in(Role::Searchbox).await;
    for theme in ["light", "dark", "system"] {
        open_palette(&stage).await;
        stage.press("theme").await;
        stage.press_key(Key::Enter).await;
        stage.until(&format!("(document.documentElement.dataset.theme ?? 'system') === '{theme}'")).await;
        stage.focus_is_in(Role::Searchbox).await;
    }

    // The slash finds it where a page has no search, and the button everywhere.
    stage.open(paths::OVERVIEW).await;
    stage.press("/").await;
    stage.sees(palette()).await;
    stage.press("no such thing").await;
    stage.shows(text::COMMANDS_NONE).await;
    stage.press_key(Key::Escape).await;
    stage.sees_no(palette()).await;
    stage.push(text::COMMANDS_SHORT).await;
    stage.sees(palette()).await;
    stage.press_key(Key::Escape).await;

    // From an action that opens a menu, the next Tab leads into it.
    open_palette(&stage).await;
    stage.press(text::AS_OF_TITLE).await;
    stage.press_key(Key::Enter).await;
    let menu = Role::Dialog.named(text::AS_OF_TITLE);
    stage.sees(menu.clone()).await;
    stage.press_key(Key::Tab).await;
    stage.focus_is_in(menu).await;
    stage.is_silent().await;
}

/// DB-28, DB-29, DB-34: Enter that an input method takes, to commit what is composed, neither runs a command nor leaves the search.
#[tokio::test]
async fn enter_that_commits_composed_text_does_nothing_else() {
    let stage = Stage::demo().await;
    stage.open(paths::TENANTS).await;
    stage.sees(Role::RowHeader).await;
    stage.press("/").await;
    stage.focus_is_in(Role::Searchbox).await;
    stage.run(COMMIT).await;
    open_palette(&stage).await;
    stage.press("forecast").await;
    stage.sees(Role::Option).await;
    stage.run(COMMIT).await;
    stage.focus_is_in(field()).await;
    assert_eq!(stage.address().await, paths::TENANTS);
    stage.press_key(Key::Escape).await;
    // The search had the focus all the time.
    stage.focus_is_in(Role::Searchbox).await;
    stage.is_silent().await;
}

/// Enter as a browser reports it while text is being composed.
const COMMIT: &str = "document.activeElement.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));";
