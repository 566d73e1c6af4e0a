//! One module per kind of source.

pub mod aws_backup;
pub mod cipp;
pub mod csv;
pub mod entra_recovery;
pub mod intunebackup;
pub mod intunecd;
pub mod intunemanagement;
pub mod m365dsc;
pub mod restic;
pub mod tenuvault;
pub mod utcm;
pub mod velero;

mod shared;

pub(crate) use shared::news::tell_unreadable;

/// Whether the name of a folder has a date, so that it and others like it are backups of one tenant.
pub fn is_dated(name: &str) -> bool {
    shared::folder_time::date_in(name).is_some()
}
