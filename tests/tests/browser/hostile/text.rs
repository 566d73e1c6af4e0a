//! Text that tries to run, to redirect or to hide.

use posture_core::invisible_chars::made_visible;
use posture_core::paths;
use posture_tests::harness::Role;
use posture_tests::hostile::{KEYS, TEXTS, snapshot};
use posture_web::text;
use serde_json::{Value, json};

use super::faults::{all_texts, assert_none, look, pages, visit};
use crate::stage::{Stage, posture};

/// TH-1: every page, by the endpoint.
#[tokio::test]
async fn hostile_text_is_shown_as_text_on_every_page() {
    let stage = Stage::over(&hostile()).await;
    let mut faults = String::new();
    visit(&stage, &pages(&all_texts()), &mut faults, async |page| stage.open(page).await).await;
    assert_none(&faults);
    stage.is_silent().await;
    // Shown, not dropped: each text is in the page as it is, but what hides or reorders its neighbours is a visible mark.
    stage.open(&paths::tenant(KEYS[0])).await;
    for (name, text) in TEXTS {
        let shown = Value::from(made_visible(text).replace('\n', " ").replace('\r', ""));
        let is_shown =
            format!("document.querySelector('main').textContent.replace(/\\r?\\n/g, ' ').includes({shown})");
        assert_eq!(stage.eval(&is_shown).await, true, "{name}: {shown}");
    }
    stage.shows("a⟨U+202E⟩gnp.exe").await;
}

/// TH-1, OR-14: an opened file, and the report file made of it, opened from disk.
#[tokio::test]
async fn hostile_text_stays_text_in_opened_files_and_report_files() {
    let stage = Stage::demo().await;
    let file = stage.write("hostile.json", hostile().to_string());
    let mut faults = String::new();
    stage.open(paths::OPEN).await;
    stage.choose(&[&file]).await;
    stage.until("location.hash === '#/admin'").await;
    for page in pages(&all_texts()) {
        stage.go(&page).await;
        stage.is_ready().await;
        look(&stage, &format!("{page} opened"), &mut faults).await;
    }

    let kept = stage.folder().join("kept.html");
    let title = all_texts().replace('\0', "");
    let told = posture(&[
        "report".as_ref(),
        file.as_os_str(),
        "--title".as_ref(),
        title.as_ref(),
        "-o".as_ref(),
        kept.as_os_str(),
    ]);
    assert!(told.status.success(), "{told:?}");
    for page in pages(&all_texts()) {
        stage.goto("about:blank").await;
        stage.goto(&format!("file://{}#{page}", kept.display())).await;
        stage.is_ready().await;
        look(&stage, &format!("{page} from disk"), &mut faults).await;
    }
    assert_none(&faults);
}

/// TH-1, CP-12: two opened files next to each other, filtered by what a name holds.
#[tokio::test]
async fn hostile_text_stays_text_in_a_comparison() {
    let stage = Stage::demo().await;
    let mut later = hostile();
    later["exported_at"] = "2026-11-21T08:00:00Z".into();
    later["tenants"][1]["backup_sets"] = json!([]);
    later["tenants"][2]["external_id"] = Value::from(format!("{} renamed", all_texts()));
    let files =
        [stage.write("hostile.json", hostile().to_string()), stage.write("later.json", later.to_string())];
    stage.open(paths::COMPARE).await;
    stage.choose(&[&files[0], &files[1]]).await;
    stage.sees(Role::Region.named(text::TOTALS)).await;
    let searches = TEXTS.map(|(_, text)| paths::compare([(paths::SEARCH_KEY, text)]));
    let mut faults = String::new();
    let all = [vec![paths::COMPARE.to_owned()], searches.to_vec()].concat();
    visit(&stage, &all, &mut faults, async |page| stage.go(page).await).await;
    assert_none(&faults);
    stage.is_silent().await;
    stage.go(&paths::compare([(paths::SEARCH_KEY, TEXTS[0].1)])).await;
    stage.sees(Role::RowHeader.within(Role::Region.named(text::CHANGES))).await;
}

/// A snapshot in which every text is every hostile one.
fn hostile() -> Value {
    snapshot(|_| all_texts())
}
