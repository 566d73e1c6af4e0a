//! The full evidence of single tenants: what their lists, details and timelines show. The workspace's snapshot is slim; one tenant's
//! whole snapshot is fetched when a page needs it, judged as the workspace's report is, and kept as long as that report's evidence.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::policy::Frame;
use posture_core::views::records::{ScheduleRecord, TenantRecords, records};
use posture_core::views::truncation;
use posture_core::{Form, Id, Options, Refusal, Report, TenantReport, Timestamp, paths, words};

use crate::browser::address::use_document;
use crate::browser::fetch::{self, FetchFailure, TenantAnswer};
use crate::store::derivation::{Derivation, Steps as _};
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::latest_request::LatestRequest;
use crate::store::shown_report::ShownReport;
use crate::text;

/// How many tenants' snapshots are kept.
const KEPT: usize = 8;

/// One tenant, derived from its full snapshot.
#[derive(Debug)]
pub struct TenantDerived {
    /// What was decided about it.
    pub tenant: TenantReport,
    /// Its records.
    pub records: TenantRecords,
    /// What both were judged under.
    pub frame: Frame,
}

/// What a page about a tenant's records is to show.
#[derive(Clone, Debug)]
pub enum TenantPhase {
    /// The records are on their way.
    Loading,
    /// They failed to load, and why.
    Failed(FetchFailure),
    /// There is no such tenant, or none that is evaluated.
    Absent,
    /// The viewer may not open them, and why.
    Closed(String),
    /// The newest there are.
    Ready(Arc<TenantDerived>),
}

impl TenantPhase {
    /// The tenant's records; `None` while they are not known.
    pub fn records(&self) -> Option<&TenantRecords> {
        match self {
            Self::Ready(derived) => Some(&derived.records),
            Self::Loading | Self::Failed(_) | Self::Absent | Self::Closed(_) => None,
        }
    }

    /// The tenant's schedules; none while they are not known.
    pub fn schedules(&self) -> &[ScheduleRecord] {
        self.records().map(|records| &*records.schedules).unwrap_or_default()
    }
}

impl PartialEq for TenantPhase {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Loading, Self::Loading) | (Self::Absent, Self::Absent) => true,
            (Self::Failed(a), Self::Failed(b)) => a == b,
            (Self::Closed(a), Self::Closed(b)) => a == b,
            (Self::Ready(a), Self::Ready(b)) => Arc::ptr_eq(a, b),
            (Self::Loading | Self::Absent | Self::Failed(_) | Self::Closed(_) | Self::Ready(_), _) => false,
        }
    }
}

/// The workspace's evidence that a tenant's snapshot belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    workspace: Id,
    etag: Option<String>,
    exported_at: Timestamp,
}

/// A tenant's snapshot as it came.
#[derive(Clone, Debug)]
struct Held {
    key: String,
    beside: Stamp,
    etag: Option<String>,
    bytes: Bytes,
}

/// The store of tenants' evidence. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct TenantEvidence {
    /// The tenant requested last, and what is to be shown of it.
    shown: RwSignal<Option<(String, TenantPhase)>>,
    /// Why refreshing the records failed.
    failure: RwSignal<Option<FetchFailure>>,
    held: StoredValue<VecDeque<Held>>,
    asked: LatestRequest,
}

impl Default for TenantEvidence {
    fn default() -> Self {
        Self {
            shown: RwSignal::new(None),
            failure: RwSignal::new(None),
            held: StoredValue::new(VecDeque::new()),
            asked: LatestRequest::default(),
        }
    }
}

/// The store of this page.
pub fn use_tenant_evidence() -> TenantEvidence {
    use_context().unwrap_or_default()
}

/// What is to be shown of the tenant with this route key; asks for its records whenever the workspace's evidence changes.
pub fn use_tenant(key: Memo<String>) -> Memo<TenantPhase> {
    let (evidence, store) = (use_evidence(), use_tenant_evidence());
    if use_document().is_review() {
        return Memo::new(move |_| {
            evidence.derived().map_or(TenantPhase::Loading, |derived| of_file(&derived, &key.read()))
        });
    }
    Effect::new(move |_| {
        let key = key.get();
        if let Some(derived) = evidence.derived().filter(|derived| derived.tenant(&key).is_some()) {
            store.want(key, &derived);
        }
    });
    let phase = store.phase(key);
    catch_up(evidence, key, phase);
    phase
}

/// Fetches the workspace's newer evidence if a tenant's is newer than what is on screen; once for each visit of a tenant, since an
/// endpoint may create a new export for each answer.
fn catch_up(evidence: Evidence, key: Memo<String>, phase: Memo<TenantPhase>) {
    let caught_up = StoredValue::new(None::<String>);
    Effect::new(move |_| {
        let TenantPhase::Ready(tenant) = phase.get() else { return };
        let workspace = evidence.derived_untracked().filter(|_| evidence.as_of_untracked().is_none());
        let is_newer =
            workspace.is_some_and(|workspace| tenant.frame.exported_at > workspace.report.exported_at);
        let key = key.get_untracked();
        if is_newer && caught_up.get_value().as_ref() != Some(&key) {
            caught_up.set_value(Some(key));
            evidence.refresh();
        }
    });
}

impl TenantEvidence {
    /// A store that already shows a tenant.
    pub fn showing(key: &str, phase: TenantPhase) -> Self {
        let store = Self::default();
        store.shown.set(Some((key.to_owned(), phase)));
        store
    }

    /// What is to be shown of a tenant; changes only if the page must be drawn again.
    pub fn phase(self, key: Memo<String>) -> Memo<TenantPhase> {
        Memo::new(move |_| {
            let shown = self.shown.get().filter(|(shown, _)| *shown == key.get());
            shown.map_or(TenantPhase::Loading, |(_, phase)| phase)
        })
    }

    /// Why refreshing the records failed, tracked.
    pub fn failure(self) -> Option<FetchFailure> {
        self.failure.get()
    }

    /// Sees to it that a tenant's records are shown that belong to this evidence of its workspace.
    pub fn want(self, key: String, workspace: &Arc<ShownReport>) {
        let turn = self.asked.start();
        self.failure.set(None);
        let report = &workspace.report;
        let (id, options) = (report.workspace.id, judged_as(report));
        let beside = Stamp { workspace: id, etag: workspace.etag.clone(), exported_at: report.exported_at };
        let held = self.held.with_value(|held| {
            held.iter().find(|held| held.key == key && held.beside.workspace == id).cloned()
        });
        if let Some(held) = held.as_ref().filter(|held| held.beside == beside) {
            return self.show(key, read(held.bytes.clone(), &options));
        }
        let url = paths::api_tenant_snapshot(id, workspace.whole_key(&key).unwrap_or(&key));
        if url.len() > truncation::ADDRESS {
            return self.fail(key, unaddressable(&url));
        }
        let is_shown =
            self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|(shown, _)| *shown == key));
        if !is_shown {
            self.shown.set(Some((key.clone(), TenantPhase::Loading)));
        }
        spawn_local(async move {
            let answer =
                fetch::tenant_snapshot(&url, held.as_ref().and_then(|held| held.etag.as_deref())).await;
            if !self.asked.is_latest(turn) {
                return;
            }
            let (etag, bytes) = match (answer, held) {
                (Ok(TenantAnswer::Body { etag, bytes }), _) => (etag, Bytes::from(bytes)),
                (Ok(TenantAnswer::Unchanged), Some(held)) => (held.etag, held.bytes),
                (Ok(TenantAnswer::Absent | TenantAnswer::Unchanged), _) => {
                    return self.show(key, Ok(TenantPhase::Absent));
                }
                (Ok(TenantAnswer::Closed(reason)), _) => {
                    return self.show(key, Ok(TenantPhase::Closed(reason)));
                }
                (Err(failure), _) => return self.fail(key, failure),
            };
            let phase = read(bytes.clone(), &options);
            self.keep(Held { key: key.clone(), beside, etag, bytes });
            self.show(key, phase);
        });
    }

    fn keep(self, fresh: Held) {
        self.held.update_value(|held| {
            held.retain(|held| held.key != fresh.key);
            held.push_front(fresh);
            held.truncate(KEPT);
        });
    }

    fn show(self, key: String, phase: Result<TenantPhase, Refusal>) {
        match phase {
            Ok(phase) => self.shown.set(Some((key, phase))),
            Err(refusal) => self.fail(key, refused(&refusal)),
        }
    }

    /// Older records of the tenant stay on screen, together with the failure.
    fn fail(self, key: String, failure: FetchFailure) {
        let is_ready = |shown: &Option<(String, TenantPhase)>| matches!(shown, Some((shown, TenantPhase::Ready(_))) if *shown == key);
        if self.shown.with_untracked(is_ready) {
            self.failure.set(Some(failure));
        } else {
            self.shown.set(Some((key, TenantPhase::Failed(failure))));
        }
    }
}

/// A tenant of an opened file.
fn of_file(derived: &ShownReport, key: &str) -> TenantPhase {
    let Some(tenant) = derived.tenant(key) else { return TenantPhase::Absent };
    let report = &derived.report;
    let frame = report.frame();
    let read = derived.snapshot.tenant(tenant.tenant_id).map(|text| records(text, &frame));
    match read {
        Some(Ok(Some(mut records))) => {
            truncation::records(&mut records);
            TenantPhase::Ready(Arc::new(TenantDerived { tenant: tenant.clone(), records, frame }))
        }
        Some(Err(refusal)) => TenantPhase::Failed(refused(&refusal)),
        Some(Ok(None)) | None => TenantPhase::Absent,
    }
}

fn unaddressable(url: &str) -> FetchFailure {
    FetchFailure {
        title: text::ENDPOINT_NOT_ASKED.to_owned(),
        detail: words::address_too_long(url.len() as u64),
    }
}

fn refused(refusal: &Refusal) -> FetchFailure {
    FetchFailure { title: text::EVIDENCE_REFUSED.to_owned(), detail: refusal.to_string() }
}

/// The options that judge a tenant as the report on screen does: under its policy, and at its instant if that is not the export's.
fn judged_as(report: &Report) -> Options {
    Options {
        as_of: (report.as_of != report.exported_at).then(|| report.as_of.to_string()),
        freshness_hours: Some(report.policy.freshness_hours),
        schedule_grace_minutes: Some(report.policy.schedule_grace_minutes),
        ..Options::default()
    }
}

/// Derives the one tenant of a snapshot.
pub fn read(bytes: Bytes, options: &Options) -> Result<TenantPhase, Refusal> {
    let mut derivation = Derivation::start(Form::Json, options)?;
    derivation.push(bytes);
    derivation.end();
    while derivation.step()? {}
    let (report, snapshot) = derivation.judged()?.report();
    let frame = snapshot.preamble.frame;
    let records = snapshot.tenants.first().map(|text| records(text, &frame)).transpose()?.flatten();
    Ok(match (report.tenants.into_iter().next(), records) {
        (Some(mut tenant), Some(mut records)) => {
            truncation::tenant(&mut tenant);
            truncation::records(&mut records);
            TenantPhase::Ready(Arc::new(TenantDerived { tenant: *tenant, records, frame }))
        }
        _ => TenantPhase::Absent,
    })
}
