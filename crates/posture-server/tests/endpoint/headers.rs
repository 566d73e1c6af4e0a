//! The headers of every answer, on every route, whether or not the request succeeds.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use posture_core::{Timestamp, paths};
use posture_server::sources::demo::DemoSource;
use posture_server::{AppState, app_file, description, routers};

use crate::support::{Answer, demo, get, send};

/// Where the page is answered.
const PAGES: [&str; 14] = [
    "/",
    paths::OVERVIEW,
    paths::WORKSPACES,
    paths::CHOOSE_TENANT,
    paths::TENANTS,
    paths::OPEN,
    paths::COMPARE,
    paths::FORECAST,
    paths::WHAT_IF,
    "/admin/t/contoso.example",
    "/admin/t/contoso.example/backup-sets/7",
    "/admin/t/contoso.example/backup-schedules",
    "/admin/t/contoso.example/restore-runs/7",
    "/no-such-page",
];

/// Addresses that are answered with an error.
const ERRORS: [&str; 9] = [
    "/missing.js",
    "/api",
    "/api/v1/workspaces/2/snapshot",
    "/api/v1/workspaces/x/report",
    "/api/v1/workspaces/1/report?as_of=today",
    "/api/v1/workspaces/1/tenants/%FF/snapshot",
    "/api/v1/workspaces/1/tenants/nobody/snapshot",
    "/.git/config",
    "/..%2f..%2fetc%2fpasswd",
];

/// Every address: those of the description, health, metrics, the pages, the app's files, and some that are none.
fn addresses() -> Vec<String> {
    let description = description();
    let routes = description["paths"].as_object().unwrap().keys();
    let described =
        routes.map(|route| route.replace("{workspace}", "1").replace("{external_id}", "contoso.example"));
    let files =
        ["index.html", "boot.js", "sw.js", "theme.js", "icon.svg", "manifest.webmanifest"].into_iter();
    let files = files.filter(|name| app_file(name).is_some()).map(|name| format!("/{name}"));
    let health = [paths::HEALTH, paths::READINESS, paths::METRICS].map(str::to_owned);
    let fixed = PAGES.iter().chain(&ERRORS).map(|path| (*path).to_owned());
    let all: Vec<_> = described.chain(files).chain(health).chain(fixed).collect();
    assert!(all.len() > 28, "{all:?}");
    all
}

#[track_caller]
fn assert_secured(answer: &Answer, what: &str) {
    let directives: BTreeSet<_> =
        answer.header("content-security-policy").split(';').map(str::trim).collect();
    for directive in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(directives.contains(directive), "{what}: no {directive} in {directives:?}");
    }
    assert!(
        directives.iter().all(|directive| !directive.contains("unsafe-inline") && !directive.contains(" *")),
        "{what}: {directives:?}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
    assert!(answer.header("access-control-allow-origin").is_empty(), "{what}: no other site may read it");
    assert!(answer.header("server").is_empty(), "{what}: what serves it is not told");
}

/// No evidence and no error may be kept by anyone but its reader, nor shown later without being asked for again.
#[track_caller]
fn assert_cached_by_its_kind(answer: &Answer, path: &str, what: &str) {
    let cache = answer.header("cache-control");
    let expected = match answer.status {
        _ if path.starts_with(paths::API_WORKSPACES)
            || [paths::API_SESSION, paths::API_DESCRIPTION].contains(&path) =>
        {
            &["private, no-cache", "no-store"][..]
        }
        StatusCode::OK if [paths::HEALTH, paths::READINESS, paths::METRICS].contains(&path) => &["no-store"],
        StatusCode::OK | StatusCode::NOT_MODIFIED => &["no-cache"],
        _ => &["no-store"],
    };
    assert!(expected.contains(&cache), "{what}: cache-control {cache:?}");
}

/// EP-11, EP-7, TH-3
#[tokio::test]
async fn every_route_carries_the_security_headers_and_is_cached_by_its_kind() {
    let router = demo();
    let mut statuses = BTreeSet::new();
    for path in addresses() {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
            let kinds: [&[(&str, &str)]; 3] =
                [&[], &[("accept-encoding", "br")], &[("host", "rebound.example.org")]];
            for headers in kinds {
                let answer = send(&router, method.clone(), &path, headers).await;
                let what = format!("{method} {path} {headers:?}: {}", answer.status);
                assert_secured(&answer, &what);
                assert_cached_by_its_kind(&answer, &path, &what);
                statuses.insert(answer.status.as_u16());
            }
        }
        let etag = get(&router, &path).await.header("etag").to_owned();
        if !etag.is_empty() {
            let current = send(&router, Method::GET, &path, &[("if-none-match", &etag)]).await;
            assert_eq!(current.status, StatusCode::NOT_MODIFIED, "{path}");
            assert_secured(&current, &path);
            assert_cached_by_its_kind(&current, &path, &path);
        }
        let large = send(&router, Method::GET, &path, &[("content-length", "10000000")]).await;
        assert_secured(&large, &path);
        statuses.insert(large.status.as_u16());
    }
    assert!([200, 400, 404, 405, 413, 421].iter().all(|status| statuses.contains(status)), "{statuses:?}");
}

/// EP-11, TH-3: metrics at an address of their own.
#[tokio::test]
async fn the_address_of_metrics_carries_the_security_headers_too() {
    let source = DemoSource::new(Timestamp::parse("2026-11-23T07:30:00Z").unwrap()).unwrap();
    let router: Router = routers(AppState::local(Arc::new(source))).metrics;
    for path in [paths::METRICS, paths::HEALTH, paths::READINESS, "/", "/admin"] {
        let answer = get(&router, path).await;
        assert_secured(&answer, path);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

/// EP-11, OR-3, TH-3: over opened files, whatever host is asked for, nothing that could answer with evidence may be connected to.
#[tokio::test]
async fn a_review_page_allows_no_connection_for_evidence() {
    for path in [paths::OPEN, paths::COMPARE, "/open/", "/compare/x"] {
        let answer = send(&demo(), Method::GET, path, &[("host", "localhost:8080")]).await;
        let policy = answer.header("content-security-policy").to_owned();
        let connect =
            policy.split("; ").find(|directive| directive.starts_with("connect-src")).unwrap().to_owned();
        assert!(!connect.contains("'self'") && !connect.contains("/api"), "{path}: {connect}");
    }
    let served = send(&demo(), Method::GET, paths::OVERVIEW, &[("host", "localhost:8080")]).await;
    assert!(
        served.header("content-security-policy").contains("connect-src 'self';"),
        "{}",
        served.header("content-security-policy")
    );
}
