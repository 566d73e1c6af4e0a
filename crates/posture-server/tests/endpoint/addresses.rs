//! Which address is answered with what, and what every answer carries.

use axum::http::{Method, StatusCode};
use posture_server::access::Access;
use posture_server::app_file;
use posture_server::http::serve::{BindError, Transport, bind};

use crate::support::{demo, get, problem, send};

/// EP-10
#[tokio::test]
async fn every_page_address_gives_the_app() {
    let router = demo();
    let root = get(&router, "/").await;
    assert_eq!(root.status, StatusCode::OK);
    assert_eq!(root.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(root.header("cache-control"), "no-cache");
    for path in [
        "/admin",
        "/admin/t/contoso.example/backup-sets/7?backup_health_reason=x",
        "/open",
        "/compare",
        "/somewhere",
    ] {
        let page = get(&router, path).await;
        assert_eq!((page.status, &page.body), (StatusCode::OK, &root.body), "{path}");
    }
    assert_eq!(root.body[..], app_file("index.html").unwrap()[..]);
}

/// EP-6: the files are compressed if the app was built with this program.
#[tokio::test]
async fn a_file_of_the_app_is_compressed_only_as_the_client_accepts_it() {
    let router = demo();
    let plain = || ("", app_file("index.html").unwrap());
    for (accepted, encoding, name) in
        [("", "", ""), ("br;q=0", "", ""), ("gzip", "gzip", "index.html.gz"), ("br", "br", "index.html.br")]
    {
        let page = send(&router, Method::GET, "/admin", &[("accept-encoding", accepted)]).await;
        let (encoding, body) = app_file(name).map_or_else(plain, |body| (encoding, body));
        assert_eq!((page.header("content-encoding"), &page.body[..]), (encoding, &body[..]), "{accepted}");
    }
}

/// EP-10
#[tokio::test]
async fn a_missing_file_is_never_answered_with_the_page() {
    for path in ["/missing.js", "/assets/tokens-0a1b2c3d4e5f6789.css", "/favicon.ico"] {
        problem(&get(&demo(), path).await, StatusCode::NOT_FOUND, path);
    }
}

/// EP-5, EP-8
#[tokio::test]
async fn an_unknown_api_address_is_a_problem() {
    for path in
        ["/api", "/api/v1", "/api/v2/workspaces", "/api/v1/workspaces/1", "/api/v1/workspaces/1/tenants"]
    {
        problem(&get(&demo(), path).await, StatusCode::NOT_FOUND, path);
    }
}

/// EP-5
#[tokio::test]
async fn an_unknown_workspace_or_tenant_is_not_found() {
    for workspace in ["2", "0", "x", "-1", "1.0", "99999999999999999999"] {
        let path = format!("/api/v1/workspaces/{workspace}/snapshot");
        problem(&get(&demo(), &path).await, StatusCode::NOT_FOUND, &path);
    }
    let path = "/api/v1/workspaces/1/tenants/nobody/snapshot";
    problem(&get(&demo(), path).await, StatusCode::NOT_FOUND, path);
}

#[tokio::test]
async fn an_address_that_is_not_text_is_a_bad_request() {
    let path = "/api/v1/workspaces/1/tenants/%FF/snapshot";
    let detail = problem(&get(&demo(), path).await, StatusCode::BAD_REQUEST, path);
    assert!(detail.contains("UTF-8"), "{detail}");
}

/// EP-9
#[tokio::test]
async fn only_reading_is_allowed() {
    for path in ["/api/v1/workspaces", "/healthz", "/admin", "/missing.js"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = send(&demo(), method, path, &[]).await;
            problem(&answer, StatusCode::METHOD_NOT_ALLOWED, path);
            assert_eq!(answer.header("allow"), "GET, HEAD");
        }
    }
}

/// EP-9
#[tokio::test]
async fn head_gives_the_headers_of_get() {
    let router = demo();
    for path in ["/api/v1/workspaces/1/snapshot", "/admin"] {
        let got = get(&router, path).await;
        let head = send(&router, Method::HEAD, path, &[]).await;
        assert_eq!(head.status, StatusCode::OK);
        assert_eq!(head.header("etag"), got.header("etag"));
        assert!(head.body.is_empty());
    }
}

/// EP-12
#[tokio::test]
async fn a_name_that_is_not_this_machine_is_misdirected() {
    let answer = send(&demo(), Method::GET, "/api/v1/workspaces", &[("host", "rebound.example.org")]).await;
    problem(&answer, StatusCode::MISDIRECTED_REQUEST, "/api/v1/workspaces");
    let local = send(&demo(), Method::GET, "/api/v1/workspaces", &[("host", "localhost:8080")]).await;
    assert_eq!(local.status, StatusCode::OK);
}

/// EP-9
#[tokio::test]
async fn a_large_request_body_is_rejected() {
    let answer = send(&demo(), Method::GET, "/api/v1/workspaces", &[("content-length", "10000000")]).await;
    problem(&answer, StatusCode::PAYLOAD_TOO_LARGE, "/api/v1/workspaces");
}

/// EP-12
#[tokio::test]
async fn nothing_listens_beyond_loopback() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = bind(address.parse().unwrap(), &Access::Local, Transport::Plain).await.unwrap_err();
        assert!(matches!(refused, BindError::BeyondLoopback(_)), "{refused}");
        assert!(refused.to_string().contains("without authentication"));
    }
}

#[tokio::test]
async fn health_is_plain_text() {
    let answer = get(&demo(), "/healthz").await;
    assert_eq!((answer.status, answer.body.as_ref()), (StatusCode::OK, b"ok\n".as_slice()));
}
