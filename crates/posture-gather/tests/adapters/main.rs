//! The adapters on fixtures in the shapes that the tools write, each with the verdict a person would give.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

mod cipp;
mod entra_recovery;
mod intunebackup;
mod intunemanagement;
mod m365dsc;
mod properties;
mod support;
mod tenuvault;
mod utcm;
