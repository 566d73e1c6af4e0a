//! Pages over a case's report, rendered as text.

use std::sync::Arc;

use any_spawner::Executor;
use leptos::prelude::*;
use leptos_router::location::RequestUrl;
use posture_core::views::overview_counts::OverviewCounting;
use posture_core::views::truncation;
use posture_core::{Form, Options, Report};

use crate::App;
use crate::browser::address::Document;
use crate::store::chosen_file::EmbeddedMetadata;
use crate::store::derivation::{Derivation, Steps as _};
use crate::store::evidence::Evidence;
use crate::store::opened_file::{FileDigest, OpenedFile, Reading, Refused};
use crate::store::opened_files::Files;
use crate::store::phase::Activity;
use crate::store::shown_report::ShownReport;
use crate::store::tenant_evidence::{self, TenantEvidence, TenantPhase};
use crate::store::tool_exports::{Stage, ToolExports};

fn derived_of(case: &str) -> ShownReport {
    let case: serde_json::Value = serde_json::from_str(case).unwrap();
    let bytes = serde_json::to_vec(&case["snapshot"]).unwrap();
    let mut derivation = Derivation::start(Form::Json, &Options::default()).unwrap();
    derivation.push(bytes.into());
    derivation.end();
    while derivation.step().unwrap() {}
    let (mut report, snapshot) = derivation.judged().unwrap().report();
    let cut_from = truncation::report(&mut report, true);
    let counts = OverviewCounting::of(&report).finish();
    ShownReport { report, counts, cut_from, snapshot: Arc::new(snapshot), etag: None, fetched_at: None }
}

/// The report of a case.
pub(crate) fn report_of(case: &str) -> Report {
    derived_of(case).report
}

/// The app at an address, over a case's report.
pub(crate) fn page_over(case: &str, address: &str) -> String {
    render(address, || Evidence::holding(Document::Served, derived_of(case)))
}

/// The app at an address of one tenant's records, over that tenant's part of the case.
pub(crate) fn record_page_over(case: &str, route_key: &str, address: &str) -> String {
    let phase = tenant_of(case, route_key, &Options::default());
    render(address, || {
        provide_context(TenantEvidence::showing(route_key, phase));
        Evidence::holding(Document::Served, derived_of(case))
    })
}

/// The app at an address of one tenant's records, while those are in a phase.
pub(crate) fn record_page_while(case: &str, route_key: &str, phase: TenantPhase, address: &str) -> String {
    render(address, || {
        provide_context(TenantEvidence::showing(route_key, phase));
        Evidence::holding(Document::Served, derived_of(case))
    })
}

/// One tenant of a case, as its own snapshot gives it.
pub(crate) fn tenant_of(case: &str, route_key: &str, options: &Options) -> TenantPhase {
    let case: serde_json::Value = serde_json::from_str(case).unwrap();
    let mut snapshot = case["snapshot"].clone();
    snapshot["tenants"].as_array_mut().unwrap().retain(|tenant| tenant["external_id"] == route_key);
    tenant_evidence::read(serde_json::to_vec(&snapshot).unwrap().into(), options).unwrap()
}

/// The app at an address, while something is being done and nothing is there yet.
pub(crate) fn page_while(activity: Activity, address: &str) -> String {
    render(address, move || {
        let evidence = Evidence::default();
        evidence.set_activity(activity);
        evidence
    })
}

/// The app at an address, over a case's report, while something is being done about newer evidence.
pub(crate) fn page_over_while(case: &str, activity: Activity, address: &str) -> String {
    render(address, move || {
        let evidence = Evidence::holding(Document::Served, derived_of(case));
        evidence.set_activity(activity);
        evidence
    })
}

/// The app at an address of a review document, over a case as an opened file.
pub(crate) fn review_page_over(case: &str, stated: EmbeddedMetadata, address: &str) -> String {
    review_page_with(case, stated, FileDigest::Known("ab".repeat(32)), address)
}

/// The same, with what is known of the file's digest.
pub(crate) fn review_page_with(
    case: &str,
    stated: EmbeddedMetadata,
    digest: FileDigest,
    address: &str,
) -> String {
    let file = OpenedFile {
        number: 1,
        name: "contoso.json".to_owned(),
        digest: ArcRwSignal::new(digest),
        plain_bytes: 1,
        derived: Arc::new(derived_of(case)),
        stated,
    };
    render_as(Document::Review, address, || {
        provide_context(Files::holding(file));
        Evidence::holding(Document::Review, derived_of(case))
    })
}

/// The app at an address of a review document in which these cases are open, each as a file of its own.
pub(crate) fn comparison_of(cases: &[&str], address: &str) -> String {
    let file = |(place, case): (usize, &&str)| {
        let digest = FileDigest::Known(place.to_string().repeat(64));
        OpenedFile {
            number: place as u64,
            name: format!("{place}.json"),
            digest: ArcRwSignal::new(digest),
            plain_bytes: 1,
            derived: Arc::new(derived_of(case)),
            stated: EmbeddedMetadata::default(),
        }
    };
    render_as(Document::Review, address, || {
        let files = cases.iter().enumerate().map(file).fold(Files::default(), Files::with);
        provide_context(files);
        Evidence::holding(Document::Review, derived_of(cases[0]))
    })
}

/// The app at an address of a review document where no file is open.
pub(crate) fn review_page_while(reading: Option<Reading>, refused: Vec<Refused>, address: &str) -> String {
    render_as(Document::Review, address, || {
        provide_context(Files::stating(reading, refused));
        Evidence::of(Document::Review)
    })
}

fn render(address: &str, evidence: impl FnOnce() -> Evidence) -> String {
    render_as(Document::Served, address, evidence)
}

fn render_as(kind: Document, address: &str, evidence: impl FnOnce() -> Evidence) -> String {
    // Set once for all tests of the process; a second setting is refused and changes nothing.
    let _ = Executor::init_futures_executor();
    let owner = Owner::new();
    owner.with(|| {
        provide_context(RequestUrl::new(address));
        provide_context(kind);
        provide_context(evidence());
        App().to_html().replace("<!>", "")
    })
}

/// The review page while an export of another tool is at a stage.
pub(crate) fn review_page_of_export(stage: Stage) -> String {
    render_as(Document::Review, posture_core::paths::OPEN, || {
        provide_context(Files::default());
        provide_context(ToolExports::at(stage));
        Evidence::of(Document::Review)
    })
}
