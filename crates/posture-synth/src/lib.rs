//! Synthetic workspaces for measuring, load tests and demonstrations: realistic, deterministic, of any size.
//!
//! A [`Plan`] says what to make; the same plan gives the same bytes on every machine. Tenants are made one at a time, each from the seed and
//! its own place alone, so that a workspace of 1,000 tenants is the beginning of the one of 100,000, and any of them can be streamed.
//!
//! **What this crate does not do.** It holds no real tenant's data, reads no clock, and decides nothing about posture.

mod backups;
mod chance;
mod life;
mod names;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod records;
mod restores;
pub mod tables;

use std::io::{self, Write};

use posture_core::{Form, Timestamp};
use serde::Serialize;

use crate::chance::Chance;
use crate::records::Tenant;

/// The identity of the workspace that is made.
pub const WORKSPACE_ID: u64 = 1;
/// Its name.
pub const WORKSPACE_NAME: &str = "Synthetic MSP";
/// Its short name.
pub const WORKSPACE_SLUG: &str = "synthetic-msp";

/// What a synthetic workspace is made from.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many tenants.
    pub tenants: u64,
    /// What chance is drawn from.
    pub seed: u64,
    /// When the export is made; every other instant is before or after it.
    pub exported_at: Timestamp,
    /// How much of each backup set is written.
    pub detail: Detail,
    /// Whether some tenants' evidence is damaged: unreadable, repeated, foreign, in words not known.
    pub damage: bool,
}

/// How much of each backup set is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// As a slim export: the latest set that counts has a summary, the others their count.
    Slim,
    /// As a full export: every set has its items.
    Full,
    /// As much of a full export as verdicts come from: the latest set that counts has its items, the others their count.
    Latest,
}

impl Plan {
    /// The tenant at a place from 0.
    pub fn tenant(&self, index: u64) -> Tenant {
        let mut chance = Chance::of(self.seed, index);
        let mut tenant = life::new_tenant(index, &mut chance);
        let course = backups::add(&mut tenant, self, &mut chance);
        restores::add(&mut tenant, self, course, &mut chance);
        life::happen(&mut tenant, self, index, &mut chance);
        tenant
    }

    /// All tenants, in their order.
    pub fn tenants(&self) -> impl Iterator<Item = Tenant> + '_ {
        (0..self.tenants).map(|index| self.tenant(index))
    }

    /// The instant this many seconds before the export.
    fn ago(&self, seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(self.exported_at.unix_seconds().saturating_sub(seconds))
            .unwrap_or(self.exported_at)
    }
}

/// What stands before the tenants.
#[derive(Serialize)]
struct Head {
    format: &'static str,
    version: u64,
    exported_at: Timestamp,
    exporter: &'static str,
    policy: Policy,
    workspace: Workspace,
    checked_domains: [&'static str; 3],
}

#[derive(Serialize)]
struct Policy {
    freshness_hours: u64,
}

#[derive(Serialize)]
struct Workspace {
    id: u64,
    name: &'static str,
    slug: &'static str,
}

/// Writes the snapshot, tenant by tenant; memory holds one of them.
pub fn write(plan: &Plan, form: Form, out: &mut impl Write) -> io::Result<()> {
    let head = serde_json::to_string(&Head {
        format: posture_core::reading::snapshot::SNAPSHOT_FORMAT,
        version: posture_core::reading::snapshot::SNAPSHOT_VERSION,
        exported_at: plan.exported_at,
        exporter: "posture synth",
        policy: Policy { freshness_hours: 24 },
        workspace: Workspace { id: WORKSPACE_ID, name: WORKSPACE_NAME, slug: WORKSPACE_SLUG },
        checked_domains: ["governance", "operations", "alerts"],
    })?;
    match form {
        Form::Json => {
            write!(out, "{},\"tenants\":[", head.strip_suffix('}').unwrap_or(&head))?;
            for (index, tenant) in plan.tenants().enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &tenant)?;
            }
            out.write_all(b"\n]}\n")
        }
        Form::Ndjson => {
            writeln!(out, "{head}")?;
            for tenant in plan.tenants() {
                serde_json::to_writer(&mut *out, &tenant)?;
                out.write_all(b"\n")?;
            }
            Ok(())
        }
    }
}
