//! What is shown of texts, keys and addresses too long to be read.

use std::borrow::Cow;

use posture_core::views::records::{TenantRecords, records};
use posture_core::views::truncation::{self, ADDRESS, LINE, PROSE, shortened};
use posture_core::{Form, Options, Report, SnapshotReader, assess_tenant, derive, paths};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{ago, derived, run, schedule, set, snapshot, tenant, with};

#[track_caller]
fn derived_report(snapshot: &Value) -> Report {
    derive(snapshot.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read")
}

/// The report as it is shown, and the whole one.
#[track_caller]
fn cut(snapshot: &Value) -> (Report, Report) {
    let mut shown = derived_report(snapshot);
    let whole = truncation::report(&mut shown, true).expect("something is cut");
    assert_eq!(whole, derived_report(snapshot));
    (shown, whole)
}

/// TH-2: a text of exactly as many characters as are shown is whole; bytes do not count. A cut text is not cut again, and still says how
/// much was left out.
#[rstest]
#[case::one_fewer(LINE - 1, 0)]
#[case::as_many(LINE, 0)]
#[case::one_more(LINE + 1, 49)]
#[case::many(1_000_000, 999_748)]
fn a_text_is_cut_only_beyond_the_limit(#[case] characters: usize, #[case] left_out: usize) {
    for letter in ["a", "ä", "株", "🦀"] {
        let text = letter.repeat(characters);
        let shown = shortened(&text, LINE);
        assert_eq!(shortened(&shown, LINE), Cow::Borrowed(&*shown));
        match left_out {
            0 => assert_eq!(shown, Cow::Borrowed(&text)),
            left_out => {
                assert_eq!(
                    shown,
                    format!(
                        "{} […{left_out} characters left out…] {}",
                        letter.repeat(168),
                        letter.repeat(84)
                    )
                );
                assert_eq!(truncation::prose(&shown), shown, "nor by a greater limit");
            }
        }
    }
}

/// TH-2: a character keeps its marks, on both sides of what is left out.
#[rstest]
#[case::marks("e\u{301}")]
#[case::joined("👩\u{200d}🚀")]
#[case::skin("👍\u{1f3fd}")]
#[case::variation("❤\u{fe0f}")]
fn a_character_is_not_cut_from_its_marks(#[case] character: &str) {
    for shift in ["", "x"] {
        let text = [shift, &character.repeat(50)].concat();
        let shown = shortened(&text, 80);
        let (head, rest) = shown.split_once(" […").expect("something is left out");
        let (left_out, tail) = rest.split_once(" characters left out…] ").expect("it says how much");
        assert_eq!(head.trim_start_matches('x').replace(character, ""), "");
        assert_eq!(tail.replace(character, ""), "");
        assert_eq!(
            head.chars().count() + tail.chars().count() + left_out.parse::<usize>().expect("a count"),
            text.chars().count()
        );
    }
}

/// TH-2: marks without end are cut all the same.
#[test]
fn marks_without_end_are_cut() {
    let text = "\u{301}".repeat(1_000_000);
    assert!(shortened(&text, 300).len() < 1_000);
}

/// TH-2: if nothing is too long, nothing is copied or changed.
#[test]
fn a_report_of_ordinary_texts_is_shown_as_it_is() {
    let mut report = derived_report(&snapshot(json!([tenant(1, json!({ "name": "n".repeat(LINE) }))])));
    let before = report.clone();
    assert_eq!(truncation::report(&mut report, true), None);
    assert_eq!(report, before);
}

/// TH-2: a tenant is found to be long as it is assessed, exactly if something in it is cut.
#[rstest]
#[case::ordinary(LINE, false)]
#[case::long(LINE + 1, true)]
fn a_tenant_of_long_texts_is_found_as_it_is_assessed(#[case] characters: usize, #[case] is_long: bool) {
    let document = snapshot(json!([tenant(1, json!({ "name": "n".repeat(characters) }))])).to_string();
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    let text = reader.next_tenant().expect("it is read").expect("there is a tenant");
    let mut assessed = assess_tenant(&text, &reader.frame().expect("it is known")).expect("it is read");
    assert_eq!(truncation::is_long(&mut assessed), is_long);
}

/// TH-2: a long name keeps what a sentence says about it; the whole report is kept, with its digest.
#[test]
fn a_cut_text_says_so_and_the_whole_is_kept() {
    let long = "n".repeat(1_000_000);
    let (shown, whole) = cut(&snapshot(json!([tenant(1, json!({ "name": long, "backup_sets": [] }))])));
    let item = &shown.overview.attention_items[0];
    assert!(
        item.title.ends_with(" has no usable backup") && item.title.contains("characters left out"),
        "{}",
        item.title
    );
    assert_eq!(shown.tenants[0].tenant_label, shortened(&long, LINE));
    assert!(whole.tenants[0].tenant_label == long && whole.to_json().expect("JSON").contains(&long));
}

/// TH-2: no text of a tenant or of its records is left as it is, in any field.
#[test]
fn every_text_of_a_tenant_and_of_its_records_is_cut() {
    let long = "n".repeat(PROSE + 200);
    let item = json!({ "id": 1, "policy_type": long, "policy_identifier": long, "platform": long, "display_name": long });
    let outcome = json!({ "outcome": "failed", "policy_type": long, "label": long, "reason": long });
    let more = json!({
        "name": long, "environment": long, "domain": long, "labels": [long], "profile": long,
        "backup_sets": [
            set(1, json!({ "name": long, "scope": long, "items": [item] })),
            set(2, json!({ "scope": long, "status": long })),
        ],
        "backup_schedules": [schedule(1, json!({ "name": long, "time_of_day": long, "timezone": long, "frequency": long, "last_run_status": long }))],
        "restore_runs": [
            run(1, json!({ "results": [outcome], "status": "failed" })),
            run(2, json!({ "status": long, "operation_run": { "status": long, "outcome": long } })),
        ],
        "signals": [{ "domain": "alerts", "key": long, "urgency": "high", "title": long, "body": long }],
    });
    let policy = json!({ "policy": { "profiles": { long.as_str(): {} } } });
    let document = with(snapshot(json!([tenant(1, more)])), policy).to_string();
    let mut report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let mut shown = (*report.tenants.remove(0)).clone();
    truncation::tenant(&mut shown);
    let is_cut = |written: String| {
        assert!(!written.contains(&"n".repeat(PROSE)), "{written}");
    };
    is_cut(format!("{shown:?}"));

    let mut records = of_records(&document);
    truncation::records(&mut records);
    is_cut(format!("{records:?}"));
}

/// The records of the only tenant of a document.
fn of_records(document: &str) -> TenantRecords {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    let text = reader.next_tenant().expect("it is read").expect("there is one");
    records(&text, &reader.frame().expect("it is known")).expect("it is JSON").expect("it fits")
}

/// TH-2: a route key whose address is exactly as long as allowed stays.
#[test]
fn a_route_key_is_shortened_only_beyond_the_limit() {
    let shown = |bytes: usize| {
        let key = "k".repeat(bytes - paths::tenant("").len());
        let mut report = derived_report(&snapshot(json!([tenant(1, json!({ "external_id": key }))])));
        let mut shown = (*report.tenants.remove(0)).clone();
        truncation::tenant(&mut shown);
        shown.tenant_route_key == key
    };
    assert_eq!([ADDRESS - 1, ADDRESS, ADDRESS + 1].map(shown), [true, true, false]);
}

/// TH-2: a route key that would make an address too long is shown by its beginning and the tenant's id, everywhere alike.
#[test]
fn a_route_key_without_end_has_a_short_address() {
    let keys = ["k".repeat(1_000_000), ["k".repeat(1_000_000).as_str(), "2"].concat()];
    let tenants: Vec<_> = (1..)
        .zip(&keys)
        .map(|(id, key)| tenant(id, json!({ "external_id": key, "backup_sets": [] })))
        .collect();
    let (shown, _) = cut(&snapshot(json!(tenants)));
    for tenant in &shown.tenants {
        let address = paths::tenant(&tenant.tenant_route_key);
        assert!(address.len() <= ADDRESS);
        assert_eq!(
            shown.tenant(&tenant.tenant_route_key).map(|found| found.tenant_id),
            Some(tenant.tenant_id)
        );
        let target =
            tenant.backup_health.primary_action_target.as_ref().and_then(|target| target.url.as_deref());
        let items = tenant
            .needs_attention
            .groups
            .iter()
            .flat_map(|group| &group.items)
            .filter_map(|item| item.action.url.as_deref());
        let listed = shown.overview.attention_items.iter().filter(|item| item.tenant_id == tenant.tenant_id);
        let listed = listed.filter_map(|item| item.destination.url.as_deref());
        let ways: Vec<_> = target
            .into_iter()
            .chain(tenant.recovery_evidence.action.url.as_deref())
            .chain(items)
            .chain(listed)
            .collect();
        assert!(ways.len() > 3, "{ways:?}");
        for way in ways {
            assert!(
                way.strip_prefix(&address).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
                "{way}"
            );
        }
    }
}

/// TH-2: an address of exactly the limit is followed; a longer one is closed and says why.
#[rstest]
#[case(ADDRESS - 1, true)]
#[case(ADDRESS, true)]
#[case(ADDRESS + 1, false)]
fn a_signal_is_followed_as_long_as_its_address_is_not_too_long(
    #[case] bytes: usize,
    #[case] is_followed: bool,
) {
    let url = format!("/{}", "a".repeat(bytes - 1));
    let signal = json!({ "domain": "alerts", "key": "k", "urgency": "high", "title": "A fact", "url": url });
    let mut report = derived_report(&snapshot(json!([tenant(1, json!({ "signals": [signal] }))])));
    let whole = truncation::report(&mut report, true);
    assert_eq!(whole.is_none(), is_followed);
    let action = &report.tenants[0].needs_attention.groups[0].items[0].action;
    let destination = &report.overview.attention_items[0].destination;
    assert_eq!(
        (action.url.is_some(), action.disabled, action.helper_text.is_none()),
        (is_followed, !is_followed, is_followed)
    );
    assert_eq!(
        (&action.url, action.disabled, &action.helper_text),
        (&destination.url, destination.disabled, &destination.helper_text)
    );
}

/// TH-2: of counts whose keys are shown alike, none is lost.
#[test]
fn counts_whose_keys_are_shown_alike_add_up() {
    let key = |middle: &str| ["f".repeat(LINE), middle.to_owned(), "f".repeat(LINE)].concat();
    let families = json!({ key("a"): 2, key("b"): 3, "metadata_only": 1 });
    let sets = json!([set(
        1,
        json!({ "items": null, "completed_at": ago(1), "quality": { "total_items": 9, "degraded_items": 6, "families": families } })
    )]);
    let (shown, _) = cut(&snapshot(json!([tenant(1, json!({ "backup_sets": sets }))])));
    let quality = shown.tenants[0].backup_health.quality.clone().expect("a quality");
    assert_eq!(quality.families.values().copied().collect::<Vec<_>>(), [5, 1]);
    assert_eq!(
        derived(json!({ "backup_sets": sets }))["backup_health"]["quality"]["families"]
            .as_object()
            .map(|families| families.len()),
        Some(3)
    );
}

/// TH-2: a refusal quotes no more than can be read.
#[test]
fn a_refusal_quotes_a_long_word_cut() {
    let document = json!({ "format": "f".repeat(1_000_000) }).to_string();
    let refusal = derive(document.as_bytes(), Form::Json, &Options::default())
        .expect_err("it is another format")
        .to_string();
    assert!(refusal.contains("characters left out") && refusal.len() < PROSE, "{refusal}");
}
