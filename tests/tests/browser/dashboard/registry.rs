//! The registry and the choice of a tenant: filters, order and search in the address, the keyboard, and the file.

use fantoccini::Locator;
use fantoccini::key::Key;
use posture_core::{Timestamp, paths, words};
use posture_tests::harness::Role;
use posture_web::text;

use crate::evidence::many;
use crate::stage::{Stage, saved_name, string};

/// The names in the rows that are drawn.
const NAMES: &str = "[...document.querySelectorAll('tr.tenant th a')].map(link => link.innerText)";

/// DB-14
#[tokio::test]
async fn filters_order_and_search_are_in_the_address_and_survive_a_reload_and_going_back() {
    let stage = Stage::demo().await;
    let stale = stage.tenants().filter(|tenant| tenant["backup_health"]["posture"] == "stale").count();
    stage.open(paths::OVERVIEW).await;
    // From the distribution, by its segment.
    let filtered = paths::registry([(paths::BACKUP_POSTURE_KEY, "stale")]);
    stage.follow(&filtered).await;
    stage.until(&format!("{NAMES}.length === {stale}")).await;
    stage.reload().await;
    stage.until(&format!("{NAMES}.length === {stale}")).await;

    // By name, then the other way round.
    stage.browser.click_in("thead", Role::Link, text::TENANT).await.unwrap();
    stage.until("location.search.includes('triage_sort=name')").await;
    stage
        .until(&format!(
            "{NAMES}.join() === {NAMES}.sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1).join()"
        ))
        .await;
    assert_eq!(stage.eval("document.querySelector('thead th').getAttribute('aria-sort')").await, "ascending");
    let up = stage.eval(NAMES).await;
    stage.browser.click_in("thead", Role::Link, text::TENANT).await.unwrap();
    stage.until("location.search.includes('triage_sort=-name')").await;
    assert_eq!(
        stage.eval("document.querySelector('thead th').getAttribute('aria-sort')").await,
        "descending"
    );
    stage.until(&format!("{NAMES}.reverse().join('|') === {up}.join('|')")).await;
    stage.back().await;
    stage.until(&format!("{NAMES}.join('|') === {up}.join('|')")).await;

    // What looks like an escape is searched for as it is written.
    stage.open(paths::TENANTS).await;
    stage.search(text::FILTER_BY_NAME, "a%41 +b").await;
    stage.until("new URLSearchParams(location.search).get('search') === 'a%41 +b'").await;
    stage.shows(text::NOTHING_MATCHES).await;
    stage.reload().await;
    stage.until("document.querySelector('main input[type=search]').value === 'a%41 +b'").await;
    stage.follow(paths::TENANTS).await;
    stage.until(&format!("{NAMES}.length > 10")).await;
    stage.is_silent().await;
}

/// DB-10, DB-14: arrow keys, Home and End move between rows, drawn or not.
#[tokio::test]
async fn the_keyboard_walks_the_rows_and_opens_one() {
    let stage = Stage::demo().await;
    let all = stage.tenants().count();
    stage.open(paths::TENANTS).await;
    stage.tab_to("focused.dataset.row === '0'").await;
    for (key, row) in [
        (Key::Down, 1),
        (Key::Down, 2),
        (Key::Up, 1),
        (Key::End, all - 1),
        (Key::Home, 0),
        (Key::End, all - 1),
    ] {
        stage.press_key(key).await;
        stage.until(&format!("document.activeElement.dataset.row === '{row}'")).await;
    }
    let name = string(&stage.eval("document.activeElement.innerText").await);
    stage.press_key(Key::Enter).await;
    stage.focus_is_on_heading(&name).await;
    stage.is_silent().await;
}

/// DB-10: the wheel and PageDown scroll by their own amount and no further.
#[tokio::test]
async fn a_wheel_turn_scrolls_the_rows_by_its_amount_and_stops() {
    let stage = Stage::over(&many(400)).await;
    stage.open(paths::TENANTS).await;
    stage.until("document.querySelectorAll('tr.tenant').length > 5").await;
    stage.run(COUNT_FRAMES).await;
    // The head of the table stays in view.
    let head = stage.browser.by_role_in("thead", Role::Link, text::TENANT).await.unwrap();
    stage.browser.turn_wheel(&head, 500).await.unwrap();
    stage.until(&format!("{TOP} === 500")).await;
    stage.run("window.framesSeen = 0").await;
    stage.until("framesSeen > 90").await;
    assert_eq!(stage.eval(TOP).await, 500);

    stage.browser.turn_wheel(&head, -500).await.unwrap();
    stage.until(&format!("{TOP} === 0 && document.querySelector('[data-row=\"0\"]')")).await;
    stage.tab_to("focused.dataset.row === '0'").await;
    let page = "Math.floor(document.querySelector('.long').clientHeight / document.querySelector('tr.tenant').getBoundingClientRect().height) - 2";
    let page = stage.eval(page).await.as_i64().unwrap();
    for (key, row) in [(Key::PageDown, page), (Key::PageDown, 2 * page), (Key::PageUp, page)] {
        stage.press_key(key).await;
        stage.until(&format!("document.activeElement.dataset.row === '{row}'")).await;
        let is_in_view = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.activeElement.getBoundingClientRect())";
        stage.until(is_in_view).await;
    }
    stage.is_silent().await;
}

/// DB-10: a card shows all of a tenant on a narrow screen; on a wide one titles and badges fit their columns.
#[tokio::test]
async fn nothing_in_a_row_is_cut_off_by_its_edge() {
    let stage = Stage::demo().await;
    stage.open(paths::TENANTS).await;
    for width in [320, 340, 360, 480, 601, 761, 1000, 1440] {
        stage.browser.set_viewport(width, 900).await.unwrap();
        stage.until("document.querySelectorAll('tr.tenant').length > 5").await;
        let cut = "[...document.querySelectorAll('tr.tenant, thead th, tr.tenant td')]
            .filter(part => part.tagName !== 'TH' || getComputedStyle(part.closest('thead') ?? part).clipPath === 'none')
            .filter(part => part.scrollWidth > part.clientWidth || (part.matches('tr.tenant') && (part.scrollHeight > part.clientHeight + 1 || part.querySelector('th').clientHeight < 15)))
            .map(part => part.tagName + ' ' + part.innerText).join('; ')";
        assert_eq!(stage.eval(cut).await, "", "at {width} pixels");
    }
    stage.is_silent().await;
}

/// DB-15
#[tokio::test]
async fn the_registry_is_downloaded_as_it_is_shown() {
    let stage = Stage::demo().await;
    let address = paths::registry([(paths::BACKUP_POSTURE_KEY, "stale"), (paths::SORT_KEY, "-name")]);
    stage.open(&address).await;
    // The separator is kept.
    stage.run("const choice = document.querySelector('main .separator select'); choice.value = 'semicolon'; choice.dispatchEvent(new Event('change'));").await;
    stage.reload().await;
    stage.until("document.querySelector('main .separator select')?.value === 'semicolon'").await;
    let shown = stage.eval(NAMES).await;
    let shown: Vec<_> = shown.as_array().unwrap().iter().map(string).collect();
    let save = async {
        stage.push(text::DOWNLOAD_CSV).await;
        Ok(())
    };
    let report = &stage.report;
    let name = saved_name(report, &string(&report["as_of"]), text::TENANTS_FILE, "csv");
    let csv = stage.browser.downloaded(stage.folder(), &name, save).await.unwrap();
    assert!(csv.starts_with('\u{feff}'), "a spreadsheet reads it as UTF-8");
    let rows: Vec<_> =
        csv.trim_start_matches('\u{feff}').split("\r\n").filter(|row| !row.is_empty()).collect();
    assert_eq!(rows.len(), shown.len() + 1, "{csv}");
    for (row, name) in rows[1..].iter().zip(&shown) {
        assert!(row.contains(name.as_str()) && row.contains("stale"), "{row} is not about {name}");
        assert!(row.contains(&string(&report["as_of"])), "{row} does not say as of when");
    }
    assert!(csv.starts_with("\u{feff}Tenant;Key;Domain;Environment;"), "{csv}");
    stage.run("localStorage.removeItem('csv-separator')").await;
    stage.is_silent().await;
}

/// DB-14: the family and the text by which a tenant is chosen.
#[tokio::test]
async fn choosing_a_tenant_keeps_family_and_text_in_the_address() {
    let stage = Stage::demo().await;
    stage.open(paths::CHOOSE_TENANT).await;
    let family = paths::choose_tenant("recovery_evidence");
    stage.follow(&family).await;
    let in_family = stage
        .tenants()
        .filter(|tenant| tenant["recovery_evidence"]["overview_state"] != "no_recent_issues_visible")
        .count();
    stage.until(&format!("{NAMES}.length === {in_family}")).await;
    let first = string(&stage.eval(&format!("{NAMES}[0]")).await);
    stage.search(text::FILTER_BY_NAME, &first).await;
    stage.until(&format!("{NAMES}.length === 1")).await;
    stage.reload().await;
    stage
        .until(&format!("{NAMES}.length === 1 && location.search.includes('attention=recovery_evidence')"))
        .await;
    stage.is_silent().await;
}

/// DB-21
#[tokio::test]
async fn a_workspace_is_chosen_from_those_the_endpoint_serves() {
    let stage = Stage::demo().await;
    stage.open(paths::WORKSPACES).await;
    stage.shows(&string(&stage.report["workspace"]["name"])).await;
    stage.shows(&format!("{} tenants", stage.report["denominators"]["exported"])).await;
    stage
        .shows(&format!(
            "Exported {}",
            words::instant(Timestamp::parse(&string(&stage.report["exported_at"])).unwrap())
        ))
        .await;
    stage.push(text::OPEN).await;
    stage
        .arrives_at(&format!(
            "{}?{}={}",
            paths::OVERVIEW,
            paths::WORKSPACE_KEY,
            stage.report["workspace"]["id"]
        ))
        .await;
    stage.focus_is_on_heading(text::WORKSPACE_OVERVIEW).await;
    stage.is_silent().await;
}

/// DB-24: of a table that scrolls in its own frame, and of the row that was opened from it.
#[tokio::test]
async fn going_back_restores_the_scroll_position_and_the_row() {
    let stage = Stage::over(&many(3000)).await;
    stage.open(paths::TENANTS).await;
    stage.tab_to("focused.dataset.row === '0'").await;
    stage.press_key(Key::End).await;
    stage.until("document.activeElement.dataset.row === '2999'").await;
    stage.press_key(Key::Up).await;
    stage.until("document.activeElement.dataset.row === '2998'").await;
    let (top, name) = (stage.eval(TOP).await, string(&stage.eval("document.activeElement.innerText").await));
    stage.press_key(Key::Enter).await;
    stage.focus_is_on_heading(&name).await;

    stage.back().await;
    stage.until(&format!("{TOP} === {top} && document.activeElement.dataset.row === '2998'")).await;
    stage.forward().await;
    stage.focus_is_on_heading(&name).await;
    stage.back().await;
    stage.until(&format!("{TOP} === {top}")).await;
    stage.is_silent().await;
}

/// DB-24: of the window.
#[tokio::test]
async fn going_back_restores_the_position_in_a_long_page() {
    let mut snapshot = many(50);
    snapshot["policy"]["attention_limit"] = 50.into();
    let stage = Stage::over(&snapshot).await;
    stage.open(paths::OVERVIEW).await;
    stage.past_is_told().await;
    let heading = stage.element(Role::Heading, text::WORKSPACE_OVERVIEW).await;
    stage.browser.turn_wheel(&heading, 1500).await.unwrap();
    stage.until("scrollY === 1500 && history.state?.[0] === 1500").await;
    let in_view = "[...document.querySelectorAll('#needs-attention .row-link')]
        .find(link => link.getBoundingClientRect().top > 300).dataset.row";
    let row = string(&stage.eval(in_view).await);
    stage.press_mouse_on(&format!("[data-row='{row}']")).await;
    stage.until("scrollY === 0 && location.pathname.startsWith('/admin/t/')").await;
    stage.back().await;
    stage.until(&format!("scrollY === 1500 && document.activeElement.dataset.row === '{row}'")).await;
    stage.is_silent().await;
}

/// DB-10, DB-29: dense rows of which each is one target, every column sorts, Enter opens what is found, and a key is copied.
#[tokio::test]
async fn a_row_is_one_target_and_each_column_sorts() {
    let stage = Stage::demo().await;
    for page in [paths::TENANTS, paths::CHOOSE_TENANT] {
        stage.open(page).await;
        stage.until("document.querySelectorAll('tr.tenant').length > 5").await;
        let heights = "[...new Set([...document.querySelectorAll('tr.tenant')].map(row => row.getBoundingClientRect().height))]";
        assert_eq!(stage.eval(heights).await, serde_json::json!([36]));
        let columns = stage.eval("document.querySelectorAll('thead th').length").await.as_u64().unwrap();
        for column in 1..=columns {
            let head = format!("thead th:nth-child({column})");
            for direction in ["ascending", "descending"] {
                stage
                    .browser
                    .client()
                    .find(Locator::Css(&format!("{head} a")))
                    .await
                    .unwrap()
                    .click()
                    .await
                    .unwrap();
                stage.until(&format!("document.querySelector('{head}').ariaSort === '{direction}'")).await;
            }
        }
        // The last cell of a row leads where its name does.
        let path = string(&stage.eval("document.querySelector('[data-row=\"4\"]').pathname").await);
        stage.press_mouse_on("tr:has([data-row='4']) td:last-child").await;
        stage.until(&format!("location.pathname === '{path}'")).await;
        stage.back().await;
        stage.until("document.activeElement.dataset.row === '4'").await;

        // By domain; the one that is found opens.
        stage.press("c").await;
        stage.until("document.querySelector('.said').innerText.length > 0").await;
        let name = string(&stage.eval("document.activeElement.innerText").await);
        let about = string(
            &stage.eval("document.activeElement.closest('th').querySelector('.about').innerText").await,
        );
        stage.search(text::FILTER_BY_NAME, about.split(" · ").next().unwrap()).await;
        stage.until(&format!("{NAMES}.length === 1")).await;
        stage.press_key(Key::Enter).await;
        stage.focus_is_on_heading(&name).await;
    }
    stage.is_silent().await;
}

/// Counts the frames that are drawn, in `framesSeen`.
const COUNT_FRAMES: &str = "const count = () => { window.framesSeen = (window.framesSeen ?? 0) + 1; requestAnimationFrame(count); }; count();";

const TOP: &str = "document.querySelector('.long').scrollTop";
