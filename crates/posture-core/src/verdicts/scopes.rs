//! The scopes of a tenant, and which of its backup sets count in each (contract, section 5).

use crate::policy::Frame;
use crate::reading::snapshot::{BackupSet, Spanned, Tenant};
use crate::timestamp::Timestamp;
use crate::verdicts::quality::size;
use crate::verdicts::rules::{RulesOfScope, TenantFrame, is_same_scope};
use crate::vocabulary::{BackupSetStatus, vocabulary};

vocabulary! {
    /// Why a backup set is not relevant. The first that applies.
    pub enum SkipReason {
        Archived = "archived",
        Failed = "failed",
        UnrecognisedStatus = "unrecognised_status",
        NotCompleted = "not_completed",
        CompletedAfterAsOf = "completed_after_as_of",
        Empty = "empty",
    }
}

impl SkipReason {
    /// Whether a newer set with this reason went wrong, so that the tenant is unsettled.
    pub fn went_wrong(self) -> bool {
        match self {
            Self::Failed | Self::UnrecognisedStatus | Self::Empty => true,
            Self::Archived | Self::NotCompleted | Self::CompletedAfterAsOf => false,
        }
    }
}

fn is_archived(set: &BackupSet<'_>, frame: &Frame) -> bool {
    set.status.is(BackupSetStatus::Archived) || frame.is_deleted(set.deleted_at)
}

/// Why a set is not relevant; `None` if it is.
pub fn skip_reason(set: &BackupSet<'_>, frame: &Frame) -> Option<SkipReason> {
    use BackupSetStatus::{Failed, Pending, Queued, Running};
    let applies = |reason: &SkipReason| match reason {
        SkipReason::Archived => is_archived(set, frame),
        SkipReason::Failed => set.status.is(Failed),
        SkipReason::UnrecognisedStatus => set.status.is_unrecognised(),
        SkipReason::NotCompleted => {
            set.status.is_any(&[Queued, Pending, Running]) || set.completed_at.is_none()
        }
        SkipReason::CompletedAfterAsOf => set.completed_at.is_some_and(|at| !frame.has_happened(at)),
        SkipReason::Empty => size(set, frame) == Some(0),
    };
    SkipReason::ALL.iter().copied().find(applies)
}

/// A backup set, and why it is not relevant, if it is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JudgedSet<'t, 'a> {
    pub(crate) set: &'t Spanned<BackupSet<'a>>,
    pub(crate) skipped: Option<SkipReason>,
}

/// One scope of a tenant, with its sets, or what is made of each, in the document's order.
#[derive(Clone, Debug)]
pub(crate) struct ScopeOf<'t, S> {
    /// Its key; the unnamed scope is the empty text.
    pub(crate) name: &'t str,
    pub(crate) rules: RulesOfScope<'t>,
    pub(crate) sets: Vec<S>,
}

/// One scope of a tenant as it is judged.
pub(crate) type Scope<'t, 'a> = ScopeOf<'t, JudgedSet<'t, 'a>>;

/// The relevant set that governs a scope, and the instant it is fresh from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Basis<'t, 'a> {
    pub(crate) set: &'t Spanned<BackupSet<'a>>,
    pub(crate) completed_at: Timestamp,
    /// The latest confirmation that has happened after the completion.
    pub(crate) confirmed_at: Option<Timestamp>,
}

impl Basis<'_, '_> {
    pub(crate) fn fresh_from(&self) -> Timestamp {
        self.confirmed_at.unwrap_or(self.completed_at)
    }
}

impl<'t, 'a> Scope<'t, 'a> {
    /// Whether the scope counts by itself.
    pub(crate) fn counts(&self) -> bool {
        match self.rules.expected {
            Some(is_expected) => is_expected,
            None => self.sets.iter().any(|judged| judged.skipped != Some(SkipReason::Archived)),
        }
    }

    /// The relevant sets, the latest first: by completion, then by id.
    pub(crate) fn relevant(&self) -> (Option<Basis<'t, 'a>>, Option<&'t Spanned<BackupSet<'a>>>) {
        let (mut latest, mut before): (Option<&'t Spanned<BackupSet<'a>>>, _) = (None, None);
        let order = |set: &Spanned<BackupSet<'_>>| (set.completed_at, set.id);
        for judged in self.sets.iter().filter(|judged| judged.skipped.is_none()) {
            if latest.is_none_or(|latest| order(judged.set) > order(latest)) {
                before = latest.replace(judged.set);
            } else if before.is_none_or(|before| order(judged.set) > order(before)) {
                before = Some(judged.set);
            }
        }
        (
            latest.and_then(|set| Some(Basis { set, completed_at: set.completed_at?, confirmed_at: None })),
            before,
        )
    }

    /// The latest relevant set with its confirmation, and the relevant set before it.
    pub(crate) fn basis(&self, frame: &Frame) -> (Option<Basis<'t, 'a>>, Option<&'t Spanned<BackupSet<'a>>>) {
        let (latest, before) = self.relevant();
        let confirmed = latest.map(|basis| Basis { confirmed_at: confirmed_at(basis.set, frame), ..basis });
        (confirmed, before)
    }

    /// The sets that have a skip reason and are newer than the basis; all of them without a basis.
    pub(crate) fn skipped(&self, basis: Option<&Basis<'_, '_>>) -> impl Iterator<Item = JudgedSet<'t, 'a>> {
        let basis = basis.map(|basis| (basis.fresh_from(), basis.set.id));
        let is_newer = move |set: &BackupSet<'_>| match (basis, set.completed_at.or(set.created_at)) {
            (Some(basis), Some(at)) => (at, set.id) > basis,
            (None, _) | (_, None) => true,
        };
        self.sets.iter().filter(move |judged| judged.skipped.is_some() && is_newer(judged.set)).copied()
    }
}

/// The latest confirmation of a set that has happened and is later than its completion.
pub(crate) fn confirmed_at(set: &BackupSet<'_>, frame: &Frame) -> Option<Timestamp> {
    let confirmations = set.confirmations.as_deref().unwrap_or_default().iter().copied();
    confirmations.filter(|at| frame.has_happened(*at) && Some(*at) > set.completed_at).max()
}

impl<'t, 'a> ScopeOf<'t, &'t Spanned<BackupSet<'a>>> {
    /// The scope as it is judged at an instant.
    pub(crate) fn judged(&self, frame: &Frame) -> Scope<'t, 'a> {
        let sets = self.sets.iter().map(|set| JudgedSet { set, skipped: skip_reason(set, frame) });
        ScopeOf { name: self.name, rules: self.rules.clone(), sets: sets.collect() }
    }

    /// Whether the scope counts by itself at an instant.
    pub(crate) fn counts(&self, frame: &Frame) -> bool {
        self.rules.expected.unwrap_or_else(|| self.sets.iter().any(|set| !is_archived(set, frame)))
    }
}

/// All scopes of a tenant, by key, the unnamed scope first, whether they count or not.
pub(crate) fn sets_by_scope<'t, 'a, S>(
    tenant: &'t Tenant<'a>,
    frame: &TenantFrame<'t>,
    made_of: impl Fn(&'t Spanned<BackupSet<'a>>) -> S,
) -> Vec<ScopeOf<'t, S>> {
    let mut names = frame.ruled_scopes();
    // Sets of one scope mostly follow each other, so each is looked up only if it is not that of the set before.
    let mut last = None;
    for scope in tenant.sets().iter().map(|set| set.scope()) {
        if !last.is_some_and(|last| is_same_scope(last, scope)) {
            names.insert(scope);
        }
        last = Some(scope);
    }
    let empty = |name| ScopeOf { name, rules: frame.scope(name), sets: Vec::new() };
    let mut all: Vec<_> = names.into_iter().map(empty).collect();
    let mut place = Ok(0);
    for set in tenant.sets() {
        let is_at = |place: usize| all.get(place).is_some_and(|scope| is_same_scope(scope.name, set.scope()));
        if !place.is_ok_and(is_at) {
            place = all.binary_search_by(|scope| scope.name.cmp(set.scope()));
        }
        if let Ok(place) = place {
            all[place].sets.push(made_of(set));
        }
    }
    all
}

/// The scopes of a tenant that count, by key, the unnamed scope first; if none does, the unnamed scope.
pub(crate) fn scopes<'t, 'a>(tenant: &'t Tenant<'a>, frame: &TenantFrame<'t>) -> Vec<Scope<'t, 'a>> {
    let judged = |set| JudgedSet { set, skipped: skip_reason(set, frame) };
    let all = sets_by_scope(tenant, frame, judged);
    let (counted, others): (Vec<_>, Vec<_>) = all.into_iter().partition(Scope::counts);
    if !counted.is_empty() {
        return counted;
    }
    let unnamed = others.into_iter().find(|scope| scope.name.is_empty());
    let unnamed = unnamed.unwrap_or_else(|| ScopeOf { name: "", rules: frame.scope(""), sets: Vec::new() });
    let is_left_out = unnamed.rules.expected == Some(false);
    vec![Scope { sets: if is_left_out { Vec::new() } else { unnamed.sets }, ..unnamed }]
}
