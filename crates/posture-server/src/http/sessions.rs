//! Requests of users who have signed in, and what is answered to those who have not.

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use posture_core::{Timestamp, paths};

use super::problem::ApiError;
use super::{audit, cookies};
use crate::access::{SignInAccess, Viewer};
use crate::sign_in::{Presented, SESSION_COOKIE};

/// Adds the viewer of the request's session. Without one, evidence is refused, and a page of evidence leads to sign-in.
///
/// The app's files are answered to everyone: they contain no evidence.
pub(super) async fn with_session(
    access: &SignInAccess,
    now: Option<Timestamp>,
    mut request: Request,
    next: Next,
) -> Response {
    let cookie = cookies::value(request.headers(), SESSION_COOKIE);
    let presented = cookie.zip(now).and_then(|(cookie, now)| access.sign_in.session(&cookie, now));
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let Some(Presented { session, renewed }) = presented else {
        return match route {
            Some(route) if !is_of_sign_in(&route) => ApiError::SignedOut.into_response(),
            None if is_navigation_to_evidence(&request) => to_sign_in(&request),
            Some(_) | None => next.run(request).await,
        };
    };
    audit::from(&request, &session.identity);
    request.extensions_mut().insert(Viewer::SignedIn(session));
    let mut response = next.run(request).await;
    // The app's files may be kept by caches, and what a handler sets comes first.
    let is_free = route.is_some() && !response.headers().contains_key(header::SET_COOKIE);
    if let Some(value) = renewed.filter(|_| is_free) {
        cookies::set(&mut response, SESSION_COOKIE, value, None);
    }
    response
}

fn is_of_sign_in(route: &str) -> bool {
    [paths::SIGN_IN, paths::SIGN_IN_CALLBACK, paths::SIGN_OUT, paths::SIGNED_OUT].contains(&route)
}

/// Whether a browser opens a page that shows evidence. Its service worker fetches the same page to keep it, without opening it.
fn is_navigation_to_evidence(request: &Request) -> bool {
    let path = request.uri().path();
    let is_navigation = request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let is_of_evidence = path == "/" || paths::is_within(path, paths::OVERVIEW);
    request.method() == Method::GET && is_navigation && is_of_evidence
}

fn to_sign_in(request: &Request) -> Response {
    let wanted = request.uri().path_and_query().map_or(paths::OVERVIEW, |wanted| wanted.as_str());
    super::sign_in::redirect(&paths::sign_in(wanted))
}
