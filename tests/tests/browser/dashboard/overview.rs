//! The overview's first screen, its attention list, and where its links lead.

use std::collections::BTreeSet;

use fantoccini::key::Key;
use posture_core::{paths, words};
use posture_tests::harness::{Locator, Role};
use posture_web::text;

use crate::stage::{Stage, string};

/// The attention list.
fn list() -> Locator {
    Role::Region.named(text::NEEDS_ATTENTION)
}

/// Its lines.
fn lines() -> Locator {
    Role::ListItem.within(list())
}

/// Whether a text has this number after this word, on the same line or the next one.
fn has_count(text: &str, word: &str, count: usize) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
    text.contains(&format!("{word} {count} "))
}

/// DB-5, WO-22: the verdict, figures that lead to what they count and agree with each other, and the worst tenant a click away.
#[tokio::test]
async fn the_first_screen_says_what_is_wrong_in_figures_that_agree_and_lead_on() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let title = string(&stage.report["overview"]["calmness"]["title"]);
    stage.sees(Role::Heading.named(title.as_str()).within(Role::Region.named(title.as_str()))).await;
    // The first thing to do starts at most half a screen of 900 pixels down.
    let top = stage.browser.ask(&lines(), "found[0].getBoundingClientRect().top").await.unwrap();
    let top = top.as_f64().unwrap();
    assert!(top < 480.0, "the first item begins {top} pixels down");

    let body = string(&stage.report["overview"]["calmness"]["body"]);
    assert!(!stage.shows_now(&body).await, "what the verdict covers is folded away");
    let tenants = |part: &str| stage.report["denominators"][part].as_u64().unwrap();
    stage.push(&text::checked(tenants("evaluated"), tenants("exported"))).await;
    stage.shows(&body).await;

    // Each figure leads to what it counts. Colour is a matter of the markup.
    let figures = Role::Region.named(text::METRICS);
    let of_each =
        "[found[0].querySelectorAll('dt').length, found[0].querySelectorAll('dd [data-tone]').length]";
    let counted = stage.browser.ask(&figures, of_each).await.unwrap();
    assert_eq!(Some(stage.count(Role::Link.within(figures)).await as u64), counted[0].as_u64());
    assert!(counted[1].as_u64() > Some(2), "{counted}");
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
    let counts = [posture("healthy") - warned, warned, posture("degraded"), posture("stale")];
    for (part, count) in words::AGE_PART_LABELS.into_iter().zip(counts) {
        let ages = Role::Region.named(text::BACKUP_AGE);
        stage.texts_become(ages, |ages| ages.iter().any(|ages| has_count(ages, part, count))).await;
    }
    let postures = Role::Region.named(text::BACKUP_POSTURE);
    let is_warned = |postures: &[String]| {
        postures.iter().any(|postures| has_count(postures, words::WITH_A_WARNING, warned))
    };
    stage.texts_become(postures.clone(), is_warned).await;
    stage.follow_in(postures, &paths::registry([(paths::ATTENTION_KEY, "recent_with_warning")])).await;
    stage.counts(Role::RowHeader, warned).await;

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
    let of_recovery = paths::overview_of("recovery_evidence");
    stage.follow_in(list(), &of_recovery).await;
    let tab = Role::Link.leading_to(of_recovery).within(Role::Navigation.within(list()));
    assert_eq!(stage.attribute(tab, "aria-current").await, "true");
    let listed = stage.count(lines()).await as u64;
    assert!(listed < recovery, "{listed} of {recovery}");
    stage.push(&text::show_more((recovery - listed).min(20))).await;
    stage.counts(lines(), usize::try_from(recovery).unwrap()).await;
    // Each tenant once.
    let tenants: BTreeSet<_> = stage.texts(Role::Link.within(lines())).await.into_iter().collect();
    assert_eq!(tenants.len() as u64, recovery);

    stage.open(paths::OVERVIEW).await;
    stage.past_is_shown().await;
    // A click anywhere in the line follows it up.
    stage.press_mouse_on(lines().at(2)).await;
    stage.until("location.pathname.startsWith('/admin/t/')").await;
    stage.back().await;
    stage.focus_is_in(lines().at(2)).await;
    for (key, place) in [("j", 3), ("k", 2), ("j", 3)] {
        stage.press(key).await;
        stage.focus_is_in(lines().at(place)).await;
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
    stage.sees(Role::ContentInfo.showing("UTC+05:30")).await;
    stage.sees(Role::Button.named(text::AS_OF).showing("UTC+05:30")).await;
    let utc = serde_json::json!({ "timezoneId": "" });
    stage.browser.devtools("Emulation.setTimezoneOverride", utc).await.unwrap();
    stage.is_silent().await;
}
