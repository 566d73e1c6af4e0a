//! axe-core finds nothing to object to, on any page, light and dark.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

use posture_core::{Id, paths};
use posture_tests::harness::{Browser, ColorScheme, READY, Server};
use serde_json::Value;

/// Where `cargo xtask test` puts axe-core.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/axe/node_modules/axe-core/axe.min.js");

/// Runs axe on the whole page and gives one line per element it objects to.
const CHECK: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(
        result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
            `${rule.id} (${rule.impact}): ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`))),
        error => done([`axe did not finish: ${error}`]));";

/// DB-11: every page, in both colour schemes.
#[tokio::test]
async fn axe_objects_to_nothing_on_any_page_in_light_or_dark() {
    let axe = axe();
    let server = Server::start::<&str>(&[]).unwrap();
    let browser = Browser::start().await.unwrap();
    let mut objections = String::new();
    for path in pages(&server) {
        for scheme in [ColorScheme::Light, ColorScheme::Dark] {
            browser.set_color_scheme(scheme).await.unwrap();
            browser.goto(&server.url(&path)).await.unwrap();
            browser.wait_for("the page", READY).await.unwrap();
            browser.client().execute(&axe, Vec::new()).await.unwrap();
            let lines = browser.client().execute_async(CHECK, Vec::new()).await.unwrap();
            for line in lines.as_array().unwrap() {
                objections.push_str(&format!("\n{path} {scheme:?}: {}", line.as_str().unwrap_or_default()));
            }
        }
    }
    assert!(objections.is_empty(), "axe objects:{objections}");
}

#[expect(clippy::disallowed_methods, reason = "axe-core is a file")]
fn axe() -> String {
    let path = Path::new(AXE);
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask test` puts it there", path.display()))
}

/// Every kind of page, with records of the demo's first tenant that has each.
fn pages(server: &Server) -> Vec<String> {
    let workspaces = get(&server.url(paths::API_WORKSPACES));
    let workspace = Id::new(workspaces["workspaces"][0]["id"].as_u64().unwrap()).unwrap();
    let report = get(&server.url(&paths::api_report(workspace)));
    let tenants = report["tenants"].as_array().unwrap();
    let key = |tenant: &Value| tenant["tenant_route_key"].as_str().unwrap().to_owned();
    let troubled = tenants.iter().find(|tenant| tenant["backup_health"]["posture"] == "stale").unwrap();
    let restored = tenants.iter().find(|tenant| tenant["recovery_evidence"]["reason"] == "failed").unwrap();
    let quiet = tenants.iter().find(|tenant| tenant["needs_attention"]["healthy_checks"][0].is_object()).unwrap();
    let restricted = tenants.iter().find(|tenant| tenant["recovery_evidence"]["action"]["disabled"] == true).unwrap();
    let set = Id::new(troubled["backup_health"]["latest_relevant_backup_set_id"].as_u64().unwrap()).unwrap();
    let run = Id::new(restored["recovery_evidence"]["latest_relevant_restore_run_id"].as_u64().unwrap()).unwrap();
    let fixed = [paths::OVERVIEW, paths::WORKSPACES, paths::CHOOSE_TENANT, paths::TENANTS, paths::OPEN, paths::COMPARE, "/no-such-page"];
    let of_tenants = [troubled, restored, quiet, restricted].map(|tenant| paths::tenant(&key(tenant)));
    let records = [
        paths::tenant("no such tenant"),
        paths::backup_sets(&key(troubled), None),
        paths::backup_set(&key(troubled), set, None),
        paths::backup_schedules(&key(troubled), None),
        paths::restore_runs(&key(restored), None),
        paths::restore_run(&key(restored), run, None),
    ];
    fixed.map(str::to_owned).into_iter().chain(of_tenants).chain(records).collect()
}

fn get(url: &str) -> Value {
    let body = ureq::get(url).call().and_then(|mut answer| answer.body_mut().read_to_string());
    serde_json::from_str(&body.unwrap_or_else(|error| panic!("GET {url}: {error}"))).unwrap()
}
