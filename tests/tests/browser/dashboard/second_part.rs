//! The program's second part: all that the first view does without.

use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::json;

use crate::evidence::calm;
use crate::stage::Stage;

/// DB-22: the first view needs only the first part. If the second fails to load, the page says so and offers to retry.
#[tokio::test]
async fn without_the_second_part_the_overview_works_and_other_pages_say_what_is_missing() {
    for file in ["*_later.wasm", "*_shared.wasm", "*/later-*.css"] {
        without(file).await;
    }
}

async fn without(file: &str) {
    let stage = Stage::over(&calm()).await;
    stage.browser.devtools("Network.enable", json!({})).await.unwrap();
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": [file] })).await.unwrap();
    stage.goto(&stage.server.url(paths::OVERVIEW)).await;
    stage.shows("1 of 1 tenant checked").await;
    stage.shows(text::NO_SECOND_PART).await;
    // No control is shown that would do nothing.
    for button in [text::COMMANDS_SHORT, text::AS_OF, text::EXPORT, text::SHORTCUTS] {
        stage.browser.wait_for_answer(&Role::Button.named(button), "found[0]?.disabled").await.unwrap();
    }

    stage.click(Role::Link.named(text::TENANTS).within(Role::Navigation)).await;
    stage.focus_is_on_heading(text::NO_PAGE).await;
    stage.browser.devtools("Network.setBlockedURLs", json!({ "urls": [] })).await.unwrap();
    stage.push(text::TRY_AGAIN).await;
    stage.arrives_at(paths::TENANTS).await;
    stage.focus_is_on_heading(text::TENANTS).await;
    stage.shows("Tenant 7").await;
    stage.until("document.querySelectorAll('link[rel=stylesheet]').length === 2").await;
    stage.follow_in(Role::Navigation, paths::OVERVIEW).await;
    assert!(!stage.shows_now(text::NO_SECOND_PART).await);
}

/// DB-22: another page than the overview asks for the second part at once; until it is there, the page says that it is loading.
#[tokio::test]
async fn a_page_that_waits_for_the_second_part_says_that_it_is_loading() {
    let stage = Stage::over(&calm()).await;
    stage.browser.run_before_pages(HOLD).await.unwrap();
    stage.goto(&stage.server.url(paths::TENANTS)).await;
    stage.shows(text::LOADING_PAGE).await;
    stage.until("window.letThrough").await;
    stage.eval("window.letThrough()").await;
    stage.arrives_at(paths::TENANTS).await;
    stage.shows("Tenant 7").await;
    stage.is_silent().await;
}

/// Holds the second part back until the test lets it through.
const HOLD: &str = "const ask = window.fetch;
window.fetch = (what, ...more) => String(what).endsWith('_later.wasm')
  ? new Promise((answer) => { window.letThrough = () => { answer(ask(what, ...more)); }; })
  : ask(what, ...more);";
