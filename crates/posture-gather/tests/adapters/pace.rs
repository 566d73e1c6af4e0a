//! Pauses between files, for a shell with one thread.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use posture_core::Timestamp;
use posture_gather::{Gathered, KINDS, MemoryTree, Pace, Pause, Source, kinds};

use crate::support::NOW;

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
        "Import-DscResource -ModuleName Microsoft365DSC\n    Node localhost\n    {{\n{resources}    }}\n}}\n"
    );
    for (kind, path, text) in [
        ("cipp", "contoso_2026-04-08-0100.json", backup.to_string()),
        ("csv", "backups.csv", format!("set,completed_at,status,items,degraded_items\n{rows}")),
        ("m365dsc", "2026-04-08/M365TenantConfig.ps1", configuration),
    ] {
        let tree = MemoryTree::new().with(path, &text);
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
