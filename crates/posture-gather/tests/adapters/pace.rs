//! Pauses between files, for a shell with one thread.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use posture_core::Timestamp;
use posture_gather::{Gathered, KINDS, MemoryTree, Pace, Pause, Source, kinds};

use crate::support::NOW;

/// Pauses before every file, and counts.
#[derive(Default)]
struct EveryFile {
    files: Cell<usize>,
    pauses: Cell<usize>,
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
