//! Every kind of page over the embedded demo, with records of a demo tenant that has each.

use anyhow::{Context as _, Result};
use posture_core::{Id, paths};
use serde_json::Value;

use crate::harness::Server;

/// A page by name and path.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it shows, in words for a file's name.
    pub name: &'static str,
    /// Its address.
    pub path: String,
}

/// Every kind of page.
///
/// # Errors
///
/// If the server does not answer, or its demo lacks a tenant that a page needs.
pub fn of_demo(server: &Server) -> Result<Vec<Page>> {
    let workspaces = get(&server.url(paths::API_WORKSPACES))?;
    let workspace = id(&workspaces["workspaces"][0]["id"]).context("the demo has no workspace")?;
    let report = get(&server.url(&paths::api_report(workspace)))?;
    let find = |what: &'static str, is_it: fn(&Value) -> bool| {
        let found = report["tenants"].as_array().into_iter().flatten().find(|tenant| is_it(tenant));
        found.with_context(|| format!("the demo has no {what} tenant"))
    };
    let stale = find("stale", |tenant| tenant["backup_health"]["posture"] == "stale")?;
    let failed = find("failed", |tenant| tenant["recovery_evidence"]["reason"] == "failed")?;
    let quiet = find("quiet", |tenant| tenant["needs_attention"]["healthy_checks"][0].is_object())?;
    let restricted = find("restricted", |tenant| tenant["recovery_evidence"]["action"]["disabled"] == true)?;
    let set = id(&stale["backup_health"]["latest_relevant_backup_set_id"])
        .context("the stale tenant has no set")?;
    let run = id(&failed["recovery_evidence"]["latest_relevant_restore_run_id"])
        .context("the failed tenant has no run")?;
    let pages = [
        ("overview", paths::OVERVIEW.to_owned()),
        ("workspaces", paths::WORKSPACES.to_owned()),
        ("choose-tenant", paths::CHOOSE_TENANT.to_owned()),
        ("registry", paths::TENANTS.to_owned()),
        ("open", paths::OPEN.to_owned()),
        ("compare", paths::COMPARE.to_owned()),
        ("registry-grouped", paths::registry([(paths::GROUP_BY_KEY, "environment")])),
        ("changes", paths::changes([(paths::FROM_KEY, "7d"), (paths::GROUP_BY_KEY, "label")])),
        ("changes-kept-file", paths::changes([(paths::FROM_KEY, paths::FROM_FILE)])),
        ("trend", paths::trend([(paths::GROUP_BY_KEY, "environment")])),
        ("forecast", paths::FORECAST.to_owned()),
        ("what-if", paths::WHAT_IF.to_owned()),
        ("unknown-page", "/no-such-page".to_owned()),
        ("unknown-tenant", paths::tenant("no such tenant")),
        ("tenant-stale", paths::tenant(key(stale))),
        ("tenant-failed-restore", paths::tenant(key(failed))),
        ("tenant-quiet", paths::tenant(key(quiet))),
        ("tenant-restricted", paths::tenant(key(restricted))),
        ("backup-sets", paths::backup_sets(key(stale), None)),
        ("backup-set", paths::backup_set(key(stale), set, None)),
        ("backup-schedules", paths::backup_schedules(key(stale), None)),
        ("restore-runs", paths::restore_runs(key(failed), None)),
        ("restore-run", paths::restore_run(key(failed), run, None)),
    ];
    Ok(pages.into_iter().map(|(name, path)| Page { name, path }).collect())
}

/// The JSON at an address.
///
/// # Errors
///
/// If there is none.
pub fn get(url: &str) -> Result<Value> {
    let body = ureq::get(url)
        .call()
        .and_then(|mut answer| answer.body_mut().with_config().limit(u64::MAX).read_to_string());
    serde_json::from_str(&body.with_context(|| format!("GET {url}"))?)
        .with_context(|| format!("reading {url}"))
}

fn id(value: &Value) -> Option<Id> {
    value.as_u64().and_then(Id::new)
}

fn key(tenant: &Value) -> &str {
    tenant["tenant_route_key"].as_str().unwrap_or_default()
}
