//! `posture keygen`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::output::{to_stdout, unwritten};
use crate::signing;
use crate::terminal::escaped;

#[derive(Args)]
pub(crate) struct KeygenArgs {
    /// File for the secret key, such as posture.key. The public key is written next to it, as posture.key.pub. Neither may exist.
    file: PathBuf,
    /// Encrypt the secret key with a password, taken from POSTURE_KEY_PASSWORD or asked for on the terminal.
    #[arg(long)]
    password: bool,
}

pub(crate) fn run(args: &KeygenArgs) -> Result<ExitCode, Failure> {
    let mut public = args.file.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    if public.symlink_metadata().is_ok() {
        return Err(exists(&public));
    }
    let (secret_text, public_text) = signing::new_pair(args.password)?;
    write_new(&args.file, &secret_text, 0o600)?;
    write_new(&public, &public_text, 0o644).inspect_err(|_| {
        // A half of a pair is of no use, and would be in the way of the next one.
        let _left = std::fs::remove_file(&args.file);
    })?;
    to_stdout(|out| {
        writeln!(out, "secret key: {} (keep it to yourself)", shown(&args.file))?;
        Ok(writeln!(out, "public key: {} (give it to those who verify)", shown(&public))?)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy())
}

fn exists(path: &Path) -> Failure {
    Failure::Refused(format!(
        "{} exists, and keys are never overwritten. Choose another name, or move the old pair of keys elsewhere.",
        path.display()
    ))
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    // Windows has no modes: the file is readable by whoever can read the folder.
    #[cfg(windows)]
    let _unused = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes()).inspect_err(|_| {
            let _left = std::fs::remove_file(path);
        })
    });
    written.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            exists(path)
        } else {
            unwritten(path, &error.into())
        }
    })
}
