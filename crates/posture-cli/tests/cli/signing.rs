//! Evidence to hand over: keys, signatures and bundles.

use std::ffi::OsStr;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use posture_testing::documents::case;

use crate::support::{Files, Outcome, run};

const DEFAULT: &str = "2026-11-23T12:00:00Z";

struct Signed {
    files: Files,
    snapshot: PathBuf,
    key: PathBuf,
    public: PathBuf,
}

/// A snapshot and a pair of keys.
fn signed() -> Signed {
    let files = Files::new();
    let snapshot = files.write("a.json", case("workspace-order").to_string());
    let key = files.path("posture.key");
    assert_eq!(posture(&[OsStr::new("keygen"), key.as_os_str()]).code, Some(0));
    let public = files.path("posture.key.pub");
    Signed { files, snapshot, key, public }
}

fn posture(args: &[&OsStr]) -> Outcome {
    run(args)
}

impl Signed {
    fn report(&self, name: &str, snapshot: &Path, as_of: &str) -> PathBuf {
        let report = self.files.path(name);
        let outcome = posture(&[
            "report".as_ref(),
            snapshot.as_os_str(),
            "-o".as_ref(),
            report.as_os_str(),
            "--as-of".as_ref(),
            as_of.as_ref(),
            "--sign".as_ref(),
            self.key.as_os_str(),
        ]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        report
    }

    fn verify(&self, report: &Path, snapshot: &Path, key: &Path) -> Outcome {
        posture(&[
            "verify".as_ref(),
            report.as_os_str(),
            snapshot.as_os_str(),
            "--key".as_ref(),
            key.as_os_str(),
        ])
    }
}

fn signature_of(report: &Path) -> PathBuf {
    PathBuf::from(format!("{}.minisig", report.display()))
}

/// CL-28: only its owner may read the secret key, and a key is never overwritten.
#[test]
fn keys_are_private_and_never_overwritten() {
    let signed = signed();
    let before = fs::read(&signed.key).unwrap();
    assert_eq!(fs::metadata(&signed.key).unwrap().permissions().mode() & 0o777, 0o600);
    let refused_for = |exists: &Path| {
        let again = posture(&["keygen".as_ref(), signed.key.as_os_str()]);
        let says = format!(
            "error: {} exists, and keys are never overwritten. \
             Choose another name, or move the old pair of keys elsewhere.\n",
            exists.display()
        );
        assert_eq!((again.code, again.stderr), (Some(2), says));
    };
    refused_for(&signed.public);
    fs::remove_file(&signed.public).unwrap();
    refused_for(&signed.key);
    assert_eq!(fs::read(&signed.key).unwrap(), before);
}

/// CL-28: a key with a password signs only with that password.
#[test]
fn a_key_with_a_password_needs_it_to_sign() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let (key, report) = (files.path("a.key"), files.path("report.json"));
    let with_password = |password: &str, args: &[&OsStr]| {
        let output =
            crate::support::posture().args(args).env("POSTURE_KEY_PASSWORD", password).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let keygen = with_password("secret", &["keygen".as_ref(), key.as_os_str(), "--password".as_ref()]);
    assert_eq!(keygen.0, Some(0), "{}", keygen.1);
    let sign = [
        "report".as_ref(),
        snapshot.as_os_str(),
        "-o".as_ref(),
        report.as_os_str(),
        "--sign".as_ref(),
        key.as_os_str(),
    ];
    assert_eq!(with_password("wrong", &sign).0, Some(1));
    assert!(!report.exists(), "nothing is written without the key");
    assert_eq!(with_password("secret", &sign).0, Some(0));
}

/// CL-29: both forms of a report.
#[test]
fn a_signed_report_verifies_with_the_public_key() {
    let signed = signed();
    for name in ["report.json", "report.html"] {
        let report = signed.report(name, &signed.snapshot, DEFAULT);
        let verified = signed.verify(&report, &signed.snapshot, &signed.public);
        assert_eq!(verified.code, Some(0), "{}{}", verified.text(), verified.stderr);
        assert!(verified.text().contains("The signature matches"), "{}", verified.text());
        let first = fs::read(signature_of(&report)).unwrap();
        signed.report(name, &signed.snapshot, DEFAULT);
        assert_eq!(fs::read(signature_of(&report)).unwrap(), first, "the same bytes each time");
    }
}

/// CL-29: the tool of the format's author.
#[test]
fn minisign_itself_verifies_a_signed_report() {
    let signed = signed();
    let report = signed.report("report.json", &signed.snapshot, DEFAULT);
    let verify = || {
        let mut minisign = Command::new("minisign");
        minisign.args(["-V", "-m"]).arg(&report).arg("-p").arg(&signed.public).output().unwrap()
    };
    let output = verify();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("posture report 1 report:"));
    fs::write(&report, "{}").unwrap();
    assert!(!verify().status.success());
}

/// CL-29: a report, a snapshot, an instant or a key that was not signed.
#[test]
fn a_signature_of_anything_else_does_not_match() {
    let signed = signed();
    let report = signed.report("report.json", &signed.snapshot, DEFAULT);
    let other_key = signed.files.path("other.key");
    posture(&["keygen".as_ref(), other_key.as_os_str()]);
    let rejected = |report: &Path, snapshot: &Path, key: &Path| {
        let outcome = signed.verify(report, snapshot, key);
        assert_eq!(outcome.code, Some(3), "{}{}", outcome.text(), outcome.stderr);
        assert!(outcome.text().contains("The signature does not match"), "{}", outcome.text());
    };
    rejected(&report, &signed.snapshot, &signed.files.path("other.key.pub"));
    // The same evidence in another file is not the file that was signed.
    let rewritten = signed.files.write("b.json", format!("{} ", case("workspace-order")));
    rejected(&report, &rewritten, &signed.public);
    // An honest report of other evidence, next to the signature of the first.
    let other = signed.report("other.json", &signed.snapshot, "2026-11-23T13:00:00Z");
    fs::copy(signature_of(&report), signature_of(&other)).unwrap();
    rejected(&other, &signed.snapshot, &signed.public);
    fs::remove_file(signature_of(&other)).unwrap();
    let missing = signed.verify(&other, &signed.snapshot, &signed.public);
    assert_eq!(missing.code, Some(2), "{}", missing.stderr);
    assert!(missing.stderr.contains("other.json.minisig"), "{}", missing.stderr);
}

/// Unpacks a bundle into a new folder, and checks the digests.
fn unpack(bundle: Vec<u8>, folder: &Path) {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle)).unwrap();
    fs::create_dir(folder).unwrap();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        fs::write(folder.join(file.name().unwrap().as_ref()), content).unwrap();
    }
    let sums =
        Command::new("sha256sum").args(["--check", "--quiet", "SHA256SUMS"]).current_dir(folder).output();
    assert!(sums.unwrap().status.success());
}

/// CL-33: two files of one name could not be unpacked, and a list of digests has one line for each.
#[test]
fn a_snapshot_that_is_named_like_another_file_of_its_bundle_gets_another_name() {
    let signed = signed();
    let bundle = |snapshot: &Path, name: &str| {
        let path = signed.files.path(name);
        let sign = ["--sign".as_ref(), signed.key.as_os_str()];
        let outcome = posture(
            &[&["bundle".as_ref(), snapshot.as_os_str(), "-o".as_ref(), path.as_os_str()][..], &sign]
                .concat(),
        );
        assert_eq!(outcome.code, Some(0), "{}: {}", snapshot.display(), outcome.stderr);
        fs::read(path).unwrap()
    };
    let folder = signed.files.path("first");
    unpack(bundle(&signed.snapshot, "first.zip"), &folder);
    let others = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = others.filter(|name| name != "a.json");
    let names = names.chain(["REPORT.json", "-x.json", "a\nb.json", "a\\b.json"].map(str::to_owned));
    fs::create_dir(signed.files.path("named")).unwrap();
    for (place, name) in names.enumerate() {
        let snapshot = signed.files.path("named").join(&name);
        fs::copy(&signed.snapshot, &snapshot).unwrap();
        let folder = signed.files.path(&place.to_string());
        unpack(bundle(&snapshot, "named.zip"), &folder);
        let kept = fs::read(folder.join("snapshot.json")).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(kept, fs::read(&signed.snapshot).unwrap(), "{name}");
        let report = folder.join("report.html");
        let verified = signed.verify(&report, &folder.join("snapshot.json"), &signed.public);
        assert_eq!(verified.code, Some(0), "{name}: {}{}", verified.text(), verified.stderr);
    }
}

/// CL-33: the same input gives the same bytes, and the files inside verify.
#[test]
fn a_bundle_has_everything_to_verify_it_with() {
    let signed = signed();
    let bundle = |name: &str| {
        let path = signed.files.path(name);
        let outcome = posture(&[
            "bundle".as_ref(),
            signed.snapshot.as_os_str(),
            "-o".as_ref(),
            path.as_os_str(),
            "--sign".as_ref(),
            signed.key.as_os_str(),
        ]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        fs::read(path).unwrap()
    };
    let bytes = bundle("a.zip");
    assert_eq!(bytes, bundle("b.zip"));

    let folder = signed.files.path("unpacked");
    unpack(bytes, &folder);
    for report in ["report.html", "report.json"] {
        let verified = signed.verify(&folder.join(report), &folder.join("a.json"), &signed.public);
        assert_eq!(verified.code, Some(0), "{report}: {}{}", verified.text(), verified.stderr);
    }
    let tenants = fs::read(folder.join("tenants.csv")).unwrap();
    assert!(tenants.starts_with(b"\xef\xbb\xbf"), "a spreadsheet knows it as UTF-8");
    let readme = fs::read_to_string(folder.join("README.txt")).unwrap();
    assert!(readme.contains("posture verify report.html a.json --key sender.pub"), "{readme}");
    assert!(!readme.contains('{'), "{readme}");
    assert_eq!(fs::read(folder.join("a.json")).unwrap(), fs::read(&signed.snapshot).unwrap());
}

/// CL-29: the operator named the report, and not what is in the place of its signature.
#[cfg(unix)]
#[test]
fn a_signature_takes_the_place_of_a_link_or_a_pipe() {
    let signed = signed();
    let other = signed.files.write("notes.txt", "mine");
    let signature = signature_of(&signed.files.path("r.json"));
    std::os::unix::fs::symlink(&other, &signature).unwrap();
    signed.report("r.json", &signed.snapshot, DEFAULT);
    assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
    fs::remove_file(&signature).unwrap();
    assert!(Command::new("mkfifo").arg(&signature).status().unwrap().success());
    let report = signed.report("r.json", &signed.snapshot, DEFAULT);
    assert_eq!(signed.verify(&report, &signed.snapshot, &signed.public).code, Some(0));
}

/// CL-28: half of a pair would be in the way of the next one.
#[cfg(unix)]
#[test]
fn a_pair_of_keys_is_written_as_a_whole_or_not_at_all() {
    let files = Files::new();
    std::os::unix::fs::symlink(files.path("nowhere"), files.path("a.key.pub")).unwrap();
    let long = "k".repeat(252);
    for name in ["a.key", &long] {
        let outcome = run(["keygen".as_ref(), files.path(name).as_os_str()]);
        assert_ne!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(!files.path(name).exists(), "{name}");
    }
}

/// CL-33: some systems take more names for one than differ by ASCII letters, and a name may hide characters or look like a place holder.
#[test]
fn an_odd_name_of_a_snapshot_misleads_nobody() {
    let files = Files::new();
    for (name, packed) in [
        ("report.j\u{17f}on", "snapshot.json"),
        ("a\u{202e}b.json", "snapshot.json"),
        ("{report_digest}.json", "{report_digest}.json"),
        ("report.json.", "snapshot.json"),
        ("con.json", "snapshot.json"),
        ("a:b.json", "snapshot.json"),
    ] {
        let snapshot = files.write(name, case("calm").to_string());
        let output = files.path("out.zip");
        let args = ["bundle".as_ref(), snapshot.as_os_str(), "-o".as_ref(), output.as_os_str()];
        assert_eq!(run(args).code, Some(0));
        let mut zip = zip::ZipArchive::new(fs::File::open(&output).unwrap()).unwrap();
        let mut readme = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("README.txt").unwrap(), &mut readme).unwrap();
        assert!(readme.contains(&format!("posture verify report.html {packed}\n")), "{name}: {readme}");
        assert!(zip.by_name(packed).is_ok(), "{name}");
    }
}

/// CL-33
#[test]
fn a_bundle_is_not_written_to_standard_output_nor_to_a_file_of_that_name() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let mut bundle = crate::support::posture();
    let outcome =
        bundle.arg("bundle").arg(&snapshot).args(["-o", "-"]).current_dir(files.path("")).output().unwrap();
    assert_eq!((outcome.status.code(), outcome.stdout.len()), (Some(2), 0));
    assert!(!files.path("-").exists());
}

/// CL-28: an empty password protects nothing.
#[test]
fn a_key_with_an_empty_password_is_not_made() {
    let files = Files::new();
    let key = files.path("a.key");
    let mut keygen = crate::support::posture();
    let outcome =
        keygen.args(["keygen", "--password"]).arg(&key).env("POSTURE_KEY_PASSWORD", "").output().unwrap();
    assert_eq!(outcome.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&outcome.stderr).contains("POSTURE_KEY_PASSWORD is empty"));
    assert!(!key.exists());
}

/// CL-29, CL-42: the statement is about the bytes that the report was derived from, which a pipe gives only once.
#[cfg(unix)]
#[test]
fn a_report_of_a_pipe_is_signed_for_what_was_read() {
    let files = Files::new();
    let key = files.path("a.key");
    assert_eq!(run(["keygen".as_ref(), key.as_os_str()]).code, Some(0));
    let snapshot = posture_testing::documents::gzip(format!("{}\n \n", case("calm")).as_bytes());
    let kept = files.write("a.json.gz", &snapshot);
    let report = files.path("report.json");
    let args = ["report".as_ref(), "-".as_ref(), "-o".as_ref(), report.as_os_str()];
    let args = args.into_iter().chain(["--sign".as_ref(), key.as_os_str()]);
    let outcome = crate::support::run_with_input(args, &snapshot);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let public = files.path("a.key.pub");
    let args =
        ["verify".as_ref(), report.as_os_str(), kept.as_os_str(), "--key".as_ref(), public.as_os_str()];
    let verified = run(args);
    assert_eq!(verified.code, Some(0), "{}{}", verified.text(), verified.stderr);
}
