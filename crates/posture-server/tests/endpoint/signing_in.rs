//! Signing in with a provider, over real HTTP to it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::url::Url;
use posture_core::Timestamp;
use posture_server::access::{
    Access, AllTenants, Members, Role, RoleTable, SignInAccess, StatedMember, StatedTenants,
};
use posture_server::sign_in::{PublicUrl, SignIn, SignInOptions};
use posture_server::{AppState, clock, router};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::provider::Provider;
use crate::support::{Answer, demo_source, problem, send};

pub(crate) const HOST: (&str, &str) = ("host", "posture.example");
pub(crate) const SESSION: &str = "__Host-posture-session";
const ATTEMPT: &str = "__Host-posture-sign-in";

pub(crate) fn options(provider: &Provider) -> SignInOptions {
    SignInOptions {
        issuer: provider.issuer(),
        client_id: "posture".to_owned(),
        client_secret: Some("a secret".to_owned()),
        public_url: PublicUrl::new("https://posture.example").unwrap(),
        scopes: vec!["profile".to_owned()],
        identity_claim: "sub".to_owned(),
        groups_claim: "groups".to_owned(),
        idle_seconds: 600,
        session_seconds: 6_000,
        key: None,
        signed_out_file: None,
    }
}

thread_local! {
    /// By how many seconds this thread's clock is ahead.
    pub(crate) static AHEAD: Cell<i64> = const { Cell::new(0) };
}

fn now() -> Option<Timestamp> {
    Timestamp::from_unix_seconds(clock::now()?.unix_seconds() + AHEAD.get())
}

/// The endpoint of a provider. Those in the group `readers` see the demo's workspace.
pub(crate) fn endpoint(options: SignInOptions) -> Router {
    endpoint_for(options, &["readers"])
}

fn endpoint_for(options: SignInOptions, groups: &[&str]) -> Router {
    router(state_for(options, groups))
}

pub(crate) fn state_for(options: SignInOptions, groups: &[&str]) -> AppState {
    let member = |group: &&str| StatedMember {
        identity: None,
        group: Some((*group).to_owned()),
        workspace: 1,
        role: Role::Readonly,
        tenants: StatedTenants::All(AllTenants::All),
    };
    let members: Vec<_> = groups.iter().map(member).collect();
    let mut state = AppState::local(demo_source());
    state.now = now;
    state.access = Access::SignIn(SignInAccess {
        sign_in: Arc::new(SignIn::new(options, clock::now().unwrap()).unwrap()),
        roles: RoleTable::default(),
        members: Members::new(&members).unwrap(),
    });
    state
}

async fn ask(router: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(router, Method::GET, path, &[&[HOST], headers].concat()).await
}

/// The cookie of this name that an answer sets, as a request sends it back.
pub(crate) fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let mut lines = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    let line = lines.find(|line| line.starts_with(&format!("{name}=")))?;
    Some(line.split(';').next().unwrap().to_owned())
}

/// A sign-in that the provider asks the user for.
pub(crate) struct Asked {
    /// What the browser keeps of it.
    cookie: String,
    /// Where the browser is sent.
    location: Url,
}

impl Asked {
    pub(crate) fn parameter(&self, name: &str) -> String {
        let mut pairs = self.location.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}

pub(crate) async fn start(router: &Router) -> Asked {
    let answer = ask(router, "/sign-in?return_to=/admin/tenants", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    Asked { cookie: cookie(&answer, ATTEMPT).unwrap(), location: answer.header("location").parse().unwrap() }
}

pub(crate) async fn come_back(router: &Router, asked: &Asked) -> Answer {
    let path = format!("/sign-in/callback?code=c-1&state={}", asked.parameter("state"));
    ask(router, &path, &[("cookie", &asked.cookie)]).await
}

/// A sign-in at a provider whose token has some claims replaced.
pub(crate) async fn sign_in(provider: &Provider, router: &Router, others: &Value) -> Answer {
    let asked = start(router).await;
    provider.give(&provider.token(&provider.claims(&asked.parameter("nonce"), others)));
    come_back(router, &asked).await
}

/// SI-1, SI-4, SI-6
#[tokio::test]
async fn a_user_signs_in_at_the_provider_and_signs_out() {
    let provider = Provider::start();
    let router = endpoint(options(&provider));
    let asked = start(&router).await;
    assert!(asked.location.as_str().starts_with(&provider.server.url("/authorize?")), "{}", asked.location);
    let expected = BTreeMap::from([
        ("response_type", "code"),
        ("client_id", "posture"),
        ("redirect_uri", "https://posture.example/sign-in/callback"),
        ("scope", "openid profile"),
        ("code_challenge_method", "S256"),
    ]);
    for (name, value) in expected {
        assert_eq!(asked.parameter(name), value, "{name}");
    }
    let claims = provider.claims(&asked.parameter("nonce"), &json!({ "groups": ["readers", "others"] }));
    provider.give(&provider.token(&claims));
    let answer = come_back(&router, &asked).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/admin/tenants"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(cookie(&answer, ATTEMPT).unwrap(), format!("{ATTEMPT}="), "the attempt is over");

    let (body, authorization) = provider.exchange();
    let form: BTreeMap<_, _> =
        Url::parse(&format!("http://form/?{body}")).unwrap().query_pairs().into_owned().collect();
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "c-1"));
    assert_eq!(form["redirect_uri"], "https://posture.example/sign-in/callback");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!(challenge, asked.parameter("code_challenge"));
    assert!(authorization.unwrap().starts_with("Basic "), "by default");

    let session = cookie(&answer, SESSION).unwrap();
    let with_session = [("cookie", session.as_str())];
    let current = ask(&router, "/api/v1/session", &with_session).await;
    assert_eq!(current.json(), json!({ "auth": "oidc", "identity": "ana", "name": "Ana" }));
    let listed = ask(&router, "/api/v1/workspaces", &with_session).await.json();
    assert_eq!(listed["workspaces"][0]["id"], 1, "by the group");

    let own = [HOST, ("origin", "https://posture.example"), with_session[0]];
    let out = send(&router, Method::POST, "/sign-out", &own).await;
    let location: Url = out.json()["location"].as_str().unwrap().parse().unwrap();
    assert!(location.as_str().starts_with(&provider.server.url("/end?")), "{location}");
    let told: BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(told["client_id"], "posture");
    assert_eq!(told["post_logout_redirect_uri"], "https://posture.example/signed-out");
    let copy = ask(&router, "/api/v1/session", &with_session).await;
    assert_eq!(copy.status, StatusCode::UNAUTHORIZED, "a copy of the cookie ended too");
}

/// SI-3
#[tokio::test]
async fn a_sign_in_counts_once_and_in_the_browser_that_started_it() {
    let provider = Provider::start();
    let router = endpoint(options(&provider));
    let (asked, others) = (start(&router).await, start(&router).await);
    provider.give(&provider.token(&provider.claims(&asked.parameter("nonce"), &json!({}))));
    let swapped = Asked { cookie: others.cookie.clone(), location: asked.location.clone() };
    let answer = come_back(&router, &swapped).await;
    assert!(
        problem(&answer, StatusCode::BAD_REQUEST, "/sign-in/callback")
            .contains("not started in this browser")
    );
    let signed_in = come_back(&router, &asked).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    let again = come_back(&router, &asked).await;
    assert!(problem(&again, StatusCode::BAD_REQUEST, "/sign-in/callback").contains("already used once"));

    let session = cookie(&signed_in, SESSION).unwrap();
    let both = format!("{}; {session}", others.cookie);
    let path = "/sign-in/callback?code=c-1&state=unknown";
    let late = ask(&router, path, &[("cookie", &both)]).await;
    assert_eq!(
        (late.status, late.header("location")),
        (StatusCode::SEE_OTHER, "/admin"),
        "signed in already"
    );
}

/// SI-8
#[rstest]
#[case::code("400 Bad Request", json!({ "error": "invalid_grant" }), StatusCode::FORBIDDEN, "no longer accepts this sign-in")]
#[case::client("401 Unauthorized", json!({ "error": "invalid_client" }), StatusCode::SERVICE_UNAVAILABLE, "does not accept this server")]
#[case::application("400 Bad Request", json!({ "error": "unauthorized_client" }), StatusCode::SERVICE_UNAVAILABLE, "does not accept this server")]
#[case::no_token("200 OK", json!({ "access_token": "a", "token_type": "Bearer" }), StatusCode::FORBIDDEN, "is not valid")]
#[case::something("200 OK", json!(["a"]), StatusCode::FORBIDDEN, "is not valid")]
#[tokio::test]
async fn a_provider_that_gives_no_token_signs_nobody_in(
    #[case] line: &str,
    #[case] given: Value,
    #[case] status: StatusCode,
    #[case] told: &str,
) {
    let provider = Provider::start();
    let router = endpoint(options(&provider));
    let asked = start(&router).await;
    provider.answer_codes_with(&given);
    provider.server.answer(line);
    let answer = come_back(&router, &asked).await;
    let sentence = problem(&answer, status, "/sign-in/callback");
    assert!(sentence.contains(told), "{sentence}");
    assert_eq!(cookie(&answer, SESSION), None);

    let asked = start(&router).await;
    let path = format!("/sign-in/callback?error=access_denied%3Cb%3E&state={}", asked.parameter("state"));
    let answer = ask(&router, &path, &[("cookie", &asked.cookie)]).await;
    let sentence = problem(&answer, StatusCode::FORBIDDEN, "/sign-in/callback");
    assert!(sentence.contains("declined: access_deniedb."), "{sentence}");
}

/// SI-1: as the provider's description says.
#[rstest]
#[case::header(json!(["client_secret_basic", "client_secret_post"]), true)]
#[case::body(json!(["client_secret_post"]), false)]
#[tokio::test]
async fn the_secret_is_sent_in_a_way_that_the_provider_takes(
    #[case] methods: Value,
    #[case] in_header: bool,
) {
    let provider = Provider::start();
    provider.describe(&json!({ "token_endpoint_auth_methods_supported": methods }));
    let router = endpoint(options(&provider));
    assert_eq!(sign_in(&provider, &router, &json!({})).await.status, StatusCode::SEE_OTHER);
    let (body, authorization) = provider.exchange();
    assert_eq!(authorization.is_some(), in_header, "{body}");
    assert_eq!(body.contains("client_secret=a+secret"), !in_header, "{body}");
}

/// SI-8
#[tokio::test]
async fn an_answer_of_the_provider_has_at_most_a_megabyte() {
    let provider = Provider::start();
    let router = endpoint(options(&provider));
    for (bytes, status) in
        [(1 << 20, StatusCode::SEE_OTHER), ((1 << 20) + 1, StatusCode::SERVICE_UNAVAILABLE)]
    {
        AHEAD.set(AHEAD.get() + 61);
        let length = provider.describe(&json!({ "more": "" }));
        assert_eq!(provider.describe(&json!({ "more": "a".repeat(bytes - length) })), bytes);
        assert_eq!(ask(&router, "/sign-in", &[]).await.status, status, "{bytes}");
    }
}

/// SI-2: the browser, the code and the secret are sent there.
#[tokio::test]
async fn a_provider_here_that_names_an_address_elsewhere_without_tls_is_refused() {
    let provider = Provider::start();
    for name in ["authorization_endpoint", "token_endpoint", "end_session_endpoint"] {
        for (address, status) in [
            ("http://login.example/there", StatusCode::SERVICE_UNAVAILABLE),
            ("https://login.example/there", StatusCode::SEE_OTHER),
        ] {
            provider.describe(&json!({ name: address }));
            let router = endpoint(options(&provider));
            let answer = ask(&router, "/sign-in", &[]).await;
            assert_eq!(answer.status, status, "{name}: {address}");
        }
    }
}

/// SI-6
#[tokio::test]
async fn a_provider_without_an_address_to_sign_out_leaves_that_to_this_server() {
    let provider = Provider::start();
    provider.describe(&json!({ "end_session_endpoint": null }));
    let router = endpoint(options(&provider));
    let session = cookie(&sign_in(&provider, &router, &json!({})).await, SESSION).unwrap();
    let own = [HOST, ("origin", "https://posture.example"), ("cookie", session.as_str())];
    let out = send(&router, Method::POST, "/sign-out", &own).await;
    assert_eq!(out.json()["location"], "/signed-out");
    let page = ask(&router, "/signed-out", &[]).await;
    assert!(String::from_utf8_lossy(&page.body).contains("You are signed out"), "{:?}", page.body);
    assert_eq!(
        ask(&router, "/api/v1/session", &[("cookie", &session)]).await.status,
        StatusCode::UNAUTHORIZED
    );
}

/// SI-4: browsers drop a cookie that is too long, and nobody could say why.
#[tokio::test]
async fn a_session_too_large_for_a_cookie_is_refused_with_the_reason() {
    let provider = Provider::start();
    let groups: Vec<_> = (0..100).map(|number| format!("group-{number:040}")).collect();
    let router = endpoint_for(options(&provider), &groups.iter().map(String::as_str).collect::<Vec<_>>());
    let some = sign_in(&provider, &router, &json!({ "groups": groups[..40] })).await;
    assert_eq!(some.status, StatusCode::SEE_OTHER);
    let all = sign_in(&provider, &router, &json!({ "groups": groups })).await;
    let sentence = problem(&all, StatusCode::FORBIDDEN, "/sign-in/callback");
    assert!(sentence.contains("more groups than a token can hold"), "{sentence}");
    assert_eq!(cookie(&all, SESSION), None);
}

/// SI-3, SI-4, SI-8
#[tokio::test]
async fn attempts_sessions_and_what_is_known_of_the_provider_end_in_time() {
    let provider = Provider::start();
    let router = endpoint(options(&provider));
    let described = || provider.count("/.well-known/openid-configuration");
    let asked = start(&router).await;
    start(&router).await;
    assert_eq!(described(), 1, "read once for a minute");
    AHEAD.set(61);
    start(&router).await;
    assert_eq!(described(), 2);
    AHEAD.set(600);
    provider.give(&provider.token(&provider.claims(&asked.parameter("nonce"), &json!({}))));
    let late = come_back(&router, &asked).await;
    assert!(
        problem(&late, StatusCode::BAD_REQUEST, "/sign-in/callback").contains("took longer than 10 minutes")
    );

    AHEAD.set(0);
    let session = cookie(&sign_in(&provider, &router, &json!({})).await, SESSION).unwrap();
    let current = async |session: &str, ahead| {
        AHEAD.set(ahead);
        ask(&router, "/api/v1/session", &[("cookie", session)]).await
    };
    assert_eq!(cookie(&current(&session, 30).await, SESSION), None, "written at most once a minute");
    AHEAD.set(580);
    let page = ask(&router, "/admin", &[("cookie", &session)]).await;
    assert_eq!(
        (page.status, cookie(&page, SESSION)),
        (StatusCode::OK, None),
        "caches may keep the app's files"
    );
    let answer = current(&session, 580).await;
    assert_eq!(answer.status, StatusCode::OK);
    let renewed = cookie(&answer, SESSION).unwrap();
    assert_eq!(current(&session, 601).await.status, StatusCode::UNAUTHORIZED, "idle for ten minutes");
    assert_eq!(current(&renewed, 601).await.status, StatusCode::OK, "it was used");

    AHEAD.set(700);
    let own = [HOST, ("origin", "https://posture.example"), ("cookie", renewed.as_str())];
    let out = send(&router, Method::POST, "/sign-out", &own).await;
    assert_eq!(out.headers.get_all("set-cookie").iter().count(), 1, "removed, and not written again");
    assert_eq!(cookie(&out, SESSION).unwrap(), format!("{SESSION}="));
}
