//! The files of an export: one item each.

use posture_core::export::snapshot::BackupItem;
use serde_json::Value;

use super::batch::Batch;
use crate::adapters::shared::inventory::{
    broken_item, item, with_assignments, with_problem, wrong_setting_count,
};
use crate::adapters::shared::values::{get, text};
use crate::source::Source;
use crate::tree::{name_of, stem_and_extension};

/// A type of object: its folder, its title in the log, and whether objects of it have assignments of their own.
pub(super) struct Type {
    pub(super) folder: &'static str,
    pub(super) title: &'static str,
    has_assignments: bool,
}

const fn assigned(folder: &'static str, title: &'static str) -> Type {
    Type { folder, title, has_assignments: true }
}

const fn unassigned(folder: &'static str, title: &'static str) -> Type {
    Type { folder, title, has_assignments: false }
}

/// The types of IntuneManagement and, without a title in its log, of Intune Commander, by folder.
pub(super) const TYPES: &[Type] = &[
    assigned("AdministrativeTemplates", "Administrative Templates"),
    unassigned("ADMXFiles", "ADMX Files"),
    assigned("AndroidOEMConfig", "Android OEM Config"),
    assigned("AppConfigurationManagedApp", "App Configuration (App)"),
    assigned("AppConfigurationManagedDevice", "App Configuration (Device)"),
    assigned("AppleEnrollmentTypes", "Apple Enrollment Types"),
    assigned("Applications", "Applications"),
    assigned("AppProtection", "App Protection"),
    unassigned("AssignmentFilters", "Filters"),
    unassigned("AuthenticationContext", "Authentication Context"),
    unassigned("AuthenticationStrengths", "Authentication Strengths"),
    assigned("AutoPilot", "Autopilot"),
    unassigned("AzureBranding", "Azure Branding"),
    assigned("CoManagementSettings", "Co-Management Settings"),
    assigned("CompliancePolicies", "Compliance Policies"),
    assigned("CompliancePoliciesV2", "Compliance Policies - V2"),
    unassigned("ComplianceScripts", "Compliance Scripts"),
    unassigned("ConditionalAccess", "Conditional Access"),
    unassigned("DeviceCategories", "Device Categories"),
    assigned("DeviceConfiguration", "Device Configuration"),
    assigned("DeviceHealthScripts", "Health Scripts"),
    assigned("DriverUpdateProfiles", "Driver Update Profiles"),
    assigned("EndpointSecurity", "Endpoint Security"),
    assigned("EnrollmentRestrictions", "Enrollment Restrictions"),
    assigned("EnrollmentStatusPage", "Enrollment Status Page"),
    assigned("FeatureUpdates", "Feature Updates"),
    assigned("HardwareConfigurations", "BIOS Configurations"),
    assigned("IntuneBranding", "Intune Branding"),
    assigned("InventoryPolicies", "Inventory Policies"),
    assigned("iOSDepProfile", "iOS Enrollment Profile"),
    unassigned("Locations", "Locations"),
    assigned("MacCustomAttributes", "Custom Attributes"),
    assigned("MacScripts", "Scripts (Shell)"),
    unassigned("NamedLocations", "Named Locations"),
    unassigned("Notifications", "Notifications"),
    assigned("PolicySets", "Policy Sets"),
    assigned("PowerShellScripts", "Scripts (PowerShell)"),
    assigned("QualityUpdates", "Quality Updates"),
    unassigned("ReusableSettings", "Reusable Settings"),
    assigned("RoleDefinitions", "Role Definitions"),
    unassigned("ScopeTags", "Scope (Tags)"),
    assigned("SettingsCatalog", "Settings Catalog"),
    assigned("TermsAndConditions", "Terms and Conditions"),
    unassigned("TermsOfUse", "Terms of use"),
    assigned("UpdatePolicies", "Update Policies"),
    assigned("W365ProvisioningPolicies", "W365 Provisioning Policies"),
    assigned("W365UserSettings", "W365 User Settings"),
    assigned("AppProtectionPolicies", ""),
    unassigned("AuthenticationContexts", ""),
    assigned("AutopilotProfiles", ""),
    unassigned("AzureBrandingLocalizations", ""),
    unassigned("ConditionalAccessPolicies", ""),
    assigned("DeviceConfigurations", ""),
    assigned("DeviceManagementScripts", ""),
    assigned("DeviceShellScripts", ""),
    assigned("DriverUpdates", ""),
    assigned("EnrollmentConfigurations", ""),
    assigned("IntuneBrandingProfiles", ""),
    assigned("ManagedDeviceAppConfigurations", ""),
    unassigned("NotificationTemplates", ""),
    unassigned("ReusablePolicySettings", ""),
    assigned("TargetedManagedAppConfigurations", ""),
];
/// The keys under which Intune Commander writes an object next to its assignments.
const WRAPPERS: [&str; 5] = ["application", "intent", "policy", "script", "template"];

/// The type with this folder.
pub(super) fn of_folder(folder: &str) -> Option<&'static Type> {
    TYPES.iter().find(|known| known.folder.eq_ignore_ascii_case(folder))
}

/// The policy type for a title in the log: the folder of the type, else the title.
pub(super) fn policy_type_of_title(title: &str) -> &str {
    let known = TYPES.iter().find(|known| !title.is_empty() && known.title.eq_ignore_ascii_case(title));
    known.map_or(title, |known| known.folder)
}

/// Whether only IntuneManagement names a folder like this. `Applications` and `Locations` are names that anybody gives.
pub(super) fn is_distinctive(folder: &str) -> bool {
    of_folder(folder).is_some_and(|known| known.folder.chars().filter(char::is_ascii_uppercase).count() > 1)
}

/// Where a file is in an export.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    /// In the folder of a type.
    Type(&'p str),
    /// Next to the migration table: the export was set not to add a folder for each type.
    Flat,
}

/// The item of a file, and the code of the note if something is wrong with it; or the reason why the file is not one.
pub(super) async fn read(
    source: &Source<'_>,
    place: Place<'_>,
    path: &str,
    batch: &Batch,
) -> Result<(BackupItem, &'static str), &'static str> {
    const UNREADABLE: &str = "unreadable_file";
    let name = name_of(path);
    let (stem, extension) = stem_and_extension(name);
    if extension != "json" {
        return Err("it is not a .json file");
    }
    let (known, folder) = match place {
        Place::Type(folder) => (of_folder(folder), folder),
        Place::Flat => (None, "not stated"),
    };
    let policy_type = known.map_or(folder, |known| known.folder);
    let text_of = source.read_text(path).await;
    let may_be_settings = stem.ends_with("_Settings");
    if may_be_settings && text_of.as_ref().is_ok_and(|text| text.trim().is_empty()) {
        return Err("it is for the settings of another item, and is empty");
    }
    let value = match text_of {
        Ok(text) => source.json_of(&text).await,
        Err(why) => Err(why),
    };
    let value = match value {
        Ok(value) => value,
        Err(why) => {
            let why = format!("Failed to read {name}: {why}.");
            return Ok((broken_item(policy_type, stem, &why), UNREADABLE));
        }
    };
    let is_named = |value: &Value| ["id", "displayName", "name"].iter().any(|key| text(value, key).is_some());
    if may_be_settings && !is_named(&value) {
        return Err("it holds the settings of another item");
    }
    if !value.is_object() {
        let why = format!("{name} does not hold an object.");
        return Ok((broken_item(policy_type, stem, &why), UNREADABLE));
    }
    let policy_type = match place {
        Place::Type(_) => policy_type,
        Place::Flat => match text(&value, "@odata.type") {
            Some(written) => written.strip_prefix("#microsoft.graph.").unwrap_or(written),
            None if get(&value, "@odata.context").is_some() => policy_type,
            None => return Err("it is not in a folder of a type"),
        },
    };
    let wrapped = || WRAPPERS.iter().find_map(|key| get(&value, key).filter(|inner| inner.is_object()));
    let object = if is_named(&value) { &value } else { wrapped().unwrap_or(&value) };
    if !is_named(object) && get(object, "@odata.type").is_none() {
        let why = format!("{name} has neither an id nor a name, so it is not an object of Intune.");
        return Ok((broken_item(policy_type, stem, &why), UNREADABLE));
    }
    let display_name = text(object, "displayName").or_else(|| text(object, "name")).unwrap_or(stem);
    let item = item(policy_type, Some(display_name), text(object, "id"));
    let item = assignments(item, &value, known, batch);
    Ok((with_problem(item, wrong_setting_count(object, &value)), "incomplete_item"))
}

fn assignments(item: BackupItem, value: &Value, known: Option<&Type>, batch: &Batch) -> BackupItem {
    let is_written = get(value, "assignments").is_some_and(Value::is_array);
    let has_link = get(value, "assignments@odata.navigationLink").is_some();
    let has_more = get(value, "assignments@odata.nextLink").is_some();
    let has_assignments = known.is_none_or(|known| known.has_assignments);
    if is_written && has_more {
        with_assignments(item, "not_captured", Some("The file has only the first page of the assignments."))
    } else if is_written {
        with_assignments(item, "captured", None)
    } else if has_assignments && batch.exports_assignments == Some(false) {
        with_assignments(item, "not_captured", Some("The bulk export was set not to export assignments."))
    } else if has_link {
        with_assignments(item, "not_captured", Some("The file has only a link to the assignments."))
    } else if has_assignments {
        with_assignments(item, "unknown", Some("The file does not say whether there were assignments."))
    } else {
        item
    }
}
