//! Every page, by axe-core, by keyboard and on the narrowest screen.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

use anyhow::{Result, bail};
use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::harness::{Browser, ColorScheme, READY, Server};
use posture_tests::pages;

/// Where `cargo xtask test` puts axe-core.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/axe/node_modules/axe-core/axe.min.js");

/// Runs axe on the whole page and gives one line per element it objects to.
const CHECK: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(
        result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
            `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`))),
        error => done([`axe did not finish: ${error}`]));";

/// How many steps of the Tab key may lie before a control on a page.
const TAB_STEPS: usize = 80;

/// DB-11
#[tokio::test]
async fn axe_objects_to_nothing_on_any_page_in_light_or_dark() {
    let axe = axe();
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    let mut objections = String::new();
    for page in pages::of_demo(&server).unwrap() {
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            browser.set_color_scheme(scheme).await.unwrap();
            browser.goto(&server.url(&page.path)).await.unwrap();
            browser.wait_for("the page", READY).await.unwrap();
            browser.client().execute(&axe, Vec::new()).await.unwrap();
            let lines = browser.client().execute_async(CHECK, Vec::new()).await.unwrap();
            for line in lines.as_array().unwrap() {
                objections.push_str(&format!(
                    "\n{} {scheme:?}: {}",
                    page.name,
                    line.as_str().unwrap_or_default()
                ));
            }
        }
    }
    assert!(objections.is_empty(), "axe objects:{objections}");
}

#[expect(clippy::disallowed_methods, reason = "axe-core is a file")]
fn axe() -> String {
    let path = Path::new(AXE);
    std::fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask test` puts it there", path.display()))
}

/// DB-10: the main path, from the overview to the record behind the worst backup, without a mouse.
#[tokio::test]
async fn the_keyboard_alone_leads_from_the_overview_to_the_record_behind_a_signal() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    let pages = pages::of_demo(&server).unwrap();
    let path_of =
        |name: &str| pages.iter().find(|page| page.name == name).map(|page| page.path.clone()).unwrap();
    browser.goto(&server.url(paths::OVERVIEW)).await.unwrap();
    browser.wait_for("the overview", READY).await.unwrap();
    press_link(&browser, &path_of("tenant-stale")).await.unwrap();
    press_link(&browser, &path_of("backup-set")).await.unwrap();
}

/// Steps with the Tab key to a link to this path, follows it with Enter, and waits for its page.
async fn press_link(browser: &Browser, path: &str) -> Result<()> {
    let focused = "document.activeElement";
    let at_link = format!(
        "return !!{focused}?.closest('main') && {focused}.pathname === '{path}' && getComputedStyle({focused}).outlineStyle !== 'none';"
    );
    for _ in 0..TAB_STEPS {
        press(browser, Key::Tab).await?;
        if browser.client().execute(&at_link, Vec::new()).await? == true {
            press(browser, Key::Enter).await?;
            browser.wait_for("the link's page", &format!("location.pathname === '{path}'")).await?;
            return browser.wait_for("the page", READY).await.map(drop);
        }
    }
    bail!("{TAB_STEPS} steps of the Tab key did not visibly focus a link to {path}");
}

async fn press(browser: &Browser, key: Key) -> Result<()> {
    Ok(browser.client().active_element().await?.send_keys(&char::from(key).to_string()).await?)
}

/// Widths at which the page is laid out differently, from the narrowest screen on.
const WIDTHS: [u32; 6] = [320, 601, 761, 901, 1001, 1281];

/// DB-10: nothing is wider than the screen but what scrolls in a frame of its own.
#[tokio::test]
async fn no_page_scrolls_sideways() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    let mut wide = String::new();
    for page in pages::of_demo(&server).unwrap() {
        browser.goto(&server.url(&page.path)).await.unwrap();
        browser.wait_for("the page", READY).await.unwrap();
        for screen in WIDTHS {
            browser.set_viewport(screen, 700).await.unwrap();
            let width = browser
                .client()
                .execute("return document.documentElement.scrollWidth;", Vec::new())
                .await
                .unwrap();
            if width.as_u64() > Some(screen.into()) {
                wide.push_str(&format!("\n{} is {width} pixels wide on a screen of {screen}", page.name));
            }
        }
    }
    assert!(wide.is_empty(), "pages scroll sideways:{wide}");
}

/// What reaches beyond the page or is cut off in its bar, in words; the workspace's name may be cut short.
const CUT_OFF: &str = "const page = document.documentElement;
    return [page, ...document.querySelectorAll('.bar, .bar :is(nav, a, div, button)')]
        .filter(part => part.scrollWidth > part.clientWidth && part.clientWidth > 0 && !part.matches('.workspace'))
        .map(part => `${part.tagName} ${part === page ? '' : part.textContent.trim()}`).join('; ');";

/// DB-23: text of twice its size fits the window, however it came to be so large.
#[tokio::test]
async fn text_of_twice_its_size_is_neither_cut_off_nor_wider_than_the_page() {
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    let mut cut_off = String::new();
    for page in pages::of_demo(&server).unwrap() {
        browser.goto(&server.url(&page.path)).await.unwrap();
        browser.wait_for("the page", READY).await.unwrap();
        browser
            .client()
            .execute("document.documentElement.style.fontSize = '200%';", Vec::new())
            .await
            .unwrap();
        for screen in [1280, 640] {
            browser.set_viewport(screen, 700).await.unwrap();
            let parts = browser.client().execute(CUT_OFF, Vec::new()).await.unwrap();
            if parts != "" {
                cut_off.push_str(&format!("\n{} at {screen}: {parts}", page.name));
            }
        }
    }
    assert!(cut_off.is_empty(), "text is cut off:{cut_off}");
}

/// DB-11, OR-8: a refused file, an opened one, and its menu.
#[tokio::test]
async fn axe_objects_to_nothing_while_files_are_reviewed() {
    let axe = axe();
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let snapshot = r#"{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-04-08T12:00:00Z","workspace":{"id":1,"name":"Contoso"},"tenants":[]}"#;
    let (whole, broken) = (folder.path().join("whole.json"), folder.path().join("broken.json"));
    #[expect(clippy::disallowed_methods, reason = "files to be opened")]
    for (path, text) in [(&whole, snapshot), (&broken, "{")] {
        std::fs::write(path, text).unwrap();
    }
    browser.goto(&server.url(paths::OPEN)).await.unwrap();
    browser.wait_for("the page", READY).await.unwrap();
    let mut objections = String::new();
    for (file, shows) in [(&broken, ".refusal"), (&whole, ".calmness")] {
        let picker = browser.client().find(fantoccini::Locator::Id("file-picker")).await.unwrap();
        picker.send_keys(file.to_str().unwrap()).await.unwrap();
        browser.wait_for(shows, &format!("document.querySelector('{shows}')")).await.unwrap();
        let open_menu = "document.querySelector('.review [popovertarget]')?.click();";
        browser.client().execute(open_menu, Vec::new()).await.unwrap();
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            browser.set_color_scheme(scheme).await.unwrap();
            browser.client().execute(&axe, Vec::new()).await.unwrap();
            let lines = browser.client().execute_async(CHECK, Vec::new()).await.unwrap();
            for line in lines.as_array().unwrap() {
                objections.push_str(&format!("\n{shows} {scheme:?}: {}", line.as_str().unwrap_or_default()));
            }
        }
    }
    assert!(objections.is_empty(), "axe objects:{objections}");
}
