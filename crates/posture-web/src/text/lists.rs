//! Captions of lists of tenants, of the command palette and of saved files.

use posture_core::export::csv::Separator;
use posture_core::words;

use super::grouped;

pub const OPEN_WORST: &str = "Open the worst";
pub const STALE_SOON: &str = "Go stale in 24 h";
pub const STALE_SOON_NOTE: &str = "no backup scheduled in time";
pub const UNSETTLED_NOTE: &str = "loose ends that change no verdict";
pub const WITH_FINDINGS: &str = "tenants with findings";
pub const GROUPS: &str = "Groups";
pub const GROUP_BY: &str = "Group by";
pub const LEFT_OUT_OF_COPY: &str = "left out of this copy";
pub const DIFFERENCE: &str = "Difference";
pub const OPEN_ONE_MORE: &str = "open one more to compare";
pub const NOT_GROUPED: &str = "None";
pub const NO_GROUPS: &str = "No tenant is in a group of this kind.";
pub const ALL_GROUPS: &str = "All groups";
pub const SAVED_FILE: &str = "A saved file";
pub const KEPT_FILE_TITLE: &str = "Compare with a report or snapshot that you saved";
pub const CHOOSE_KEPT_FILE: &str = "Choose file";
pub const CHOOSE_ANOTHER_FILE: &str = "Choose another file";
pub const KEPT_FILE_READ_HERE: &str = "The file is read in this page. It is not uploaded.";
pub const ON_SCREEN: &str = "on screen";
pub const OF_WHICH: &str = "of which";
pub const MORE_FILTERS: &str = "More filters";
pub const COPY_KEY: &str = "Copy key";
pub const NOT_COPIED: &str = "The browser did not allow copying.";
pub const AS_USUAL: &str = "as usual";

pub const TENANTS_FILE: &str = "tenants";
pub const FINDINGS_FILE: &str = "findings";
pub const REPORT_FILE: &str = "report";
pub const SNAPSHOT_FILE: &str = "snapshot";
pub const POSTURE_FILE: &str = "posture";
pub const SAVE_SNAPSHOT_JSON: &str = "Snapshot (JSON)";
pub const SAVE_SNAPSHOT_NOTE: &str = "the evidence itself, to open or compare later";
pub const SLIM_COPY: &str = "; without item names and failure reasons";
pub const SEPARATOR: &str = "CSV separator";

pub const COMMANDS: &str = "Go to a tenant, a page or an action";
pub const COMMANDS_SHORT: &str = "Find";
pub const COMMANDS_PLACEHOLDER: &str = "Tenant, page or action";
pub const COMMANDS_NONE: &str = "Nothing matches.";
pub const NEXT_ROW: &str = "Next row";
pub const PREVIOUS_ROW: &str = "Previous row";
pub const COPY_FOCUSED_KEY: &str = "Copy the key of the focused tenant";
pub const PRINT: &str = "Print this page";
pub const PAGE: &str = "Page";
pub const ACTION: &str = "Action";

/// How many more: `+3`, `−3` or `0`.
pub fn difference(was: u64, is: u64) -> String {
    match is.cmp(&was) {
        std::cmp::Ordering::Greater => format!("+{}", grouped(is - was)),
        std::cmp::Ordering::Less => format!("−{}", grouped(was - is)),
        std::cmp::Ordering::Equal => grouped(0),
    }
}

/// What is shown for a name or reason that the evidence does not have.
pub fn absent_detail(is_reduced: bool) -> &'static str {
    if is_reduced { LEFT_OUT_OF_COPY } else { super::NOT_STATED }
}

/// `Times in brackets are UTC+01:00.`
pub fn local_times(zone: &str) -> String {
    format!("Times in brackets are {zone}.")
}

/// `39 of 45 tenants checked`.
pub fn checked(evaluated: u64, exported: u64) -> String {
    format!("{} of {} checked", grouped(evaluated), words::counted(exported, "tenant", "tenants"))
}

/// `Showing 10 of 19 tenants (23 issues in all)`; without the issues, `Showing 10 of 19 tenants`.
pub fn showing_tenants(shown: usize, tenants: u64, issues: Option<u64>) -> String {
    let tenants = words::counted(tenants, "tenant", "tenants");
    let issues = issues.map(|issues| format!(" ({} in all)", words::counted(issues, "issue", "issues")));
    format!("Showing {} of {tenants}{}", grouped(shown as u64), issues.unwrap_or_default())
}

/// `Show 20 more`.
pub fn show_more(count: u64) -> String {
    format!("Show {} more", grouped(count))
}

/// `Copied 9f3c…`.
pub fn copied(key: &str) -> String {
    format!("Copied {key}")
}

/// `324 as usual`.
pub fn as_usual(count: u64) -> String {
    format!("{} {AS_USUAL}", grouped(count))
}

/// A separator as a person chooses it.
pub fn separator(separator: Separator) -> &'static str {
    match separator {
        Separator::Comma => "Comma",
        Separator::Semicolon => "Semicolon (Excel in many languages)",
        Separator::Tab => "Tab",
    }
}
