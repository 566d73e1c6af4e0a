//! Two reports of one workspace, compared tenant by tenant. [`crate::compare::change`] decides what counts as a change.
//!
//! Tenants are matched by id: a tenant whose name or route key changed is the same tenant, and its former key is shown. A tenant with another
//! id is another tenant, even if the key is the same. Each tenant of either side has exactly one change per family, so the totals add up
//! to the tenants of both sides taken together; a tenant that was set aside is reported as such and is not gone. Entries without an id of
//! their own, because it is invalid or repeats another's, cannot be matched and are counted separately; more of them than before is worse.

use std::collections::{BTreeMap, BTreeSet, btree_set};
use std::fmt;

use crate::compare::change::{Basis, Change, Family, ReportedTenant, change};
use crate::compare::points::{Points, Sight};
use crate::finding::FindingCode;
use crate::id::Id;
use crate::reading::reader::Workspace;
use crate::report::model::{Exclusion, NotEvaluated, Report, TenantReport};
use crate::report::tone;
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::views::group_search::UnknownGroup;
use crate::words;

/// Two reports that cannot be compared, as they are of different workspaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherWorkspace {
    /// The older report's.
    pub old: Workspace,
    /// The newer report's.
    pub new: Workspace,
}

impl fmt::Display for OtherWorkspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::other_workspace(&self.old, &self.new))
    }
}

impl std::error::Error for OtherWorkspace {}

/// The place of a tenant in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere.
    NotExported,
    /// Among those not evaluated, at this place.
    NotEvaluated(usize),
    /// Among the evaluated tenants, at this place.
    Evaluated(usize),
}

/// How one tenant changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantChange {
    /// The tenant.
    pub tenant_id: Id,
    /// Its place in the older report.
    pub old: Place,
    /// Its place in the newer report.
    pub new: Place,
    /// How its backup health changed.
    pub backup_health: Change,
    /// How its recovery evidence changed.
    pub recovery_evidence: Change,
}

impl TenantChange {
    /// How one of its families changed.
    pub fn of(&self, family: Family) -> Change {
        match family {
            Family::BackupHealth => self.backup_health,
            Family::RecoveryEvidence => self.recovery_evidence,
        }
    }

    /// Whether one of its families changed like this.
    pub fn is(&self, change: Change) -> bool {
        Family::ALL.iter().any(|family| self.of(*family) == change)
    }
}

/// How every tenant of two reports changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Every tenant of either side that can be named, by id.
    pub tenants: Vec<TenantChange>,
    /// Entries of the older report that name no tenant of their own.
    pub old_unmatched: u64,
    /// Entries of the newer report that name no tenant of their own.
    pub new_unmatched: u64,
    /// Tenants that a filter left out.
    pub filtered_out: u64,
    /// Groups in the filter that no tenant is in.
    pub unknown_groups: Vec<UnknownGroup>,
}

impl Diff {
    /// How many tenants have this change in a family.
    pub fn total(&self, family: Family, change: Change) -> u64 {
        self.tenants.iter().filter(|tenant| tenant.of(family) == change).count() as u64
    }

    /// How many tenants are worse, in one family or both.
    pub fn worse_tenants(&self) -> u64 {
        self.tenants.iter().filter(|tenant| tenant.is(Change::Worse)).count() as u64
    }

    /// How many tenants are better in one family or both, and worse in none.
    pub fn better_tenants(&self) -> u64 {
        let is_better = |tenant: &&TenantChange| tenant.is(Change::Better) && !tenant.is(Change::Worse);
        self.tenants.iter().filter(is_better).count() as u64
    }

    /// Whether anything is worse.
    pub fn is_worse(&self) -> bool {
        self.new_unmatched > self.old_unmatched || self.worse_tenants() > 0
    }
}

/// Compares two reports of one workspace, each as of its own instant.
pub fn diff(old: &Report, new: &Report) -> Result<Diff, OtherWorkspace> {
    let mut diffing = Diffing::start(old, new)?;
    while diffing.step(usize::MAX) {}
    Ok(diffing.finish())
}

/// Two reports being compared, some tenants at a time, so that a caller can pause between any two steps.
#[derive(Debug)]
pub struct Diffing<'r> {
    basis: Basis,
    old: Side<'r>,
    new: Side<'r>,
    ids: btree_set::IntoIter<Id>,
    tenants: Vec<TenantChange>,
}

impl<'r> Diffing<'r> {
    /// Starts with no tenant compared; refused if the reports are of different workspaces.
    pub fn start(old: &'r Report, new: &'r Report) -> Result<Self, OtherWorkspace> {
        if old.workspace.id != new.workspace.id {
            return Err(OtherWorkspace { old: old.workspace.clone(), new: new.workspace.clone() });
        }
        let basis = basis(old, new);
        let (old, new) = (Side::of(old), Side::of(new));
        let ids: BTreeSet<_> = old.places.keys().chain(new.places.keys()).copied().collect();
        Ok(Self { basis, old, new, tenants: Vec::with_capacity(ids.len()), ids: ids.into_iter() })
    }

    /// Compares so many tenants; false if none was left.
    pub fn step(&mut self, tenants: usize) -> bool {
        let compared = self.tenants.len();
        for id in self.ids.by_ref().take(tenants) {
            let (sight_before, sight_after) = self.basis.sights();
            let (before, after) = (self.old.reported(id, sight_before), self.new.reported(id, sight_after));
            self.tenants.push(TenantChange {
                tenant_id: id,
                old: self.old.place(id),
                new: self.new.place(id),
                backup_health: change(Family::BackupHealth, &before, &after, self.basis),
                recovery_evidence: change(Family::RecoveryEvidence, &before, &after, self.basis),
            });
        }
        self.tenants.len() > compared
    }

    /// How each tenant that was compared changed.
    pub fn finish(self) -> Diff {
        Diff {
            tenants: self.tenants,
            old_unmatched: self.old.unmatched,
            new_unmatched: self.new.unmatched,
            filtered_out: 0,
            unknown_groups: Vec::new(),
        }
    }
}

/// Whether two reports are of one export, judged at two instants.
pub fn is_one_export(old: &Report, new: &Report) -> bool {
    old.exported_at == new.exported_at && old.as_of != new.as_of
}

fn basis(old: &Report, new: &Report) -> Basis {
    if is_one_export(old, new) {
        Basis::OneExport { before: old.as_of, after: new.as_of }
    } else {
        Basis::Exports
    }
}

/// A report by its tenants' ids.
#[derive(Debug)]
pub(crate) struct Side<'r> {
    report: &'r Report,
    pub(crate) places: BTreeMap<Id, Place>,
    pub(crate) unmatched: u64,
    records_set_aside: BTreeMap<Id, u64>,
    unrecognised_status: BTreeSet<Id>,
}

impl<'r> Side<'r> {
    pub(crate) fn of(report: &'r Report) -> Self {
        let mut side = Self {
            report,
            places: BTreeMap::new(),
            unmatched: 0,
            records_set_aside: BTreeMap::new(),
            unrecognised_status: BTreeSet::new(),
        };
        side.places.extend(
            report
                .tenants
                .iter()
                .enumerate()
                .map(|(place, tenant)| (tenant.tenant_id, Place::Evaluated(place))),
        );
        for finding in &report.findings {
            let Some(tenant) = finding.tenant_id else { continue };
            if matches!(finding.code, FindingCode::CrossTenantRecord | FindingCode::DuplicateRecord) {
                *side.records_set_aside.entry(tenant).or_default() += 1;
            }
            if finding.code == FindingCode::UnrecognisedTenantStatus {
                side.unrecognised_status.insert(tenant);
            }
        }
        for (place, entry) in report.not_evaluated.iter().enumerate() {
            side.take(place, entry);
        }
        side
    }

    /// Takes an entry that was not evaluated. Of entries with one id, the one whose evidence is unknown counts for the tenant.
    fn take(&mut self, place: usize, entry: &NotEvaluated) {
        let Some(id) = entry.tenant_id else {
            self.unmatched += 1;
            return;
        };
        let is_known = |held: &usize| {
            self.report.not_evaluated.get(*held).is_some_and(|held| held.reason == Exclusion::NotActive)
        };
        match self.places.get(&id) {
            None => drop(self.places.insert(id, Place::NotEvaluated(place))),
            Some(Place::NotEvaluated(held)) if is_known(held) && entry.reason == Exclusion::Unreadable => {
                self.places.insert(id, Place::NotEvaluated(place));
                self.unmatched += 1;
            }
            Some(Place::NotExported | Place::NotEvaluated(_) | Place::Evaluated(_)) => self.unmatched += 1,
        }
    }

    pub(crate) fn place(&self, id: Id) -> Place {
        self.places.get(&id).copied().unwrap_or(Place::NotExported)
    }

    pub(crate) fn reported(&self, id: Id, sight: Sight) -> ReportedTenant<'r> {
        match self.place(id) {
            Place::NotExported => ReportedTenant::NotExported,
            Place::Evaluated(place) => {
                let records_set_aside = self.records_set_aside.get(&id).copied().unwrap_or_default();
                self.report.tenants.get(place).map_or(ReportedTenant::NotExported, |tenant| {
                    ReportedTenant::Evaluated(Points::of(tenant, records_set_aside, sight))
                })
            }
            Place::NotEvaluated(place) => {
                self.report.not_evaluated.get(place).map_or(ReportedTenant::NotExported, |entry| {
                    ReportedTenant::NotEvaluated {
                        reason: entry.reason,
                        is_evidence_set_aside: entry.reason != Exclusion::NotActive
                            || self.unrecognised_status.contains(&id),
                    }
                })
            }
        }
    }
}

/// One family of a tenant as one report has it: the state, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The state, or why the tenant was not evaluated, as the report writes it.
    pub state: &'static str,
    /// The same in words.
    pub label: &'static str,
    /// How it is shown.
    pub tone: Tone,
    /// Every reason, as the report writes it.
    pub reasons: Vec<&'static str>,
    /// What the state rests on, in sentences.
    pub cause: String,
    /// The governing backup set, or the latest executed restore run.
    pub record_id: Option<Id>,
    /// When that completed or took effect.
    pub at: Option<Timestamp>,
}

/// A family of a tenant at a place of a report; `None` if the tenant is not exported.
pub fn view(report: &Report, place: Place, family: Family) -> Option<View> {
    match place {
        Place::NotExported => None,
        Place::NotEvaluated(place) => report.not_evaluated.get(place).map(|entry| View {
            state: entry.reason.as_str(),
            label: words::exclusion_label(entry.reason),
            tone: Tone::Unknown,
            reasons: vec![entry.reason.as_str()],
            cause: words::not_evaluated_cause(entry.reason).to_owned(),
            record_id: None,
            at: None,
        }),
        Place::Evaluated(place) => report.tenants.get(place).map(|tenant| match family {
            Family::BackupHealth => backup_view(tenant),
            Family::RecoveryEvidence => recovery_view(tenant),
        }),
    }
}

fn backup_view(tenant: &TenantReport) -> View {
    let health = &tenant.backup_health;
    View {
        state: health.posture.as_str(),
        label: words::backup_word(health),
        tone: tone::backup(health),
        reasons: health.reasons.iter().map(|reason| reason.as_str()).collect(),
        cause: words::backup_cause(health),
        record_id: health.latest_relevant_backup_set_id,
        at: health.latest_relevant_completed_at,
    }
}

fn recovery_view(tenant: &TenantReport) -> View {
    let evidence = &tenant.recovery_evidence;
    View {
        state: evidence.overview_state.as_str(),
        label: words::recovery_state_label(evidence.overview_state),
        tone: tone::recovery(tenant),
        reasons: vec![evidence.reason.as_str()],
        cause: evidence.summary.clone(),
        record_id: evidence.latest_relevant_restore_run_id,
        at: evidence.latest_relevant_at,
    }
}

/// A tenant's name: the newer report's, else the older one's; `None` if neither can be read.
pub fn label<'r>(change: &TenantChange, old: &'r Report, new: &'r Report) -> Option<&'r str> {
    label_at(new, change.new).or_else(|| label_at(old, change.old))
}

/// A tenant's name at a place of a report; `None` if it cannot be read.
pub(crate) fn label_at(report: &Report, place: Place) -> Option<&str> {
    match place {
        Place::NotExported => None,
        Place::NotEvaluated(place) => {
            report.not_evaluated.get(place).and_then(|entry| entry.tenant_label.as_deref())
        }
        Place::Evaluated(place) => report.tenants.get(place).map(|tenant| tenant.tenant_label.as_str()),
    }
}

/// The route keys of a tenant on both sides; `None` if it is not evaluated, as then its key is unknown.
pub fn route_keys<'r>(
    change: &TenantChange,
    old: &'r Report,
    new: &'r Report,
) -> (Option<&'r str>, Option<&'r str>) {
    let of = |report: &'r Report, place| match place {
        Place::NotExported | Place::NotEvaluated(_) => None,
        Place::Evaluated(place) => report.tenants.get(place).map(|tenant| tenant.tenant_route_key.as_str()),
    };
    (of(old, change.old), of(new, change.new))
}

/// The tenant's former route key, if it has another now.
pub fn former_route_key<'r>(change: &TenantChange, old: &'r Report, new: &'r Report) -> Option<&'r str> {
    match route_keys(change, old, new) {
        (Some(was), Some(is)) if was != is => Some(was),
        _ => None,
    }
}
