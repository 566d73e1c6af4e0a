//! The endpoint over a source, in this process.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use posture_server::sources::EvidenceSource;
use posture_server::{AppState, router};
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const SNAPSHOT: &str = "/api/v1/workspaces/7/snapshot";
pub(crate) const REPORT: &str = "/api/v1/workspaces/7/report";

/// An answer; its body is `None` where it broke off.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        let body = self.body.as_ref().expect("the answer is whole");
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(body));
        std::str::from_utf8(body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(self.body.as_ref().expect("the answer is whole")).unwrap()
    }

    pub(crate) fn etag(&self) -> &str {
        self.headers["etag"].to_str().unwrap()
    }
}

pub(crate) fn endpoint(source: impl EvidenceSource) -> Router {
    router(AppState::local(Arc::new(source)))
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    send(router, path, None).await
}

/// Asks with the validator of a copy that is held.
pub(crate) async fn send(router: &Router, path: &str, held: Option<&str>) -> Answer {
    let mut request = Request::builder().uri(path).header("host", "localhost");
    if let Some(held) = held {
        request = request.header("if-none-match", held);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.ok().map(|body| body.to_bytes()),
    }
}
