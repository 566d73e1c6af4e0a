//! Every page, by axe-core, by keyboard and on the narrowest screen.

use std::collections::BTreeMap;
use std::path::Path;

use fantoccini::key::Key;
use posture_core::paths;
use posture_tests::harness::{ColorScheme, Role};
use posture_tests::pages;
use posture_web::text;
use serde_json::{Value, json};

use crate::evidence::{read, snapshot};
use crate::stage::{Stage, key, string};

/// Where `cargo xtask test` puts axe-core.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/axe/node_modules/axe-core/axe.min.js");

/// Runs axe on the whole page and gives one line per element it objects to.
const CHECK: &str = "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(
        result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
            `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`))),
        error => done([`axe did not finish: ${error}`]));";

/// DB-11
#[tokio::test]
async fn axe_objects_to_nothing_on_any_page_in_light_or_dark() {
    let axe = axe();
    let stage = Stage::demo().await;
    let mut objections = String::new();
    for page in pages::of_demo(&stage.server).unwrap() {
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            stage.browser.set_color_scheme(scheme).await.unwrap();
            stage.open(&page.path).await;
            objections += &objections_of_axe(&stage, &axe, &format!("{} {scheme:?}", page.name)).await;
        }
    }
    assert!(objections.is_empty(), "axe objects:{objections}");
}

fn axe() -> String {
    assert!(Path::new(AXE).is_file(), "{AXE} is missing; `cargo xtask test` puts it there");
    read(Path::new(AXE))
}

/// What axe objects to on the page shown, a line each.
async fn objections_of_axe(stage: &Stage, axe: &str, shown: &str) -> String {
    stage.run(axe).await;
    let lines = stage.run_async(CHECK).await;
    lines.as_array().unwrap().iter().map(|line| format!("\n{shown}: {}", string(line))).collect()
}

/// DB-10: the main path, from the overview to the record behind the worst backup, without a mouse.
#[tokio::test]
async fn the_keyboard_leads_from_the_overview_to_the_record_of_a_signal() {
    let stage = Stage::demo().await;
    let stale = stage.tenant("/backup_health/posture", "stale");
    stage.open(paths::OVERVIEW).await;
    press_link(&stage, &paths::tenant(&key(stale))).await;
    press_link(&stage, &string(&stale["backup_health"]["primary_action_target"]["url"])).await;
}

/// Steps with the Tab key to a link to this address, which must show that it has the focus, and follows it with Enter.
async fn press_link(stage: &Stage, address: &str) {
    stage.tab_to(Role::Link.leading_to(address).within(Role::Main)).await;
    assert_ne!(stage.eval("getComputedStyle(document.activeElement).outlineStyle").await, "none");
    stage.press_key(Key::Enter).await;
    stage.arrives_at(address).await;
}

/// Widths at which the page is laid out differently, from the narrowest screen on.
const WIDTHS: [u32; 6] = [320, 601, 761, 901, 1001, 1281];

/// DB-10: nothing is wider than the screen but what scrolls in a frame of its own.
#[tokio::test]
async fn no_page_scrolls_sideways() {
    let stage = Stage::demo().await;
    let mut wide = String::new();
    for page in pages::of_demo(&stage.server).unwrap() {
        stage.open(&page.path).await;
        // What is folded away must fit too.
        stage.run("document.querySelectorAll('details').forEach(one => one.open = true)").await;
        for screen in WIDTHS {
            stage.browser.set_viewport(screen, 700).await.unwrap();
            let width = stage.eval("document.documentElement.scrollWidth").await;
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
async fn text_at_twice_its_size_is_not_cut_off_or_wider_than_the_page() {
    let stage = Stage::demo().await;
    let mut cut_off = String::new();
    for page in pages::of_demo(&stage.server).unwrap() {
        stage.open(&page.path).await;
        stage.run("document.documentElement.style.fontSize = '200%';").await;
        for screen in [1280, 640] {
            stage.browser.set_viewport(screen, 700).await.unwrap();
            let parts = stage.run(CUT_OFF).await;
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
    let stage = Stage::demo().await;
    let whole = stage.write("whole.json", snapshot(&json!([])).to_string());
    let broken = stage.write("broken.json", "{");
    stage.open(paths::OPEN).await;
    stage.choose(&[&broken]).await;
    stage.shows(text::WHAT_TO_DO).await;
    let mut objections = in_both_schemes(&stage, &axe, "a refused file").await;
    stage.choose(&[&whole]).await;
    stage.shows("whole.json").await;
    stage.until("location.hash === '#/admin'").await;
    stage.push(text::FILES_AND_EXPORTS).await;
    stage.shows(text::SAVE_REPORT).await;
    objections += &in_both_schemes(&stage, &axe, "an opened file and its menu").await;
    assert!(objections.is_empty(), "axe objects:{objections}");
}

async fn in_both_schemes(stage: &Stage, axe: &str, shown: &str) -> String {
    let mut objections = String::new();
    for scheme in [ColorScheme::Light, ColorScheme::Dark] {
        stage.browser.set_color_scheme(scheme).await.unwrap();
        objections += &objections_of_axe(stage, axe, &format!("{shown} {scheme:?}")).await;
    }
    objections
}

/// DB-32: the lines of the docs are those of the browser's accessibility tree, in its order, whatever the counts are today.
#[tokio::test]
async fn the_docs_say_what_a_screen_reader_reads() {
    let stage = Stage::demo().await;
    let docs = include_str!("../../../docs/screen-reader.md");
    let told: Vec<_> = docs.split("```").skip(1).step_by(2).collect();
    stage.open(paths::OVERVIEW).await;
    stage.past_is_shown().await;
    is_read(&stage, told[0]).await;
    let tenant =
        stage.tenants().find(|tenant| tenant["tenant_label"] == "Liberty's Delightful Bakery").unwrap();
    stage.open(&paths::tenant(&key(tenant))).await;
    stage.shows("libertys.example").await;
    is_read(&stage, told[1]).await;
}

async fn is_read(stage: &Stage, told: &str) {
    let tree = stage.browser.devtools("Accessibility.getFullAXTree", json!({})).await.unwrap();
    let read = reading(tree["nodes"].as_array().unwrap());
    let mut rest = read.iter();
    for line in told.lines().map(str::trim).filter(|line| !["", "text", "…"].contains(line)) {
        assert!(
            rest.any(|read| *read == without_numbers(line)),
            "{line:?} is not read, or not there: {read:#?}"
        );
    }
}

/// The nodes of an accessibility tree that are read out, in the words of the docs and without numbers.
fn reading(nodes: &[Value]) -> Vec<String> {
    const SILENT: [&str; 9] = [
        "generic",
        "none",
        "InlineTextBox",
        "LineBreak",
        "RootWebArea",
        "paragraph",
        "ListMarker",
        "SvgRoot",
        "image",
    ];
    const READ_BY_NAME: [&str; 4] = ["link", "button", "heading", "DisclosureTriangle"];
    let of_id: BTreeMap<_, _> = nodes.iter().map(|node| (node["nodeId"].as_str(), node)).collect();
    let mut lines = Vec::new();
    let mut next: Vec<_> = nodes.first().into_iter().collect();
    while let Some(node) = next.pop() {
        let (role, name) =
            (node["role"]["value"].as_str().unwrap(), node["name"]["value"].as_str().unwrap_or("").trim());
        let is_read = node["ignored"] != true && !SILENT.contains(&role);
        if is_read {
            lines.push(without_numbers(&line(node, role, name)));
        }
        if role == "StaticText" || (is_read && READ_BY_NAME.contains(&role) && !name.is_empty()) {
            continue;
        }
        let children = node["childIds"].as_array().into_iter().flatten().rev();
        next.extend(children.filter_map(|id| of_id.get(&id.as_str()).copied()));
    }
    lines
}

/// A node as the docs write it: `heading "Needs attention" (level 2)`, or only the text of what has no role.
fn line(node: &Value, role: &str, name: &str) -> String {
    let property = |name: &str| {
        let all = node["properties"].as_array().into_iter().flatten();
        all.filter(|one| one["name"] == name).map(|one| &one["value"]["value"]).next()
    };
    let role = match role {
        "StaticText" => return name.to_owned(),
        "DisclosureTriangle" => "disclosure",
        "DescriptionList" => "list of terms",
        role => role,
    };
    let level = property("level").filter(|_| role == "heading").map(|level| format!(" (level {level})"));
    let expanded = property("expanded").map(|is| if *is == true { " (expanded)" } else { " (collapsed)" });
    let name = if name.is_empty() { String::new() } else { format!(" {name:?}") };
    format!("{role}{name}{}{}", level.unwrap_or_default(), expanded.unwrap_or_default())
}

/// Counts and ages are of today.
fn without_numbers(line: &str) -> String {
    let mut written = String::new();
    for character in line.chars() {
        match (character.is_ascii_digit(), written.ends_with('#')) {
            (true, true) => {}
            (true, false) => written.push('#'),
            (false, _) => written.push(character),
        }
    }
    written
}
