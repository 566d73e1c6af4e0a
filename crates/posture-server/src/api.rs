//! The API's handlers: each parses, asks what the viewer may see, calls once, and answers.

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::StreamExt as _;
use posture_core::export::redaction::{Closer, restrict};
use posture_core::vocabulary::Capability;
use posture_core::{Form, Id, Options, SnapshotReader, Timestamp, paths};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Grant, Viewer};
use crate::conditional::{copies_held, etag, not_modified_where_held};
use crate::document;
use crate::kept::hex;
use crate::problem::{ApiError, Problems};
use crate::router::Endpoint;
use crate::source::{Evidence, Extent, Listing, Mark, Query as SourceQuery, Served, SourceError};

/// Carries the report digest beside the report.
const DIGEST_HEADER: HeaderName = HeaderName::from_static("posture-digest");

/// What every handler is given.
type Shared = State<Arc<Endpoint>>;

/// The workspaces the viewer may see.
#[derive(Serialize, ToSchema)]
pub(crate) struct Workspaces {
    workspaces: Vec<WorkspaceEntry>,
}

/// A workspace as it is listed; what is not served has no name and no links, and says why.
#[derive(Serialize, ToSchema)]
struct WorkspaceEntry {
    /// Its identity, where that much can be read.
    #[schema(required, value_type = Option<u64>, minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    id: Option<Id>,
    /// Its name.
    #[schema(required)]
    name: Option<String>,
    /// Its short name.
    #[schema(required)]
    slug: Option<String>,
    /// Tenants the viewer may see, evaluated or not.
    #[schema(required, minimum = 0)]
    tenants: Option<u64>,
    /// When the evidence was exported.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    exported_at: Option<Timestamp>,
    /// Where the evidence comes from.
    source: String,
    /// Why the evidence as it is now is not served.
    #[schema(required)]
    refusal: Option<String>,
    /// Where it is handed out.
    #[schema(required)]
    links: Option<Links>,
}

/// Where a workspace is handed out.
#[derive(Serialize, ToSchema)]
struct Links {
    /// Its slim snapshot.
    snapshot: String,
    /// Its report.
    report: String,
}

impl From<Listing> for WorkspaceEntry {
    fn from(listing: Listing) -> Self {
        let Listing { served, workspace_id, source, refusal } = listing;
        let served = served.as_ref();
        Self {
            id: workspace_id,
            name: served.map(|served| served.workspace.name.clone()),
            slug: served.and_then(|served| served.workspace.slug.clone()),
            tenants: served.map(|served| served.tenants),
            exported_at: served.map(|served| served.exported_at),
            links: served.map(|Served { workspace, .. }| Links {
                snapshot: paths::api_snapshot(workspace.id),
                report: paths::api_report(workspace.id),
            }),
            source,
            refusal,
        }
    }
}

/// What may be asked of a report.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// The instant to judge at, a timestamp of RFC 3339; the export's own where there is none.
    #[param(format = DateTime)]
    as_of: Option<String>,
}

/// The workspaces there are for the viewer, and what gives none, with the reason.
#[utoipa::path(
    get,
    path = paths::API_WORKSPACES,
    operation_id = "listWorkspaces",
    responses(
        (status = 200, description = "The workspaces", body = Workspaces),
        (status = 304, description = "The copy that is held is current"),
        Problems,
    )
)]
pub(crate) async fn workspaces(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
) -> Result<Response, ApiError> {
    let reach = endpoint.entitlements(&viewer).await?.reach();
    let workspaces =
        endpoint.source.workspaces(&reach).await?.into_iter().map(WorkspaceEntry::from).collect();
    let body = serde_json::to_vec(&Workspaces { workspaces }).map_err(fault)?;
    Ok(json(&version(&[&body]), body))
}

/// A workspace's slim snapshot, of the tenants the viewer may see.
///
/// Of collections that the viewer lacks the capability for, only what the verdicts need is there.
#[utoipa::path(
    get,
    path = paths::API_SNAPSHOT_ROUTE,
    operation_id = "getSnapshot",
    params(("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64)),
    responses(
        (status = 200, description = "The snapshot", content_type = "application/json", body = ref("#/components/schemas/Snapshot")),
        (status = 304, description = "The copy that is held is current"),
        Problems,
    )
)]
pub(crate) async fn snapshot(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (query, grant) = granted(&endpoint, &viewer, &workspace, Extent::Slim).await?;
    document(&endpoint, &headers, &query, grant).await
}

/// A workspace's snapshot with one tenant alone, that one in full.
///
/// Of collections that the viewer lacks the capability for, only what the verdicts need is there; where that is all of them, 403.
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
        (status = 304, description = "The copy that is held is current"),
        Problems,
    )
)]
pub(crate) async fn tenant_snapshot(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path((workspace, external_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (query, grant) = granted(&endpoint, &viewer, &workspace, Extent::Tenant(external_id)).await?;
    if let Some(tenants) = grant.lacking(Capability::ALL) {
        match endpoint.source.mark(&SourceQuery { tenants, ..query.clone() }).await {
            Ok(_) => return Err(ApiError::Closed),
            Err(SourceError::UnknownTenant) => {}
            Err(error) => return Err(error.into()),
        }
    }
    document(&endpoint, &headers, &query, grant).await
}

/// A workspace's report, derived here, of the tenants the viewer may see.
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
        (status = 304, description = "The copy that is held is current"),
        Problems,
    )
)]
pub(crate) async fn report(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
    asked: Result<Query<ReportQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(asked) = asked.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
    let options = Options { as_of: asked.as_of, ..Options::default() };
    SnapshotReader::new(Form::Json, &options).map_err(|refusal| ApiError::BadRequest(refusal.to_string()))?;
    let as_of = options.as_of.as_deref().and_then(Timestamp::parse);
    let (query, grant) = granted(&endpoint, &viewer, &workspace, Extent::Verdicts(as_of)).await?;
    if let Some(current) = current_copy(&endpoint, &headers, &query, &grant).await? {
        return Ok(current);
    }
    let evidence = endpoint.source.open(&query).await?;
    let version = version_of(&query, &grant, &evidence.mark);
    let report = document::written_report(restricted(evidence, grant), options).await?;
    let mut response = json(&version, report.json);
    response.headers_mut().insert(DIGEST_HEADER, HeaderValue::try_from(report.digest).map_err(fault)?);
    Ok(response)
}

/// What is asked of a workspace by the id in an address, and what the viewer may see of it. Decided before any evidence is read: what is no
/// id, what is not there and what is not the viewer's to see are one answer.
async fn granted(
    endpoint: &Endpoint,
    viewer: &Viewer,
    workspace: &str,
    extent: Extent,
) -> Result<(SourceQuery, Grant), ApiError> {
    let entitlements = endpoint.entitlements(viewer).await?;
    let workspace = workspace.parse().ok().and_then(Id::new).ok_or(ApiError::UnknownWorkspace)?;
    let grant = entitlements.grant(workspace).ok_or(ApiError::UnknownWorkspace)?;
    Ok((SourceQuery { workspace, tenants: grant.scope(), extent }, grant))
}

/// The answer to a client that holds a current copy, told by the change mark alone; whoever holds none is not worth asking the mark for.
async fn current_copy(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    query: &SourceQuery,
    grant: &Grant,
) -> Result<Option<Response>, ApiError> {
    let Some(held) = copies_held(headers) else { return Ok(None) };
    let mark = endpoint.source.mark(query).await?;
    Ok(not_modified_where_held(&held, &version_of(query, grant, &mark)))
}

/// A snapshot document, unless the client holds it.
async fn document(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    query: &SourceQuery,
    grant: Grant,
) -> Result<Response, ApiError> {
    if let Some(current) = current_copy(endpoint, headers, query, &grant).await? {
        return Ok(current);
    }
    let evidence = endpoint.source.open(query).await?;
    let version = version_of(query, &grant, &evidence.mark);
    let evidence = closed(evidence, grant)?;
    Ok(json(&version, Body::from_stream(document::write(evidence))))
}

/// Evidence as a viewer gets it: of collections they lack the capability for, what the verdicts need.
fn closed(evidence: Evidence, grant: Grant) -> Result<Evidence, ApiError> {
    if grant.is_open() {
        return Ok(evidence);
    }
    let closer = Closer::new(&evidence.head).map_err(fault)?;
    let close = move |text| closer.close(text, |tenant| grant.capabilities(tenant));
    Ok(each_tenant(evidence, close))
}

/// Evidence to derive a viewer's report from: all of it, with what they may open.
fn restricted(evidence: Evidence, grant: Grant) -> Evidence {
    if grant.is_open() {
        return evidence;
    }
    each_tenant(evidence, move |text| restrict(text, |tenant| grant.capabilities(tenant)))
}

fn each_tenant(
    evidence: Evidence,
    change: impl Fn(Bytes) -> Result<Bytes, posture_core::Refusal> + Send + 'static,
) -> Evidence {
    let tenants = evidence.tenants.map(move |text| change(text?).map_err(SourceError::failed));
    Evidence { tenants: tenants.boxed(), ..evidence }
}

/// A text that changes whenever the answer to a query does.
fn version_of(query: &SourceQuery, grant: &Grant, mark: &Mark) -> String {
    version(&[mark.0.as_bytes(), format!("{query:?}{grant:?}").as_bytes()])
}

/// A text that changes whenever one of the parts does.
pub(crate) fn version(parts: &[&[u8]]) -> String {
    let hash = |mut hash: Sha256, part: &&[u8]| {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
        hash
    };
    hex(&parts.iter().fold(Sha256::new(), hash).finalize())
}

fn json(version: &str, body: impl IntoResponse) -> Response {
    let json_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json_type), (header::ETAG, etag(version))], body).into_response()
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Fault(Box::new(error))
}
