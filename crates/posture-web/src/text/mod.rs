//! Captions of the dashboard: names of columns, buttons and places. Verdicts and their sentences are the core's.

#![expect(missing_docs, reason = "a caption is its own description")]

use posture_core::report::overview::DestinationKind;

mod instants;
mod numbers;

pub use self::instants::{no_instant, relative, updated};
pub use self::numbers::{bytes, grouped};

pub const PRODUCT: &str = "Posture";
pub const SKIP_TO_CONTENT: &str = "Skip to content";
pub const MAIN_NAVIGATION: &str = "Main";
pub const BREADCRUMB: &str = "Breadcrumb";
pub const OVERVIEW: &str = "Overview";
pub const TENANTS: &str = "Tenants";
pub const OPEN_SNAPSHOT: &str = "Open snapshot";
pub const COMPARE: &str = "Compare";
pub const WORKSPACES: &str = "Workspaces";
pub const THEME: &str = "Colours: ";
pub const THEME_SYSTEM: &str = "System";
pub const THEME_LIGHT: &str = "Light";
pub const THEME_DARK: &str = "Dark";
pub const REFRESH: &str = "Refresh";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const DOWNLOAD_CSV: &str = "Download as CSV";
pub const CSV_HOLDS_ALL: &str = "The CSV file holds all of them.";
pub const SIGNALS: &str = "Signals";
pub const BY_WORST_FIRST: &str = "Worst first";
pub const BY_WORST_LAST: &str = "Worst last";
pub const REVERSED: &str = "the other way round";
pub const ORDER: &str = "Order";
pub const NO_FILTER: &str = "none";
pub const CSV_FILE: &str = "tenants.csv";
pub const CSV_MEDIA_TYPE: &str = "text/csv;charset=utf-8";
pub const CLOSE: &str = "Close";
pub const GO_TO_OVERVIEW: &str = "Go to the overview";
pub const GO_TO_TENANTS: &str = "Go to the tenants";
pub const GO_TO_CHOOSE_TENANT: &str = "Go to choose a tenant";
pub const FOCUS_SEARCH: &str = "Search on this page";
pub const REFRESH_EVIDENCE: &str = "Ask for newer evidence";
pub const CHANGE_COLOURS: &str = "Change between the system's colours, light and dark";
pub const SHOW_SHORTCUTS: &str = "Show these shortcuts";
pub const AS_OF: &str = "As of";

pub const ENDPOINT_UNREACHABLE: &str = "The data endpoint did not answer";
pub const ENDPOINT_NOT_ASKED: &str = "The data endpoint was not asked";
pub const REQUEST_REFUSED: &str = "The data endpoint refused the request";
pub const UNEXPECTED_ANSWER: &str = "The data endpoint's answer does not read";
pub const EVIDENCE_REFUSED: &str = "The snapshot was refused";
pub const FAILED_EYEBROW: &str = "Not loaded";
pub const FAILED_NOTE: &str = "Nothing is known about any tenant until this succeeds.";
pub const STALE_SCREEN: &str = "Refreshing failed. What is shown is older evidence.";
pub const WORKSPACE_GONE: &str = "The workspace is no longer served";
pub const WORKSPACE_GONE_NOTE: &str =
    "The data endpoint serves others, or none. Choose one under Workspaces, or start the endpoint with it.";
pub const TRY_AGAIN: &str = "Try again";
pub const LOADING_PAGE: &str = "Loading the page …";
pub const NO_PAGE: &str = "This page did not come";
pub const NO_SECOND_PART: &str = "The part of the program that draws every page but the overview and saves files did not come. Where a newer version was installed meanwhile, reloading the page brings it.";
pub const READING_EVIDENCE: &str = "Reading the evidence";
pub const NO_WORKSPACE: &str = "No workspace";
pub const NO_WORKSPACE_NOTE: &str = "The data endpoint serves no workspace. Start it with a snapshot file, a folder of snapshots, or a database.";
pub const NO_TENANTS: &str = "No tenant to show";
pub const NO_TENANTS_NOTE: &str =
    "The snapshot holds no tenant that could be evaluated. That is not a calm state: nothing is known.";

pub const WORKSPACE_OVERVIEW: &str = "Workspace overview";
pub const NEEDS_ATTENTION: &str = "Needs attention";
pub const NOTHING_LISTED: &str = "No attention item.";
pub const WORST_FIRST: &str = "worst first";
pub const ALL_TENANTS: &str = "All tenants, worst first";
pub const METRICS: &str = "Tenants in figures";
pub const BACKUP_POSTURE: &str = "Backup posture";
pub const RECOVERY_EVIDENCE: &str = "Recovery evidence";
pub const BACKUP_AGE: &str = "Age of the latest backup";
pub const EVIDENCE: &str = "Evidence";
pub const EVIDENCE_SET_ASIDE: &str = "Some evidence was set aside";
pub const NOTICED_ABOUT_EVIDENCE: &str = "Noticed about this tenant's evidence";
pub const SEE_WHAT: &str = "See what";
pub const FINDINGS: &str = "Findings";
pub const TENANT: &str = "Tenant";
pub const REASON: &str = "Reason";
pub const WHERE: &str = "Where";
pub const WHAT: &str = "What";
pub const WEIGHT: &str = "Weight";
pub const AGE: &str = "Age";
pub const UNNAMED: &str = "unnamed";
pub const WITHOUT_BACKUP: &str = "without a usable backup";
pub const WINDOW: &str = "window";

pub const RECOVERY_READINESS: &str = "Recovery readiness";
pub const TWO_FACTS: &str = "two separate facts";
pub const LATEST_BACKUP_SET: &str = "Latest backup set";
pub const COMPLETED: &str = "Completed";
pub const FRESHNESS_WINDOW: &str = "Freshness window";
pub const STALE_FROM: &str = "Stale from";
pub const QUALITY: &str = "Content";
pub const SCHEDULES: &str = "Schedules";
pub const SCHEDULES_NOT_JUDGED: &str = "not judged at this instant";
pub const NO_FOLLOW_UP: &str = "no follow-up";
pub const LATEST_EXECUTED_RESTORE: &str = "Latest executed restore";
pub const RESULT: &str = "Result";
pub const OUTCOMES: &str = "Outcomes";
pub const COVERAGE: &str = "Coverage";
pub const NONE_ON_RECORD: &str = "none on record";
pub const UNKNOWN: &str = "unknown";
pub const NO_TIME_STATED: &str = "no usable time stated";
pub const BACKUP_AGE_SHORT: &str = "Latest backup";
pub const DEGRADED_ITEMS: &str = "Degraded items";
pub const SCHEDULE_FOLLOW_UPS: &str = "Schedules to follow up";
pub const LATEST_RESTORE_SHORT: &str = "Latest executed restore";
/// On a card of a narrow screen, beside the verdicts.
pub const ON_CARD_BACKUP: &str = "Backup";
pub const ON_CARD_RESTORE: &str = "Restore";
pub const RESTORED_POLICY_TYPES: &str = "Policy types ever restored";
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
pub const NO_COVERAGE: &str = "No executed restore names a policy type.";
pub const RESTORE_RUNS: &str = "Restore runs";
pub const NO_RESTORE_RUNS: &str = "No restore run is on record.";
pub const RUN: &str = "Run";
pub const STATE: &str = "State";
pub const NEXT_STEP: &str = "Next step";
pub const BACKUP_SETS: &str = "Backup sets";
pub const BACKUP_SCHEDULES: &str = "Backup schedules";

pub const HEAR_SHORTCUTS: &str = "Listen for these keys";
pub const ALL_RESTORE_RUNS: &str = "All restore runs";
pub const NO_INSTANT: &str = "The address asks for an instant that cannot be read.";
pub const JUDGE_NOW: &str = "Judge as of now";
pub const UNKNOWN_TENANT: &str = "No evaluated tenant has this key";
pub const UNKNOWN_TENANT_NOTE: &str = "No evaluated tenant of this workspace has this key. Tenants that were not evaluated are listed here by name, with the reason.";
pub const UNKNOWN_PAGE: &str = "No such page";
pub const UNKNOWN_PAGE_NOTE: &str =
    "Nothing is at this address. The link may be mistyped, or from another release.";
pub const BACK_TO_OVERVIEW: &str = "Back to the overview";
pub const BACK_TO_TENANT: &str = "Back to the tenant";
pub const CHOOSE_TENANT: &str = "Choose tenant";
pub const FILTER_BY_NAME: &str = "Filter by name or key";
pub const ALL: &str = "All";
pub const OPEN: &str = "Open";
pub const SHOWN: &str = "shown";
pub const REPORT_DIGEST: &str = "Report digest (SHA-256)";
pub const COMPUTING: &str = "computing";
pub const EXPORTED: &str = "Exported";
pub const EXPORTER: &str = "by";
pub const RECEIVED: &str = "Received";
pub const POLICY: &str = "Policy";

pub const ID: &str = "Id";
pub const DASHBOARD: &str = "Dashboard";
pub const RECORDS: &str = "Records of the tenant";
pub const READING_RECORDS: &str = "Reading the tenant's records …";
pub const RECORDS_NOT_LOADED: &str =
    "The tenant's records did not load. The verdicts above come from the workspace's evidence and hold.";
pub const STALE_RECORDS: &str = "Refreshing this tenant failed. The records shown are older.";
pub const CLOSED_TO_YOU: &str = "Not open to you";
pub const RECORDS_ABSENT: &str = "No records";
pub const RECORDS_ABSENT_NOTE: &str = "The endpoint has no records of this tenant, or none that read. The verdicts above come from the workspace's evidence.";
pub const SOME_SET_ASIDE: &str =
    "Some records of this tenant were set aside and are not listed; the overview's findings name them.";
pub const OPENED_FOR: &str = "Opened because";
pub const NOT_IN_EVIDENCE: &str = "Not in this evidence";
pub const SHOW_MORE: &str = "Show more";
pub const BACKUP_SET: &str = "Backup set";
pub const RESTORE_RUN: &str = "Restore run";
pub const SCHEDULE: &str = "Schedule";
pub const ROLE: &str = "Part in the verdict";
pub const RUN_ROLE: &str = "Part in the evidence";
pub const NAME: &str = "Name";
pub const STATUS_NOT_STATED: &str = "status not stated";
pub const RECENCY: &str = "Recency";
pub const CONTENT: &str = "Content";
pub const STATUS: &str = "Status";
pub const BEGUN: &str = "Begun";
pub const BEGUN_AT: &str = "begun";
pub const ITEMS: &str = "Items";
pub const STATED_ITEMS: &str = "Stated items";
pub const EXPORTED_ITEMS: &str = "Items in evidence";
pub const ITEM: &str = "Item";
pub const PLATFORM: &str = "Platform";
pub const CAPTURED: &str = "Captured";
pub const FALLS_SHORT: &str = "Falls short in";
pub const NOTHING_NOTED: &str = "nothing noted";
pub const DELETED: &str = "deleted; does not count";
pub const DEGRADED_FIRST: &str = "degraded first";
pub const FILTER_ITEMS: &str = "Filter items by name, type, platform or shortcoming";
pub const NO_ITEMS: &str = "The set holds no item.";
pub const NO_ITEM_MATCHES: &str = "No item matches the filter.";
pub const NO_BACKUP_SETS: &str = "No backup set is on record.";
pub const NO_SCHEDULES: &str = "No backup schedule is on record.";
pub const NO_OUTCOMES: &str = "No outcome row is on record for this run.";
pub const NEWEST_FIRST: &str = "newest first";
pub const FOLLOW_UP: &str = "Follow-up";
pub const CADENCE: &str = "Runs";
pub const LAST_RUN: &str = "Last run";
pub const NEXT_RUN: &str = "Next run";
pub const EXPECTED_BY: &str = "Expected by";
pub const OVERDUE_FROM: &str = "overdue from";
pub const IN_THE_FUTURE: &str = "in the future; does not count";
pub const NOT_STATED: &str = "not stated";
pub const DRY_RUN: &str = "Dry run";
pub const DRY_RUNS: &str = "Dry runs";
pub const NO_EXECUTED_RUNS: &str = "No restore run but dry runs is on record.";
pub const TOOK_EFFECT: &str = "Took effect";
pub const STARTED: &str = "Started";
pub const CREATED: &str = "Created";
pub const FROM_SET: &str = "From backup set";
pub const OPERATION_STATUS: &str = "Operation status";
pub const OPERATION_OUTCOME: &str = "Operation outcome";
pub const NOT_APPLIED: &str = "Not applied, as stated";
pub const UNRECOGNISED: &str = "Unrecognised";
pub const FACTS: &str = "Facts";
pub const TIMES: &str = "Times";
pub const RUNS: &str = "Runs";
pub const OUTCOME: &str = "Outcome";
pub const OUTCOMES_IN_FIGURES: &str = "Outcomes in figures";
pub const TIMELINE: &str = "Last 30 days";
pub const AS_TABLE: &str = "As a table";
pub const WHEN: &str = "When";
pub const LANE: &str = "Lane";
pub const NOTHING_HAPPENED: &str = "Nothing is on record for these days.";
pub const FRESHNESS: &str = "freshness window";

pub const AS_OF_TITLE: &str = "Judge the evidence as of";
pub const AS_EXPORTED: &str = "The export";
pub const NOW: &str = "Now";
pub const INSTANT_UTC: &str = "Instant (UTC)";
pub const HOURS_FROM_EXPORT: &str = "Hours from the export, 30 days back to 7 days ahead";
pub const NOT_THE_EXPORT: &str = "Judged as of another instant than the export";
pub const BACK_TO_EXPORT: &str = "Back to the export";
pub const FILTERS: &str = "Filters";
pub const CLEAR_FILTERS: &str = "Clear filters";
pub const NOTHING_MATCHES: &str = "No tenant matches. Clear the filters to see all.";

pub const REPORT: &str = "Report";
pub const REPORT_FILE: &str = "report.json";
pub const OFFLINE_REVIEW: &str = "Offline review";
pub const NO_FILE: &str = "No file is open. Nothing you open leaves this machine.";
pub const OPEN_AGAIN: &str = "Open the file to see this page";
pub const OPEN_AGAIN_NOTE: &str = "Evidence is never stored, so a reloaded page has none. Open the file again, and this page shows what it says.";
pub const OPEN_LEAD: &str =
    "See an exported snapshot in this dashboard, without a server and without a network.";
pub const DROP_HERE: &str = "Drop snapshots here";
pub const DROP_TO_OPEN: &str = "Drop to open";
pub const CHOOSE_FILES: &str = "Choose files";
pub const READ_HERE: &str = "Files are read on this machine, in this page. Nothing is uploaded, stored or requested; the page's own policy allows no connection for it.";
pub const KINDS_READ: &str = ".json, .ndjson, either packed as .gz";
pub const READING: &str = "Reading";
pub const CANCEL: &str = "Cancel";
pub const REFUSED: &str = "Refused";
pub const FOUND: &str = "Found";
pub const WHAT_TO_DO: &str = "What to do";
pub const SEE_LIMITS: &str = "What is read, and up to what";
pub const OPEN_FILES: &str = "Open files";
pub const OPEN_ANOTHER: &str = "Open another file";
pub const SHOW: &str = "Show";
pub const CLOSE_FILE: &str = "Close";
pub const FILE: &str = "File";
pub const FILE_DIGEST: &str = "File (SHA-256)";
pub const DIGEST_DIFFERS: &str = "The digest derived here differs from the one this file states. It may have been changed, or made by another release.";
pub const LEAVE_REVIEW: &str = "Leave review";
pub const FILES_AND_EXPORTS: &str = "Files and exports";
pub const SAVE: &str = "Save";
pub const EXPORTS: &str = "Save what is shown";
pub const SAVE_REPORT: &str = "Report (JSON)";
pub const SAVE_REPORT_NOTE: &str = "the SHA-256 of its bytes is the report digest";
pub const SAVE_REGISTRY: &str = "Tenants (CSV)";
pub const SAVE_FINDINGS: &str = "Findings (CSV)";
pub const NEWER_EVIDENCE: &str =
    "The endpoint holds newer evidence than what is shown. Refresh, then save again.";
pub const SAVE_SINGLE_FILE: &str = "One file (HTML)";
pub const SAVE_SINGLE_FILE_NOTE: &str =
    "this dashboard with the snapshot inside; opens from disk, makes no request";
pub const SAVING: &str = "Making the file …";
pub const NOT_SAVED: &str = "The file was not made";
pub const CHANGED_ON_DISK: &str = "The snapshot changed on disk since it was opened. Open it again.";
pub const NO_SHELL: &str = "The app's own files could not be had. With the server gone, they come from those kept for offline use, if they were kept.";
pub const FINDINGS_FILE: &str = "findings.csv";
pub const JSON_MEDIA_TYPE: &str = "application/json";
pub const HTML_MEDIA_TYPE: &str = "text/html;charset=utf-8";
pub const NEWER_VERSION: &str = "A newer version is ready.";
pub const RELOAD: &str = "Reload";
pub const FILE_SIZE_LIMIT: &str = "Size of a file, unpacked, in this browser";
pub const OPEN_SIZE_LIMIT: &str = "Open at once in one page";
pub const FILES_READ_LIMIT: &str = "Files";

/// `12.3 MB of 45.6 MB · 1 234 tenants`.
pub fn progress(bytes_read: u64, of: u64, tenants: usize) -> String {
    format!("{} of {} · {} tenants judged", bytes(bytes_read), bytes(of), grouped(tenants as u64))
}

pub const WORKSPACE: &str = "Workspace";
pub const SCOPE: &str = "Scope";
pub const PRINTED_TITLE: &str = "Backup posture and recovery evidence of one tenant";
pub const NO_FINDING_OF_TENANT: &str = "Nothing was noticed about this tenant's evidence itself.";
pub const FORECAST: &str = "Forecast";
pub const FORESEEN: &str = "Foreseen";
pub const FORECAST_LINK: &str = "Who turns stale next";
pub const HORIZON: &str = "How far ahead";
pub const AFTER_INSTANT: &str = "After";
pub const NO_FORECAST: &str = "There is no forecast from before the export.";
pub const WHAT_IF: &str = "What if";
pub const WHAT_IF_LINK: &str = "Try another window";
pub const SCHEDULE_GRACE: &str = "Schedule grace";
pub const OWN_POLICY: &str = "The evidence's own";
pub const TRIED: &str = "Tried";
pub const NOT_ITS_POLICY: &str = "Not the evidence's own policy";
pub const BACK_TO_ITS_POLICY: &str = "Back to its own";
pub const CHANGED_TENANTS: &str = "Tenants that change";
pub const NOTHING_CHANGES: &str = "No tenant's verdict changes.";
pub const COMPARE_LEAD: &str =
    "What became of each tenant between two snapshots of a workspace, each judged as of its own export.";
pub const OPEN_TWO: &str = "Open two snapshots of one workspace to compare them.";
pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const EXCHANGE: &str = "Exchange";
pub const NOT_COMPARABLE: &str = "These two cannot be compared";
pub const FAMILY: &str = "Family";
pub const CHANGE: &str = "Change";
pub const CHANGES: &str = "Changes";
pub const TOTALS: &str = "Totals";
pub const BOTH_SIDES: &str = "Tenants of both sides";
pub const FILTER_BY_TENANT: &str = "Filter by name";
pub const NO_SUCH_CHANGE: &str = "No tenant matches.";
pub const EVERY_TENANT_IN_FILE: &str = "The file holds every tenant, the unchanged ones too.";
pub const COMPARISON_FILE: &str = "comparison.csv";

/// What the way to a destination is called.
pub fn destination(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::TenantDashboard => "Open tenant",
        DestinationKind::ChooseTenant => CHOOSE_TENANT,
        DestinationKind::SwitchWorkspace => "Switch workspace",
        DestinationKind::Link => "Open signal",
    }
}

/// `Showing 10 of 37`.
pub fn showing(shown: usize, all: u64) -> String {
    format!("Showing {} of {}", grouped(shown as u64), grouped(all))
}

/// Which of a table's rows are on paper: `Rows 1 to 1 000 of 3 000. The CSV file holds all of them.`
pub fn on_paper((first, last): (usize, usize), all: usize) -> String {
    if last - first == all {
        return showing(all, all as u64);
    }
    let [from, to, of] = [first + 1, last, all].map(|row| grouped(row as u64));
    format!("Rows {from} to {to} of {of}. {CSV_HOLDS_ALL}")
}

/// A title of the browser's window.
pub fn window_title(page: &str) -> String {
    format!("{page} · {PRODUCT}")
}
