//! From gathered sources to the tenants of a snapshot.

use std::sync::Arc;

use posture_core::Timestamp;
use posture_core::export::snapshot::Tenant;
use posture_gather::assemble::{self, Expect, Part, TenantPlan};
use posture_gather::{MemoryTree, Note, Source, kinds};

use crate::support::NOW;

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn plan(name: &str) -> TenantPlan {
    TenantPlan { name: name.to_owned(), ..TenantPlan::default() }
}

/// A source of CSV files for a tenant.
fn part(files: &[(&str, &str)], tenant: &str, scope: &str, expect: Expect) -> Part {
    let tree = files.iter().fold(MemoryTree::new(), |tree, (path, text)| tree.with(path, text));
    let kind = kinds::of_name("csv").unwrap();
    Part::read(kind, &Source { tenant, scope, ..Source::new(kind, &tree, now()) }, expect)
}

fn backups(rows: &str) -> String {
    format!("tenant,scope,set,completed_at,status,items,degraded_items,policy_types\n{rows}")
}

fn tenant(parts: Vec<Part>) -> (Tenant, Vec<Note>) {
    let (tenant, notes) = assemble::tenant(&plan("A"), parts, now());
    (tenant, notes.into_iter().flatten().collect())
}

fn expected_types(tenant: &Tenant, scope: &str) -> Option<Vec<String>> {
    let types = tenant.scopes.get(scope)?.expected_policy_types.as_ref()?;
    Some(types.iter().map(ToString::to_string).collect())
}

/// GA-2: nobody would see that another tenant's rows were left out.
#[test]
fn records_of_a_tenant_that_is_not_configured_are_left_out_with_a_note() {
    let rows =
        backups("A,,1,2026-04-08T01:00:00Z,completed,3,0,\nB,,1,2026-04-08T01:00:00Z,completed,3,0,\n");
    let of_a = || part(&[("backups.csv", &rows)], "A", "csv", Expect::Nothing);
    let (alone, notes) = tenant(vec![of_a()]);
    assert_eq!(alone.backup_sets.len(), 1);
    let note = notes.iter().find(|note| note.code == "other_tenants").unwrap();
    assert_eq!(note.message, "Records of other tenants were not used: \"B\".");
    let shared = Part { shared_by: Arc::new(["a".to_owned(), "b".to_owned()].into()), ..of_a() };
    let (_, notes) = tenant(vec![shared]);
    assert!(notes.iter().all(|note| note.code != "other_tenants"), "they are used elsewhere: {notes:#?}");
}

/// GA-11: nobody knows when the newer backup was made, so the older one, which is whole, may not be the latest.
#[test]
fn a_completed_backup_without_a_time_is_bad_news_for_its_tenant() {
    let job = |id: &str, state: &str, at: &str| {
        format!(r#"{{"BackupJobId":"{id}","State":"{state}","ResourceArn":"arn:v","CompletionDate":"{at}"}}"#)
    };
    let aws = |at: &str| {
        let jobs = [job("1", "COMPLETED", "2026-04-07T12:00:00Z"), job("2", "PARTIAL", at)];
        ("aws-backup", format!(r#"{{"BackupJobs":[{}]}}"#, jobs.join(",")))
    };
    let restic = |at: &str| {
        let snapshot =
            |id: u8, at: &str| format!(r#"{{"id":"{id}","time":"{at}","paths":["/data"],"hostname":"h"}}"#);
        ("restic", format!("[{},{}]", snapshot(1, "2026-04-07T12:00:00Z"), snapshot(2, at)))
    };
    let signals = |(kind, text): (&str, String)| {
        let (tree, kind) = (MemoryTree::new().with("list.json", text), kinds::of_name(kind).unwrap());
        let part =
            Part::read(kind, &Source { tenant: "A", ..Source::new(kind, &tree, now()) }, Expect::Nothing);
        let (tenant, _) = tenant(vec![part]);
        assert_eq!(tenant.backup_sets.len(), 2);
        tenant.signals.iter().map(|signal| format!("{} {}", signal.key, signal.urgency)).collect::<Vec<_>>()
    };
    for (at, expected) in [
        ("2026-04-08T01:00:00Z", &[][..]),
        ("4/8/2026 4:00:00 AM", &["backup_without_time high"]),
        ("0001-01-01T00:00:00Z", &["backup_without_time high"]),
    ] {
        assert_eq!(signals(aws(at)), expected, "{at}");
        assert_eq!(signals(restic(at)), expected, "{at}");
    }
}

#[test]
fn two_sources_of_a_tenant_are_one_tenant_with_both() {
    let first = backups(",,1,2026-04-07T01:00:00Z,completed,3,0,\n");
    let second = backups(",,2,2026-04-08T01:00:00Z,completed,3,0,\n");
    let (both, notes) = tenant(vec![
        part(&[("backups.csv", &first)], "A", "csv", Expect::Nothing),
        part(&[("backups.csv", &second)], "A", "csv", Expect::Nothing),
    ]);
    let names: Vec<_> = both.backup_sets.iter().map(|set| set.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["1", "2"]);
    assert!(notes.iter().all(|note| note.code == "read"), "{notes:#?}");
}

#[test]
fn the_same_file_twice_gives_each_record_an_id_of_its_own_and_says_so() {
    let sets = backups(",,1,2026-04-07T01:00:00Z,completed,3,0,\n");
    let runs = "run,completed_at,status\nR,2026-04-07T01:00:00Z,completed\n";
    let schedules = "schedule,frequency\nNightly,daily\n";
    let files = [("backups.csv", sets.as_str()), ("restores.csv", runs), ("schedules.csv", schedules)];
    let (twice, notes) =
        tenant(vec![part(&files, "A", "csv", Expect::Nothing), part(&files, "A", "csv", Expect::Nothing)]);
    assert_ne!(twice.backup_sets[0].id, twice.backup_sets[1].id);
    assert_ne!(twice.restore_runs[0].id, twice.restore_runs[1].id);
    assert_ne!(twice.backup_schedules[0].id, twice.backup_schedules[1].id);
    assert_eq!(notes.iter().filter(|note| note.code == "id_collision").count(), 3, "{notes:#?}");
}

/// GA-2: a source that gave nothing must not leave its tenant calmer.
#[test]
fn a_source_without_a_backup_makes_its_scope_expected_and_repeats_no_signal() {
    let empty = || part(&[("notes.txt", "")], "A", "vault", Expect::Types(vec!["Apps".to_owned()]));
    let (nothing, _) = tenant(vec![empty(), empty()]);
    assert_eq!(nothing.scopes["vault"].expected, Some(true));
    assert_eq!(expected_types(&nothing, "vault"), Some(vec!["Apps".to_owned()]));
    assert_eq!(nothing.signals.len(), 1, "the same news once");
    let gone = Part::unreadable("vault", Expect::Nothing, "/srv/vault", "Permission denied");
    let (gone, notes) = tenant(vec![gone]);
    assert_eq!(gone.scopes["vault"].expected, Some(true));
    assert_eq!((&*gone.signals[0].key, &*gone.signals[0].urgency), ("source_unreadable", "high"));
    assert_eq!(notes[0].message, "Failed to read /srv/vault: Permission denied");
}

#[test]
fn types_that_are_stated_are_expected_of_every_scope() {
    let rows =
        backups(",one,1,2026-04-08T01:00:00Z,completed,3,0,\n,two,2,2026-04-08T01:00:00Z,completed,3,0,\n");
    let types = || Expect::Types(vec!["Apps".to_owned(), "Filters".to_owned()]);
    let (stated, _) = tenant(vec![part(&[("backups.csv", &rows)], "A", "csv", types())]);
    let both = Some(vec!["Apps".to_owned(), "Filters".to_owned()]);
    assert_eq!(expected_types(&stated, "one"), both);
    assert_eq!(expected_types(&stated, "two"), both);
    assert_eq!(expected_types(&stated, "csv"), None, "it has no set of its own");
    assert_eq!(stated.scopes["one"].expected, None, "a scope with a set need not be stated");
    let only_runs = [("restores.csv", "run,completed_at,status\nR,2026-04-07T01:00:00Z,completed\n")];
    let (without_sets, _) = tenant(vec![part(&only_runs, "A", "csv", types())]);
    assert_eq!(expected_types(&without_sets, "csv"), both, "the source's own scope, if it has no other");
}

/// A type that was in a backup within 30 days, and is not in the newest, is missing there.
#[test]
fn types_of_the_last_30_days_are_those_of_the_scope_that_a_set_held() {
    let rows = backups(
        ",one,1,2026-03-09T06:00:00Z,completed,3,0,Apps=2|Gone=0\n\
         ,one,2,2026-03-09T05:59:59Z,completed,3,0,Old=1\n\
         ,one,3,,running,3,0,Timeless=1\n\
         ,two,4,2026-04-08T01:00:00Z,completed,3,0,Other=1\n",
    );
    let (seen, _) = tenant(vec![part(&[("backups.csv", &rows)], "A", "csv", Expect::SeenIn30Days)]);
    assert_eq!(expected_types(&seen, "one"), Some(vec!["Apps".to_owned()]));
    assert_eq!(expected_types(&seen, "two"), Some(vec!["Other".to_owned()]));
    let policy = r#"{ "displayName": "A", "assignments": [] }"#;
    let tree = MemoryTree::new().with("2026-04-08/Settings Catalog/A.json", policy);
    let kind = kinds::of_name("intunebackup").unwrap();
    let source = Source { tenant: "A", ..Source::new(kind, &tree, now()) };
    let (with_items, _) = tenant(vec![Part::read(kind, &source, Expect::SeenIn30Days)]);
    assert_eq!(expected_types(&with_items, "intunebackup"), Some(vec!["Settings Catalog".to_owned()]));
}

#[test]
fn bad_news_about_no_tenant_in_particular_is_bad_news_for_each() {
    let rows =
        backups("A,,1,2026-04-08T01:00:00Z,completed,3,0,\nB,,1,2026-04-08T01:00:00Z,completed,3,0,\n");
    let files = [("backups.csv", rows.as_str()), ("restores.csv", "nothing\n")];
    let (tenants, _) = assemble::tenants(part(&files, "", "csv", Expect::Nothing), now());
    let named: Vec<_> = tenants.iter().map(|tenant| (&*tenant.name, &*tenant.external_id)).collect();
    assert_eq!(named, [("A", "A"), ("B", "B")], "no tenant of its own for news without records");
    for tenant in &tenants {
        let keys: Vec<_> = tenant.signals.iter().map(|signal| &*signal.key).collect();
        assert_eq!(keys, ["source_unreadable"], "{}", tenant.name);
        assert_eq!(tenant.scopes["csv"].expected, Some(true), "{}", tenant.name);
        assert_eq!(tenant.backup_sets.len(), 1, "{}", tenant.name);
    }
}

#[test]
fn records_that_name_no_tenant_are_a_tenant_without_a_name() {
    for (file, text) in [
        ("backups.csv", backups(",,1,2026-04-08T01:00:00Z,completed,3,0,\n")),
        ("restores.csv", "run,completed_at,status\nR,2026-04-07T01:00:00Z,completed\n".to_owned()),
        ("schedules.csv", "schedule,frequency\nNightly,daily\n".to_owned()),
    ] {
        let named = "tenant,completed_at,status\nA,2026-04-08T01:00:00Z,completed\n";
        let files = [(file, text.as_str()), ("other/backups.csv", named)];
        let (tenants, _) = assemble::tenants(part(&files, "", "csv", Expect::Nothing), now());
        let names: Vec<_> = tenants.iter().map(|tenant| &*tenant.name).collect();
        assert_eq!(names, ["Unnamed tenant", "A"], "{file}");
    }
    let (tenants, _) = assemble::tenants(part(&[], "", "csv", Expect::Nothing), now());
    let [nobody] = tenants.as_slice() else { panic!("a source without any record is somebody's, too") };
    assert!(!nobody.signals.is_empty());
}

#[test]
fn a_plan_becomes_what_the_snapshot_says_about_the_tenant() {
    let plan = TenantPlan {
        name: "Contoso".to_owned(),
        external_id: Some("id-1".to_owned()),
        profile: Some("strict".to_owned()),
        environment: Some("prod".to_owned()),
        domain: Some("contoso.com".to_owned()),
        labels: vec!["gold".to_owned()],
    };
    let (tenant, _) = assemble::tenant(&plan, Vec::new(), now());
    let written = serde_json::to_value(&tenant).unwrap();
    for (key, value) in [
        ("external_id", "id-1"),
        ("name", "Contoso"),
        ("profile", "strict"),
        ("environment", "prod"),
        ("domain", "contoso.com"),
        ("status", "active"),
    ] {
        assert_eq!(written[key], value, "{key}");
    }
    assert_eq!(written["labels"], serde_json::json!(["gold"]));
    let bare = assemble::tenant(&self::plan("Contoso"), Vec::new(), now()).0;
    assert_eq!((&*bare.external_id, bare.labels), ("Contoso", None));
    // A route cannot end with these.
    for (name, external_id) in [("", "tenant-"), (".", "tenant-."), ("..", "tenant-.."), ("...", "...")] {
        let tenant = assemble::tenant(&self::plan(name), Vec::new(), now()).0;
        assert_eq!(tenant.external_id, external_id);
    }
}

#[test]
fn tenants_of_equal_ids_get_different_ones() {
    let mut tenants: Vec<_> = (0..3).map(|_| assemble::tenant(&plan("A"), Vec::new(), now()).0).collect();
    let first = tenants[0].id;
    assemble::settle_ids(&mut tenants);
    assert_eq!(tenants.iter().map(|tenant| tenant.id).collect::<Vec<_>>(), [first, first + 1, first + 2]);
}
