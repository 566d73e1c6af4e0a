//! Judging the evidence at another instant.

use std::path::Path;

use fantoccini::key::Key;
use posture_core::{Id, Timestamp, paths, words};
use posture_tests::harness::{Locator, Role};
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{CALM_KEY, calm, read, snapshot, tenant, write};
use crate::stage::{Stage, key, printed, string};

const BANNER: &str = text::NOT_THE_EXPORT;

/// The tone of the calmness statement with this title.
async fn tone_of(stage: &Stage, title: &str) -> String {
    stage.attribute(Role::Region.named(title), "data-tone").await
}

/// The digest in the foot of the page, once it is computed and fulfils a condition.
async fn digest(stage: &Stage, holds: impl Fn(&str) -> bool) -> String {
    let found = |foot: &[String]| {
        let words = foot.first()?.split_whitespace();
        let is_digest = |word: &&str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        words.filter(is_digest).find(|digest| holds(digest)).map(str::to_owned)
    };
    let foot = stage.texts_become(Role::ContentInfo, |foot| found(foot).is_some()).await;
    found(&foot).unwrap()
}

/// DB-19
#[tokio::test]
async fn another_instant_is_judged_again_and_kept_in_the_address_until_it_is_left() {
    let stage = Stage::demo().await;
    let exported_at = Timestamp::parse(&string(&stage.report["exported_at"])).unwrap();
    let hours = |hours: i64| Timestamp::from_unix_seconds(exported_at.unix_seconds() + hours * 3600).unwrap();
    stage.open(paths::OVERVIEW).await;
    let as_exported = digest(&stage, |_| true).await;
    assert!(!stage.shows_now(BANNER).await);

    // A day ahead, by a button: nothing runs, so what is fresh today is stale then.
    stage.push(text::AS_OF).await;
    stage.push("+24 h").await;
    stage.shows(BANNER).await;
    let is_chosen = "found[0]?.ariaPressed === 'true'";
    stage.browser.wait_for_answer(&Role::Button.named("+24 h"), is_chosen).await.unwrap();
    stage.shows(&words::instant(hours(24))).await;
    stage.address_has(paths::AS_OF_KEY, Some(&hours(24).to_string())).await;
    digest(&stage, |digest| digest != as_exported).await;
    stage.press_key(Key::Escape).await;

    // The instant goes along, by links and on reload.
    let quiet = stage.quiet_tenant();
    let dashboard = paths::tenant(&key(quiet));
    stage.click(Role::Link.leading_to(paths::TENANTS).within(Role::Main)).await;
    stage.arrives_at(&format!("{}?as_of={}", paths::TENANTS, hours(24))).await;
    stage.search(text::FILTER_BY_NAME, &key(quiet)).await;
    stage.counts(Role::RowHeader, 1).await;
    stage.click(Role::Link.within(Role::RowHeader)).await;
    stage.arrives_at(&format!("{dashboard}?as_of={}", hours(24))).await;
    stage.shows("Latest backup is stale").await;
    stage.reload().await;
    stage.shows(BANNER).await;
    stage.shows("Latest backup is stale").await;

    // Back to the export.
    stage.push(text::BACK_TO_EXPORT).await;
    stage.until("location.search === ''").await;
    stage.shows(&string(&quiet["backup_health"]["headline"])).await;
    assert!(!stage.shows_now(BANNER).await);
    stage.is_silent().await;
}

/// DB-19: an instant that is still being judged does not replace the one that is chosen after it.
#[tokio::test]
async fn the_instant_chosen_last_is_shown() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    let as_exported = digest(&stage, |_| true).await;
    // Both in one task, so that the first is not judged yet.
    let names = json!(["+7 days", text::AS_EXPORTED]);
    stage
        .run(&format!(
            "const buttons = [...document.querySelectorAll('button')];
             for (const name of {names}) buttons.find(button => button.textContent === name).click();"
        ))
        .await;
    let is_done = "found[0]?.ariaDisabled !== 'true'";
    stage.browser.wait_for_answer(&Role::Button.named(text::REFRESH), is_done).await.unwrap();
    digest(&stage, |digest| digest == as_exported).await;
    stage.address_has(paths::AS_OF_KEY, None).await;
    assert!(!stage.shows_now(BANNER).await);
}

/// DB-19: the slider and the field.
#[tokio::test]
async fn the_instant_is_chosen_by_slider_or_field_and_gaps_in_the_past_are_named() {
    let stage = Stage::demo().await;
    let exported_at = Timestamp::parse(&string(&stage.report["exported_at"])).unwrap();
    let tenant = stage.tenant("/backup_health/primary_reason", "schedule_follow_up");
    stage.open(&paths::tenant(&key(tenant))).await;
    stage.shows(&string(&tenant["backup_health"]["headline"])).await;

    stage.push(text::AS_OF).await;
    stage.sees(Role::Dialog.named(text::AS_OF_TITLE)).await;
    // Only keys move it here; a click would move it to the clicked place.
    stage.tab_to(Role::Slider.named(text::HOURS_FROM_EXPORT)).await;
    stage.press_key(Key::Left).await;
    let hour_before = Timestamp::from_unix_seconds(exported_at.unix_seconds() - 3600).unwrap();
    stage.address_has(paths::AS_OF_KEY, Some(&hour_before.to_string())).await;
    stage.shows(BANNER).await;
    stage.shows(text::SCHEDULES_NOT_JUDGED).await;
    stage.press_key(Key::Home).await;
    let month_before = Timestamp::from_unix_seconds(exported_at.unix_seconds() - 30 * 24 * 3600).unwrap();
    stage.address_has(paths::AS_OF_KEY, Some(&month_before.to_string())).await;

    // The field has the instant once its evidence is there. Then nothing replaces what is typed.
    let field = Role::Textbox.named(text::INSTANT_UTC);
    let is_there = format!("found[0]?.value === '{}'", text::minute(month_before));
    stage.browser.wait_for_answer(&field, &is_there).await.unwrap();

    // Text that is not an instant is marked, and changes nothing.
    let rewrite = async |text: &str| {
        stage.click(field.clone()).await;
        stage.press(&format!("{}a", char::from(Key::Control))).await;
        stage.press(text).await;
        stage.press_key(Key::Enter).await;
    };
    rewrite("next week").await;
    stage.browser.wait_for_answer(&field, "found[0]?.ariaInvalid === 'true'").await.unwrap();
    stage.address_has(paths::AS_OF_KEY, Some(&month_before.to_string())).await;
    // An instant that is chosen otherwise replaces it.
    stage.push("−7 days").await;
    stage.browser.wait_for_answer(&field, "found[0]?.ariaInvalid !== 'true'").await.unwrap();
    let written = text::minute(hour_before);
    rewrite(&written).await;
    let read = text::read_minute(&written).unwrap();
    stage.address_has(paths::AS_OF_KEY, Some(&read.to_string())).await;
    let is_spoken = format!("found[0]?.ariaValueText.startsWith('{written}')");
    let slider = Role::Slider.named(text::HOURS_FROM_EXPORT);
    stage.browser.wait_for_answer(&slider, &is_spoken).await.unwrap();
    stage.press_key(Key::Escape).await;
    stage.click(Role::Link.leading_to(paths::backup_schedules(&key(tenant), None)).within(Role::Main)).await;
    stage.shows("schedules are not judged").await;
}

/// DB-9, DB-19: the page gets its turn while one tenant with very many records is judged: when its file opens, and again at another
/// instant. Every look at the clock says that it is due, so it gets one after each step.
#[tokio::test]
async fn one_tenant_with_very_many_records_is_judged_in_steps_at_each_instant() {
    const RECORDS: u64 = 40_000;
    // A step reads 2,000 records.
    const STEPS: u64 = 20;
    let set = |id: u64| json!({ "id": id, "name": "Nightly", "status": "failed", "completed_at": "2026-04-07T12:00:00Z" });
    let sets: Value = (1..=RECORDS).map(set).collect();
    let stage = Stage::demo().await;
    let one = json!([tenant(1, json!({ "backup_sets": sets }))]);
    let file = stage.write("long.json", snapshot(&one).to_string());
    stage.browser.run_before_pages(COUNT_PAUSES).await.unwrap();
    stage.open(paths::OPEN).await;
    stage.run("window.pauses = 0;").await;
    stage.choose(&[&file]).await;
    let pauses = stage.until("location.hash === '#/admin' && window.pauses").await;
    assert!(pauses.as_u64().is_some_and(|pauses| pauses >= STEPS), "while it opens: {pauses}");

    let as_exported = digest(&stage, |_| true).await;
    stage.run("window.pauses = 0;").await;
    stage.push(text::AS_OF).await;
    stage.push("+24 h").await;
    stage.shows(BANNER).await;
    let pauses = stage.eval("window.pauses").await;
    assert!(pauses.as_u64().is_some_and(|pauses| pauses >= STEPS), "at another instant: {pauses}");
    digest(&stage, |digest| digest != as_exported).await;
    stage.is_silent().await;
}

/// Counts the pauses of work in slices, of which each is due at once.
const COUNT_PAUSES: &str = "window.pauses = 0;
const Channel = MessageChannel;
window.MessageChannel = class extends Channel { constructor() { super(); window.pauses += 1; } };
let now = 0;
Performance.prototype.now = () => now += 1000;";

/// DB-19, EP-32: the past is judged on evidence that reaches back to it. At each instant the page, the endpoint and the command line
/// derive one report from it, whose verdicts are those of the whole evidence.
#[tokio::test]
async fn an_instant_has_one_digest_in_the_browser_at_the_endpoint_and_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, slim] = ["whole.json", "slim.json"].map(|name| folder.path().join(name));
    printed(&["synth", "--tenants", "40", "--full", "-o"], &whole);
    let snapshot: Value = serde_json::from_str(&read(&whole)).unwrap();
    // The file that is served, byte for byte: findings name places in it.
    write(&whole, snapshot.to_string());
    let stage = Stage::over(&snapshot).await;
    stage.browser.run_before_pages(RECORD_LOADING).await.unwrap();
    let exported_at = exported_at(&snapshot);
    // The second is within the tolerance for clocks.
    for hours_before in [0.0, 0.05, 1.0, 24.0, 168.0] {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds")]
        let seconds = exported_at - (hours_before * 3600.0) as i64;
        let at = Timestamp::from_unix_seconds(seconds).unwrap().to_string();
        stage.open(&format!("{}?as_of={at}", paths::OVERVIEW)).await;
        let shown = digest(&stage, |_| true).await;
        printed(&["slim", "--since", &at, "-o", slim.to_str().unwrap()], &whole);
        assert_eq!(shown, printed(&["derive", "--digest", "--as-of", &at], &slim), "{at}");
        let report = paths::api_report(Id::new(1).unwrap());
        let answer = ureq::get(stage.server.url(&format!("{report}?as_of={at}&since={at}"))).call().unwrap();
        assert_eq!(shown, answer.headers()["posture-digest"].to_str().unwrap(), "{at}");
        let verdicts = |file: &Path| -> Value {
            let json = printed(&["derive", "--format", "json", "--as-of", &at], file);
            let report: Value = serde_json::from_str(&json).unwrap();
            json!([report["overview"], report["tenants"]])
        };
        assert_eq!(verdicts(&slim), verdicts(&whole), "{at}");
        let said = stage.eval("[...window.said].join()").await;
        let waits = format!("Loading evidence back to {}", words::instant(Timestamp::parse(&at).unwrap()));
        assert_eq!(string(&said).contains(&waits), hours_before > 0.0, "{at}: {said}");
    }

    // A day back from the screen: what is loaded is named while the screen shows another instant.
    stage.open(paths::OVERVIEW).await;
    let now = digest(&stage, |_| true).await;
    stage.push(text::AS_OF).await;
    stage.push("−24 h").await;
    digest(&stage, |digest| digest != now).await;
    stage.shows(BANNER).await;
    let said = string(&stage.eval("[...window.said].join()").await);
    assert!(said.contains("Loading evidence back to"), "{said}");
    stage.push(text::AS_EXPORTED).await;
    digest(&stage, |digest| digest == now).await;
    stage.is_silent().await;
}

/// Notes each sentence about evidence of the past that is being loaded.
const RECORD_LOADING: &str = "window.said = new Set(); new MutationObserver(() => {
    for (const line of document.body?.innerText.match(/Loading evidence back to [^\\n:]*:[^\\n]*/g) ?? []) window.said.add(line);
}).observe(document, { subtree: true, childList: true, characterData: true });";

/// DB-19, DB-12: evidence older than its window is said to be so, and is judged as of now when asked.
#[tokio::test]
async fn evidence_that_has_aged_is_not_shown_as_current() {
    let snapshot = calm();
    let stage = Stage::over(&snapshot).await;
    let exported_at = exported_at(&snapshot);
    set_clock(&stage, exported_at + HOUR).await;
    stage.open(paths::OVERVIEW).await;
    assert!(!stage.shows_now("This evidence is").await);

    set_clock(&stage, exported_at + 7 * 24 * HOUR).await;
    stage.reload().await;
    stage.shows("This evidence is 7 days old.").await;
    assert_eq!(tone_of(&stage, TOO_OLD).await, "unknown");
    stage.open(&paths::tenant(CALM_KEY)).await;
    stage.shows(words::HEALTHY_AS_OF_THE_EXPORT).await;
    let tones = stage.browser.ask(&checks(), "found.map(check => check.dataset.tone)").await.unwrap();
    assert!(
        tones.as_array().is_some_and(|tones| !tones.is_empty() && !tones.contains(&json!("calm"))),
        "{tones}"
    );
    stage.open(paths::OVERVIEW).await;
    stage.push(text::JUDGE_NOW).await;
    stage.shows(BANNER).await;
    stage.shows("nothing later is known").await;
    stage.shows("1 of 1 tenant needs attention").await;
}

/// WO-20, DB-19: an export dated ahead of the clock is said to be so on every page, and is not shown as calm.
#[tokio::test]
async fn evidence_dated_ahead_of_the_clock_is_not_shown_as_current() {
    let snapshot = calm();
    let stage = Stage::over(&snapshot).await;
    let exported_at = exported_at(&snapshot);
    set_clock(&stage, exported_at - 5 * 60).await;
    stage.open(paths::OVERVIEW).await;
    assert_eq!(tone_of(&stage, "Nothing needs attention in 1 tenant").await, "calm");
    assert!(!stage.shows_now("ahead of this machine's clock").await, "the skew is allowed");

    set_clock(&stage, exported_at - 3 * HOUR).await;
    stage.reload().await;
    stage.shows("3 h ahead of this machine's clock. Check the clocks").await;
    assert_eq!(tone_of(&stage, "Not calm: the export is dated ahead of the clock").await, "unknown");
    stage.open(&paths::tenant(CALM_KEY)).await;
    stage.shows("3 h ahead of this machine's clock. Check the clocks").await;
    stage.shows(words::HEALTHY_AS_OF_THE_EXPORT).await;
    assert_eq!(stage.attribute(checks(), "data-tone").await, "unknown");
}

const HOUR: i64 = 3600;

/// The calmness statement about evidence that has aged.
const TOO_OLD: &str = "Not calm: the evidence is older than the freshness window";

/// The healthy checks of a tenant.
fn checks() -> Locator {
    Role::ListItem.within(Role::Region.named(text::HEALTHY_CHECKS))
}

fn exported_at(snapshot: &Value) -> i64 {
    Timestamp::parse(&string(&snapshot["exported_at"])).unwrap().unix_seconds()
}

/// Pages that are opened from now on take it to be so many seconds after 1970.
async fn set_clock(stage: &Stage, seconds: i64) {
    stage.browser.run_before_pages(&format!("Date.now = () => {}", seconds * 1000)).await.unwrap();
}

/// WO-20: what was calm as of its export is not shown as calm once that has aged.
#[tokio::test]
async fn nothing_looks_calm_that_has_aged() {
    let snapshot = calm();
    let exported_at = exported_at(&snapshot);
    let stage = Stage::over(&snapshot).await;
    let seen_at = async |hours: i64, page: &str| {
        set_clock(&stage, exported_at + hours * HOUR).await;
        stage.open(page).await;
    };
    seen_at(24, paths::OVERVIEW).await;
    assert_eq!(tone_of(&stage, "Nothing needs attention in 1 tenant").await, "calm");
    seen_at(24, &paths::tenant(CALM_KEY)).await;
    assert_eq!(stage.attribute(checks(), "data-tone").await, "calm");

    seen_at(25, paths::OVERVIEW).await;
    assert_eq!(tone_of(&stage, TOO_OLD).await, "unknown");
    stage.push("1 of 1 tenant checked").await;
    stage.shows("As of the export: nothing needs attention in 1 tenant.").await;
    seen_at(25, &paths::tenant(CALM_KEY)).await;
    stage.shows(words::HEALTHY_AS_OF_THE_EXPORT).await;
    assert_eq!(stage.attribute(checks(), "data-tone").await, "unknown");
    stage.is_silent().await;
}

/// DB-19: an invalid instant in the address, and one that a mail program escaped once more.
#[tokio::test]
async fn an_unreadable_instant_is_reported() {
    let stage = Stage::demo().await;
    stage.open(&format!("{}?as_of=2026-11-28T15%253A45%253A00Z", paths::OVERVIEW)).await;
    stage.shows(text::NO_INSTANT).await;
    stage.open(&format!("{}?as_of=yesterday", paths::OVERVIEW)).await;
    stage.shows(text::NO_INSTANT).await;
    stage.push(text::BACK_TO_EXPORT).await;
    stage.until("location.search === ''").await;
    stage.no_longer_shows(text::NO_INSTANT).await;
}

/// DB-2: links within a page open what they point at, and take the focus along.
#[tokio::test]
async fn links_within_a_page_lead_to_what_they_name() {
    let stage = Stage::demo().await;
    stage.open(paths::OVERVIEW).await;
    stage.click(Role::Link.leading_to("#evidence")).await;
    stage.focus_is_in(Role::Button.named(text::EVIDENCE)).await;
    stage.shows(text::FINDINGS).await;
    stage.reload().await;
    stage.tab_to(Role::Link.named(text::SKIP_TO_CONTENT)).await;
    stage.press_key(Key::Enter).await;
    stage.focus_is_in(Role::Main).await;
    stage.is_silent().await;
}
