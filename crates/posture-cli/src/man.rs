//! `posture man`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man;

use crate::failure::Failure;
use crate::output::{to_stdout, unwritten, write_new_file};

#[derive(Args)]
pub(crate) struct ManArgs {
    /// Folder to write a page for each command to. Created if it does not exist. Without it, prints the page of posture itself.
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &ManArgs, command: Command) -> Result<ExitCode, Failure> {
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error.into()))?;
        let mut command = command.disable_help_subcommand(true);
        command.build();
        write_pages(&command, folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    to_stdout(|out| Ok(out.write_all(&page)?))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the page of a command and those of the commands below it.
fn write_pages(command: &Command, folder: &Path) -> Result<(), Failure> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        write_pages(below, folder)?;
    }
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    write_new_file(&folder.join(man.get_filename()), |out| Ok(out.write_all(&page)?))
}
