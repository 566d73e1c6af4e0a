//! The API's handlers: each parses, calls once, and answers.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use posture_core::{Id, Options, RefusalKind, Timestamp, paths};
use serde::{Deserialize, Serialize};

use crate::conditional::etag;
use crate::derivation::{DeriveError, derive};
use crate::document::version;
use crate::problem::ApiError;
use crate::source::{Document, EvidenceSource, Listing, Served};

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
    let workspaces = source.workspaces().await?.into_iter().map(WorkspaceEntry::from).collect();
    let body = serde_json::to_vec(&Workspaces { workspaces }).map_err(fault)?;
    Ok(json(&version(&body), body))
}

pub(crate) async fn snapshot(State(source): Source, Path(workspace): Path<String>) -> Result<Response, ApiError> {
    source.slim_snapshot(workspace_id(&workspace)?).await.map(json_document).map_err(ApiError::from)
}

pub(crate) async fn tenant_snapshot(
    State(source): Source,
    Path((workspace, external_id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    source.tenant_snapshot(workspace_id(&workspace)?, &external_id).await.map(json_document).map_err(ApiError::from)
}

pub(crate) async fn report(
    State(source): Source,
    Path(workspace): Path<String>,
    query: Result<Query<ReportQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(query) = query.map_err(|rejection| ApiError::BadRequest(rejection.body_text()))?;
    let document = source.full_snapshot(workspace_id(&workspace)?).await?;
    let options = Options { as_of: query.as_of, ..Options::default() };
    let (report, digest) = tokio::task::spawn_blocking(move || canonical_report(&document, &options)).await.map_err(fault)??;
    let mut response = json(&digest, report);
    response.headers_mut().insert(DIGEST_HEADER, HeaderValue::try_from(digest).map_err(fault)?);
    Ok(response)
}

/// Says that the process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

fn canonical_report(document: &Document, options: &Options) -> Result<(String, String), ApiError> {
    let report = derive(document.bytes.as_ref(), document.form, options, |_| ()).map_err(|error| match error {
        DeriveError::Refused(refusal) if matches!(refusal.kind, RefusalKind::AsOf(_)) => ApiError::BadRequest(refusal.to_string()),
        error @ (DeriveError::Refused(_) | DeriveError::Unreadable(_)) => fault(error),
    })?;
    Ok((report.to_json().map_err(fault)?, report.digest().map_err(fault)?))
}

/// A workspace by the id in an address; what is no id names no workspace.
fn workspace_id(text: &str) -> Result<Id, ApiError> {
    text.parse().ok().and_then(Id::new).ok_or(ApiError::UnknownWorkspace)
}

fn json_document(document: Document) -> Response {
    json(&document.version, document.bytes)
}

fn json(version: &str, body: impl IntoResponse) -> Response {
    let json_type = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json_type), (header::ETAG, etag(version))], body).into_response()
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> ApiError {
    ApiError::Fault(Box::new(error))
}
