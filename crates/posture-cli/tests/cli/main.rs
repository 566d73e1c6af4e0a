//! The command line as it is used: the real binary, its output, its exit codes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where a step of it fails")]
#![expect(clippy::disallowed_methods, reason = "the binary is tried on real files")]

mod access;
mod check;
mod database;
mod derive;
mod diff;
mod endpoint;
mod faults;
mod foreign_store;
mod gather;
mod import;
mod load;
mod long_input;
mod machines;
mod manuals;
mod notify;
mod open_files;
mod output;
mod policy;
mod remedies;
mod serve;
mod settings;
mod sign_in;
mod signing;
mod slim;
mod sources;
mod store;
mod support;
mod synth;
mod verify;
