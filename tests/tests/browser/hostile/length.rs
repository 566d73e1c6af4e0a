//! Very long texts: how much of them is shown, and that nothing is lost.

use posture_core::views::records::records;
use posture_core::views::truncation::{self, ADDRESS, PROSE};
use posture_core::{Form, Options};
use posture_core::{Report, SnapshotReader, derive, paths};
use posture_tests::harness::Role;
use posture_tests::hostile::snapshot;
use serde_json::Value;

use super::faults::{assert_none, pages, visit};
use crate::evidence::write;
use crate::stage::{Stage, posture};

/// How long a text is that is made to be too long.
const LONG: usize = 1_000_000;
/// How long a text may be that is shown, with what it says of its length.
const SHOWN: usize = PROSE + 100;

/// A workspace with a text of this many characters in every field, and the report of it.
fn of_length(characters: usize) -> (String, Report) {
    let document = snapshot(|_| "W".repeat(characters)).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).unwrap();
    (document, report)
}

/// The longest route key as it is shown.
fn longest_key(shown: &Report) -> String {
    shown.tenants.iter().map(|tenant| tenant.tenant_route_key.clone()).max_by_key(String::len).unwrap()
}

/// TH-2: whatever a page or the command line may show of a report and of a tenant's records.
#[test]
fn no_text_is_shown_beyond_its_limit() {
    let (document, mut report) = of_length(20_000);
    let whole = truncation::report(&mut report, true).unwrap();
    assert!(longest(&serde_json::from_str(&whole.to_json().unwrap()).unwrap()).len() >= 20_000);
    let shown = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    assert!(longest(&shown).len() <= ADDRESS.max(SHOWN), "{}", longest(&shown));

    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).unwrap();
    reader.push(document.as_bytes());
    reader.end();
    let mut read = 0;
    while let Some(tenant) = reader.next_tenant().unwrap() {
        let Some(mut records) = records(&tenant, &reader.frame().unwrap()).unwrap() else { continue };
        truncation::records(&mut records);
        let written = format!("{records:?}");
        let longest = written.split(|character: char| character != 'W').map(str::len).max().unwrap();
        assert!(longest <= PROSE, "{longest} of a record's text");
        read += 1;
    }
    assert!(read > 4, "{read} tenants were read");
}

/// The longest string of a document, keys among them.
fn longest(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        Value::Array(elements) => {
            elements.iter().map(longest).max_by_key(|text| text.len()).unwrap_or_default()
        }
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, value)| [key.as_str(), longest(value)])
            .max_by_key(|text| text.len())
            .unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) => "",
    }
}

/// TH-2: the longest texts there are, on every page of an opened file, whose digest is the whole report's.
#[tokio::test]
async fn megabyte_texts_in_every_field_do_not_break_a_page() {
    let stage = Stage::demo().await;
    let (document, mut report) = of_length(LONG);
    let digest = report.digest().unwrap();
    let whole = truncation::report(&mut report, true);
    drop(whole);
    let file = stage.write("long.json", &document);
    drop(document);
    stage.open(paths::OPEN).await;
    stage.choose(&[&file]).await;
    stage.sees(Role::ContentInfo.showing(digest)).await;
    let mut faults = String::new();
    visit(&stage, &pages(&longest_key(&report)), &mut faults, async |page| stage.go(page).await).await;
    assert_none(&faults);
    stage.shows("characters left out").await;
}

/// TH-2: by the endpoint, where a tenant whose key makes no address is shown without its records, and says why.
#[tokio::test]
async fn an_endless_route_key_is_never_requested() {
    let (document, mut report) = of_length(20_000);
    let _whole = truncation::report(&mut report, true);
    let stage = Stage::over(&serde_json::from_str(&document).unwrap()).await;
    let key = longest_key(&report);
    let mut faults = String::new();
    let shown = [
        paths::tenant(&key),
        paths::backup_sets(&key, None),
        paths::TENANTS.to_owned(),
        paths::WORKSPACES.to_owned(),
    ];
    visit(&stage, &shown, &mut faults, async |page| stage.open(page).await).await;
    assert_none(&faults);
    stage.open(&paths::backup_sets(&key, None)).await;
    stage.shows("The link is too long to open here").await;
    stage.is_silent().await;
}

/// TH-2: what is printed for people is cut; what is written for machines is whole.
#[test]
fn the_command_line_never_prints_an_endless_text() {
    let folder = tempfile::tempdir().unwrap();
    let [file, later, store] =
        ["long.json", "later.json", "store.sqlite"].map(|name| folder.path().join(name));
    let (document, report) = of_length(50_000);
    write(&file, &document);
    write(&later, document.replace("2026-11-20T02:00:00Z", "2026-11-01T02:00:00Z"));
    let commands: [&[&std::ffi::OsStr]; 5] = [
        &["derive".as_ref(), "--format".as_ref(), "summary".as_ref(), file.as_ref()],
        &["check".as_ref(), file.as_ref()],
        &["diff".as_ref(), "--format".as_ref(), "summary".as_ref(), file.as_ref(), later.as_ref()],
        &["import".as_ref(), file.as_ref(), "--store".as_ref(), store.as_ref()],
        &["verify".as_ref(), file.as_ref(), file.as_ref()],
    ];
    for args in commands {
        let told = posture(args);
        let written = [told.stdout, told.stderr].concat();
        assert!(!written.is_empty() && written.len() < 100_000, "{args:?}: {} bytes", written.len());
    }
    let whole = posture::<&std::ffi::OsStr>(&["derive".as_ref(), file.as_ref()]).stdout;
    assert_eq!(String::from_utf8(whole).unwrap().trim_end(), report.to_json().unwrap());
}
