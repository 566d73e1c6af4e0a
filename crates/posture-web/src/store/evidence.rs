//! The one store of evidence: what is on screen, and what is being done about it.
//!
//! It has two separate facts: the last derived report, and the current activity. So the last evidence stays on screen
//! while newer evidence loads, and if that fails.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::{Form, Id, Options, Timestamp, paths};

use crate::browser::address::Document;
use crate::browser::clock;
use crate::browser::fetch::{self, FetchFailure, SnapshotAnswer, WorkspaceEntry};
use crate::browser::query::Query;
use crate::browser::time_slicing::{Progress, Slices, parts};
use crate::store::derivation::{Derivation, Rederivation, Steps};
use crate::store::latest_request::LatestRequest;
use crate::store::phase::{Activity, Phase};
use crate::store::shown_report::ShownReport;
use crate::text;

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
    /// The instant to judge at; the export's own where absent.
    as_of: RwSignal<Option<Timestamp>>,
    /// When the endpoint last said what its newest evidence is.
    updated_at: RwSignal<Option<Timestamp>>,
    /// When the endpoint was last asked.
    asked_at: StoredValue<Option<Timestamp>>,
    asked: LatestRequest,
    /// The request, by that count, of which the page says nothing until it is answered.
    unsaid: StoredValue<Option<u64>>,
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
            updated_at: RwSignal::new(None),
            asked_at: StoredValue::new(None),
            asked: LatestRequest::default(),
            unsaid: StoredValue::new(None),
        }
    }

    /// A store that already holds a report.
    pub fn holding(kind: Document, derived: ShownReport) -> Self {
        let store = Self::of(kind);
        store.show(derived);
        store
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

    /// Judges the evidence at another instant, without fetching it again.
    pub fn judge_at(self, as_of: Option<Timestamp>) {
        self.as_of.set(as_of);
        let Some(held) = self.derived.get_untracked() else { return };
        let at = as_of.unwrap_or(held.report.exported_at);
        if at == held.report.as_of {
            return;
        }
        if held.report.since.is_some_and(|since| at < since) && !self.kind.is_review() {
            // The evidence on screen does not reach back that far.
            self.load();
            return;
        }
        let turn = self.next_turn();
        spawn_local(async move {
            let mut again = Rederivation::start(Arc::clone(&held.snapshot), at);
            let judged = Judging::of(self, turn).judge(&mut again).await;
            if !self.asked.is_latest(turn) {
                return;
            }
            match judged {
                Ok(()) => {
                    let has_long_tenants = again.has_long_tenants();
                    let (snapshot, etag) = (Arc::clone(&held.snapshot), held.etag.clone());
                    self.show(ShownReport::new(
                        again.finish(),
                        has_long_tenants,
                        snapshot,
                        etag,
                        held.fetched_at,
                    ));
                }
                Err(failure) => self.activity.set(Activity::Failed(failure)),
            }
        });
    }

    fn next_turn(self) -> u64 {
        let turn = self.count_turn();
        self.activity.set(Activity::Loading(Progress::default()));
        turn
    }

    fn count_turn(self) -> u64 {
        self.asked.start()
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

    /// Asks the endpoint for the newest evidence; a review document asks nobody.
    pub fn load(self) {
        if self.kind.is_review() {
            return;
        }
        let turn = self.next_turn();
        spawn_local(self.ask(turn));
    }

    /// Asks the endpoint for newer evidence; what is on screen stays as it is until the answer is there. Does nothing while something
    /// else is being done.
    pub fn refresh(self) {
        let is_asking = self.unsaid.get_value().is_some_and(|turn| self.asked.is_latest(turn));
        if self.kind.is_review() || is_asking || matches!(self.activity.get_untracked(), Activity::Loading(_))
        {
            return;
        }
        let turn = self.count_turn();
        self.unsaid.set_value(Some(turn));
        spawn_local(self.ask(turn));
    }

    /// When the endpoint last said what its newest evidence is, tracked.
    pub fn updated_at(self) -> Option<Timestamp> {
        self.updated_at.get()
    }

    /// When the endpoint was last asked, not tracked.
    pub fn asked_at_untracked(self) -> Option<Timestamp> {
        self.asked_at.get_value()
    }

    async fn ask(self, turn: u64) {
        self.asked_at.set_value(clock::read());
        let came = self.fetch(turn).await;
        if !self.asked.is_latest(turn) {
            return;
        }
        self.unsaid.set_value(None);
        if came.is_ok() {
            self.updated_at.set(clock::read());
        }
        match came {
            Ok(Came::New(derived)) => self.show(*derived),
            Ok(Came::Unchanged) => self.set_activity(Activity::Idle),
            Ok(Came::NoWorkspace) => self.set_activity(Activity::NoWorkspace),
            Err(failure) => self.set_activity(Activity::Failed(failure)),
        }
        // The instant may have been changed while the evidence was on its way.
        self.judge_at(self.as_of.get_untracked());
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

    /// The address of a workspace's evidence. For an instant before the export it asks for evidence that reaches back.
    fn snapshot_url(self, workspace: Id) -> String {
        let exported_at = self.workspaces.with_untracked(|workspaces| {
            workspaces.iter().find(|entry| entry.id == Some(workspace)).and_then(|entry| entry.exported_at)
        });
        match self.as_of.get_untracked() {
            Some(at) if exported_at.is_none_or(|exported_at| at < exported_at) => {
                paths::api_snapshot_since(workspace, at)
            }
            Some(_) | None => paths::api_snapshot(workspace),
        }
    }

    async fn fetch(self, turn: u64) -> Result<Came, FetchFailure> {
        let workspaces = fetch::workspaces(paths::API_WORKSPACES).await?;
        let held = self.derived.get_untracked();
        let served: Vec<_> = workspaces.iter().filter_map(WorkspaceEntry::served).collect();
        if self.workspaces.get_untracked() != workspaces {
            self.workspaces.set(workspaces);
        }
        let workspace = match (self.wanted_untracked(), served.first()) {
            (Wanted::Workspace(wanted), _) if served.contains(&wanted) => wanted,
            // What is on screen, and what an address names, is never replaced by another workspace.
            (Wanted::Workspace(_), _) => return Err(no_longer_served()),
            (Wanted::Invalid, _) => return Err(invalid_workspace()),
            (Wanted::Any, Some(first)) => *first,
            (Wanted::Any, None) => return Ok(Came::NoWorkspace),
        };
        let etag = held.and_then(|derived| derived.etag.clone());
        match fetch::snapshot(&self.snapshot_url(workspace), etag.as_deref()).await? {
            SnapshotAnswer::Unchanged => Ok(Came::Unchanged),
            SnapshotAnswer::Body { etag, mut chunks } => {
                let mut judging = Judging::of(self, turn);
                let as_of = self.as_of.get_untracked().map(|at| at.to_string());
                let mut derivation = Derivation::start(Form::Json, &Options { as_of, ..Options::default() })
                    .map_err(refused)?;
                while let Some(chunk) = chunks.next().await? {
                    for part in parts(chunk) {
                        judging.bytes += part.len();
                        derivation.push(part);
                        judging.judge(&mut derivation).await?;
                    }
                }
                derivation.end();
                judging.judge(&mut derivation).await?;
                // Finishing and drawing a large report each take a slice of their own.
                judging.slices.pause().await;
                let judged = derivation.judged().map_err(refused)?;
                judging.slices.pause().await;
                let has_long_tenants = judged.has_long_tenants;
                let (report, snapshot) = judged.report();
                judging.slices.pause().await;
                let derived = Box::new(ShownReport::new(
                    report,
                    has_long_tenants,
                    Arc::new(snapshot),
                    etag,
                    clock::read(),
                ));
                judging.slices.pause().await;
                Ok(Came::New(derived))
            }
        }
    }
}

/// The result of a request for evidence.
enum Came {
    New(Box<ShownReport>),
    Unchanged,
    NoWorkspace,
}

/// Deriving in slices, with progress told at each pause.
struct Judging {
    store: Evidence,
    turn: u64,
    slices: Slices,
    bytes: usize,
}

impl Judging {
    fn of(store: Evidence, turn: u64) -> Self {
        Self { store, turn, slices: Slices::start(), bytes: 0 }
    }

    async fn judge(&mut self, derivation: &mut impl Steps) -> Result<(), FetchFailure> {
        self.pause_if_due(derivation).await;
        while derivation.step().map_err(refused)? {
            self.pause_if_due(derivation).await;
        }
        Ok(())
    }

    async fn pause_if_due(&mut self, derivation: &impl Steps) {
        if !self.slices.is_due_before(derivation.next_bytes()) {
            return;
        }
        if self.store.asked.is_latest(self.turn) && self.store.unsaid.get_value() != Some(self.turn) {
            let progress = Progress { bytes: self.bytes, tenants: derivation.tenants_judged() };
            self.store.activity.set(Activity::Loading(progress));
        }
        self.slices.pause().await;
    }
}

/// Which workspace is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The first that is served.
    Any,
    /// This one, and no other.
    Workspace(Id),
    /// The address names a workspace by something that is not an id.
    Invalid,
}

impl Wanted {
    /// What an address asks for; `None` if it names no workspace.
    pub fn of_query(query: &Query) -> Option<Self> {
        let id = query.get(paths::WORKSPACE_KEY)?.parse().ok().and_then(Id::new);
        Some(id.map_or(Self::Invalid, Self::Workspace))
    }
}

fn invalid_workspace() -> FetchFailure {
    FetchFailure {
        title: text::INVALID_WORKSPACE.to_owned(),
        detail: text::INVALID_WORKSPACE_NOTE.to_owned(),
    }
}

fn no_longer_served() -> FetchFailure {
    FetchFailure { title: text::WORKSPACE_GONE.to_owned(), detail: text::WORKSPACE_GONE_NOTE.to_owned() }
}

/// Evidence that the core refuses.
pub fn refused(refusal: posture_core::Refusal) -> FetchFailure {
    FetchFailure { title: text::EVIDENCE_REFUSED.to_owned(), detail: refusal.to_string() }
}
