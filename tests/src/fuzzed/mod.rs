//! Fuzz targets: each takes any bytes, and panics if an invariant does not hold.
//!
//! `tests/fuzz` runs them in libFuzzer (`cargo xtask fuzz`); `tests/fuzzed.rs` runs each on its seeds and on thousands of mutations.

mod address;
mod calm;
mod draws;
mod gather;
#[cfg(feature = "servers")]
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

/// All targets, by name. The one of a store needs the feature `servers`.
pub const TARGETS: &[Target] = &[
    Target { name: "address", run: address::run, seeds: address::seeds, short_run: 5_000 },
    Target { name: "calm", run: calm::run, seeds: mutation::snapshots, short_run: 600 },
    Target {
        name: "gather_aws_backup",
        run: |input| gather::run("aws-backup", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_cipp",
        run: |input| gather::run("cipp", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_csv",
        run: |input| gather::run("csv", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_entra_recovery",
        run: |input| gather::run("entra-recovery", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_intunebackup",
        run: |input| gather::run("intunebackup", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_intunecd",
        run: |input| gather::run("intunecd", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_intunemanagement",
        run: |input| gather::run("intunemanagement", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_m365dsc",
        run: |input| gather::run("m365dsc", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_restic",
        run: |input| gather::run("restic", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_tenuvault",
        run: |input| gather::run("tenuvault", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_utcm",
        run: |input| gather::run("utcm", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target {
        name: "gather_velero",
        run: |input| gather::run("velero", input),
        seeds: gather::seeds,
        short_run: 200,
    },
    Target { name: "gzip", run: packed::run, seeds: packed::seeds, short_run: 500 },
    #[cfg(feature = "servers")]
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
