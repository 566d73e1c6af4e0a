//! Microsoft365DSC: the configuration that an export writes.

use posture_core::Timestamp;
use posture_gather::{MemoryHistory, MemoryTree, ObjectId};
use serde_json::json;

use crate::support::{Config, Outcome, tree, utf16};

const CONFIGURATION: &str = r#"# Generated with Microsoft365DSC version 1.25.101.1
param (
    [parameter()]
    [System.Management.Automation.PSCredential]
    $Credential
)

Configuration M365TenantConfig
{
    param (
        [parameter()]
        [System.Management.Automation.PSCredential]
        $Credential
    )
    Import-DscResource -ModuleName 'Microsoft365DSC' -ModuleVersion '1.25.101.1'

    Node localhost
    {
        AADGroup "AADGroup-Sales"
        {
            Credential  = $Credscredential;
            DisplayName = "Sales {west}";
            Ensure      = "Present";
            Id          = "11111111-2222-4333-8444-555555555555";
        }
        IntuneDeviceCategory "IntuneDeviceCategory-Kiosk"
        {
            DisplayName = "Kiosk";
            Ensure      = "Absent";
        }
        IntuneSettingCatalogCustomPolicyWindows10 "BitLocker"
        {
            Assignments = @(
                MSFT_DeviceManagementConfigurationPolicyAssignments{
                    deviceAndAppManagementAssignmentFilterType = 'none'
                    dataType = '#microsoft.graph.allDevicesAssignmentTarget'
                }
            );
            Name        = "BitLocker";
            Ensure      = "Present";
        }
    }
}

M365TenantConfig -ConfigurationData .\ConfigurationData.psd1 -Credential $Credential
"#;

fn gathered(files: Vec<(&str, Vec<u8>)>) -> Outcome {
    Config::new("m365dsc").gathered(&tree(files))
}

#[test]
fn resources_are_items_by_type() {
    for bytes in [CONFIGURATION.as_bytes().to_vec(), utf16(CONFIGURATION)] {
        let outcome = gathered(vec![("2026-04-08/M365TenantConfig.ps1", bytes)]);
        assert_eq!(outcome.posture(), "healthy");
        assert!(outcome.is_claimed_healthy());
        let items = outcome.gathered.records.sets[0].items.clone().unwrap();
        let found: Vec<_> = items
            .iter()
            .map(|item| (item.policy_type.as_deref().unwrap(), item.display_name.as_deref().unwrap()))
            .collect();
        assert_eq!(
            found,
            [("AADGroup", "Sales {west}"), ("IntuneSettingCatalogCustomPolicyWindows10", "BitLocker")]
        );
    }
}

#[test]
fn a_file_that_ends_too_early_is_partial() {
    for cut in ["        IntuneDeviceCategory", "            Name        =", "    }\n}\n"] {
        let text = CONFIGURATION.split(cut).next().unwrap();
        let outcome = gathered(vec![("2026-04-08/M365TenantConfig.ps1", text.into())]);
        assert_eq!(outcome.posture(), "degraded", "{cut}");
        outcome.has_note("broken_configuration", Some("2026-04-08/M365TenantConfig.ps1"));
    }
}

#[test]
fn a_type_that_was_listed_and_has_no_resource_is_a_note() {
    let script =
        "Export-M365DSCConfiguration -Components @(\"AADGroup\", 'EXOSharedMailbox') -Path C:\\Export";
    let outcome = gathered(vec![
        ("2026-04-08/M365TenantConfig.ps1", CONFIGURATION.into()),
        ("export.ps1", script.into()),
    ]);
    let notes = outcome.notes();
    let missing: Vec<_> = notes.iter().filter(|note| note.code == "type_without_resource").collect();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].message.contains("EXOSharedMailbox"));
    assert!(notes.iter().all(|note| note.code != "skipped"), "the script was read: {notes:#?}");
    assert_eq!(outcome.posture(), "healthy");
}

#[test]
fn an_error_log_and_an_unreadable_configuration_are_said() {
    let outcome = gathered(vec![
        ("2026-04-08/M365TenantConfig.ps1", vec![0xc3, 0x28]),
        ("2026-04-08/abc-M365DSC-ErrorLog.log", b"x".to_vec()),
    ]);
    assert_eq!(outcome.posture(), "degraded");
    assert_eq!(outcome.tenant("/backup_health/quality/degraded_items"), &json!(1));
    outcome.has_note("error_log", Some("2026-04-08/abc-M365DSC-ErrorLog.log"));
}

#[test]
fn an_export_is_detected_by_any_name_and_a_configuration_that_somebody_wrote_is_noted() {
    let detected = |text: &str| {
        let tree = tree([("2026-04-08/Tenant.ps1", text.as_bytes().to_vec())]);
        posture_gather::kinds::detect(&tree).iter().any(|(kind, _)| kind.name == "m365dsc")
    };
    assert!(detected(CONFIGURATION));
    assert!(!detected("Get-Date"));
    let by_hand = CONFIGURATION.replace("# Generated with Microsoft365DSC version 1.25.101.1\n", "");
    let outcome = gathered(vec![("2026-04-08/Tenant.ps1", by_hand.into_bytes())]);
    outcome.has_note("not_generated", Some("2026-04-08/Tenant.ps1"));
    assert_eq!(outcome.posture(), "absent");
}

#[test]
fn an_export_that_is_empty_or_not_fetched_hides_no_older_one() {
    let older = "# Generated with Microsoft365DSC\nImport-DscResource -ModuleName Microsoft365DSC\n    Node localhost\n    {\n        AADGroup \"A\"\n        {\n        }\n    }\n}\n";
    for broken in ["", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"] {
        let tree = MemoryTree::new()
            .with("2026-04-07-1200/M365TenantConfig.ps1", older)
            .with("2026-04-08-0100/M365TenantConfig.ps1", broken);
        let outcome = Config::new("m365dsc").gathered(&tree);
        assert_eq!(outcome.posture(), "degraded", "{broken:?}");
    }
}

/// In a repository, only commits that changed the export count: neither those of other files, nor those before which a clone ends.
#[test]
fn a_commit_of_other_files_does_not_make_the_export_newer() {
    let commit = |history: &mut MemoryHistory, parents: &[ObjectId], day: &str, files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let at = Timestamp::parse(&format!("2026-04-{day}T01:00:00Z")).unwrap();
        let id = history.commit_files(parents, at, "Export", &files);
        history.set_head(&id);
        id
    };
    for folder in ["", "prod/"] {
        let export = format!("{folder}M365TenantConfig.ps1");
        let readme = format!("{folder}README.md");
        let mut history = MemoryHistory::new();
        let first = commit(&mut history, &[], "01", &[(&export, "an older export")]);
        let exported = commit(&mut history, &[first], "02", &[(&export, CONFIGURATION)]);
        let last = commit(
            &mut history,
            std::slice::from_ref(&exported),
            "08",
            &[(&export, CONFIGURATION), (&readme, "1")],
        );
        let files = [(export.as_str(), CONFIGURATION), (readme.as_str(), "1")];
        let outcome = |history| Config::new("m365dsc").gathered(&tree(files).with_history(history));
        let whole = outcome(history.clone());
        assert_eq!(whole.posture(), "stale", "{folder}");
        assert_eq!(whole.tenant("/backup_health/latest_relevant_completed_at"), "2026-04-02T01:00:00Z");
        for end in [last, exported] {
            history.cut(&end);
            let shallow = outcome(history.clone());
            assert_eq!(shallow.posture(), "absent", "{folder}");
            assert!(shallow.has_signal("history_shallow") && !shallow.is_calm());
        }
    }
}

/// Unknown is never good: nothing says when, or whether, somebody's own configuration was exported.
#[test]
fn a_configuration_that_somebody_wrote_is_not_a_backup() {
    let by_hand = CONFIGURATION.replace("# Generated with Microsoft365DSC version 1.25.101.1\n", "");
    let outcome = gathered(vec![("2026-04-08/M365TenantConfig.ps1", by_hand.clone().into())]);
    assert_eq!(outcome.posture(), "absent");
    outcome.has_note("not_generated", Some("2026-04-08/M365TenantConfig.ps1"));
    outcome.has_note("no_backup", None);
    let with_export = gathered(vec![
        ("2026-04-01/M365TenantConfig.ps1", CONFIGURATION.into()),
        ("2026-04-08/Baseline.ps1", by_hand.into()),
    ]);
    assert_eq!(with_export.posture(), "stale", "only the export counts");
}
