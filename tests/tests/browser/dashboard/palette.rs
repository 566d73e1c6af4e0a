//! The command palette.

use fantoccini::key::Key;
use posture_core::paths;
use posture_web::text;

use crate::stage::{Stage, string};

/// Ctrl and K.
async fn open_palette(stage: &Stage) {
    stage.press(&format!("{}k", char::from(Key::Control))).await;
    stage
        .until("document.querySelector('.palette').open && document.activeElement.role === 'combobox'")
        .await;
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
        .until(&format!(
            "document.querySelector('[role=option][aria-selected=true] .command-name')?.innerText === {}",
            serde_json::Value::from(name.as_str())
        ))
        .await;
    let active =
        "document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).ariaSelected";
    assert_eq!(stage.eval(active).await, "true");
    stage.press_key(Key::Enter).await;
    stage.focus_is_on_heading(&name).await;

    // A page, by the arrow keys; what was typed before is gone.
    open_palette(&stage).await;
    assert_eq!(stage.eval("document.activeElement.value").await, "");
    stage.press("forecast").await;
    stage.until("document.querySelectorAll('[role=option]').length >= 1").await;
    stage.press_key(Key::Enter).await;
    stage.arrives_at(paths::FORECAST).await;

    // An action; from a field, where single keys are typed.
    stage.open(paths::TENANTS).await;
    stage.press("/").await;
    stage.until("document.activeElement.type === 'search'").await;
    for theme in ["light", "dark", "system"] {
        open_palette(&stage).await;
        stage.press("theme").await;
        stage.press_key(Key::Enter).await;
        stage
            .until(&format!(
                "(document.documentElement.dataset.theme ?? 'system') === '{theme}' && document.activeElement.type === 'search'"
            ))
            .await;
    }

    // The slash finds it where a page has no search, and the button everywhere.
    stage.open(paths::OVERVIEW).await;
    stage.press("/").await;
    stage.until("document.querySelector('.palette').open").await;
    stage.press("no such thing").await;
    stage.shows(text::COMMANDS_NONE).await;
    stage.press_key(Key::Escape).await;
    stage.until("!document.querySelector('.palette').open").await;
    stage.push(text::COMMANDS_SHORT).await;
    stage.until("document.querySelector('.palette').open").await;
    stage.press_key(Key::Escape).await;
    stage.is_silent().await;
}
