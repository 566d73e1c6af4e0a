//! Errors as they are answered: problem details (RFC 9457), one shape for all.

use std::collections::BTreeMap;
use std::error::Error;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use posture_core::paths::API_WORKSPACES;
use serde::Serialize;
use utoipa::openapi::{
    ContentBuilder, Ref, RefOr, Response as Description, ResponseBuilder, ResponsesBuilder,
};
use utoipa::{IntoResponses, ToSchema};

use crate::document::ReportError;
use crate::source::SourceError;

/// What a problem is sent as.
const PROBLEM_TYPE: &str = "application/problem+json";

/// What a request is answered with where it gets no document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// No such workspace.
    #[error("There is no such workspace here; {API_WORKSPACES} lists those there are.")]
    UnknownWorkspace,
    /// No such tenant.
    #[error("There is no such tenant in this workspace; its snapshot holds those there are.")]
    UnknownTenant,
    /// No such address.
    #[error("There is nothing at this address; {API_WORKSPACES} is where the API begins.")]
    UnknownAddress,
    /// No such file of the app.
    #[error("The app has no such file. Where the app was just replaced, reload the page.")]
    UnknownFile,
    /// A method other than GET and HEAD.
    #[error("This endpoint only reads: use GET or HEAD.")]
    MethodNotAllowed,
    /// The host the request names is none the endpoint is reached by.
    #[error(
        "This endpoint does not answer to that host name. On this machine use localhost; behind a proxy, a name it is configured with."
    )]
    ForeignHost,
    /// The request did not come through the proxy that says who asks.
    #[error("This endpoint is reached through its proxy alone. Use the proxy's address.")]
    NotThroughProxy,
    /// The request for metrics comes from elsewhere than allowed.
    #[error(
        "Metrics are not told to this address; metrics-from in the endpoint's configuration says to which they are."
    )]
    NotForScraping,
    /// The proxy did not say who asks.
    #[error(
        "The proxy did not say who asks. Sign in there; if you have, its configuration is to name the identity in one header."
    )]
    Unidentified,
    /// The viewer may not open any of a tenant's records.
    #[error(
        "You may not open this tenant's records: your role there gives none of backup_sets.view, backup_schedules.view, restore_runs.view."
    )]
    Closed,
    /// More requests than are answered at once.
    #[error("The endpoint is answering as many requests as it may at once. Try again in a moment.")]
    Overloaded,
    /// Something asked for does not fit; the sentence says what and what to do.
    #[error("{0}")]
    BadRequest(String),
    /// The evidence is there and gives no snapshot; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// The source of evidence failed. The cause is logged, not sent.
    #[error("The evidence cannot be reached now; the server's log says why. Try again.")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// More is asked at once than the source can answer.
    #[error("The evidence is asked for more often than it can be read now. Try again in a moment.")]
    Busy,
    /// A fault of the server. It is logged, not sent.
    #[error("The server failed on this request; its log says more. Try again.")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

impl From<SourceError> for ApiError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::UnknownWorkspace => Self::UnknownWorkspace,
            SourceError::UnknownTenant => Self::UnknownTenant,
            SourceError::Refused(sentence) => Self::Refused(sentence),
            SourceError::Busy => Self::Busy,
            SourceError::Failed(source) => Self::Unavailable(source),
        }
    }
}

impl From<ReportError> for ApiError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Source(error) => error.into(),
            ReportError::Derive(error) => Self::Fault(Box::new(error)),
        }
    }
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownWorkspace | Self::UnknownTenant | Self::UnknownAddress | Self::UnknownFile => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::NotThroughProxy | Self::NotForScraping | Self::Closed => StatusCode::FORBIDDEN,
            Self::Unidentified => StatusCode::UNAUTHORIZED,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(_) | Self::Busy | Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The sentence of a problem, on its way to [`answer_problems`].
#[derive(Clone)]
struct Detail(String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Fault(source) | Self::Unavailable(source) = &self {
            tracing::error!(error = %Chain(source.as_ref()), "request failed");
        }
        let mut response = self.status().into_response();
        if matches!(self, Self::MethodNotAllowed) {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        if matches!(self, Self::Busy | Self::Overloaded | Self::Unavailable(_)) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if matches!(self, Self::Unidentified) {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Forwarded-Identity"));
        }
        if matches!(self, Self::Unavailable(_)) {
            response.extensions_mut().insert(SourceFailed);
        }
        response.extensions_mut().insert(Detail(self.to_string()));
        response
    }
}

/// Marks an error that is answered with the app's page, which says it itself.
#[derive(Clone, Copy)]
pub(crate) struct HasPage;

/// Marks an answer that the source of evidence failed on, for who counts.
#[derive(Clone, Copy)]
pub(crate) struct SourceFailed;

/// An error and all its sources in a line.
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
pub(crate) struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    r#type: &'static str,
    /// The status in words.
    title: String,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong here, and what to do.
    detail: String,
    /// The path that was asked for.
    instance: String,
}

/// The errors that any request may be answered with, as they are described.
pub(crate) struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Description>> {
        let problem = |told: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
            ResponseBuilder::new().description(told).content(PROBLEM_TYPE, content)
        };
        ResponsesBuilder::new()
            .response("4XX", problem("The request is not answered"))
            .response("5XX", problem("The request could not be answered"))
            .build()
            .into()
    }
}

/// Gives every error answer the body of a problem, those of the layers within included.
pub(crate) async fn answer_problems(request: Request, next: Next) -> Response {
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

/// The sentence of an error that a layer answers.
fn detail_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => "The request took too long and was given up. Try again.",
        StatusCode::BAD_REQUEST => "The address is not written as UTF-8 text, percent-encoded; correct it.",
        StatusCode::PAYLOAD_TOO_LARGE => "This endpoint takes no request body.",
        StatusCode::INTERNAL_SERVER_ERROR => {
            "The server failed on this request; its log says more. Try again."
        }
        _ => "The request could not be answered.",
    }
}
