//! Error answers: problem details (RFC 9457), one shape for all.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::sync::Arc;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use posture_core::paths::{API_WORKSPACES, SIGN_IN};
use posture_core::{RefusalKind, words};
use posture_engine::DeriveError;
use serde::Serialize;
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Response as Description, ResponseBuilder, ResponsesBuilder,
};
use utoipa::{IntoResponses, ToSchema};

use crate::answers::Overloaded;
use crate::document::ReportError;
use crate::sign_in::SignInRefusal;
use crate::sources::SourceError;
use crate::sources::reviews::ReviewError;

/// The media type of a problem.
const PROBLEM_TYPE: &str = "application/problem+json";
/// What a response without a session asks for; the app then opens sign-in.
const SESSION_CHALLENGE: &str = "Session";

/// Why a request gets no document.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// No such workspace.
    #[error("Workspace not found. {API_WORKSPACES} lists the workspaces.")]
    UnknownWorkspace,
    /// No such tenant.
    #[error("Tenant not found in this workspace. The workspace's snapshot lists its tenants.")]
    UnknownTenant,
    /// No such path.
    #[error("Nothing at this path. The API starts at {API_WORKSPACES}.")]
    UnknownAddress,
    /// No such file of the app.
    #[error("The app has no such file. If the app was just updated, reload the page.")]
    UnknownFile,
    /// A method other than GET and HEAD, or than those of the marks.
    #[error("This address does not allow this method. Use {0}.")]
    MethodNotAllowed(&'static str),
    /// The request names no host, or more than one.
    #[error("A request must have exactly one Host header. Correct the client or the proxy.")]
    AmbiguousHost,
    /// The request has a body.
    #[error("This endpoint accepts no request body.")]
    Body,
    /// The request names an unknown host.
    #[error(
        "Unknown host name. On this machine use localhost; behind a proxy, use a name from the `host` setting."
    )]
    UnknownHost,
    /// A request for metrics names an unknown host.
    #[error(
        "Unknown host name. Read metrics by IP address, by localhost, or by a name from the `metrics-host` setting."
    )]
    UnknownMetricsHost,
    /// The request was not sent by the proxy.
    #[error("This endpoint only accepts requests from its proxy. Use the proxy's address.")]
    NotThroughProxy,
    /// The request for metrics comes from an address that may not read them.
    #[error("This address may not read metrics. Allow it with the `metrics-from` setting.")]
    NotForScraping,
    /// The proxy sent no identity.
    #[error(
        "The proxy sent no identity. Sign in at the proxy. If you are signed in, configure the proxy to send the identity in one header."
    )]
    Unauthenticated,
    /// The request has no session.
    #[error("You are not signed in, or your session has ended. Sign in at {SIGN_IN}.")]
    SignedOut,
    /// A sign-in failed; the sentence says why.
    #[error("{0}")]
    SignIn(SignInRefusal),
    /// The viewer may not open any of a tenant's records.
    #[error(
        "You may not open this tenant's records. Your role there has none of backup_sets.view, backup_schedules.view and restore_runs.view."
    )]
    Closed,
    /// The request changes something, and a browser sent it for a page of another site.
    #[error("A page of another site sent this request, so nothing was changed. Use the app itself.")]
    AnotherSite,
    /// The viewer may not change marks.
    #[error("{}", words::MAY_NOT_REVIEW)]
    MayNotReview,
    /// Marks cannot be kept here; the message says why.
    #[error("{0}")]
    NoReviews(&'static str),
    /// The body is not JSON.
    #[error("The body is not JSON. Send a mark as one JSON object.")]
    NotJson,
    /// The body is declared to be something else than JSON.
    #[error("The content type is not application/json. Send a mark as JSON.")]
    MediaType,
    /// The body is longer than this many bytes.
    #[error("The body is longer than {0} bytes. Shorten the note.")]
    LongBody(usize),
    /// The limit of marks is reached.
    #[error(transparent)]
    TooManyReviews(ReviewError),
    /// The concurrency limit is reached.
    #[error("The endpoint is at its concurrency limit. Try again in a moment.")]
    Overloaded,
    /// There is no room for temporary files.
    #[error("The server has no room for temporary files. Its log says more. Try again in a moment.")]
    NoRoom,
    /// The request is invalid; the message says why and what to do.
    #[error("{0}")]
    BadRequest(String),
    /// The request is valid, but the evidence does not cover the instant it asks for; the message says why.
    #[error("{0}")]
    NotCovered(String),
    /// The evidence exists but is not a usable snapshot; the message says why.
    #[error("{0}")]
    Refused(String),
    /// The source of evidence failed. The cause is logged, not sent.
    #[error("The source of evidence is unavailable. The server's log says why. Try again.")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// All of the source's connections are in use.
    #[error("The source of evidence is busy. Try again in a moment.")]
    Busy,
    /// The source of evidence is still being read for the first time; the message says so.
    #[error("{0}")]
    Starting(&'static str),
    /// The source of evidence is not available; the message says why.
    #[error("{0}")]
    Unready(String),
    /// A fault in the server. It is logged, not sent.
    #[error("The server failed to answer. Its log says why. Try again.")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::UnknownWorkspace => Self::UnknownWorkspace,
            SourceError::UnknownTenant => Self::UnknownTenant,
            SourceError::Refused(sentence) => Self::Refused(sentence),
            SourceError::Unsuitable(sentence) => Self::NotCovered(sentence),
            SourceError::Busy => Self::Busy,
            SourceError::Starting(sentence) => Self::Starting(sentence),
            SourceError::Unready(sentence) => Self::Unready(sentence),
            SourceError::Failed(source) => Self::Unavailable(source),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Unavailable(why) => Self::NoReviews(why),
            full @ ReviewError::Full => Self::TooManyReviews(full),
            ReviewError::Busy => Self::Busy,
            ReviewError::Failed(source) => Self::Unavailable(Box::new(source)),
        }
    }
}

impl From<Overloaded> for ApiError {
    fn from(overloaded: Overloaded) -> Self {
        match overloaded {
            Overloaded::Queue => Self::Overloaded,
            Overloaded::Room => Self::NoRoom,
        }
    }
}

/// Whether an answer could not be kept because the disk or a quota of it is full.
fn is_disk_full(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl From<Arc<ReportError>> for ApiError {
    fn from(error: Arc<ReportError>) -> Self {
        match &*error {
            ReportError::Source(error) => error.copied().into(),
            ReportError::Derive(DeriveError::Refused(refusal))
                if matches!(refusal.kind, RefusalKind::AsOfBeforeSince { .. }) =>
            {
                Self::NotCovered(refusal.to_string())
            }
            ReportError::Derive(DeriveError::Refused(refusal)) => Self::Refused(refusal.to_string()),
            ReportError::Derive(DeriveError::Unreadable(cause)) if is_disk_full(cause) => {
                tracing::warn!(error = %cause, "there is no room for temporary files");
                Self::NoRoom
            }
            ReportError::Derive(_) => Self::Fault(Box::new(error)),
        }
    }
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownWorkspace | Self::UnknownTenant | Self::UnknownAddress | Self::UnknownFile => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnknownHost | Self::UnknownMetricsHost => StatusCode::MISDIRECTED_REQUEST,
            Self::NotThroughProxy
            | Self::NotForScraping
            | Self::Closed
            | Self::AnotherSite
            | Self::MayNotReview
            | Self::NoReviews(_) => StatusCode::FORBIDDEN,
            Self::NotCovered(_) | Self::TooManyReviews(_) => StatusCode::CONFLICT,
            Self::Unauthenticated | Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::SignIn(refusal) => status_of_refusal(refusal),
            Self::BadRequest(_) | Self::AmbiguousHost | Self::NotJson => StatusCode::BAD_REQUEST,
            Self::Body | Self::LongBody(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(_)
            | Self::Unready(_)
            | Self::Starting(_)
            | Self::Busy
            | Self::Overloaded
            | Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The status of a failed sign-in.
fn status_of_refusal(refusal: &SignInRefusal) -> StatusCode {
    match refusal {
        SignInRefusal::ProviderUnavailable | SignInRefusal::Busy | SignInRefusal::ClientRefused => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        SignInRefusal::NotStarted | SignInRefusal::Replayed => StatusCode::BAD_REQUEST,
        SignInRefusal::Declined(_)
        | SignInRefusal::CodeRefused
        | SignInRefusal::WrongAudience
        | SignInRefusal::ExpiredToken
        | SignInRefusal::InvalidToken
        | SignInRefusal::NoIdentity(_)
        | SignInRefusal::UnverifiedAddress
        | SignInRefusal::TooManyGroups => StatusCode::FORBIDDEN,
    }
}

/// The message of a problem, on its way to [`answer_problems`].
#[derive(Clone)]
struct Detail(String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Fault(source) | Self::Unavailable(source) = &self {
            tracing::error!(error = %Chain(source.as_ref()), "request failed");
        }
        let mut response = self.status().into_response();
        if let Self::MethodNotAllowed(allowed) = &self {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        let is_busy = matches!(
            self,
            Self::Busy
                | Self::Overloaded
                | Self::NoRoom
                | Self::Starting(_)
                | Self::Unavailable(_)
                | Self::Unready(_)
        );
        if is_busy || matches!(self, Self::SignIn(SignInRefusal::Busy | SignInRefusal::ProviderUnavailable)) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if matches!(self, Self::Unauthenticated) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Forwarded-Identity"));
        }
        if matches!(self, Self::SignedOut) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(SESSION_CHALLENGE));
        }
        if matches!(self, Self::Unavailable(_) | Self::Unready(_)) {
            response.extensions_mut().insert(SourceFailed);
        }
        response.extensions_mut().insert(Detail(self.to_string()));
        response
    }
}

/// Marks an error that is answered with the app's page, which explains it.
#[derive(Clone, Copy)]
pub(super) struct HasPage;

/// Marks an answer that failed because of the source of evidence, so that it is counted.
#[derive(Clone, Copy)]
pub(super) struct SourceFailed;

/// An error and its causes in one line.
struct Chain<'e>(&'e (dyn Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// Always `about:blank`: the status is the kind of problem.
    r#type: &'static str,
    /// The status in words.
    title: String,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, and what to do.
    detail: String,
    /// The path of the request.
    instance: String,
}

/// The errors that any request may get, as OpenAPI describes them.
pub(super) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Description>> {
        let problem = |told: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
            ResponseBuilder::new().description(told).content(PROBLEM_TYPE, content)
        };
        ResponsesBuilder::new()
            .response("4XX", problem("The request was rejected"))
            .response("5XX", problem("The server failed to answer"))
            .build()
            .into()
    }
}

/// Gives every error answer a problem as its body, including those of inner layers.
pub(super) async fn answer_problems(request: Request, next: Next) -> Response {
    let instance = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<HasPage>().is_some() {
        return response;
    }
    let detail = response.extensions_mut().remove::<Detail>();
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: detail.map_or_else(|| detail_of(status).to_owned(), |detail| detail.0),
        instance,
    };
    let mut answer = (status, Json(problem)).into_response();
    if let Some(mark) = response.extensions_mut().remove::<SourceFailed>() {
        answer.extensions_mut().insert(mark);
    }
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for name in [header::ALLOW, header::RETRY_AFTER, header::WWW_AUTHENTICATE] {
        if let Some(value) = response.headers_mut().remove(&name) {
            headers.insert(name, value);
        }
    }
    answer
}

/// The message of an error that a layer answered.
fn detail_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => "The request timed out. Try again.",
        StatusCode::BAD_REQUEST => "The path is not percent-encoded UTF-8. Correct it.",
        StatusCode::INTERNAL_SERVER_ERROR => "The server failed to answer. Its log says why. Try again.",
        _ => "The request was rejected.",
    }
}
