//! Output files: the input is never overwritten, and a failed write leaves the former file as it was.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use posture_testing::documents::case;

use crate::support::{Files, Outcome, posture, run};

/// Writes `command`'s output of a snapshot to a file.
fn write(command: &str, snapshot: &Path, output: &Path) -> Outcome {
    run([command.as_ref(), snapshot.as_os_str(), OsStr::new("-o"), output.as_os_str()])
}

fn names(files: &Files) -> Vec<String> {
    let entries = fs::read_dir(files.path("")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// CL-21: the message names the file that was asked for, not one that only the command knows.
#[test]
fn a_folder_that_is_missing_is_named() {
    let files = Files::new();
    let input = files.write("calm.json", case("calm").to_string());
    let output = files.path("missing/page.html");
    let outcome = write("report", &input, &output);
    let says = format!(
        "error: Failed to write {}: No such file or directory (os error 2). \
         Create its folder, or name a file elsewhere.\n",
        output.display()
    );
    assert_eq!((outcome.code, outcome.stderr), (Some(1), says));
}

/// CL-21
#[test]
fn the_input_is_never_overwritten_also_through_links() {
    let files = Files::new();
    let snapshot = case("calm").to_string();
    let input = files.write("calm.json", &snapshot);
    symlink(&input, files.path("symbolic.json")).unwrap();
    fs::hard_link(&input, files.path("hard.json")).unwrap();
    for command in ["slim", "report"] {
        for output in ["calm.json", "symbolic.json", "hard.json", "../calm.json"] {
            let output = match output.strip_prefix("../") {
                Some(name) => files.path(".").join("..").join(files.path("").file_name().unwrap()).join(name),
                None => files.path(output),
            };
            let outcome = write(command, &input, &output);
            assert_eq!(outcome.code, Some(2), "{command} {}", output.display());
            assert!(outcome.stderr.contains("input file, which is never overwritten"), "{}", outcome.stderr);
        }
    }
    let through_link = write("slim", &files.path("symbolic.json"), &input);
    assert_eq!(through_link.code, Some(2), "{}", through_link.stderr);
    let redirected = posture()
        .args([OsStr::new("slim"), "-".as_ref(), "-o".as_ref(), input.as_os_str()])
        .stdin(File::open(&input).unwrap())
        .output()
        .unwrap();
    assert_eq!(redirected.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&input).unwrap(), snapshot);
    assert_eq!(names(&files), ["calm.json", "hard.json", "symbolic.json"]);
}

/// CL-21: a key that was overwritten cannot be made again.
#[test]
fn a_key_and_a_policy_are_never_overwritten() {
    let files = Files::new();
    let input = files.write("calm.json", case("calm").to_string());
    let policy = files.write("policy.json", r#"{"freshness_hours": 48}"#);
    let key = files.path("key.json");
    let made = run(["keygen".as_ref(), key.as_os_str()]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let secret = fs::read(&key).unwrap();
    fs::copy(&key, files.path("page.html.minisig")).unwrap();
    fs::hard_link(&key, files.path("hard.json")).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    for (command, key, output) in [
        ("report", "key.json", "key.json"),
        ("report", "key.json", "hard.json"),
        ("report", "page.html.minisig", "page.html"),
        ("report", "key.json", "policy.json"),
        ("bundle", "key.json", "key.json"),
        ("bundle", "key.json", "policy.json"),
    ] {
        let (key, output) = (text(&files.path(key)), text(&files.path(output)));
        let refused =
            run([command, &text(&input), "--policy", &text(&policy), "--sign", &key, "-o", &output]);
        assert_eq!(refused.code, Some(2), "{command} -o {output}: {}", refused.stderr);
        assert!(refused.stderr.contains("input file, which is never overwritten"), "{}", refused.stderr);
    }
    for kept in ["key.json", "hard.json", "page.html.minisig"] {
        assert_eq!(fs::read(files.path(kept)).unwrap(), secret, "{kept}");
    }
    assert!(!files.path("page.html").exists());
}

/// CL-21
#[test]
fn gathering_never_overwrites_its_configuration() {
    let files = Files::new();
    fs::create_dir(files.path("backup")).unwrap();
    let text = "[workspace]\nid = 1\nname = \"Contoso\"\n\n[[tenant]]\nname = \"Contoso\"\n\n\
                [[tenant.source]]\nkind = \"intunecd\"\npath = \"backup\"\n";
    let config = files.write("gather.toml", text);
    let outcome = run([
        OsStr::new("gather"),
        "--config".as_ref(),
        config.as_os_str(),
        "-o".as_ref(),
        config.as_os_str(),
    ]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("input file, which is never overwritten"), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(&config).unwrap(), text);
}

/// CL-21
#[test]
fn a_failed_write_leaves_only_the_former_file() {
    let files = Files::new();
    let input = files.write("large.json", large_snapshot());
    for (command, output) in [("slim", "slim.json"), ("report", "report.json"), ("synth", "made.json")] {
        let former = files.write(output, "former");
        let arguments =
            if command == "synth" { "--tenants 200".to_owned() } else { format!("'{}'", input.display()) };
        // Files may hold 4 KiB; with the signal ignored, writing more is an error.
        let script = format!(
            "trap '' XFSZ; ulimit -f 4; exec '{}' {command} {arguments} -o '{}'",
            env!("CARGO_BIN_EXE_posture"),
            former.display()
        );
        let outcome = Command::new("bash").args(["-c", &script]).output().unwrap();
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.status.code(), Some(1), "{command}: {stderr}");
        assert!(stderr.contains(&format!("Failed to write {}", former.display())), "{stderr}");
        assert_eq!(fs::read_to_string(&former).unwrap(), "former", "{command}");
    }
    assert_eq!(names(&files), ["large.json", "made.json", "report.json", "slim.json"]);
}

/// CL-21
#[test]
fn a_process_killed_during_a_write_leaves_the_former_file() {
    let files = Files::new();
    let input = files.write("large.json", large_snapshot());
    let former = files.write("slim.json", "former");
    let script = format!(
        "ulimit -c 0; ulimit -f 4; exec '{}' slim '{}' -o '{}'",
        env!("CARGO_BIN_EXE_posture"),
        input.display(),
        former.display()
    );
    let outcome = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert!(!outcome.status.success());
    assert_eq!(fs::read_to_string(&former).unwrap(), "former");
    #[cfg(target_os = "linux")]
    assert_eq!(names(&files), ["large.json", "slim.json"], "the unfinished file has no name");
}

/// CL-21
#[test]
fn a_device_is_written_to_and_never_replaced() {
    let files = Files::new();
    let input = files.write("calm.json", case("calm").to_string());
    let full = write("slim", &input, Path::new("/dev/full"));
    assert_eq!(full.code, Some(1));
    assert!(full.stderr.contains("Failed to write /dev/full"), "{}", full.stderr);
    assert_eq!(write("slim", &input, Path::new("/dev/null")).code, Some(0));
    assert!(!Path::new("/dev/full").is_file() && !Path::new("/dev/null").is_file());
    let shown = write("slim", &input, Path::new("/dev/stdout"));
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert_eq!(shown.stdout, write("slim", &input, Path::new("-")).stdout);
}

/// CL-21
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    let files = Files::new();
    let input = files.write("calm.json", case("calm").to_string());
    let target = files.write("target.json", "former");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    let link = files.path("link.json");
    symlink(&target, &link).unwrap();
    assert_eq!(write("slim", &input, &link).code, Some(0));
    assert!(link.is_symlink());
    assert_ne!(fs::read_to_string(&target).unwrap(), "former");
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);

    let plain = fs::metadata(files.write("plain.json", "")).unwrap().permissions();
    assert_eq!(write("slim", &input, &files.path("new.json")).code, Some(0));
    assert_eq!(fs::metadata(files.path("new.json")).unwrap().permissions(), plain);
    // Only root may give a file away; whoever reads the former file must be able to read the next one.
    if std::os::unix::fs::chown(&target, Some(65_534), Some(65_534)).is_ok() {
        assert_eq!(write("slim", &input, &target).code, Some(0));
        let owner = fs::metadata(&target).unwrap();
        assert_eq!((owner.uid(), owner.gid()), (65_534, 65_534));
    }
}

/// A snapshot whose slim export and report hold more than 4 KiB.
fn large_snapshot() -> String {
    let mut snapshot = case("workspace-order");
    let tenant = snapshot["tenants"][0].clone();
    for id in 0..50 {
        let mut tenant = tenant.clone();
        tenant["id"] = (9_000 + id).into();
        tenant["external_id"] = format!("large-{id}").into();
        snapshot["tenants"].as_array_mut().unwrap().push(tenant);
    }
    snapshot.to_string()
}

/// CL-21: a name may be as long as a file system allows.
#[test]
fn a_name_of_any_length_can_be_written() {
    let files = Files::new();
    let input = files.write("calm.json", case("calm").to_string());
    for stem in ["n".repeat(250), "é".repeat(125)] {
        let output = files.path(&format!("{stem}.json"));
        let outcome = write("report", &input, &output);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    assert_eq!(names(&files).len(), 3);
}

/// CL-21, GA-5: a file that a source reads is an input, also if only its folder is named. A snapshot there may be a former output.
#[test]
fn gathering_never_overwrites_what_it_reads() {
    let files = Files::new();
    fs::create_dir(files.path("backups")).unwrap();
    let rows = "tenant,status,completed_at\nA,completed,2026-11-20T00:00:00Z\n";
    let source = files.write("backups/backups.csv", rows);
    symlink(&source, files.path("link.json")).unwrap();
    let gather = |output: &Path| {
        let folder = files.path("backups");
        let args =
            [OsStr::new("gather"), "csv".as_ref(), folder.as_os_str(), "--tenant".as_ref(), "A".as_ref()];
        run(args.into_iter().chain(["-o".as_ref(), output.as_os_str()]))
    };
    for output in [source.as_path(), &files.path("link.json")] {
        let refused = gather(output);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        assert!(refused.stderr.contains("input file, which is never overwritten"), "{}", refused.stderr);
        assert_eq!(fs::read_to_string(&source).unwrap(), rows);
    }
    for _ in 0..2 {
        let written = gather(&files.path("backups/snapshot.json"));
        assert_eq!(written.code, Some(0), "{}", written.stderr);
    }
    let runs = files.write("runs.json", "[]");
    let folder = files.path("backups");
    let args = ["gather", "intunecd", folder.to_str().unwrap(), "--tenant", "A", "--set"];
    let named = format!("runs={}", runs.display());
    let refused = run(args.iter().copied().chain([&*named, "-o", runs.to_str().unwrap()]));
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&runs).unwrap(), "[]");
}

/// CL-32: what is in the place of a page is replaced; a link is not written through, and a pipe is not waited for.
#[test]
fn manual_pages_replace_links_and_pipes() {
    let files = Files::new();
    let victim = files.write("victim", "mine");
    fs::create_dir(files.path("man")).unwrap();
    symlink(&victim, files.path("man/posture-derive.1")).unwrap();
    assert!(Command::new("mkfifo").arg(files.path("man/posture-check.1")).status().unwrap().success());
    let outcome = run([OsStr::new("man"), "-o".as_ref(), files.path("man").as_os_str()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "mine");
    for page in ["posture-derive.1", "posture-check.1", "posture.1", "posture-store-backup.1"] {
        assert!(fs::read_to_string(files.path("man").join(page)).unwrap().contains(".TH"), "{page}");
    }
}
