//! Keyboard shortcuts and the sheet that lists them.

use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;

use crate::stage::Stage;

/// DB-13
#[tokio::test]
async fn shortcuts_lead_to_pages_search_refresh_and_change_colours_but_not_while_typing() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    for (keys, url) in [
        ("gt", paths::TENANTS),
        ("gc", paths::CHOOSE_TENANT),
        ("go", paths::OVERVIEW),
        ("gt", paths::TENANTS),
    ] {
        stage.press(keys).await;
        stage.arrives_at(url).await;
    }
    // After a step back and one forward, too.
    stage.back().await;
    stage.arrives_at(paths::OVERVIEW).await;
    stage.forward().await;
    stage.arrives_at(paths::TENANTS).await;
    for (keys, url) in [("go", paths::OVERVIEW), ("gt", paths::TENANTS)] {
        stage.press(keys).await;
        stage.arrives_at(url).await;
    }
    stage.press("/").await;
    stage.until("document.activeElement.type === 'search'").await;
    // In a field a key is what is typed.
    stage.press("go?t").await;
    stage.until("new URLSearchParams(location.search).get('search') === 'go?t'").await;
    assert_eq!(stage.eval("document.querySelector('dialog').open").await, false);
    assert_eq!(stage.eval("document.documentElement.dataset.theme ?? 'system'").await, "system");
    stage.browser.by_role(Role::Heading, text::TENANTS).await.unwrap().click().await.unwrap();
    for theme in ["light", "dark", "system"] {
        stage.press("t").await;
        stage.until(&format!("(document.documentElement.dataset.theme ?? 'system') === '{theme}'")).await;
    }
    stage.is_silent().await;
}

/// DB-13: the sheet.
#[tokio::test]
async fn the_help_sheet_opens_by_key_and_by_button_and_gives_the_focus_back() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let link = "main a.button";
    stage.tab_to(&format!("focused === document.querySelector('{link}')")).await;
    let came_back = format!(
        "!document.querySelector('dialog').open && document.activeElement === document.querySelector('{link}')"
    );
    stage.press("?").await;
    stage.until("document.querySelector('dialog').open && document.querySelector('dialog').contains(document.activeElement)").await;
    stage.shows(text::REFRESH_EVIDENCE).await;
    // Behind the sheet nothing hears a shortcut.
    stage.press("gt").await;
    assert_eq!(stage.address().await, paths::OVERVIEW);
    stage.press_key(Key::Escape).await;
    stage.until(&came_back).await;
    stage.press("?").await;
    stage.push(text::CLOSE).await;
    stage.until(&came_back).await;

    stage.push(text::SHORTCUTS).await;
    stage.until("document.querySelector('dialog').open").await;
    stage.press_key(Key::Escape).await;
    stage.until("document.activeElement === document.querySelector('button[data-sheet=shortcuts]')").await;
    stage.is_silent().await;
}

/// DB-13: shortcuts can be switched off, for people whose assistive technology presses keys.
#[tokio::test]
async fn shortcuts_work_only_where_they_are_wanted() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let choose = async || {
        stage.push(text::SHORTCUTS).await;
        stage.browser.click(Role::Checkbox, text::HEAR_SHORTCUTS).await.unwrap();
        stage.push(text::CLOSE).await;
        stage.until("!document.querySelector('dialog').open").await;
    };
    choose().await;
    for _ in 0..2 {
        stage.press("t?gt").await;
        assert_eq!(stage.address().await, paths::OVERVIEW);
        assert_eq!(
            stage
                .eval("document.querySelector('dialog').open || 'theme' in document.documentElement.dataset")
                .await,
            false
        );
        stage.reload().await;
    }
    choose().await;
    stage.press("gt").await;
    stage.arrives_at(paths::TENANTS).await;
    stage.is_silent().await;
}
