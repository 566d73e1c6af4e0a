//! The sources of evidence, held to one suite, over real files, real SQLite and a real PostgreSQL that the tests start themselves.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests write the files the sources read")]

mod altered_store;
mod bounds;
mod cases;
mod changes;
mod check;
mod conformance;
mod divided;
mod endpoint;
mod evidence;
mod faults;
mod many_files;
mod replica;
mod reviews;
mod shared_database;
mod store;
mod synthetic;
