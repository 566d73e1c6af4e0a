//! The settings of a bulk export, `BulkExport.json`.

use serde_json::Value;

use crate::adapters::shared::news;
use crate::adapters::shared::values::{flag, get, text};
use crate::records::Gathered;
use crate::source::Source;

/// What `BulkExport.json` configures.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) exports_assignments: Option<bool>,
    /// Only objects whose names match are exported.
    pub(super) name_filter: Option<String>,
}

impl Batch {
    pub(super) const FILE: &'static str = "BulkExport.json";

    pub(super) async fn read(source: &Source<'_>, gathered: &mut Gathered) -> Self {
        let mut batch = Self::default();
        let entries = source.tree.entries().iter();
        for entry in entries.filter(|entry| entry.name().eq_ignore_ascii_case(Self::FILE)) {
            let path = entry.path.as_str();
            match source.read_json(path).await {
                Ok(value) => {
                    let controls = get(&value, "BulkExport").and_then(Value::as_array);
                    let control = |wanted: &str| {
                        controls.into_iter().flatten().find(|control| {
                            text(control, "Name").is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                        })
                    };
                    batch.exports_assignments =
                        control("chkExportAssignments").and_then(|control| flag(control, "Value"));
                    let filter = control("txtExportNameFilter").and_then(|control| text(control, "Value"));
                    batch.name_filter = filter.map(ToOwned::to_owned);
                    gathered.notes.info("read", Some(path), "The settings of the bulk export were read.");
                }
                // It may say that only some objects were exported.
                Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
            }
        }
        batch
    }
}
