//! Writes `.gz` and `.br` next to each file of the app, as small as possible. The server sends them as they are.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) fn compress_folder(folder: &Path) -> Result<()> {
    let context = || format!("Failed to read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.is_dir() {
            compress_folder(&path)?;
        } else if path.extension().is_none_or(|kind| kind != "br" && kind != "gz") {
            compress_file(&path).with_context(|| format!("Failed to compress {}", path.display()))?;
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
fn compress_file(path: &Path) -> Result<()> {
    let mut gzip = GzEncoder::new(File::create(suffixed(path, ".gz"))?, Compression::best());
    std::io::copy(&mut File::open(path)?, &mut gzip)?;
    gzip.finish()?;

    let bytes = fs::read(path)?;
    let compressed = SETTINGS.iter().map(|(mode, block)| brotli(&bytes, *mode, *block));
    let compressed = compressed.collect::<Result<Vec<_>>>()?;
    let smallest =
        compressed.iter().min_by_key(|compressed| compressed.len()).context("There are no settings")?;
    fs::write(suffixed(path, ".br"), smallest)?;
    Ok(())
}

/// Which mode and size of blocks, as a power of two, make a file smallest depends on the file. Zero lets the encoder choose.
const SETTINGS: [(BrotliEncoderMode, i32); 4] = [
    (BrotliEncoderMode::BROTLI_MODE_GENERIC, 0),
    (BrotliEncoderMode::BROTLI_MODE_GENERIC, 17),
    (BrotliEncoderMode::BROTLI_MODE_FONT, 0),
    (BrotliEncoderMode::BROTLI_MODE_FONT, 17),
];

fn brotli(bytes: &[u8], mode: BrotliEncoderMode, lgblock: i32) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { mode, lgblock, ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
