//! Tenants of a plan, and the snapshot of all of them.

use std::io::{self, Write};

use posture_core::{Form, Timestamp};
use serde::Serialize;

use crate::plan::{Plan, WORKSPACE_ID, WORKSPACE_NAME, WORKSPACE_SLUG};
use crate::records::Tenant;
use crate::rng::Rng;
use crate::{backups, restores, tenant_history};

impl Plan {
    /// The tenant at an index from 0.
    pub fn tenant(&self, index: u64) -> Tenant {
        let mut rng = Rng::of(self.seed, index);
        let mut tenant = tenant_history::new_tenant(index, &mut rng);
        let course = backups::add(&mut tenant, self, &mut rng);
        restores::add(&mut tenant, self, course, &mut rng);
        tenant_history::happen(&mut tenant, self, index, &mut rng);
        tenant
    }

    /// All tenants, in order.
    pub fn tenants(&self) -> impl Iterator<Item = Tenant> + '_ {
        (0..self.tenants).map(|index| self.tenant(index))
    }
}

/// The document without its tenants.
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

/// Writes the snapshot tenant by tenant; memory holds one of them.
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
