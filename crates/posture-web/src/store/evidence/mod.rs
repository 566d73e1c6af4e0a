//! The one store of evidence: what is on screen, and what is being done about it.
//!
//! It has two separate facts: the last derived report, and the current activity. So the last evidence stays on screen
//! while newer evidence loads, and if that fails.

use std::sync::Arc;

use leptos::prelude::*;
use posture_core::{Id, Timestamp};

use crate::browser::address::Document;
use crate::browser::fetch::WorkspaceEntry;
use crate::browser::time_slicing::Progress;
use crate::store::derivation::LongStep;
use crate::store::latest_request::LatestRequest;
use crate::store::phase::{Activity, Phase};
use crate::store::shown_report::ShownReport;
use crate::store::wanted::Wanted;

mod judging;
mod loading;

pub use self::judging::refused;

/// The store. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// Only a served document asks the endpoint.
    kind: Document,
    derived: RwSignal<Option<Arc<ShownReport>>>,
    activity: RwSignal<Activity>,
    digest: RwSignal<Option<String>>,
    workspaces: RwSignal<Vec<WorkspaceEntry>>,
    wanted: RwSignal<Wanted>,
    /// The instant to judge at; the export's own if absent.
    as_of: RwSignal<Option<Timestamp>>,
    /// The instant before the export that the evidence being loaded reaches back to.
    reaching_back: RwSignal<Option<Timestamp>>,
    /// When the endpoint last said what its newest evidence is.
    updated_at: RwSignal<Option<Timestamp>>,
    /// When the endpoint was last asked.
    asked_at: StoredValue<Option<Timestamp>>,
    asked: LatestRequest,
    /// The number of the request that the page does not mention until it is answered.
    unsaid: StoredValue<Option<u64>>,
    /// How to judge a tenant again that takes long, once the second bundle has said so.
    long_step: StoredValue<Option<LongStep>>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self::of(Document::Served)
    }
}

/// The store of this page.
pub fn use_evidence() -> Evidence {
    use_context().unwrap_or_default()
}

impl Evidence {
    /// The store of a document, empty.
    pub fn of(kind: Document) -> Self {
        let activity = match kind {
            Document::Served => Activity::Loading(Progress::default()),
            Document::Review => Activity::NoFile,
        };
        Self {
            kind,
            derived: RwSignal::new(None),
            activity: RwSignal::new(activity),
            digest: RwSignal::new(None),
            workspaces: RwSignal::new(Vec::new()),
            wanted: RwSignal::new(Wanted::Any),
            as_of: RwSignal::new(None),
            reaching_back: RwSignal::new(None),
            updated_at: RwSignal::new(None),
            asked_at: StoredValue::new(None),
            asked: LatestRequest::default(),
            unsaid: StoredValue::new(None),
            long_step: StoredValue::new(None),
        }
    }

    /// A store that already holds a report.
    pub fn holding(kind: Document, derived: ShownReport) -> Self {
        let store = Self::of(kind);
        store.show(derived);
        store
    }

    /// States how to judge a tenant again that takes long.
    pub fn judge_long_tenants_by(self, step: LongStep) {
        self.long_step.set_value(Some(step));
    }

    /// What a page is to show; changes only if the page must be drawn again.
    pub fn phase(self) -> Memo<Phase> {
        Memo::new(move |_| match (self.derived.get(), self.activity.get()) {
            (Some(derived), _) => Phase::Ready(derived),
            (None, Activity::Failed(failure)) => Phase::Failed(failure),
            (None, Activity::NoWorkspace) => Phase::NoWorkspace,
            (None, Activity::NoFile) => Phase::NoFile,
            (None, Activity::Idle | Activity::Loading(_)) => Phase::Loading,
        })
    }

    /// What is being done, tracked.
    pub fn activity(self) -> Activity {
        self.activity.get()
    }

    /// What is being done, not tracked.
    pub fn activity_untracked(self) -> Activity {
        self.activity.get_untracked()
    }

    /// States what is being done; what is stated again is not drawn or read out again.
    pub fn set_activity(self, activity: Activity) {
        if self.activity.get_untracked() != activity {
            self.activity.set(activity);
        }
    }

    /// The report on screen, tracked.
    pub fn derived(self) -> Option<Arc<ShownReport>> {
        self.derived.get()
    }

    /// The report on screen, not tracked.
    pub fn derived_untracked(self) -> Option<Arc<ShownReport>> {
        self.derived.get_untracked()
    }

    /// The digest of the report on screen, tracked; `None` while it is being computed.
    pub fn digest(self) -> Option<String> {
        self.digest.get()
    }

    /// The digest of the report on screen, not tracked.
    pub fn digest_untracked(self) -> Option<String> {
        self.digest.get_untracked()
    }

    /// The workspaces the endpoint knows of, tracked.
    pub fn workspaces(self) -> Vec<WorkspaceEntry> {
        self.workspaces.get()
    }

    /// States which workspace to load, before anything is loaded.
    pub fn want(self, wanted: Wanted) {
        self.wanted.set(wanted);
    }

    /// Which workspace is to be shown, not tracked.
    pub fn wanted_untracked(self) -> Wanted {
        let held = || self.derived.get_untracked().map(|held| Wanted::Workspace(held.report.workspace.id));
        match self.wanted.get_untracked() {
            Wanted::Any => held().unwrap_or(Wanted::Any),
            wanted @ (Wanted::Workspace(_) | Wanted::Invalid) => wanted,
        }
    }

    /// Leaves the report on screen for another workspace's.
    pub fn choose(self, wanted: Wanted) {
        if self.kind.is_review() {
            return;
        }
        self.wanted.set(wanted);
        self.derived.set(None);
        self.load();
    }

    /// The workspace on screen, tracked, if the endpoint serves more than one: only then do addresses and titles have to name it.
    pub fn workspace_among_several(self) -> Option<(Id, String)> {
        let served = self.workspaces.read().iter().filter_map(WorkspaceEntry::served).count();
        let derived = self.derived.get().filter(|_| served > 1)?;
        Some((derived.report.workspace.id, derived.report.workspace.name.clone()))
    }

    /// The instant to judge at, not tracked; `None` for the export's own.
    pub fn as_of_untracked(self) -> Option<Timestamp> {
        self.as_of.get_untracked()
    }

    /// The instant before the export that the evidence being loaded reaches back to, tracked; `None` if nothing is being loaded.
    pub fn reaching_back(self) -> Option<Timestamp> {
        matches!(self.activity.get(), Activity::Loading(_)).then(|| self.reaching_back.get()).flatten()
    }

    /// Shows what an opened file holds, at the instant chosen; nothing is asked of the endpoint.
    pub fn show_file(self, derived: &Arc<ShownReport>) {
        self.count_turn();
        self.digest.set(None);
        self.derived.set(Some(Arc::clone(derived)));
        self.set_activity(Activity::Idle);
        self.judge_at(self.as_of.get_untracked());
    }

    /// Shows nothing, since no file is open.
    pub fn show_no_file(self) {
        self.count_turn();
        self.digest.set(None);
        self.derived.set(None);
        self.set_activity(Activity::NoFile);
    }

    /// When the endpoint last said what its newest evidence is, tracked.
    pub fn updated_at(self) -> Option<Timestamp> {
        self.updated_at.get()
    }

    /// When the endpoint was last asked, not tracked.
    pub fn asked_at_untracked(self) -> Option<Timestamp> {
        self.asked_at.get_value()
    }

    fn show(self, derived: ShownReport) {
        self.digest.set(None);
        self.derived.set(Some(Arc::new(derived)));
        self.set_activity(Activity::Idle);
    }

    /// States the digest of a report, if that still is the one on screen.
    pub fn state_digest(self, derived: &Arc<ShownReport>, digest: String) {
        if self.is_shown(derived) {
            self.digest.set(Some(digest));
        }
    }

    /// Whether this report is the one on screen, not tracked.
    pub fn is_shown(self, derived: &Arc<ShownReport>) -> bool {
        self.derived.with_untracked(|shown| shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, derived)))
    }
}
