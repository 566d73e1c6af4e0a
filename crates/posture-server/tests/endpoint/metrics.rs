//! What metrics report.

use std::collections::BTreeSet;
use std::fs::write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use posture_core::Timestamp;
use posture_server::sources::files::FileSource;
use posture_server::sources::{
    Evidence, EvidenceSource, EvidenceVersion, Listing, Query, Reach, SourceError,
};
use posture_server::{AppState, MetricsOptions, Routers, routers};
use tower::ServiceExt as _;

use crate::support::{get, problem, send_from};

/// Half an hour after the export.
fn now() -> Option<Timestamp> {
    Timestamp::parse("2026-11-20T08:30:42Z")
}

/// Two days after the export.
fn later() -> Option<Timestamp> {
    Timestamp::parse("2026-11-22T08:00:00Z")
}

const SNAPSHOT: &str = r#"{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W \"7\""},"tenants":[
    {"id":1,"external_id":"a","name":"A","status":"active","backup_sets":[{"id":1,"status":"completed","completed_at":"2026-11-20T02:00:00Z","items":[{"id":1}]}]},
    {"id":2,"external_id":"b","name":"B","status":"active"},
    {"id":3,"external_id":"c","name":"C","status":"draft"}]}"#;

fn endpoint(now: fn() -> Option<Timestamp>, options: MetricsOptions) -> (tempfile::TempDir, Routers) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("seven.json"), SNAPSHOT).unwrap();
    let mut state = AppState::local(Arc::new(FileSource::open(folder.path().to_owned()).unwrap()));
    (state.now, state.metrics) = (now, options);
    (folder, routers(state))
}

async fn scrape(router: &Router) -> String {
    let answer = get(router, "/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[track_caller]
fn assert_has_samples(text: &str, samples: &[&str]) {
    for sample in samples {
        assert!(text.lines().any(|line| line == *sample), "{sample} is not among\n{text}");
    }
}

/// MT-1, MT-2, MT-3
#[tokio::test]
async fn a_workspace_has_its_metrics() {
    let (_folder, endpoint) = endpoint(now, MetricsOptions::default());
    let text = scrape(&endpoint.main).await;
    assert_has_samples(
        &text,
        &[
            r#"posture_workspace_info{workspace="7",name="W \"7\""} 1"#,
            r#"posture_workspace_up{workspace="7"} 1"#,
            r#"posture_tenants{workspace="7",family="backup_health",state="absent"} 1"#,
            r#"posture_tenants{workspace="7",family="backup_health",state="stale"} 0"#,
            r#"posture_tenants{workspace="7",family="backup_health",state="healthy"} 1"#,
            r#"posture_tenants{workspace="7",family="recovery_evidence",state="unvalidated"} 2"#,
            r#"posture_tenants_not_evaluated{workspace="7",reason="not_active"} 1"#,
            r#"posture_attention_items{workspace="7"} 3"#,
            r#"posture_schedules_to_follow_up{workspace="7"} 0"#,
            r#"posture_tenants_unsettled{workspace="7"} 0"#,
            r#"posture_tenants_unsettled_by_cause{workspace="7",cause="restore_stuck"} 0"#,
            r#"posture_tenants_with_unknown_content{workspace="7"} 0"#,
            r#"posture_restores_stuck{workspace="7"} 0"#,
            r#"posture_export_ahead_of_clock{workspace="7"} 0"#,
            r#"posture_calm{workspace="7"} 0"#,
            r#"posture_calm_blocked{workspace="7",blocker="attention_items"} 1"#,
            r#"posture_calm_blocked{workspace="7",blocker="data_too_old"} 0"#,
            r#"posture_data_age_seconds{workspace="7"} 1800"#,
            r#"posture_evaluated_timestamp_seconds{workspace="7"} 1795163400"#,
            r#"posture_exported_timestamp_seconds{workspace="7"} 1795161600"#,
            "posture_source_up 1",
            "posture_http_requests_in_flight 1",
            "# EOF",
        ],
    );
    assert!(!text.contains("tenant=\""), "no single tenant unless asked for");
    let again = scrape(&endpoint.main).await;
    assert_has_samples(&again, &["posture_http_requests_in_flight 1"]);
}

/// A day before the export.
fn before() -> Option<Timestamp> {
    Timestamp::parse("2026-11-19T08:00:00Z")
}

/// MT-8
#[tokio::test]
async fn an_export_ahead_of_the_clock_is_never_calm() {
    let (_folder, ahead) = endpoint(before, MetricsOptions::default());
    let samples = [
        r#"posture_export_ahead_of_clock{workspace="7"} 1"#,
        r#"posture_calm{workspace="7"} 0"#,
        r#"posture_calm_blocked{workspace="7",blocker="export_ahead_of_clock"} 1"#,
        r#"posture_evaluated_timestamp_seconds{workspace="7"} 1795161600"#,
    ];
    assert_has_samples(&scrape(&ahead.main).await, &samples);
    let (_folder, endpoint) = endpoint(now, MetricsOptions::default());
    assert_has_samples(&scrape(&endpoint.main).await, &[r#"posture_export_ahead_of_clock{workspace="7"} 0"#]);
}

/// MT-2
#[tokio::test]
async fn metrics_change_as_time_passes() {
    let (_folder, endpoint) = endpoint(later, MetricsOptions::default());
    let samples = [
        r#"posture_tenants{workspace="7",family="backup_health",state="stale"} 1"#,
        r#"posture_calm_blocked{workspace="7",blocker="data_too_old"} 1"#,
    ];
    assert_has_samples(&scrape(&endpoint.main).await, &samples);
}

/// MT-4
#[tokio::test]
async fn single_tenants_have_metrics_if_enabled() {
    let (_folder, endpoint) = endpoint(now, MetricsOptions { by_tenant: true, ..MetricsOptions::default() });
    let text = scrape(&endpoint.main).await;
    let samples = [
        r#"posture_tenant_state{workspace="7",tenant="b",family="backup_health",state="absent"} 1"#,
        r#"posture_tenant_backup_completed_timestamp_seconds{workspace="7",tenant="a"} 1795140000"#,
    ];
    assert_has_samples(&text, &samples);
    assert!(
        !text.contains(r#"posture_tenant_backup_completed_timestamp_seconds{workspace="7",tenant="b"}"#),
        "never a zero for never"
    );
}

/// MT-9: groups only if they are asked for, a bounded number of each kind, and the rest counted.
#[tokio::test]
async fn groups_have_metrics_if_enabled() {
    let (folder, endpoint) = endpoint(now, MetricsOptions { by_group: true, ..MetricsOptions::default() });
    let labels: Vec<_> = (0..60).map(|label| format!("\"l{label:02}\"")).collect();
    let grouped = format!("\"name\":\"A\",\"environment\":\"a \\\"b\\\"\",\"labels\":[{}]", labels.join(","));
    write(folder.path().join("seven.json"), SNAPSHOT.replacen("\"name\":\"A\"", &grouped, 1)).unwrap();
    let text = scrape(&endpoint.main).await;
    let samples = [
        r#"posture_group_tenants{workspace="7",by="environment",group="a \"b\"",family="backup_health",state="healthy"} 1"#,
        r#"posture_group_tenants{workspace="7",by="environment",group="a \"b\"",family="backup_health",state="absent"} 0"#,
        r#"posture_group_tenants{workspace="7",by="label",group="l49",family="recovery_evidence",state="unvalidated"} 1"#,
        r#"posture_groups_omitted{workspace="7",by="label"} 10"#,
        r#"posture_groups_omitted{workspace="7",by="profile"} 0"#,
    ];
    assert_has_samples(&text, &samples);
    assert!(!text.contains("l50") && !text.contains("by=\"profile\",group"), "{text}");
    let (_folder, plain) = self::endpoint(now, MetricsOptions::default());
    assert!(!scrape(&plain.main).await.contains("posture_group_tenants{"));
}

/// MT-13: a name, a route key and labels of a megabyte, two of which differ only at their end.
#[tokio::test]
async fn long_labels_are_shortened_and_stay_apart() {
    let (folder, endpoint) =
        endpoint(now, MetricsOptions { by_tenant: true, by_group: true, ..MetricsOptions::default() });
    let long = "x".repeat(1 << 20);
    let named = format!("\"name\":\"A\",\"labels\":[\"{long}1\",\"{long}2\",\"{}\"]", "y".repeat(300));
    let text = SNAPSHOT.replacen("\"name\":\"A\"", &named, 1);
    let text = text.replacen("\"external_id\":\"b\"", &format!("\"external_id\":\"{long}\""), 1);
    write(folder.path().join("seven.json"), text).unwrap();
    let text = scrape(&endpoint.main).await;
    let healthy = |text: &str| text.matches("family=\"backup_health\",state=\"healthy\"").count();
    let groups: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("posture_group_tenants{") && healthy(line) == 1)
        .collect();
    assert_eq!(groups.len(), 3, "{groups:?}");
    assert!(groups.iter().all(|line| line.len() < 450), "{groups:?}");
    assert!(
        groups.iter().collect::<BTreeSet<_>>().len() == 3 && text.contains(&"y".repeat(300)),
        "{groups:?}"
    );
    assert!(text.len() < 100_000, "{} bytes", text.len());
}

/// MT-3
#[tokio::test]
async fn a_workspace_that_is_gone_has_no_metrics_instead_of_zeros() {
    let (folder, endpoint) = endpoint(now, MetricsOptions::default());
    assert!(scrape(&endpoint.main).await.contains("posture_calm{"));
    write(folder.path().join("seven.json"), "{").unwrap();
    let kept = scrape(&endpoint.main).await;
    assert_has_samples(
        &kept,
        &[
            r#"posture_workspace_evidence_refused{workspace="7"} 1"#,
            "posture_evidence_refused 1",
            r#"posture_calm{workspace="7"} 0"#,
        ],
    );
    std::fs::remove_file(folder.path().join("seven.json")).unwrap();
    let gone = scrape(&endpoint.main).await;
    assert!(!gone.contains("workspace=\"7\""), "{gone}");
    std::fs::remove_dir_all(folder.path()).unwrap();
    let failed = scrape(&endpoint.main).await;
    assert_has_samples(&failed, &["posture_source_up 0", "posture_source_failures_total 1"]);
    assert!(!failed.contains("posture_evidence_refused "), "{failed}");
}

/// A source that counts how often its evidence is read.
struct Counted {
    source: FileSource,
    reads: AtomicUsize,
}

#[async_trait::async_trait]
impl EvidenceSource for Counted {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        self.source.workspaces(reach).await
    }
    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        self.source.version(query).await
    }
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.source.open(query).await
    }
}

/// MT-5
#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_read_once_an_interval_and_once_a_change_however_often_it_is_scraped() {
    static SECONDS: AtomicI64 = AtomicI64::new(1_795_163_400);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seven.json");
    write(&file, SNAPSHOT).unwrap();
    let source =
        Arc::new(Counted { source: FileSource::open(file.clone()).unwrap(), reads: AtomicUsize::new(0) });
    let mut state = AppState::local(source.clone());
    state.now = || Timestamp::from_unix_seconds(SECONDS.load(Ordering::SeqCst));
    let router = routers(state).main;
    let scrape_often = async || {
        let scrapes = (0..8).map(|_| {
            let router = router.clone();
            tokio::spawn(async move { scrape(&router).await })
        });
        for scrape in scrapes.collect::<Vec<_>>() {
            scrape.await.unwrap();
        }
        source.reads.load(Ordering::SeqCst)
    };
    assert_eq!(scrape_often().await, 1, "at the same time");
    SECONDS.fetch_add(59, Ordering::SeqCst);
    assert_eq!(scrape_often().await, 1, "within the interval");
    SECONDS.fetch_add(1, Ordering::SeqCst);
    assert_eq!(scrape_often().await, 2, "a later interval");
    write(&file, SNAPSHOT.replace(r#""status":"draft""#, r#""status":"active""#)).unwrap();
    let told = scrape(&router).await;
    assert_eq!(scrape_often().await, 3, "a change");
    assert_has_samples(&told, &[r#"posture_tenants{workspace="7",family="backup_health",state="absent"} 2"#]);
}

/// MT-12: at both addresses together.
#[tokio::test]
async fn slow_readers_hold_at_most_eight_responses() {
    let (_folder, Routers { main, metrics }) = endpoint(now, MetricsOptions::default());
    let mut unread = Vec::new();
    for router in [&main, &metrics].into_iter().cycle().take(8) {
        let local = ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000)));
        let request = Request::get("/metrics").header("host", "localhost").extension(local);
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        unread.push(response);
    }
    for router in [&main, &metrics] {
        let answer = send_from(router, Some(Ipv4Addr::LOCALHOST.into()), Method::GET, "/metrics", &[]).await;
        problem(&answer, StatusCode::SERVICE_UNAVAILABLE, "/metrics");
        assert_eq!(answer.header("retry-after"), "5");
        assert_eq!(get(router, "/healthz").await.status, StatusCode::OK);
        assert_eq!(get(router, "/readyz").await.status, StatusCode::OK);
    }
    assert_eq!(
        get(&main, "/api/v1/workspaces").await.status,
        StatusCode::OK,
        "evidence has permits of its own"
    );
    unread.pop();
    scrape(&main).await;
}

/// MT-6
#[tokio::test]
async fn answers_are_counted_by_route_and_never_by_address() {
    let (_folder, endpoint) = endpoint(now, MetricsOptions::default());
    get(&endpoint.main, "/api/v1/workspaces/7/tenants/a/snapshot").await;
    get(&endpoint.main, "/api/v1/workspaces/7/tenants/nobody/snapshot").await;
    let text = scrape(&endpoint.main).await;
    let samples = [
        r#"posture_http_answers_total{route="/api/v1/workspaces/{workspace}/tenants/{external_id}/snapshot",status="200"} 1"#,
        r#"posture_http_answers_total{route="/api/v1/workspaces/{workspace}/tenants/{external_id}/snapshot",status="404"} 1"#,
        r#"posture_http_answer_duration_seconds_count{route="/api/v1/workspaces/{workspace}/tenants/{external_id}/snapshot"} 2"#,
    ];
    assert_has_samples(&text, &samples);
    assert!(!text.contains("nobody"), "{text}");
}

/// AC-3
#[tokio::test]
async fn at_their_own_address_metrics_are_served_to_named_networks_and_loopback() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("seven.json"), SNAPSHOT).unwrap();
    let mut state = AppState::local(Arc::new(FileSource::open(folder.path().to_owned()).unwrap()));
    state.metrics_from = vec!["10.0.0.9/32".parse().unwrap()];
    let router = routers(state).metrics;
    let ask = async |peer: Option<IpAddr>, path| send_from(&router, peer, Method::GET, path, &[]).await;
    for peer in
        [IpAddr::V4(Ipv4Addr::LOCALHOST), "10.0.0.9".parse().unwrap(), "::ffff:10.0.0.9".parse().unwrap()]
    {
        assert_eq!(ask(Some(peer), "/metrics").await.status, StatusCode::OK);
    }
    for peer in [Some("10.0.0.8".parse().unwrap()), None] {
        problem(&ask(peer, "/metrics").await, StatusCode::FORBIDDEN, "/metrics");
    }
    assert_eq!(ask(None, "/healthz").await.status, StatusCode::OK);
    problem(
        &ask(Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), "/api/v1/workspaces").await,
        StatusCode::NOT_FOUND,
        "/api/v1/workspaces",
    );
}
