//! Tenants of a plan, and the snapshot of all of them.

use std::io::{self, Write};

use posture_core::Form;
use posture_core::export::snapshot::{self, Head, Policy, Rules, Tenant, Text, Workspace};

use crate::plan::{Features, Plan, WORKSPACE_ID, WORKSPACE_NAME, WORKSPACE_SLUG};
use crate::rng::Rng;
use crate::written::{Writing, Written};
use crate::{backups, damage, features, restores, tenant_history};

impl Plan {
    /// The tenant at an index from 0, and how it is written.
    fn made(&self, index: u64) -> (Tenant, Writing) {
        let mut rng = Rng::of(self.seed, index);
        let mut tenant = tenant_history::new_tenant(index, &mut rng);
        let course = backups::add(&mut tenant, self, &mut rng);
        restores::add(&mut tenant, self, course, &mut rng);
        let writing = match self.features {
            Features::Unused => Writing::Plain,
            Features::Share | Features::InTurn => features::add(&mut tenant, self, index, &mut rng.fork()),
        };
        tenant_history::happen(&mut tenant, &mut rng);
        let damaged = if self.damage { damage::add(&mut tenant, self, index, &mut rng) } else { None };
        (tenant, damaged.unwrap_or(writing))
    }

    /// All tenants, in order.
    #[cfg(feature = "postgres")]
    pub(crate) fn tenants(&self) -> impl Iterator<Item = Tenant> + '_ {
        (0..self.tenants).map(|index| self.made(index).0)
    }
}

/// Everything but the tenants.
fn head(plan: &Plan) -> Head {
    let policy = match plan.features {
        Features::Share | Features::InTurn => features::policy(),
        Features::Unused => Policy::default(),
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
    let written = |(tenant, writing)| Written::new(tenant, writing);
    let tenants = (0..plan.tenants).map(|index| written(plan.made(index)));
    // An iterator that ends at the first tenant that cannot be written, and keeps its error.
    let mut failure = None;
    let tenants = tenants.map_while(|tenant| tenant.map_err(|error| failure = Some(error)).ok());
    snapshot::write(&head(plan), tenants, form, out)?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}
