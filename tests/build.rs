//! Compiles in the cases of `tests/cases`, so that a new file is part of the tests at once, and for the browser also the
//! digests that the native tests left.
#![expect(clippy::disallowed_methods, reason = "a build script reads what cargo says and writes files")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    list_cases(&out)?;
    if std::env::var("CARGO_CFG_TARGET_ARCH")? == "wasm32" {
        copy_native_digests(&out)?;
    }
    Ok(())
}

fn list_cases(out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=cases");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut paths = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "json") {
            paths.push(path);
        }
    }
    paths.sort();

    let mut list =
        "/// Name and text of every case, by name.\nconst SOURCES: &[(&str, &str)] = &[\n".to_owned();
    for path in &paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        writeln!(list, "    ({name:?}, include_str!({:?})),", path.to_string_lossy())?;
    }
    list.push_str("];\n");
    Ok(std::fs::write(out.join("cases.rs"), list)?)
}

/// Without a native run there is nothing to copy: the tests still compile, and fail with what to do.
fn copy_native_digests(out: &Path) -> Result<(), Box<dyn Error>> {
    let left = std::env::var("POSTURE_NATIVE_DIGESTS")?;
    println!("cargo::rerun-if-env-changed=POSTURE_NATIVE_DIGESTS");
    println!("cargo::rerun-if-changed={left}");
    let digests = std::fs::read_to_string(&left).unwrap_or_default();
    Ok(std::fs::write(out.join("native_digests.txt"), digests)?)
}
