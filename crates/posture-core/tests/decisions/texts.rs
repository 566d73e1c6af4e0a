//! Names, keys and texts outside verdicts.

use posture_core::invisible_chars::made_visible;
use posture_core::key::Key;
use posture_core::policy::Policy;
use posture_core::reading::policy_file::{check, unknown_keys};
use posture_core::words::nearest;
use rstest::rstest;
use serde_json::json;

/// TH-1: a variation selector is shown unless there is a character before it that it can change.
#[rstest]
#[case("❤\u{fe0f}", "❤\u{fe0f}")]
#[case("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}")]
#[case(" \u{fe0f}", " ⟨U+FE0F⟩")]
#[case("\u{202e}\u{fe0e}", "⟨U+202E⟩⟨U+FE0E⟩")]
#[case("é\u{e0100}", "é\u{e0100}")]
#[case("a\u{fe00}", "a⟨U+FE00⟩")]
#[case("plain\ttext\n", "plain\ttext\n")]
fn a_selector_is_shown_unless_it_can_change_something(#[case] text: &str, #[case] shown: &str) {
    assert_eq!(made_visible(text), shown);
}

/// RP-5: keys are compared by their code units, as the canonical form sorts them.
#[test]
fn keys_are_compared_by_their_code_units() {
    let key = |text: &str| Key(text.to_owned());
    assert!(key("a") < key("b") && key("b") > key("a") && key("a") < key("aa"));
    assert!(key("\u{10000}") < key("\u{e000}"), "a surrogate is less than U+E000");
}

/// CL-39: a policy file is checked as a document's policy is, and its unknown keys are named.
#[test]
fn a_policy_file_is_checked_and_its_unknown_keys_are_named() {
    assert_eq!(check(r#"{"freshness_hours":9}"#).map(|policy| policy.freshness_hours), Ok(9));
    assert_eq!(check("{}"), Ok(Policy::default()));
    assert!(check(r#"{"freshness_hours":0}"#).is_err());
    let policy = json!({
        "freshness_hour": 9, "attention_limit": 1,
        "scopes": { "a": { "expected": true, "freshness": 1 } },
        "profiles": { "gold": { "attention_limit": 2, "scopes": { "": { "expect": true } } }, "silver": { "freshness_hours": 1 } },
    });
    let unknown = unknown_keys(&policy);
    let paths: Vec<_> = unknown.iter().map(|key| key.path.join(" ")).collect();
    assert_eq!(
        paths,
        [
            "freshness_hour",
            "profiles gold attention_limit",
            "profiles gold scopes  expect",
            "scopes a freshness"
        ]
    );
    assert!(unknown[0].known.contains(&"attention_limit") && !unknown[1].known.contains(&"attention_limit"));
    assert!(unknown[3].known.contains(&"expected"));
    assert_eq!(unknown_keys(&json!({ "freshness_hours": 9, "scopes": {}, "profiles": null })), []);
}

/// CL-39: the known word that a misspelt one most likely means.
#[rstest]
#[case("freshness_hour", Some("freshness_hours"))]
#[case("FRESHNESS-HOURS", Some("freshness_hours"))]
#[case("scoeps", Some("scopes"))]
#[case("scope", Some("scopes"))]
#[case("profile", Some("profiles"))]
#[case("sc", Some("scopes"))]
#[case("s", None)]
#[case("colour", None)]
fn the_nearest_known_word_is_suggested(#[case] found: &str, #[case] suggested: Option<&str>) {
    let known = ["profiles", "scopes", "freshness_hours", "freshness_hour_s"];
    assert_eq!(nearest(found, known), suggested);
    assert_eq!(nearest("ab", ["abd", "abc"]), Some("abd"), "of several, the first");
}
