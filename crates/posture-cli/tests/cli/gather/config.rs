//! What `posture gather` reports about wrong configuration files and flags.

use std::ffi::OsStr;

use super::{config, gather};
use crate::support::Files;

/// GA-4, CL-23
#[test]
fn a_wrong_key_names_the_line_what_was_found_and_the_nearest_key() {
    let files = Files::new();
    files.write("backups.csv", "");
    let source = "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n";
    for (text, line, words) in [
        ("[workspce]\nid = 1\n".to_owned(), 1, ["\"workspce\"", "workspace?"]),
        (format!("{source}scpoe = \"x\"\n"), 6, ["\"scpoe\"", "scope?"]),
        (source.replace("csv\"\npath", "cvs\"\npath"), 4, ["\"cvs\"", "csv?"]),
        (format!("[policy]\nfreshness_hours = \"day\"\n{source}"), 2, ["\"day\"", "whole number"]),
        (
            format!("{source}{}", &source[source.find("[[tenant.source]]").unwrap()..]),
            6,
            ["two sources", "scope"],
        ),
        ("[[tenant]]\nname = A\n".to_owned(), 2, ["gather.toml", ""]),
        (source.replace("kind =", "knd ="), 4, ["\"knd\" in [[tenant.source]]", "Did you mean kind?"]),
        (source.replace("path =", "pth ="), 5, ["\"pth\" in [[tenant.source]]", "Did you mean path?"]),
        (source.replace("path = \"backups.csv\"\n", ""), 3, ["[[tenant.source]] lacks the key path", ""]),
        (source.replace("[[tenant]]", "[tenant]"), 1, ["tenant in the file is a table", "write [[tenant]]"]),
        (format!("[policy.scopes.csv]\nexpcted = true\n{source}"), 2, ["[policy.scopes.csv]", "expected?"]),
        (
            format!(
                "[policy.profiles.gold]\nfreshness_hours = 8\n{}",
                source.replace("\"A\"\n", "\"A\"\nprofile = \"glod\"\n")
            ),
            5,
            ["\"glod\"", "Did you mean gold?"],
        ),
        (source.replace("\"A\"\n", "\"A\"\nprofile = \"gold\"\n"), 3, ["\"gold\"", "[policy.profiles.NAME]"]),
        (format!("{source}expect_types = 3\n"), 6, ["\"3\"", "seen-30d"]),
        (source.replace("name = \"A\"", "name = [1]"), 2, ["is a list", "write a string"]),
    ] {
        let outcome = config(&files, &text);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&format!("gather.toml:{line}:")), "{text}: {}", outcome.stderr);
        assert!(words.iter().all(|word| outcome.stderr.contains(word)), "{words:?}: {}", outcome.stderr);
    }
}

/// GA-4: the values of a kind's own keys, on the line and on the command line.
#[test]
fn a_wrong_value_of_a_kind_says_what_to_write() {
    let files = Files::new();
    let of = |kind: &str, line: &str| {
        format!("[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"{kind}\"\npath = \"x\"\n{line}\n")
    };
    for (kind, line, says) in [
        ("intunecd", "history_days = \"many\"", "history_days is \"many\"; write a whole number over 0."),
        ("intunecd", "restore_before = \"(\"", "restore_before is \"(\"; write a regular expression."),
        ("intunecd", "ref = \"all\"", "Unknown key \"ref\" in [[tenant.source]]. Did you mean refs?"),
        ("intunemanagement", "timezone = \"Europe/Berlin\"", "write UTC, or an offset such as +02:00."),
    ] {
        let outcome = config(&files, &of(kind, line));
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("gather.toml:6: "), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(says), "{}", outcome.stderr);
    }
    for (set, says) in [
        ("folderr=x", "--set: Unknown key \"folderr\". Did you mean folder?\n"),
        ("history_days=many", "--set: history_days is \"many\"; write a whole number over 0.\n"),
        ("folder", "--set \"folder\": write KEY=VALUE.\n"),
    ] {
        let outcome = gather(["intunecd", ".", "--tenant", "A", "--set", set]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.ends_with(says), "{}", outcome.stderr);
    }
}

/// GA-2: what another tenant of the configuration reads from the same files is used there.
#[test]
fn a_file_of_several_configured_tenants_is_noted_only_for_names_that_nobody_reads() {
    let files = Files::new();
    let row = |name: &str| format!("{name},1,2026-04-08T01:00:00Z,completed,3,0\n");
    let rows: String = ["Contoso", "FABRIKAM", "Northwind"].into_iter().map(row).collect();
    std::fs::create_dir(files.path("exports")).unwrap();
    std::fs::write(
        files.path("exports/backups.csv"),
        format!("tenant,set,completed_at,status,items,degraded_items\n{rows}"),
    )
    .unwrap();
    let tenant = |name: &str, path: &str| {
        format!("[[tenant]]\nname = \"{name}\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"{path}\"\n")
    };
    let config = files.path("gather.toml");
    std::fs::write(&config, tenant("Contoso", "exports") + &tenant("Fabrikam", "./exports/")).unwrap();
    let gathered = gather([OsStr::new("--config"), config.as_os_str()]);
    assert_eq!(gathered.code, Some(0), "{}", gathered.stderr);
    let told: Vec<_> = gathered.stderr.lines().filter(|line| line.contains("other tenants")).collect();
    assert_eq!(told.len(), 2, "{}", gathered.stderr);
    assert!(
        told.iter().all(|line| line.contains("Records of other tenants were not used: \"Northwind\".")),
        "{told:?}"
    );
}
