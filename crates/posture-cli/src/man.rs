//! `posture man`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Command};
use clap_mangen::Man;

use crate::failure::Failure;
use crate::output::to_stdout;

#[derive(Args)]
pub(crate) struct ManArgs {
    /// Folder to write a page for each command to. Created if it does not exist. Without it, prints the page of posture itself.
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &ManArgs, command: Command) -> Result<ExitCode, Failure> {
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(command, folder))
            .with_context(|| format!("Failed to write to {}", folder.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    to_stdout(|out| Ok(out.write_all(&page)?))?;
    Ok(ExitCode::SUCCESS)
}
