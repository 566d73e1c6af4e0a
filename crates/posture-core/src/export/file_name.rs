//! What saved files are called.

use crate::report::model::Report;
use crate::words::shortening;

/// The most characters of a workspace's name in a file's name.
const NAME: usize = 60;

/// `contoso-msp_tenants_2026-11-28T1545Z.csv`: whose it is, what it is, and the instant it was judged at.
///
/// Only letters, digits, `-`, `_` and `.` occur, so that every file system takes it.
pub fn file_name(report: &Report, what: &str, extension: &str) -> String {
    let name = slug(&report.workspace.name);
    let name = if name.is_empty() { format!("workspace-{}", report.workspace.id) } else { name };
    // To the minute, without the colons.
    let instant: String = report.as_of.to_string().chars().filter(|sign| *sign != ':').take(15).collect();
    format!("{name}_{what}_{instant}Z.{extension}")
}

/// Letters and digits of any script in lower case, with a hyphen for everything in between.
fn slug(name: &str) -> String {
    let mut written = String::new();
    for sign in shortening::line(name).to_lowercase().chars().take(NAME) {
        if sign.is_alphanumeric() {
            written.push(sign);
        } else if !written.is_empty() && !written.ends_with('-') {
            written.push('-');
        }
    }
    written.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Options, derive};

    fn named(name: &str) -> String {
        let snapshot = serde_json::json!({
            "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-28T15:45:31Z",
            "workspace": { "id": 7, "name": name }, "tenants": [],
        });
        let report = derive(snapshot.to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        file_name(&report, "tenants", "csv")
    }

    /// DB-27
    #[test]
    fn a_file_is_named_by_workspace_and_instant() {
        assert_eq!(named("Contoso MSP"), "contoso-msp_tenants_2026-11-28T1545Z.csv");
        assert_eq!(named("../..\\a:b"), "a-b_tenants_2026-11-28T1545Z.csv");
        assert_eq!(named("株式会社"), "株式会社_tenants_2026-11-28T1545Z.csv");
        assert_eq!(named("***"), "workspace-7_tenants_2026-11-28T1545Z.csv");
    }
}
