//! Printed pages.

use posture_core::paths;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::json;

use crate::evidence::many;
use crate::stage::{Stage, key, string};

/// What the page holds while it is printed, kept for when it is on screen again. To be run before the page's own scripts, so that it is
/// heard first.
const KEEP_PRINTED: &str = "addEventListener('afterprint', () => {
    window.printed = { rows: document.querySelectorAll('tr.tenant').length, said: document.querySelector('section .printed')?.textContent };
});";

/// PR-5: all rows where they are no more than a thousand; else the first thousand, and that there are more.
#[tokio::test]
async fn the_registry_prints_the_rows_it_lists_whether_they_are_drawn_or_not() {
    for (tenants, rows, said) in [
        (300, 300, "Showing 300 of 300"),
        (1200, 1000, "Rows 1 to 1\u{202f}000 of 1\u{202f}200. The CSV file has all of them."),
    ] {
        let stage = Stage::over(&many(tenants)).await;
        stage.browser.run_before_pages(KEEP_PRINTED).await.unwrap();
        stage.open(paths::TENANTS).await;
        let drawn = stage.texts_become(Role::RowHeader, |rows| rows.len() > 5).await;
        stage.browser.devtools("Page.printToPDF", json!({})).await.unwrap();
        let printed = stage.until("window.printed").await;
        assert_eq!((printed["rows"].as_u64(), string(&printed["said"])), (Some(rows), said.to_owned()));
        stage.counts(Role::RowHeader, drawn.len()).await;
        stage.is_silent().await;
    }
}

/// PR-4, PR-5, PR-6: whose evidence it is, as of when, and by what rows were chosen; bars keep their colours.
#[tokio::test]
async fn every_printed_page_names_its_workspace_and_instant() {
    let stage = Stage::demo().await;
    stage.open(&paths::registry([(paths::BACKUP_POSTURE_KEY, "stale"), (paths::SORT_KEY, "-name")])).await;
    let name = string(&stage.report["workspace"]["name"]);
    assert_eq!(stage.count(Role::Main.showing(text::FILTERS)).await, 0);
    stage.browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await.unwrap();
    for said in [name.as_str(), "As of", "Filters", "Stale", "Tenant, reversed"] {
        assert_eq!(stage.count(Role::Main.showing(said)).await, 1, "{said}");
    }
    stage.open(paths::OVERVIEW).await;
    stage.sees(Role::Main.showing(name)).await;
    assert_eq!(
        stage.eval("getComputedStyle(document.querySelector('.segments i')).printColorAdjust").await,
        "exact"
    );
}

/// PR-1, PR-2: as a printer draws it, not only in the document.
#[tokio::test]
async fn a_printed_tenant_starts_with_its_name_and_ends_with_its_findings() {
    let stage = Stage::demo().await;
    let tenant = stage.tenants().next().unwrap().clone();
    stage.open(&paths::tenant(&key(&tenant))).await;
    stage.browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await.unwrap();
    let name = string(&stage.report["workspace"]["name"]).to_lowercase();
    let calm = string(&stage.report["overview"]["calmness"]["body"]).to_lowercase();
    for said in [name.as_str(), "exported", "scope", calm.as_str(), "findings"] {
        stage
            .texts_become(Role::Main, |page| page.iter().any(|page| page.to_lowercase().contains(said)))
            .await;
    }
    // The head of a workspace's page would repeat it.
    assert_eq!(stage.eval("document.querySelector('.printed-workspace').getClientRects().length").await, 0);
}

/// PR-7: as wide as A4 paper, on which a screen of that width would show cards.
#[tokio::test]
async fn a_printed_table_has_its_column_titles() {
    let stage = Stage::demo().await;
    let with_restores =
        stage.tenants().find(|tenant| tenant["recovery_evidence"]["reason"] == "failed").unwrap();
    let runs = paths::restore_runs(&key(with_restores), None);
    stage.browser.set_viewport(688, 971).await.unwrap();
    for page in [runs.as_str(), paths::CHANGES, paths::TENANTS] {
        stage.open(page).await;
        stage.until("document.querySelectorAll('main tbody th').length > 2").await;
        stage.browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await.unwrap();
        let drawn = "[...document.querySelectorAll('main table')].map(table => [getComputedStyle(table).display, table.tHead.getClientRects().length, getComputedStyle(table.tHead).clipPath].join())";
        for table in stage.eval(drawn).await.as_array().unwrap() {
            assert_eq!(table, "table,1,none", "on {page}");
        }
        let cut =
            "[...document.querySelectorAll('main table')].filter(table => table.scrollWidth > 688).length";
        assert_eq!(stage.eval(cut).await, 0, "on {page}");
        let fields = "[...document.querySelectorAll('main input')].filter(field => field.getClientRects().length > 0).length";
        assert_eq!(stage.eval(fields).await, 0, "on {page}");
        stage.browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await.unwrap();
    }
    stage.is_silent().await;
}
