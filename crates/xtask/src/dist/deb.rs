//! The Debian package. Its own files are in `ops/debian`; `dpkg-deb` packs it.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::files;
use super::job::{Entry, Job, Tree};
use crate::step::{self, command};
use crate::workspace;

/// What the scripts that dpkg runs are called.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// Lines of the unit that differ in the package: where the program is, and that its user stays the same.
const UNIT_LINES: [(&str, &str); 2] = [
    ("ExecStart=/usr/local/bin/posture ", "ExecStart=/usr/bin/posture "),
    ("DynamicUser=yes\n", "User=posture\nGroup=posture\nRemoveIPC=yes\n"),
];

pub(super) fn write(job: &Job<'_>, architecture: &str, contents: &Tree, output: &Path) -> Result<PathBuf> {
    let mut tree = installed(contents)?;
    let size: usize = tree.values().map(|entry| entry.bytes.len()).sum();
    add_control(&mut tree, architecture, size)?;
    let folder = tempfile::tempdir().context("Failed to create a folder for the package")?;
    let root = folder.path().join("posture");
    for (name, entry) in &tree {
        place(&root, name, entry)?;
    }
    let path = output.join(format!("posture_{}_{architecture}.deb", env!("CARGO_PKG_VERSION")));
    let mut pack = command("dpkg-deb");
    // Any number of threads gives the same bytes with gzip.
    pack.args(["--root-owner-group", "-Zgzip"])
        .arg(format!("-z{}", job.compression.level()))
        .arg("--build")
        .args([&root, &path])
        .env("SOURCE_DATE_EPOCH", job.time.to_string());
    step::run("packing the Debian package", &mut pack)?;
    Ok(path)
}

/// The archive's contents, where Debian has such files.
fn installed(contents: &Tree) -> Result<Tree> {
    let mut tree = Tree::new();
    for (name, entry) in contents {
        let Some(place) = place_of(name) else { continue };
        let bytes = match name.as_str() {
            "ops/posture.service" => unit(&entry.bytes)?,
            _ if name.starts_with("man/") => gzipped(&entry.bytes)?,
            _ => entry.bytes.clone(),
        };
        tree.insert(place, Entry { bytes, is_program: entry.is_program });
    }
    Ok(tree)
}

fn place_of(name: &str) -> Option<String> {
    let documentation = "usr/share/doc/posture";
    let place = match name {
        "posture" => "usr/bin/posture".to_owned(),
        "completions/posture.bash" => "usr/share/bash-completion/completions/posture".to_owned(),
        "completions/_posture" => "usr/share/zsh/vendor-completions/_posture".to_owned(),
        "completions/posture.fish" => "usr/share/fish/vendor_completions.d/posture.fish".to_owned(),
        "ops/posture.service" => "usr/lib/systemd/system/posture.service".to_owned(),
        "ops/local.toml" => "etc/posture/posture.toml".to_owned(),
        "LICENSE" => format!("{documentation}/copyright"),
        // PowerShell's completions, and what only building a package or an image needs.
        "completions/_posture.ps1" | "ops/Containerfile" => return None,
        _ if name.starts_with("ops/debian/") => return None,
        _ => match (name.strip_prefix("man/"), name.strip_prefix("ops/")) {
            (Some(page), _) => format!("usr/share/man/man1/{page}.gz"),
            (_, Some(example)) => format!("{documentation}/examples/{example}"),
            _ => format!("{documentation}/{name}"),
        },
    };
    Some(place)
}

fn unit(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut unit = String::from_utf8(bytes.to_vec()).context("the unit is not text")?;
    for (from, to) in UNIT_LINES {
        ensure!(unit.contains(from), "ops/posture.service lacks {from:?}, which the package replaces");
        unit = unit.replace(from, to);
    }
    Ok(unit.into_bytes())
}

fn gzipped(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}

fn add_control(tree: &mut Tree, architecture: &str, size: usize) -> Result<()> {
    let control = format!(
        "Package: posture\nVersion: {}\nArchitecture: {architecture}\nMaintainer: The Posture maintainers\n\
         Installed-Size: {}\nDepends: passwd\nRecommends: ca-certificates\nSection: admin\nPriority: optional\n\
         Description: backup health and recovery evidence of many tenants\n \
         Posture reads evidence of backups and restores of Microsoft 365 and Intune\n \
         tenants, and says which of them need attention, why, and what is not known.\n",
        env!("CARGO_PKG_VERSION"),
        size.div_ceil(1024),
    );
    tree.insert("DEBIAN/control".to_owned(), Entry::file(control));
    tree.insert("DEBIAN/conffiles".to_owned(), Entry::file("/etc/posture/posture.toml\n"));
    for script in SCRIPTS {
        let source = workspace::root().join("ops/debian").join(script);
        tree.insert(format!("DEBIAN/{script}"), Entry::program(files::read(&source)?));
    }
    Ok(())
}

/// Writes a file of the package. Its folders are readable by all, whatever this process' mask.
fn place(root: &Path, name: &str, entry: &Entry) -> Result<()> {
    let path = root.join(name);
    let context = || format!("Failed to write {}", path.display());
    let folder = path.parent().with_context(context)?;
    std::fs::create_dir_all(folder).with_context(context)?;
    for folder in folder.ancestors().take_while(|folder| folder.starts_with(root)) {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).with_context(context)?;
    }
    files::write(&path, &entry.bytes)?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(entry.mode())).with_context(context)
}
