//! Keyboard shortcuts, the sheet that lists them, and the key that a page copies.

use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;

use crate::stage::{Stage, key, string};

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
    stage.focus_is_in(Role::Searchbox).await;
    // In a field a key is what is typed.
    stage.press("go?t").await;
    stage.address_has(paths::SEARCH_KEY, Some("go?t")).await;
    assert_eq!(stage.count(Role::Dialog).await, 0);
    assert_eq!(stage.eval("document.documentElement.dataset.theme ?? 'system'").await, "system");
    stage.click(Role::Heading.named(text::TENANTS)).await;
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
    let link = Role::Link.named(text::OPEN_WORST).within(Role::Main);
    stage.tab_to(link.clone()).await;
    let sheet = Role::Dialog.named(text::SHORTCUTS);
    let came_back = async || {
        stage.sees_no(sheet.clone()).await;
        stage.focus_is_in(link.clone()).await;
    };
    stage.press("?").await;
    stage.focus_is_in(sheet.clone()).await;
    stage.shows(text::REFRESH).await;
    // Behind the sheet nothing hears a shortcut.
    stage.press("gt").await;
    assert_eq!(stage.address().await, paths::OVERVIEW);
    stage.press_key(Key::Escape).await;
    came_back().await;
    stage.press("?").await;
    stage.push(text::CLOSE).await;
    came_back().await;

    stage.push(text::SHORTCUTS).await;
    stage.sees(sheet.clone()).await;
    stage.press_key(Key::Escape).await;
    stage.focus_is_in(Role::Button.named(text::SHORTCUTS)).await;
    stage.is_silent().await;
}

/// DB-13: shortcuts can be switched off, for people whose assistive technology presses keys.
#[tokio::test]
async fn shortcuts_work_only_outside_fields_and_if_enabled() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let choose = async || {
        stage.push(text::SHORTCUTS).await;
        stage.click(Role::Checkbox.named(text::ENABLE_SHORTCUTS)).await;
        stage.push(text::CLOSE).await;
        stage.sees_no(Role::Dialog).await;
    };
    choose().await;
    for _ in 0..2 {
        stage.press("t?gt").await;
        assert_eq!(stage.address().await, paths::OVERVIEW);
        assert_eq!(stage.count(Role::Dialog).await, 0);
        assert_eq!(stage.eval("'theme' in document.documentElement.dataset").await, false);
        stage.reload().await;
    }
    choose().await;
    stage.press("gt").await;
    stage.arrives_at(paths::TENANTS).await;
    stage.is_silent().await;
}

/// DB-29
#[tokio::test]
async fn the_page_of_a_tenant_shows_its_key_and_copies_it() {
    let stage = Stage::demo().await;
    let tenant = stage.quiet_tenant();
    let key = key(tenant);
    stage.open(&paths::tenant(&key)).await;
    stage.push(&format!("{}: {}", text::COPY_KEY, string(&tenant["tenant_label"]))).await;
    stage.sees(Role::Status.showing(text::copied(&key))).await;
    assert!(stage.text(Role::Main).await.contains(&key));
}
