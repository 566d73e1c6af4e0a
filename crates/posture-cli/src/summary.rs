//! The summary page.

use std::io::Write;

use posture_core::Report;

use crate::terminal::escaped;

pub(crate) fn write(out: &mut dyn Write, report: &Report) -> anyhow::Result<()> {
    write_calmness(out, report)
}

pub(crate) fn write_calmness(out: &mut dyn Write, report: &Report) -> anyhow::Result<()> {
    writeln!(out, "{}", escaped(&report.overview.calmness.title))?;
    Ok(())
}
