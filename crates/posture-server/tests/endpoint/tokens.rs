//! Which tokens of a provider sign a user in, over real HTTP to it.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rstest::rstest;
use serde_json::{Value, json};

use crate::provider::{Provider, new_key, signed};
use crate::signing_in::{AHEAD, SESSION, come_back, cookie, endpoint, options, sign_in, start};
use crate::support::problem;

/// SI-3
#[rstest]
#[case::nonce(json!({ "nonce": "of another attempt" }), StatusCode::BAD_REQUEST, "already used once")]
#[case::no_nonce(json!({ "nonce": null }), StatusCode::BAD_REQUEST, "already used once")]
#[case::audience(json!({ "aud": "another" }), StatusCode::FORBIDDEN, "for another application")]
#[case::party(json!({ "azp": "another" }), StatusCode::FORBIDDEN, "is not valid")]
#[case::issuer(json!({ "iss": "https://evil.example" }), StatusCode::FORBIDDEN, "is not valid")]
#[case::expired(json!({ "exp": 1_000_000_000 }), StatusCode::FORBIDDEN, "has expired")]
#[case::ahead(json!({ "iat": 9_000_000_000_u64, "exp": 9_000_000_900_u64 }), StatusCode::FORBIDDEN, "is not valid")]
#[case::identity(json!({ "sub": "ana\u{200b}" }), StatusCode::FORBIDDEN, "did not say who you are")]
#[case::groups(json!({ "_claim_names": { "groups": "src1" } }), StatusCode::FORBIDDEN, "more groups than a token can hold")]
#[tokio::test]
async fn a_token_that_does_not_say_who_signed_in_here_signs_nobody_in(
    #[case] claims: Value,
    #[case] status: StatusCode,
    #[case] told: &str,
) {
    let provider = Provider::start();
    let router = endpoint(options(&provider));
    let answer = sign_in(&provider, &router, &claims).await;
    let sentence = problem(&answer, status, "/sign-in/callback");
    assert!(sentence.contains(told), "{sentence}");
    assert_eq!(cookie(&answer, SESSION), None);
}

/// SI-3, SI-9
#[tokio::test]
async fn only_a_key_of_the_provider_makes_a_token_valid() {
    let mut provider = Provider::start();
    let router = endpoint(options(&provider));
    let asked = start(&router).await;
    let claims = provider.claims(&asked.parameter("nonce"), &json!({}));
    let token = provider.token(&claims);
    let (content, _) = token.rsplit_once('.').unwrap();
    let forged = [
        signed(&new_key(), "EdDSA", &claims),
        signed(&new_key(), "HS256", &claims),
        format!("{content}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        signed(&new_key(), "none", &claims)
            .rsplit_once('.')
            .map(|(content, _)| format!("{content}."))
            .unwrap(),
    ];
    for token in forged {
        let asked = start(&router).await;
        provider.give(&token);
        let answer = come_back(&router, &asked).await;
        let sentence = problem(&answer, StatusCode::FORBIDDEN, "/sign-in/callback");
        assert!(sentence.contains("a token that is not valid"), "{sentence}");
    }

    let before = provider.count_of_keys();
    assert_eq!(sign_in(&provider, &router, &json!({})).await.status, StatusCode::SEE_OTHER);
    assert_eq!(provider.count_of_keys(), before, "a known key is not read again");
    provider.change_key();
    assert_eq!(sign_in(&provider, &router, &json!({})).await.status, StatusCode::SEE_OTHER);
    assert_eq!(sign_in(&provider, &router, &json!({})).await.status, StatusCode::SEE_OTHER);
    assert_eq!(provider.count_of_keys(), before + 1, "the new key is read once");
    AHEAD.set(61);
    start(&router).await;
    assert_eq!(provider.count_of_keys(), before + 2, "it is used for a minute, like the description");
}
