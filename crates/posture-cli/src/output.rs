//! Standard output, whose failure is told and never a panic.

use std::io::{self, BufWriter, Write};

use anyhow::Context as _;

use crate::failure::Failure;

/// Writes to standard output, to its end.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| Ok(out.flush()?));
    Ok(written.context("writing to standard output")?)
}
