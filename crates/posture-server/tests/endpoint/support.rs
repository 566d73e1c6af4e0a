//! Requests to the endpoint in this process, and snapshot files to serve.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use posture_core::Timestamp;
use posture_server::sources::demo::DemoSource;
use posture_server::sources::files::FileSource;
use posture_server::{AppState, router};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::described::assert_described;

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The endpoint over the demo.
pub(crate) fn demo() -> Router {
    router(AppState::local(demo_source()))
}

/// The demo, which is derived once.
pub(crate) fn demo_source() -> Arc<DemoSource> {
    static SOURCE: LazyLock<Arc<DemoSource>> = LazyLock::new(|| {
        let exported_at = Timestamp::parse("2026-11-23T07:30:00Z").unwrap();
        Arc::new(DemoSource::new(exported_at).unwrap())
    });
    SOURCE.clone()
}

pub(crate) fn files(path: &Path) -> Router {
    router(AppState::local(Arc::new(FileSource::open(path.to_owned()).unwrap())))
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    send(router, Method::GET, path, &[]).await
}

pub(crate) async fn send(router: &Router, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    send_from(router, None, method, path, headers).await
}

/// Sends a request from an address. Every answer is held against the description of the API.
pub(crate) async fn send_from(
    router: &Router,
    peer: Option<IpAddr>,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method(method.clone()).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "localhost");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer, 40_000)));
    }
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let answer = Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    };
    assert_described(&method, path, &answer);
    answer
}

/// Asserts that an answer is a problem of this status, and gives its sentence.
#[track_caller]
pub(crate) fn problem(answer: &Answer, status: StatusCode, instance: &str) -> String {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], status.as_u16());
    assert_eq!(problem["title"], status.canonical_reason().unwrap());
    assert_eq!(problem["instance"], instance);
    assert_eq!(problem["type"], "about:blank");
    problem["detail"].as_str().unwrap().to_owned()
}
