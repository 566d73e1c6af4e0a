//! Tenants of a plan, and the snapshot of all of them.

use std::io::{self, Write};

use posture_core::Form;
use posture_core::export::snapshot::{self, Head, Policy, Rules, Tenant, Text, Workspace};

use crate::plan::{Plan, WORKSPACE_ID, WORKSPACE_NAME, WORKSPACE_SLUG};
use crate::rng::Rng;
use crate::{backups, restores, second_edition, tenant_history};

impl Plan {
    /// The tenant at an index from 0.
    pub fn tenant(&self, index: u64) -> Tenant {
        let mut rng = Rng::of(self.seed, index);
        let mut tenant = tenant_history::new_tenant(index, &mut rng);
        let course = backups::add(&mut tenant, self, &mut rng);
        restores::add(&mut tenant, self, course, &mut rng);
        if self.second_edition {
            second_edition::add(&mut tenant, self, &mut rng.fork());
        }
        tenant_history::happen(&mut tenant, self, index, &mut rng);
        tenant
    }

    /// All tenants, in order.
    pub fn tenants(&self) -> impl Iterator<Item = Tenant> + '_ {
        (0..self.tenants).map(|index| self.tenant(index))
    }
}

/// Everything but the tenants.
fn head(plan: &Plan) -> Head {
    let policy = match plan.second_edition {
        true => second_edition::policy(),
        false => Policy::default(),
    };
    Head {
        exported_at: plan.exported_at.into(),
        exporter: Some("posture synth".into()),
        since: None,
        policy: Some(Policy { rules: Rules { freshness_hours: Some(24), ..policy.rules }, ..policy }),
        workspace: Workspace {
            id: WORKSPACE_ID,
            name: WORKSPACE_NAME.into(),
            slug: Some(WORKSPACE_SLUG.into()),
        },
        checked_domains: Some(["governance", "operations", "alerts"].map(Text::from).to_vec()),
    }
}

/// Writes the snapshot tenant by tenant; memory holds one of them.
pub fn write(plan: &Plan, form: Form, out: &mut impl Write) -> io::Result<()> {
    snapshot::write(&head(plan), plan.tenants(), form, out)
}
