//! Gathering into a store, which keeps what the sources forget.

use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use posture_core::export::snapshot::{Tenant, head_text};
use posture_core::{Form, Id, Timestamp};
use posture_gather::keep;
use posture_server::sources::sqlite::{self, FormerTenants, ImportError};
use serde_json::Value;

use super::config::Config;
use super::output::NoteFormat;
use super::run::{Gathering, Summary};
use crate::failure::Failure;
use crate::runtime;

/// Gathers into a store, and returns the result as a sentence. If it fails, the store is as it was.
pub(super) fn gather_into(
    config: &Config,
    exported_at: Timestamp,
    store: &Path,
    notes: NoteFormat,
) -> Result<String, Failure> {
    // Opened before the import creates a new store, so that it never sees half of one.
    let former = runtime::one_thread()?.block_on(FormerTenants::open(store))?;
    let (reader, writer) = io::pipe().context("Failed to open a pipe")?;
    let (written, imported) = std::thread::scope(|scope| {
        let writing = scope.spawn(move || write(config, exported_at, former, notes, writer));
        let imported = runtime::one_thread()
            .map(|runtime| runtime.block_on(sqlite::import(store, reader, Form::Ndjson)));
        (writing.join(), imported)
    });
    let imported = imported?;
    let written = written.map_err(|_| anyhow!("Gathering ended early"))?;
    match imported {
        Err(ImportError::Snapshot(error)) => {
            // What stopped the writer is the cause of a document that ends early.
            written?;
            Err(Failure::Refused(format!("The gathered snapshot is refused: {error}")))
        }
        Err(error @ ImportError::Replacement(_)) => Err(Failure::Refused(format!(
            "{error} Gather into another store, or give the workspace another id."
        ))),
        Err(error @ (ImportError::Store(_) | ImportError::Create { .. } | ImportError::Write { .. })) => {
            Err(error.into())
        }
        Ok(_) => Ok(format!("{}; in the store {}", written?.text(), store.display())),
    }
}

fn write(
    config: &Config,
    exported_at: Timestamp,
    mut former: Option<FormerTenants>,
    notes: NoteFormat,
    writer: io::PipeWriter,
) -> anyhow::Result<Summary> {
    let runtime = runtime::current_thread()?;
    let workspace = Id::new(config.workspace.id).context("Failed to read the workspace's id")?;
    let mut out = BufWriter::with_capacity(1 << 18, writer);
    let mut gathering = Gathering::new(config, exported_at, notes);
    writeln!(out, "{}", head_text(&gathering.head())?)?;
    for tenant in &mut gathering {
        let before = match &mut former {
            Some(former) => runtime.block_on(former.tenant(workspace, &tenant.external_id))?,
            None => None,
        };
        let tenant = merged(&tenant, before.as_deref(), exported_at, config.keep_days)?;
        serde_json::to_writer(&mut out, &tenant)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(gathering.summary())
}

fn merged(
    tenant: &Tenant,
    before: Option<&[u8]>,
    exported_at: Timestamp,
    keep_days: u64,
) -> anyhow::Result<Value> {
    let mut tenant = serde_json::to_value(tenant)?;
    if let Some(before) = before {
        let before = serde_json::from_slice(before).context("Failed to read a tenant of the store")?;
        keep::merge(&before, &mut tenant, exported_at, keep_days);
    }
    Ok(tenant)
}
