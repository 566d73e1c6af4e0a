//! What building and testing need besides cargo. Each need is checked first and met only when missing.

use anyhow::{Context as _, Result, bail};

use crate::step::{self, cargo, command};
use crate::workspace;

/// The axe-core release that checks the pages' accessibility.
const AXE: &str = "4.14.1";

/// The cargo-fuzz release that drives libFuzzer.
const CARGO_FUZZ: &str = "0.13.2";

/// The schemathesis release that tries the API.
const SCHEMATHESIS: &str = "4.32.5";

/// The trunk release this workspace builds with; the next one needs a newer compiler than `rust-version`.
const TRUNK: &str = "0.21.14";

/// Everything `trunk build` and `cargo build` need.
pub(crate) fn for_building() -> Result<()> {
    wasm_target()?;
    wasm_bindgen()?;
    trunk()
}

/// `cargo fmt` and `cargo clippy`, for the browser's target too.
pub(crate) fn for_linting() -> Result<()> {
    wasm_target()?;
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if step::probe(&mut cargo([subcommand, "--version"])).is_none() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

/// Chromium, its driver, Firefox, and axe-core.
pub(crate) fn for_browser_tests() -> Result<()> {
    debian(&["chromium", "chromedriver"], &["chromium", "chromium-driver"])?;
    debian(&["firefox-esr"], &["firefox-esr"])?;
    axe()
}

/// PostgreSQL's server programs, which tests start clusters with.
pub(crate) fn for_database_tests() -> Result<()> {
    // Debian keeps them off PATH.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    if versions.into_iter().any(|version| version.path().join("bin/initdb").is_file()) {
        return Ok(());
    }
    debian(&["initdb", "pg_ctl", "pg_basebackup"], &["postgresql"])
}

/// valgrind, whose callgrind counts instructions.
pub(crate) fn for_counting() -> Result<()> {
    debian(&["valgrind"], &["valgrind"])
}

/// The nightly toolchain, which alone can watch what code an input reaches, and cargo-fuzz.
pub(crate) fn for_fuzzing() -> Result<()> {
    if step::probe(command("rustup").args(["run", "nightly", "rustc", "--version"])).is_none() {
        bail!(
            "fuzzing takes a nightly toolchain, and there is none: `rustup toolchain install nightly --profile minimal` gets it. \
             The short run of the same targets takes none: `cargo test --package posture-tests --test fuzzed`"
        );
    }
    if has_version("cargo-fuzz".as_ref(), CARGO_FUZZ) {
        return Ok(());
    }
    let mut install = cargo(["install", "cargo-fuzz", "--version", CARGO_FUZZ, "--locked", "--root"]);
    step::run(&format!("installing cargo-fuzz {CARGO_FUZZ}"), install.arg(workspace::tools()))
}

/// Prometheus's tool, which tests the alert rules, and schemathesis, which tries the API at random.
pub(crate) fn for_endpoint_tests() -> Result<()> {
    debian(&["promtool"], &["prometheus"])?;
    schemathesis()
}

/// schemathesis, from the Python package index, in an environment of its own.
fn schemathesis() -> Result<()> {
    let folder = workspace::tools().join("schemathesis");
    let answer = step::probe(command(folder.join("bin/schemathesis")).arg("--version"));
    if answer.is_some_and(|answer| answer.trim().ends_with(SCHEMATHESIS)) {
        return Ok(());
    }
    let has_venv = step::probe(command("python3").args(["-c", "import ensurepip, venv"])).is_some();
    if !has_venv {
        debian(&["python3-venv"], &["python3", "python3-venv"])?;
    }
    let mut venv = command("python3");
    step::run("making an environment for schemathesis", venv.args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = command(folder.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"])
        .arg(format!("schemathesis=={SCHEMATHESIS}"));
    step::run(&format!("installing schemathesis {SCHEMATHESIS}"), &mut pip)
}

/// axe-core, from the npm registry, where the accessibility tests look for it.
#[expect(clippy::disallowed_methods, reason = "what is installed stands in a file")]
fn axe() -> Result<()> {
    let folder = workspace::tools().join("axe");
    let manifest = folder.join("node_modules/axe-core/package.json");
    if std::fs::read_to_string(&manifest).is_ok_and(|text| text.contains(&format!("\"version\": \"{AXE}\"")))
    {
        return Ok(());
    }
    debian(&["npm"], &["npm"])?;
    std::fs::create_dir_all(&folder).context("creating the folder .tools/axe")?;
    let mut npm = command("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
        .arg(&folder);
    step::run(&format!("installing axe-core {AXE}"), npm.arg(format!("axe-core@{AXE}")))
}

/// Installs Debian packages unless all the programs they bring run.
fn debian(programs: &[&str], packages: &[&str]) -> Result<()> {
    if programs.iter().all(|program| runs(program)) {
        return Ok(());
    }
    let (programs, names) = (programs.join("` and `"), packages.join(" "));
    let is_root = step::probe(command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !is_root || !runs("apt-get") {
        bail!(
            "`{programs}` are missing and cannot be installed from here (that takes root and apt-get). \
             Install them so that they are on PATH, on Debian by `apt-get install {names}`"
        );
    }
    step::run("updating Debian's package lists", command("apt-get").args(["update", "--quiet"]))?;
    let mut install = command("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "--quiet", "--yes"]).args(packages);
    step::run(&format!("installing {names}"), &mut install)
}

fn wasm_target() -> Result<()> {
    let libraries = step::probe(command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        "wasm32-unknown-unknown",
    ]));
    if libraries.is_some_and(|folder| std::path::Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    rustup(&["target", "add", "wasm32-unknown-unknown"])
}

/// Puts `wasm-bindgen` of the locked version where trunk looks for it; another version would not understand the
/// app, and trunk would fetch a binary of its own.
fn wasm_bindgen() -> Result<()> {
    let version = workspace::locked_version("wasm-bindgen")?;
    let tool = workspace::tools().join("bin/wasm-bindgen");
    if has_version(tool.as_os_str(), &version) && workspace::is_current(&tool, &["crates/wasm-tools"])? {
        return Ok(());
    }
    step::run(
        &format!("building wasm-bindgen {version}"),
        &mut cargo(["build", "--locked", "--package", "wasm-tools"]),
    )?;
    let built = workspace::target_dir()?.join("debug/wasm-tools-bindgen");
    std::fs::create_dir_all(workspace::tools().join("bin")).context("creating the folder .tools/bin")?;
    std::fs::copy(&built, &tool)
        .with_context(|| format!("copying {} to {}", built.display(), tool.display()))?;
    if !has_version(tool.as_os_str(), &version) {
        bail!(
            "{} is not wasm-bindgen {version}; crates/wasm-tools must name the version of Cargo.lock",
            tool.display()
        );
    }
    Ok(())
}

fn trunk() -> Result<()> {
    if has_version("trunk".as_ref(), TRUNK) {
        return Ok(());
    }
    // Optimising trunk lengthens its own build and hardly shortens ours.
    step::run(
        &format!("installing trunk {TRUNK} (some minutes, once)"),
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
        format!("`{line}` is needed; without rustup, install that part of the toolchain by hand")
    })
}

fn runs(program: &str) -> bool {
    step::probe(command(program).arg("--version")).is_some()
}

/// Whether `program --version` answers `<name> <version>`.
fn has_version(program: &std::ffi::OsStr, version: &str) -> bool {
    step::probe(command(program).arg("--version"))
        .is_some_and(|answer| answer.split_whitespace().nth(1) == Some(version))
}
