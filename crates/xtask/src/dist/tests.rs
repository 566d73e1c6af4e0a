//! Packs this machine's build of the tests. Only what is inside differs from a release.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::read::GzDecoder;
use serde_json::Value;
use tempfile::TempDir;

use super::job::Job;
use super::target::Target;
use super::{files, pack as pack_job};

/// A time as a commit has it.
const TIME: u64 = 1_760_000_000;

/// The folder of this build.
fn built() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// An empty folder in that of this build. Statics are never dropped, so that a temporary folder would be left behind by each run.
fn empty_folder(name: &str) -> PathBuf {
    let folder = built().join("dist-tests").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The program under test, stripped as a release is, or it would take long to pack.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = built().join("posture");
    assert!(built.is_file(), "{} is missing; `cargo xtask test` builds it", built.display());
    let program = empty_folder("program").join("posture");
    told(Command::new("strip").arg("-o").args([&program, &built]));
    program
});

#[track_caller]
fn told(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Packs for a platform into a new folder.
fn pack(target: Target) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    pack_into(target, folder.path());
    folder
}

fn pack_into(target: Target, folder: &Path) {
    let program = &*PROGRAM;
    let job = Job { target, program, helper: program, time: TIME, compression: Compression::fast() };
    pack_job(&job, folder).unwrap();
}

/// What the tests read of the Linux packages.
static LINUX: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = empty_folder("linux");
    pack_into(Target::LinuxX86, &folder);
    folder
});

fn archive() -> PathBuf {
    LINUX.join(concat!("posture-", env!("CARGO_PKG_VERSION"), "-x86_64-unknown-linux-musl.tar.gz"))
}

fn package() -> PathBuf {
    LINUX.join(concat!("posture_", env!("CARGO_PKG_VERSION"), "_amd64.deb"))
}

/// A file of the archive.
fn packed(name: &str) -> Vec<u8> {
    let mut tar = tar::Archive::new(GzDecoder::new(std::io::Cursor::new(files::read(&archive()).unwrap())));
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with(name) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            return bytes;
        }
    }
    panic!("the archive lacks {name}");
}

/// IN-1, IN-2: everything is there, in order of names, and nothing shows the machine.
#[test]
fn the_archive_has_everything_and_nothing_of_this_machine() {
    let mut tar = tar::Archive::new(GzDecoder::new(std::io::Cursor::new(files::read(&archive()).unwrap())));
    let mut names = Vec::new();
    for entry in tar.entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        let name = entry.path().unwrap().display().to_string();
        let (_, name) = name.split_once('/').unwrap();
        assert_eq!(header.mtime().unwrap(), TIME, "{name}");
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0), "{name}");
        let mode = if name == "posture" { 0o755 } else { 0o644 };
        assert_eq!(header.mode().unwrap(), mode, "{name}");
        names.push(name.to_owned());
    }
    for expected in [
        "CHANGELOG.md",
        "INSTALL.md",
        "LICENSE",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "THIRD-PARTY-LICENCES.txt",
        "completions/_posture",
        "completions/_posture.ps1",
        "completions/posture.bash",
        "completions/posture.fish",
        "man/posture.1",
        "man/posture-serve.1",
        "ops/Containerfile",
        "docs/connect.md",
        "docs/gather/csv.md",
        "ops/compose.yaml",
        "ops/local.toml",
        "ops/posture.service",
        "ops/posture.toml",
        "posture",
        "posture.cdx.json",
        "specs/snapshot.md",
    ] {
        assert!(names.iter().any(|name| name == expected), "no {expected} in {names:?}");
    }
    assert!(names.is_sorted(), "{names:?}");
}

/// IN-1
#[test]
fn the_guide_in_the_archive_links_only_to_what_is_in_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    told(
        Command::new("tar")
            .arg("-xzf")
            .arg(archive())
            .arg("-C")
            .arg(folder.path())
            .arg("--strip-components=1"),
    );
    for page in files::below(folder.path()).unwrap() {
        let is_of_the_guide =
            page.starts_with("docs") || page.starts_with("ops") || page.components().count() == 1;
        if !is_of_the_guide || page.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = files::read_text(&folder.path().join(&page)).unwrap();
        let links = text.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap());
        for link in links.filter(|link| !link.is_empty() && !link.starts_with("http")) {
            let linked = folder.path().join(page.parent().unwrap()).join(link);
            assert!(linked.exists(), "{} links to {link}", page.display());
        }
    }
}

/// IN-2
#[test]
fn packing_twice_gives_the_same_bytes() {
    let again = pack(Target::LinuxX86);
    let sums = |folder: &Path| files::read_text(&folder.join("SHA256SUMS")).unwrap();
    assert_eq!(sums(&LINUX), sums(again.path()));
    told(Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(again.path()));
    let listed: Vec<_> =
        sums(again.path()).lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    let written = [archive(), package()].map(|path| path.file_name().unwrap().display().to_string());
    assert_eq!(listed, written);
}

/// IN-3
#[test]
fn every_package_that_ships_is_listed_with_its_licence_and_checksum() {
    let list: Value = serde_json::from_slice(&packed("posture.cdx.json")).unwrap();
    assert_eq!(list["bomFormat"], "CycloneDX");
    let components = list["components"].as_array().unwrap();
    let named = |name: &str| {
        components.iter().find(|component| component["name"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    // One of the program, one of the app inside it.
    for name in ["axum", "leptos"] {
        let component = named(name);
        assert!(component["licenses"][0]["expression"].is_string(), "{component}");
        assert_eq!(component["hashes"][0]["content"].as_str().unwrap().len(), 64, "{component}");
        assert!(component["purl"].as_str().unwrap().starts_with("pkg:cargo/"), "{component}");
    }
    assert!(!components.iter().any(|component| component["name"] == "serde_derive"), "macros do not ship");
    let refs: BTreeSet<_> =
        components.iter().map(|component| component["bom-ref"].as_str().unwrap()).collect();
    for dependency in list["dependencies"].as_array().unwrap() {
        for needed in dependency["dependsOn"].as_array().unwrap() {
            assert!(refs.contains(needed.as_str().unwrap()), "{needed} is needed but not listed");
        }
    }
    let licences = String::from_utf8(packed("THIRD-PARTY-LICENCES.txt")).unwrap();
    for component in components.iter().filter(|component| component["purl"].is_string()) {
        let line = format!("- {}: ", component["bom-ref"].as_str().unwrap());
        assert!(licences.contains(&line), "no licence of {line}");
    }
    assert!(licences.contains("Permission is hereby granted"));
}

/// IN-5
#[test]
fn the_package_places_the_program_the_unit_and_the_configuration() {
    let contents = told(Command::new("dpkg-deb").arg("--contents").arg(package()));
    for (mode, place) in [
        ("-rwxr-xr-x root/root", "./usr/bin/posture"),
        ("-rw-r--r-- root/root", "./usr/lib/systemd/system/posture.service"),
        ("-rw-r--r-- root/root", "./etc/posture/posture.toml"),
        ("-rw-r--r-- root/root", "./usr/share/man/man1/posture-serve.1.gz"),
        ("-rw-r--r-- root/root", "./usr/share/bash-completion/completions/posture"),
        ("-rw-r--r-- root/root", "./usr/share/doc/posture/copyright"),
        ("-rw-r--r-- root/root", "./usr/share/doc/posture/examples/posture.toml"),
    ] {
        let is_there =
            contents.lines().any(|line| line.starts_with(mode) && line.ends_with(&format!(" {place}")));
        assert!(is_there, "{mode} {place} is missing in\n{contents}");
    }
    let field = |name: &str| told(Command::new("dpkg-deb").arg("--field").arg(package()).arg(name));
    assert_eq!(field("Package").trim(), "posture");
    assert_eq!(field("Architecture").trim(), "amd64");
    let root = tempfile::tempdir().unwrap();
    told(Command::new("dpkg-deb").arg("--raw-extract").arg(package()).arg(root.path()));
    let text = |name: &str| files::read_text(&root.path().join(name)).unwrap();
    assert_eq!(text("DEBIAN/conffiles"), "/etc/posture/posture.toml\n");
    let unit = text("usr/lib/systemd/system/posture.service");
    assert!(unit.contains("ExecStart=/usr/bin/posture serve --config /etc/posture/posture.toml\n"), "{unit}");
    assert!(unit.contains("User=posture\n") && !unit.contains("DynamicUser"), "{unit}");
    for script in ["postinst", "prerm", "postrm"] {
        told(Command::new("sh").arg("-n").arg(root.path().join("DEBIAN").join(script)));
    }
}

/// IN-1
#[test]
fn the_archive_for_windows_is_a_zip_file_with_the_program() {
    let folder = pack(Target::Windows);
    let name = concat!("posture-", env!("CARGO_PKG_VERSION"), "-x86_64-pc-windows-gnu");
    let bytes = files::read(&folder.path().join(format!("{name}.zip"))).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    for file in ["posture.exe", "INSTALL.md", "completions/_posture.ps1"] {
        assert!(zip.by_name(&format!("{name}/{file}")).is_ok(), "no {file}");
    }
}
