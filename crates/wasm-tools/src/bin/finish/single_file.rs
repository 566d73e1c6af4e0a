//! Writes the shell of report pages: the whole app in one page, with a place for a snapshot.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_report::{AppFiles, SHELL_FILE, shell};

use crate::page::{self, Page};
use crate::{read, read_text, write};

pub(crate) fn write_shell(folder: &Path, page: &Page, sheets: &[String; 2]) -> Result<()> {
    let (program, second_part) = (packed(folder, &page.program)?, packed(folder, &page.second_part())?);
    let files = AppFiles {
        body: &page::body(&read_text(folder, "index.html")?)?,
        styles: &sheets.concat(),
        theme: &read_text(folder, "theme.js")?,
        glue: &read_text(folder, &page.module)?,
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
