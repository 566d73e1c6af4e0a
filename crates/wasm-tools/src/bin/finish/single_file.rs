//! The file that self-contained reports are made from: the whole app in one page, with a place for a snapshot.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_report::{AppFiles, SHELL_FILE, shell};

use crate::sheets::Sheets;
use crate::{page, read, read_text, write};

pub(crate) fn write_shell(folder: &Path, Sheets(sheets): &Sheets) -> Result<()> {
    let page = page::read(&read_text(folder, "index.html")?)?;
    let (program, second_part) = (packed(folder, &page.program)?, packed(folder, &page.second_part())?);
    let files = AppFiles {
        body: &page.body,
        styles: &sheets.concat(),
        theme: &read_text(folder, "theme.js")?,
        glue: &read_text(folder, &page.glue)?,
        packed_program: [&program, &second_part],
        icon: &read_text(folder, "icon.svg")?,
    };
    write(folder, SHELL_FILE, &shell(&files)?)
}

fn packed(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&read(folder, name)?)?;
    Ok(packed.finish()?)
}
