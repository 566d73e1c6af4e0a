//! The API's handlers: each parses, calls once, and answers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use posture_core::{Form, Id, Options, SnapshotReader, Timestamp, paths};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::conditional::{etag, not_modified_where_held};
use crate::document;
use crate::kept::hex;
use crate::problem::ApiError;
use crate::source::{EvidenceSource, Extent, Listing, Mark, Query as SourceQuery, Reach, Served, TenantScope};

/// Carries the report digest beside the report.
const DIGEST_HEADER: HeaderName = HeaderName::from_static("posture-digest");

type Source = State<Arc<dyn EvidenceSource>>;

#[derive(Serialize)]
struct Workspaces {
    workspaces: Vec<WorkspaceEntry>,
}

/// A workspace as it is listed; what is not served has no name and no links, and says why.
#[derive(Serialize)]
struct WorkspaceEntry {
    id: Option<Id>,
    name: Option<String>,
    slug: Option<String>,
    tenants: Option<u64>,
    exported_at: Option<Timestamp>,
    source: String,
    refusal: Option<String>,
    links: Option<Links>,
}

#[derive(Serialize)]
struct Links {
    snapshot: String,
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
#[derive(Deserialize)]
pub(crate) struct ReportQuery {
    as_of: Option<String>,
}

pub(crate) async fn workspaces(State(source): Source) -> Result<Response, ApiError> {
    let workspaces = source.workspaces(&Reach::Everything).await?.into_iter().map(WorkspaceEntry::from).collect();
    let body = serde_json::to_vec(&Workspaces { workspaces }).map_err(fault)?;
    Ok(json(&version(&[&body]), body))
}

pub(crate) async fn snapshot(State(source): Source, Path(workspace): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    document(&*source, &headers, query(&workspace, Extent::Slim)?).await
}

pub(crate) async fn tenant_snapshot(
    State(source): Source,
    Path((workspace, external_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    document(&*source, &headers, query(&workspace, Extent::Tenant(external_id))?).await
}

pub(crate) async fn report(
    State(source): Source,
    Path(workspace): Path<String>,
    asked: Result<Query<ReportQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(asked) = asked.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
    let options = Options { as_of: asked.as_of, ..Options::default() };
    SnapshotReader::new(Form::Json, &options).map_err(|refusal| ApiError::BadRequest(refusal.to_string()))?;
    let as_of = options.as_of.as_deref().and_then(Timestamp::parse);
    let query = query(&workspace, Extent::Verdicts(as_of))?;
    if let Some(current) = not_modified_where_held(&headers, &version_of(&query, &source.mark(&query).await?)) {
        return Ok(current);
    }
    let evidence = source.open(&query).await?;
    let version = version_of(&query, &evidence.mark);
    let report = document::report(evidence, options).await?;
    let mut response = json(&version, report.to_json().map_err(fault)?);
    let digest = report.digest().map_err(fault)?;
    response.headers_mut().insert(DIGEST_HEADER, HeaderValue::try_from(digest).map_err(fault)?);
    Ok(response)
}

/// A snapshot document, unless the client holds it.
async fn document(source: &dyn EvidenceSource, headers: &HeaderMap, query: SourceQuery) -> Result<Response, ApiError> {
    if let Some(current) = not_modified_where_held(headers, &version_of(&query, &source.mark(&query).await?)) {
        return Ok(current);
    }
    let evidence = source.open(&query).await?;
    Ok(json(&version_of(&query, &evidence.mark), Body::from_stream(document::write(evidence))))
}

/// Says that the process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// What is asked of a workspace by the id in an address; what is no id names no workspace.
fn query(workspace: &str, extent: Extent) -> Result<SourceQuery, ApiError> {
    let workspace = workspace.parse().ok().and_then(Id::new).ok_or(ApiError::UnknownWorkspace)?;
    Ok(SourceQuery { workspace, tenants: TenantScope::All, extent })
}

/// A text that changes whenever the answer to a query does.
fn version_of(query: &SourceQuery, mark: &Mark) -> String {
    version(&[mark.0.as_bytes(), format!("{query:?}").as_bytes()])
}

fn version(parts: &[&[u8]]) -> String {
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
