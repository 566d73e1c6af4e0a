//! Which export takes the place of which.

use crate::reading::reader::Workspace;
use crate::timestamp::Timestamp;
use crate::words;
use crate::words::shortening;

/// Two exports are of different workspaces.
pub fn replaces_other_workspace(current: &Workspace, new: &Workspace) -> String {
    format!("This export is of {}; the current one is of {}.", named(new), named(current))
}

/// A new export is older than the current one.
pub fn replaces_newer_export(current: Timestamp, new: Timestamp) -> String {
    format!(
        "This export was made at {}, before the current one ({}).",
        words::instant(new),
        words::instant(current)
    )
}

/// A new export is ahead of the clock, and the current one is not.
pub fn replaces_one_not_ahead(current: Timestamp, new: Timestamp, seconds_ahead: u64) -> String {
    format!(
        "This export is dated {}, {} ahead of this machine's clock; the current one ({}) is not.",
        words::instant(new),
        words::span(seconds_ahead),
        words::instant(current)
    )
}

/// An export is ahead of the clock of the machine that reads it.
pub fn ahead_of_clock(exported_at: Timestamp, seconds_ahead: u64) -> String {
    let (lead, remedy) = dated_ahead(exported_at, seconds_ahead);
    format!("{lead} {remedy}")
}

/// The same as a sentence and what to do.
pub fn dated_ahead(exported_at: Timestamp, seconds_ahead: u64) -> (String, String) {
    let (at, ahead) = (words::instant(exported_at), words::span(seconds_ahead));
    (
        format!("The export is dated {at}, {ahead} ahead of this machine's clock."),
        "Check the clocks of the exporter and of this machine.".to_owned(),
    )
}

fn named(workspace: &Workspace) -> String {
    let slug = workspace.slug.as_deref().map(|slug| format!(" ({})", shortening::line(slug)));
    format!("workspace {}, “{}”{}", workspace.id, shortening::line(&workspace.name), slug.unwrap_or_default())
}
