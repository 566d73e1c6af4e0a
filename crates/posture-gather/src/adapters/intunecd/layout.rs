//! Where IntuneCD writes what: the folders of a backup, and which files are items.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{name_of, stem_and_extension};

/// The folders that the tool writes directly below its backup folder.
const TYPES: [&str; 29] = [
    "Activation Lock Bypass Codes",
    "App Configuration",
    "App Protection",
    "Apple Push Notification",
    "Apple VPP Tokens",
    "Applications",
    "Autopilot Devices",
    "Compliance Policies",
    "Conditional Access",
    "Custom Attributes",
    "Device Categories",
    "Device Configurations",
    "Device Management Settings",
    "Driver Updates",
    "Enrollment Configurations",
    "Enrollment Profiles",
    "Entra",
    "Feature Updates",
    "Filters",
    "Group Policy Configurations",
    "Managed Google Play",
    "Management Intents",
    "Partner Connections",
    "Proactive Remediations",
    "Quality Updates",
    "Roles",
    "Scope Tags",
    "Scripts",
    "Settings Catalog",
];

/// Types whose objects have no assignments, or whose assignments the tool does not fetch. A type below one of them counts too.
const WITHOUT_ASSIGNMENTS: [&str; 14] = [
    "Activation Lock Bypass Codes",
    "Apple Push Notification",
    "Apple VPP Tokens",
    "Autopilot Devices",
    "Compliance Policies/Message Templates",
    "Compliance Policies/Scripts",
    "Conditional Access",
    "Device Categories",
    "Device Management Settings",
    "Enrollment Profiles/Apple",
    "Entra",
    "Filters",
    "Managed Google Play",
    "Partner Connections",
];

/// Types that the tool backs up and has no update module for.
const NEVER_RESTORED: [&str; 8] = [
    "Activation Lock Bypass Codes",
    "Applications",
    "Apple Push Notification",
    "Apple VPP Tokens",
    "Autopilot Devices",
    "Entra/Applications",
    "Managed Google Play",
    "Partner Connections",
];

/// What a file below the backup folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class<'a> {
    /// An item of this type.
    Item(&'a str),
    /// A file that the tool moved to its archive, because the object is gone from the tenant.
    Archived,
    /// The report that every backup writes again.
    Report,
    /// Not an item: documentation, scripts next to their items, reports.
    Other,
}

/// Classifies a path below the backup folder.
pub(super) fn classify(path: &str) -> Class<'_> {
    let Some((folder, name)) = path.rsplit_once('/') else { return Class::Other };
    if folder.split('/').any(|part| part == "__archive__") || folder.split('/').next() == Some("archive") {
        return Class::Archived;
    }
    if folder == "Assignment Report" {
        return Class::Report;
    }
    let is_no_type =
        |part: &str| part.starts_with('.') || matches!(part, "docs" | "Script Data" | "mobileconfig");
    if folder.split('/').any(is_no_type) {
        return Class::Other;
    }
    if matches!(name, ".json" | ".yaml") {
        // An object without a name, such as that of managed Google Play.
        return Class::Item(folder);
    }
    if name.starts_with('.') {
        return Class::Other;
    }
    match stem_and_extension(name).1.as_str() {
        "json" | "yaml" | "yml" => Class::Item(folder),
        _ => Class::Other,
    }
}

/// Whether the first part of a path below the backup folder is a folder of the tool.
pub(super) fn is_of_tool(path: &str) -> bool {
    path.split('/')
        .next()
        .is_some_and(|first| TYPES.contains(&first) || first == "__archive__" || first == "Assignment Report")
}

fn is_one_of(policy_type: &str, types: &[&str]) -> bool {
    types.iter().any(|known| {
        policy_type == *known || policy_type.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Whether objects of a type have assignments that the tool fetches.
pub(super) fn has_assignments(policy_type: &str) -> bool {
    !is_one_of(policy_type, &WITHOUT_ASSIGNMENTS)
}

/// Whether the tool can restore objects of a type.
pub(super) fn is_restorable(policy_type: &str) -> bool {
    !is_one_of(policy_type, &NEVER_RESTORED)
}

/// The id that `--append-id` puts at the end of a file's name, and the name without it.
///
/// Both may have two underscores. The name in the content, if it is known, says where the name of the file goes on.
pub(super) fn split_id<'s>(stem: &'s str, display_name: Option<&str>) -> (&'s str, Option<&'s str>) {
    let in_file = display_name.map(|name| name.replace(['/', '\\', ':', '*', '?', '<', '>', '"', '|'], "_"));
    let after = in_file.and_then(|name| stem.strip_prefix(name.as_str()));
    let parts = match after {
        Some(after) => after.split_once("__").map(|(_, id)| (&stem[..stem.len() - id.len() - 2], id)),
        None => stem.rsplit_once("__"),
    };
    match parts {
        Some((name, id)) if !name.is_empty() && !id.is_empty() => (name, Some(id)),
        _ => (stem, None),
    }
}

/// The folders that look like backups, each with how many of the tool's types it has; the most first.
pub(super) fn backup_folders<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<(String, usize)> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in paths {
        if !matches!(stem_and_extension(name_of(path)).1.as_str(), "json" | "yaml" | "yml") {
            continue;
        }
        let parts: Vec<_> = path.split('/').collect();
        let Some((_, folders)) = parts.split_last() else { continue };
        let Some(at) = folders.iter().position(|part| TYPES.contains(part)) else { continue };
        if folders[..at].iter().any(|part| part.starts_with('.') || *part == "__archive__") {
            continue;
        }
        if let Some(first) = folders.get(at) {
            found.entry(folders[..at].join("/")).or_default().insert(first);
        }
    }
    let mut folders: Vec<_> = found.into_iter().map(|(folder, types)| (folder, types.len())).collect();
    folders.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    // A single folder with a common name, such as `Scripts`, is not a backup next to a real one.
    let most = folders.first().map_or(0, |(_, types)| *types);
    folders.retain(|(_, types)| *types > 1 || most < 3);
    folders
}

/// A path as the configuration writes it, in the form of a tree's paths.
pub(super) fn clean(folder: &str) -> String {
    let folder = folder.replace('\\', "/");
    folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_the_files_in_type_folders() {
        assert_eq!(classify("Settings Catalog/Win_mdm.json"), Class::Item("Settings Catalog"));
        assert_eq!(
            classify("Compliance Policies/Policies/A_b.yaml"),
            Class::Item("Compliance Policies/Policies")
        );
        assert_eq!(classify("__archive__/2026-04-01_01-00-00/A.json"), Class::Archived);
        assert_eq!(classify("Managed Google Play/.json"), Class::Item("Managed Google Play"));
        assert_eq!(classify("Assignment Report/report.json"), Class::Report);
        for path in [
            "backup_summary.json",
            "Scripts/Shell/Script Data/a.sh",
            "Scripts/Shell/Script Data/a.json",
            "Device Configurations/mobileconfig/wifi.mobileconfig",
            "Settings Catalog/docs/a.md",
            "Settings Catalog/README.md",
            "Settings Catalog/.DS_Store",
            ".vscode/settings.json",
        ] {
            assert_eq!(classify(path), Class::Other, "{path}");
        }
    }

    #[test]
    fn an_id_is_only_what_follows_two_underscores() {
        assert_eq!(split_id("Name_mdm__1-2", None), ("Name_mdm", Some("1-2")));
        assert_eq!(split_id("Name_mdm", None), ("Name_mdm", None));
        assert_eq!(split_id("__x", None), ("__x", None));
    }

    #[test]
    fn the_name_in_the_content_tells_it_from_an_id_with_two_underscores() {
        let named = |stem| split_id(stem, Some("A: B__C"));
        assert_eq!(named("A_ B__C_mdm__1__2"), ("A_ B__C_mdm", Some("1__2")));
        assert_eq!(named("A_ B__C__1"), ("A_ B__C", Some("1")));
        assert_eq!(named("A_ B__C_mdm"), ("A_ B__C_mdm", None));
        assert_eq!(named("A_ B__C"), ("A_ B__C", None));
        assert_eq!(named("Renamed__1"), ("Renamed", Some("1")));
    }
}
