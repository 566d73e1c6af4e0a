//! Set-up, build, serve and test: `cargo xtask --help`.
//!
//! Every command first installs what it needs and is missing: crates, rustup's wasm target, Debian packages, and for tests one package
//! each from npm and the Python package index.

mod app;
mod bench;
mod dist;
mod first_view;
mod fuzz;
mod instructions;
mod processes;
mod setup;
mod soak;
mod step;
mod test;
mod workspace;

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::step::cargo;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, build, serve and test")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the app and the `posture` binary that embeds it, optimised.
    Build,
    /// Build, then run `posture serve` with the arguments given.
    Serve {
        /// Arguments of `posture serve`, such as a snapshot file or `--listen 127.0.0.1:9000`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Run every check and test. The last line counts them.
    Test,
    /// Build the program for a platform and pack it: archive, Debian package, checksums. Writes to `target/dist`.
    Dist(dist::DistArgs),
    /// Measure what `specs/performance.md` budgets and print one table of ratios. Also writes it to `target/bench`.
    Bench,
    /// Fuzz the readers with the nightly toolchain. Writes findings to `target/fuzz/found`.
    Fuzz {
        /// Minutes per target.
        #[arg(long, default_value_t = 30)]
        minutes: u64,
        /// The targets, such as `reader`. Default: all.
        targets: Vec<String>,
    },
    /// Count the instructions of each stage of the resolver and record them in `tests/bench/instructions.txt`.
    Instructions,
    /// Run servers over a store, over PostgreSQL and over gathered evidence under load and faults, and check that they stay healthy.
    /// Also writes the figures to `target/soak`.
    Soak {
        /// Minutes to run.
        #[arg(long, default_value_t = 10)]
        minutes: u64,
    },
    /// Take pictures of every page, light and dark, narrow and wide, into `target/screenshots`.
    Screenshots {
        /// Also replace the README's picture in `docs`.
        #[arg(long)]
        readme: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Test => return test::run(),
        Chore::Build => build(),
        Chore::Serve { args } => serve(&args),
        Chore::Dist(args) => dist::run(&args),
        Chore::Bench => build().and_then(|()| bench::run()),
        Chore::Fuzz { minutes, targets } => return fuzz::run(minutes, &targets),
        Chore::Instructions => instructions::record(),
        Chore::Soak { minutes } => build().and_then(|()| soak::run(minutes)),
        Chore::Screenshots { readme } => screenshots(readme),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<()> {
    setup::for_building()?;
    app::build()?;
    step::run(
        "building the posture binary",
        &mut cargo(["build", "--release", "--locked", "--package", "posture-cli"]),
    )
}

fn serve(args: &[OsString]) -> Result<()> {
    build()?;
    let binary = workspace::target_dir()?.join("release/posture");
    // Replaces this process, so that signals reach the server itself.
    let error = step::command(&binary).arg("serve").args(args).exec();
    Err(anyhow::Error::new(error).context(format!("Failed to run {}", binary.display())))
}

fn screenshots(readme: bool) -> Result<()> {
    build()?;
    setup::chromium()?;
    let mut shots = cargo(["run", "--locked", "--package", "posture-tools", "--bin", "screenshots", "--"]);
    shots.arg(workspace::target_dir()?.join("release/posture"));
    if readme {
        shots.arg("--readme");
    }
    step::run("taking screenshots", &mut shots)
}
