//! Standard output, whose failure is told and never a panic.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstream::AutoStream;
use anyhow::Context as _;

use crate::failure::Failure;

/// Writes to standard output, to its end, byte for byte.
pub(crate) fn to_stdout(
    write: impl FnOnce(&mut (dyn Write + Send)) -> anyhow::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout());
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    Ok(written.context("writing to standard output")?)
}

/// Writes the file the operator named.
#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Ok(std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))?)
}

/// Prints a page: in colour where standard output is a terminal and `NO_COLOR` is not set.
pub(crate) fn print_page(page: &str) -> Result<(), Failure> {
    let mut out = AutoStream::auto(io::stdout().lock());
    let written = out.write_all(page.as_bytes()).and_then(|()| out.flush());
    Ok(written.context("writing to standard output")?)
}
