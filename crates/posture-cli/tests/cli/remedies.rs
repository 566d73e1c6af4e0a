//! Messages about what cannot be used: what it is, and what to do about it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use posture_testing::documents::case;

use crate::support::{Files, posture, run};

/// CL-21, CL-27: what the system says, and what to do about it.
#[test]
fn a_file_that_cannot_be_read_or_written_is_named_with_a_remedy() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let (snapshot, folder) = (snapshot.to_str().unwrap(), files.path(""));
    let missing = files.path("missing/a.json");
    let (missing, folder) = (missing.to_str().unwrap(), folder.to_str().unwrap());
    let read = "No such file or directory (os error 2). Check the name, and that you may read it.\n";
    let write = "No such file or directory (os error 2). Create its folder, or name a file elsewhere.\n";
    let cases: [(&[&str], &str); 10] = [
        (&["report", snapshot, "-o", missing], write),
        (&["slim", snapshot, "-o", missing], write),
        (&["slim", snapshot, "-o", folder], "Is a directory (os error 21). Name a file in it.\n"),
        (&["slim", snapshot, "-o", "/dev/full"], "Free some space, or name a file on another disk.\n"),
        (&["keygen", missing], write),
        (&["serve", "--listen", "127.0.0.1:0", "--audit-log", missing], write),
        (&["serve", "--listen", "127.0.0.1:0", "--policy", missing], read),
        (&["serve", "--config", missing], read),
        (&["serve", "--database-url-file", missing], read),
        (&["report", snapshot, "-o", "a.json", "--sign", missing], read),
    ];
    for (args, says) in cases {
        let outcome = run(args);
        assert_ne!(outcome.code, Some(0), "{args:?}");
        assert!(
            outcome.stderr.contains("Failed to ") && outcome.stderr.ends_with(says),
            "{}",
            outcome.stderr
        );
    }
}

/// CL-27: a device, or the name of some other file, is not read to its end.
#[test]
fn a_configuration_for_gathering_has_at_most_16_mb() {
    let files = Files::new();
    let large = files.path("gather.toml");
    fs::File::create(&large).unwrap().set_len((16 << 20) + 1).unwrap();
    let large = large.to_str().unwrap();
    let outcome = run(["gather", "--config", large]);
    assert_eq!(outcome.code, Some(2));
    let says = "it has more than 16 MB; check that it is the file that you meant.\n";
    assert_eq!(outcome.stderr, format!("error: Failed to read {large}: {says}"));
}

/// CL-29, ES-40, GA-1, TL-3, EP-25: what a file should be, or what to write instead.
#[test]
fn a_message_names_the_file_or_the_value_that_is_expected() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let (key, report, store) = (files.path("a.key"), files.path("report.json"), files.path("store.sqlite"));
    let (missing, public) = (files.path("missing/a"), files.path("a.key.pub"));
    let [snapshot, key, report, store, missing, public] =
        [&snapshot, &key, &report, &store, &missing, &public].map(|path| path.to_str().unwrap());
    for args in [
        &["keygen", key][..],
        &["report", snapshot, "-o", report, "--sign", key],
        &["import", snapshot, "--store", store],
    ] {
        assert_eq!(run(args).code, Some(0), "{args:?}");
    }
    let secret = "Name a secret key of `posture keygen` or minisign. If it has a password, set POSTURE_KEY_PASSWORD.\n";
    let cases: [(&[&str], &str); 7] = [
        (&["report", snapshot, "-o", report, "--sign", public], secret),
        (&["report", snapshot, "-o", report, "--sign", snapshot], secret),
        (&["verify", report, snapshot, "--key", key], "Name the public key, whose name ends in .pub.\n"),
        (&["gather", "--config", missing], "Check the name, or write one with `posture init`.\n"),
        (
            &["serve", "--tls-cert", missing, "--tls-key", missing],
            "Check the name, and that the server may read it. It must be a PEM file.\n",
        ),
        (
            &["serve", "--log", "[["],
            "Write a level, such as info, or that of a part, such as posture_server=debug.\n",
        ),
        (
            &["store", "backup", missing, "--store", store],
            "No such file or directory (os error 2). Nothing was written. Check that its folder exists and that the disk has space.\n",
        ),
    ];
    for (args, says) in cases {
        let outcome = run(args);
        assert!(matches!(outcome.code, Some(1 | 2)), "{args:?}: {}", outcome.stderr);
        assert!(outcome.stderr.ends_with(says), "{args:?}: {}", outcome.stderr);
        assert!(!outcome.stderr.contains("communicating"), "{}", outcome.stderr);
    }
}

/// EP-31: in our own words, and without the address, which may have a password.
#[test]
fn an_address_that_is_not_one_of_postgresql_is_refused_in_plain_words() {
    for (address, why) in [
        ("mysql://u:hunter2@db.example/product", "it starts with neither postgres:// nor postgresql://"),
        ("host=db.example password=hunter2", "it starts with neither postgres:// nor postgresql://"),
        ("postgres://u:hunter2@db.example:99999/product", "invalid port number"),
        ("postgres://u@db.example/product?hunter2=1", "parameter 1 after the question mark is unknown"),
    ] {
        let says = format!(
            "Failed to read the database address: {why}. Write it as postgres://USER@HOST/DATABASE.\n"
        );
        for args in [["serve", "--database-url", address], ["serve", "--reviews-database-url", address]] {
            let outcome = run(args.into_iter().chain(["--listen", "127.0.0.1:0"]));
            assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
            assert!(outcome.stderr.ends_with(&format!("error: {says}")), "{args:?}: {}", outcome.stderr);
            assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
        }
        let synth = run(["synth", "--tenants", "1", "--postgres", address]);
        assert!(synth.stderr.ends_with(&says), "{}", synth.stderr);
        assert!(!synth.stderr.contains("hunter2"), "{}", synth.stderr);
    }
}

/// CL-14, EP-25: settings are printed, and what is wrong with one is said; neither shows a password that was given by mistake.
#[test]
fn an_address_is_not_printed_as_another_setting() {
    let address = "postgres://u:hunter2@db.example/product";
    let files = Files::new();
    let paths = ["spool-folder", "audit-log", "policy", "tls-cert", "database-url-file", "log"];
    let words = ["oidc-client-id", "oidc-issuer", "identity-header"];
    for name in paths.into_iter().chain(words).chain(["listen", "log-format", "gather", "config"]) {
        let option = format!("--{name}");
        let variable = format!("POSTURE_{}", name.to_uppercase().replace('-', "_"));
        let config = files.write("posture.toml", format!("{name} = \"{address}\""));
        let mut commands = [posture(), posture(), posture()];
        commands[0].args(["serve", &option, address]);
        commands[1].arg("serve").env(variable, address);
        commands[2].args(["serve", "--config"]).arg(config);
        for mut command in commands {
            let outcome = command.output().unwrap();
            let stderr = String::from_utf8(outcome.stderr).unwrap();
            assert!(matches!(outcome.status.code(), Some(1 | 2)), "{command:?}: {stderr}");
            assert!(stderr.starts_with("error: ") && !stderr.contains("hunter2"), "{command:?}: {stderr}");
            let says = if paths.contains(&name) {
                format!(
                    "error: An address was given for {name}. The address of a database belongs in database-url"
                )
            } else if words.contains(&name) {
                format!("error: An address with a user or a password was given for {name}")
            } else {
                continue;
            };
            assert!(stderr.starts_with(&says), "{command:?}: {stderr}");
        }
    }
    let proxy = format!("auth = \"proxy\"\nproxy-from = [\"10.0.0.7/32\"]\nhost = [\"{address}\"]");
    let proxy = files.write("proxy.toml", proxy);
    let refused = run(["serve".as_ref(), "--config".as_ref(), proxy.as_os_str()]);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
}

/// CL-40: variables that libraries read.
#[test]
fn junk_in_the_environment_ends_nothing_in_a_panic() {
    let files = Files::new();
    let store = files.path("store.sqlite");
    let synth = |variable: &str, value: &str| {
        let mut command = posture();
        command.args(["synth", "--tenants", "1", "--sqlite"]).arg(&store).env(variable, value);
        let outcome = command.output().unwrap();
        (outcome.status.code(), String::from_utf8(outcome.stderr).unwrap())
    };
    for value in ["junk", "0", "-1"] {
        let (code, stderr) = synth("TOKIO_WORKER_THREADS", value);
        assert_eq!(code, Some(0), "{value}: {stderr}");
    }
    assert_eq!(synth("RUST_MIN_STACK", "junk").0, Some(0));
    let (code, stderr) = synth("RUST_MIN_STACK", &usize::MAX.to_string());
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("Remove RUST_MIN_STACK from the environment"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

/// CL-40: with as few threads as the system allows, a report is derived, and a command that needs more says so.
/// Only a user other than root has such a limit.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_threads_ends_nothing_in_a_panic() {
    let files = Files::new();
    fs::set_permissions(files.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let store = files.path("store.sqlite");
    let (snapshot, store) = (snapshot.to_str().unwrap(), store.to_str().unwrap());
    let limited = |args: &[&str]| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=54321", "--clear-groups", "bash", "-c", "ulimit -u 1; exec \"$0\" \"$@\""]);
        let outcome = command.arg(posture().get_program()).args(args).output().unwrap();
        (outcome.status.code(), outcome.stdout, String::from_utf8(outcome.stderr).unwrap())
    };
    // Without root, or if this user has no such limit either, there is nothing to try.
    if limited(&["--version"]).0 != Some(0) {
        return;
    }
    for command in [&["derive", snapshot, "--format=json"][..], &["trend", snapshot, "--format=json"]] {
        let (code, stdout, stderr) = limited(command);
        assert_eq!(code, Some(0), "{command:?}: {stderr}");
        assert!(stdout == run(command).stdout, "{command:?} prints the same");
    }
    for args in [&["import", snapshot, "--store", store][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let (code, _, stderr) = limited(args);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains("Raise the limit of processes") && stderr.lines().count() == 1, "{stderr}");
    }
}
