//! A folder or archive that another tool wrote: read, recognised, and gathered into a snapshot, all in this page.
//!
//! The adapters are those of `posture gather`. Their result is opened like any other snapshot.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::export::snapshot::{Head, Snapshot, Tenant, Workspace, pieces};
use posture_core::{Timestamp, paths};
use posture_gather::assemble::{self, Expect, Part, TenantPlan};
use posture_gather::{Kind, MemoryTree, Note, Pace, Pause, Source, Tree as _, kinds};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use crate::browser::clock;
use crate::browser::dropped_tree::{DroppedTree, TreeFault};
use crate::browser::time_slicing::{Slices, next_task};
use crate::store::chosen_file::{Chosen, EmbeddedMetadata};
use crate::store::evidence::Evidence;
use crate::store::latest_request::LatestRequest;
use crate::store::opened_files::Files;

/// A tree that was read, and what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The name of the folder or archive.
    pub name: String,
    /// The kinds it looks like, the likeliest first, each with the reason.
    pub kinds: Vec<(&'static str, String)>,
}

/// A snapshot that was made of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The name of the folder or archive.
    pub name: String,
    /// The kind it was read as.
    pub kind: &'static str,
    /// What was read, what was skipped and why.
    pub notes: Vec<Note>,
    /// Whether git history or a run list could tell more.
    pub lacks_history: bool,
    /// The snapshot, as it can be saved.
    pub snapshot: Rc<str>,
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was chosen.
    #[default]
    Nothing,
    /// Files are being read.
    Reading {
        /// The name of the folder or archive.
        name: String,
        /// How many were read.
        files: usize,
    },
    /// It was not read.
    Refused {
        /// The name of the folder or archive.
        name: String,
        /// Why.
        fault: TreeFault,
    },
    /// It is being gathered.
    Gathering {
        /// The name of the folder or archive.
        name: String,
        /// How many files the adapter has visited.
        files: usize,
        /// How many files there are.
        of: usize,
    },
    /// It was read, and waits for the tenant's name.
    Recognised(Recognised),
    /// It was gathered and opened.
    Made(Made),
}

/// The store of this page. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct ToolExports {
    stage: RwSignal<Stage, LocalStorage>,
    tree: StoredValue<Rc<RefCell<Option<MemoryTree>>>, LocalStorage>,
    /// Counts requests, so that a cancelled reading ends.
    asked: LatestRequest,
}

impl Default for ToolExports {
    fn default() -> Self {
        Self::at(Stage::Nothing)
    }
}

/// The store of this page.
pub fn use_tool_exports() -> ToolExports {
    use_context().unwrap_or_default()
}

impl ToolExports {
    /// A store at a stage.
    pub fn at(stage: Stage) -> Self {
        Self {
            stage: RwSignal::new_local(stage),
            tree: StoredValue::new_local(Rc::default()),
            asked: LatestRequest::default(),
        }
    }

    /// How far it is, tracked.
    pub fn stage(self) -> Stage {
        self.stage.get()
    }

    /// Reads a folder or archive and recognises it.
    pub fn open(self, name: String, dropped: DroppedTree) {
        let turn = self.next_turn();
        self.stage.set(Stage::Reading { name: name.clone(), files: 0 });
        spawn_local(async move {
            let tell = |files: usize| {
                let goes_on = self.asked.is_latest(turn);
                if goes_on && files.is_multiple_of(100) {
                    self.stage.set(Stage::Reading { name: name.clone(), files });
                }
                goes_on
            };
            let read = dropped.read(tell).await;
            if !self.asked.is_latest(turn) {
                return;
            }
            self.stage.set(match read {
                Ok(tree) => {
                    let pace = PagePace {
                        slices: RefCell::new(Slices::start()),
                        files: Cell::new(0),
                        goes_on: || self.asked.is_latest(turn),
                        tell: |_| {},
                    };
                    let detecting = kinds::detect_in_slices(&tree, &pace);
                    let Some(kinds) = unless_cancelled(&pace, detecting).await else { return };
                    let kinds = kinds.into_iter().map(|(kind, why)| (kind.name, why)).collect();
                    self.tree.with_value(|held| held.replace(Some(tree)));
                    Stage::Recognised(Recognised { name, kinds })
                }
                Err(fault) => Stage::Refused { name, fault },
            });
        });
    }

    /// Gathers the tree as a kind and opens the snapshot. Without a tenant's name, each tenant that the files name is one.
    pub fn gather(self, files: Files, evidence: Evidence, kind: &'static str, tenant: &str) {
        let Stage::Recognised(Recognised { name, .. }) = self.stage.get_untracked() else { return };
        let Some((kind, now)) = Option::zip(kinds::of_name(kind), clock::read()) else { return };
        let (turn, tenant) = (self.next_turn(), tenant.trim().to_owned());
        let Some(tree) = self.tree.with_value(|held| held.take()) else { return };
        let of = tree.entries().len();
        self.stage.set(Stage::Gathering { name: name.clone(), files: 0, of });
        spawn_local(async move {
            let pace = PagePace {
                slices: RefCell::new(Slices::start()),
                files: Cell::new(0),
                goes_on: || self.asked.is_latest(turn),
                tell: |files: usize| {
                    self.stage.set(Stage::Gathering { name: name.clone(), files: files.min(of), of });
                },
            };
            // The page first says that it gathers.
            next_task().await;
            let made = unless_cancelled(&pace, made(&name, kind, &tree, &pace, &tenant, now)).await;
            // What was cancelled has a stage of its own.
            let Some(made) = made else { return };
            match made {
                Some(made) => self.show(files, evidence, &name, made),
                None => self.cancel(),
            }
        });
    }

    fn show(self, files: Files, evidence: Evidence, name: &str, made: Made) {
        let content = Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(&made.snapshot))).ok();
        let chosen = Chosen { name: file_name(name), file: content, stated: EmbeddedMetadata::default() };
        self.stage.set(Stage::Made(made));
        // The notes are on this page, so it stays.
        files.open(evidence, vec![chosen], Some(paths::OPEN.to_owned()));
    }

    /// Ends the reading, or forgets what was read.
    pub fn cancel(self) {
        self.next_turn();
        self.tree.with_value(|held| held.replace(None));
        self.stage.set(Stage::Nothing);
    }

    fn next_turn(self) -> u64 {
        self.asked.start()
    }
}

/// The name under which the snapshot of a tree is opened and saved.
pub fn file_name(name: &str) -> String {
    let stem = name.strip_suffix(".zip").or_else(|| name.strip_suffix(".ZIP")).unwrap_or(name);
    format!("{stem} snapshot.json")
}

/// Pauses an adapter at the end of each slice, and tells how far it is.
struct PagePace<G, T> {
    slices: RefCell<Slices>,
    files: Cell<usize>,
    goes_on: G,
    tell: T,
}

impl<G: Fn() -> bool, T: Fn(usize)> Pace for PagePace<G, T> {
    fn before_file(&self) -> Option<Pause<'_>> {
        self.files.set(self.files.get() + 1);
        self.in_file()
    }

    fn in_file(&self) -> Option<Pause<'_>> {
        if !self.slices.borrow().is_due() {
            return None;
        }
        (self.tell)(self.files.get());
        Some(Box::pin(async {
            next_task().await;
            self.slices.replace(Slices::start());
        }))
    }
}

/// The result of some work, or `None` if it was cancelled in one of its pauses.
async fn unless_cancelled<W: Future, G: Fn() -> bool, T>(
    pace: &PagePace<G, T>,
    work: W,
) -> Option<W::Output> {
    let mut work = pin!(work);
    poll_fn(
        |context| {
            if (pace.goes_on)() { work.as_mut().poll(context).map(Some) } else { Poll::Ready(None) }
        },
    )
    .await
}

/// The snapshot of a tree, as `posture gather KIND PATH --tenant NAME` makes it.
pub async fn made(
    name: &str,
    kind: &'static Kind,
    tree: &MemoryTree,
    pace: &dyn Pace,
    tenant: &str,
    now: Timestamp,
) -> Option<Made> {
    let source = Source { tenant, pace, ..Source::new(kind, tree, now) };
    let part = Part::read_in_slices(kind, &source, Expect::Nothing).await;
    // Sorting the records takes a slice of its own. They are written in pieces.
    source.pause().await;
    let (mut tenants, notes): (Vec<Tenant>, Vec<Note>) = if tenant.is_empty() {
        assemble::tenants(part, now)
    } else {
        let plan = TenantPlan { name: tenant.to_owned(), ..TenantPlan::default() };
        let (tenant, notes) = assemble::tenant(&plan, vec![part], now);
        (vec![tenant], notes.into_iter().flatten().collect())
    };
    assemble::settle_ids(&mut tenants);
    source.pause().await;
    let head = Head {
        exported_at: now.into(),
        exporter: Some("posture gather".into()),
        since: None,
        policy: None,
        workspace: Workspace { id: 1, name: "Workspace".into(), slug: None },
        checked_domains: None,
    };
    let mut snapshot = String::new();
    for piece in pieces(&Snapshot { head, tenants }) {
        source.pause_in_file().await;
        snapshot.push_str(&piece.ok()?);
    }
    let lacks_history = kind.reads_history;
    Some(Made { name: name.to_owned(), kind: kind.name, notes, lacks_history, snapshot: snapshot.into() })
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use posture_core::{Form, Options, derive};
    use posture_gather::pace::WithoutPauses;

    use super::*;

    fn tree() -> MemoryTree {
        MemoryTree::new().with("backups.csv", "tenant,set,completed_at,status,items,degraded_items\nContoso,1,2026-04-08T01:00:00Z,completed,3,0\n")
    }

    #[test]
    fn a_tree_becomes_a_snapshot_that_the_resolver_reads() {
        let now = Timestamp::parse("2026-04-08T06:00:00Z").unwrap();
        let (kind, why) = kinds::detect(&tree()).remove(0);
        assert_eq!((kind.name, why.contains("backups.csv")), ("csv", true));
        for tenant in ["", "Contoso"] {
            let tree = tree();
            let made = made("Backups.zip", kind, &tree, &WithoutPauses, tenant, now);
            let made = made.now_or_never().flatten().unwrap();
            let report = derive(made.snapshot.as_bytes(), Form::Json, &Options::default()).unwrap();
            assert_eq!(report.tenants[0].tenant_label, "Contoso");
            assert!(!made.lacks_history && !made.notes.is_empty());
        }
        assert_eq!(file_name("Backups.zip"), "Backups snapshot.json");
    }
}
