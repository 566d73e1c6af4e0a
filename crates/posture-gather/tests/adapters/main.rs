//! The adapters on fixtures in the shapes that the tools write, each with the verdict a person would give.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

mod assemble;
mod aws_backup;
mod cipp;
mod cipp_tasks;
mod entra_recovery;
mod incomplete;
mod intunebackup;
mod intunecd;
mod intunecd_properties;
mod intunemanagement;
mod intunemanagement_log;
mod kinds;
mod m365dsc;
mod pace;
mod properties;
mod restic;
mod support;
mod tenuvault;
mod utcm;
mod velero;
mod whole;
