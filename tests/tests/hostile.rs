//! Hostile text through every surface: the dashboard, opened files, kept reports, spreadsheets and the terminal show it, and it does nothing.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use posture_core::{Id, paths};
use posture_tests::harness::{Browser, READY, Server, posture_binary};
use posture_tests::hostile::{KEYS, TEXTS, snapshot};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The widest a page may be on a telephone.
const NARROW: u32 = 360;
/// How tall a page may be, in CSS pixels: some forty screens of a telephone.
const TALL: u64 = 30_000;

/// Every text there is, one behind the other.
fn all_texts() -> String {
    TEXTS.map(|(_, text)| text).join(" ")
}

/// Every page over the workspace.
fn pages() -> Vec<String> {
    let id = |id| Id::new(id).unwrap();
    let of_tenant = KEYS.iter().flat_map(|key| {
        [
            paths::tenant(key),
            paths::backup_sets(key, None),
            paths::backup_set(key, id(1), None),
            paths::backup_set(key, id(2), None),
            paths::backup_schedules(key, None),
            paths::restore_runs(key, None),
            paths::restore_run(key, id(1), None),
            paths::restore_run(key, id(2), None),
        ]
    });
    let shared = [paths::OVERVIEW, paths::WORKSPACES, paths::CHOOSE_TENANT, paths::TENANTS, paths::FORECAST, paths::WHAT_IF];
    shared.into_iter().map(str::to_owned).chain(of_tenant).collect()
}

/// What is wrong with the page shown, a line each.
const FAULTS: &str = "(() => {
    const faults = [];
    if (window.posture_ran) faults.push('text ran');
    const odd = document.querySelectorAll('main script, main style, main iframe, main object, main embed, main img, main base, main form[action], main meta');
    for (const element of odd) faults.push('an element came of text: ' + element.outerHTML.slice(0, 120));
    for (const element of document.querySelectorAll('body *'))
        for (const { name } of element.attributes)
            if (/^on/.test(name) || name === 'autofocus') faults.push('an attribute came of text: ' + name);
    for (const link of document.querySelectorAll('a[href]')) {
        const { protocol, href } = new URL(link.getAttribute('href'), document.baseURI);
        if (!/^(https?|file):$/.test(protocol)) faults.push('a link leads to ' + href.slice(0, 120));
    }
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) {
        const isWide = element => element.getBoundingClientRect().right > root.clientWidth + 1;
        const widest = [...document.querySelectorAll('body *')].filter(e => isWide(e) && !e.closest('.table-frame') && ![...e.children].some(isWide));
        faults.push(root.scrollWidth + ' pixels wide: ' + widest.slice(0, 3).map(e => e.tagName + '.' + (e.getAttribute('class') ?? '') + ' in ' + (e.parentElement.getAttribute('class') ?? e.parentElement.tagName)).join(', '));
    }
    if (root.scrollHeight > TALL) faults.push(root.scrollHeight + ' pixels tall');
    return faults;
})()";

struct Stage {
    browser: Browser,
    folder: TempDir,
}

impl Stage {
    async fn start() -> Self {
        Self { browser: Browser::start().await.unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, snapshot: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        write(&path, &snapshot.to_string());
        path
    }

    async fn faults(&self, what: &str, faults: &mut String) {
        let script = format!("return {};", FAULTS.replace("TALL", &TALL.to_string()));
        let found = self.browser.client().execute(&script, Vec::new()).await.unwrap();
        for fault in found.as_array().unwrap() {
            faults.push_str(&format!("\n{what}: {}", fault.as_str().unwrap_or_default()));
        }
    }

    /// Opens every page, narrow and wide, and gathers what is wrong with it.
    async fn visit(&self, url: impl Fn(&str) -> String, pages: &[String], faults: &mut String) {
        for (width, height) in [(NARROW, 740), (1440, 900)] {
            self.browser.set_viewport(width, height).await.unwrap();
            for page in pages {
                self.browser.goto(&url(page)).await.unwrap();
                self.browser.wait_for(page, READY).await.unwrap();
                self.faults(&format!("{page} at {width}"), faults).await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a snapshot is a file")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

fn assert_none(faults: &str) {
    assert!(faults.is_empty(), "hostile text does something:{faults}");
}

/// TH-1: every page, by the endpoint.
#[tokio::test]
async fn hostile_text_is_shown_as_text_on_every_page() {
    let stage = Stage::start().await;
    let file = stage.write("hostile.json", &snapshot(|_| all_texts()));
    let server = Server::start(&[file]).unwrap();
    let mut faults = String::new();
    stage.visit(|page| server.url(page), &pages(), &mut faults).await;
    assert_none(&faults);
    let complaints = stage.browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
    // Shown, not dropped: each text stands in the page as it is.
    stage.browser.goto(&server.url(&paths::tenant(KEYS[0]))).await.unwrap();
    stage.browser.wait_for("the page", READY).await.unwrap();
    for (name, text) in TEXTS.iter().filter(|(name, _)| !["control", "invisible"].contains(name)) {
        let is_shown = format!("document.querySelector('h1').textContent.includes({})", Value::from(*text));
        assert_eq!(stage.browser.client().execute(&format!("return {is_shown};"), Vec::new()).await.unwrap(), true, "{name}");
    }
}

/// TH-1, OR-14: an opened file, and the file kept of it, opened from disk.
#[tokio::test]
async fn hostile_text_stays_text_in_opened_files_and_kept_reports() {
    let stage = Stage::start().await;
    let file = stage.write("hostile.json", &snapshot(|_| all_texts()));
    let server = Server::start::<&str>(&[]).unwrap();
    let mut faults = String::new();
    stage.browser.goto(&server.url(paths::OPEN)).await.unwrap();
    stage.browser.wait_for("the chooser", "document.getElementById('file-picker')").await.unwrap();
    let picker = stage.browser.client().find(fantoccini::Locator::Id("file-picker")).await.unwrap();
    picker.send_keys(file.to_str().unwrap()).await.unwrap();
    stage.browser.wait_for("the overview", "document.querySelector('.calmness')").await.unwrap();
    for page in pages() {
        stage.browser.client().execute(&format!("location.hash = {};", Value::from(page.as_str())), Vec::new()).await.unwrap();
        stage.browser.wait_for(&page, READY).await.unwrap();
        stage.faults(&format!("{page} opened"), &mut faults).await;
    }

    let kept = stage.folder.path().join("kept.html");
    let title = all_texts().replace('\0', "");
    let told = posture(&["report".as_ref(), file.as_os_str(), "--title".as_ref(), title.as_ref(), "-o".as_ref(), kept.as_os_str()]);
    assert!(told.status.success(), "{told:?}");
    for page in pages() {
        stage.browser.goto("about:blank").await.unwrap();
        stage.browser.goto(&format!("file://{}#{page}", kept.display())).await.unwrap();
        stage.browser.wait_for(&page, READY).await.unwrap();
        stage.faults(&format!("{page} kept"), &mut faults).await;
    }
    assert_none(&faults);
}

fn posture(args: &[&std::ffi::OsStr]) -> Output {
    Command::new(posture_binary().unwrap()).args(args).output().unwrap()
}

/// TH-4, CL-4: whatever is printed, nothing in it steers the terminal or hides.
#[test]
fn hostile_text_never_steers_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let [file, later, store] = ["hostile.json", "later.json", "store.sqlite"].map(|name| folder.path().join(name));
    write(&file, &snapshot(|_| all_texts()).to_string());
    let mut worse = snapshot(|_| all_texts());
    worse["tenants"][1]["backup_sets"] = json!([]);
    write(&later, &worse.to_string());
    let broken = folder.path().join("broken\u{1b}[2J\u{202e}.json");
    write(&broken, &format!("{{\"format\":{}}}", Value::from(all_texts())));
    let commands: [&[&std::ffi::OsStr]; 7] = [
        &["derive".as_ref(), "--format".as_ref(), "summary".as_ref(), file.as_ref()],
        &["check".as_ref(), file.as_ref()],
        &["diff".as_ref(), "--format".as_ref(), "summary".as_ref(), file.as_ref(), later.as_ref()],
        &["import".as_ref(), file.as_ref(), "--store".as_ref(), store.as_ref()],
        &["derive".as_ref(), broken.as_ref()],
        &["check".as_ref(), "--as-of".as_ref(), "\u{1b}[2J\u{202e}".as_ref(), file.as_ref()],
        &["verify".as_ref(), broken.as_ref(), file.as_ref()],
    ];
    for args in commands {
        let told = posture(args);
        for written in [told.stdout, told.stderr] {
            let written = String::from_utf8(written).unwrap();
            let steering: String = written.chars().filter(|character| steers(*character)).collect();
            assert!(steering.is_empty(), "{args:?}: {:?} in {written:?}", steering);
        }
    }
}

/// What a terminal takes for a command, or shows nothing of.
fn steers(character: char) -> bool {
    let is_hidden = matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    is_hidden || (character.is_control() && character != '\n')
}

/// TH-5, DB-15: no cell of any file for a spreadsheet is a formula.
#[test]
fn hostile_text_is_no_formula_in_a_spreadsheet() {
    let beginnings =
        ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", "\u{feff}=1", " =1", "\u{200b}=1"];
    for beginning in beginnings {
        let document = snapshot(|_| beginning.to_owned()).to_string();
        let report = posture_core::derive(document.as_bytes(), posture_core::Form::Json, &posture_core::Options::default()).unwrap();
        let diff = posture_core::diff::diff(&report, &report).unwrap();
        let files = [
            posture_core::csv::registry_csv(&report.tenants),
            posture_core::csv::findings_csv(&report.findings),
            posture_core::diff_document::diff_csv(&diff.tenants, &report, &report),
        ];
        assert!(files.concat().contains("'"), "{beginning:?} begins no cell");
        for file in &files {
            for cell in cells(file) {
                assert!(!begins_a_formula(&cell), "{beginning:?} begins a formula: {cell:?}");
            }
        }
    }
}

/// Whether a spreadsheet may take a cell for a formula: what it trims or does not show in front is left out.
fn begins_a_formula(cell: &str) -> bool {
    let shown = cell.trim_start_matches(|character: char| character.is_whitespace() || steers(character));
    shown.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// The cells of a file, as RFC 4180 has them.
fn cells(file: &str) -> Vec<String> {
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = file.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, is_quoted) {
            ('"', true) if characters.peek() == Some(&'"') => cell.extend(characters.next()),
            ('"', _) => is_quoted = !is_quoted,
            (',' | '\n', false) => cells.push(std::mem::take(&mut cell)),
            ('\r', false) if characters.peek() == Some(&'\n') => {}
            (other, _) => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}
