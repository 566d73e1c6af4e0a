//! Marks on attention items.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::export::csv::{Separator, registry_csv};
use posture_core::report::model::{AttentionItem, Domain, TenantReport};
use posture_core::views::attention::{attention_by_tenant, attention_items_of, attention_with_marks};
use posture_core::views::reviews::{
    Marks, Review, ReviewFault, ReviewList, day_after, end_of_day, fingerprint, looked_up_at, mark_request,
    read_marks,
};
use posture_core::{Form, Options, Report, Timestamp, derive, words};

use crate::evidence::{DAY, HOUR, ago, at, set, snapshot, tenant};

fn report_of(tenants: Value) -> Report {
    derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read")
}

fn stale(set_id: u64) -> Value {
    json!({ "backup_sets": [set(set_id, json!({ "completed_at": ago(DAY + HOUR) }))] })
}

fn instant(seconds: i64) -> Timestamp {
    at(seconds).as_str().and_then(Timestamp::parse).expect("an instant")
}

/// A mark on the first item of a report, until an hour after the export.
fn mark(report: &Report) -> Review {
    let item = &report.overview.attention_items[0];
    let tenant =
        report.tenants.iter().find(|tenant| tenant.tenant_id == item.tenant_id).expect("it is there");
    let mark = json!({ "tenant_id": item.tenant_id, "item": item.key, "fingerprint": fingerprint(item, tenant), "until": at(HOUR) });
    Review::made(&mark, Some("ana".to_owned()), instant(0)).expect("it is a mark")
}

fn is_marked(report: &Report, review: &Review, seconds: i64) -> bool {
    let marks = Marks::at([review.clone()], instant(seconds));
    let items = report.overview.attention_items.iter();
    items
        .filter_map(|item| Some((item, report.tenants.iter().find(|one| one.tenant_id == item.tenant_id)?)))
        .any(|(item, tenant)| marks.of(item, tenant).is_some())
}

/// RV-1
#[test]
fn a_mark_holds_until_its_end_and_for_the_same_item_only() {
    let report = report_of(json!([tenant(1, stale(1))]));
    let review = mark(&report);
    assert!(is_marked(&report, &review, 0) && is_marked(&report, &review, HOUR));
    assert!(!is_marked(&report, &review, HOUR + 1), "it has ended");
    assert!(!is_marked(&report_of(json!([tenant(1, stale(2))])), &review, 0), "another set");
    assert!(
        !is_marked(&report_of(json!([tenant(1, json!({ "backup_sets": [] }))])), &review, 0),
        "another state"
    );
    assert!(!is_marked(&report_of(json!([tenant(2, stale(1))])), &review, 0), "another tenant");
}

/// RV-2
#[test]
fn a_marked_item_comes_last_within_its_rank_and_the_report_stays_as_it_is() {
    let tenants = json!([
        tenant(1, stale(1)),
        tenant(2, stale(1)),
        tenant(3, json!({ "backup_sets": [] })),
        tenant(4, json!({ "restore_runs": [] }))
    ]);
    let report = report_of(tenants.clone());
    let items = &report.overview.attention_items;
    let order = |reviews: &[Review]| -> Vec<u64> {
        let marks = Marks::at(reviews.to_vec(), instant(0));
        let shown = attention_with_marks(&report, None, 10, &marks);
        let plain = attention_by_tenant(&report, None, 10);
        assert_eq!(shown.tenants, plain.tenants);
        shown.listed.iter().map(|line| line.tenant.tenant_id.get()).collect()
    };
    assert_eq!(order(&[]), [3, 1, 2, 4]);
    let on_first_stale = Review {
        tenant_id: items[1].tenant_id,
        item: items[1].key.clone(),
        fingerprint: {
            let tenant = report
                .tenants
                .iter()
                .find(|tenant| tenant.tenant_id == items[1].tenant_id)
                .expect("it is there");
            fingerprint(&items[1], tenant)
        },
        ..mark(&report)
    };
    assert_eq!(order(&[on_first_stale]), [3, 2, 1, 4]);
    assert_eq!(report, report_of(tenants));
}

/// RV-3
#[test]
fn a_mark_is_read_back_as_it_is_written_and_others_are_rejected() {
    let review = mark(&report_of(json!([tenant(1, stale(1))])));
    let written = serde_json::to_value(&review).expect("it is written");
    assert_eq!(Review::read(&written), Some(review.clone()));
    let made = |key: &str, value: Value| {
        let mut mark = written.clone();
        mark[key] = value;
        Review::made(&mark, None, instant(0)).err()
    };
    assert_eq!(made("note", json!("known")), None);
    assert_eq!(made("item", json!("")), Some(ReviewFault::Incomplete));
    assert_eq!(made("item", json!("a\0b")), Some(ReviewFault::Incomplete));
    assert_eq!(made("note", json!("n".repeat(2001))), Some(ReviewFault::LongNote));
    for wrong in [json!(5), json!(["a"]), json!({})] {
        assert_eq!(made("note", wrong.clone()), Some(ReviewFault::Incomplete), "{wrong}");
        assert_eq!(made("ticket", wrong.clone()), Some(ReviewFault::Incomplete), "{wrong}");
    }
    assert_eq!((made("note", json!(null)), made("ticket", json!(null))), (None, None));
    for ticket in [
        "javascript:alert(1)",
        "/admin",
        "https://a b",
        "ftp://a",
        "https://",
        "https:///a",
        "https://tickets.example@elsewhere.example/1",
        "https://a.example/\u{202e}1",
    ] {
        assert_eq!(made("ticket", json!(ticket)), Some(ReviewFault::Ticket), "{ticket}");
    }
    for until in [at(0), at(367 * DAY)] {
        assert_eq!(made("until", until), Some(ReviewFault::Until));
    }
}

/// RV-3: a note, a link and an end of exactly the longest are taken.
#[test]
fn a_mark_may_be_as_long_as_allowed() {
    let written =
        serde_json::to_value(mark(&report_of(json!([tenant(1, stale(1))])))).expect("it is written");
    let made = |key: &str, value: Value| {
        let mut mark = written.clone();
        mark[key] = value;
        Review::made(&mark, None, instant(0)).err()
    };
    assert_eq!(made("note", json!("ä".repeat(2000))), None);
    let link = |characters: usize| json!(format!("https://t.example/{}", "a".repeat(characters - 18)));
    assert_eq!(made("ticket", link(500)), None);
    assert_eq!(made("ticket", link(501)), Some(ReviewFault::Ticket));
    assert_eq!(made("until", at(366 * DAY)), None);
    assert_eq!(made("until", at(366 * DAY + 1)), Some(ReviewFault::Until));
    assert_eq!(made("until", at(1)), None);
}

/// RV-1: a signal with another title is another item.
#[test]
fn a_signal_is_known_by_its_title() {
    let signals = |title: &str| {
        let signal = |domain: &str, key: &str, title: &str| json!({ "domain": domain, "key": key, "urgency": "high", "title": title });
        let others = [signal("alerts", "other", "Another"), signal("operations", "k", "Elsewhere")];
        report_of(json!([tenant(
            1,
            json!({ "signals": [others[0], others[1], signal("alerts", "k", title)] })
        )]))
    };
    let print = |report: &Report| {
        let item = report
            .overview
            .attention_items
            .iter()
            .find(|item| item.family == Domain::Alerts && item.key == "k");
        fingerprint(item.expect("it is listed"), &report.tenants[0])
    };
    assert_eq!(print(&signals("Disk full")), print(&signals("Disk full")));
    assert_ne!(print(&signals("Disk full")), print(&signals("Disk failed")));
    let long = |end: &str| signals(&["n".repeat(100_000).as_str(), end].concat());
    assert_eq!(print(&long("")), print(&long("")), "by the title as it is shown");
}

/// RV-14: a saved page has the marks as they were, and nobody can change them there.
#[test]
fn a_saved_page_has_its_marks() {
    let report = report_of(json!([tenant(1, stale(1)), tenant(2, stale(1))]));
    let review = mark(&report);
    let values = Marks::at([review.clone()], instant(0)).to_values();
    assert_eq!(values, [serde_json::to_value(&review).unwrap()]);
    assert_eq!(read_marks(&[values[0].clone(), json!({ "item": "x" })]), std::slice::from_ref(&review));
    let page = ReviewList::of_page(vec![review.clone()]);
    assert_eq!(page.reviews, [review]);
    assert!(!page.may_mark(posture_core::Id::new(1).unwrap()));
    assert!(!page.is_without_effect() && ReviewList::of_page(Vec::new()).is_without_effect());
    let anyone = ReviewList::read(r#"{ "reviews": [] }"#).expect("a list");
    assert!(anyone.may_mark(posture_core::Id::new(1).unwrap()) && !anyone.is_without_effect());
}

/// RV-12: the days that a dialog offers.
#[test]
fn a_day_is_counted_in_utc() {
    let days = [0, 1, 14].map(|days| day_after(instant(16 * HOUR - 1), days));
    assert_eq!(days, ["2026-11-20", "2026-11-21", "2026-12-04"]);
    assert_eq!(end_of_day("2026-12-04").map(|at| at.to_string()).as_deref(), Some("2026-12-04T23:59:59Z"));
}

/// RV-8, RV-11: a mark says who made it, shown as far as it can be read.
#[test]
fn a_mark_says_who_made_it() {
    let review = mark(&report_of(json!([tenant(1, stale(1))])));
    assert_eq!(review.by.as_deref(), Some("ana"));
    let long =
        Review { by: Some("n".repeat(1000)), note: Some("a\u{202e}b".to_owned()), ..review.clone() }.shown();
    assert!(long.by.is_some_and(|by| by.len() < 400 && by.contains("characters left out")));
    assert_eq!(long.note.as_deref(), Some("a⟨U+202E⟩b"));
    assert_eq!(review.shown(), review);
}

/// RV-2: a list that is cut to its first lines is cut after the marks are taken into account.
#[test]
fn a_marked_item_leaves_its_place_in_a_short_list() {
    let report = report_of(json!([tenant(1, stale(1)), tenant(2, stale(1))]));
    let marks = Marks::at([mark(&report)], instant(0));
    let first = attention_with_marks(&report, None, 1, &marks);
    assert_eq!(first.listed[0].tenant.tenant_id.get(), 2);
}

/// RV-1, RV-3
#[test]
fn the_endpoints_list_is_read_and_a_mark_is_written_as_it_expects() {
    let report = report_of(json!([tenant(1, stale(1))]));
    let review = mark(&report);
    let list = json!({ "manageable_tenants": [1], "read_only": null, "reviews": [review, { "other": 1 }] });
    let list = ReviewList::read(&list.to_string()).expect("a list");
    assert_eq!(list.reviews, std::slice::from_ref(&review));
    let [own, other] = [1, 2].map(|id| posture_core::Id::new(id).expect("an id"));
    assert!(list.may_mark(own) && !list.may_mark(other) && !list.is_without_effect());
    let read_only = r#"{ "manageable_tenants": [], "read_only": "why", "reviews": [] }"#;
    assert!(ReviewList::read(read_only).is_some_and(|list| list.is_without_effect()));
    assert_eq!(ReviewList::read("[]"), None);

    let until = end_of_day(&at(DAY).as_str().expect("text")[..10]).expect("a day");
    let request = mark_request(own, &review.item, &review.fingerprint, " note ", " ", until);
    let request = serde_json::from_str(&request).expect("JSON");
    let made = Review::made(&request, None, instant(0)).expect("it is taken");
    assert_eq!((made.note.as_deref(), made.ticket, made.until), (Some("note"), None, until));
    assert_eq!(looked_up_at(instant(0), Some(instant(5))), instant(5));
    assert_eq!(looked_up_at(instant(9), Some(instant(5))), instant(9));
}

/// A mark on an item of a tenant, with what someone typed.
fn mark_with(item: &AttentionItem, tenant: &TenantReport, more: &Value) -> Review {
    let mut mark = json!({
        "at": at(0), "fingerprint": fingerprint(item, tenant), "item": item.key,
        "tenant_id": tenant.tenant_id, "until": at(HOUR),
    });
    mark.as_object_mut().expect("it is there").extend(more.as_object().expect("it is there").clone());
    Review::read(&mark).expect("it is there")
}

/// The cells of the first tenant's line by their titles.
fn cells(report: &Report, marks: &Marks) -> Vec<(&'static str, String)> {
    let written = registry_csv(report, &report.tenants, marks, Separator::Tab);
    let line = written.split_once("\r\n").expect("it is there").1.trim_end_matches("\r\n");
    words::REGISTRY_COLUMNS.into_iter().zip(line.split('\t').map(str::to_owned)).collect()
}

fn cell(cells: &[(&'static str, String)], title: &str) -> String {
    cells.iter().find(|(column, _)| *column == title).expect("it is there").1.clone()
}

/// RV-15: how many are known, until when, by whom, and why; and nothing of a mark that no longer holds.
#[test]
fn a_line_says_what_is_known_of_a_tenants_issues() {
    let report = report_of(json!([tenant(1, json!({ "backup_sets": [] }))]));
    let tenant = &report.tenants[0];
    let items = attention_items_of(tenant);
    let more = json!({ "by": "ana", "note": "waits for the vendor", "ticket": "https://t.example/7" });
    let known = Marks::at([mark_with(&items[0], tenant, &more)], instant(0));
    let line = cells(&report, &known);
    assert_eq!(cell(&line, "Issues"), items.len().to_string());
    assert_eq!(cell(&line, "Known issues"), "1");
    assert_eq!(cell(&line, "Known until"), instant(HOUR).to_string());
    assert_eq!(cell(&line, "Marked by"), "ana");
    assert_eq!(cell(&line, "Note"), format!("{}: waits for the vendor", items[0].badge));
    assert_eq!(cell(&line, "Ticket"), "https://t.example/7");
    let mut other = mark_with(&items[0], tenant, &more);
    other.fingerprint = "0".repeat(32);
    for marks in [Marks::at([other], instant(0)), Marks::default()] {
        let line = cells(&report, &marks);
        assert_eq!(cell(&line, "Known issues"), "0");
        for title in ["Known until", "Marked by", "Note", "Ticket"] {
            assert_eq!(cell(&line, title), "", "{title}");
        }
    }
}

/// DB-15: a line says how many items are degraded only if that is known of every scope.
#[rstest]
#[case(json!([]), "")]
#[case(json!([set(1, json!({}))]), "0")]
#[case(json!([set(1, json!({ "items": [{ "id": 1, "metadata": { "source": "metadata_only" } }] }))]), "1")]
#[case(json!([set(1, json!({})), set(2, json!({ "scope": "a", "items": null }))]), "")]
fn a_line_counts_degraded_items_if_they_are_known(#[case] sets: Value, #[case] degraded: &str) {
    let report = report_of(json!([tenant(1, json!({ "backup_sets": sets }))]));
    assert_eq!(cell(&cells(&report, &Marks::default()), "Degraded items"), degraded);
}

/// RV-15: nothing that someone typed into a mark begins a formula, steers the text, or is a link that a page would not follow.
#[test]
fn hostile_text_of_a_mark_is_harmless_in_a_spreadsheet() {
    let report = report_of(json!([tenant(1, stale(1))]));
    let tenant = &report.tenants[0];
    let items = attention_items_of(tenant);
    let more = json!({
        "by": "=cmd|'/c calc'!A1", "note": "a\n=HYPERLINK(\"http://x\")\u{202e}", "ticket": "javascript:alert(1)",
    });
    let marks = Marks::at([mark_with(&items[0], tenant, &more)], instant(0));
    let line = cells(&report, &marks);
    assert!(cell(&line, "Marked by").starts_with("'=cmd"), "{line:?}");
    let note = cell(&line, "Note");
    assert!(note.contains("\n'=HYPERLINK") && !note.contains('\u{202e}'), "{note:?}");
    assert_eq!(cell(&line, "Ticket"), "");
}
