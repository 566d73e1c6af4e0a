//! Captions of the dashboard: names of columns, buttons and places. Verdicts and their sentences come from the core.

#![expect(missing_docs, reason = "a caption is its own description")]

use posture_core::report::model::DestinationKind;
use posture_core::words;

mod instants;
mod known;
mod lists;
mod numbers;
mod tool_exports;

pub use self::instants::{loading_evidence, no_instant, relative, updated};
pub use self::known::*;
pub use self::lists::*;
pub use self::numbers::{bytes, grouped};
pub use self::tool_exports::*;

pub const PRODUCT: &str = "Posture";
pub const SKIP_TO_CONTENT: &str = "Skip to content";
pub const MAIN_NAVIGATION: &str = "Main";
pub const BREADCRUMB: &str = "Breadcrumb";
pub const OVERVIEW: &str = "Overview";
pub const TENANTS: &str = "Tenants";
pub const OPEN_SNAPSHOT: &str = "Open snapshot";
pub const COMPARE: &str = "Compare";
pub const WORKSPACES: &str = "Workspaces";
pub const THEME: &str = "Theme: ";
pub const THEME_SYSTEM: &str = "System";
pub const THEME_LIGHT: &str = "Light";
pub const THEME_DARK: &str = "Dark";
pub const REFRESH: &str = "Refresh";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const DOWNLOAD_CSV: &str = "Download CSV";
pub const CSV_HOLDS_ALL: &str = "The CSV file has all of them.";
pub const SIGNALS: &str = "Signals";
pub const BY_WORST_FIRST: &str = "Worst first";
pub const BY_WORST_LAST: &str = "Worst last";
pub const REVERSED: &str = "reversed";
pub const ORDER: &str = "Sort order";
pub const NO_FILTER: &str = "none";
pub const CSV_MEDIA_TYPE: &str = "text/csv;charset=utf-8";
pub const CLOSE: &str = "Close";
pub const GO_TO_OVERVIEW: &str = "Go to the overview";
pub const GO_TO_TENANTS: &str = "Go to tenants";
pub const GO_TO_CHOOSE_TENANT: &str = "Choose a tenant";
pub const FOCUS_SEARCH: &str = "Search on this page";
pub const REFRESH_EVIDENCE: &str = "Refresh";
pub const CHANGE_COLOURS: &str = "Change the theme: system, light, dark";
pub const SHOW_SHORTCUTS: &str = "Show keyboard shortcuts";
pub const AS_OF: &str = "As of";

pub const ENDPOINT_UNREACHABLE: &str = "No connection to the server";
pub const ENDPOINT_NOT_ASKED: &str = "The request was not sent";
pub const REQUEST_REFUSED: &str = "The server refused the request";
pub const UNEXPECTED_ANSWER: &str = "The server sent an unreadable response";
pub const NO_WORKSPACE_LIST: &str = "the list of workspaces is missing";
pub const NO_CALMNESS: &str = "the statement about calm is missing";
pub const EVIDENCE_REFUSED: &str = "The snapshot was rejected";
pub const FAILED_EYEBROW: &str = "Not loaded";
pub const FAILED_NOTE: &str = "No data is available until this succeeds.";
pub const STALE_SCREEN: &str = "Refresh failed. You are looking at older data.";
pub const WORKSPACE_GONE: &str = "This workspace is no longer served";
pub const WORKSPACE_GONE_NOTE: &str =
    "Choose another one under Workspaces, or start the server with this one.";
pub const INVALID_WORKSPACE: &str = "The workspace in this link is invalid";
pub const INVALID_WORKSPACE_NOTE: &str =
    "A workspace is named by its id, a whole number. Choose one under Workspaces.";
pub const PROFILE: &str = "Profile";
pub const PROFILES: &str = "Profiles";
pub const NO_PROFILE: &str = "No profile";
pub const BACKUP: &str = "Backup";
pub const RECOVERY: &str = "Recovery";
pub const NEED_ATTENTION: &str = "tenants that need attention";
pub const UNSETTLED: &str = "Unsettled because";
pub const SCOPES: &str = "Scopes";
pub const UNNAMED_SCOPE: &str = "unnamed scope";
pub const LAST_CONFIRMED: &str = "found unchanged";
pub const MISSING_TYPES: &str = "Missing";
pub const VANISHED_TYPES: &str = "Gone since the backup before";
pub const TRY_AGAIN: &str = "Retry";
pub const LOADING_PAGE: &str = "Loading the page …";
pub const NO_PAGE: &str = "This page failed to load";
pub const NO_SECOND_PART: &str =
    "Part of the app failed to load. Reload the page; a newer version may have been installed.";
pub const NO_WORKSPACE: &str = "No workspace";
pub const NO_WORKSPACE_NOTE: &str =
    "The server has no workspace. Start it with a snapshot file, a folder of snapshots or a database.";
pub const NO_TENANTS: &str = "No tenants to show";
pub const NO_TENANTS_NOTE: &str =
    "No tenant in the snapshot could be evaluated. That does not mean that all is well: nothing is known.";

pub const WORKSPACE_OVERVIEW: &str = "Workspace overview";
pub const NEEDS_ATTENTION: &str = "Needs attention";
pub const NOTHING_LISTED: &str = "No attention items.";
pub const WORST_FIRST: &str = "worst first";
pub const ALL_TENANTS: &str = "All tenants, worst first";
pub const METRICS: &str = "Key figures";
pub const BACKUP_POSTURE: &str = "Backup posture";
pub const RECOVERY_EVIDENCE: &str = "Recovery evidence";
pub const BACKUP_AGE: &str = "Age of the latest backup";
pub const EVIDENCE: &str = "Evidence";
pub const EVIDENCE_SET_ASIDE: &str = "Incomplete evidence";
pub const NOTICED_ABOUT_EVIDENCE: &str = "Problems in this tenant's data";
pub const SEE_WHAT: &str = "Show details";
pub const FINDINGS: &str = "Findings";
pub const TENANT: &str = "Tenant";
pub const REASON: &str = "Reason";
pub const WHERE: &str = "Location";
pub const WHAT: &str = "Problem";
pub const WEIGHT: &str = "Severity";
pub const AGE: &str = "Age";
pub const UNNAMED: &str = "unnamed";
pub const WITHOUT_BACKUP: &str = "without a usable backup";
pub const WINDOW: &str = "window";

pub const RECOVERY_READINESS: &str = "Recovery readiness";
pub const TWO_FACTS: &str = "judged separately";
pub const LATEST_BACKUP_SET: &str = "Latest backup";
pub const COMPLETED: &str = "Completed";
pub const FRESHNESS_WINDOW: &str = "Freshness window";
pub const STALE_FROM: &str = "Goes stale";
pub const QUALITY: &str = "Content";
pub const SCHEDULES: &str = "Schedules";
pub const SCHEDULES_NOT_JUDGED: &str = "not judged";
pub const NO_FOLLOW_UP: &str = "none need follow-up";
pub const LATEST_EXECUTED_RESTORE: &str = "Latest restore";
pub const RESULT: &str = "Result";
pub const OUTCOMES: &str = "Outcomes";
pub const COVERAGE: &str = "Coverage";
pub const NONE_ON_RECORD: &str = "none";
pub const UNKNOWN: &str = "unknown";
pub const NO_TIME_STATED: &str = "no usable time";
pub const BACKUP_AGE_SHORT: &str = "Latest backup";
pub const DEGRADED_ITEMS: &str = "Degraded items";
pub const SCHEDULE_FOLLOW_UPS: &str = "Schedules to follow up";
pub const LATEST_RESTORE_SHORT: &str = "Latest restore";
/// On a card of a narrow screen, next to the verdicts.
pub const ON_CARD_BACKUP: &str = "Backup";
pub const ON_CARD_RESTORE: &str = "Restore";
pub const RESTORED_POLICY_TYPES: &str = "Policy types restored";
pub const HEALTHY_CHECKS: &str = "Healthy checks";
pub const WHY: &str = "Why";
pub const COVERAGE_BY_POLICY_TYPE: &str = "Coverage by policy type";
pub const POLICY_TYPE: &str = "Policy type";
pub const APPLIED: &str = "Applied";
pub const FAILED: &str = "Failed";
pub const PARTIAL: &str = "Partial";
pub const SKIPPED: &str = "Skipped";
pub const LAST_APPLIED: &str = "Last applied";
pub const NEVER: &str = "never";
pub const NO_COVERAGE: &str = "No restore has covered any policy type yet.";
pub const RESTORE_RUNS: &str = "Restore runs";
pub const NO_RESTORE_RUNS: &str = "No restore has ever been run.";
pub const RUN: &str = "Run";
pub const STATE: &str = "State";
pub const NEXT_STEP: &str = "Next step";
pub const BACKUP_SETS: &str = "Backup sets";
pub const BACKUP_SCHEDULES: &str = "Backup schedules";

pub const HEAR_SHORTCUTS: &str = "Enable keyboard shortcuts";
pub const ALL_RESTORE_RUNS: &str = "All restore runs";
pub const NO_INSTANT: &str = "The date in this link is invalid.";
pub const JUDGE_NOW: &str = "Show status as of now";
pub const UNKNOWN_TENANT: &str = "Tenant not found";
pub const UNKNOWN_TENANT_NOTE: &str =
    "No tenant checked in this workspace has this key. These tenants were left out, and why:";
pub const UNKNOWN_PAGE: &str = "Page not found";
pub const UNKNOWN_PAGE_NOTE: &str = "Check the link, or it may belong to another version.";
pub const BACK_TO_OVERVIEW: &str = "Back to the overview";
pub const BACK_TO_TENANT: &str = "Back to the tenant";
pub const CHOOSE_TENANT: &str = "Choose tenant";
pub const FILTER_BY_NAME: &str = "Filter by name, domain, key or label";
pub const ALL: &str = "All";
pub const OPEN: &str = "Open";
pub const SHOWN: &str = "current";
pub const REPORT_DIGEST: &str = "Report digest (SHA-256)";
pub const COMPUTING: &str = "computing";
pub const EXPORTED: &str = "Exported";
pub const EXPORTER: &str = "by";
pub const RECEIVED: &str = "Received";
pub const POLICY: &str = "Policy";

pub const ID: &str = "Id";
pub const DASHBOARD: &str = "Dashboard";
pub const RECORDS: &str = "The tenant's pages";
pub const READING_RECORDS: &str = "Loading the tenant's records …";
pub const RECORDS_NOT_LOADED: &str = "The tenant's records failed to load. The verdicts above still apply.";
pub const STALE_RECORDS: &str = "Refreshing this tenant failed. The records shown are older.";
pub const CLOSED_TO_YOU: &str = "No access";
pub const RECORDS_ABSENT: &str = "No records";
pub const RECORDS_ABSENT_NOTE: &str = "The server has no readable records of this tenant. The verdicts above come from the workspace's evidence.";
pub const SOME_SET_ASIDE: &str =
    "Some of this tenant's records could not be used and are not listed. The overview's findings name them.";
pub const OPENED_FOR: &str = "You came here because";
pub const NOT_IN_EVIDENCE: &str = "Not in this evidence";
pub const SHOW_MORE: &str = "Show more";
pub const BACKUP_SET: &str = "Backup set";
pub const RESTORE_RUN: &str = "Restore run";
pub const SCHEDULE: &str = "Schedule";
pub const ROLE: &str = "Role";
pub const RUN_ROLE: &str = "Role";
pub const NAME: &str = "Name";
pub const STATUS_NOT_STATED: &str = "no status";
pub const RECENCY: &str = "Recency";
pub const CONTENT: &str = "Content";
pub const STATUS: &str = "Status";
pub const BEGUN: &str = "Started";
pub const BEGUN_AT: &str = "started";
pub const ITEMS: &str = "Items";
pub const STATED_ITEMS: &str = "Items reported";
pub const EXPORTED_ITEMS: &str = "Items exported";
pub const ITEM: &str = "Item";
pub const PLATFORM: &str = "Platform";
pub const CAPTURED: &str = "Captured";
pub const FALLS_SHORT: &str = "Issues";
pub const NOTHING_NOTED: &str = "none";
pub const DELETED: &str = "deleted; not counted";
pub const DEGRADED_FIRST: &str = "degraded first";
pub const FILTER_ITEMS: &str = "Filter items by name, type, platform or issue";
pub const NO_ITEMS: &str = "The backup is empty.";
pub const NO_ITEM_MATCHES: &str = "No item matches the filter.";
pub const NO_BACKUP_SETS: &str = "This tenant has never had a backup.";
pub const NO_SCHEDULES: &str = "This tenant has no backup schedule.";
pub const NO_OUTCOMES: &str = "No outcomes recorded for this run.";
pub const NEWEST_FIRST: &str = "newest first";
pub const FOLLOW_UP: &str = "Follow-up";
pub const CADENCE: &str = "Schedule";
pub const LAST_RUN: &str = "Last run";
pub const NEXT_RUN: &str = "Next run";
pub const EXPECTED_BY: &str = "Expected by";
pub const OVERDUE_FROM: &str = "overdue from";
pub const IN_THE_FUTURE: &str = "in the future; not counted";
pub const NOT_STATED: &str = "—";
pub const DRY_RUN: &str = "Dry run";
pub const KEPT: &str = "Kept";
pub const DRY_RUNS: &str = "Dry runs";
pub const NO_EXECUTED_RUNS: &str = "Only dry runs so far.";
pub const TOOK_EFFECT: &str = "Finished";
pub const STARTED: &str = "Started";
pub const CREATED: &str = "Created";
pub const FROM_SET: &str = "From backup";
pub const OPERATION_STATUS: &str = "Operation status";
pub const OPERATION_OUTCOME: &str = "Operation outcome";
pub const NOT_APPLIED: &str = "Reported as not applied";
pub const UNRECOGNISED: &str = "Unrecognised";
pub const FACTS: &str = "Facts";
pub const TIMES: &str = "Times";
pub const RUNS: &str = "Runs";
pub const OUTCOME: &str = "Outcome";
pub const OUTCOMES_IN_FIGURES: &str = "Outcomes by number";
pub const TIMELINE: &str = "Last 30 days";
pub const AS_TABLE: &str = "Show as table";
pub const WHEN: &str = "When";
pub const LANE: &str = "Kind";
pub const NOTHING_HAPPENED: &str = "Nothing was recorded in these 30 days.";
pub const FRESHNESS: &str = "freshness window";

pub const AS_OF_TITLE: &str = "Show status as of";
pub const AS_EXPORTED: &str = "Export time";
pub const NOW: &str = "Now";
pub const INSTANT_UTC: &str = "Date and time (UTC)";
pub const HOURS_FROM_EXPORT: &str = "From 30 days before to 7 days after the export";
pub const NOT_THE_EXPORT: &str = "Showing status as of";
pub const BACK_TO_EXPORT: &str = "Back to export time";
pub const FILTERS: &str = "Filters";
pub const CLEAR_FILTERS: &str = "Clear filters";
pub const NOTHING_MATCHES: &str = "No tenant matches. Clear the filters to see all tenants.";

pub const REPORT: &str = "Report";
pub const OFFLINE_REVIEW: &str = "Offline review";
pub const NO_FILE: &str = "No file is open. Nothing you open leaves this machine.";
pub const OPEN_AGAIN: &str = "No file open";
pub const OPEN_AGAIN_NOTE: &str = "Choose the file again; nothing is kept after a reload.";
pub const OPEN_LEAD: &str = "View an exported snapshot in this dashboard, without a server or network.";
pub const DROP_HERE: &str = "Drop snapshots here";
pub const DROP_TO_OPEN: &str = "Drop to open";
pub const CHOOSE_FILES: &str = "Choose files";
pub const READ_HERE: &str = "Files are read on this machine, in this page. Nothing is uploaded or stored; this page is blocked from connecting anywhere.";
pub const KINDS_READ: &str = ".json, .ndjson or .jsonl, also as .gz; or a saved report (.html)";
pub const READING: &str = "Reading";
pub const CANCEL: &str = "Cancel";
pub const REFUSED: &str = "Cannot open";
pub const FOUND: &str = "Found";
pub const WHAT_TO_DO: &str = "What to do";
pub const SEE_LIMITS: &str = "Supported files and limits";
pub const OPEN_FILES: &str = "Open files";
pub const OPEN_ANOTHER: &str = "Open another file";
pub const SHOW: &str = "Show";
pub const CLOSE_FILE: &str = "Close";
pub const FILE: &str = "File";
pub const FILE_DIGEST: &str = "File (SHA-256)";
pub const WHAT_IT_PROVES: &str = "The digests show that this report follows from the snapshot inside this file. \
    They do not show who made the file, or that the snapshot is true and complete. \
    If the sender signed the file, “posture verify --key” shows who made it.";
pub const DIGEST_DIFFERS: &str = "This file states a different digest than the one computed here. The file may have been changed, or made by another version:";
pub const LEAVE_REVIEW: &str = "Leave review";
pub const FILES_AND_EXPORTS: &str = "Files and export";
pub const SAVE: &str = "Export";
pub const EXPORTS: &str = "Export";
pub const SAVE_REPORT: &str = "Report (JSON)";
pub const SAVE_REPORT_NOTE: &str = "its SHA-256 equals the report digest";
pub const SAVE_REGISTRY: &str = "Tenants (CSV)";
pub const SAVE_FINDINGS: &str = "Findings (CSV)";
pub const NEWER_EVIDENCE: &str = "The server has newer data than what is shown. Refresh, then export again.";
pub const SAVE_SINGLE_FILE: &str = "One file (HTML)";
pub const SAVE_SINGLE_FILE_NOTE: &str = "this dashboard with the snapshot inside; opens offline";
pub const SAVING: &str = "Making the file …";
pub const NOT_SAVED: &str = "The file could not be made";
pub const CHANGED_ON_DISK: &str = "The snapshot changed on disk since you opened it. Open it again.";
pub const NO_SHELL: &str =
    "The app's files could not be loaded. Reconnect to the server, or reload the page, and try again.";
pub const JSON_MEDIA_TYPE: &str = "application/json";
pub const HTML_MEDIA_TYPE: &str = "text/html;charset=utf-8";
pub const NEWER_VERSION: &str = "A newer version is ready.";
pub const RELOAD: &str = "Reload";
pub const FILE_SIZE_LIMIT: &str = "Largest file, uncompressed";
pub const OPEN_SIZE_LIMIT: &str = "All open files together";
pub const FILES_READ_LIMIT: &str = "Files";

/// `12.3 MB of 45.6 MB · 1 234 tenants`.
pub fn progress(bytes_read: u64, of: u64, tenants: usize) -> String {
    format!("{} of {} · {} tenants read", bytes(bytes_read), bytes(of), grouped(tenants as u64))
}

pub const WORKSPACE: &str = "Workspace";
pub const SCOPE: &str = "Scope";
pub const PRINTED_TITLE: &str = "Backup posture and recovery evidence of one tenant";
pub const NO_FINDING_OF_TENANT: &str = "No problems in this tenant's data.";
pub const FORECAST: &str = "Forecast";
pub const FORESEEN: &str = "Summary";
pub const FORECAST_LINK: &str = "Going stale next";
pub const HORIZON: &str = "Period";
pub const AFTER_INSTANT: &str = "After";
pub const NO_FORECAST: &str = "A forecast starts at or after the export.";
pub const WHAT_IF: &str = "What if";
pub const WHOLE_WORKSPACE: &str = "Whole workspace";
pub const WHAT_IF_LINK: &str = "Try a different window";
pub const SCHEDULE_GRACE: &str = "Schedule tolerance";
pub const OWN_POLICY: &str = "Current";
pub const TRIED: &str = "Trial";
pub const NOT_ITS_POLICY: &str = "Trial policy";
pub const BACK_TO_ITS_POLICY: &str = "Reset";
pub const CHANGED_TENANTS: &str = "Tenants that change";
pub const NOTHING_CHANGES: &str = "No tenant changes.";
pub const WHAT_CHANGED: &str = "What changed";
pub const SINCE_YESTERDAY: &str = "Since yesterday";
pub const SINCE_A_WEEK: &str = "Since 7 days ago";
pub const SINCE_A_MONTH: &str = "Since 30 days ago";
pub const SINCE_INSTANT: &str = "Since (UTC)";
pub const AGAINST_A_FILE: &str = "Compare with a file";
pub const OPEN_RECORD: &str = "Open the record";
pub const LOADING_PAST: &str = "Loading earlier evidence …";
pub const LOADING_SHORT: &str = "…";
pub const PAST_FAILED: &str = "The earlier evidence failed to load";
pub const TREND: &str = "Trend";
pub const TREND_LINK: &str = "30-day trend";
pub const TREND_FILE: &str = "trend";
pub const ABSENT: &str = "Absent";
pub const STALE: &str = "Stale";
pub const DEGRADED: &str = "Degraded";
pub const HEALTHY: &str = "Healthy";
pub const WEAKENED: &str = "Weakened";
pub const UNVALIDATED: &str = "Unvalidated";
pub const NO_ISSUES: &str = "No recent issues visible";
pub const COMPARE_LEAD: &str = "What changed for each tenant between two exports.";
pub const OPEN_TWO: &str = "Open two snapshots of the same workspace to compare them.";
pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const EXCHANGE: &str = "Swap";
pub const NOT_COMPARABLE: &str = "These two files cannot be compared";
pub const FAMILY: &str = "Family";
pub const CHANGE: &str = "Change";
pub const CHANGES: &str = "Changes";
pub const TOTALS: &str = "Totals";
pub const BOTH_SIDES: &str = "Total";
pub const FILTER_BY_TENANT: &str = "Filter by name";
pub const NO_SUCH_CHANGE: &str = "No tenant matches.";
pub const EVERY_TENANT_IN_FILE: &str = "The CSV file has every tenant, including unchanged ones.";
pub const COMPARISON_FILE: &str = "comparison";

/// The label of a link to a destination.
pub fn destination(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::TenantDashboard => "Open tenant",
        DestinationKind::ChooseTenant => "Show tenants",
        DestinationKind::SwitchWorkspace => "Switch workspace",
        DestinationKind::Link => "Open finding ↗",
    }
}

/// `3 tenants were left out (2 unreadable, 1 duplicate). 6 errors in the export.`
pub fn left_out(tenants: &[(u64, &str)], errors: u64) -> String {
    let errors = format!("{} in the export.", words::counted(errors, "error", "errors"));
    let all = tenants.iter().map(|(count, _)| count).sum();
    if all == 0 {
        return errors;
    }
    let reasons: Vec<_> =
        tenants.iter().map(|(count, reason)| format!("{} {reason}", grouped(*count))).collect();
    let were = if all == 1 { "was" } else { "were" };
    format!("{} {were} left out ({}). {errors}", words::counted(all, "tenant", "tenants"), reasons.join(", "))
}

/// `6 tenants left out · 9 findings`.
pub fn evidence_summary(left_out: u64, findings: u64) -> String {
    let tenants = words::counted(left_out, "tenant", "tenants");
    format!("{tenants} left out · {}", words::counted(findings, "finding", "findings"))
}

/// `of 45 exported`.
pub fn of_exported(all: u64) -> String {
    format!("of {} exported", grouped(all))
}

/// `of 18 in the latest backup`.
pub fn of_items(all: u64) -> String {
    format!("of {} in the latest backup", grouped(all))
}

/// `of 17 backed up`.
pub fn of_backed_up(all: u64) -> String {
    format!("of {} backed up", grouped(all))
}

/// `5 of 17 policy types restored at least once`.
pub fn covered(covered: u64, all: u64) -> String {
    format!(
        "{} of {} restored at least once",
        grouped(covered),
        words::counted(all, "policy type", "policy types")
    )
}

/// `24 h, from its profile`.
pub fn window_from(hours: u64, source: &str) -> String {
    format!("{hours} h, {source}")
}

/// `Freshness windows: entra 168 h; intune 24 h`.
pub fn freshness_windows(windows: &str) -> String {
    format!("Freshness windows: {windows}.")
}

/// `Scopes or profiles also have windows of 4 h and 168 h.`
pub fn other_windows(windows: &str) -> String {
    format!("Scopes or profiles also have windows of {windows}.")
}

/// `2 need follow-up`.
pub fn follow_ups(schedules: u64) -> String {
    format!("{} follow-up", words::counted(schedules, "needs", "need"))
}

/// `Showing 10 of 37`.
pub fn showing(shown: usize, all: u64) -> String {
    format!("Showing {} of {}", grouped(shown as u64), grouped(all))
}

/// Which rows of a table are printed: `Rows 1 to 1 000 of 3 000. The CSV file has all of them.`
pub fn on_paper((first, last): (usize, usize), all: usize) -> String {
    if last - first == all {
        return showing(all, all as u64);
    }
    let [from, to, of] = [first + 1, last, all].map(|row| grouped(row as u64));
    format!("Rows {from} to {to} of {of}. {CSV_HOLDS_ALL}")
}

/// So many days: `30 days`.
pub fn days(days: u64) -> String {
    format!("{days} days")
}

/// The title of the browser's window: `Tenants · Contoso MSP · Posture`. The workspace is named once it is known.
pub fn window_title(page: &str, workspace: Option<&str>) -> String {
    match workspace {
        Some(workspace) => format!("{page} · {workspace} · {PRODUCT}"),
        None => format!("{page} · {PRODUCT}"),
    }
}
