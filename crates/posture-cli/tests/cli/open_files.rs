//! Commands that may open few files.

use std::process::Command;

use posture_testing::documents::case;

use crate::support::{Files, posture};

/// CL-40: with each limit from where the program can start at all, until the command has what it needs.
#[test]
fn a_limit_of_open_files_that_is_too_low_is_reported() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let snapshot = snapshot.to_str().unwrap();
    let store = files.path("store.sqlite");
    let store = store.to_str().unwrap();
    files.write("backups.csv", "set,completed_at,status\nNightly,2026-04-08T01:00:00Z,completed\n");
    let config = "[workspace]\nid = 1\nname = \"Contoso\"\n\n[[tenant]]\nname = \"Contoso\"\n\n\
                  [[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n";
    let config = files.write("gather.toml", config);
    let config = config.to_str().unwrap();
    let commands: [&[&str]; 5] = [
        &["import", snapshot, "--store", store],
        &["serve", "--listen", "127.0.0.1:0"],
        &["store", "check", "--store", store],
        &["synth", "--tenants", "1", "--sqlite", store],
        &["gather", "--config", config, "--store", store],
    ];
    for command in commands {
        for limit in 4..=16 {
            let mut shell = Command::new("sh");
            let limited = shell.args(["-c", &format!("ulimit -n {limit}; exec \"$0\" \"$@\"")]);
            let outcome = limited.arg(posture().get_program()).args(command).output().unwrap();
            let stderr = String::from_utf8(outcome.stderr).unwrap();
            assert_eq!(outcome.status.code(), Some(1), "{command:?} with {limit}: {stderr}");
            assert!(stderr.contains("Raise the limit of open files"), "{command:?} with {limit}: {stderr}");
            assert!(!stderr.contains("panicked"), "{command:?} with {limit}: {stderr}");
            assert!(!files.path("store.sqlite").exists(), "{command:?} with {limit}");
        }
    }
}
