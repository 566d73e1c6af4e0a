//! Writes the shell of report pages: the whole app in one page, with a place for a snapshot.

use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use posture_report::{AppFiles, SHELL_FILE, shell};
use wasm_tools::PARTS;

use crate::page::{self, Page};
use crate::{read, read_text, write};

pub(crate) fn write_shell(folder: &Path, page: &Page, sheets: &[String; 2]) -> Result<()> {
    let parts: Vec<_> = PARTS
        .iter()
        .map(|part| Ok((*part, packed(folder, &page.further_part(part))?)))
        .collect::<Result<_>>()?;
    let files = AppFiles {
        body: &page::body(&read_text(folder, "index.html")?)?,
        styles: &sheets.concat(),
        theme: &read_text(folder, "theme.js")?,
        glue: &read_text(folder, &page.module)?,
        packed_program: &packed(folder, &page.program)?,
        packed_parts: &parts,
        icon: &read_text(folder, "icon.svg")?,
    };
    write(folder, SHELL_FILE, &shell(&files)?)
}

fn packed(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&read(folder, name)?)?;
    Ok(packed.finish()?)
}
