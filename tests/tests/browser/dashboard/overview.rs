//! The overview's first screen, its attention list, and where its links lead.

use fantoccini::key::Key;
use posture_core::paths;
use posture_web::text;
use serde_json::Value;

use crate::stage::{Stage, string};

/// The lines of the attention list.
const LINES: &str = "document.querySelectorAll('#needs-attention .item')";

/// A count of the overview: the number in an element.
fn number(selector: &str) -> String {
    format!("Number(document.querySelector({})?.innerText.replace(/\\D/g, ''))", Value::from(selector))
}

/// DB-5, WO-22: the verdict, figures that lead to what they count and agree with each other, and the worst tenant a click away.
#[tokio::test]
async fn the_first_screen_says_what_is_wrong_in_figures_that_agree_and_lead_on() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let title = string(&stage.report["overview"]["calmness"]["title"]);
    stage
        .until(&format!("document.querySelector('.calmness h2').innerText === {}", Value::from(title)))
        .await;
    // The first thing to do starts at most half a screen of 900 pixels down.
    let top = stage.eval(&format!("{LINES}[0].getBoundingClientRect().top")).await.as_f64().unwrap();
    assert!(top < 480.0, "the first item begins {top} pixels down");

    let body = string(&stage.report["overview"]["calmness"]["body"]);
    assert!(!stage.shows_now(&body).await, "what the verdict covers is folded away");
    let tenants = |part: &str| stage.report["denominators"][part].as_u64().unwrap();
    stage.push(&text::checked(tenants("evaluated"), tenants("exported"))).await;
    stage.shows(&body).await;

    let unlinked =
        "[...document.querySelectorAll('.figure')].filter(figure => !figure.querySelector('a')).length";
    assert_eq!(stage.eval(unlinked).await, 0);
    let untoned = "[...document.querySelectorAll('.figure-value [data-tone]')].length";
    assert!(stage.eval(untoned).await.as_u64() > Some(2));
    // The bar of postures and the ages cover the same tenants.
    let posture =
        |key: &str| stage.tenants().filter(|tenant| tenant["backup_health"]["posture"] == key).count();
    let warned = stage
        .tenants()
        .filter(|tenant| {
            tenant["backup_health"]["posture"] == "healthy"
                && tenant["backup_health"]["healthy_claim_allowed"] == false
        })
        .count();
    assert!(warned > 0);
    let parts = [
        ("#ages [data-tone=calm] b", posture("healthy") - warned),
        ("#ages [data-tone=low] b", warned),
        ("#ages [data-tone=medium] b", posture("degraded")),
        ("#ages [data-tone=high] b", posture("stale")),
        ("#postures .part dd", warned),
    ];
    for (selector, count) in parts {
        stage.until(&format!("{} === {count}", number(selector))).await;
    }
    stage.follow_in("#postures", &paths::registry([(paths::ATTENTION_KEY, "recent_with_warning")])).await;
    stage.until(&format!("document.querySelectorAll('tr.tenant').length === {warned}")).await;

    stage.open(paths::OVERVIEW).await;
    let worst = string(&stage.report["overview"]["attention_items"][0]["tenant_label"]);
    stage.click_link(&format!("{}: {worst}", text::OPEN_WORST)).await;
    stage.focus_is_on_heading(&worst).await;
    stage.is_silent().await;
}

/// WO-27: by family, with every tenant within reach; by the keyboard, and back to the line one came from.
#[tokio::test]
async fn every_tenant_that_needs_attention_can_be_reached_by_family() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let recovery = stage.report["overview"]["summary_metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|metric| metric["category"] == "recovery_evidence")
        .unwrap()["value"]
        .as_u64()
        .unwrap();
    stage.follow_in("#needs-attention", &paths::overview_of("recovery_evidence")).await;
    stage.until("document.querySelector('.tabs [aria-current]').href.includes('recovery_evidence')").await;
    let listed = stage.eval(&format!("{LINES}.length")).await.as_u64().unwrap();
    assert!(listed < recovery, "{listed} of {recovery}");
    stage.push(&text::show_more((recovery - listed).min(20))).await;
    stage.until(&format!("{LINES}.length === {recovery}")).await;
    // Each tenant once.
    let names =
        "new Set([...document.querySelectorAll('#needs-attention .row-link')].map(link => link.href)).size";
    assert_eq!(stage.eval(names).await, recovery);

    stage.open(paths::OVERVIEW).await;
    stage.past_is_told().await;
    stage.past_is_told().await;
    // A click anywhere in the line follows it up.
    stage.press_mouse_on("#needs-attention .item:nth-child(3) .item-body").await;
    stage.until("location.pathname.startsWith('/admin/t/')").await;
    stage.back().await;
    stage.until("document.activeElement.dataset.row === 'item-2'").await;
    for (key, row) in [("j", "item-3"), ("k", "item-2"), ("j", "item-3")] {
        stage.press(key).await;
        stage.until(&format!("document.activeElement.dataset.row === '{row}'")).await;
    }
    stage.press_key(Key::Enter).await;
    stage.until("location.pathname.startsWith('/admin/t/')").await;
    stage.is_silent().await;
}

/// TM-8: next to UTC, with its distance from it.
#[tokio::test]
async fn times_are_shown_in_local_time_too() {
    let stage = Stage::demo().await;
    let zone = serde_json::json!({ "timezoneId": "Asia/Kolkata" });
    stage.browser.devtools("Emulation.setTimezoneOverride", zone).await.unwrap();
    stage.open(paths::OVERVIEW).await;
    let shown = string(&stage.until("document.querySelector('.foot').innerText").await);
    assert!(shown.contains("UTC+05:30"), "{shown}");
    stage.until("document.querySelector('.as-of').innerText.includes('UTC+05:30')").await;
    let utc = serde_json::json!({ "timezoneId": "" });
    stage.browser.devtools("Emulation.setTimezoneOverride", utc).await.unwrap();
    stage.is_silent().await;
}
