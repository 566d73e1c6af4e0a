//! The demo's tenants: each is a well-run one to which something happened.

use std::collections::BTreeMap;

use posture_core::Timestamp;

use super::clock::Clock;
use super::records::{Snapshot, Tenant, Workspace};
use super::shapes::{nightly_backups, weekly_restore_tests};

/// One thing that happened to a tenant; its name says cause and effect.
type Event = fn(&mut Tenant, Clock);

struct Scenario {
    name: &'static str,
    domain: &'static str,
    events: &'static [Event],
}

const WORKSPACE: u64 = 1;

const fn tenant(name: &'static str, domain: &'static str, events: &'static [Event]) -> Scenario {
    Scenario { name, domain, events }
}

const SCENARIOS: &[Scenario] = &[
    tenant("Adventure Works", "adventure-works.example", &[nightly_backups, weekly_restore_tests]),
    tenant("Bäckerei Höß & Söhne", "hoess.example", &[nightly_backups]),
];

/// The demo's snapshot as exported at an instant.
pub fn snapshot(exported_at: Timestamp) -> Vec<u8> {
    let clock = Clock(exported_at);
    let tenants = (11..).zip(SCENARIOS).map(|(id, scenario)| scenario.play(id, clock)).collect();
    let snapshot = Snapshot {
        format: posture_core::snapshot::SNAPSHOT_FORMAT,
        version: posture_core::snapshot::SNAPSHOT_VERSION,
        exported_at: exported_at.to_string(),
        exporter: "Posture demo",
        workspace: Workspace { id: WORKSPACE, name: "Contoso MSP", slug: "contoso-msp" },
        checked_domains: ["governance", "operations", "alerts"],
        policy: BTreeMap::new(),
        tenants,
    };
    serde_json::to_vec(&snapshot).unwrap_or_default()
}

impl Scenario {
    fn play(&self, id: u64, clock: Clock) -> Tenant {
        let mut tenant = Tenant {
            id,
            workspace_id: WORKSPACE,
            external_id: format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                id * 2_654_435_761 % 0xffff_ffff,
                id * 40_503 % 0xffff,
                id * 2_053 % 0xfff,
                id * 1_031 % 0xfff,
                id * 2_862_933_555_777 % 0xffff_ffff_ffff
            ),
            name: self.name,
            environment: "production",
            domain: self.domain,
            status: "active",
            capabilities: None,
            backup_sets: Vec::new(),
            backup_schedules: Vec::new(),
            restore_runs: Vec::new(),
            signals: Vec::new(),
        };
        for event in self.events {
            event(&mut tenant, clock);
        }
        tenant
    }
}
