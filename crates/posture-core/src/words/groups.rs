//! Groups of tenants, in words.

use crate::views::group_search::UnknownGroup;
use crate::views::groups::{GroupBy, GroupCount};
use crate::words::shortening::line;
use crate::words::{counted, listed, nearest};

/// How many known names are listed.
const MOST_LISTED: usize = 10;

/// What tenants are grouped by.
pub fn group_by_label(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Profile => "Profile",
        GroupBy::Environment => "Environment",
        GroupBy::Label => "Label",
    }
}

/// A group's name, or what tenants without one are called.
pub fn group_name(by: GroupBy, name: Option<&str>) -> &str {
    match (name, by) {
        (Some(name), _) => name,
        (None, GroupBy::Profile) => "No profile",
        (None, GroupBy::Environment) => "No environment",
        (None, GroupBy::Label) => "No label",
    }
}

/// The tenants of a group in a line: `12 tenants: 3 backup attention and 1 unsettled`.
pub fn group_summary(group: &GroupCount) -> String {
    let tenants = counted(group.tenants, "tenant", "tenants");
    let parts = [
        (group.backup_attention, "backup attention"),
        (group.recovery_attention, "recovery attention"),
        (group.unsettled, "unsettled"),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() { tenants } else { format!("{tenants}: {}", listed(&parts)) }
}

/// The titles of the columns of a comparison by group.
pub const GROUP_CHANGE_COLUMNS: [&str; 5] = ["Worse", "Better", "Other changes", "Unchanged", "Tenants"];

/// Groups that are too many to be listed.
pub fn groups_not_listed(groups: u64) -> String {
    format!("{} not listed.", counted(groups, "more group is", "more groups are"))
}

/// That no tenant is in a group that was asked for, the known name that is most like it, and which names there are.
pub fn unknown_group(unknown: &UnknownGroup) -> String {
    let kind = match unknown.by {
        GroupBy::Profile => "profile",
        GroupBy::Environment => "environment",
        GroupBy::Label => "label",
    };
    let mut parts = vec![format!("No checked tenant has the {kind} “{}”.", line(&unknown.name))];
    let nearest = nearest(&unknown.name, unknown.known.iter().map(String::as_str));
    parts.extend(nearest.map(|nearest| format!("Did you mean “{}”?", line(nearest))));
    let mut known: Vec<_> =
        unknown.known.iter().take(MOST_LISTED).map(|name| format!("“{}”", line(name))).collect();
    let more = unknown.known.len().saturating_sub(MOST_LISTED);
    if more > 0 {
        known.push(format!("{more} more"));
    }
    parts.push(match known.is_empty() {
        true => format!("None has any {kind}."),
        false => format!("Known: {}.", listed(&known)),
    });
    parts.join(" ")
}
