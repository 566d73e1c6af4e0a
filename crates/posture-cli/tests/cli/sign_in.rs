//! What `posture serve` asks of a sign-in provider, over real HTTP and TLS.

use posture_testing::certificates::Authority;
use posture_testing::receivers::WebhookServer;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::support::{Files, posture};

const DESCRIPTION: &str = "/.well-known/openid-configuration";
/// The addresses that a provider's description names.
const ADDRESSES: [&str; 4] = ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"];

/// The provider's address: its certificate is for this name.
fn issuer(provider: &WebhookServer) -> String {
    provider.url("").replace("127.0.0.1", "localhost")
}

/// A description of which all addresses are the provider's.
fn description(provider: &WebhookServer) -> Value {
    let issuer = issuer(provider);
    let mut description = json!({
        "issuer": issuer,
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    for name in ADDRESSES {
        description[name] = format!("{issuer}/{name}").into();
    }
    description
}

/// Makes a provider answer as one that a user can sign in at.
fn describe(provider: &WebhookServer, description: &Value) {
    provider.show(DESCRIPTION, description);
    provider.show("/jwks_uri", &json!({ "keys": [] }));
}

/// How a new endpoint of this provider answers a user who signs in: with the status, and where it sends them.
fn sign_in(provider: &WebhookServer, environment: &[(&str, String)]) -> (u16, String) {
    let mut serve = posture();
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        serve.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    serve.envs(environment.iter().cloned());
    serve.args([
        "serve",
        "--auth",
        "oidc",
        "--public-url",
        "http://localhost",
        "--oidc-client-id",
        "posture",
    ]);
    serve.args(["--oidc-issuer", &issuer(provider)]);
    let endpoint = Endpoint::start_with(serve);
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    let agent = ureq::Agent::new_with_config(config.max_redirects_will_error(false).build());
    let request = agent.get(format!("{}/sign-in?return_to=/admin", endpoint.url()));
    let answer = request.header("host", "localhost").call().unwrap();
    let location = answer.headers().get("location").map(|location| location.to_str().unwrap().to_owned());
    (answer.status().as_u16(), location.unwrap_or_default())
}

/// SI-2: a proxy would see the secret that is sent to a provider without TLS.
#[test]
fn a_provider_on_this_machine_is_contacted_without_a_proxy() {
    let (plain, proxy) = (WebhookServer::start(), WebhookServer::start());
    describe(&plain, &description(&plain));
    let proxies = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy"]
        .map(|name| (name, proxy.url("")));
    let (status, location) = sign_in(&plain, &proxies);
    assert_eq!(status, 303);
    assert!(location.starts_with(&format!("{}/authorization_endpoint?", issuer(&plain))), "{location}");
    assert!(proxy.posted().is_empty(), "{:?}", proxy.posted());

    let encrypted = WebhookServer::start_with_tls(Authority::new().server("localhost"));
    for (name, address) in [&proxies[0], &proxies[1]] {
        let before = proxy.posted().len();
        assert_eq!(sign_in(&encrypted, &[(name, address.clone())]).0, 503, "the proxy here connects nobody");
        let line = &proxy.posted()[before].line;
        assert!(line.starts_with(&format!("CONNECT localhost:{} ", encrypted.port())), "{name}: {line}");
    }
}

/// SI-2
#[test]
fn a_provider_with_tls_that_names_an_address_without_it_is_refused() {
    let (files, authority) = (Files::new(), Authority::new());
    let trusted = files.write("authority.pem", authority.pem()).to_str().unwrap().to_owned();
    let environment = [("SSL_CERT_FILE", trusted)];
    let encrypted = WebhookServer::start_with_tls(authority.server("localhost"));
    let plain = WebhookServer::start();
    describe(&plain, &Value::Null);
    describe(&encrypted, &description(&encrypted));
    let (status, location) = sign_in(&encrypted, &environment);
    assert_eq!(status, 303);
    assert!(location.starts_with(&format!("{}/authorization_endpoint?", issuer(&encrypted))), "{location}");
    for name in ADDRESSES {
        let mut description = description(&encrypted);
        description[name] = format!("{}/{name}", issuer(&plain)).into();
        describe(&encrypted, &description);
        assert_eq!(sign_in(&encrypted, &environment), (503, String::new()), "{name}");
    }
}
