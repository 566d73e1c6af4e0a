//! What is tried with hostile input: each target takes any bytes, and panics where something that must always hold does not.
//!
//! `tests/fuzz` hands them to libFuzzer (`cargo xtask fuzz`); `tests/fuzzed.rs` tries each on its seeds and on thousands of changes of them.

mod address;
mod calm;
mod draws;
mod import;
mod kept_report;
mod packed;
mod reading;
mod timestamp;

use crate::mutation;

/// One way of trying hostile input.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, as `cargo xtask fuzz` takes it.
    pub name: &'static str,
    /// Tries one input.
    pub run: fn(&[u8]),
    /// What inputs are made from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many inputs the short run in the tests tries.
    pub short_run: usize,
}

/// All targets, by name.
pub const TARGETS: [Target; 9] = [
    Target { name: "address", run: address::run, seeds: address::seeds, short_run: 5_000 },
    Target { name: "calm", run: calm::run, seeds: mutation::snapshots, short_run: 600 },
    Target { name: "gzip", run: packed::run, seeds: packed::seeds, short_run: 500 },
    Target { name: "import", run: import::run, seeds: mutation::snapshots, short_run: 200 },
    Target { name: "kept_report", run: kept_report::run, seeds: kept_report::seeds, short_run: 1_000 },
    Target { name: "ndjson", run: reading::lines, seeds: reading::line_seeds, short_run: 1_000 },
    Target { name: "reader", run: reading::chunks, seeds: mutation::snapshots, short_run: 1_000 },
    Target { name: "slim", run: reading::slim, seeds: mutation::snapshots, short_run: 1_000 },
    Target { name: "timestamp", run: timestamp::run, seeds: timestamp::seeds, short_run: 50_000 },
];

/// The target of this name.
///
/// # Panics
///
/// If there is none.
pub fn try_input(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let Some(target) = target else { panic!("there is no target {name}") };
    (target.run)(input);
}
