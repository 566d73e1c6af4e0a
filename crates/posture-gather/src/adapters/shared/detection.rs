//! Recognising a source by the content of its JSON files.

use serde_json::Value;

use crate::pace::Pace;
use crate::sliced_json;
use crate::tree::{Tree, is_json};

/// The most files that are read for it.
const FILES: usize = 20;

/// The first JSON file that is known, as a sentence that begins with its path. `what` gets a file's name and value, and says what it is.
pub(in crate::adapters) async fn first_json(
    tree: &dyn Tree,
    pace: &dyn Pace,
    what: impl Fn(&str, Value) -> Option<&'static str>,
) -> Option<String> {
    for entry in tree.entries().iter().filter(|entry| is_json(entry.name())).take(FILES) {
        let Some(value) = sliced_json::of_file(pace, tree, &entry.path).await else { continue };
        if let Some(what) = what(entry.name(), value) {
            return Some(format!("{} {what}", entry.path));
        }
    }
    None
}
