//! The files of an export: one item each.

use posture_core::export::snapshot::BackupItem;
use serde_json::Value;

use super::batch::Batch;
use crate::adapters::shared::inventory::{broken_item, item, with_assignments};
use crate::adapters::shared::values::{get, text};
use crate::read_error::ReadError;
use crate::text as encoding;
use crate::tree::stem_and_extension;

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

/// The types of IntuneManagement, by folder.
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
];

/// The type with this folder.
pub(super) fn of_folder(folder: &str) -> Option<&'static Type> {
    TYPES.iter().find(|known| known.folder.eq_ignore_ascii_case(folder))
}

/// The policy type for a title in the log: the folder of the type, else the title.
pub(super) fn policy_type_of_title(title: &str) -> &str {
    TYPES.iter().find(|known| known.title.eq_ignore_ascii_case(title)).map_or(title, |known| known.folder)
}

/// Whether only IntuneManagement names a folder like this. `Applications` and `Locations` are names that anybody gives.
pub(super) fn is_distinctive(folder: &str) -> bool {
    of_folder(folder).is_some_and(|known| known.folder.chars().filter(char::is_ascii_uppercase).count() > 1)
}

/// The item of a file, or the reason why it is not one. `folder` is the name of the type's folder.
pub(super) fn read(
    folder: &str,
    name: &str,
    bytes: Result<Vec<u8>, ReadError>,
    batch: &Batch,
) -> Result<BackupItem, &'static str> {
    let (stem, extension) = stem_and_extension(name);
    if extension != "json" {
        return Err("it is not a .json file");
    }
    let known = of_folder(folder);
    let policy_type = known.map_or(folder, |known| known.folder);
    if stem.ends_with("_Settings") && policy_type == "EndpointSecurity" {
        return Err("it holds the settings of another item");
    }
    let value = match bytes.map_err(encoding::TextError::from).and_then(encoding::json) {
        Ok(value) => value,
        Err(why) => {
            return Ok(broken_item(policy_type, stem, &format!("Failed to read {name}: {why}.")));
        }
    };
    if !value.is_object() {
        let why = format!("{name} does not hold an object.");
        return Ok(broken_item(policy_type, stem, &why));
    }
    let display_name = text(&value, "displayName").or_else(|| text(&value, "name")).unwrap_or(stem);
    let item = item(policy_type, Some(display_name), text(&value, "id"));
    Ok(assignments(item, &value, known, batch))
}

fn assignments(item: BackupItem, value: &Value, known: Option<&Type>, batch: &Batch) -> BackupItem {
    let is_written = get(value, "assignments").is_some_and(Value::is_array);
    let has_link = get(value, "assignments@odata.navigationLink").is_some();
    let has_assignments = known.is_none_or(|known| known.has_assignments);
    if is_written {
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
