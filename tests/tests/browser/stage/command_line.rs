use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use posture_tests::harness::posture_binary;
use serde_json::Value;

/// Runs the `posture` binary.
pub(crate) fn posture<S: AsRef<OsStr>>(args: &[S]) -> Output {
    Command::new(posture_binary().unwrap()).args(args).output().unwrap()
}

/// What a successful `posture` prints about a file, without the space around it.
pub(crate) fn printed(args: &[&str], file: &Path) -> String {
    let args: Vec<_> = args.iter().map(OsStr::new).chain([file.as_os_str()]).collect();
    let output = posture(&args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[track_caller]
pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

/// The name that the browser gives to a saved file of a report, judged at an instant.
pub(crate) fn saved_name(report: &Value, as_of: &str, what: &str, extension: &str) -> String {
    let name = string(&report["workspace"]["name"]).to_lowercase().replace(' ', "-");
    let instant = as_of.replace(':', "");
    format!("{name}_{what}_{}Z.{extension}", &instant[..15])
}
