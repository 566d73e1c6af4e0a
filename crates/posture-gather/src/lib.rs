//! Adapters: the files that other tools wrote in, records of a snapshot and notes out.
//!
//! An adapter is a function from a [`Tree`] of named bytes, its settings and a clock value to [`Gathered`]. [`kinds::KINDS`] is the one
//! table of them. The shells provide the tree: a folder, a git repository, a ZIP archive, a browser's file list, or
//! [`MemoryTree`] in tests.
//!
//! **Guarantees.** The same tree, settings and clock value give the same records. An adapter cannot fail and cannot panic: bad input
//! becomes a degraded item, a note or a signal. What a file does not say is left out or stated as unknown, never assumed to be good.
//!
//! **What this crate does not do.** It opens no file, reads no clock, calls no program and judges nothing; the resolver judges.
//!
//! To add an adapter: write `adapters/NAME.rs` with a `gather` and a `detect` function, and add its row to [`kinds::KINDS`]. Both offer
//! the shell pauses, because a browser's page has one thread: before each file ([`Source::pause`]) and within large ones
//! ([`Source::read_text`], [`Source::read_json`], [`Source::pause_in_file`]). Only YAML is read at once.
//!
//! Imports go one way: [`tree`] and [`source`] below, [`kind`] above them, then the adapters, then [`kinds`] and [`assemble`].

pub mod adapters;
pub mod assemble;
pub mod cron;
pub mod history;
pub mod ids;
pub mod keep;
pub mod kind;
pub mod kinds;
pub mod notes;
pub mod pace;
pub mod read_error;
pub mod records;
mod replaced;
mod sliced_json;
pub mod source;
mod sums;
pub mod text;
pub mod times;
pub mod tree;

pub use history::{Commit, History, MemoryHistory, ObjectId, Ref, TreeEntry};
pub use kind::{Key, Kind, SourceError};
pub use kinds::KINDS;
pub use notes::{Note, Notes};
pub use pace::{Pace, Pause};
pub use posture_core::finding::Severity;
pub use read_error::ReadError;
pub use records::{Gathered, Records};
pub use source::{Files, Settings, Source};
pub use tree::{Entry, MemoryTree, Tree};
