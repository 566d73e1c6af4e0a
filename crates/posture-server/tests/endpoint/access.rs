//! Who is answered what behind a proxy: every role on every route, for what is theirs, what is another's, and what is not there.

use std::collections::BTreeMap;
use std::fs::write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use posture_core::{Form, Options, derive};
use posture_server::access::{
    Access, Members, ProxyAccess, Role, RoleTable, StatedMember, StatedTenant, StatedTenants, TenantRole,
};
use posture_server::http::serve::{Transport, bind};
use posture_server::sources::files::FileSource;
use posture_server::{AppState, router};
use rstest::rstest;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Answer, problem, send_from};

const PROXY: &str = "10.0.0.7";
pub(crate) const HOST: (&str, &str) = ("host", "posture.example.org");
/// What is in the records of a collection and decides nothing.
const CLOSED: &str = "classified";
const COLLECTIONS: [(&str, &str); 3] = [
    ("backup_sets", "backup_sets.view"),
    ("backup_schedules", "backup_schedules.view"),
    ("restore_runs", "restore_runs.view"),
];

/// What each role may view here: a manager all, an operator two of three, a reader none.
fn allowed(role: Role) -> &'static [&'static str] {
    match role {
        Role::Owner | Role::Manager => &["backup_sets.view", "backup_schedules.view", "restore_runs.view"],
        Role::Operator => &["backup_sets.view", "restore_runs.view"],
        Role::Readonly => &[],
    }
}

fn tenant(id: u64, key: &str) -> Value {
    let records = json!({
        "backup_sets": [{ "id": 1, "name": CLOSED, "status": "completed", "completed_at": "2026-11-20T02:00:00Z",
            "items": [{ "id": 1, "display_name": CLOSED, "platform": [CLOSED] }] }],
        "backup_schedules": [{ "id": 1, "name": CLOSED, "is_enabled": true, "frequency": "daily", "last_run_at": "2026-11-20T02:00:00Z" }],
        "restore_runs": [{ "id": 1, "status": "failed", "is_dry_run": false, "completed_at": "2026-11-20T03:00:00Z",
            "results": [{ "outcome": "failed", "label": CLOSED, "reason": CLOSED }] }],
    });
    let mut tenant = json!({ "id": id, "external_id": key, "name": key.to_uppercase(), "status": "active" });
    tenant.as_object_mut().unwrap().extend(records.as_object().unwrap().clone());
    tenant
}

fn workspace(id: u64, tenants: &[Value]) -> String {
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-20T08:00:00Z",
        "workspace": { "id": id, "name": format!("W{id}") }, "tenants": tenants })
    .to_string()
}

fn access() -> Access {
    let overrides =
        Role::ALL.map(|role| (role, allowed(role).iter().map(|word| (*word).to_owned()).collect()));
    let member = |role: Role| StatedMember {
        identity: Some(role.to_string()),
        group: None,
        workspace: 7,
        role,
        tenants: StatedTenants::Only(vec![StatedTenant::Id(1)]),
    };
    Access::Proxy(ProxyAccess {
        identity_header: "x-forwarded-user".parse().unwrap(),
        proxies: vec!["10.0.0.0/29".parse().unwrap()],
        hosts: vec!["posture.example.org".to_owned()],
        roles: RoleTable::default().with(&BTreeMap::from(overrides)).unwrap(),
        members: Members::new(&Role::ALL.map(member)).unwrap(),
    })
}

/// Workspace 7 with the tenant `own`, which every role is a member of, and `other`, which none is; and workspace 8.
fn endpoint() -> (tempfile::TempDir, Router) {
    let (folder, state) = endpoint_with();
    (folder, router(state))
}

/// What [`endpoint`] is configured with.
pub(crate) fn endpoint_with() -> (tempfile::TempDir, AppState) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("seven.json"), workspace(7, &[tenant(1, "own"), tenant(2, "other")])).unwrap();
    write(folder.path().join("eight.json"), workspace(8, &[tenant(1, "own"), tenant(3, "third")])).unwrap();
    write(folder.path().join("broken.json"), "{").unwrap();
    let mut state = AppState::local(Arc::new(FileSource::open(folder.path().to_owned()).unwrap()));
    state.access = access();
    (folder, state)
}

async fn ask(router: &Router, identity: &str, path: &str) -> Answer {
    send_from(router, Some(proxy()), Method::GET, path, &[HOST, ("x-forwarded-user", identity)]).await
}

pub(crate) fn proxy() -> IpAddr {
    PROXY.parse().unwrap()
}

/// Everything of an answer that may tell answers apart, the address it names aside.
fn told(answer: &Answer, path: &str) -> (StatusCode, Vec<(String, String)>, String) {
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "content-length"].contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answer.status, headers, String::from_utf8_lossy(&answer.body).replace(path, "PATH"))
}

/// AC-5
#[rstest]
#[tokio::test]
async fn anothers_data_and_missing_data_get_the_same_answer(
    #[values("owner", "manager", "operator", "readonly", "stranger")] identity: &str,
) {
    let (_folder, router) = endpoint();
    let routes = [
        "snapshot",
        "report",
        "report?as_of=2026-11-21T08:00:00Z",
        "tenants/own/snapshot",
        "tenants/third/snapshot",
        "tenants/nobody/snapshot",
    ];
    for route in routes {
        let other = format!("/api/v1/workspaces/8/{route}");
        let absent = format!("/api/v1/workspaces/9/{route}");
        let (to_other, to_absent) =
            (ask(&router, identity, &other).await, ask(&router, identity, &absent).await);
        assert_eq!(to_other.status, StatusCode::NOT_FOUND, "{other}");
        let plain = |path: &str| path.split('?').next().unwrap().to_owned();
        assert_eq!(told(&to_other, &plain(&other)), told(&to_absent, &plain(&absent)));
    }
    let (other, absent) =
        ("/api/v1/workspaces/7/tenants/other/snapshot", "/api/v1/workspaces/7/tenants/absent/snapshot");
    let (to_other, to_absent) = (ask(&router, identity, other).await, ask(&router, identity, absent).await);
    assert_eq!(to_other.status, StatusCode::NOT_FOUND);
    assert_eq!(told(&to_other, other), told(&to_absent, absent));
    for page in ["backup-sets", "backup-sets/1", "backup-schedules", "restore-runs", "restore-runs/1"] {
        let (other, absent) = (format!("/admin/t/other/{page}"), format!("/admin/t/absent/{page}"));
        let (to_other, to_absent) =
            (ask(&router, identity, &other).await, ask(&router, identity, &absent).await);
        assert_eq!(to_other.status, StatusCode::OK, "the page without evidence");
        assert_eq!(told(&to_other, &other), told(&to_absent, &absent));
    }
}

/// AC-5, AC-6
#[tokio::test]
async fn only_what_one_is_a_member_of_is_listed_and_counted() {
    let (_folder, router) = endpoint();
    for role in Role::ALL {
        let listed = ask(&router, role.as_str(), "/api/v1/workspaces").await.json();
        assert_eq!(listed["workspaces"].as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(
            (&listed["workspaces"][0]["id"], &listed["workspaces"][0]["tenants"]),
            (&json!(7), &json!(1))
        );
        let report = ask(&router, role.as_str(), "/api/v1/workspaces/7/report").await.json();
        assert_eq!(report["denominators"]["exported"], 1);
        let snapshot = ask(&router, role.as_str(), "/api/v1/workspaces/7/snapshot").await.json();
        assert_eq!(
            snapshot["tenants"].as_array().unwrap().iter().map(|tenant| &tenant["id"]).collect::<Vec<_>>(),
            [&json!(1)]
        );
    }
    let listed = ask(&router, "stranger", "/api/v1/workspaces").await.json();
    assert_eq!(listed, json!({ "workspaces": [] }));
}

/// AC-8, AC-10, AC-11
#[tokio::test]
async fn each_role_is_handed_what_its_capabilities_open() {
    let (_folder, router) = endpoint();
    for role in Role::ALL {
        let full = ask(&router, role.as_str(), "/api/v1/workspaces/7/tenants/own/snapshot").await;
        let slim = ask(&router, role.as_str(), "/api/v1/workspaces/7/snapshot").await;
        assert_eq!(slim.status, StatusCode::OK);
        if allowed(role).is_empty() {
            problem(&full, StatusCode::FORBIDDEN, "/api/v1/workspaces/7/tenants/own/snapshot");
        } else {
            assert_eq!(full.status, StatusCode::OK);
            for (collection, capability) in COLLECTIONS {
                let records = full.json()["tenants"][0][collection].to_string();
                assert_eq!(
                    records.contains(CLOSED),
                    allowed(role).contains(&capability),
                    "{role}: {records}"
                );
            }
        }
        if allowed(role).len() < COLLECTIONS.len() {
            assert_eq!(slim.json()["tenants"][0]["capabilities"], json!(allowed(role)));
        }
        for (collection, capability) in COLLECTIONS {
            let records = slim.json()["tenants"][0][collection].to_string();
            assert!(allowed(role).contains(&capability) || !records.contains(CLOSED), "{role}: {records}");
        }
        for (page, capability) in [
            ("backup-sets", COLLECTIONS[0].1),
            ("backup-schedules", COLLECTIONS[1].1),
            ("restore-runs/1", COLLECTIONS[2].1),
        ] {
            let page = ask(&router, role.as_str(), &format!("/admin/t/own/{page}")).await;
            let expected =
                if allowed(role).contains(&capability) { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(
                (page.status, page.header("content-type")),
                (expected, "text/html; charset=utf-8"),
                "{role} {capability}"
            );
        }
        let dashboard = ask(&router, role.as_str(), "/admin/t/own").await;
        assert_eq!(dashboard.status, StatusCode::OK);
    }
}

/// AC-6, AC-11
#[tokio::test]
async fn a_tenant_without_any_capability_closes_no_other() {
    let (_folder, mut state) = endpoint_with();
    let Access::Proxy(proxied) = &mut state.access else { unreachable!("behind a proxy") };
    let tenants =
        vec![StatedTenant::Id(1), StatedTenant::WithRole(TenantRole { id: 2, role: Role::Readonly })];
    let ana = StatedMember {
        identity: Some("ana".to_owned()),
        group: None,
        workspace: 7,
        role: Role::Owner,
        tenants: StatedTenants::Only(tenants),
    };
    proxied.members = Members::new(&[ana]).unwrap();
    let router = router(state);
    for (path, status) in [
        ("/api/v1/workspaces/7/tenants/own/snapshot", StatusCode::OK),
        ("/api/v1/workspaces/7/tenants/other/snapshot", StatusCode::FORBIDDEN),
        ("/admin/t/own/backup-sets", StatusCode::OK),
        ("/admin/t/other/backup-sets", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(ask(&router, "ana", path).await.status, status, "{path}");
    }
}

/// EP-15
#[tokio::test]
async fn a_page_of_records_says_so_if_nobody_knows_whether_it_is_closed() {
    let (folder, router) = endpoint();
    drop(folder);
    let page = ask(&router, "readonly", "/admin/t/own/backup-sets").await;
    problem(&page, StatusCode::SERVICE_UNAVAILABLE, "/admin/t/own/backup-sets");
}

/// AC-9, AC-10: also, a finding quotes what is invalid only to those who may see it.
#[tokio::test]
async fn the_verdict_is_the_same_whatever_the_role() {
    let (_folder, router) = endpoint();
    let mut verdicts = Vec::new();
    for role in Role::ALL {
        let report = ask(&router, role.as_str(), "/api/v1/workspaces/7/report").await;
        let is_quoted = String::from_utf8_lossy(&report.body).contains(CLOSED);
        assert_eq!(is_quoted, allowed(role).contains(&"backup_sets.view"), "{role}");
        let slim = ask(&router, role.as_str(), "/api/v1/workspaces/7/snapshot").await;
        let mut derived = derive(&slim.body, Form::Json, &Options::default()).unwrap();
        // All that a slim snapshot adds to its report.
        derived.since = None;
        assert_eq!(
            report.header("posture-digest"),
            derived.digest().unwrap(),
            "{role}: browser and endpoint say the same"
        );
        let report = report.json();
        let tenant = &report["tenants"][0];
        let action = &tenant["recovery_evidence"]["action"]["disabled"];
        assert_eq!(*action, json!(!allowed(role).contains(&"restore_runs.view")));
        verdicts.push((
            tenant["registry"].clone(),
            tenant["restore_attention"].clone(),
            report["overview"]["calmness"]["blockers"].clone(),
        ));
    }
    verdicts.dedup();
    assert_eq!(verdicts.len(), 1);
}

/// AC-12
#[tokio::test]
async fn answers_are_private_to_their_viewer() {
    let (_folder, router) = endpoint();
    let mut etags = Vec::new();
    for identity in ["manager", "operator"] {
        let answer = ask(&router, identity, "/api/v1/workspaces/7/snapshot").await;
        let vary: Vec<_> =
            answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.contains(&"x-forwarded-user"), "{vary:?}");
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        etags.push(answer.header("etag").to_owned());
    }
    assert_ne!(etags[0], etags[1], "what another viewer holds is current for nobody else");
    let held = [HOST, ("x-forwarded-user", "operator"), ("if-none-match", etags[1].as_str())];
    let current =
        send_from(&router, Some(proxy()), Method::GET, "/api/v1/workspaces/7/snapshot", &held).await;
    assert_eq!(current.status, StatusCode::NOT_MODIFIED);
    assert!(current.headers.get_all("vary").iter().any(|value| value == "x-forwarded-user"));
    let stranger = ask(&router, "stranger", "/api/v1/workspaces/7/snapshot").await;
    assert!(stranger.headers.get_all("vary").iter().any(|value| value == "x-forwarded-user"));
}

/// EP-18: those who read nothing of what they asked for leave room for everyone else.
#[tokio::test]
async fn four_identities_together_do_not_hold_all_room() {
    let (_folder, mut state) = endpoint_with();
    state.concurrency = 16;
    let router = router(state);
    let list = "/api/v1/workspaces";
    let mut unread = Vec::new();
    for role in Role::ALL {
        loop {
            let request =
                Request::get(list).header(HOST.0, HOST.1).header("x-forwarded-user", role.to_string());
            let mut request = request.body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(proxy(), 40_000)));
            let answer = router.clone().oneshot(request).await.unwrap();
            if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
                break;
            }
            unread.push(answer);
        }
    }
    assert_eq!(unread.len(), 4 + 3 + 3 + 2);
    assert_eq!(ask(&router, "guest", list).await.status, StatusCode::OK);
    unread.clear();
    assert_eq!(ask(&router, &Role::Owner.to_string(), list).await.status, StatusCode::OK);
}

/// AC-2
#[rstest]
#[case::elsewhere(Some("10.0.0.9"), &[HOST, ("x-forwarded-user", "owner")], StatusCode::FORBIDDEN)]
#[case::loopback(Some("127.0.0.1"), &[HOST, ("x-forwarded-user", "owner")], StatusCode::FORBIDDEN)]
#[case::nowhere(None, &[HOST, ("x-forwarded-user", "owner")], StatusCode::FORBIDDEN)]
#[case::mapped(Some("::ffff:10.0.0.7"), &[HOST, ("x-forwarded-user", "owner")], StatusCode::OK)]
#[case::unnamed(Some(PROXY), &[HOST], StatusCode::UNAUTHORIZED)]
#[case::empty(Some(PROXY), &[HOST, ("x-forwarded-user", "")], StatusCode::UNAUTHORIZED)]
#[case::unseen(Some(PROXY), &[HOST, ("x-forwarded-user", "owner\u{200b}")], StatusCode::UNAUTHORIZED)]
#[case::twice(Some(PROXY), &[HOST, ("x-forwarded-user", "stranger"), ("x-forwarded-user", "owner")], StatusCode::UNAUTHORIZED)]
#[case::another_header(Some(PROXY), &[HOST, ("x-forwarded-email", "owner")], StatusCode::UNAUTHORIZED)]
#[case::another_host(Some(PROXY), &[("host", "localhost"), ("x-forwarded-user", "owner")], StatusCode::MISDIRECTED_REQUEST)]
#[case::no_host(Some(PROXY), &[("x-forwarded-user", "owner")], StatusCode::MISDIRECTED_REQUEST)]
#[tokio::test]
async fn an_identity_is_taken_only_from_the_proxy(
    #[case] peer: Option<&str>,
    #[case] headers: &[(&str, &str)],
    #[case] status: StatusCode,
) {
    let (_folder, router) = endpoint();
    for path in ["/api/v1/workspaces", "/api/v1/workspaces/7/snapshot"] {
        let answer =
            send_from(&router, peer.map(|peer| peer.parse().unwrap()), Method::GET, path, headers).await;
        assert_eq!(answer.status, status, "{path}");
        if status != StatusCode::OK {
            problem(&answer, status, path);
        }
    }
}

/// AC-2, AC-3
#[tokio::test]
async fn health_needs_no_identity_and_metrics_are_served_elsewhere() {
    let (_folder, router) = endpoint();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(send_from(&router, None, Method::GET, path, &[]).await.status, StatusCode::OK);
    }
    problem(&ask(&router, "owner", "/metrics").await, StatusCode::NOT_FOUND, "/metrics");
}

/// AC-1
#[tokio::test]
async fn the_endpoint_listens_beyond_loopback_if_a_proxy_sends_identities() {
    let listener = bind("0.0.0.0:0".parse().unwrap(), &access(), Transport::Plain).await.unwrap();
    assert!(listener.local_addr().unwrap().ip().is_unspecified());
}
