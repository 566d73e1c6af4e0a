//! Sign-in at a real provider, over TLS, as a user meets it.

use std::ffi::OsStr;
use std::path::Path;

use posture_core::paths;
use posture_tests::harness::{LentBrowser, Provider, READY, Role, Server, free_port, posture_binary};
use posture_web::text;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::evidence::write;
use crate::stage::string;

const ATTEMPT_COOKIE: &str = "__Host-posture-sign-in";
const SESSION_COOKIE: &str = "__Host-posture-session";

/// A server over the demo that users sign in to, and a browser that accepts its certificate.
struct Scene {
    browser: LentBrowser,
    origin: String,
    server: Server,
    folder: TempDir,
}

impl Scene {
    /// With a provider at this address, which need not run.
    async fn new(port: u16, issuer: &str) -> Self {
        Self::with(port, issuer, &[]).await
    }

    /// With further arguments.
    async fn with(port: u16, issuer: &str, further: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let origin = format!("https://localhost:{port}");
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            write(&path, content);
            path
        };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let cert = file("cert.pem", &made.cert.pem());
        let key = file("key.pem", &made.signing_key.serialize_pem());
        let config = format!(
            r#"
            auth = "oidc"
            public-url = "{origin}"
            oidc-issuer = "{issuer}"
            oidc-client-id = "posture"
            oidc-client-secret-file = {secret}
            tls-cert = {cert}
            tls-key = {key}
            session-key-file = {session_key}
            signed-out-file = {signed_out}
            audit-log = {audit}
            log = "trace"
            [[access.members]]
            identity = "ana"
            workspace = 1
            role = "manager"
            tenants = "all"
            [[access.members]]
            group = "readers"
            workspace = 1
            role = "readonly"
            tenants = [13, 14]
            "#,
            secret = quoted(&file("secret", "a secret of the tests\n")),
            cert = quoted(&cert),
            key = quoted(&key),
            session_key = quoted(&file("session-key", &"a key of the tests ".repeat(3))),
            signed_out = quoted(&folder.path().join("signed-out")),
            audit = quoted(&folder.path().join("audit.log")),
        );
        let config = file("posture.toml", &config);
        let mut args = vec!["--config".as_ref(), config.as_os_str()];
        args.extend(further.iter().map(OsStr::new));
        let server = Server::start_logged(
            &posture_binary().unwrap(),
            &args,
            &format!("127.0.0.1:{port}"),
            Some(folder.path().join("log")),
        )
        .unwrap();
        let browser = LentBrowser::borrow().await.unwrap();
        browser.devtools("Security.setIgnoreCertificateErrors", json!({ "ignore": true })).await.unwrap();
        Self { browser, origin, server, folder }
    }

    async fn goto(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    /// What the server wrote: its log, the audit trail, and who was signed out.
    fn written(&self) -> [String; 3] {
        ["log", "audit.log", "signed-out"].map(|name| {
            #[expect(clippy::disallowed_methods, reason = "the server writes files")]
            std::fs::read_to_string(self.folder.path().join(name)).unwrap()
        })
    }

    /// Signs in at the provider's form, which the browser is led to.
    async fn sign_in_as(&self, name: &str) {
        for (field, value) in [("Enter any login", name), ("and password", "any")] {
            let field = self.browser.element(&Role::Textbox.named(field)).await.unwrap();
            field.send_keys(value).await.unwrap();
        }
        self.browser.click(&Role::Button.named("Sign-in")).await.unwrap();
    }

    /// Waits for the provider's form.
    async fn is_asked_to_sign_in(&self) {
        self.browser.element(&Role::Button.named("Sign-in")).await.unwrap();
    }

    async fn arrives_at(&self, path: &str) {
        let there =
            format!("location.origin + location.pathname === {}", json!(format!("{}{path}", self.origin)));
        self.browser.wait_for(path, &there).await.unwrap();
        self.browser.wait_for("the page", READY).await.unwrap();
    }

    async fn shows(&self, text: &str) {
        self.browser.wait_for_text(text).await.unwrap();
    }

    /// Forgets who is signed in, here and at the provider.
    async fn forget(&self) {
        self.browser.devtools("Network.clearBrowserCookies", json!({})).await.unwrap();
    }

    /// What the page's script is answered at a path: status and body.
    async fn fetched(&self, path: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; fetch({}).then(async answer => done([answer.status, await answer.text()]));",
            json!(path)
        );
        self.browser.client().execute_async(&script, Vec::new()).await.unwrap()
    }

    /// The workspaces that the page may see.
    async fn workspaces(&self) -> Value {
        serde_json::from_str(&string(&self.fetched(paths::API_WORKSPACES).await[1])).unwrap()
    }

    async fn cookie(&self, name: &str) -> Option<Value> {
        let all =
            self.browser.devtools("Network.getCookies", json!({ "urls": [self.origin] })).await.unwrap();
        all["cookies"].as_array().unwrap().iter().find(|cookie| cookie["name"] == name).cloned()
    }
}

fn quoted(path: &Path) -> Value {
    json!(path.to_str().unwrap())
}

/// SI-1, SI-4, SI-5, SI-6, SI-10
#[tokio::test]
async fn a_user_signs_in_returns_to_the_requested_page_and_signs_out() {
    let port = free_port().unwrap();
    let provider = Provider::start(&format!("https://localhost:{port}"), 0).unwrap();
    let mut scene = Scene::new(port, provider.issuer()).await;
    scene.goto(paths::TENANTS).await;
    scene.sign_in_as("ana").await;
    scene.arrives_at(paths::TENANTS).await;
    scene.shows("ana of the tests").await;
    scene.server.stop();
    scene.server.restart().unwrap();
    assert_eq!(scene.fetched(paths::API_WORKSPACES).await[0], 200, "the session outlives the process");
    let cookie = scene.cookie(SESSION_COOKIE).await.unwrap();
    for (attribute, value) in [
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("sameSite", json!("Lax")),
        ("path", json!("/")),
        ("session", json!(true)),
    ] {
        assert_eq!(cookie[attribute], value, "{attribute}: {cookie}");
    }
    assert!(!cookie["domain"].as_str().unwrap().starts_with('.'), "only this host: {cookie}");
    assert!(scene.cookie(ATTEMPT_COOKIE).await.is_none(), "the attempt is over");

    scene.browser.click(&Role::Button.named(text::SIGN_OUT)).await.unwrap();
    // The provider's own question.
    scene.browser.click(&Role::Button.named("Yes, sign me out")).await.unwrap();
    scene.shows("You are signed out").await;
    assert!(scene.cookie(SESSION_COOKIE).await.is_none());
    assert_eq!(scene.fetched(paths::API_WORKSPACES).await[0], 401);

    let stolen = json!({ "name": SESSION_COOKIE, "value": cookie["value"], "url": scene.origin, "path": "/", "secure": true });
    scene.browser.devtools("Network.setCookie", stolen).await.unwrap();
    assert_eq!(scene.fetched(paths::API_WORKSPACES).await[0], 401, "a copy of the cookie ended too");
    scene.server.stop();
    scene.server.restart().unwrap();
    assert_eq!(scene.fetched(paths::API_WORKSPACES).await[0], 401, "also after a restart");

    let issued = provider.issued();
    assert_eq!(issued.len(), 4, "two tokens, the code and its verifier: {issued:?}");
    let [log, audit, signed_out] = scene.written();
    assert!(log.contains("/sign-in") && audit.contains("signed_in") && !signed_out.is_empty());
    let session = string(&cookie["value"]);
    // Names and secrets of these tests end so.
    let secrets = issued.iter().map(String::as_str).chain([session.as_str(), " of the tests"]);
    for secret in secrets {
        for written in [&log, &audit, &signed_out] {
            let line = written.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} was written");
        }
    }
    scene.goto(paths::OVERVIEW).await;
    scene.is_asked_to_sign_in().await;
}

/// SI-7, AC-13
#[tokio::test]
async fn a_group_of_the_provider_gives_the_role_and_the_tenants_of_its_membership() {
    let port = free_port().unwrap();
    let provider = Provider::start(&format!("https://localhost:{port}"), 0).unwrap();
    let scene = Scene::new(port, provider.issuer()).await;
    scene.goto(paths::OVERVIEW).await;
    scene.sign_in_as("gina").await;
    scene.arrives_at(paths::OVERVIEW).await;
    let listed = scene.workspaces().await;
    assert_eq!(listed["workspaces"][0]["tenants"], 2, "{listed}");

    scene.forget().await;
    scene.goto(paths::OVERVIEW).await;
    scene.sign_in_as("somebody").await;
    scene.browser.wait_for("the app", &format!("location.pathname === '{}'", paths::OVERVIEW)).await.unwrap();
    let listed = scene.workspaces().await;
    assert_eq!(listed["workspaces"], json!([]), "no membership, nothing to see");
}

/// SI-7: the claims of Entra ID, as the documentation tells to use them.
#[tokio::test]
async fn an_app_role_gives_its_membership_to_someone_in_too_many_groups() {
    let port = free_port().unwrap();
    let provider = Provider::start(&format!("https://localhost:{port}"), 0).unwrap();
    let claims = ["--oidc-identity-claim", "oid", "--oidc-groups-claim", "roles"];
    let scene = Scene::with(port, provider.issuer(), &claims).await;
    scene.goto(paths::OVERVIEW).await;
    scene.sign_in_as("ella").await;
    scene.arrives_at(paths::OVERVIEW).await;
    let listed = scene.workspaces().await;
    assert_eq!(listed["workspaces"][0]["tenants"], 2, "{listed}");
    let [_, audit, _] = scene.written();
    assert!(audit.contains("4c1d6a0e-3f1b-4e0a-8d0e-5b7a2f9c6d11") && !audit.contains("ella"), "{audit}");
}

/// SI-3, SI-7
#[tokio::test]
async fn a_token_that_is_expired_for_another_app_or_used_signs_nobody_in() {
    let port = free_port().unwrap();
    let provider = Provider::start(&format!("https://localhost:{port}"), 0).unwrap();
    let scene = Scene::new(port, provider.issuer()).await;
    for (name, told) in [
        ("expired", "a token that has expired"),
        ("audience", "a token for another application"),
        ("ella", "more groups than a token can hold"),
    ] {
        scene.goto(paths::OVERVIEW).await;
        scene.sign_in_as(name).await;
        scene.shows(told).await;
        scene.shows("Sign in again").await;
        assert!(scene.cookie(SESSION_COOKIE).await.is_none());
        scene.forget().await;
    }
    scene.goto(paths::OVERVIEW).await;
    scene.is_asked_to_sign_in().await;
    let attempt = scene.cookie(ATTEMPT_COOKIE).await.unwrap();
    scene.browser.requests().await.unwrap();
    scene.sign_in_as("ana").await;
    scene.arrives_at(paths::OVERVIEW).await;
    let requests = scene.browser.requests().await.unwrap();
    let callback = requests.iter().find(|url| url.contains(paths::SIGN_IN_CALLBACK)).unwrap();
    scene.forget().await;
    let again = json!({ "name": ATTEMPT_COOKIE, "value": attempt["value"], "url": scene.origin, "path": "/", "secure": true });
    scene.browser.devtools("Network.setCookie", again).await.unwrap();
    scene.browser.goto(callback).await.unwrap();
    scene.shows("was already used once").await;
    scene.forget().await;
    scene.browser.goto(callback).await.unwrap();
    scene.shows("was not started in this browser").await;
    assert!(scene.cookie(SESSION_COOKIE).await.is_none());
}

/// SI-8, SI-9
#[tokio::test]
async fn sessions_outlive_a_provider_that_is_gone_and_one_with_new_keys_is_trusted_again() {
    let (port, provider_port) = (free_port().unwrap(), free_port().unwrap());
    let origin = format!("https://localhost:{port}");
    let scene = Scene::new(port, &Provider::issuer_at(provider_port)).await;
    scene.goto(paths::OVERVIEW).await;
    scene.shows("The sign-in provider is unavailable").await;
    let problem = scene.fetched(paths::SIGN_IN).await;
    assert_eq!(problem[0], 503);
    assert!(string(&problem[1]).contains("The sign-in provider is unavailable"), "{problem}");

    let provider = Provider::start(&origin, provider_port).unwrap();
    scene.browser.click(&Role::Link.named("Sign in again")).await.unwrap();
    scene.sign_in_as("ana").await;
    scene.arrives_at(paths::OVERVIEW).await;
    drop(provider);
    scene.goto(paths::TENANTS).await;
    scene.arrives_at(paths::TENANTS).await;
    assert_eq!(scene.fetched(paths::API_WORKSPACES).await[0], 200, "the session goes on");

    let _with_another_key = Provider::start(&origin, provider_port).unwrap();
    scene.forget().await;
    scene.goto(paths::OVERVIEW).await;
    scene.sign_in_as("ana").await;
    scene.arrives_at(paths::OVERVIEW).await;
}
