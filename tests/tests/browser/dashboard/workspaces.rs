//! Several workspaces on one endpoint: a page never switches to another one silently.

use posture_core::paths;
use posture_tests::harness::{Locator, Role};
use posture_web::text;

use crate::evidence::calm;
use crate::stage::Stage;

/// The link to the workspaces in the bar, which has the name of the one shown.
fn workspace(name: &str) -> Locator {
    Role::Link.named(name).within(Role::Banner)
}

/// DB-21
#[tokio::test]
async fn the_address_names_the_workspace_and_a_reload_or_a_link_keeps_it() {
    let [mut first, mut second] = [calm(), calm()];
    (first["workspace"]["id"], first["workspace"]["name"]) = (1.into(), "Contoso MSP".into());
    (second["workspace"]["id"], second["workspace"]["name"]) = (2.into(), "Northern Region".into());
    second["tenants"][0]["workspace_id"] = 2.into();
    let stage = Stage::over_all(&[first, second]).await;

    // An address without a workspace is completed.
    stage.open(paths::TENANTS).await;
    stage.address_has(paths::WORKSPACE_KEY, Some("1")).await;
    stage.until("document.title === 'Tenants · Contoso MSP · Posture'").await;

    stage.open(&format!("{}?workspace=2", paths::TENANTS)).await;
    stage.sees(workspace("Northern Region")).await;
    stage.reload().await;
    stage.sees(workspace("Northern Region")).await;
    stage.click_link("Tenant 7").await;
    stage.until("location.pathname.startsWith('/admin/t/') && location.search === '?workspace=2'").await;
    stage.sees(workspace("Northern Region")).await;

    // On a phone too.
    stage.browser.set_viewport(360, 800).await.unwrap();
    stage.sees(workspace("Northern Region")).await;

    // What is not served is never replaced by another workspace.
    stage.goto(&stage.server.url(&format!("{}?workspace=9", paths::OVERVIEW))).await;
    stage.shows(text::WORKSPACE_GONE).await;
    stage.is_silent().await;
}
