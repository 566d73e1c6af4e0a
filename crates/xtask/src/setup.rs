//! Installs what building and testing need besides cargo. Each need is checked first and installed only if it is missing.

use anyhow::{Context as _, Result, bail};

use crate::step::{self, cargo, command};
use crate::workspace;

/// The axe-core release that checks the pages' accessibility.
const AXE: &str = "4.14.1";

/// The cargo-fuzz release that drives libFuzzer.
const CARGO_FUZZ: &str = "0.13.2";

/// The DuckDB release that the bench compares with.
const DUCKDB: &str = "2.0.1";

/// The release of the OpenID Connect provider that the tests sign in at.
const OIDC_PROVIDER: &str = "8.8.1";

/// The schemathesis release that tries the API.
const SCHEMATHESIS: &str = "4.32.5";

/// The trunk release that builds the app. The next one needs a newer compiler than `rust-version`.
const TRUNK: &str = "0.21.14";

/// Installs a tool unless it is installed.
type Install = fn() -> Result<()>;

/// The tools that only tests need: which tests fail without one, and its installation.
const TEST_TOOLS: [(&str, Install); 10] = [
    ("browser tests", chromium),
    ("Firefox tests", firefox),
    ("accessibility tests", axe),
    ("sign-in tests", oidc_provider),
    ("PostgreSQL tests", postgresql),
    ("the test of several machines", haproxy),
    ("alert rule tests", promtool),
    ("random API requests", schemathesis),
    ("the signature test", minisign),
    ("package tests", dpkg),
];

/// Everything that `trunk build` and `cargo build` need.
pub(crate) fn for_building() -> Result<()> {
    // The compiler that linked this program may be gone from a machine that kept its target folder.
    debian(&["cc"], &["build-essential"])?;
    target("wasm32-unknown-unknown")?;
    wasm_bindgen()?;
    trunk()
}

/// `cargo fmt` and `cargo clippy`, also for the browser's target.
pub(crate) fn for_linting() -> Result<()> {
    target("wasm32-unknown-unknown")?;
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if step::probe(&mut cargo([subcommand, "--version"])).is_none() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// Installs the tools of the tests and returns a warning for each that is missing. A missing tool fails only the tests that need it.
pub(crate) fn for_tests() -> Vec<String> {
    TEST_TOOLS.into_iter().filter_map(warning).collect()
}

fn warning((tests, install): (&str, Install)) -> Option<String> {
    install().err().map(|error| format!("{tests} will fail. {error:#}"))
}

/// Chromium and its driver.
pub(crate) fn chromium() -> Result<()> {
    debian(&["chromium", "chromedriver"], &["chromium", "chromium-driver"])
}

/// PostgreSQL's server programs, which tests start clusters with.
pub(crate) fn postgresql() -> Result<()> {
    // Debian does not put them on PATH.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    if versions.into_iter().any(|version| version.path().join("bin/initdb").is_file()) {
        return Ok(());
    }
    debian(&["initdb", "pg_ctl", "pg_basebackup"], &["postgresql"])
}

/// dpkg-deb, which packs and lists Debian packages.
pub(crate) fn dpkg() -> Result<()> {
    debian(&["dpkg-deb"], &["dpkg"])
}

/// valgrind, whose callgrind counts instructions.
pub(crate) fn valgrind() -> Result<()> {
    debian(&["valgrind"], &["valgrind"])
}

/// Programs that the bench compares with. One that cannot be installed is not measured.
pub(crate) fn for_comparing() {
    let peers: [Install; 3] =
        [|| debian(&["jq"], &["jq"]), || debian(&["node"], &["nodejs"]), || python_package("duckdb", DUCKDB)];
    for error in peers.iter().filter_map(|install| install().err()) {
        eprintln!("warning: {error:#}");
    }
}

/// cargo-fuzz, and the nightly toolchain it needs.
pub(crate) fn for_fuzzing() -> Result<()> {
    if step::probe(command("rustup").args(["run", "nightly", "rustc", "--version"])).is_none() {
        bail!(
            "Fuzzing needs a nightly toolchain. Install it: `rustup toolchain install nightly --profile minimal`. \
             A short run of the same targets needs none: `cargo test --package posture-tests --test fuzzed`"
        );
    }
    if has_version("cargo-fuzz".as_ref(), CARGO_FUZZ) {
        return Ok(());
    }
    let mut install = cargo(["install", "cargo-fuzz", "--version", CARGO_FUZZ, "--locked", "--root"]);
    step::run(&format!("installing cargo-fuzz {CARGO_FUZZ}"), install.arg(workspace::tools()))
}

fn firefox() -> Result<()> {
    debian(&["firefox-esr"], &["firefox-esr"])
}

/// Prometheus' tool, which tests the alert rules.
fn promtool() -> Result<()> {
    debian(&["promtool"], &["prometheus"])
}

/// HAProxy, which a test puts in front of two endpoints. It has no option `--version`.
fn haproxy() -> Result<()> {
    if step::probe(command("haproxy").arg("-v")).is_some() {
        return Ok(());
    }
    install(&["haproxy"]).context("Missing: haproxy")
}

/// minisign, which a test verifies our signatures with. It has no option `--version`.
fn minisign() -> Result<()> {
    if step::probe(command("minisign").arg("-v")).is_some() {
        return Ok(());
    }
    install(&["minisign"]).context("Missing: minisign")
}

/// schemathesis, from the Python package index.
fn schemathesis() -> Result<()> {
    python_package("schemathesis", SCHEMATHESIS)
}

/// A package from the Python package index, in an environment of its own in `.tools`.
fn python_package(name: &str, version: &str) -> Result<()> {
    let folder = workspace::tools().join(name);
    let installed = format!("import importlib.metadata; print(importlib.metadata.version('{name}'))");
    let answer = step::probe(command(folder.join("bin/python")).args(["-c", &installed]));
    if answer.is_some_and(|answer| answer.trim() == version) {
        return Ok(());
    }
    if step::probe(command("python3").args(["-c", "import ensurepip, venv"])).is_none() {
        install(&["python3", "python3-venv"])?;
    }
    let mut venv = command("python3");
    step::run(
        &format!("creating an environment for {name}"),
        venv.args(["-m", "venv", "--clear"]).arg(&folder),
    )?;
    let mut pip = command(folder.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]).arg(format!("{name}=={version}"));
    step::run(&format!("installing {name} {version}"), &mut pip)
}

/// axe-core, where the accessibility tests look for it.
fn axe() -> Result<()> {
    npm_package("axe", "axe-core", AXE)
}

/// oidc-provider, where the tests of sign-in look for it.
fn oidc_provider() -> Result<()> {
    npm_package("oidc-provider", "oidc-provider", OIDC_PROVIDER)
}

/// A package from the npm registry, in a folder of `.tools`.
#[expect(clippy::disallowed_methods, reason = "the installed version is in a file")]
fn npm_package(folder: &str, name: &str, version: &str) -> Result<()> {
    let folder = workspace::tools().join(folder);
    let manifest = folder.join("node_modules").join(name).join("package.json");
    let stated = format!("\"version\": \"{version}\"");
    if std::fs::read_to_string(&manifest).is_ok_and(|text| text.contains(&stated)) {
        return Ok(());
    }
    debian(&["npm"], &["npm"])?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("Failed to create the folder {}", folder.display()))?;
    let mut npm = command("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder);
    step::run(&format!("installing {name} {version}"), npm.arg(format!("{name}@{version}")))
}

/// A C compiler for another platform.
pub(crate) fn compiler(program: &str, package: &str) -> Result<()> {
    debian(&[program], &[package])
}

/// Installs Debian packages unless all these programs run.
fn debian(programs: &[&str], packages: &[&str]) -> Result<()> {
    let missing: Vec<_> = programs.iter().filter(|program| !runs(program)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(packages).with_context(|| format!("Missing: {}", missing.join(", ")))
}

fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let is_root = step::probe(command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !is_root || !runs("apt-get") {
        bail!("Installing needs root and apt-get. Install by hand, on Debian: `apt-get install {names}`");
    }
    step::run("updating Debian's package lists", command("apt-get").args(["update", "--quiet"]))?;
    let mut install = command("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "--quiet", "--yes"]).args(packages);
    step::run(&format!("installing {names}"), &mut install)
}

/// The standard library for a target.
pub(crate) fn target(triple: &str) -> Result<()> {
    let folder = step::probe(command("rustc").args(["--print", "target-libdir", "--target", triple]));
    if folder.is_some_and(|folder| std::path::Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    rustup(&["target", "add", triple])
}

/// Puts `wasm-bindgen` of the locked version where trunk finds it. Otherwise trunk would download one.
fn wasm_bindgen() -> Result<()> {
    let version = workspace::locked_version("wasm-bindgen")?;
    let tool = workspace::tools().join("bin/wasm-bindgen");
    if has_version(tool.as_os_str(), &version) && workspace::is_current(&tool, &["crates/wasm-tools"])? {
        return Ok(());
    }
    let mut build = cargo(["build", "--locked", "--package", "wasm-tools"]);
    step::run(&format!("building wasm-bindgen {version}"), &mut build)?;
    let built = workspace::target_dir()?.join("debug/wasm-tools-bindgen");
    std::fs::create_dir_all(workspace::tools().join("bin"))
        .context("Failed to create the folder .tools/bin")?;
    std::fs::copy(&built, &tool)
        .with_context(|| format!("Failed to copy {} to {}", built.display(), tool.display()))?;
    if !has_version(tool.as_os_str(), &version) {
        bail!(
            "{} is not wasm-bindgen {version}. Give crates/wasm-tools the version in Cargo.lock",
            tool.display()
        );
    }
    Ok(())
}

fn trunk() -> Result<()> {
    if has_version("trunk".as_ref(), TRUNK) {
        return Ok(());
    }
    // An optimised trunk takes longer to build and hardly speeds up ours.
    step::run(
        &format!("installing trunk {TRUNK} (once, a few minutes)"),
        cargo(["install", "trunk", "--version", TRUNK, "--locked", "--root"])
            .arg(workspace::tools())
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    )
}

fn rustup(args: &[&str]) -> Result<()> {
    let line = format!("rustup {}", args.join(" "));
    step::run(&line, command("rustup").args(args)).with_context(|| {
        format!("`{line}` failed. Without rustup, install that part of the toolchain by hand")
    })
}

fn runs(program: &str) -> bool {
    step::probe(command(program).arg("--version")).is_some()
}

/// Whether `program --version` prints `<name> <version>`.
fn has_version(program: &std::ffi::OsStr, version: &str) -> bool {
    step::probe(command(program).arg("--version"))
        .is_some_and(|answer| answer.split_whitespace().nth(1) == Some(version))
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::warning;

    #[test]
    fn a_tool_that_cannot_be_installed_is_a_warning_that_names_its_tests() {
        assert_eq!(warning(("browser tests", || Ok(()))), None);
        let missing = warning(("browser tests", || Err(anyhow!("Missing: chromium"))));
        assert_eq!(missing.as_deref(), Some("browser tests will fail. Missing: chromium"));
    }
}
