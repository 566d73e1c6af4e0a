//! JSON for programs.

use posture_core::notify::message::Message;
use serde::Serialize;

/// The `format` of a notification; see the table of formats in the change log.
const FORMAT: &str = "recovery-posture/notification";
const VERSION: u64 = 1;

#[derive(Serialize)]
struct Document<'m> {
    format: &'static str,
    version: u64,
    id: &'m str,
    note: Option<&'m str>,
    #[serde(flatten)]
    message: &'m Message,
}

pub(crate) fn body(id: &str, message: &Message, note: Option<&str>) -> Vec<u8> {
    // Serialising plain structs with string keys cannot fail.
    serde_json::to_vec(&Document { format: FORMAT, version: VERSION, id, note, message }).unwrap_or_default()
}
