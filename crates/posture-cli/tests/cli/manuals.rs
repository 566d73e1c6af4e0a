//! `posture completions` and `posture man`.

use std::fs;

use crate::support::{Files, run};

/// CL-32: every command is in the script, and a shell that is installed can read it.
#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(["completions", shell]);
        assert_eq!(script.code, Some(0), "{}", script.stderr);
        for command in ["derive", "gather", "bundle"] {
            assert!(script.text().contains(command), "{shell} lacks {command}");
        }
    }
    let files = Files::new();
    let script = files.write("posture.bash", run(["completions", "bash"]).text());
    assert!(std::process::Command::new("bash").arg("-n").arg(script).status().unwrap().success());
}

/// CL-32
#[test]
fn manual_pages_are_printed_or_written_for_every_command() {
    let page = run(["man"]);
    assert!(page.text().contains(".TH posture 1"), "{}", page.text());
    let files = Files::new();
    let folder = files.path("man");
    assert_eq!(run(["man".as_ref(), "-o".as_ref(), folder.as_os_str()]).code, Some(0));
    let check = fs::read_to_string(folder.join("posture-check.1")).unwrap();
    assert!(check.contains("max\\-age"), "{check}");
}
