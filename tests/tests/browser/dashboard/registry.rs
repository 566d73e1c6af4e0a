//! The registry and the choice of a tenant: filters, order and search in the address, the keyboard, and the file.

use fantoccini::key::Key;
use posture_core::export::csv::Separator;
use posture_core::{Timestamp, paths, words};
use posture_tests::harness::{Locator, Role};
use posture_web::text;

use crate::evidence::{calm, many, read};
use crate::stage::{Stage, key, saved_name, string};

/// The names in the rows that are drawn.
fn names() -> Locator {
    Role::Link.within(Role::RowHeader)
}

/// The head of a column of the table.
fn head(name: &str) -> Locator {
    Role::Link.named(name).within(Role::ColumnHeader)
}

/// How far the table is scrolled in its frame, in pixels.
async fn scrolled(stage: &Stage) -> i64 {
    stage.browser.ask(&frame(), "found[0].scrollTop").await.unwrap().as_i64().unwrap()
}

/// Waits until the table is scrolled this far.
async fn is_scrolled_to(stage: &Stage, pixels: i64) {
    stage.browser.wait_for_answer(&frame(), &format!("found[0]?.scrollTop === {pixels}")).await.unwrap();
}

/// The frame that the table scrolls in.
fn frame() -> Locator {
    Role::Group.named(text::TENANTS)
}

/// DB-14
#[tokio::test]
async fn filters_order_and_search_are_in_the_address_and_survive_a_reload_and_going_back() {
    let stage = Stage::demo().await;
    let stale = stage.tenants().filter(|tenant| tenant["backup_health"]["posture"] == "stale").count();
    stage.open(paths::OVERVIEW).await;
    // From the distribution, by its segment.
    let filtered = paths::registry([(paths::BACKUP_POSTURE_KEY, "stale")]);
    stage.follow(&filtered).await;
    stage.counts(names(), stale).await;
    stage.reload().await;
    stage.counts(names(), stale).await;

    // By name, then the other way round.
    stage.click(head(text::TENANT)).await;
    stage.address_has(paths::SORT_KEY, Some("name")).await;
    let up = stage.texts_become(names(), |names| names.is_sorted_by_key(|name| name.to_lowercase())).await;
    let sorted = Role::ColumnHeader.named(text::TENANT);
    assert_eq!(stage.attribute(sorted.clone(), "aria-sort").await, "ascending");
    stage.click(head(text::TENANT)).await;
    stage.address_has(paths::SORT_KEY, Some("-name")).await;
    assert_eq!(stage.attribute(sorted, "aria-sort").await, "descending");
    stage.texts_become(names(), |names| names.iter().rev().eq(&up)).await;
    stage.back().await;
    stage.texts_become(names(), |names| *names == up).await;

    // What looks like an escape is searched for as it is written.
    stage.open(paths::TENANTS).await;
    stage.search(text::FILTER_BY_NAME, "a%41 +b").await;
    stage.address_has(paths::SEARCH_KEY, Some("a%41 +b")).await;
    stage.shows(text::NOTHING_MATCHES).await;
    stage.reload().await;
    stage.has_value(Role::Searchbox, "a%41 +b").await;
    stage.follow(paths::TENANTS).await;
    stage.texts_become(names(), |names| names.len() > 10).await;
    stage.is_silent().await;
}

/// DB-14: browsers refuse changes of history that are too frequent, as while a key is held down.
#[tokio::test]
async fn a_search_works_while_the_browser_refuses_to_change_the_address() {
    let stage = Stage::demo().await;
    let refuse =
        "History.prototype.replaceState = () => { throw new DOMException('too often', 'SecurityError'); }";
    stage.browser.run_before_pages(refuse).await.unwrap();
    let tenant = key(stage.quiet_tenant());
    stage.open(paths::TENANTS).await;
    stage.search(text::FILTER_BY_NAME, &tenant).await;
    stage.counts(names(), 1).await;
    stage.click(Role::Link.within(Role::RowHeader)).await;
    stage.arrives_at(&paths::tenant(&tenant)).await;
    stage.shows(text::RECOVERY_READINESS).await;
}

/// DB-10, DB-14: arrow keys, Home and End move between rows, drawn or not.
#[tokio::test]
async fn the_keyboard_walks_the_rows_and_opens_one() {
    let stage = Stage::demo().await;
    let all = stage.tenants().count();
    stage.open(paths::TENANTS).await;
    stage.tab_to(names().at(0)).await;
    for (key, row) in [
        (Key::Down, 1),
        (Key::Down, 2),
        (Key::Up, 1),
        (Key::End, all - 1),
        (Key::Home, 0),
        (Key::End, all - 1),
    ] {
        stage.press_key(key).await;
        stage.focus_is_in_row(row).await;
    }
    let name = stage.focused_text().await;
    stage.press_key(Key::Enter).await;
    stage.focus_is_on_heading(&name).await;
    stage.is_silent().await;
}

/// DB-10: the wheel and PageDown scroll by their own amount and no further.
#[tokio::test]
async fn a_wheel_turn_scrolls_the_rows_by_its_amount_and_stops() {
    let stage = Stage::over(&many(400)).await;
    stage.open(paths::TENANTS).await;
    stage.texts_become(names(), |names| names.len() > 5).await;
    stage.run(COUNT_FRAMES).await;
    // The head of the table stays in view.
    stage.turn_wheel(head(text::TENANT), 500).await;
    is_scrolled_to(&stage, 500).await;
    stage.run("window.framesSeen = 0").await;
    stage.until("framesSeen > 90").await;
    assert_eq!(scrolled(&stage).await, 500);

    stage.turn_wheel(head(text::TENANT), -500).await;
    is_scrolled_to(&stage, 0).await;
    stage.sees(Role::Link.named("Tenant 1").within(Role::RowHeader)).await;
    stage.tab_to(names().at(0)).await;
    let height = async |locator: Locator| {
        stage
            .browser
            .ask(&locator, "found[0].getBoundingClientRect().height")
            .await
            .unwrap()
            .as_u64()
            .unwrap()
    };
    let page = height(frame()).await / height(Role::RowHeader.at(0)).await - 2;
    let page = usize::try_from(page).unwrap();
    for (key, row) in [(Key::PageDown, page), (Key::PageDown, 2 * page), (Key::PageUp, page)] {
        stage.press_key(key).await;
        stage.focus_is_in_row(row).await;
        let is_in_view = "(({ top, bottom }) => top >= 0 && bottom <= innerHeight)(document.activeElement.getBoundingClientRect())";
        stage.until(is_in_view).await;
    }
    stage.is_silent().await;
}

/// DB-10: a card shows all of a tenant on a narrow screen; on a wide one titles and badges fit their columns, and the table its frame.
#[tokio::test]
async fn nothing_in_a_row_is_cut_off_by_its_edge() {
    let stage = Stage::demo().await;
    stage.open(paths::TENANTS).await;
    for width in [320, 340, 360, 480, 601, 736, 737, 761, 1000, 1101, 1150, 1200, 1201, 1300, 1440] {
        stage.browser.set_viewport(width, 900).await.unwrap();
        stage.texts_become(names(), |names| names.len() > 5).await;
        let cut = "[...document.querySelectorAll('.long, tr.tenant, thead th, tr.tenant td, tr.tenant time small')]
            .filter(part => part.tagName !== 'TH' || getComputedStyle(part.closest('thead') ?? part).clipPath === 'none')
            .filter(part => part.scrollWidth > part.clientWidth || (part.matches('tr.tenant') && (part.scrollHeight > part.clientHeight + 1 || part.querySelector('th').clientHeight < 15)))
            .map(part => part.tagName + ' ' + part.innerText).join('; ')";
        assert_eq!(stage.eval(cut).await, "", "at {width} pixels");
    }
    // A signal has no room for its note.
    let notes = "[...document.querySelectorAll('tr.tenant td:not(:last-child) .verdict small')].filter(note => note.scrollHeight > note.clientHeight).map(note => note.innerText).join('; ')";
    assert_eq!(stage.eval(notes).await, "");
    stage.is_silent().await;
}

/// DB-10: a page that is scrolled passes below its bar.
#[tokio::test]
async fn the_head_of_the_table_does_not_cover_the_bar_of_the_page() {
    let stage = Stage::over(&many(400)).await;
    stage.open(paths::TENANTS).await;
    stage.browser.set_viewport(1440, 400).await.unwrap();
    stage.texts_become(names(), |names| names.len() > 5).await;
    let bar = "document.querySelector('.bar').getBoundingClientRect()";
    let head = "document.querySelector('.long thead th').getBoundingClientRect()";
    let way = stage.eval(&format!("Math.round({head}.top - {bar}.bottom + {bar}.height / 2)")).await;
    stage.turn_wheel(Role::Heading.named(text::TENANTS), way.as_i64().unwrap()).await;
    stage.until(&format!("{head}.top < {bar}.bottom - 5")).await;
    let covered = format!("document.elementFromPoint({head}.left + 9, {bar}.bottom - 5).closest('.bar')");
    stage.until(&format!("{covered} !== null")).await;
}

/// DB-15
#[tokio::test]
async fn the_registry_is_downloaded_as_it_is_shown() {
    let stage = Stage::demo().await;
    let address = paths::registry([(paths::BACKUP_POSTURE_KEY, "stale"), (paths::SORT_KEY, "-name")]);
    stage.open(&address).await;
    // The separator is kept.
    let separator = Role::Combobox.named(text::SEPARATOR).within(Role::Main);
    stage.choose_option(separator.clone(), text::separator(Separator::Semicolon)).await;
    stage.has_value(separator.clone(), Separator::Semicolon.as_str()).await;
    stage.reload().await;
    stage.has_value(separator, Separator::Semicolon.as_str()).await;
    let shown = stage.texts(names()).await;
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

/// TH-2, DB-15: the file has the names that the page shortens.
#[tokio::test]
async fn the_registrys_file_has_whole_names() {
    let mut snapshot = calm();
    let name = "W".repeat(1_000);
    snapshot["tenants"][0]["name"] = name.clone().into();
    let stage = Stage::over(&snapshot).await;
    stage.open(paths::TENANTS).await;
    stage.shows("characters left out").await;
    let as_of = string(&stage.report["as_of"]);
    let file = saved_name(&stage.report, &as_of, text::TENANTS_FILE, "csv");
    let file = stage.saved(text::DOWNLOAD_CSV, &file).await;
    assert!(read(&file).contains(&name));
}

/// DB-14: the family and the text by which a tenant is chosen.
#[tokio::test]
async fn choosing_a_tenant_keeps_family_and_text_in_the_address() {
    let stage = Stage::demo().await;
    stage.open(paths::CHOOSE_TENANT).await;
    let family = paths::choose_tenant_of("recovery_evidence");
    stage.follow(&family).await;
    let in_family = stage
        .tenants()
        .filter(|tenant| tenant["recovery_evidence"]["overview_state"] != "no_recent_issues_visible")
        .count();
    stage.counts(names(), in_family).await;
    let first = stage.text(names()).await;
    stage.search(text::FILTER_BY_NAME, &first).await;
    stage.counts(names(), 1).await;
    stage.reload().await;
    stage.counts(names(), 1).await;
    stage.address_has(paths::ATTENTION_KEY, Some("recovery_evidence")).await;
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
    stage.tab_to(names().at(0)).await;
    stage.press_key(Key::End).await;
    stage.focus_is_in_row(2999).await;
    stage.press_key(Key::Up).await;
    stage.focus_is_in_row(2998).await;
    let (top, name) = (scrolled(&stage).await, stage.focused_text().await);
    stage.press_key(Key::Enter).await;
    stage.focus_is_on_heading(&name).await;

    stage.back().await;
    is_scrolled_to(&stage, top).await;
    stage.focus_is_in_row(2998).await;
    stage.forward().await;
    stage.focus_is_on_heading(&name).await;
    stage.back().await;
    is_scrolled_to(&stage, top).await;
    stage.is_silent().await;
}

/// DB-24: of the window.
#[tokio::test]
async fn going_back_restores_the_position_in_a_long_page() {
    let mut snapshot = many(50);
    snapshot["policy"]["attention_limit"] = 50.into();
    let stage = Stage::over(&snapshot).await;
    stage.open(paths::OVERVIEW).await;
    stage.past_is_shown().await;
    stage.turn_wheel(Role::Heading.named(text::WORKSPACE_OVERVIEW), 1500).await;
    stage.until("scrollY === 1500 && history.state?.[0] === 1500").await;
    let lines = Role::ListItem.within(Role::Region.named(text::NEEDS_ATTENTION));
    let in_view = "found.findIndex(line => line.getBoundingClientRect().top > 300)";
    let place = stage.browser.ask(&lines, in_view).await.unwrap().as_i64().unwrap();
    let line = lines.at(place.try_into().unwrap());
    stage.click(Role::Link.within(line.clone())).await;
    stage.until("scrollY === 0 && location.pathname.startsWith('/admin/t/')").await;
    stage.back().await;
    stage.until("scrollY === 1500").await;
    stage.focus_is_in(line).await;
    stage.is_silent().await;
}

/// DB-10, DB-29: dense rows of which each is one target, every column sorts, Enter opens what is found, and a key is copied.
#[tokio::test]
async fn a_row_is_one_target_and_each_column_sorts() {
    let stage = Stage::demo().await;
    for page in [paths::TENANTS, paths::CHOOSE_TENANT] {
        stage.open(page).await;
        stage.texts_become(names(), |names| names.len() > 5).await;
        let heights = "[...new Set(found.map(head => head.closest('tr').getBoundingClientRect().height))]";
        let heights = stage.browser.ask(&Role::RowHeader.into(), heights).await.unwrap();
        assert_eq!(heights, serde_json::json!([36]));
        for column in stage.texts(Role::ColumnHeader).await {
            for direction in ["ascending", "descending"] {
                stage.click(head(&column)).await;
                let is_sorted = format!("found[0]?.ariaSort === '{direction}'");
                let sorted = Role::ColumnHeader.named(column.as_str());
                stage.browser.wait_for_answer(&sorted, &is_sorted).await.unwrap();
            }
        }
        // The last cell of a row leads where its name does.
        let name = stage.text(names().at(4)).await;
        stage.press_mouse_on(Role::Cell.within(Role::Row.showing(name.as_str())).at(-1)).await;
        stage.focus_is_on_heading(&name).await;
        stage.back().await;
        stage.focus_is_in_row(4).await;

        // By domain; the one that is found opens.
        stage.press("c").await;
        stage.sees(Role::Status.showing(text::copied(""))).await;
        let about = stage.text(Role::RowHeader.showing(name.as_str())).await;
        let about = about.strip_prefix(&name).unwrap().split(" · ").next().unwrap().trim();
        stage.search(text::FILTER_BY_NAME, about).await;
        stage.counts(names(), 1).await;
        stage.press_key(Key::Enter).await;
        stage.focus_is_on_heading(&name).await;
    }
    stage.is_silent().await;
}

/// DB-10, DB-29: Tab goes from row to row, each in view, also where rows are drawn only as the table scrolls.
#[tokio::test]
async fn tab_reaches_every_row_in_turn_and_in_view() {
    let stage = Stage::over(&many(60)).await;
    stage.open(paths::TENANTS).await;
    stage.tab_to(names().at(0)).await;
    for row in 1..60 {
        stage.press_key(Key::Tab).await;
        stage.focus_is_in_row(row).await;
        stage.until(FOCUS_IS_IN_VIEW).await;
    }
    stage.press_key(Key::Tab).await;
    stage.until("!document.activeElement.closest('tr')").await;
    let back = format!("{}{}", char::from(Key::Shift), char::from(Key::Tab));
    stage.press(&back).await;
    stage.until(FOCUS_IS_IN_VIEW).await;
    stage.is_silent().await;
}

/// Whether the row that has the focus is what is seen in its place.
const FOCUS_IS_IN_VIEW: &str = "(() => {
    const link = document.activeElement.closest('[data-row]'), box = link?.getBoundingClientRect();
    return link && document.elementFromPoint(box.x + 2, box.y + box.height / 2)?.closest('tr') === link.closest('tr');
})()";

/// Counts the frames that are drawn, in `framesSeen`.
const COUNT_FRAMES: &str = "const count = () => { window.framesSeen = (window.framesSeen ?? 0) + 1; requestAnimationFrame(count); }; count();";
