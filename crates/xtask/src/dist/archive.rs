//! The archive: a compressed tar file, or a ZIP file for Windows. The same contents give the same bytes.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::files;
use super::job::{Job, Tree};
use super::target::Target;

pub(super) fn write(job: &Job<'_>, contents: &Tree, output: &Path) -> Result<PathBuf> {
    let folder = format!("posture-{}-{}", env!("CARGO_PKG_VERSION"), job.target.triple());
    let (ending, bytes) = match job.target {
        Target::LinuxX86 | Target::LinuxArm => ("tar.gz", tar_gz(job, &folder, contents)),
        Target::Windows => ("zip", zipped(job, &folder, contents)),
    };
    let path = output.join(format!("{folder}.{ending}"));
    files::write(&path, &bytes.with_context(|| format!("Failed to pack {}", path.display()))?)?;
    Ok(path)
}

fn tar_gz(job: &Job<'_>, folder: &str, contents: &Tree) -> Result<Vec<u8>> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), job.compression));
    for (name, entry) in contents {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(job.time);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, format!("{folder}/{name}"), entry.bytes.as_slice())?;
    }
    Ok(tar.into_inner()?.finish()?)
}

/// ZIP files know local times only, so these have none.
fn zipped(job: &Job<'_>, folder: &str, contents: &Tree) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(job.compression.level().into()))
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, entry) in contents {
        zip.start_file(format!("{folder}/{name}"), options.unix_permissions(entry.mode()))?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
