//! `posture init`: a `gather.toml` for the tools whose files a folder has.

mod look;
mod page;
mod questions;

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::config::Config;
use crate::failure::Failure;
use crate::output::{to_stdout, write_file};
use crate::terminal::{escaped, warn};
use look::{Found, Looked};
use questions::WORKSPACE;

#[derive(Args)]
pub(crate) struct InitArgs {
    /// Folder to look into. Each folder or ZIP archive in it that a tool wrote is a tenant.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Name of the tenant, if the folder has the files of only one.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// That tenant's id in its own system, such as its Microsoft 365 tenant id.
    #[arg(long, value_name = "ID", requires = "tenant")]
    external_id: Option<String>,
    /// Name of the workspace.
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
    /// Ask nothing: name each tenant after its folder.
    #[arg(long)]
    yes: bool,
    /// File to write; by default gather.toml in the folder. `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &InitArgs) -> Result<ExitCode, Failure> {
    let output = args.output.clone().unwrap_or_else(|| args.folder.join("gather.toml"));
    let is_stdout = output.as_os_str() == "-";
    // A link that leads nowhere would be written through.
    if !is_stdout && output.symlink_metadata().is_ok() {
        let message = format!("{} exists. Remove it, or name another file with --output.", output.display());
        return Err(Failure::Refused(message));
    }
    let Looked { found, left_out } = look::look(&args.folder)
        .map_err(|why| Failure::Refused(format!("Failed to read {}: {why}.", args.folder.display())))?;
    for link in left_out {
        let link = escaped(&link);
        warn(&format!("{link} is a link that leads out of the folder, and was not followed."));
    }
    if found.is_empty() {
        return Err(Failure::Refused(format!(
            "{} has no files of a known tool. `posture gather --kinds` lists the kinds and their pages.",
            args.folder.display()
        )));
    }
    let (workspace, found) = named(args, found)?;
    let base = if args.output.is_some() { args.folder.clone() } else { PathBuf::new() };
    let page = page::page(&workspace, &found, &base);
    // A folder's name or a flag may be one that no tenant can have.
    Config::of_text(&output, &page)?;
    if is_stdout {
        to_stdout(|out| Ok(out.write_all(page.as_bytes())?))?;
        return Ok(ExitCode::SUCCESS);
    }
    write_file(&output, |out| Ok(out.write_all(page.as_bytes())?))?;
    let (file, names) = (escaped(&output.to_string_lossy()), names(&found));
    to_stdout(|out| {
        Ok(writeln!(out, "wrote {file}: {names}\nNext: posture gather --config {file} --check")?)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The names of the workspace and the tenants: from flags, else by asking.
fn named(args: &InitArgs, mut found: Vec<Found>) -> Result<(String, Vec<Found>), Failure> {
    let workspace = args.workspace.clone();
    match (&args.tenant, found.as_mut_slice()) {
        (Some(name), [one]) => {
            one.tenant.clone_from(name);
            one.external_id = args.external_id.clone().or_else(|| one.external_id.take());
            Ok((workspace.unwrap_or_else(|| WORKSPACE.to_owned()), found))
        }
        (Some(_), _) => Err(Failure::Refused(format!(
            "--tenant names one tenant, but {} has several: {}. Pass --yes to name each after its folder.",
            args.folder.display(),
            names(&found)
        ))),
        (None, _) if args.yes => Ok((workspace.unwrap_or_else(|| WORKSPACE.to_owned()), found)),
        (None, _) if io::stdin().is_terminal() => {
            questions::ask(&mut io::stdin().lock(), &mut io::stderr(), workspace, found)
        }
        (None, _) => Err(Failure::Refused(format!(
            "Standard input is not a terminal, so names cannot be asked for. Found {}. \
             Pass --yes to name each tenant after its folder, or --tenant NAME if there is only one.",
            names(&found)
        ))),
    }
}

fn names(found: &[Found]) -> String {
    let name = |found: &Found| format!("{} ({})", escaped(&found.tenant), found.kind.name);
    found.iter().map(name).collect::<Vec<_>>().join(", ")
}
