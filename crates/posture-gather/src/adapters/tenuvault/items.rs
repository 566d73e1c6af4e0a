//! The files of a backup: one item each.

use posture_core::export::snapshot::BackupItem;
use serde_json::Value;

use crate::adapters::shared::inventory::{item, with_assignments, with_problem, wrong_setting_count};
use crate::adapters::shared::values::{get, text};

/// The types whose objects have no assignments of their own.
const UNASSIGNED: [&str; 14] = [
    "AndroidEnrollmentProfiles",
    "AppCategories",
    "AppleAutomatedEnrollment",
    "AssignmentFilters",
    "ConditionalAccess",
    "ConditionalAccessPolicies",
    "DeviceCategories",
    "DeviceCleanupRules",
    "MultiAdminApprovalPolicies",
    "NotificationTemplates",
    "ReusablePolicySettings",
    "RoleScopeTags",
    "ComplianceNotificationTemplates",
    "NamedLocations",
];
/// The types whose assignments older versions could not read. They wrote an empty list.
const FORMERLY_UNREAD: [&str; 2] = ["ConfigurationPolicies", "ComplianceSettingsPolicies"];

fn is_one_of(names: &[&str], type_folder: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(type_folder))
}

/// The item of a file.
pub(super) fn read(type_folder: &str, stem: &str, value: &Value) -> BackupItem {
    let named =
        ["displayName", "name", "profileName", "tokenName"].into_iter().find_map(|key| text(value, key));
    let item = item(type_folder, Some(named.unwrap_or(stem)), text(value, "id"));
    // A role has assignments under a name of their own.
    let is_captured =
        ["assignments", "roleAssignments"].iter().any(|key| get(value, key).is_some_and(Value::is_array));
    let item = if is_captured {
        with_assignments(item, "captured", None)
    } else if is_one_of(&UNASSIGNED, type_folder) {
        item
    } else {
        with_assignments(item, "unknown", Some("The file does not say whether there were assignments."))
    };
    with_problem(item, wrong_setting_count(value, value))
}

/// Whether a list of assignments is empty that older versions left empty without reading it.
pub(super) fn may_be_unread(type_folder: &str, value: &Value) -> bool {
    is_one_of(&FORMERLY_UNREAD, type_folder)
        && get(value, "assignments").and_then(Value::as_array).is_some_and(Vec::is_empty)
}
