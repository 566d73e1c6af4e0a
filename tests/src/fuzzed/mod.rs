//! Fuzz targets: each takes any bytes, and panics if an invariant does not hold.
//!
//! `tests/fuzz` runs them in libFuzzer (`cargo xtask fuzz`); `tests/fuzzed.rs` runs each on its seeds and on thousands of mutations.

mod address;
mod calm;
mod draws;
mod import;
mod kept_report;
mod packed;
mod reading;
mod timestamp;

use crate::mutation;

/// One fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name for `cargo xtask fuzz`.
    pub name: &'static str,
    /// Runs one input.
    pub run: fn(&[u8]),
    /// Its seeds.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Number of inputs of the short run in the tests.
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
