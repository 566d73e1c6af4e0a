//! Standard output and output files. A failure is an error, never a panic, and leaves a former file as it was.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;

use anstream::AutoStream;

use crate::failure::Failure;
use crate::input::InputArgs;
use crate::{draft, remedy, terminal, text};

/// Writes to standard output, to its end, byte for byte.
pub(crate) fn to_stdout(
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout());
    printed(write(&mut out).and_then(|()| Ok(out.flush()?)))
}

/// The outcome of writing to standard output. A reader that closed it (`| head`) has what it wanted, so that is not an error to report.
fn printed(written: anyhow::Result<()>) -> Result<(), Failure> {
    let is_closed = |error: &anyhow::Error| {
        error.chain().any(|cause| {
            let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
            io.or(json) == Some(io::ErrorKind::BrokenPipe)
        })
    };
    written.map_err(|error| match is_closed(&error) {
        true => Failure::OutputClosed,
        false => Failure::Other(error.context("Failed to write to standard output")),
    })
}

/// Refuses an output file that is the input itself; `-` is standard output.
pub(crate) fn refuse_input_as_output(input: &InputArgs, output: &Path) -> Result<(), Failure> {
    if output.as_os_str() != "-" && input.is_same_file(output) {
        return Err(Failure::Refused(text::overwrites_input(output)));
    }
    Ok(())
}

/// Refuses an output file that is one of these input files; `-` is standard output.
pub(crate) fn refuse_inputs_as_output<'p>(
    inputs: impl IntoIterator<Item = &'p Path>,
    output: &Path,
) -> Result<(), Failure> {
    inputs.into_iter().try_for_each(|input| refuse_input_as_output(&InputArgs::at(input.to_owned()), output))
}

/// Writes the file the operator named. A regular file is written next to its place and renamed into it when it is complete.
pub(crate) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> Result<(), Failure> {
    let written = match std::fs::metadata(path) {
        Ok(former) if former.is_file() => std::fs::canonicalize(path)
            .map_err(Into::into)
            .and_then(|target| draft::replace(&target, Some(&former), write)),
        // A device or a pipe has no former content, and renaming over it would remove it.
        Ok(_) => write_directly(path, write),
        // The place of a dangling link is not known; there is nothing there to lose.
        Err(_) if path.is_symlink() => write_directly(path, write),
        Err(_) => draft::replace(path, None, write),
    };
    written.map_err(|error| unwritten(path, &error))
}

/// Writes a file into a folder that the operator named, and replaces one of the same name. A link or a pipe there is not written to.
pub(crate) fn write_new_file(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> Result<(), Failure> {
    let written = draft::replace(path, None, write);
    written.map_err(|error| unwritten(path, &error))
}

/// A file that could not be written.
pub(crate) fn unwritten(path: &Path, error: &anyhow::Error) -> Failure {
    remedy::unwritten(error).context(format!("Failed to write {}", path.display())).into()
}

#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn write_directly(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    write(&mut out)?;
    Ok(out.flush()?)
}

/// Prints a page: in colour if standard output is a terminal and `NO_COLOR` is not set, and in ASCII on a terminal without UTF-8.
pub(crate) fn print_page(page: &str) -> Result<(), Failure> {
    let is_plain = io::stdout().is_terminal() && !terminal::is_utf8();
    let page = if is_plain { Cow::Owned(terminal::ascii(page)) } else { Cow::Borrowed(page) };
    let mut out = AutoStream::auto(io::stdout().lock());
    printed(out.write_all(page.as_bytes()).and_then(|()| out.flush()).map_err(Into::into))
}
