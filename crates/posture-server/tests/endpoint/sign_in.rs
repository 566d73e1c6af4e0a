//! What is answered if users sign in here, without a provider. With one, the tests of the browser try it.

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{CookieJar, Key};
use posture_server::access::{Access, Members, RoleTable, SignInAccess};
use posture_server::http::serve::{BindError, Transport, bind};
use posture_server::sign_in::{PublicUrl, SignIn, SignInOptions};
use posture_server::{AppState, clock, router};
use rstest::rstest;

use crate::support::{Answer, demo_source, problem, send};

const HOST: (&str, &str) = ("host", "posture.example");

/// What signs sessions.
const KEY: [u8; 32] = [7; 32];
/// What sessions are bound to: issuer, client and claims.
const PROVIDER: &str = r#"["http://127.0.0.1:9","posture","sub","groups"]"#;

/// With a provider at a port where nothing listens.
fn access() -> Access {
    let options = SignInOptions {
        issuer: "http://127.0.0.1:9".to_owned(),
        client_id: "posture".to_owned(),
        client_secret: None,
        public_url: PublicUrl::new("https://posture.example").unwrap(),
        scopes: Vec::new(),
        identity_claim: "sub".to_owned(),
        groups_claim: "groups".to_owned(),
        idle_seconds: 600,
        session_seconds: 6_000,
        key: Some(KEY.to_vec()),
        signed_out_file: None,
    };
    Access::SignIn(SignInAccess {
        sign_in: Arc::new(SignIn::new(options, clock::now().unwrap()).unwrap()),
        roles: RoleTable::default(),
        members: Members::default(),
    })
}

fn endpoint() -> Router {
    let mut state = AppState::local(demo_source());
    state.access = access();
    router(state)
}

async fn ask(path: &str, headers: &[(&str, &str)]) -> Answer {
    send(&endpoint(), Method::GET, path, &[&[HOST], headers].concat()).await
}

/// SI-4, SI-5
#[tokio::test]
async fn without_a_session_evidence_is_refused_and_a_page_of_it_leads_to_sign_in() {
    for path in ["/api/v1/workspaces", "/api/v1/workspaces/1/snapshot", "/api/v1/session"] {
        let answer = ask(path, &[("cookie", "__Host-posture-session=invented")]).await;
        let told = problem(&answer, StatusCode::UNAUTHORIZED, path);
        assert!(told.contains("You are not signed in"), "{told}");
        assert_eq!(answer.header("www-authenticate"), "Session");
        assert_eq!(answer.header("vary"), "cookie");
    }
    let navigation = [("sec-fetch-mode", "navigate")];
    for (path, location) in [
        ("/admin/tenants?search=a%20b", "/sign-in?return_to=%2Fadmin%2Ftenants%3Fsearch%3Da%2520b"),
        ("/", "/sign-in?return_to=%2F"),
    ] {
        let answer = ask(path, &navigation).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, location));
    }
    for (path, headers) in [
        ("/admin", &[][..]),
        ("/open", &navigation),
        ("/sw.js", &[]),
        ("/healthz", &[]),
        ("/signed-out", &navigation),
    ] {
        assert_eq!(ask(path, headers).await.status, StatusCode::OK, "{path} holds no evidence");
    }
    problem(&ask("/metrics", &[]).await, StatusCode::NOT_FOUND, "/metrics");
}

/// The cookie of a session that started now.
fn session_cookie() -> String {
    let now = clock::now().unwrap().unix_seconds();
    let session = serde_json::json!({
        "id": "1", "identity": "ana", "name": "Ana", "groups": [], "started": now, "seen": now,
    });
    let text = URL_SAFE_NO_PAD.encode(session.to_string());
    let mut jar = CookieJar::new();
    jar.signed_mut(&Key::derive_from(&[&KEY[..], b"session", PROVIDER.as_bytes()].concat()))
        .add(("value", text));
    format!("__Host-posture-session={}", jar.get("value").unwrap().value())
}

/// SI-4: other applications of the same domain set cookies that every request carries.
#[tokio::test]
async fn cookies_of_other_applications_do_not_hide_a_session() {
    let session = session_cookie();
    for others in ["theme=dark", "name=J\u{f6}rg", "name=\u{682a}\u{5f0f}", "flag", "=", "a=\"b;c\"", "x=%zz"]
    {
        for line in [format!("{others}; {session}"), format!("{session}; {others}")] {
            let answer = ask("/api/v1/session", &[("cookie", &line)]).await;
            assert_eq!(
                (answer.status, answer.json()["identity"].as_str()),
                (StatusCode::OK, Some("ana")),
                "{line}"
            );
        }
    }
}

/// SI-8
#[rstest]
#[case::page(&[("accept", "text/html,*/*")], "text/html; charset=utf-8")]
#[case::program(&[("accept", "application/json")], "application/problem+json")]
#[tokio::test]
async fn an_unreachable_provider_gives_503_with_the_reason(
    #[case] headers: &[(&str, &str)],
    #[case] kind: &str,
) {
    let answer = ask("/sign-in?return_to=/admin", headers).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::SERVICE_UNAVAILABLE, kind));
    assert_eq!(answer.header("retry-after"), "5");
    assert!(String::from_utf8_lossy(&answer.body).contains("The sign-in provider is unavailable"));
}

/// SI-3
#[tokio::test]
async fn an_answer_without_a_sign_in_is_refused() {
    for query in ["", "?code=a&state=b", "?error=access_denied&state=b", "?state=a&state=b"] {
        let path = format!("/sign-in/callback{query}");
        let answer = ask(&path, &[("cookie", "__Host-posture-sign-in=invented")]).await;
        let told = problem(&answer, StatusCode::BAD_REQUEST, "/sign-in/callback");
        assert!(told.contains("was not started in this browser"), "{told}");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

/// SI-6
#[tokio::test]
async fn only_this_servers_own_pages_sign_out() {
    let router = endpoint();
    for origin in [None, Some("https://evil.example"), Some("http://posture.example"), Some("null")] {
        let origin = origin.map(|origin| ("origin", origin));
        let headers: Vec<_> = [HOST].into_iter().chain(origin).collect();
        let answer = send(&router, Method::POST, "/sign-out", &headers).await;
        problem(&answer, StatusCode::FORBIDDEN, "/sign-out");
    }
    let answer = ask("/sign-out", &[]).await;
    problem(&answer, StatusCode::METHOD_NOT_ALLOWED, "/sign-out");
    assert_eq!(answer.header("allow"), "POST");
    let own = [HOST, ("origin", "https://posture.example")];
    let answer =
        send(&router, Method::POST, "/sign-out", &[&own[..], &[("content-length", "5")]].concat()).await;
    problem(&answer, StatusCode::PAYLOAD_TOO_LARGE, "/sign-out");
    let answer = send(&router, Method::POST, "/sign-out", &own).await;
    assert_eq!((answer.status, answer.json()["location"].as_str()), (StatusCode::OK, Some("/signed-out")));
    assert!(
        answer.header("set-cookie").starts_with("__Host-posture-session=;"),
        "{}",
        answer.header("set-cookie")
    );
}

/// SI-2
#[tokio::test]
async fn only_the_host_of_the_public_url_is_answered_and_only_over_tls_beyond_loopback() {
    for host in ["localhost", "evil.example", "127.0.0.1"] {
        let answer = send(&endpoint(), Method::GET, "/api/v1/workspaces", &[("host", host)]).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let refused = bind(everywhere, &access(), Transport::Plain).await.unwrap_err();
    assert!(matches!(refused, BindError::PlainBeyondLoopback(_)), "{refused}");
    assert!(bind(everywhere, &access(), Transport::Tls).await.is_ok());
    assert!(bind("127.0.0.1:0".parse().unwrap(), &access(), Transport::Plain).await.is_ok());
    assert!(bind(everywhere, &Access::Local, Transport::Tls).await.is_err(), "nobody is authenticated");
}

/// SI-1, AC-2
#[tokio::test]
async fn the_routes_of_sign_in_exist_only_if_users_sign_in_here() {
    let demo = crate::support::demo();
    let answer = send(&demo, Method::POST, "/sign-out", &[("origin", "http://localhost")]).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let current = crate::support::get(&demo, "/api/v1/session").await;
    assert_eq!(current.json(), serde_json::json!({ "auth": "none", "identity": null, "name": null }));
}
