//! `cargo xtask dist`: the program and everything that belongs to it, packed for one platform.
//!
//! What goes in is gathered in memory as a [`job::Tree`], in order of names. Archives and the Debian package are written from it without
//! anything of this machine: no times but the commit's, no owners, no paths.

mod archive;
mod build;
mod contents;
mod deb;
mod files;
mod job;
mod licences;
mod packages;
mod sbom;
mod target;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use flate2::Compression;
use sha2::{Digest as _, Sha256};

use crate::step::{self, command};
use crate::workspace;
use job::Job;
use target::Target;

#[derive(Args)]
pub(crate) struct DistArgs {
    /// The platform.
    #[arg(long, value_enum, default_value = "x86_64-unknown-linux-musl")]
    target: Target,
    /// Folder to write to. Default: `target/dist`.
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Pack this program, which was built for the platform before, instead of building one.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

pub(crate) fn run(args: &DistArgs) -> Result<()> {
    let program = match &args.program {
        Some(program) => {
            program.canonicalize().with_context(|| format!("{} is missing", program.display()))?
        }
        None => build::program(args.target)?,
    };
    let helper = build::helper(args.target, &program)?;
    let output = match &args.output {
        Some(output) => output.clone(),
        None => workspace::target_dir()?.join("dist"),
    };
    let job = Job {
        target: args.target,
        program: &program,
        helper: &helper,
        time: commit_time()?,
        compression: Compression::best(),
    };
    for file in pack(&job, &output)? {
        println!("{}", file.display());
    }
    Ok(())
}

/// Writes everything to a folder and returns what was written.
fn pack(job: &Job<'_>, output: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(output).with_context(|| format!("Failed to create {}", output.display()))?;
    let contents = contents::gather(job)?;
    let mut written = vec![archive::write(job, &contents, output)?];
    if let Some(architecture) = job.target.debian_architecture() {
        written.push(deb::write(job, architecture, &contents, output)?);
    }
    written.push(write_checksums(output)?);
    Ok(written)
}

/// The commit's time, so that two builds of a commit agree. `SOURCE_DATE_EPOCH` overrides it, for sources without a repository.
#[expect(clippy::disallowed_methods, reason = "reproducible builds take the time from this variable")]
fn commit_time() -> Result<u64> {
    let told = std::env::var("SOURCE_DATE_EPOCH").ok();
    told.or_else(|| step::probe(command("git").args(["log", "-1", "--format=%ct"])))
        .context("These sources have no commit. Set SOURCE_DATE_EPOCH to the seconds since 1970")?
        .trim()
        .parse()
        .context("SOURCE_DATE_EPOCH is not a number of seconds")
}

/// Lists the digest of each archive and package of a folder, also of those that earlier runs left for other platforms.
fn write_checksums(folder: &Path) -> Result<PathBuf> {
    let mut lines = String::new();
    for path in files::of_folder(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if [".tar.gz", ".zip", ".deb"].iter().any(|ending| name.ends_with(ending)) {
            lines.push_str(&format!("{}  {name}\n", hex::encode(Sha256::digest(files::read(&path)?))));
        }
    }
    let sums = folder.join("SHA256SUMS");
    files::write(&sums, lines.as_bytes())?;
    Ok(sums)
}
