//! Marks on items, long texts, and what is not shown.

use serde_json::{Value, json};

use posture_core::views::reviews::{LONGEST_NOTE, LONGEST_TICKET, Review};
use posture_core::views::truncation;
use posture_core::words;
use posture_core::words::shortening::{LINE, PROSE, left_out, line, prose, shortened};
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, at, snapshot, tenant};
use crate::stage::{document_at, instant};

/// What a mark says, and why one is not taken.
#[test]
fn marks() {
    let mut said = Collected::default();
    let stated = |more: Value| {
        let mut mark = json!({ "tenant_id": 1, "item": "backup", "fingerprint": "f", "until": at(DAY) });
        mark.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Review::made(&mark, Some("ana".to_owned()), instant(0))
    };
    let mark = stated(json!({ "note": "waiting for the vendor" })).unwrap();
    said.add("a mark", &words::known_until(&mark));
    said.add("a mark", &words::marked_at(&mark));
    let faults = [
        json!({ "tenant_id": 0 }),
        json!({ "note": "x".repeat(LONGEST_NOTE + 1) }),
        json!({ "ticket": "ftp://example.org" }),
        json!({ "ticket": format!("https://{}", "x".repeat(LONGEST_TICKET)) }),
        json!({ "until": at(0) }),
        json!({ "until": at(400 * DAY) }),
    ];
    for fault in faults {
        said.add("not taken", &words::review_fault(stated(fault).unwrap_err()));
    }
    said.add("nobody can mark", words::NO_REVIEWS);
    said.add("nobody can mark", words::MAY_NOT_REVIEW);
    insta::assert_snapshot!(said);
}

/// A long text is cut in its middle, and says how much is left out.
#[test]
fn long_texts() {
    let word =
        |characters: usize| ["a".repeat(characters / 2), "b".repeat(characters - characters / 2)].concat();
    let marked = ["a\u{301}".repeat(90), "b\u{301}".repeat(90)].concat();
    let texts = [
        shortened("short", 60).into_owned(),
        shortened(&word(61), 60).into_owned(),
        shortened(&word(600), 60).into_owned(),
        shortened(&"é".repeat(60), 60).into_owned(),
        shortened(&marked, 60).into_owned(),
        shortened(&marked, 63).into_owned(),
        line(&word(LINE + 1)).into_owned(),
        line(&word(LINE)).len().to_string(),
        prose(&word(PROSE)).len().to_string(),
        prose(&word(PROSE + 1)).chars().count().to_string(),
        left_out(1),
        left_out(2),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

/// A link that is too long to be followed is disabled, and says so.
#[test]
fn long_links() {
    let url = format!("https://example.org/{}", "x".repeat(truncation::ADDRESS));
    let signal = json!({ "domain": "alerts", "key": "a", "urgency": "low", "title": "A", "url": url });
    let mut report = document_at(&snapshot(json!([tenant(1, json!({ "signals": [signal] }))])), 0).report;
    truncation::tenant(&mut report.tenants[0]);
    let said = serde_json::to_value(&report.tenants[0]).unwrap().to_string();
    insta::assert_snapshot!(said.split('"').find(|text| text.starts_with("The link is")).unwrap());
}
