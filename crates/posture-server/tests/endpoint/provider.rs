//! A sign-in provider over real HTTP. Its tokens are signed by a key that it publishes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use posture_server::clock;
use posture_testing::receivers::WebhookServer;
use rcgen::{KeyPair, PKCS_ED25519, SigningKey as _};
use serde_json::{Value, json};

const KEYS: &str = "/keys";
const TOKENS: &str = "/tokens";

pub(crate) struct Provider {
    pub(crate) server: WebhookServer,
    key: KeyPair,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let provider = Self { server: WebhookServer::start(), key: new_key() };
        provider.describe(&json!({}));
        provider.publish(&provider.key);
        provider
    }

    pub(crate) fn issuer(&self) -> String {
        self.server.url("")
    }

    /// Describes itself, with some members replaced. Returns how many bytes that takes.
    pub(crate) fn describe(&self, others: &Value) -> usize {
        let mut description = json!({
            "issuer": self.issuer(),
            "authorization_endpoint": self.server.url("/authorize"),
            "token_endpoint": self.server.url(TOKENS),
            "jwks_uri": self.server.url(KEYS),
            "end_session_endpoint": self.server.url("/end"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        });
        description.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
        self.server.show("/.well-known/openid-configuration", &description);
        description.to_string().len()
    }

    fn publish(&self, key: &KeyPair) {
        let point = URL_SAFE_NO_PAD.encode(key.public_key_raw());
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "x": point });
        self.server.show(KEYS, &json!({ "keys": [key] }));
    }

    /// Signs with another key from now on, and publishes it.
    pub(crate) fn change_key(&mut self) {
        self.key = new_key();
        self.publish(&self.key);
    }

    /// The claims about a user who signs in now, with some replaced.
    pub(crate) fn claims(&self, nonce: &str, others: &Value) -> Value {
        let now = clock::now().unwrap().unix_seconds();
        let mut claims = json!({
            "iss": self.issuer(), "aud": "posture", "sub": "ana", "name": "Ana", "nonce": nonce,
            "iat": now, "exp": now + 300,
        });
        claims.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
        claims
    }

    /// A token with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        signed(&self.key, "EdDSA", claims)
    }

    /// Gives this token for every code.
    pub(crate) fn give(&self, token: &str) {
        self.answer_codes_with(&json!({ "access_token": "a", "token_type": "Bearer", "id_token": token }));
    }

    /// Answers every code with this.
    pub(crate) fn answer_codes_with(&self, answer: &Value) {
        self.server.show(TOKENS, answer);
    }

    /// How often it was asked for a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.server.posted().iter().filter(|request| request.line.contains(&format!(" {path} "))).count()
    }

    pub(crate) fn count_of_keys(&self) -> usize {
        self.count(KEYS)
    }

    /// The last exchange of a code: its body, and how it authenticates.
    pub(crate) fn exchange(&self) -> (String, Option<String>) {
        let posted = self.server.posted();
        let request = posted.iter().rfind(|request| request.line.contains(TOKENS)).unwrap();
        (String::from_utf8(request.body.clone()).unwrap(), request.headers.get("authorization").cloned())
    }
}

pub(crate) fn new_key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ED25519).unwrap()
}

/// A token with a header that names this algorithm.
pub(crate) fn signed(key: &KeyPair, algorithm: &str, claims: &Value) -> String {
    let [header, claims] =
        [json!({ "alg": algorithm }), claims.clone()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let content = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(content.as_bytes()).unwrap());
    format!("{content}.{signature}")
}
