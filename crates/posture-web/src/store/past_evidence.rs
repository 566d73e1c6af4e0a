//! Evidence that reaches back before the export: fetched once and judged at several instants.
//!
//! The evidence on screen covers only verdicts from the export on, if the endpoint serves it. A page that looks back fetches more, and only then.
//! An opened file is judged as it is; it covers what it covers.

use std::sync::Arc;

use bytes::Bytes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::compare::diff::{Diff, Diffing};
use posture_core::policy::Frame;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::views::trend::{TenantTrend, Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::views::trend_steps::TrendSteps;
use posture_core::{Form, Id, Options, Refusal, Report, SnapshotReader, TenantText, Timestamp, paths};

use crate::browser::address::{Document, use_document};
use crate::browser::clock;
use crate::browser::fetch::{self, FetchFailure, SnapshotAnswer};
use crate::browser::time_slicing::{LARGE_STEP_BYTES, Slices, next_task, parts};
use crate::store::derivation::{Rederivation, STEP_RECORDS, Snapshot, Steps as _};
use crate::store::evidence::{Evidence, refused, use_evidence};
use crate::store::latest_request::LatestRequest;
use crate::store::opened_file::OpenedFile;
use crate::store::report_pair::Pair;
use crate::store::shown_report::ShownReport;
use crate::text;

/// How many tenants are compared between two looks at the time: about a millisecond's work.
const STEP_TENANTS: usize = 200;

/// What is known of the past.
#[derive(Clone, Debug)]
pub enum Past<T> {
    /// It is being fetched or judged.
    Loading,
    /// It is here.
    Ready(T),
    /// It failed to load.
    Failed(FetchFailure),
    /// The evidence starts only at this instant.
    StartsAt(Timestamp),
}

/// The parameters of a trend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrendAsked {
    /// How many days.
    pub days: u64,
    /// The groups whose tenants are counted.
    pub filter: GroupFilter,
    /// What they are grouped by.
    pub group_by: Option<GroupBy>,
}

/// The snapshot that was fetched last, and the evidence on screen at the time.
#[derive(Clone, Debug)]
struct Held {
    workspace: Id,
    exported_at: Timestamp,
    snapshot: Arc<Snapshot>,
}

/// The store of evidence that reaches back. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct PastEvidence {
    kind: Document,
    evidence: Evidence,
    held: RwSignal<Option<Held>>,
}

/// The store of this page.
pub fn use_past_evidence() -> PastEvidence {
    use_context().unwrap_or_else(PastEvidence::of_page)
}

impl PastEvidence {
    /// A store that holds nothing, for the evidence of this page.
    pub fn of_page() -> Self {
        Self { kind: use_document(), evidence: use_evidence(), held: RwSignal::new(None) }
    }

    /// How each tenant changed between an instant and the one on screen, followed as either changes. `from` is asked in a tracking
    /// context; without an instant nothing is compared.
    pub fn compared(
        self,
        from: impl Fn() -> Option<Timestamp> + Send + Sync + 'static,
    ) -> RwSignal<Past<Arc<Pair>>> {
        self.follow(move |derived| {
            let from = from()?;
            let (past, derived) = (self, Arc::clone(derived));
            Some(async move {
                let snapshot = match past.reaching(&derived, from).await {
                    Past::Ready(snapshot) => snapshot,
                    Past::Loading => return Past::Loading,
                    Past::Failed(failure) => return Past::Failed(failure),
                    Past::StartsAt(at) => return Past::StartsAt(at),
                };
                match compare(&derived, &snapshot, from).await {
                    Ok(pair) => Past::Ready(Arc::new(pair)),
                    Err(refusal) => Past::Failed(refused(refusal)),
                }
            })
        })
    }

    /// What a kept file says: as of the instant that it states itself, if it is a saved report, else as of its export.
    pub fn kept(
        self,
        file: impl Fn() -> Option<Arc<OpenedFile>> + Send + Sync + 'static,
    ) -> RwSignal<Past<Arc<ShownReport>>> {
        self.follow(move |_| {
            let file = file()?;
            Some(async move {
                match file.stated.as_of {
                    Some(at) => judged(&file.derived.snapshot, at)
                        .await
                        .map_or_else(|refusal| Past::Failed(refused(refusal)), Past::Ready),
                    None => Past::Ready(Arc::clone(&file.derived)),
                }
            })
        })
    }

    /// The workspace at the same hour of each of so many days, for the groups of the filter, followed as what is on screen changes.
    pub fn trend(self, asked: impl Fn() -> TrendAsked + Send + Sync + 'static) -> RwSignal<Past<Arc<Trend>>> {
        self.follow(move |derived| {
            let TrendAsked { days, filter, group_by } = asked();
            let (past, derived) = (self, Arc::clone(derived));
            Some(async move {
                let instants = trend_instants(derived.report.as_of, days);
                let Some(first) = instants.first().copied() else { return Past::Loading };
                let snapshot = match past.reaching(&derived, first).await {
                    Past::Ready(snapshot) => snapshot,
                    // What the evidence does not cover is drawn as unknown.
                    Past::StartsAt(_) => past
                        .held_of(&derived)
                        .map_or_else(|| Arc::clone(&derived.snapshot), |held| held.snapshot),
                    Past::Loading => return Past::Loading,
                    Past::Failed(failure) => return Past::Failed(failure),
                };
                match judge_days(&snapshot, &instants, filter, group_by).await {
                    Ok(trend) => Past::Ready(Arc::new(trend)),
                    Err(refusal) => Past::Failed(refused(refusal)),
                }
            })
        })
    }

    /// Runs again whenever the evidence on screen or the parameters change; only the latest result counts.
    fn follow<T, F>(
        self,
        work: impl Fn(&Arc<ShownReport>) -> Option<F> + Send + Sync + 'static,
    ) -> RwSignal<Past<T>>
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Past<T>> + 'static,
    {
        let result = RwSignal::new(Past::Loading);
        let requests = LatestRequest::default();
        Effect::new(move |_| {
            let Some(derived) = self.evidence.derived() else { return };
            let request = requests.start();
            result.set(Past::Loading);
            let Some(work) = work(&derived) else { return };
            spawn_local(async move {
                // The page is drawn first.
                next_task().await;
                let done = work.await;
                if requests.is_latest(request) {
                    result.try_set(done);
                }
            });
        });
        result
    }

    /// What was fetched for the evidence on screen.
    fn held_of(self, derived: &ShownReport) -> Option<Held> {
        let of = (derived.report.workspace.id, derived.report.exported_at);
        self.held.get_untracked().filter(|held| (held.workspace, held.exported_at) == of)
    }

    /// A snapshot of the evidence on screen that covers an instant.
    async fn reaching(self, derived: &ShownReport, from: Timestamp) -> Past<Arc<Snapshot>> {
        let covers = |snapshot: &Snapshot| snapshot.preamble.frame.since.is_none_or(|since| since <= from);
        if covers(&derived.snapshot) {
            return Past::Ready(Arc::clone(&derived.snapshot));
        }
        if self.kind.is_review() {
            return derived.report.since.map_or(Past::Loading, Past::StartsAt);
        }
        if let Some(held) = self.held_of(derived).filter(|held| covers(&held.snapshot)) {
            return Past::Ready(held.snapshot);
        }
        let (workspace, exported_at) = (derived.report.workspace.id, derived.report.exported_at);
        match fetched(workspace, from).await {
            Ok(snapshot) => {
                let snapshot = Arc::new(snapshot);
                self.held.try_set(Some(Held { workspace, exported_at, snapshot: Arc::clone(&snapshot) }));
                match snapshot.preamble.frame.since.filter(|since| *since > from) {
                    Some(since) => Past::StartsAt(since),
                    None => Past::Ready(snapshot),
                }
            }
            Err(failure) => Past::Failed(failure),
        }
    }
}

/// Reads the evidence of a workspace from an instant on, without judging it.
async fn fetched(workspace: Id, from: Timestamp) -> Result<Snapshot, FetchFailure> {
    let url = paths::api_snapshot_since(workspace, from);
    let SnapshotAnswer::Body { mut chunks, .. } = fetch::snapshot(&url, None).await? else {
        return Err(FetchFailure { title: text::UNEXPECTED_ANSWER.to_owned(), detail: url });
    };
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).map_err(refused)?;
    let mut tenants = Vec::new();
    let mut slices = Slices::start();
    while let Some(chunk) = chunks.next().await? {
        for part in parts(chunk) {
            reader.push_chunk(Bytes::clone(&part));
            while let Some(tenant) = reader.next_tenant().map_err(refused)? {
                tenants.push(tenant);
            }
            if slices.is_due() {
                slices.pause().await;
            }
        }
    }
    reader.end();
    while let Some(tenant) = reader.next_tenant().map_err(refused)? {
        tenants.push(tenant);
    }
    let preamble = reader.finish().map_err(refused)?;
    Ok(Snapshot { preamble, tenants, ids: Vec::new() })
}

/// Judges a snapshot at an instant and, unless that is the evidence on screen, at the instant on screen.
async fn compare(
    derived: &Arc<ShownReport>,
    snapshot: &Arc<Snapshot>,
    from: Timestamp,
) -> Result<Pair, Refusal> {
    let is_on_screen = Arc::ptr_eq(snapshot, &derived.snapshot);
    let old = judged(snapshot, from).await?;
    let new = if is_on_screen { Arc::clone(derived) } else { judged(snapshot, derived.report.as_of).await? };
    let diff = compared(old.whole(), new.whole()).await;
    Ok(Pair { old, new, diff })
}

/// Compares two reports of one snapshot, and so of one workspace, in slices.
async fn compared(old: &Report, new: &Report) -> Diff {
    let Ok(mut diffing) = Diffing::start(old, new) else { return Diff::default() };
    let mut slices = Slices::start();
    while diffing.step(STEP_TENANTS) {
        if slices.is_due() {
            slices.pause().await;
        }
    }
    diffing.finish()
}

async fn judged(snapshot: &Arc<Snapshot>, at: Timestamp) -> Result<Arc<ShownReport>, Refusal> {
    let (mut again, mut slices) = (Rederivation::start(Arc::clone(snapshot), at)?, Slices::start());
    while again.step_in_slices(&mut slices).await? {
        if slices.is_due_before(again.next_bytes()) {
            slices.pause().await;
        }
    }
    slices.pause().await;
    let has_long_tenants = again.has_long_tenants();
    let report = again.finish();
    let snapshot = Arc::clone(snapshot);
    let shown = ShownReport::new(report, has_long_tenants, snapshot, None, clock::read(), &mut slices).await;
    Ok(Arc::new(shown))
}

/// Judges one tenant on each day, in slices if that takes long.
async fn judged_days(
    tenant: &TenantText,
    frame: &Frame,
    instants: &[Timestamp],
    slices: &mut Slices,
) -> Result<TenantTrend, Refusal> {
    if tenant.bytes.len() < LARGE_STEP_BYTES {
        return tenant_trend(tenant, frame, instants);
    }
    let mut steps = TrendSteps::start(tenant, frame, instants);
    while steps.step(STEP_RECORDS)? {
        if slices.is_due() {
            slices.pause().await;
        }
    }
    steps.finish()
}

async fn judge_days(
    snapshot: &Snapshot,
    instants: &[Timestamp],
    filter: GroupFilter,
    group_by: Option<GroupBy>,
) -> Result<Trend, Refusal> {
    let mut builder = TrendBuilder::new(instants, filter, group_by);
    let mut slices = Slices::start();
    for tenant in &snapshot.tenants {
        if slices.is_due_before(tenant.bytes.len()) {
            slices.pause().await;
        }
        builder.add(judged_days(tenant, &snapshot.preamble.frame, instants, &mut slices).await?);
    }
    Ok(builder.finish(snapshot.preamble.clone()))
}
