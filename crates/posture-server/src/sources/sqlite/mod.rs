//! Evidence from a store: one SQLite file that snapshots are imported into.
//!
//! An import is one transaction. Readers see the previous evidence until it commits, and keep it if the import fails.

mod backup;
mod former;
mod import;
mod layout;
mod migrations;
mod reviews;
mod source;
mod store;
mod versions;

pub use backup::{BackupError, Checked, backup, check, is_empty};
pub use former::FormerTenants;
pub use import::{ImportError, Imported, import, import_any};
pub use reviews::SqliteReviews;
pub use source::SqliteSource;
pub use store::{OpenError, has_several_names};
