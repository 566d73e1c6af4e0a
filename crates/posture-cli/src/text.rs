//! Headings and messages of the command line. Sentences about verdicts come from the report.

use std::cmp::Ordering;
use std::path::Path;

use posture_core::compare::replacement::WrongReplacement;
use posture_core::finding::Severity;
use posture_core::policy::Policy;
use posture_core::{Report, Timestamp, words};
use posture_server::sources::sqlite::Checked;

pub(crate) const METRICS: &str = "Metrics";
pub(crate) const NEEDS_ATTENTION: &str = "Needs attention";
pub(crate) const TENANTS: &str = "Tenants, worst first";
pub(crate) const NOT_EVALUATED: &str = "Not evaluated";
pub(crate) const FINDINGS: &str = "Findings";
pub(crate) const BLOCKERS: &str = "Blockers";
pub(crate) const NO_DURATION: &str = "write a number and a unit, such as 26h, 90m or 2d";
pub(crate) const NOT_PLAIN_UTF_8: &str =
    "it is not UTF-8, or starts with a byte-order mark. Save it as UTF-8 without a byte-order mark.";
pub(crate) const NO_INSTANT: &str =
    "write a number and a unit, such as 24h or 7d, or an instant, such as 2026-04-08T23:21:36Z";
pub(crate) const NO_SECOND_SNAPSHOT: &str = "Name the newer snapshot, or pass --since.";
pub(crate) const DAYS: &str = "Days";
pub(crate) const GROUPS: &str = "Groups";
pub(crate) const UNKNOWN_WORD: &str = "Choose one of the listed words.";
pub(crate) const NOT_CALM_BY_CLOCK: &str = "Not calm by this machine's clock";
pub(crate) const UNSETTLED: &str = "Unsettled";
pub(crate) const COUNTS: &str = "Counts";
pub(crate) const NAME: &str = "Tenant";
pub(crate) const BACKUP: &str = "Backup";
pub(crate) const RECOVERY: &str = "Recovery";
pub(crate) const REASON: &str = "Why";
pub(crate) const UNNAMED: &str = "(no readable name)";
pub(crate) const ATTENTION_ITEMS: &str = "Attention items";

pub(crate) const BEFORE: &str = "Before";
pub(crate) const AFTER: &str = "After";
pub(crate) const TOTALS: &str = "Totals";
pub(crate) const CHANGE: &str = "Change";
pub(crate) const KEPT: &str = "Saved report";
pub(crate) const DERIVED_AGAIN: &str = "Derived again";
pub(crate) const DIGEST_MATCHES: &str = "The digest matches: the snapshot gives the same report";
pub(crate) const DIGEST_DOES_NOT_MATCH: &str = "The digest does not match";
pub(crate) const SIGNATURE: &str = "Signature";
pub(crate) const SIGNATURE_MATCHES: &str = "The signature matches";
pub(crate) const SIGNATURE_DOES_NOT_MATCH: &str = "The signature does not match";
pub(crate) const SIGNED_OTHERWISE: &str =
    "The signature is valid, but for another report, snapshot or instant. Do not rely on the report.";
pub(crate) const PIPE_IS_READ_ONCE: &str =
    "Standard input or a pipe can be read only once. To check a signature, name the snapshot's file.";
pub(crate) const CALM_CASE: &str = "The workspace is calm";
pub(crate) const BUNDLE_IS_SIGNED: &str = "\
3. The bundle comes from the holder of a key. Get the public key from the sender
   by another way than this bundle, then:

       minisign -Vm SHA256SUMS -p sender.pub
       posture verify report.html {snapshot} --key sender.pub";
pub(crate) const BUNDLE_IS_NOT_SIGNED: &str = "\
This bundle is not signed: whoever could write it could write an honest bundle of
other evidence.";
pub(crate) const OTHER_WORKSPACE: &str = "The snapshot is of another workspace.";
pub(crate) const OTHER_EXPORT: &str = "The snapshot is another export of the workspace.";
pub(crate) const REWRITTEN: &str = "The saved report has the same content, but its file was rewritten and has another digest. Keep the file as it was written.";
pub(crate) const SAME_EXPORT: &str = "The export is the same. The report or the snapshot was changed since, or another release of this \
    program wrote the report, or it was judged at a fraction of a second, which --as-of can state.";
pub(crate) const OTHER_INSIDE: &str = "The snapshot inside the file gives another report than the file states: the file was changed, or another release wrote it.";
pub(crate) const NOT_AS_WRITTEN: &str = "This page is not what this program writes";
pub(crate) const NOT_AS_WRITTEN_REMEDY: &str = "It was changed after it was written, or another release wrote it. Do not rely on what it shows. \
     Verify it with the release that wrote it, or write the report again from the snapshot.";
pub(crate) const NO_APP_TO_VERIFY: &str = "This program was built without the browser app and cannot verify a report page. Build it with `cargo xtask build`.";
pub(crate) const LOG_FILTER: &str =
    "Write a level, such as info, or that of a part, such as posture_server=debug.";
/// A store that has a hard link.
pub(crate) fn several_names(store: &Path) -> String {
    format!(
        "{} has another name (a hard link), and whoever uses that may not see new imports. Keep one name.",
        store.display()
    )
}

pub(crate) const NO_BUNDLE_TO_STDOUT: &str =
    "A bundle is not written to standard output. Name a file with -o.";
pub(crate) const NO_SECRET_KEY: &str =
    "Name a secret key of `posture keygen` or minisign. If it has a password, set POSTURE_KEY_PASSWORD.";
pub(crate) const NO_PUBLIC_KEY: &str = "Name the public key, whose name ends in .pub.";
pub(crate) const NO_GATHER_CONFIG: &str = "Check the name, or write one with `posture init`.";
/// What to do about an input that is too large.
pub(crate) const SLIM_IT: &str = "write a smaller snapshot with `posture slim`";
pub(crate) const FEWER_TENANTS: &str = "divide its tenants among several snapshots";
pub(crate) const CHECK_THE_FILE: &str = "check that it is the file that you meant";
pub(crate) const PAGE_WAS_CHANGED: &str = "the page was changed after it was written, so do not rely on it";
pub(crate) const NO_SNAPSHOT_INSIDE: &str = "The snapshot inside the file cannot be read";
pub(crate) const MORE_THAN_ONE_MEMBER: &str = "bytes follow the end of its gzip data, and browsers refuse that. \
     The file was changed after it was written. Do not rely on it.";
pub(crate) const NO_APP: &str =
    "this program was built without the browser app; build it with `cargo xtask build`, or name a .json file";
pub(crate) const OTHER_POLICY: &str =
    "The report states a policy other than the snapshot's. Both were judged by it.";
pub(crate) const POLICY_NOT_COMPARED: &str = "Both were judged by the policy that the report states. It was not compared with the snapshot's own, because standard input or a pipe is read only once.";
pub(crate) const NO_REPORT_KIND: &str =
    "A report is written as .html or .json. End the name of the file with one of these.";
pub(crate) const NO_REPORT: &str = "It is not a report saved by this program: neither canonical report JSON nor a self-contained HTML file. \
    Name the report first, then the snapshot.";
pub(crate) const JSON_BY_ANOTHER_NAME: &str = "It is a report as JSON, but its name does not end in .json, so a browser may show it as a page. \
    If that is what you expect, rename it.";
pub(crate) const ENCODED_AGAIN: &str = "It is in UTF-16 or starts with a byte-order mark, as PowerShell's `>` writes files. \
    A report is UTF-8 without a mark: write it with `posture report SNAPSHOT -o FILE`.";

/// An earlier instant that is not before the later one.
pub(crate) fn not_before(from: Timestamp, as_of: Timestamp) -> String {
    format!("--since is {}, which is not before {}.", words::instant(from), words::instant(as_of))
}

/// A report page with more than one snapshot.
pub(crate) fn several_snapshots(blocks: usize) -> String {
    format!(
        "The page has {blocks} snapshot blocks; a report page has one. It was changed after it was written. \
         Do not rely on what it shows."
    )
}

/// Marks that a report page shows. Whoever can write the page can write them.
pub(crate) fn marks_shown(marks: usize) -> String {
    let marks = words::counted(marks as u64, "mark", "marks");
    format!("The page shows {marks} on attention items. The digest does not cover marks; a signature does.")
}

/// An output that would overwrite its own input.
pub(crate) fn overwrites_input(output: &Path) -> String {
    format!(
        "{}: This is an input file, which is never overwritten. Name another file with -o.",
        output.display()
    )
}

/// The instant of the verdicts, next to that of the export. The age of a file is not an age of its data: nothing here reads a clock.
pub(crate) fn judged_at(report: &Report) -> String {
    let (as_of, exported) = (words::instant(report.as_of), words::instant(report.exported_at));
    match report.as_of.cmp(&report.exported_at) {
        Ordering::Equal => format!("As of {as_of}, the instant of the export."),
        Ordering::Greater => {
            format!("As of {as_of}, {} after the export of {exported}.", words::span(report.data_age_seconds))
        }
        Ordering::Less => format!("As of {as_of}, before the export of {exported}."),
    }
}

/// The policy that a report states and is judged by.
pub(crate) fn judged_by(policy: &Policy) -> String {
    format!("Policy of the report: {}.", words::policy_sentence(policy))
}

/// The rest of the unknown keys of a policy file.
pub(crate) fn more_unknown_keys(more: usize) -> String {
    let keys = words::counted(more as u64, "more unknown key", "more unknown keys");
    format!("{keys}. Check that this file is a policy, not a snapshot.")
}

/// An export is older than was allowed.
pub(crate) fn too_old(age: u64, max: u64) -> String {
    format!(
        "The export is {} old; at most {} is allowed. Check why there is no newer export.",
        words::span(age),
        words::span(max)
    )
}

/// Two snapshots that are not an older and a newer one of a workspace.
pub(crate) fn mismatch(wrong: &WrongReplacement) -> String {
    format!(
        "The first snapshot is taken as the current one and the second as its replacement. {wrong} Swap the two, or pass --allow-mismatch."
    )
}

/// How much of a list is shown.
pub(crate) fn showing(shown: usize, all: u64) -> String {
    format!("showing {shown} of {all}")
}

/// A severity's name, of one and of several.
pub(crate) fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "errors"),
        Severity::Warning => ("warning", "warnings"),
        Severity::Info => ("note", "notes"),
    }
}

/// An instant that is not a timestamp.
pub(crate) const NOT_A_TIMESTAMP: &str = "The instant is not a timestamp. Write it as 2026-04-08T23:21:36Z.";

/// A notification that the receiver has.
pub(crate) fn delivered(target: &str, id: &str) -> String {
    format!("delivered to {target}: {id}")
}

/// A notification that waits for another attempt.
pub(crate) fn not_delivered(target: &str, id: &str, why: &str) -> String {
    format!(
        "Failed to deliver message {id} to {target}: {why} It waits in the state file; the next run tries again."
    )
}

/// A notification that is not tried again.
pub(crate) fn given_up(target: &str, id: &str) -> String {
    format!("Message {id} to {target} was given up. The next message says so.")
}

/// Notifications to an address that is no longer configured.
pub(crate) fn target_removed(target: &str, count: usize) -> String {
    let messages = words::counted(count as u64, "message", "messages");
    format!("Dropped {messages} for {target}, because that address is no longer configured.")
}

/// What a check of a store found.
pub(crate) fn checked_store(found: &Checked) -> String {
    let Checked { version, workspaces, tenants, faults, more_faults } = found;
    let faults = faults.len() as u64 + more_faults;
    let counts = [
        words::counted(*workspaces, "workspace", "workspaces"),
        words::counted(*tenants, "tenant", "tenants"),
        words::counted(faults, "fault", "faults"),
    ];
    format!("version {version}, {}", counts.join(", "))
}
