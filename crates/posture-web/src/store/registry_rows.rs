//! The registry's rows, prepared so that sorting and searching only compare, and the orders they can be in.

use std::cmp::Ordering;

use posture_core::report::registry;
use posture_core::sorting::sort_by;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::vocabulary::Urgency;
use posture_core::{TenantReport, Timestamp};

use crate::browser::text_folding::folded;
use crate::text;

/// A sort order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Rank, then name, then id.
    #[default]
    WorstFirst,
    /// Name.
    Name,
    /// The latest backup, the oldest first and none before that.
    LatestBackup,
    /// The latest executed restore, the oldest first and none before that.
    LatestRestore,
    /// The backup posture, the worst first.
    BackupPosture,
    /// The recovery evidence, the most urgent first.
    RecoveryEvidence,
    /// The most urgent signal, tenants without one last.
    Signals,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 7] = [
        Self::WorstFirst,
        Self::Name,
        Self::LatestBackup,
        Self::LatestRestore,
        Self::BackupPosture,
        Self::RecoveryEvidence,
        Self::Signals,
    ];

    /// The order as an address writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::WorstFirst => "worst_first",
            Self::Name => "name",
            Self::LatestBackup => "latest_backup",
            Self::LatestRestore => "latest_restore",
            Self::BackupPosture => "backup_posture",
            Self::RecoveryEvidence => "recovery_evidence",
            Self::Signals => "signals",
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::WorstFirst => text::WORST_FIRST,
            Self::Name => text::TENANT,
            Self::LatestBackup => text::LATEST_BACKUP,
            Self::LatestRestore => text::LATEST_RESTORE,
            Self::BackupPosture => text::BACKUP_POSTURE,
            Self::RecoveryEvidence => text::RECOVERY_EVIDENCE,
            Self::Signals => text::SIGNALS,
        }
    }

    /// How two rows compare. One type for all orders, so that the app contains one sort.
    pub(super) fn comparison(self) -> fn(&Row, &Row) -> Ordering {
        match self {
            Self::WorstFirst => {
                |a, b| a.rank.cmp(&b.rank).then_with(|| a.name.cmp(&b.name)).then(a.tenant.cmp(&b.tenant))
            }
            Self::Name => |a, b| a.name.cmp(&b.name),
            Self::LatestBackup => |a, b| a.latest_backup.cmp(&b.latest_backup),
            Self::LatestRestore => |a, b| a.latest_restore.cmp(&b.latest_restore),
            Self::BackupPosture => |a, b| a.posture.cmp(&b.posture),
            Self::RecoveryEvidence => |a, b| a.recovery.cmp(&b.recovery),
            Self::Signals => |a, b| a.signal.cmp(&b.signal),
        }
    }
}

/// Which way rows are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// As the order says.
    #[default]
    Ascending,
    /// The other way round; equals stay worst first.
    Descending,
}

/// A tenant as it is sorted and searched.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The tenant's place in the report, which lists tenants by id.
    pub(super) tenant: usize,
    pub(super) rank: u8,
    pub(super) name: String,
    /// Name and key, as a search compares them.
    pub(super) searched: String,
    pub(super) latest_backup: Option<Timestamp>,
    pub(super) latest_restore: Option<Timestamp>,
    pub(super) posture: BackupPosture,
    pub(super) recovery: Place,
    pub(super) signal: Place,
}

/// How urgent something is; what is not comes last.
type Place = (bool, Option<Urgency>);

fn place(urgency: Option<Urgency>) -> Place {
    (urgency.is_none(), urgency)
}

/// What a search looks through: name, key, domain, environment and labels.
fn searched(tenant: &TenantReport) -> String {
    let more = tenant.domain.iter().chain(&tenant.environment).chain(&tenant.labels).map(String::as_str);
    let all: Vec<_> = [&*tenant.tenant_label, &*tenant.tenant_route_key].into_iter().chain(more).collect();
    folded(&all.join("\n"))
}

impl Row {
    /// The row of the tenant at this place in the report.
    pub(super) fn of(at: usize, tenant: &TenantReport) -> Self {
        Self {
            tenant: at,
            rank: tenant.registry.triage_rank,
            name: tenant.tenant_label.to_lowercase(),
            searched: searched(tenant),
            latest_backup: tenant.backup_health.latest_relevant_completed_at,
            latest_restore: tenant.recovery_evidence.latest_relevant_at,
            posture: tenant.backup_health.posture,
            recovery: place(tenant.recovery_evidence.reason.urgency()),
            signal: place(registry::signals(tenant).map(|signals| signals.worst.urgency)),
        }
    }
}

/// Sorts the rows; the sort is stable.
pub(super) fn sort(rows: &mut [Row], order: Order, direction: Direction) {
    let compare = order.comparison();
    sort_by(rows, |a, b| match direction {
        Direction::Ascending => compare(a, b),
        Direction::Descending => compare(b, a),
    });
}
