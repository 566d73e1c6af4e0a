//! What was noticed about the evidence while it was read.

use crate::id::Id;
use crate::invisible_chars::in_quotes;
use crate::json::fault::Mismatch;
use crate::timestamp::Timestamp;
use crate::vocabulary::Frequency;
use crate::words::reading::mismatch;
use crate::words::time::told_apart;

/// A tenant set aside because something in it is invalid.
pub fn unreadable_tenant(cause: &str) -> String {
    format!("The tenant was set aside: {cause}. It cannot be checked until the export is fixed.")
}

/// A tenant set aside because its identity is taken.
pub fn duplicate_tenant(key: &str) -> String {
    format!("The tenant was set aside: an earlier tenant has the same {key}.")
}

/// A tenant set aside because it belongs elsewhere.
pub fn foreign_workspace(workspace: Id) -> String {
    format!("The tenant was set aside: it belongs to workspace {workspace}.")
}

/// A record set aside because it belongs to another tenant.
pub fn record_of_another_tenant(record: Id, stated: Id, owner: Id) -> String {
    format!("Record {record} was set aside: it belongs to tenant {stated}, not to {owner}.")
}

/// An item set aside because it belongs to another set.
pub fn item_of_another_set(item: Id, stated: Id) -> String {
    format!("Item {item} was set aside: it belongs to backup set {stated}.")
}

/// A record set aside because its id is taken.
pub fn repeated_record(record: Id) -> String {
    format!("Record {record} was set aside: an earlier record here has the same id.")
}

/// An invalid detail.
pub fn unfit_detail(problem: &Mismatch, found: Option<&str>) -> String {
    format!("Ignored an invalid value: {}.", mismatch(problem, found))
}

/// A timestamp that is the zero value of some program.
pub fn implausible_timestamp(at: Timestamp) -> String {
    format!("The timestamp {at} is before the year 2000, so it was read as absent.")
}

/// A profile that the policy does not have.
pub fn unknown_profile(profile: &str) -> String {
    format!("The policy has no profile {}, so the workspace's rules apply to the tenant.", in_quotes(profile))
}

/// A run with outcomes that nothing reads.
pub const UNREAD_OUTCOMES: &str = "The results have no readable outcome, so what the run did is unknown.";

/// A word outside its vocabulary.
pub fn unrecognised(what: &str, word: &str) -> String {
    format!("The {what} {} is not recognised, so it is not counted as healthy.", in_quotes(word))
}

/// The outcome of a restore outside its vocabulary.
pub fn unrecognised_outcome(word: &str) -> String {
    format!("The restore outcome {} is not recognised, so its run needs follow-up.", in_quotes(word))
}

/// A tenant's status outside its vocabulary.
pub fn unrecognised_tenant_status(word: &str) -> String {
    format!("The tenant was set aside: its status {} is not recognised.", in_quotes(word))
}

/// A schedule's frequency outside its vocabulary.
pub fn unrecognised_frequency(word: &str) -> String {
    format!("The schedule frequency {} is not recognised, so a run is expected every day.", in_quotes(word))
}

/// A schedule whose frequency does not say how often it runs.
pub fn without_interval(frequency: Frequency) -> String {
    format!(
        "The schedule has the frequency \"{}\" but no interval_minutes, so a run is expected every day.",
        frequency.as_str()
    )
}

/// A timestamp from beyond the export.
pub fn timestamp_in_future(at: Timestamp, exported_at: Timestamp) -> String {
    let [at, exported_at] = told_apart([at, exported_at]);
    format!("Dated {at}, after the export of {exported_at}; one of the clocks is wrong.")
}
