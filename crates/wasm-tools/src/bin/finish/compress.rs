//! Writes `.gz` and `.br` next to each file of the app, as small as possible. The server sends them as they are.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;
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

    let parameters = BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut File::open(path)?, &mut File::create(suffixed(path, ".br"))?, &parameters)?;
    Ok(())
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
