//! CSV files, as spreadsheets write them.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use posture_core::Timestamp;
use posture_core::export::snapshot::Instant;
use posture_gather::kinds::{self, gather};
use posture_gather::{Gathered, MemoryTree, Source, Tree};

fn read(tree: &dyn Tree, tenant: &str) -> Gathered {
    let kind = kinds::of_name("csv").unwrap();
    let now = Timestamp::parse("2026-04-08T06:00:00Z").unwrap();
    let source = Source { tenant, ..Source::new(kind, tree, now) };
    gather(kind, &source)
}

fn codes(gathered: Gathered) -> Vec<&'static str> {
    gathered.notes.into_vec().into_iter().map(|note| note.code).collect()
}

#[test]
fn separators_encodings_and_the_order_of_columns_do_not_matter() {
    let text = "Status;tenant;completed_at;set;policy_types;items;degraded_items\r\n\
                completed;Contoso;2026-04-08 01:00:00;Nightly;\"Compliance=2|Apps\";3;1\r\n";
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let forms = [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        utf16,
        text.replace(';', "\t").into_bytes(),
        text.replace("\r\n", "\r").into_bytes(),
    ];
    for bytes in forms {
        let gathered = read(&MemoryTree::new().with("Backups.CSV", bytes), "contoso");
        let [set] = gathered.records.sets.as_slice() else { panic!("one set") };
        assert_eq!(set.completed_at, Some(Instant::from("2026-04-08T01:00:00Z")));
        let quality = set.quality.as_ref().unwrap();
        assert_eq!((quality.total_items, quality.degraded_items), (3, 1));
        assert_eq!(quality.policy_types.as_ref().unwrap()["Compliance"], 2);
        assert_eq!(codes(gathered), ["read"]);
    }
}

/// Excel's CSV for Macintosh ends lines with CR only. Such a file is not one long line, and a note names the line of a row.
#[test]
fn a_large_file_whose_lines_end_with_cr_only_is_read_by_lines() {
    let rows: String = (0..20_000)
        .map(|set| format!("Nightly backup number {set},2026-04-08T01:00:00Z,completed\r"))
        .collect();
    assert!(rows.len() > 1 << 20);
    let text = format!("set,completed_at,status\r{rows}Last,2026-04-08T01:00:00Z,mislaid\r");
    let gathered = read(&MemoryTree::new().with("backups.csv", text), "contoso");
    assert_eq!(gathered.records.sets.len(), 20_001);
    assert!(gathered.notes.into_vec().iter().any(|note| note.message.contains("20002")));
}

#[test]
fn each_tenant_of_a_file_has_its_own_records() {
    let tree = MemoryTree::new().with(
        "backups.csv",
        "tenant,scope,set,completed_at,status,items,degraded_items\nA,intune,1,2026-04-08T01:00:00Z,completed,3,0\nB,,1,2026-04-08T01:00:00Z,failed,,\n",
    );
    let gathered = read(&tree, "");
    assert!(gathered.records.is_empty());
    assert_eq!(gathered.tenants.keys().collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(gathered.tenants["A"].sets[0].scope.as_deref(), Some("intune"));
    assert_eq!(gathered.tenants["B"].sets[0].scope.as_deref(), Some("csv"));
    assert_eq!(gathered.tenants["B"].sets[0].opaque, Some(true));
}

/// GA-1
#[test]
fn a_count_that_is_not_stated_is_unknown_and_never_zero() {
    let tree = MemoryTree::new().with(
        "backups.csv",
        "set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,\n",
    );
    let gathered = read(&tree, "A");
    let quality = gathered.records.sets[0].quality.as_ref().unwrap();
    assert_eq!(quality.unknowns["content_opaque"], 1);
}

#[test]
fn the_rows_of_a_run_add_up_and_the_worst_status_counts() {
    let tree = MemoryTree::new().with(
        "restores.csv",
        "run,completed_at,status,dry_run,applied,failed,policy_type\n\
         R1,2026-04-01T00:00:00Z,completed,no,3,0,Compliance\n\
         R1,2026-04-01T00:10:00Z,failed,no,0,2,Apps\n",
    );
    let gathered = read(&tree, "A");
    let [run] = gathered.records.runs.as_slice() else { panic!("one run") };
    assert_eq!(run.status, "failed");
    assert_eq!(run.completed_at, Some(Instant::from("2026-04-01T00:10:00Z")));
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.counts.as_ref().unwrap().applied, Some(3));
    assert_eq!(results.policy_types["Apps"].failed, Some(2));
}

#[test]
fn a_count_that_cannot_be_read_needs_follow_up() {
    let tree = MemoryTree::new().with(
        "restores.csv",
        "run,completed_at,status,applied,failed\nR1,2026-04-01T00:00:00Z,completed,3,two\n",
    );
    let gathered = read(&tree, "A");
    assert_eq!(
        gathered.records.runs[0].results.as_ref().unwrap().counts.as_ref().unwrap().unrecognised,
        Some(1)
    );
    assert!(codes(gathered).contains(&"invalid_number"));
}

#[test]
fn a_schedule_whose_state_is_unclear_is_evaluated() {
    let tree = MemoryTree::new().with(
        "schedules.csv",
        "schedule,frequency,interval_minutes,enabled,last_run_at\nNightly,interval,often,maybe,yesterday\n",
    );
    let gathered = read(&tree, "A");
    let [schedule] = gathered.records.schedules.as_slice() else { panic!("one schedule") };
    assert!(schedule.is_enabled);
    assert_eq!((schedule.interval_minutes, &schedule.last_run_at), (Some(0), &None));
    assert_eq!(codes(gathered).len(), 4);
}

#[test]
fn a_row_with_too_many_fields_is_bad_news_for_its_tenant() {
    let tree = MemoryTree::new().with(
        "backups.csv",
        "tenant,set,completed_at,status\nA,1,2026-04-08T01:00:00Z,completed\nB,x, y,2026,failed\n",
    );
    let gathered = read(&tree, "");
    assert!(gathered.tenants["A"].signals.is_empty());
    assert_eq!(gathered.tenants["B"].signals[0].key, "rows_unreadable");
}

/// GA-2
#[test]
fn a_file_without_its_columns_and_a_folder_without_files_are_unreadable_sources() {
    let without_columns = MemoryTree::new().with("backups.csv", "name,when\nA,today\n");
    for tree in [without_columns, MemoryTree::new().with("notes.txt", "")] {
        let gathered = read(&tree, "A");
        assert_eq!(gathered.records.signals[0].key, "source_unreadable");
        assert_eq!(gathered.records.expected_scopes[0], "csv");
    }
}

/// GA-3
/// GA-9: the names of a list take much more memory than they have bytes.
#[test]
fn a_file_with_millions_of_names_in_lists_is_unreadable() {
    let types = "a|".repeat(400_000);
    let rows: String = (0..11).map(|set| format!("{set},2026-04-08T01:00:00Z,completed,{types}\n")).collect();
    let text = format!("set,completed_at,status,policy_types\n{rows}");
    let gathered = read(&MemoryTree::new().with("backups.csv", text), "Contoso");
    assert!(gathered.records.sets.is_empty());
    let notes = gathered.notes.into_vec();
    assert!(notes.iter().any(|note| note.message.contains("more than 4000000 names in lists")), "{notes:?}");
}

#[test]
fn the_same_record_has_the_same_id_wherever_its_row_is() {
    let rows = ["1,2026-04-07T01:00:00Z,completed\n", "2,2026-04-08T01:00:00Z,completed\n"];
    let id_of = |text: String, name: &str| {
        let gathered = read(&MemoryTree::new().with("backups.csv", text), "A");
        gathered.records.sets.iter().find(|set| set.name.as_deref() == Some(name)).unwrap().id
    };
    let header = "set,completed_at,status\n";
    assert_eq!(
        id_of(format!("{header}{}{}", rows[0], rows[1]), "2"),
        id_of(format!("{header}{}", rows[1]), "2")
    );
}

/// Excel in German: semicolons, a line that names them, and dates in the local form.
#[test]
fn a_local_date_is_bad_news_and_never_leaves_an_older_set_in_its_place() {
    let tree = MemoryTree::new().with(
        "backups.csv",
        "sep=;\r\nset;completed_at;status\r\nMonday;2026-04-07T01:00:00Z;completed\r\nTuesday;08.04.2026 01:00;failed\r\n",
    );
    let gathered = read(&tree, "A");
    assert_eq!(gathered.records.sets.len(), 2);
    let [signal] = gathered.records.signals.as_slice() else { panic!("one signal") };
    assert_eq!((&*signal.key, &*signal.urgency), ("rows_unreadable", "high"));
    assert!(signal.body.as_deref().unwrap().contains("\"08.04.2026 01:00\" on line 4"), "{:?}", signal.body);
}

#[test]
fn a_file_in_another_encoding_says_how_to_save_it() {
    let tree = MemoryTree::new()
        .with("backups.csv", b"set,completed_at,status\nZ\xfcrich,2026-04-08T01:00:00Z,completed\n");
    let notes = read(&tree, "A").notes.into_vec();
    assert!(notes.iter().any(|note| note.message.contains("save it as UTF-8")), "{notes:?}");
}

/// GA-2: rows of other names are not a backup of the tenant that is configured.
#[test]
fn rows_of_only_other_tenants_are_not_a_backup_and_the_nearest_name_is_said() {
    let rows = "tenant,completed_at,status\nContoso Ltd,2026-04-08T01:00:00Z,completed\nFabrikam,2026-04-08T01:00:00Z,completed\n";
    let gathered = read(&MemoryTree::new().with("backups.csv", rows), "Contoso");
    assert_eq!(gathered.records.expected_scopes, ["csv"]);
    let notes = gathered.notes.into_vec();
    let note = notes.iter().find(|note| note.code == "no_backup").unwrap();
    let says = "Its records are of \"Contoso Ltd\" and \"Fabrikam\", not of \"Contoso\". Did you mean \"Contoso Ltd\"?";
    assert!(note.message.ends_with(says), "{}", note.message);
    assert!(note.is_of_unreadable(), "a dry check fails");
    let many: String =
        (1..=9).map(|number| format!("Site {number},2026-04-08T01:00:00Z,completed\n")).collect();
    let rows = format!("tenant,completed_at,status\n{many}");
    let notes = read(&MemoryTree::new().with("backups.csv", rows), "Contoso").notes.into_vec();
    let says = "\"Site 1\", \"Site 2\", \"Site 3\", \"Site 4\", \"Site 5\" and 4 more, not of \"Contoso\".";
    assert!(notes.iter().any(|note| note.message.contains(says)), "{notes:#?}");
    let empty = read(&MemoryTree::new(), "Contoso").notes.into_vec();
    assert!(empty.iter().any(|note| note.message.ends_with("It has no files.")), "{empty:#?}");
}

#[test]
fn a_word_that_is_not_known_is_noted_with_the_line_and_the_nearest_word() {
    let tree = MemoryTree::new()
        .with("backups.csv", "completed_at,status\n2026-04-08T01:00:00Z,OK\n2026-04-08T02:00:00Z,Completed\n")
        .with("restores.csv", "run,status\nR1,complete\n")
        .with("schedules.csv", "schedule,frequency,last_run_status\nNightly,every night,successful\n");
    let gathered = read(&tree, "A");
    assert_eq!(gathered.records.sets[0].status, "OK", "it is kept as it is");
    let notes = gathered.notes.into_vec();
    let unknown: Vec<_> = notes.iter().filter(|note| note.code == "unknown_word").collect();
    for (note, (start, end)) in unknown.iter().zip([
        ("Line 2: status is \"OK\"", "Did you mean completed?"),
        ("Line 2: status is \"complete\"", "Did you mean completed?"),
        ("Line 2: frequency is \"every night\"", "Write one of daily, weekly, monthly, interval."),
        ("Line 2: last_run_status is \"successful\"", "Did you mean completed?"),
    ]) {
        assert!(note.message.starts_with(start) && note.message.ends_with(end), "{}", note.message);
    }
    assert_eq!(unknown.len(), 4);
}

#[test]
fn a_scope_of_the_configuration_comes_before_that_of_the_row() {
    let tree = MemoryTree::new().with(
        "backups.csv",
        "scope,completed_at,status\nmail,2026-04-08T01:00:00Z,completed\n,2026-04-08T01:00:00Z,completed\n",
    );
    let kind = kinds::of_name("csv").unwrap();
    let now = Timestamp::parse("2026-04-08T06:00:00Z").unwrap();
    let source =
        Source { tenant: "A", scope: "vault", is_scope_stated: true, ..Source::new(kind, &tree, now) };
    let sets = gather(kind, &source).records.sets;
    let scopes: Vec<_> = sets.iter().map(|set| set.scope.as_deref().unwrap()).collect();
    assert_eq!(scopes, ["vault/mail", "vault"]);
}

/// GA-1: the worst of a run's words counts, and one that is not known is worse than all but a failure.
#[test]
fn a_word_that_is_not_known_is_worse_than_a_partial_run_in_any_order() {
    let status = |first: &str, second: &str| {
        let text = format!("run,status,applied\nR,{first},9007199254740991\nR,{second},1\n");
        let gathered = read(&MemoryTree::new().with("restores.csv", text), "A");
        let run = &gathered.records.runs[0];
        assert_eq!(
            run.results.as_ref().unwrap().counts.as_ref().unwrap().applied,
            Some(9_007_199_254_740_991)
        );
        run.status.to_string()
    };
    for (worse, better) in [
        ("failed", "odd"),
        ("odd", "partial"),
        ("partial", "completed_with_errors"),
        ("running", "completed"),
    ] {
        assert_eq!(status(worse, better), worse);
        assert_eq!(status(better, worse), worse);
    }
}

#[test]
fn a_column_without_a_name_is_not_noted() {
    let tree =
        MemoryTree::new().with("backups.csv", "completed_at,status,\n2026-04-08T01:00:00Z,completed,\n");
    assert_eq!(codes(read(&tree, "A")), ["read"]);
}

#[test]
fn a_row_that_names_no_tenant_and_cannot_be_read_is_bad_news_for_all() {
    let tree = MemoryTree::new()
        .with("backups.csv", "tenant,completed_at,status\nA,2026-04-08T01:00:00Z,completed\n,x\n,y\n");
    let gathered = read(&tree, "");
    let keys = |signals: &[posture_core::export::snapshot::Signal]| {
        signals.iter().map(|signal| signal.key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&gathered.tenants["A"].signals), ["rows_unreadable"], "once for the file");
    assert_eq!(keys(&gathered.records.signals), ["rows_unreadable"]);
}

/// GA-2, GA-6: names are compared without regard to case, and a file that writes one in two ways may mean two tenants.
#[test]
fn two_spellings_of_a_tenant_are_reported() {
    let file = |second: &str| {
        let text = format!(
            "tenant,set,completed_at,status,items,degraded_items\nContoso,1,2026-04-08T01:00:00Z,completed,3,0\n\
             {second},2,2026-01-08T01:00:00Z,completed,3,0\n"
        );
        codes(read(&MemoryTree::new().with("backups.csv", text), "CONTOSO"))
    };
    assert!(file("CONTOSO").contains(&"same_name"));
    assert!(!file("Contoso").contains(&"same_name"));
}
