//! A folder or archive that another tool wrote: read, recognised, and gathered into a snapshot, all in this page.
//!
//! The adapters are those of `posture gather`. Their result is opened like any other snapshot.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::paths;
use posture_gather::{MemoryTree, Pace, Pause, Tree as _};
use web_sys::{Blob, BlobPropertyBag};

use crate::browser::clock;
use crate::browser::dropped_tree::{DroppedTree, TreeFault};
use crate::browser::time_slicing::{Slices, next_task};
use crate::store::adapters::{self, Detected, KindName, Made, Wanted};
use crate::store::chosen_file::{Chosen, EmbeddedMetadata};
use crate::store::evidence::Evidence;
use crate::store::latest_request::LatestRequest;
use crate::store::opened_file::shown_name;
use crate::store::opened_files::Files;

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
    Recognised {
        /// The name of the folder or archive.
        name: String,
        /// What it looks like.
        detected: Detected,
    },
    /// It was gathered and opened.
    Made {
        /// The name of the folder or archive.
        name: String,
        /// What the adapter said.
        made: Made,
        /// The snapshot, as it can be saved.
        file: Option<Blob>,
    },
}

/// The store of this page. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct ToolExports {
    stage: RwSignal<Stage, LocalStorage>,
    tree: StoredValue<Option<Rc<MemoryTree>>, LocalStorage>,
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
            tree: StoredValue::new_local(None),
            asked: LatestRequest::default(),
        }
    }

    /// How far it is, tracked.
    pub fn stage(self) -> Stage {
        self.stage.get()
    }

    /// Reads a folder or archive and recognises it.
    pub fn open(self, name: &str, dropped: DroppedTree) {
        let (turn, name) = (self.next_turn(), shown_name(name));
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
            let stage = match read {
                Ok(tree) => self.recognised(turn, name, Rc::new(tree)).await,
                Err(fault) => Some(Stage::Refused { name, fault }),
            };
            // What was cancelled has a stage of its own.
            if let Some(stage) = stage {
                self.stage.set(stage);
            }
        });
    }

    async fn recognised(self, turn: u64, name: String, tree: Rc<MemoryTree>) -> Option<Stage> {
        let pace = Rc::new(PagePace {
            slices: RefCell::new(Slices::start()),
            files: Cell::new(0),
            goes_on: move || self.asked.is_latest(turn),
            tell: |_| {},
        });
        let detected = match adapters::detect(Rc::clone(&tree), pace.clone()).await {
            Ok(detecting) => unless_cancelled(&*pace, detecting).await?,
            Err(_) => return Some(Stage::Refused { name, fault: TreeFault::NotLoaded }),
        };
        self.tree.set_value(Some(tree));
        Some(Stage::Recognised { name, detected })
    }

    /// Gathers the tree as a kind and opens the snapshot. Without a tenant's name, each tenant that the files name is one.
    pub fn gather(self, files: Files, evidence: Evidence, kind: KindName, tenant: &str) {
        let Stage::Recognised { name, .. } = self.stage.get_untracked() else { return };
        let Some((tree, now)) = Option::zip(self.tree.get_value(), clock::read()) else { return };
        let turn = self.next_turn();
        let of = tree.entries().len();
        self.stage.set(Stage::Gathering { name: name.clone(), files: 0, of });
        let wanted = Wanted { tree, kind, tenant: tenant.trim().to_owned(), now };
        self.tree.set_value(None);
        spawn_local(async move {
            let pace = Rc::new(PagePace {
                slices: RefCell::new(Slices::start()),
                files: Cell::new(0),
                goes_on: move || self.asked.is_latest(turn),
                tell: {
                    let name = name.clone();
                    move |files: usize| {
                        self.stage.set(Stage::Gathering { name: name.clone(), files: files.min(of), of });
                    }
                },
            });
            // The page first says that it gathers.
            next_task().await;
            let gathering = match adapters::gather(wanted, pace.clone()).await {
                Ok(gathering) => gathering,
                Err(_) => return self.stage.set(Stage::Refused { name, fault: TreeFault::NotLoaded }),
            };
            // What was cancelled has a stage of its own.
            let Some(made) = unless_cancelled(&*pace, gathering).await else { return };
            match made {
                Some(made) => self.show(files, evidence, turn, name, made).await,
                None => self.cancel(),
            }
        });
    }

    async fn show(self, files: Files, evidence: Evidence, turn: u64, name: String, mut made: Made) {
        let file = file_of(std::mem::take(&mut made.pieces)).await;
        if !self.asked.is_latest(turn) {
            return;
        }
        let chosen =
            Chosen { name: file_name(&name), file: file.clone(), stated: EmbeddedMetadata::default() };
        self.stage.set(Stage::Made { name, made, file });
        // The notes are on this page, so it stays.
        files.open(evidence, vec![chosen], Some(paths::OPEN.to_owned()));
    }

    /// Ends the reading, or forgets what was read.
    pub fn cancel(self) {
        self.next_turn();
        self.tree.set_value(None);
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

/// A JSON file of these pieces. The browser gets them one by one, because it copies each at once.
async fn file_of(pieces: Vec<String>) -> Option<Blob> {
    let parts = Array::new();
    let mut slices = Slices::start();
    for piece in pieces {
        let bytes = Uint8Array::from(piece.as_bytes());
        let part = Blob::new_with_u8_array_sequence(&Array::of1(&bytes)).ok()?;
        parts.push(part.as_ref());
        if slices.is_due() {
            slices.pause().await;
        }
    }
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    // The browser's constructor takes parts of any kind; every binding of it is a function of its own in the first view.
    Blob::new_with_str_sequence_and_options(&parts, &options).ok()
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

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_snapshot_is_named_after_its_folder_or_archive() {
        assert_eq!(file_name("Backups.zip"), "Backups snapshot.json");
        assert_eq!(file_name("Backups"), "Backups snapshot.json");
    }
}
