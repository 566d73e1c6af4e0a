//! A short run of what `cargo xtask fuzz` tries at length: every target, on its seeds and on changes of them that are always the same.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]

use posture_tests::fuzzed::TARGETS;
use posture_tests::mutation::Documents;

/// Tries a target on each of its seeds, and on as many changes of them as its short run has.
#[track_caller]
fn holds(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    assert!(seeds.len() > 6, "{name} has {} seeds", seeds.len());
    seeds.iter().for_each(|seed| (target.run)(seed));
    (target.run)(b"");
    let mut documents = Documents::of(0x7061_7373);
    let takes_documents = ["calm", "gzip", "import", "reader", "slim"].contains(&name);
    for place in 0..target.short_run {
        let input = if takes_documents {
            documents.next_document()
        } else {
            documents.garbled(&seeds[place % seeds.len()])
        };
        (target.run)(&input);
    }
}

/// RL-1
#[test]
fn an_address_says_what_was_put_in_and_points_nowhere_else() {
    holds("address");
}

/// RL-1
#[test]
fn deriving_never_fails_and_never_calms_on_evidence_set_aside() {
    holds("calm");
}

/// RL-1
#[test]
fn any_files_of_any_kind_give_a_snapshot_that_is_read_whole() {
    for target in TARGETS.iter().filter(|target| target.name.starts_with("gather_")) {
        holds(target.name);
    }
}

/// RL-1
#[test]
fn a_packed_file_is_unpacked_whole_or_refused() {
    holds("gzip");
}

/// RL-1
#[test]
fn an_import_is_all_or_nothing() {
    holds("import");
}

/// RL-1
#[test]
fn a_saved_report_gives_back_its_snapshot_and_names_stay_text() {
    holds("kept_report");
}

/// RL-1
#[test]
fn lines_read_as_the_document_they_make() {
    holds("ndjson");
}

/// RL-1
#[test]
fn chunks_never_change_what_is_read() {
    holds("reader");
}

/// RL-1
#[test]
fn a_slim_export_has_the_same_verdicts() {
    holds("slim");
}

/// RL-1
#[test]
fn a_timestamp_is_the_instant_a_general_parser_reads() {
    holds("timestamp");
}

/// RL-1
#[test]
fn every_target_is_fuzzed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/fuzz_targets");
    let mut fuzzed: Vec<_> = std::path::Path::new(folder)
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    fuzzed.sort();
    assert_eq!(fuzzed, TARGETS.iter().map(|target| target.name).collect::<Vec<_>>());
}
