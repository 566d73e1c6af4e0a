//! The API's handlers: each parses the request, checks what the viewer may see, calls once, and answers.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::StreamExt as _;
use posture_core::export::redaction::Redactor;
use posture_core::policy::Policy;
use posture_core::policy::seconds_ahead;
use posture_core::views::truncation;
use posture_core::vocabulary::Capability;
use posture_core::{Form, Id, Options, SnapshotReader, Timestamp, paths, words};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::conditional::{copies_held, etag, not_modified_if_held, version};
use super::endpoint::Endpoint;
use super::problem::{ApiError, Problems};
use crate::access::Viewer;
use crate::access::grant::Grant;
use crate::answers::{Content, Encoding, Order, Prepare};
use crate::sources::{Evidence, EvidenceVersion, Extent, Listing, Query as SourceQuery, Served, SourceError};
use crate::work::Lane;

/// The response header with the report digest.
const DIGEST_HEADER: HeaderName = HeaderName::from_static("posture-digest");

type Shared = State<Arc<Endpoint>>;

/// The workspaces that the viewer may see.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workspaces {
    workspaces: Vec<WorkspaceEntry>,
}

/// A workspace, or evidence that is not served; that has no name and no links, and says why.
#[derive(Serialize, ToSchema)]
struct WorkspaceEntry {
    /// Its id, if that much can be read.
    #[schema(required, value_type = Option<u64>, minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    id: Option<Id>,
    /// Its name.
    #[schema(required)]
    name: Option<String>,
    /// Its short name.
    #[schema(required)]
    slug: Option<String>,
    /// How many tenants the viewer may see, evaluated or not.
    #[schema(required, minimum = 0)]
    tenants: Option<u64>,
    /// When the evidence was exported.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    exported_at: Option<Timestamp>,
    /// The source of the evidence, such as a file name.
    source: String,
    /// Why the current evidence is not served.
    #[schema(required)]
    refusal: Option<String>,
    /// What is wrong with the evidence that is served, such as a date ahead of this server's clock.
    #[schema(required)]
    warning: Option<String>,
    /// Links to the workspace's documents.
    #[schema(required)]
    links: Option<Links>,
}

/// Links to a workspace's documents.
#[derive(Serialize, ToSchema)]
struct Links {
    /// Its slim snapshot.
    snapshot: String,
    /// Its report.
    report: String,
}

impl WorkspaceEntry {
    fn new(listing: Listing, now: Option<Timestamp>) -> Self {
        let Listing { served, workspace_id, source, refusal, .. } = listing;
        let served = served.as_ref();
        let skew = Policy::default().clock_skew_seconds;
        let exported_at = served.map(|served| served.exported_at);
        let ahead = exported_at.zip(now).and_then(|(at, now)| Some((at, seconds_ahead(at, now, skew)?)));
        Self {
            id: workspace_id,
            name: served.map(|served| served.workspace.name.clone()),
            slug: served.and_then(|served| served.workspace.slug.clone()),
            tenants: served.map(|served| served.tenants),
            exported_at,
            links: served.map(|Served { workspace, .. }| Links {
                snapshot: paths::api_snapshot(workspace.id),
                report: paths::api_report(workspace.id),
            }),
            source,
            refusal,
            warning: ahead.map(|(at, seconds)| words::ahead_of_clock(at, seconds)),
        }
    }
}

/// The query of a snapshot.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SnapshotQuery {
    /// The earliest instant that the snapshot must serve verdicts for, an RFC 3339 timestamp; by default the export's.
    #[param(format = DateTime)]
    since: Option<String>,
}

/// Why a query is refused, in our words.
pub(super) fn unreadable_query(rejection: &QueryRejection) -> ApiError {
    let text = rejection.body_text();
    let text = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
    let is_place =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.?".contains(&byte));
    let why = text.split_once(": ").filter(|(place, _)| is_place(place)).map_or(text, |(_, why)| why);
    let why = truncation::line(&why.replacen("field", "parameter", 1)).into_owned();
    ApiError::BadRequest(format!("The query cannot be read: {why}."))
}

/// The query of a report.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The instant to judge at, an RFC 3339 timestamp; by default the export's.
    #[param(format = DateTime)]
    as_of: Option<String>,
    /// Judge the slim snapshot from this instant on instead of the whole evidence, as the dashboard does, so that both have one digest.
    #[param(format = DateTime)]
    since: Option<String>,
}

/// The workspaces that the viewer may see, and evidence that is not served, with the reason.
#[utoipa::path(
    get,
    path = paths::API_WORKSPACES,
    operation_id = "listWorkspaces",
    responses(
        (status = 200, description = "The workspaces", body = Workspaces),
        (status = 304, description = "The client's copy is current"),
        Problems,
    )
)]
pub(super) async fn workspaces(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
) -> Result<Response, ApiError> {
    let reach = endpoint.entitlements(&viewer).await?.reach();
    let (listings, now) = (endpoint.source.workspaces(&reach).await?, (endpoint.now)());
    let workspaces = listings.into_iter().map(|listing| WorkspaceEntry::new(listing, now)).collect();
    let body = serde_json::to_vec(&Workspaces { workspaces }).map_err(fault)?;
    Ok(json(&version(&[&body]), body))
}

/// A workspace's slim snapshot, with the tenants that the viewer may see.
///
/// Collections that the viewer lacks the capability for are reduced to what the verdicts need.
#[utoipa::path(
    get,
    path = paths::API_SNAPSHOT_ROUTE,
    operation_id = "getSnapshot",
    params(
        ("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64),
        SnapshotQuery
    ),
    responses(
        (status = 200, description = "The snapshot", content_type = "application/json", body = ref("#/components/schemas/Snapshot")),
        (status = 304, description = "The client's copy is current"),
        Problems,
    )
)]
pub(super) async fn snapshot(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
    asked: Result<Query<SnapshotQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(asked) = asked.map_err(|rejection| unreadable_query(&rejection))?;
    let extent = asked.since.as_deref().map_or(Ok(Extent::Slim), slim_since)?;
    let (query, grant) = granted(&endpoint, &viewer, &workspace, extent).await?;
    answer(&endpoint, &viewer, &headers, query, grant, Content::Document).await
}

/// A workspace's snapshot with only one tenant, in full.
///
/// Collections that the viewer lacks the capability for are reduced to what the verdicts need. If that is all of them, the answer is 403.
#[utoipa::path(
    get,
    path = paths::API_TENANT_SNAPSHOT_ROUTE,
    operation_id = "getTenantSnapshot",
    params(
        ("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64),
        ("external_id" = String, Path, description = "The tenant's route key", min_length = 1)
    ),
    responses(
        (status = 200, description = "The snapshot", content_type = "application/json", body = ref("#/components/schemas/Snapshot")),
        (status = 304, description = "The client's copy is current"),
        Problems,
    )
)]
pub(super) async fn tenant_snapshot(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path((workspace, external_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (query, grant) = granted(&endpoint, &viewer, &workspace, Extent::Tenant(external_id)).await?;
    if let Some(tenants) = grant.lacking(Capability::ALL) {
        match endpoint.source.version(&SourceQuery { tenants, ..query.clone() }).await {
            Ok(_) => return Err(ApiError::Closed),
            Err(SourceError::UnknownTenant) => {}
            Err(error) => return Err(error.into()),
        }
    }
    answer(&endpoint, &viewer, &headers, query, grant, Content::Document).await
}

/// A workspace's report of the tenants that the viewer may see, derived by the endpoint.
#[utoipa::path(
    get,
    path = paths::API_REPORT_ROUTE,
    operation_id = "getReport",
    params(
        ("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64),
        ReportQuery
    ),
    responses(
        (
            status = 200, description = "The report, as canonical JSON", content_type = "application/json",
            body = ref("#/components/schemas/Report"),
            headers(("posture-digest" = String, description = "The report digest: the SHA-256 of the body, in hex"))
        ),
        (status = 304, description = "The client's copy is current"),
        Problems,
    )
)]
pub(super) async fn report(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
    asked: Result<Query<ReportQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(asked) = asked.map_err(|rejection| unreadable_query(&rejection))?;
    let options = Options { as_of: asked.as_of, ..Options::default() };
    SnapshotReader::new(Form::Json, &options).map_err(|refusal| ApiError::BadRequest(refusal.to_string()))?;
    let whole = Extent::Verdicts(options.as_of.as_deref().and_then(Timestamp::parse));
    let extent = asked.since.as_deref().map_or(Ok(whole), slim_since)?;
    let (query, grant) = granted(&endpoint, &viewer, &workspace, extent).await?;
    answer(&endpoint, &viewer, &headers, query, grant, Content::Report(options)).await
}

/// The slim snapshot from an instant on.
fn slim_since(since: &str) -> Result<Extent, ApiError> {
    Timestamp::parse(since).map(Extent::SlimSince).ok_or_else(|| {
        let problem = "is not a timestamp. Write it as 2026-04-08T23:21:36Z, with + written as %2B.";
        ApiError::BadRequest(format!("since={} {problem}", truncation::line(since)))
    })
}

/// The query for the workspace id in a path, and what the viewer may see of it. Decided before any evidence is read.
async fn granted(
    endpoint: &Endpoint,
    viewer: &Viewer,
    workspace: &str,
    extent: Extent,
) -> Result<(SourceQuery, Grant), ApiError> {
    let (workspace, grant) = endpoint.granted(viewer, workspace).await?;
    Ok((SourceQuery { workspace, tenants: grant.scope(), extent }, grant))
}

/// An answer from evidence: 304 if the client holds it, decided by the version; otherwise one that identical requests share.
async fn answer(
    endpoint: &Endpoint,
    viewer: &Viewer,
    headers: &HeaderMap,
    query: SourceQuery,
    grant: Grant,
    content: Content,
) -> Result<Response, ApiError> {
    let evidence_version = endpoint.source.version(&query).await?;
    let judged = judged_at(&content);
    let version = version_of(&query, &grant, &judged, &evidence_version);
    if let Some(current) = copies_held(headers).and_then(|held| not_modified_if_held(&held, &version)) {
        return Ok(current);
    }
    let lane = match (&content, &query.extent) {
        (Content::Report(_), _) => Lane::Report,
        (Content::Document, Extent::Tenant(_)) => Lane::Tenant,
        (Content::Document, Extent::Slim | Extent::SlimSince(_) | Extent::Verdicts(_) | Extent::Whole) => {
            Lane::Workspace
        }
    };
    let encoding = Encoding::accepted(headers);
    let prepare: Prepare = {
        let grant = grant.clone();
        Box::new(move |evidence| redacted(evidence, grant))
    };
    let identity = viewer.identity().map(str::to_owned);
    let asked = query.clone();
    let order = Order { version, encoding, evidence_version, query: asked, identity, lane, content, prepare };
    let mut reading = endpoint.answers.ask(&endpoint.source, order)?;
    let head = reading.head().await?;
    let (version, length) = (version_of(&query, &grant, &judged, &head.evidence_version), reading.length());
    let mut response = json(&version, Body::from_stream(reading.bytes()));
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(digest) = &head.digest {
        headers.insert(DIGEST_HEADER, HeaderValue::try_from(digest).map_err(fault)?);
    }
    Ok(response)
}

/// Evidence for a viewer: collections that they lack the capability for are reduced to what the verdicts need.
fn redacted(evidence: Evidence, grant: Grant) -> Result<Evidence, SourceError> {
    if grant.is_open() {
        return Ok(evidence);
    }
    let redactor = Redactor::new(&evidence.head).map_err(SourceError::failed)?;
    let redact = move |text| redactor.redact(text, |tenant| grant.capabilities(tenant));
    Ok(each_tenant(evidence, redact))
}

fn each_tenant(
    evidence: Evidence,
    change: impl Fn(Bytes) -> Result<Bytes, posture_core::Refusal> + Send + 'static,
) -> Evidence {
    let tenants = evidence.tenants.map(move |text| change(text?).map_err(SourceError::failed));
    Evidence { tenants: tenants.boxed(), ..evidence }
}

/// What is made of the evidence, and the instant that it is judged at.
fn judged_at(content: &Content) -> String {
    match content {
        Content::Document => String::new(),
        Content::Report(options) => {
            let as_of = options.as_of.as_deref().and_then(Timestamp::parse);
            format!("report {}", as_of.map(|at| at.exact()).unwrap_or_default())
        }
    }
}

/// The version of an answer: the evidence, the query, what is made of it, and what the viewer may see.
fn version_of(
    query: &SourceQuery,
    grant: &Grant,
    judged: &str,
    evidence_version: &EvidenceVersion,
) -> String {
    // Another release may answer otherwise.
    let program = env!("CARGO_PKG_VERSION");
    let (kind, detail) = match &query.extent {
        Extent::Slim => ("slim", String::new()),
        Extent::SlimSince(since) => ("slim since", since.exact()),
        Extent::Verdicts(None) => ("verdicts", String::new()),
        Extent::Verdicts(Some(as_of)) => ("verdicts as of", as_of.exact()),
        Extent::Whole => ("whole", String::new()),
        Extent::Tenant(external_id) => ("tenant", external_id.clone()),
    };
    let (workspace, grant) = (query.workspace.to_string(), grant.to_string());
    version(
        &[program, &evidence_version.0, &workspace, kind, &detail, judged, &grant]
            .map(|part| part.as_bytes()),
    )
}

fn json(version: &str, body: impl IntoResponse) -> Response {
    let json_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json_type), (header::ETAG, etag(version))], body).into_response()
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Fault(Box::new(error))
}
