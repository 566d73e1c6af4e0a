//! What no sentence may claim, and what some must say.
#![cfg(test)]

mod cases;
mod sources;

use std::path::Path;

use serde_json::Value;

use cases::{cases, report_of};
use sources::texts_below;

/// What a sentence must not say or imply, as beginnings of words in lower case.
const FORBIDDEN: [&str; 23] = [
    "recoverab",
    "can be recovered",
    "can be restored",
    "restorable",
    "prove",
    "proof",
    "guarant",
    "verif",
    "validated",
    "protect",
    "safe",
    "secur",
    "certified",
    "ensur",
    "assur",
    "confirm",
    "will succeed",
    "would succeed",
    "will work",
    "trustworthy",
    "reliab",
    "score",
    "compliant",
];

/// The same, as whole words.
const FORBIDDEN_WORDS: [&str; 2] = ["works", "succeeds"];

/// The boundary sentences, each of which uses such a word only to deny it.
const BOUNDARIES: [&str; 2] = [
    "A restore shows what it applied at that time. It is not proven that the whole tenant can be recovered.",
    "A restore shows what it restored at that time. It is not proven that the whole tenant can be recovered.",
];

/// Words that hold a forbidden beginning and claim nothing of the kind.
const HARMLESS: [&str; 8] = [
    "unvalidated",
    "each schedule above runs on time and succeeds, or is disabled",
    "No data is available until this succeeds.",
    "works offline",
    "verify a report page",
    "Verify it with the release that wrote it",
    "posture verify",
    "give it to those who verify",
];

/// Path and text of every source of sentences.
fn sentence_sources() -> Vec<(String, String)> {
    texts_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words"), "rs")
}

/// The forbidden beginnings that a text holds, but in what is known to be harmless or to deny.
fn claims(text: &str) -> Vec<&'static str> {
    let mut text = text.to_owned();
    for harmless in BOUNDARIES.into_iter().chain(HARMLESS) {
        text = text.replace(harmless, " ");
    }
    let text = text.to_lowercase().replace("unvalidated", " ");
    let begins = |word: &&str| {
        text.match_indices(*word).any(|(at, _)| !text[..at].ends_with(|before: char| before.is_alphabetic()))
    };
    let stands =
        |word: &&str| text.split(|character: char| !character.is_alphabetic()).any(|one| one == *word);
    FORBIDDEN.into_iter().filter(begins).chain(FORBIDDEN_WORDS.into_iter().filter(stands)).collect()
}

/// The string literals of a source, without its comments and its tests.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<_> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut literals = Vec::new();
    let mut rest = code.as_str();
    while let Some(start) = rest.find('"') {
        let tail = &rest[start + 1..];
        let mut escaped = false;
        let end = tail.find(|character: char| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { break };
        literals.push(tail[..end].to_owned());
        rest = &tail[end + 1..];
    }
    literals
}

/// WD-2, WD-3: every literal of every source of sentences.
#[test]
fn no_sentence_in_the_sources_claims_what_evidence_cannot_show() {
    let mut seen = 0;
    for (path, source) in sentence_sources() {
        for literal in literals(&source) {
            assert_eq!(claims(&literal), [""; 0], "{path}: {literal:?}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen} literals read");
}

/// WD-2, WD-3: nor does any sentence elsewhere, in whatever crate an operator may meet it.
#[test]
fn no_sentence_of_any_surface_claims_what_evidence_cannot_show() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut seen, mut claiming) = (0, Vec::new());
    for surface in ["posture-core", "posture-web", "posture-server", "posture-cli"] {
        let sources = texts_below(&crates.join(surface).join("src"), "rs");
        // The demo's own names and titles are evidence, not sentences of the product.
        for (path, source) in sources.into_iter().filter(|(path, _)| !path.contains("/demo/")) {
            for sentence in literals(&source).into_iter().filter(|literal| literal.contains(' ')) {
                claiming.extend(
                    claims(&sentence).first().map(|claim| format!("{path}: {claim} in {sentence:?}")),
                );
                seen += 1;
            }
        }
    }
    assert!(claiming.is_empty(), "{}", claiming.join("\n"));
    assert!(seen > 300, "{seen} sentences read");
}

/// WD-2: a boundary denies what it names, and the sources have it exactly as given here.
#[test]
fn a_boundary_sentence_denies_what_it_names() {
    let all: Vec<_> = sentence_sources().iter().flat_map(|(_, source)| literals(source)).collect();
    for boundary in BOUNDARIES {
        assert!(boundary.contains(" not ") || boundary.contains("no claim"), "{boundary}");
        assert!(all.iter().any(|literal| literal == boundary), "no longer emitted: {boundary}");
    }
}

/// WD-3: the check notices what it is there for.
#[test]
fn a_claim_is_noticed() {
    for claim in [
        "This tenant is recoverable.",
        "Recovery is proven",
        "Backups are Verified",
        "your data is safe",
        "A restore will succeed.",
        "Recovery score: 97",
        "Recovery works",
        "Evidence is validated",
        "Secured",
    ] {
        assert!(!claims(claim).is_empty(), "{claim}");
    }
    assert_eq!(claims("Never tested: no executed restore on record (unvalidated)"), [""; 0]);
    assert_eq!(claims("Improved"), [""; 0]);
}

/// Every text of a report, with its key.
fn texts<'r>(key: &str, value: &'r Value, found: &mut Vec<(String, &'r str)>) {
    match value {
        Value::String(text) => found.push((key.to_owned(), text)),
        Value::Array(elements) => elements.iter().for_each(|element| texts(key, element, found)),
        Value::Object(members) => members.iter().for_each(|(key, member)| texts(key, member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Keys whose values are words of a vocabulary or of the evidence, not sentences.
const CODES: [&str; 3] = ["recovery_claim_boundary", "tenant_label", "path"];

/// WD-2, WD-3: every text of every report.
#[test]
fn no_text_of_any_report_claims_what_evidence_cannot_show() {
    let mut read = 0;
    for (name, case) in cases() {
        let Some(report) = report_of(&case) else { continue };
        let mut found = Vec::new();
        texts("", &report, &mut found);
        for (key, text) in found.into_iter().filter(|(key, _)| !CODES.contains(&key.as_str())) {
            assert_eq!(claims(text), [""; 0], "{name}: {key}: {text}");
            read += 1;
        }
    }
    assert!(read > 1000, "{read} texts read");
}

/// WD-1: backup texts say nothing of recovery but where they deny it, recovery texts nothing of backup health.
#[test]
fn backup_texts_are_about_backups_and_recovery_texts_about_restores() {
    for (name, case) in cases() {
        let Some(report) = report_of(&case) else { continue };
        for tenant in report["tenants"].as_array().into_iter().flatten() {
            let health = &tenant["backup_health"];
            for text in
                [&health["headline"], &health["supporting_message"]].into_iter().filter_map(Value::as_str)
            {
                let text = text.to_lowercase();
                assert!(!text.contains("recover") && !text.contains("restore"), "{name}: {text}");
            }
            let evidence = &tenant["recovery_evidence"];
            for text in [&evidence["headline"], &evidence["summary"]].into_iter().filter_map(Value::as_str) {
                assert!(!text.to_lowercase().contains("backup"), "{name}: {text}");
            }
        }
    }
}

/// WD-5, RA-8: in every case each recovery text says how old its evidence is, or that this is unknown or that there is none.
#[test]
fn every_recovery_text_says_how_old_its_evidence_is() {
    let says_age = |text: &str| {
        ["This evidence is ", "age of this evidence is unknown", "no recovery evidence"]
            .iter()
            .any(|said| text.contains(said))
    };
    for (name, case) in cases() {
        let Some(report) = report_of(&case) else { continue };
        for tenant in report["tenants"].as_array().into_iter().flatten() {
            let runs =
                tenant["restore_attention"].as_array().into_iter().flatten().map(|run| &run["summary"]);
            for text in runs.chain([&tenant["recovery_evidence"]["summary"]]).filter_map(Value::as_str) {
                assert!(says_age(text), "{name}: {text}");
            }
        }
        for item in report["overview"]["attention_items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|item| item["family"] == "recovery_evidence")
        {
            assert!(item["body"].as_str().is_some_and(says_age), "{name}: {item}");
        }
    }
}

/// BH-15: in every case a healthy text names each newer skipped set, if they are few.
#[test]
fn a_healthy_text_names_newer_skipped_sets_in_every_case() {
    for (name, case) in cases() {
        let Some(report) = report_of(&case) else { continue };
        for health in
            report["tenants"].as_array().into_iter().flatten().map(|tenant| &tenant["backup_health"])
        {
            if health["posture"] != "healthy" {
                continue;
            }
            for skipped in health["skipped_sets"].as_array().into_iter().flatten() {
                let set = format!("set {} (", skipped["backup_set_id"]);
                assert!(health["skipped_sets"].as_array().is_some_and(|sets| sets.len() <= 3), "{name}");
                assert!(
                    health["supporting_message"].as_str().is_some_and(|text| text.contains(&set)),
                    "{name}: {health}"
                );
            }
        }
    }
}

/// WD-4: the exact sentences, wherever a case has them.
#[test]
fn sentences_are_worded_exactly() {
    let mut held = 0;
    for (_, case) in cases() {
        let Some(report) = report_of(&case) else { continue };
        for tenant in report["tenants"].as_array().into_iter().flatten() {
            for check in tenant["needs_attention"]["healthy_checks"].as_array().into_iter().flatten() {
                if check["key"] == "backups_recent_and_healthy" {
                    assert_eq!(check["title"], "Backups are recent and healthy");
                    held += 1;
                }
            }
            let headline = tenant["recovery_evidence"]["headline"].as_str().unwrap_or_default();
            match tenant["recovery_evidence"]["overview_state"].as_str() {
                Some("no_recent_issues_visible") => {
                    let unsettled = tenant["registry"]["unsettled"].as_array().into_iter().flatten();
                    let mut restores = unsettled
                        .filter(|cause| cause.as_str().is_some_and(|cause| cause.starts_with("restore_")));
                    let is_calm = headline == "No recent restore issues visible";
                    assert_eq!(is_calm, restores.next().is_none(), "{headline}");
                }
                Some("unvalidated") => assert!(headline.contains("unvalidated"), "{headline}"),
                _ => {}
            }
        }
    }
    assert!(held > 0);
}
