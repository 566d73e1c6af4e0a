//! Every URL of the product.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::id::Id;
use crate::timestamp::Timestamp;
use crate::vocabulary::{BackupReason, Capability, RecoveryReason};

/// The workspace overview.
pub const OVERVIEW: &str = "/admin";
/// The workspaces to choose from.
pub const WORKSPACES: &str = "/admin/workspaces";
/// The tenants to choose from.
pub const CHOOSE_TENANT: &str = "/admin/choose-tenant";
/// The registry and triage.
pub const TENANTS: &str = "/admin/tenants";
/// Where the addresses of tenants' pages begin.
pub const TENANT_PAGES: &str = "/admin/t/";
/// Offline review of a snapshot.
pub const OPEN: &str = "/open";
/// Comparison of two snapshots.
pub const COMPARE: &str = "/compare";

/// The same evidence at two instants.
pub const CHANGES: &str = "/admin/changes";
/// The workspace day by day.
pub const TREND: &str = "/admin/trend";
/// What changes as time passes.
pub const FORECAST: &str = "/admin/forecast";
/// The same evidence under another policy.
pub const WHAT_IF: &str = "/admin/what-if";

/// Where a user is sent to sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Where the sign-in provider sends a user back to.
pub const SIGN_IN_CALLBACK: &str = "/sign-in/callback";
/// Where the app ends a session, by POST.
pub const SIGN_OUT: &str = "/sign-out";
/// The page after signing out.
pub const SIGNED_OUT: &str = "/signed-out";

/// Where the endpoint's data begins.
pub const API: &str = "/api";
/// The endpoint's list of workspaces.
pub const API_WORKSPACES: &str = "/api/v1/workspaces";
/// The route that [`api_snapshot`] addresses.
pub const API_SNAPSHOT_ROUTE: &str = "/api/v1/workspaces/{workspace}/snapshot";
/// The route that [`api_report`] addresses.
pub const API_REPORT_ROUTE: &str = "/api/v1/workspaces/{workspace}/report";
/// The route that [`api_tenant_snapshot`] addresses.
pub const API_TENANT_SNAPSHOT_ROUTE: &str = "/api/v1/workspaces/{workspace}/tenants/{external_id}/snapshot";
/// The route that [`api_reviews`] addresses.
pub const API_REVIEWS_ROUTE: &str = "/api/v1/workspaces/{workspace}/reviews";
/// Who is signed in.
pub const API_SESSION: &str = "/api/v1/session";
/// What the endpoint offers, as OpenAPI.
pub const API_DESCRIPTION: &str = "/api/openapi.json";
/// Whether the endpoint's process runs.
pub const HEALTH: &str = "/healthz";
/// Whether the endpoint can ask its source of evidence.
pub const READINESS: &str = "/readyz";
/// The endpoint's figures for monitoring.
pub const METRICS: &str = "/metrics";

/// The query key that carries a backup reason.
pub const BACKUP_REASON_KEY: &str = "backup_health_reason";
/// The query key that carries a recovery reason.
pub const RECOVERY_REASON_KEY: &str = "recovery_posture_reason";
/// The query key that carries a domain whose tenants are chosen from.
pub const ATTENTION_KEY: &str = "attention";

/// The query key of a backup posture that the registry filters by; it can be repeated.
pub const BACKUP_POSTURE_KEY: &str = "backup_posture[]";
/// The query key of a recovery state that the registry filters by; it can be repeated.
pub const RECOVERY_EVIDENCE_KEY: &str = "recovery_evidence[]";
/// The query key of a profile that the registry is filtered by; can be repeated.
pub const PROFILE_KEY: &str = "profile[]";
/// The query key of an environment that a list is filtered by; can be repeated.
pub const ENVIRONMENT_KEY: &str = "environment[]";
/// The query key of a label that a list is filtered by; can be repeated.
pub const LABEL_KEY: &str = "label[]";
/// The query key of what a list's tenants are grouped by.
pub const GROUP_BY_KEY: &str = "group_by";
/// The query key of a cause of being unsettled that the registry is filtered by; can be repeated.
pub const UNSETTLED_KEY: &str = "unsettled[]";
/// The query key of the workspace a page is about, by its id.
pub const WORKSPACE_KEY: &str = "workspace";
/// The query key of the instant everything is judged at.
pub const AS_OF_KEY: &str = "as_of";
/// The query key of the registry's order.
pub const SORT_KEY: &str = "triage_sort";
/// The query key of a text that names or keys must contain.
pub const SEARCH_KEY: &str = "search";

/// The query key of the page to return to after signing in.
pub const RETURN_KEY: &str = "return_to";
/// The query key of how many hours a forecast looks ahead.
pub const HOURS_KEY: &str = "hours";
/// The query key of the freshness window that is tried, in hours.
pub const FRESHNESS_KEY: &str = "freshness_hours";
/// The query key of the schedule grace that is tried, in minutes.
pub const GRACE_KEY: &str = "schedule_grace_minutes";
/// The query key of the earlier of two instants that are compared.
pub const FROM_KEY: &str = "from";
/// The value of [`FROM_KEY`] that asks for a file to compare with, in place of an instant.
pub const FROM_FILE: &str = "file";
/// The query key of how many days a trend shows.
pub const DAYS_KEY: &str = "days";
/// The query key of the profile whose rules are tried; the whole workspace's if absent.
pub const TRIED_PROFILE_KEY: &str = "profile";
/// The query key of the change that a comparison is filtered by.
pub const CHANGE_KEY: &str = "change";
/// The query key of the family that a comparison is filtered by.
pub const FAMILY_KEY: &str = "family";

/// What changes as time passes within this many hours.
pub fn forecast(hours: u64) -> String {
    format!("{FORECAST}?{HOURS_KEY}={hours}")
}

/// The page that tries other rules, of the whole workspace or of a profile.
pub fn what_if(profile: Option<&str>, freshness_hours: u64, schedule_grace_minutes: u64) -> String {
    let (hours, minutes) = (freshness_hours.to_string(), schedule_grace_minutes.to_string());
    let rules = [(FRESHNESS_KEY, hours.as_str()), (GRACE_KEY, minutes.as_str())];
    asking(WHAT_IF, profile.map(|name| (TRIED_PROFILE_KEY, name)).into_iter().chain(rules))
}

/// The comparison with these keys and values in its query, in order.
pub fn compare<'a>(asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    asking(COMPARE, asked)
}

/// The changes between two instants with these keys and values in the query, in order.
pub fn changes<'a>(asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    asking(CHANGES, asked)
}

/// The trend with these keys and values in its query, in order.
pub fn trend<'a>(asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    asking(TREND, asked)
}

/// The registry with these keys and values in its query, in order.
pub fn registry<'a>(asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    asking(TENANTS, asked)
}

fn asking<'a>(page: &str, asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut url = page.to_owned();
    for (index, (key, value)) in asked.into_iter().enumerate() {
        let separator = if index == 0 { '?' } else { '&' };
        url.push_str(&format!("{separator}{}={}", segment(key), segment(value)));
    }
    url
}

/// The tenants to choose from that need attention in a domain.
pub fn choose_tenant_of(attention: &str) -> String {
    choose_tenant([(ATTENTION_KEY, attention)])
}

/// The workspace overview with the attention list of one family.
pub fn overview_of(family: &str) -> String {
    asking(OVERVIEW, [(ATTENTION_KEY, family)])
}

/// The tenants to choose from, with these keys and values in the query, in order.
pub fn choose_tenant<'a>(asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    asking(CHOOSE_TENANT, asked)
}

/// A tenant's dashboard.
pub fn tenant(external_id: &str) -> String {
    [TENANT_PAGES, &segment(external_id)].concat()
}

/// A tenant's backup sets.
pub fn backup_sets(external_id: &str, reason: Option<BackupReason>) -> String {
    tenant_page(external_id, "/backup-sets", None, reason.map(because_of_backup))
}

/// One backup set.
pub fn backup_set(external_id: &str, set: Id, reason: Option<BackupReason>) -> String {
    tenant_page(external_id, "/backup-sets", Some(set), reason.map(because_of_backup))
}

/// A tenant's backup schedules.
pub fn backup_schedules(external_id: &str, reason: Option<BackupReason>) -> String {
    tenant_page(external_id, "/backup-schedules", None, reason.map(because_of_backup))
}

/// A tenant's restore runs.
pub fn restore_runs(external_id: &str, reason: Option<RecoveryReason>) -> String {
    tenant_page(external_id, "/restore-runs", None, reason.map(because_of_recovery))
}

/// One restore run.
pub fn restore_run(external_id: &str, run: Id, reason: Option<RecoveryReason>) -> String {
    tenant_page(external_id, "/restore-runs", Some(run), reason.map(because_of_recovery))
}

/// Why a page is opened: a query key and its value.
type Because = (&'static str, &'static str);

fn because_of_backup(reason: BackupReason) -> Because {
    (BACKUP_REASON_KEY, reason.as_str())
}

fn because_of_recovery(reason: RecoveryReason) -> Because {
    (RECOVERY_REASON_KEY, reason.as_str())
}

fn tenant_page(external_id: &str, records: &str, record: Option<Id>, because: Option<Because>) -> String {
    let mut number = itoa::Buffer::new();
    let (slash, record) = record.map_or(("", ""), |record| ("/", number.format(record.get())));
    let [mark, key, equals, word] = because.map_or([""; 4], |(key, word)| ["?", key, "=", word]);
    [TENANT_PAGES, &segment(external_id), records, slash, record, mark, key, equals, word].concat()
}

/// The route key of the tenant whose records an address shows, and the capability that opens them; `None` for every other address.
pub fn records(path: &str) -> Option<(String, Capability)> {
    let (key, page) = path.strip_prefix(TENANT_PAGES)?.split_once('/')?;
    let capability = match page.split('/').next()? {
        "backup-sets" => Capability::BackupSetsView,
        "backup-schedules" => Capability::BackupSchedulesView,
        "restore-runs" => Capability::RestoreRunsView,
        _ => return None,
    };
    Some((percent_decode_str(key).decode_utf8().ok()?.into_owned(), capability))
}

/// Whether an address is that of a page or of one below it, whatever its query and fragment.
pub fn is_within(address: &str, page: &str) -> bool {
    address.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Sign-in that returns to an address of the app.
pub fn sign_in(return_to: &str) -> String {
    asking(SIGN_IN, [(RETURN_KEY, return_to)])
}

/// The endpoint's slim snapshot of a workspace.
pub fn api_snapshot(workspace: Id) -> String {
    format!("{API_WORKSPACES}/{workspace}/snapshot")
}

/// The endpoint's slim snapshot of a workspace that covers verdicts from an earlier instant on.
pub fn api_snapshot_since(workspace: Id, since: Timestamp) -> String {
    format!("{}?since={}", api_snapshot(workspace), since.exact())
}

/// The endpoint's report of a workspace.
pub fn api_report(workspace: Id) -> String {
    format!("{API_WORKSPACES}/{workspace}/report")
}

/// The endpoint's marks on a workspace's attention items.
pub fn api_reviews(workspace: Id) -> String {
    format!("{API_WORKSPACES}/{workspace}/reviews")
}

/// The endpoint's mark on one attention item.
pub fn api_review(workspace: Id, tenant: Id, item: &str) -> String {
    format!("{}?tenant_id={tenant}&item={}", api_reviews(workspace), segment(item))
}

/// The endpoint's full snapshot of one tenant.
pub fn api_tenant_snapshot(workspace: Id, external_id: &str) -> String {
    format!("{API_WORKSPACES}/{workspace}/tenants/{}/snapshot", segment(external_id))
}

/// A page as it is reached from outside: `site` is an address without a path, such as `https://posture.example.org`.
pub fn on_site(site: &str, path: &str) -> String {
    [site.trim_end_matches('/'), path].concat()
}

/// A page of a workspace as it is reached from outside; `None` if the address is not a page of this product.
pub fn absolute(site: &str, address: &str, workspace: Id) -> Option<String> {
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    if !path.starts_with('/') {
        return None;
    }
    Some(on_site(site, &with_query(path, search, WORKSPACE_KEY, Some(&workspace.to_string()))))
}

/// The keys and values of an address's query in order, each decoded once: `+` is a space, and invalid UTF-8 is replaced. `search` may
/// begin with `?`.
pub fn query_pairs(search: &str) -> impl Iterator<Item = (String, String)> + '_ {
    written_pairs(search).map(decoded)
}

/// An address with this value under `key` in its query, or without the key; all else stays as it is written.
pub fn with_query(path: &str, search: &str, key: &str, value: Option<&str>) -> String {
    let others = written_pairs(search).filter(|pair| decoded(pair).0 != key).map(str::to_owned);
    let pairs: Vec<_> =
        others.chain(value.map(|value| format!("{}={}", segment(key), query_value(value)))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

fn written_pairs(search: &str) -> impl Iterator<Item = &str> {
    search.strip_prefix('?').unwrap_or(search).split('&').filter(|pair| !pair.is_empty())
}

fn decoded(pair: &str) -> (String, String) {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decoded(key), decoded(value))
}

/// Where a signal leads, if its own url is safe to follow: http(s), or a path of this site.
pub fn safe_signal_url(url: &str) -> Option<&str> {
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    let is_path = url.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']));
    let is_clean = !url.chars().any(|c| c == '\\' || c.is_whitespace() || c.is_control());
    ((is_web || is_path) && is_clean).then_some(url)
}

/// What RFC 3986 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As [`RESERVED`], but for the colon of an instant, which a query may hold as it is.
const RESERVED_IN_VALUES: &AsciiSet = &RESERVED.remove(b':');

fn query_value(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED_IN_VALUES).into()
}

fn segment(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, RESERVED).into()
}
