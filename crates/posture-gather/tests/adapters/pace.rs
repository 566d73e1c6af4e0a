//! Pauses between files, for a shell with one thread.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use posture_core::Timestamp;
use posture_gather::assemble::{self, Expect, Part, TenantPlan};
use posture_gather::{Gathered, KINDS, MemoryTree, Pace, Pause, Source, kinds};

use crate::support::{NOW, utf16};

/// Pauses before every file and within large ones, and counts.
#[derive(Default)]
struct EveryFile {
    files: Cell<usize>,
    pauses: Cell<usize>,
    in_files: Cell<usize>,
}

impl Pace for EveryFile {
    fn before_file(&self) -> Option<Pause<'_>> {
        self.files.set(self.files.get() + 1);
        let mut has_paused = false;
        Some(Box::pin(poll_fn(move |_| {
            if has_paused {
                return Poll::Ready(());
            }
            has_paused = true;
            self.pauses.set(self.pauses.get() + 1);
            Poll::Pending
        })))
    }

    fn in_file(&self) -> Option<Pause<'_>> {
        self.in_files.set(self.in_files.get() + 1);
        None
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

#[test]
fn every_kind_offers_a_pause_for_each_file_and_gives_the_same_records() {
    let now = Timestamp::parse(NOW).unwrap();
    let mut tree = MemoryTree::new().with("backups.csv", "set,completed_at\nA,2026-04-08T01:00:00Z\n");
    for number in 0..50 {
        let policy = format!("2026-04-08/Settings Catalog/{number}.json");
        tree = tree.with(&policy, r#"{ "displayName": "A", "assignments": [] }"#);
        let configuration = format!("2026-04-08/{number}/M365TenantConfig.ps1");
        tree = tree.with(&configuration, "Configuration A {}");
    }
    for kind in KINDS {
        let pace = EveryFile::default();
        let source = |tree| Source { tenant: "A", ..Source::new(kind, tree, now) };
        let paused = run(kinds::gather_in_slices(kind, &Source { pace: &pace, ..source(&tree) }));
        let direct = kinds::gather(kind, &source(&tree));
        let (files, pauses) = (pace.files.get(), pace.pauses.get());
        assert!(files > 0 && pauses == files, "{}: {files} files, {pauses} pauses", kind.name);
        let told = |gathered: Gathered| {
            let sets = serde_json::to_string(&gathered.records.sets).unwrap();
            (sets, gathered.notes.into_vec())
        };
        assert_eq!(told(paused), told(direct), "{}", kind.name);
    }
}

#[test]
fn a_large_file_is_read_in_slices_and_gives_the_same_records() {
    let now = Timestamp::parse(NOW).unwrap();
    let policies: Vec<_> = (0..4000)
        .map(|number| serde_json::json!({ "displayName": format!("Policy \"{number}\""), "settings": [{}, [], null, -1.5e3] }))
        .collect();
    let backup =
        serde_json::json!({ "RowKey": "contoso_2026-04-08-0100", "TenantFilter": "contoso", "ca": policies });
    let rows: String =
        (0..4000).map(|number| format!("{number},2026-04-08T01:00:00Z,completed,1,0\n")).collect();
    let resources: String = (0..4000)
        .map(|number| format!("        AADGroup \"{number}\"\n        {{\n            DisplayName = \"{number}\";\n        }}\n"))
        .collect();
    let configuration = format!(
        "# Generated with Microsoft365DSC version 1.25.101.1\nImport-DscResource -ModuleName Microsoft365DSC\n    Node localhost\n    {{\n{resources}    }}\n}}\n"
    );
    let backups = format!("set,completed_at,status,items,degraded_items\n{rows}");
    let policy =
        serde_json::json!({ "displayName": "A", "assignments": [], "settings": policies }).to_string();
    let utf8 = |text: &str| text.as_bytes().to_vec();
    for (kind, path, bytes) in [
        ("cipp", "contoso_2026-04-08-0100.json", utf8(&backup.to_string())),
        ("csv", "backups.csv", utf8(&backups)),
        ("csv", "backups.csv", utf8(&backups.replace('\n', "\r\n"))),
        ("m365dsc", "2026-04-08/M365TenantConfig.ps1", utf8(&configuration)),
        ("m365dsc", "2026-04-08/M365TenantConfig.ps1", utf16(&configuration)),
        ("intunecd", "backup/Settings Catalog/A.json", utf8(&policy)),
        ("intunemanagement", "2026-04-08/SettingsCatalog/A.json", utf8(&policy)),
        ("intunemanagement", "2026-04-08/SettingsCatalog/A.json", utf16(&policy)),
        ("intunebackup", "2026-04-08/Settings Catalog/A.json", utf8(&policy)),
    ] {
        let tree = MemoryTree::new().with(path, &bytes);
        let pace = EveryFile::default();
        let kind = kinds::of_name(kind).unwrap();
        let source = |tree| Source { tenant: "A", ..Source::new(kind, tree, now) };
        let sliced = run(kinds::gather_in_slices(kind, &Source { pace: &pace, ..source(&tree) }));
        assert!(pace.in_files.get() > 3, "{}: {} pauses", kind.name, pace.in_files.get());
        let direct = kinds::gather(kind, &source(&tree));
        let sets = |gathered: &Gathered| serde_json::to_string(&gathered.records.sets).unwrap();
        assert_eq!(sets(&sliced), sets(&direct), "{}", kind.name);
        assert!(!sliced.records.sets.is_empty());
    }
}

#[test]
fn many_records_become_a_tenant_in_slices() {
    let now = Timestamp::parse(NOW).unwrap();
    let rows: String =
        (0..20_000).map(|number| format!("{number},2026-04-08T01:00:00Z,completed\n")).collect();
    let tree = MemoryTree::new().with("backups.csv", format!("set,completed_at,status\n{rows}"));
    let kind = kinds::of_name("csv").unwrap();
    let part = || Part::read(kind, &Source { tenant: "A", ..Source::new(kind, &tree, now) }, Expect::Nothing);
    let plan = TenantPlan { name: "A".to_owned(), ..TenantPlan::default() };
    let pace = EveryFile::default();
    let (sliced, _) = run(assemble::tenant_in_slices(&plan, vec![part()], now, &pace));
    // Every 500 of the 20,000, once for their scopes and once for their ids.
    assert_eq!(pace.in_files.get(), 80);
    let (direct, _) = assemble::tenant(&plan, vec![part()], now);
    assert_eq!(serde_json::to_string(&sliced).unwrap(), serde_json::to_string(&direct).unwrap());
}

#[test]
fn a_large_file_is_recognised_in_slices() {
    let jobs: Vec<_> =
        (0..20_000).map(|number| serde_json::json!({ "BackupJobId": number.to_string() })).collect();
    let tree = MemoryTree::new().with("jobs.json", serde_json::json!({ "BackupJobs": jobs }).to_string());
    let pace = EveryFile::default();
    let found = run(kinds::detect_in_slices(&tree, &pace));
    assert_eq!(found.first().map(|(kind, _)| kind.name), Some("aws-backup"));
    assert!(pace.in_files.get() > 3, "{} pauses", pace.in_files.get());
}
