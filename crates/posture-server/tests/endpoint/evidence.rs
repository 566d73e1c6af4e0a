//! What the API serves, from the demo and from files.

use std::collections::BTreeMap;
use std::fs::write;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use posture_core::{Form, Id, Options, Report, Timestamp, derive};
use posture_server::sources::demo::DemoSource;
use posture_server::sources::with_policy::WithPolicy;
use posture_server::sources::{
    Evidence, EvidenceSource, EvidenceVersion, Listing, Memberships, Query, Reach, SourceError,
};
use posture_server::{AppState, router};
use serde_json::Value;

use crate::access::{HOST, endpoint_with, proxy};
use crate::support::{Answer, demo, files, get, problem, send, send_from};

pub(crate) const SNAPSHOT: &str = "/api/v1/workspaces/7/snapshot";
const TENANTS: [&str; 2] = [
    r#"{"id":1, "external_id":"a/ä","name":"A","status":"active","backup_sets":[{"id":1,"status":"completed","completed_at":"2026-11-20T02:00:00Z","items":[{"id":1},  {"id":2}]}]}"#,
    r#"{"id":2,"external_id":"b","name":"B","status":"active"}"#,
];

fn head(workspace: u64, exported_at: &str) -> String {
    format!(
        r#""format":"recovery-posture/snapshot","version":1,"exported_at":"{exported_at}","workspace":{{"id":{workspace},"name":"W"}}"#
    )
}

pub(crate) fn json(workspace: u64, exported_at: &str) -> String {
    format!(
        "{{\n{},\n\"tenants\" : [ {} ,\n {} ], \"extra\": true\n}}",
        head(workspace, exported_at),
        TENANTS[0],
        TENANTS[1]
    )
}

fn ndjson(workspace: u64) -> String {
    format!("{{{}}}\n{}\n\n{}\n", head(workspace, "2026-11-20T08:00:00Z"), TENANTS[0], TENANTS[1])
}

pub(crate) fn report(answer: &Answer) -> Report {
    assert_eq!(answer.status, StatusCode::OK);
    derive(&answer.body, Form::Json, &Options::default()).unwrap()
}

pub(crate) async fn listing(router: &Router) -> Vec<Value> {
    get(router, "/api/v1/workspaces").await.json()["workspaces"].as_array().unwrap().clone()
}

/// A folder with one good file, and the endpoint over it.
pub(crate) fn folder() -> (tempfile::TempDir, Router) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("a.json"), json(7, "2026-11-20T08:00:00Z")).unwrap();
    let router = files(folder.path());
    (folder, router)
}

/// EP-1
#[tokio::test]
async fn the_demo_is_listed_with_its_links() {
    let router = demo();
    let [workspace] = listing(&router).await.try_into().unwrap();
    assert_eq!(workspace["id"], 1);
    assert_eq!(workspace["name"], "Contoso MSP");
    assert_eq!(workspace["exported_at"], "2026-11-23T07:30:00Z");
    assert_eq!(workspace["refusal"], Value::Null);
    for link in workspace["links"].as_object().unwrap().values() {
        assert_eq!(get(&router, link.as_str().unwrap()).await.status, StatusCode::OK);
    }
}

const DEMO_EXPORT: &str = "2026-11-23T07:30:00Z";

/// EP-3: at any instant the report has the digest that the core gives for the whole snapshot.
#[tokio::test]
async fn a_report_of_the_past_has_the_digest_of_the_whole_snapshot() {
    let router = demo();
    let whole = posture_synth::demo::snapshot(Timestamp::parse(DEMO_EXPORT).unwrap()).unwrap();
    for as_of in [
        DEMO_EXPORT,
        "2026-11-22T07:30:00Z",
        "2026-11-20T00:00:00.5Z",
        "2026-11-01T12:00:00Z",
        "2026-12-01T00:00:00Z",
    ] {
        let options = Options { as_of: Some(as_of.to_owned()), ..Options::default() };
        let expected = derive(&whole, Form::Json, &options).unwrap().digest().unwrap();
        let answer = get(&router, &format!("/api/v1/workspaces/1/report?as_of={as_of}")).await;
        assert_eq!(answer.header("posture-digest"), expected, "{as_of}");
    }
}

/// EP-3: a misspelt parameter would give the evidence of another instant without a word.
#[tokio::test]
async fn an_unknown_parameter_is_refused_by_name() {
    let router = demo();
    for (route, parameter) in [("report", "asof"), ("report", "AS_OF"), ("snapshot", "as_of")] {
        let answer =
            get(&router, &format!("/api/v1/workspaces/1/{route}?{parameter}=2026-11-20T08:00:00Z")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(
            answer.json()["detail"].as_str().unwrap().contains(&format!("unknown parameter `{parameter}`"))
        );
    }
}

/// EP-26
#[tokio::test]
async fn a_slim_snapshot_serves_from_the_requested_instant() {
    let router = demo();
    let path = |query: &str| format!("/api/v1/workspaces/1/snapshot{query}");
    let reach = get(&router, &path("?since=2026-11-20T07:30:00Z")).await;
    let short = get(&router, &path("")).await;
    assert_ne!(reach.header("etag"), short.header("etag"));
    let at = |answer: &Answer, as_of: &str| {
        derive(&answer.body, Form::Json, &Options { as_of: Some(as_of.to_owned()), ..Options::default() })
    };
    for as_of in [DEMO_EXPORT, "2026-11-21T12:00:00Z", "2026-11-20T07:30:00Z"] {
        let whole = get(&router, &format!("/api/v1/workspaces/1/report?as_of={as_of}")).await.json();
        let slim: Value = serde_json::from_str(&at(&reach, as_of).unwrap().to_json().unwrap()).unwrap();
        for (slim, whole) in
            slim["tenants"].as_array().unwrap().iter().zip(whole["tenants"].as_array().unwrap())
        {
            for field in ["/backup_health/posture", "/backup_health/reasons", "/recovery_evidence/reason"] {
                assert_eq!(
                    slim.pointer(field),
                    whole.pointer(field),
                    "{field} at {as_of} of {}",
                    whole["tenant_label"]
                );
            }
        }
    }
    assert!(at(&reach, "2026-11-20T07:29:59Z").is_err(), "before its since");
    assert!(at(&short, "2026-11-23T07:29:59Z").is_err(), "before its export");
    for (since, status, word) in [
        ("yesterday", StatusCode::BAD_REQUEST, "yesterday"),
        ("2026-11-24T00:00:00Z", StatusCode::CONFLICT, "2026-11-2"),
        ("0314-11-24T00:00:00Z", StatusCode::CONFLICT, "0314"),
    ] {
        let answer = get(&router, &path(&format!("?since={since}"))).await;
        let detail = problem(&answer, status, "/api/v1/workspaces/1/snapshot");
        assert!(detail.contains(word), "{detail}");
    }
}

/// EP-32
#[tokio::test]
async fn a_report_since_an_instant_has_the_digest_of_the_slim_snapshot() {
    let router = demo();
    let report = "/api/v1/workspaces/1/report";
    for (since, as_of) in [(DEMO_EXPORT, DEMO_EXPORT), ("2026-11-20T07:30:00Z", "2026-11-21T12:00:00Z")] {
        let slim = get(&router, &format!("/api/v1/workspaces/1/snapshot?since={since}")).await;
        let options = Options { as_of: Some(as_of.to_owned()), ..Options::default() };
        let expected = derive(&slim.body, Form::Json, &options).unwrap().digest().unwrap();
        let answer = get(&router, &format!("{report}?as_of={as_of}&since={since}")).await;
        assert_eq!(answer.header("posture-digest"), expected, "{as_of}");
    }
    for (query, status) in [
        ("since=yesterday", StatusCode::BAD_REQUEST),
        ("as_of=2026-11-20T07:29:59Z&since=2026-11-20T07:30:00Z", StatusCode::CONFLICT),
    ] {
        problem(&get(&router, &format!("{report}?{query}")).await, status, report);
    }
}

/// EP-27
#[tokio::test]
async fn a_policy_of_the_endpoint_replaces_that_of_every_snapshot() {
    let policy = r#"{"freshness_hours":1,"profiles":{"weekly":{"freshness_hours":200}}}"#;
    let demo_source = Arc::new(DemoSource::new(Timestamp::parse(DEMO_EXPORT).unwrap()).unwrap());
    let strict = router(AppState::local(Arc::new(WithPolicy::new(demo_source, policy).unwrap())));
    let whole = posture_synth::demo::snapshot(Timestamp::parse(DEMO_EXPORT).unwrap()).unwrap();
    let expected =
        derive(&whole, Form::Json, &Options { policy: Some(policy.to_owned()), ..Options::default() })
            .unwrap();
    let answer = get(&strict, "/api/v1/workspaces/1/report").await;
    assert_eq!(answer.header("posture-digest"), expected.digest().unwrap());
    let slim = get(&strict, "/api/v1/workspaces/1/snapshot").await;
    assert_ne!(slim.header("etag"), get(&demo(), "/api/v1/workspaces/1/snapshot").await.header("etag"));
    let slim = report(&slim);
    assert_eq!(slim.since, Some(slim.exported_at));
    assert_eq!(
        (&slim.policy, slim.overview.attention_total),
        (&expected.policy, expected.overview.attention_total)
    );
    let refused = WithPolicy::new(
        Arc::new(DemoSource::new(Timestamp::parse(DEMO_EXPORT).unwrap()).unwrap()),
        r#"{"freshness_hours":0}"#,
    );
    assert!(refused.is_err_and(|error| error.to_string().contains("freshness_hours")));
}

/// A source with memberships of its own: of ana, in workspace 8. It is not available for long.
struct Owning(Arc<dyn EvidenceSource>);

#[async_trait::async_trait]
impl EvidenceSource for Owning {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        self.0.workspaces(reach).await
    }
    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        self.0.version(query).await
    }
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.0.open(query).await
    }
    async fn memberships(&self, user: &str) -> Result<Option<Memberships>, SourceError> {
        let [eight, third] = [8, 3].map(|number| Id::new(number).unwrap());
        let owner = || "owner".to_owned();
        let of_ana = Memberships {
            workspaces: BTreeMap::from([(eight, owner())]),
            tenants: BTreeMap::from([(eight, BTreeMap::from([(third, owner())]))]),
        };
        Ok(Some(if user == "ana" { of_ana } else { Memberships::default() }))
    }
    async fn check(&self) -> Result<(), SourceError> {
        Err(SourceError::Unready("The source is being moved.".to_owned()))
    }
}

/// EP-27, AC-4
#[tokio::test]
async fn a_policy_of_the_endpoint_changes_nothing_about_who_sees_what() {
    let (_folder, mut state) = endpoint_with();
    let owning = Arc::new(Owning(state.source));
    state.source = Arc::new(WithPolicy::new(owning, r#"{"freshness_hours":1}"#).unwrap());
    let router = router(state);
    let ask = async |identity: &str, path: &str| {
        let headers = [HOST, ("x-forwarded-user", identity)];
        send_from(&router, Some(proxy()), Method::GET, path, &headers).await
    };
    let listed = ask("ana", "/api/v1/workspaces").await.json();
    assert_eq!((&listed["workspaces"][0]["id"], &listed["workspaces"][0]["tenants"]), (&8.into(), &1.into()));
    assert_eq!(
        ask("ana", "/api/v1/workspaces/8/report").await.json()["tenants"][0]["tenant_route_key"],
        "third"
    );
    problem(&ask("ana", SNAPSHOT).await, StatusCode::NOT_FOUND, SNAPSHOT);
    let configured = ask("owner", "/api/v1/workspaces").await.json();
    assert_eq!(configured["workspaces"], Value::Array(Vec::new()), "the source's memberships count");
    let told = problem(&ask("ana", "/readyz").await, StatusCode::SERVICE_UNAVAILABLE, "/readyz");
    assert_eq!(told, "The source is being moved.");
}

/// EP-2
#[tokio::test]
async fn the_slim_snapshot_gives_the_report_of_the_whole() {
    let router = demo();
    let slim = report(&get(&router, "/api/v1/workspaces/1/snapshot").await);
    assert_eq!(slim.since, Some(slim.exported_at));
    let whole = posture_synth::demo::snapshot(Timestamp::parse(DEMO_EXPORT).unwrap()).unwrap();
    let whole = derive(&whole, Form::Json, &Options::default()).unwrap();
    // A finding's path names a place, and a slim snapshot has fewer of them.
    let found = |report: &Report| {
        report.findings.iter().map(|finding| (finding.code, finding.tenant_id)).collect::<Vec<_>>()
    };
    assert_eq!((found(&slim), slim.denominators), (found(&whole), whole.denominators));
    assert_eq!(slim.overview.calmness, whole.overview.calmness);
    assert_eq!(slim.overview.attention_total, whole.overview.attention_total);
    for (slim, whole) in slim.tenants.iter().zip(&whole.tenants) {
        assert_eq!(slim.registry, whole.registry);
        assert_eq!(slim.backup_health.reasons, whole.backup_health.reasons);
    }
}

/// EP-3
#[tokio::test]
async fn the_report_is_the_cores_own_to_the_byte() {
    let (_folder, router) = folder();
    let expected =
        derive(json(7, "2026-11-20T08:00:00Z").as_bytes(), Form::Json, &Options::default()).unwrap();
    let answer = get(&router, "/api/v1/workspaces/7/report").await;
    assert_eq!(answer.body, expected.to_json().unwrap());
    assert_eq!(answer.header("posture-digest"), expected.digest().unwrap());
    assert_eq!(answer.header("content-type"), "application/json");

    let options = Options { as_of: Some("2026-11-21T08:00:00Z".to_owned()), ..Options::default() };
    let later = derive(json(7, "2026-11-20T08:00:00Z").as_bytes(), Form::Json, &options).unwrap();
    let answer = get(&router, "/api/v1/workspaces/7/report?as_of=2026-11-21T08:00:00Z").await;
    assert_eq!(answer.body, later.to_json().unwrap());
}

/// EP-3
#[tokio::test]
async fn a_text_that_is_not_an_instant_is_a_bad_request() {
    let (_folder, router) = folder();
    let answer = get(&router, "/api/v1/workspaces/7/report?as_of=yesterday").await;
    let detail = problem(&answer, StatusCode::BAD_REQUEST, "/api/v1/workspaces/7/report");
    assert!(detail.contains("yesterday"), "{detail}");
}

/// EP-4
#[tokio::test]
async fn one_tenant_is_served_as_it_was_exported() {
    let path = "/api/v1/workspaces/7/tenants/a%2F%C3%A4/snapshot";
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("one.json", json(7, "2026-11-20T08:00:00Z")), ("one.ndjson", ndjson(7))] {
        let file = folder.path().join(name);
        write(&file, &content).unwrap();
        let router = files(&file);
        let answer = get(&router, path).await;
        let alone = report(&answer);
        assert!(std::str::from_utf8(&answer.body).unwrap().contains(TENANTS[0]), "{name}");
        assert!(!std::str::from_utf8(&answer.body).unwrap().contains(TENANTS[1]), "{name}");
        let whole = get(&router, "/api/v1/workspaces/7/report").await.json();
        let alone: Value = serde_json::from_str(&alone.to_json().unwrap()).unwrap();
        assert_eq!(alone["tenants"].as_array().unwrap().len(), 1);
        assert_eq!(alone["tenants"][0], whole["tenants"][0], "{name}");
        assert_eq!(alone["workspace"], whole["workspace"]);
    }
}

/// EP-4
#[tokio::test]
async fn of_two_tenants_with_one_route_key_the_readable_one_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let unreadable = r#"{"id":0,"external_id":"b","name":"B","status":"active"}"#;
    let content =
        format!("{{{},\"tenants\":[{unreadable},{}]}}", head(7, "2026-11-20T08:00:00Z"), TENANTS[1]);
    write(folder.path().join("a.json"), content).unwrap();
    let report = report(&get(&files(folder.path()), "/api/v1/workspaces/7/tenants/b/snapshot").await);
    assert_eq!(report.denominators.evaluated, 1);
}

#[tokio::test]
async fn compressed_files_are_served_like_plain_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, ndjson(7).as_bytes()).unwrap();
    write(folder.path().join("a.ndjson.gz"), gzip.finish().unwrap()).unwrap();
    assert_eq!(report(&get(&files(folder.path()), SNAPSHOT).await).denominators.evaluated, 2);
}

/// EP-6
#[tokio::test]
async fn a_current_copy_is_not_sent_again_in_whatever_encoding_it_is_held() {
    let router = demo();
    for path in
        ["/api/v1/workspaces", "/api/v1/workspaces/1/snapshot", "/api/v1/workspaces/1/report", "/admin"]
    {
        let mut seen = Vec::new();
        for encoding in ["identity", "gzip", "br"] {
            let first = send(&router, Method::GET, path, &[("accept-encoding", encoding)]).await;
            let etag = first.header("etag").to_owned();
            assert!(etag.starts_with('"'), "{etag} is strong");
            assert!(first.header("vary").to_ascii_lowercase().contains("accept-encoding"));
            let weak = format!("W/{etag}");
            let list = format!("\"other\", {etag}");
            for held in [etag.as_str(), &weak, &list, "*"] {
                let again = send(
                    &router,
                    Method::GET,
                    path,
                    &[("accept-encoding", encoding), ("if-none-match", held)],
                )
                .await;
                assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {encoding} {held}");
                assert!(again.body.is_empty());
                assert_eq!(again.header("etag"), etag);
                assert!(!again.header("cache-control").is_empty());
            }
            let other = send(
                &router,
                Method::GET,
                path,
                &[("accept-encoding", encoding), ("if-none-match", "\"other\"")],
            )
            .await;
            assert_eq!(other.status, StatusCode::OK);
            seen.push((first.header("content-encoding").to_owned(), etag));
        }
        if path.starts_with("/api/") {
            assert_eq!(
                seen.iter().map(|(encoding, _)| encoding.as_str()).collect::<Vec<_>>(),
                ["", "gzip", "br"]
            );
        }
        for (position, (encoding, etag)) in seen.iter().enumerate() {
            let same = seen[..position]
                .iter()
                .filter(|(other, _)| other != encoding)
                .any(|(_, other)| other == etag);
            assert!(!same, "{path}: one validator names two encodings");
        }
    }
}

/// EP-7
#[tokio::test]
async fn evidence_is_only_for_its_reader() {
    let answer = get(&demo(), "/api/v1/workspaces/1/snapshot").await;
    assert_eq!(answer.header("cache-control"), "private, no-cache");
}
