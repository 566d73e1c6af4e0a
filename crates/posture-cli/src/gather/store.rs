//! Gathering into a store, which keeps what the sources forget.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use posture_core::export::snapshot::head_text;
use posture_core::{Form, Id, Timestamp};
use posture_gather::notes::quoted;
use posture_gather::{Note, Severity, keep};
use posture_server::sources::sqlite::{self, FormerTenants, ImportError};
use serde_json::Value;

use super::config::Config;
use super::output::{NoteFormat, print};
use super::run::{GatheredTenant, Gathering, Summary};
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
    let mut gathered = HashSet::new();
    for tenant in &mut gathering {
        let external_id = tenant.tenant.external_id.to_string();
        let before = match &mut former {
            Some(former) => runtime.block_on(former.tenant(workspace, &external_id))?,
            None => None,
        };
        let tenant = merged(&tenant, before.as_deref(), exported_at, config.keep_days)?;
        serde_json::to_writer(&mut out, &tenant)?;
        out.write_all(b"\n")?;
        gathered.insert(external_id);
    }
    if let Some(former) = former.filter(|_| !config.is_whole) {
        let kept = runtime.block_on(keep_others(former, workspace, &gathered, &mut out))?;
        if !kept.is_empty() {
            let kind = config.tenants.iter().flat_map(|of| &of.sources).map(|source| source.kind.name).next();
            print("", kind.unwrap_or_default(), &[others_kept(&kept)], notes);
        }
    }
    out.flush()?;
    Ok(gathering.summary())
}

/// Writes the tenants of the store that were not gathered, as they are, and returns their names. Only a configuration says that a tenant is
/// gone.
async fn keep_others(
    mut former: FormerTenants,
    workspace: Id,
    gathered: &HashSet<String>,
    out: &mut impl io::Write,
) -> anyhow::Result<Vec<String>> {
    let mut kept = Vec::new();
    while let Some((external_id, text)) =
        former.next(workspace, |external_id| gathered.contains(external_id)).await?
    {
        let tenant: Value = serde_json::from_slice(&text).context("Failed to read a tenant of the store")?;
        serde_json::to_writer(&mut *out, &tenant)?;
        out.write_all(b"\n")?;
        kept.push(external_id);
    }
    Ok(kept)
}

fn others_kept(kept: &[String]) -> Note {
    const NAMED: usize = 10;
    let named = kept.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match kept.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "The store has tenants that this source does not name, and keeps what it knows of them: {}{more}. \
         If one of them is gone, gather with a configuration file, which names all tenants.",
        quoted(&named)
    );
    Note { severity: Severity::Warning, code: "other_tenants_kept", path: None, message }
}

fn merged(
    gathered: &GatheredTenant,
    before: Option<&[u8]>,
    exported_at: Timestamp,
    keep_days: u64,
) -> anyhow::Result<Value> {
    let mut tenant = serde_json::to_value(&gathered.tenant)?;
    if let Some(before) = before {
        let before = serde_json::from_slice(before).context("Failed to read a tenant of the store")?;
        keep::merge(&before, &mut tenant, &gathered.by_sight, exported_at, keep_days);
    }
    Ok(tenant)
}
