//! The audit trail: one line for each request for data and each refusal.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use futures_util::FutureExt as _;
use posture_server::{AppState, AuditLog, clock, router};
use serde_json::{Value, json};

use crate::access::{HOST, endpoint_with, proxy};
use crate::provider::Provider;
use crate::signing_in::{self, SESSION, cookie, options, sign_in, state_for};
use crate::support::{demo_source, send, send_from};

fn audited(log: &Path) -> (tempfile::TempDir, Router) {
    let log = Arc::new(AuditLog::to_file(log, clock::now).unwrap());
    let (folder, mut state) = endpoint_with();
    state.audit = Some(log);
    (folder, router(state))
}

async fn ask(router: &Router, identity: &str, path: &str) -> StatusCode {
    let headers = [HOST, ("x-forwarded-user", identity), ("x-request-id", "r-1")];
    send_from(router, Some(proxy()), Method::GET, path, &headers).await.status
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// AU-3
#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_place_of_the_file_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let (_served, router) = audited(&path);
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert_eq!(ask(&router, "owner", "/api/v1/workspaces").await, StatusCode::OK);
    assert!(AuditLog::to_file(&path, clock::now).is_err(), "nobody reads the pipe");
    fs::remove_file(&path).unwrap();
    ask(&router, "owner", "/api/v1/workspaces").await;
    assert_eq!(lines(&path).len(), 1, "the next line is written again");
}

/// AU-3: a full disk, or a crash, cuts a line short. The next one would be lost with it.
#[tokio::test]
async fn a_line_that_was_cut_short_does_not_spoil_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let whole = r#"{"time":"2026-11-20T08:00:00Z"}"#;
    for (before, expected) in
        [("", 1), (&format!("{whole}\n"), 2), (&format!("{whole}\n{{\"ti"), 3), (whole, 2)]
    {
        fs::write(&path, before).unwrap();
        let (_served, router) = audited(&path);
        ask(&router, "owner", "/api/v1/workspaces").await;
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), expected, "{text}");
        let last: Value = serde_json::from_str(lines[expected - 1]).unwrap();
        assert_eq!(last["identity"], "owner", "{text}");
    }
}

/// AU-1, AU-2
#[tokio::test]
async fn each_request_for_data_has_a_line_with_identity_route_and_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let (_served, router) = audited(&path);
    ask(&router, "owner", "/api/v1/workspaces/7/snapshot?since=2026-11-20T08:00:00Z").await;
    ask(&router, "manager", "/api/v1/workspaces/7/tenants/own/snapshot").await;
    ask(&router, "stranger", "/api/v1/workspaces/7/report").await;
    ask(&router, "readonly", "/admin/t/own/restore-runs/1").await;
    ask(&router, "", "/admin").await;
    ask(&router, "owner", "/admin").await;
    ask(&router, "owner", "/api/v1/session").await;
    let twice = [HOST, HOST, ("x-forwarded-user", "owner"), ("x-request-id", "r-1")];
    send_from(&router, Some(proxy()), Method::GET, "/api/v1/workspaces", &twice).await;
    let lines = lines(&path);
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {} {} {}",
                text("identity"),
                text("method"),
                text("route"),
                text("workspace"),
                text("tenant"),
                text("outcome"),
                line["status"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "owner GET /api/v1/workspaces/{workspace}/snapshot 7 - ok 200",
            "manager GET /api/v1/workspaces/{workspace}/tenants/{external_id}/snapshot 7 own ok 200",
            "stranger GET /api/v1/workspaces/{workspace}/report 7 - not_found 404",
            "readonly GET app - own refused 403",
            "- GET app - - unauthenticated 401",
            "- GET /api/v1/workspaces - - rejected 400",
        ]
    );
    for line in &lines {
        assert_eq!(line["request"], "r-1");
        assert!(line["time"].as_str().unwrap().ends_with('Z'), "{line}");
        assert!(!line.to_string().contains("since"), "the query is not written: {line}");
    }
}

/// AU-3
#[tokio::test]
async fn a_rotated_file_is_replaced_by_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let (_served, router) = audited(&path);
    ask(&router, "owner", "/api/v1/workspaces").await;
    let rotated = folder.path().join("audit.log.1");
    fs::rename(&path, &rotated).unwrap();
    ask(&router, "manager", "/api/v1/workspaces").await;
    assert_eq!(lines(&rotated)[0]["identity"], "owner");
    assert_eq!(lines(&path)[0]["identity"], "manager");
    assert_eq!((lines(&rotated).len(), lines(&path).len()), (1, 1));
}

/// AU-3, MT-11: a line that cannot be written is counted, and the request is answered.
#[tokio::test]
async fn lines_that_cannot_be_written_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let log = Arc::new(AuditLog::to_file(&path, clock::now).unwrap());
    let mut state = AppState::local(demo_source());
    state.audit = Some(log);
    let router = router(state);
    let ask = |path: &'static str| send(&router, Method::GET, path, &[("host", "localhost")]);
    assert_eq!(ask("/api/v1/workspaces").await.status, StatusCode::OK);
    drop(folder);
    assert_eq!(ask("/api/v1/workspaces").await.status, StatusCode::OK);
    let metrics = String::from_utf8(ask("/metrics").await.body.to_vec()).unwrap();
    assert!(metrics.contains("\nposture_audit_lines_lost_total 1\n"), "{metrics}");
}

/// AU-3: lines appended to evidence, a store or a key would damage it.
#[test]
fn a_file_with_something_else_in_it_is_refused_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    for other in ["{\"format\":\"recovery-posture/snapshot\"}", "SQLite format 3\0", "concurrency = 7\n", "k"]
    {
        fs::write(&path, other).unwrap();
        let refused = AuditLog::to_file(&path, clock::now).unwrap_err();
        assert!(refused.to_string().contains("something else"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), other);
    }
    for trail in ["", "\n", "\0\0", "{\"ti", "{\"time\":null}\n", "\0\n{\"time\":\"2026"] {
        fs::write(&path, trail).unwrap();
        AuditLog::to_file(&path, clock::now).unwrap_or_else(|error| panic!("{trail:?}: {error}"));
    }
}

/// AU-1, AU-2
#[tokio::test]
async fn a_line_says_if_a_request_was_rejected_failed_or_cancelled_or_its_copy_was_current() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let (served, router) = audited(&path);
    let list = "/api/v1/workspaces";
    let who = ("x-forwarded-user", "owner");
    let first = send_from(&router, Some(proxy()), Method::GET, list, &[HOST, who]).await;
    let held = [HOST, who, ("if-none-match", first.header("etag"))];
    send_from(&router, Some(proxy()), Method::GET, list, &held).await;
    ask(&router, "owner", "/api/v1/workspaces/7/snapshot?since=yesterday").await;
    // Hung up at once. A request that is answered even so does not count.
    let mut answered = 0;
    while ask(&router, "owner", list).now_or_never().is_some() {
        answered += 1;
    }
    drop(served);
    ask(&router, "owner", list).await;
    let mut told: Vec<_> =
        lines(&path).iter().map(|line| json!([line["identity"], line["outcome"], line["status"]])).collect();
    told.drain(3..3 + answered);
    assert_eq!(
        json!(told),
        json!([
            ["owner", "ok", 200],
            ["owner", "not_modified", 304],
            ["owner", "rejected", 400],
            ["owner", "cancelled", null],
            ["owner", "failed", 503],
        ])
    );
}

/// AU-1, SI-10
#[tokio::test]
async fn each_sign_in_and_sign_out_has_a_line_with_its_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.log");
    let provider = Provider::start();
    let mut state = state_for(options(&provider), &[]);
    state.audit = Some(Arc::new(AuditLog::to_file(&path, clock::now).unwrap()));
    let router = router(state);
    sign_in(&provider, &router, &json!({ "aud": "another" })).await;
    let session = cookie(&sign_in(&provider, &router, &json!({})).await, SESSION).unwrap();
    let own = [signing_in::HOST, ("origin", "https://posture.example"), ("cookie", session.as_str())];
    send(&router, Method::POST, "/sign-out", &own).await;
    let told: Vec<_> =
        lines(&path).iter().map(|line| json!([line["identity"], line["outcome"], line["status"]])).collect();
    assert_eq!(
        json!(told),
        json!([
            [null, "sign_in_started", 303],
            [null, "sign_in_refused", 403],
            [null, "sign_in_started", 303],
            ["ana", "signed_in", 303],
            ["ana", "signed_out", 200],
        ])
    );
}
