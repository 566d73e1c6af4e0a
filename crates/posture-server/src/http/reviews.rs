//! Marks on attention items: who may see and change them. The audit trail has the tenant of each change, also of one that is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use posture_core::views::reviews::{Review, is_item};
use posture_core::{Id, Timestamp, paths, words};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::api::unreadable_query;
use super::audit::about_tenant;
use super::conditional::{etag, version};
use super::endpoint::Endpoint;
use super::other_sites::is_of_another_site;
use super::problem::{ApiError, Problems};
use crate::access::Viewer;
use crate::access::grant::Grant;
use crate::sources::reviews::{ReviewError, ReviewStore};
use crate::sources::{Reach, TenantScope};

/// The longest body: the longest note and link, with every character escaped.
const MAX_BODY_BYTES: usize = 64 * 1024;
const METHODS: &str = "GET, HEAD, PUT, DELETE";
const JSON: &str = "application/json";

type Shared = State<Arc<Endpoint>>;

/// The marks of a workspace.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reviews {
    /// The tenants whose items the viewer may mark; null for all that they can see.
    #[schema(required, value_type = Option<Vec<u64>>)]
    manageable_tenants: Option<BTreeSet<Id>>,
    /// Why nobody can mark items here; null if they can be marked.
    #[schema(required)]
    read_only: Option<String>,
    /// The marks that have not ended, by tenant and item.
    #[schema(value_type = Vec<StatedReview>)]
    reviews: Vec<Review>,
}

/// A mark on an attention item.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is read and written as JSON")]
pub(crate) struct StatedReview {
    /// When it was marked; set by the endpoint.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Who marked it; set by the endpoint, and null if it does not know users.
    by: Option<String>,
    /// What the item was when it was marked. The mark holds only as long as the item has this fingerprint.
    #[schema(max_length = 64)]
    fingerprint: String,
    /// The item's key.
    #[schema(max_length = 200)]
    item: String,
    /// Why it is known, in at most 2,000 characters.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// The tenant.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    tenant_id: u64,
    /// A link to its ticket, http or https.
    #[schema(max_length = 500)]
    ticket: Option<String>,
    /// The last instant at which it holds, at most 366 days ahead.
    #[schema(format = DateTime)]
    until: String,
}

/// Which mark a request removes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
    /// The tenant.
    #[param(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    tenant_id: u64,
    /// The item's key.
    #[param(max_length = 200)]
    item: String,
}

/// The routes of marks.
pub(super) fn routes() -> Router<Arc<Endpoint>> {
    let methods = get(list).put(put).delete(delete);
    let methods = methods.fallback(|| async { ApiError::MethodNotAllowed(METHODS).into_response() });
    Router::new().route(paths::API_REVIEWS_ROUTE, methods)
}

/// The marks on a workspace's attention items, of the tenants that the viewer may see.
#[utoipa::path(
    get,
    path = paths::API_REVIEWS_ROUTE,
    operation_id = "listReviews",
    params(("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64)),
    responses(
        (status = 200, description = "The marks", body = Reviews),
        (status = 304, description = "The client's copy is current"),
        Problems,
    )
)]
pub(super) async fn list(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
) -> Result<Response, ApiError> {
    let (workspace, grant) = endpoint.granted(&viewer, &workspace).await?;
    require_known(&endpoint, workspace, None).await?;
    let read_only = |why: &str| Reviews {
        manageable_tenants: Some(BTreeSet::new()),
        read_only: Some(why.to_owned()),
        reviews: Vec::new(),
    };
    let listed = match &endpoint.reviews {
        None => read_only(words::NO_REVIEWS),
        Some(store) => match store.list(workspace, &grant.scope(), now(&endpoint)?).await {
            Ok(reviews) => {
                let manageable_tenants =
                    match endpoint.access.managed_reviews(&viewer, workspace, &*endpoint.source).await? {
                        TenantScope::All => None,
                        TenantScope::Only(tenants) => Some(tenants),
                    };
                Reviews { manageable_tenants, read_only: None, reviews }
            }
            Err(ReviewError::Unavailable(why)) => read_only(why),
            Err(error) => return Err(error.into()),
        },
    };
    let body = serde_json::to_vec(&listed).map_err(|error| ApiError::Fault(Box::new(error)))?;
    let version = version(&[&body]);
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(JSON)), (header::ETAG, etag(&version))];
    Ok((headers, endpoint.review_bodies.share(&version, body)).into_response())
}

/// Marks an attention item as known, in place of an earlier mark on it.
#[utoipa::path(
    put,
    path = paths::API_REVIEWS_ROUTE,
    operation_id = "putReview",
    params(("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64)),
    request_body = StatedReview,
    responses((status = 204, description = "The mark is kept"), Problems)
)]
pub(super) async fn put(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut tenant = None;
    let done = async {
        require_own_site(&uri, &headers)?;
        let (workspace, grant) = endpoint.granted(&viewer, &workspace).await?;
        let store = store_of(&endpoint)?;
        if !is_json(&headers) {
            return Err(ApiError::MediaType);
        }
        // Only now, because a stranger could send it slowly, and many of them would leave no room for others.
        let body = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| ApiError::LongBody(MAX_BODY_BYTES))?;
        let value = serde_json::from_slice(&body).map_err(|_| ApiError::NotJson)?;
        let now = now(&endpoint)?;
        let review = Review::made(&value, by(&viewer), now)
            .map_err(|fault| ApiError::BadRequest(words::review_fault(fault)))?;
        tenant = Some(review.tenant_id);
        require_manageable(&endpoint, &viewer, workspace, &grant, review.tenant_id).await?;
        store.put(workspace, &review, now).await?;
        Ok(StatusCode::NO_CONTENT)
    };
    let outcome = done.await;
    answer(outcome, tenant)
}

/// Removes the mark on an attention item.
#[utoipa::path(
    delete,
    path = paths::API_REVIEWS_ROUTE,
    operation_id = "deleteReview",
    params(
        ("workspace" = u64, Path, description = "The workspace's id", minimum = 1, maximum = 9_007_199_254_740_991_u64),
        ReviewQuery
    ),
    responses((status = 204, description = "The item has no mark"), Problems)
)]
pub(super) async fn delete(
    State(endpoint): Shared,
    Extension(viewer): Extension<Viewer>,
    Path(workspace): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    asked: Result<Query<ReviewQuery>, QueryRejection>,
) -> Response {
    let mut tenant = None;
    let done = async {
        require_own_site(&uri, &headers)?;
        let (workspace, grant) = endpoint.granted(&viewer, &workspace).await?;
        let store = store_of(&endpoint)?;
        let Query(ReviewQuery { tenant_id, item }) =
            asked.map_err(|rejection| unreadable_query(&rejection))?;
        let id = Id::new(tenant_id).ok_or(ApiError::UnknownTenant)?;
        tenant = Some(id);
        require_manageable(&endpoint, &viewer, workspace, &grant, id).await?;
        if is_item(&item) {
            store.delete(workspace, id, &item).await?;
        }
        Ok(StatusCode::NO_CONTENT)
    };
    let outcome = done.await;
    answer(outcome, tenant)
}

/// The answer to a change. The audit trail learns which tenant it was about.
fn answer(outcome: Result<StatusCode, ApiError>, tenant: Option<Id>) -> Response {
    let mut response = outcome.into_response();
    if let Some(tenant) = tenant {
        about_tenant(&mut response, tenant.to_string());
    }
    response
}

fn require_own_site(uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    if is_of_another_site(uri, headers) { Err(ApiError::AnotherSite) } else { Ok(()) }
}

/// Fails if the source has no such workspace, or no such tenant in it.
async fn require_known(endpoint: &Endpoint, workspace: Id, tenant: Option<Id>) -> Result<(), ApiError> {
    let reach =
        Reach::Workspaces(BTreeMap::from([(workspace, TenantScope::Only(tenant.into_iter().collect()))]));
    let listings = endpoint.source.workspaces(&reach).await?;
    let listed = listings.into_iter().find(|listing| listing.workspace_id == Some(workspace));
    let served = listed.ok_or(ApiError::UnknownWorkspace)?.served;
    let has_tenant = served.is_some_and(|served| served.tenants > 0);
    if tenant.is_none() || has_tenant { Ok(()) } else { Err(ApiError::UnknownTenant) }
}

/// Where marks are kept.
fn store_of(endpoint: &Endpoint) -> Result<&dyn ReviewStore, ApiError> {
    endpoint.reviews.as_deref().ok_or(ApiError::NoReviews(words::NO_REVIEWS))
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return false };
    let kind = kind.to_str().unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON))
}

/// Fails unless there is such a tenant and the viewer may mark its items.
async fn require_manageable(
    endpoint: &Endpoint,
    viewer: &Viewer,
    workspace: Id,
    grant: &Grant,
    tenant: Id,
) -> Result<(), ApiError> {
    if !grant.scope().holds(Some(tenant)) {
        return Err(ApiError::UnknownTenant);
    }
    require_known(endpoint, workspace, Some(tenant)).await?;
    let manageable = endpoint.access.managed_reviews(viewer, workspace, &*endpoint.source).await?;
    if manageable.holds(Some(tenant)) { Ok(()) } else { Err(ApiError::MayNotReview) }
}

fn now(endpoint: &Endpoint) -> Result<Timestamp, ApiError> {
    (endpoint.now)().ok_or_else(|| ApiError::Fault("the clock of this server is not usable".into()))
}

/// Who marks an item, as others will read it.
fn by(viewer: &Viewer) -> Option<String> {
    match viewer {
        Viewer::Local => None,
        Viewer::Identity(identity) => Some(identity.clone()),
        // Users may choose their names, and an identity may be a number.
        Viewer::SignedIn(session) => Some(format!("{} ({})", session.name, session.identity)),
    }
}
