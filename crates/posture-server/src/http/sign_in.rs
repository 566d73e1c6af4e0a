//! The routes of sign-in: to the provider, back from it, and out.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use posture_core::{Timestamp, paths};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::endpoint::Endpoint;
use super::problem::{ApiError, HasPage, Problems};
use super::{audit, cookies, sign_in_page};
use crate::access::{Access, SignInAccess, Viewer};
use crate::sign_in::{ATTEMPT_COOKIE, ATTEMPT_SECONDS, Callback, Finished, SESSION_COOKIE, SignInRefusal};

type Shared = State<Arc<Endpoint>>;

/// The query of a sign-in.
#[derive(Deserialize)]
struct SignInQuery {
    /// The page of the app to return to.
    return_to: Option<String>,
}

/// Where to go after signing out.
#[derive(Serialize)]
struct SignedOut {
    /// The provider's page that ends its session too, or the page of this server that says so.
    location: String,
}

/// Who the reader is.
#[derive(Serialize, ToSchema)]
pub(super) struct CurrentSession {
    /// How users are authenticated: `none`, `proxy` or `oidc`.
    auth: &'static str,
    /// The identity; `null` without authentication.
    #[schema(required)]
    identity: Option<String>,
    /// What to call the reader, if the sign-in provider says.
    #[schema(required)]
    name: Option<String>,
}

/// The routes, which exist only if users sign in here.
pub(super) fn routes(access: &Access) -> Router<Arc<Endpoint>> {
    match access {
        Access::SignIn(_) => Router::new()
            .route(paths::SIGN_IN, get(start))
            .route(paths::SIGN_IN_CALLBACK, get(finish))
            .route(
                paths::SIGN_OUT,
                post(sign_out).fallback(|| async { ApiError::MethodNotAllowed("POST").into_response() }),
            )
            .route(paths::SIGNED_OUT, get(signed_out)),
        Access::Local | Access::Proxy(_) => Router::new(),
    }
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = paths::API_SESSION,
    operation_id = "getSession",
    tag = "api",
    responses((status = 200, description = "The reader", body = CurrentSession), (status = 304, description = "The client's copy is current"), Problems)
)]
pub(super) async fn current(Extension(viewer): Extension<Viewer>) -> Response {
    let (auth, name) = match &viewer {
        Viewer::Local => ("none", None),
        Viewer::Identity(_) => ("proxy", None),
        Viewer::SignedIn(session) => ("oidc", Some(session.name.clone())),
    };
    Json(CurrentSession { auth, identity: viewer.identity().map(str::to_owned), name }).into_response()
}

/// Sends the user to the sign-in provider.
async fn start(
    State(endpoint): Shared,
    asked: Result<Query<SignInQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Some((access, now)) = sign_in(&endpoint) else { return ApiError::UnknownAddress.into_response() };
    let return_to = asked.ok().and_then(|Query(asked)| asked.return_to).unwrap_or_default();
    match access.sign_in.start(&return_to, now).await {
        Ok(started) => {
            let mut response = redirect(&started.location);
            cookies::set(&mut response, ATTEMPT_COOKIE, started.cookie, Some(ATTEMPT_SECONDS));
            audit::with_outcome(&mut response, "sign_in_started");
            response
        }
        Err(refusal) => refused(&headers, refusal),
    }
}

/// Takes the provider's answer, and starts a session.
async fn finish(
    State(endpoint): Shared,
    viewer: Option<Extension<Viewer>>,
    callback: Result<Query<Callback>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Some((access, now)) = sign_in(&endpoint) else { return ApiError::UnknownAddress.into_response() };
    let Ok(Query(callback)) = callback else { return refused(&headers, SignInRefusal::NotStarted) };
    let cookie = cookies::value(&headers, ATTEMPT_COOKIE);
    let finished = access.sign_in.finish(callback, cookie.as_deref(), &access.members.groups(), now).await;
    match finished {
        Ok(Finished { session, cookie, return_to }) => {
            let mut response = redirect(&return_to);
            cookies::set(&mut response, SESSION_COOKIE, cookie, None);
            cookies::remove(&mut response, ATTEMPT_COOKIE);
            audit::by(&mut response, session.identity);
            audit::with_outcome(&mut response, "signed_in");
            response
        }
        // Another tab was faster, or the browser repeats the last step.
        Err(SignInRefusal::NotStarted) if viewer.is_some() => redirect(paths::OVERVIEW),
        Err(refusal) => refused(&headers, refusal),
    }
}

/// Ends the session. Only this server's own pages may ask for it.
async fn sign_out(
    State(endpoint): Shared,
    viewer: Option<Extension<Viewer>>,
    headers: HeaderMap,
) -> Response {
    let Some((access, now)) = sign_in(&endpoint) else { return ApiError::UnknownAddress.into_response() };
    let own = access.sign_in.public_url().origin();
    if headers.get(header::ORIGIN).is_none_or(|origin| origin.as_bytes() != own.as_bytes()) {
        return ApiError::AnotherSite.into_response();
    }
    let location = match viewer {
        Some(Extension(Viewer::SignedIn(session))) => access.sign_in.end(&session, now).await,
        Some(Extension(Viewer::Local | Viewer::Identity(_))) | None => paths::SIGNED_OUT.to_owned(),
    };
    let mut response = Json(SignedOut { location }).into_response();
    cookies::remove(&mut response, SESSION_COOKIE);
    // Evidence that the browser has cached is the former user's.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    audit::with_outcome(&mut response, "signed_out");
    response
}

/// The page after signing out.
async fn signed_out() -> Response {
    sign_in_page::signed_out()
}

fn sign_in(endpoint: &Endpoint) -> Option<(&SignInAccess, Timestamp)> {
    match &*endpoint.access {
        Access::SignIn(access) => Some((access, (endpoint.now)()?)),
        Access::Local | Access::Proxy(_) => None,
    }
}

/// A redirect that the browser follows by GET.
pub(super) fn redirect(location: &str) -> Response {
    let location = HeaderValue::try_from(location).unwrap_or(HeaderValue::from_static(paths::OVERVIEW));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Why sign-in failed: as a page for a browser, as a problem for a program.
fn refused(headers: &HeaderMap, refusal: SignInRefusal) -> Response {
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let sentence = refusal.to_string();
    let mut response = ApiError::SignIn(refusal).into_response();
    if wants_page {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        response = sign_in_page::refused(&sentence);
        *response.status_mut() = status;
        response
            .headers_mut()
            .extend(headers.into_iter().filter(|(name, _)| name.as_ref() == Some(&header::RETRY_AFTER)));
        response.extensions_mut().insert(HasPage);
    }
    audit::with_outcome(&mut response, "sign_in_refused");
    response
}
