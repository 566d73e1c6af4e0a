//! Every check and test, cheapest first.

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::step::{self, cargo};
use crate::{app, first_view, instructions, setup};

/// Tests passed and failed so far. A check that fails, or a runner that fails without a failed test, counts as one failure.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    /// Repeated at the end, next to the failures that they explain.
    warnings: Vec<String>,
}

/// How long built tests may print nothing. A test that takes longer is stuck.
const SILENCE: Duration = Duration::from_secs(600);

/// Runs everything and prints `N passed, N failed` as the last line. Fails if anything failed or could not start.
pub(crate) fn run() -> ExitCode {
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for stage in STAGES {
        let failed_before = tally.failed;
        if let Err(error) = stage(&mut tally) {
            tally.failed = tally.failed.max(failed_before + 1);
            failures.push(error);
        }
    }
    for warning in &tally.warnings {
        eprintln!("warning: {warning}");
    }
    for failure in &failures {
        eprintln!("error: {failure:#}");
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

const STAGES: [fn(&mut Tally) -> Result<()>; 12] = [
    |_| setup::for_linting(),
    |_| step::run("checking the format", &mut cargo(["fmt", "--all", "--check"])),
    |_| lint(),
    |_| lint_for_the_browser(),
    |_| document(),
    |_| setup::for_building(),
    |_| app::build(),
    |_| first_view::check(),
    install_test_tools,
    native_tests,
    browser_tests,
    |_| instructions::check(),
];

fn lint() -> Result<()> {
    let mut native = cargo(["clippy", "--locked", "--keep-going", "--workspace", "--all-targets"]);
    step::run("linting", native.args(["--", "--deny", "warnings"]))
}

/// Lints what is compiled for the browser: the app, and the tests that run there.
fn lint_for_the_browser() -> Result<()> {
    let wasm = || cargo(["clippy", "--locked", "--keep-going", "--target", "wasm32-unknown-unknown"]);
    let mut app = wasm();
    app.args([
        "--package",
        "posture-core",
        "--package",
        "posture-web",
        "--lib",
        "--bins",
        "--",
        "--deny",
        "warnings",
    ]);
    step::run("linting the app for the browser", &mut app)?;
    let mut tests = wasm();
    tests.args(["--package", "posture-tests", "--lib", "--tests", "--", "--deny", "warnings"]);
    step::run("linting the tests for the browser", &mut tests)
}

/// Builds the crates' documentation. A broken link is an error.
fn document() -> Result<()> {
    let mut docs = cargo(["doc", "--locked", "--workspace", "--no-deps"]);
    step::run("documenting", docs.env("RUSTDOCFLAGS", "--deny warnings"))
}

/// A tool that cannot be installed is only a warning: the tests that need it fail, and all others run.
fn install_test_tools(tally: &mut Tally) -> Result<()> {
    tally.warnings = setup::for_tests();
    for warning in &tally.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

/// The tests of all crates, including those that drive a real browser.
fn native_tests(tally: &mut Tally) -> Result<()> {
    // Built from the whole workspace, so that it shares the features and builds of its dependencies with the tests.
    step::run(
        "building the server under test",
        &mut cargo(["build", "--locked", "--workspace", "--bin", "posture"]),
    )?;
    let tests = || cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    step::run("building the tests", tests().arg("--no-run"))?;
    count("running the tests", tests(), tally)
}

/// The tests that also run in a browser, from the same source.
fn browser_tests(tally: &mut Tally) -> Result<()> {
    // The browser leaves files in TMPDIR. Its path must be short enough for sockets.
    let scratch = std::env::temp_dir().join(format!("posture-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).with_context(|| format!("Failed to create {}", scratch.display()))?;
    let tests = || {
        let mut tests = cargo(["test", "--locked", "--no-fail-fast", "--target", "wasm32-unknown-unknown"]);
        tests.args(["--package", "posture-tests", "--tests"]).env("TMPDIR", &scratch);
        tests
    };
    let outcome = step::run("building the tests for the browser", tests().arg("--no-run"))
        .and_then(|()| count("running the tests in headless Chromium", tests(), tally));
    std::fs::remove_dir_all(&scratch).with_context(|| format!("Failed to remove {}", scratch.display()))?;
    outcome
}

fn count(what: &str, mut tests: Command, tally: &mut Tally) -> Result<()> {
    let before = tally.passed + tally.failed;
    let outcome = step::run_inspected(what, &mut tests, SILENCE, |line| {
        if let Some((passed, failed)) = result(line) {
            tally.passed += passed;
            tally.failed += failed;
        }
    });
    if outcome.is_ok() && tally.passed + tally.failed == before {
        bail!("{what}: No test ran");
    }
    outcome
}

/// Reads the counts from a runner's line `test result: ok. 3 passed; 0 failed; …`.
fn result(line: &str) -> Option<(u64, u64)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut counts = counts.split("; ");
    let passed = counts.next()?.strip_suffix(" passed")?.parse().ok()?;
    let failed = counts.next()?.strip_suffix(" failed")?.parse().ok()?;
    Some((passed, failed))
}

#[cfg(test)]
mod tests {
    use super::result;

    #[test]
    fn a_result_line_gives_its_counts_and_any_other_line_none() {
        assert_eq!(result("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured"), Some((12, 0)));
        assert_eq!(result("test result: FAILED. 3 passed; 2 failed; 0 ignored"), Some((3, 2)));
        assert_eq!(result("test the_result_is_shown ... ok"), None);
    }
}
