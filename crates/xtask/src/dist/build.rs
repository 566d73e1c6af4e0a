//! The program itself, without paths or times of this machine.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::target::Target;
use crate::step::{self, cargo};
use crate::{app, setup, workspace};

/// Builds the app, and the program that embeds it.
pub(super) fn program(target: Target) -> Result<PathBuf> {
    let triple = target.triple();
    let (compiler, package) = target.compiler();
    setup::for_building()?;
    setup::target(triple)?;
    setup::compiler(compiler, package)?;
    if target.debian_architecture().is_some() {
        setup::dpkg()?;
    }
    let prefixes = prefixes()?;
    let flags = |option: &str| {
        prefixes.iter().map(|prefix| format!("{option}={prefix}")).collect::<Vec<_>>().join(" ")
    };
    app::build_with(&flags("--remap-path-prefix"))?;
    let variable = triple.replace('-', "_");
    let mut build = cargo(["build", "--release", "--locked", "--package", "posture-cli", "--bin", "posture"]);
    build
        .args(["--target", triple])
        .env(format!("CARGO_TARGET_{}_RUSTFLAGS", variable.to_uppercase()), flags("--remap-path-prefix"))
        .env(format!("CC_{variable}"), compiler)
        .env(format!("CFLAGS_{variable}"), c_flags(target, &flags("-ffile-prefix-map")));
    if target != Target::LinuxX86 {
        build.env(format!("CARGO_TARGET_{}_LINKER", variable.to_uppercase()), compiler);
    }
    step::run(&format!("building the posture program for {triple}"), &mut build)?;
    Ok(workspace::target_dir()?.join(triple).join("release").join(target.program()))
}

/// Debian's cross compiler for ARM has glibc's headers, whose names for large files (`open64`) musl lacks. There, every file may be large.
fn c_flags(target: Target, prefixes: &str) -> String {
    match target {
        Target::LinuxArm => format!("{prefixes} -DSQLITE_DISABLE_LFS"),
        Target::LinuxX86 | Target::Windows => prefixes.to_owned(),
    }
}

/// The program if this machine runs it, otherwise one that this machine runs.
pub(super) fn helper(target: Target, program: &Path) -> Result<PathBuf> {
    if target.runs_here() {
        return Ok(program.to_path_buf());
    }
    step::run(
        "building the program that writes completions and manual pages",
        &mut cargo(["build", "--locked", "--workspace", "--bin", "posture"]),
    )?;
    Ok(workspace::target_dir()?.join("debug/posture"))
}

/// The folders of this machine that source files are in, each with the name that it gets.
fn prefixes() -> Result<[String; 2]> {
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .context("Neither CARGO_HOME nor a home folder is known")?;
    Ok([format!("{}=/posture", workspace::root().display()), format!("{}=/cargo", cargo_home.display())])
}
