//! `posture serve`, over real HTTP.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use posture_testing::documents::case;

use crate::endpoint::Endpoint;
use crate::support::{Files, posture, run};

/// CL-9
#[test]
fn the_demo_is_served_on_a_free_port_and_shuts_down_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let endpoint = Endpoint::start::<&str>([]);
        assert!(endpoint.url().starts_with("http://127.0.0.1:"), "{}", endpoint.url());
        assert_eq!(endpoint.get("/api/v1/workspaces").json()["workspaces"][0]["name"], "Contoso MSP");
        assert!(endpoint.get("/admin/t/anything").body.contains("<title>Posture</title>"));
        assert_eq!(endpoint.end(signal).code(), Some(0));
    }
}

/// AU-3, CL-41: unless it is expected, a write beyond the limit of a file's size ends the process.
#[cfg(target_os = "linux")]
#[test]
fn an_audit_trail_that_reaches_the_limit_of_a_files_size_stops_nothing() {
    let files = Files::new();
    let log = files.path("audit.log");
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 4; exec \"$0\" \"$@\""]).arg(posture().get_program());
    let snapshot = files.write("calm.json", case("calm").to_string());
    shell.args([OsStr::new("serve"), OsStr::new("--audit-log"), log.as_os_str(), snapshot.as_os_str()]);
    let endpoint = Endpoint::start_with(shell);
    let ask = || assert_eq!(endpoint.get("/api/v1/workspaces").status, 200);
    (0..40).for_each(|_| ask());
    let metrics = endpoint.get("/metrics").body;
    let lost = metrics.lines().find_map(|line| line.strip_prefix("posture_audit_lines_lost_total "));
    assert!(lost.unwrap().parse::<u64>().unwrap() > 0, "{metrics}");

    // There is room again, after a part of a line.
    fs::File::options().write(true).open(&log).unwrap().set_len(10).unwrap();
    ask();
    let text = fs::read_to_string(&log).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    assert_eq!(last["outcome"], "ok", "{text}");
}

/// EP-22: the reader of a log may stop, as a terminal does after Ctrl-S.
#[test]
fn a_log_that_is_read_no_more_stops_nothing() {
    for log in [["--log", "info"], ["--audit-log", "-"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut serve = posture();
        serve.arg("serve").args(log);
        let endpoint = Endpoint::start_logging(serve, writer);
        for _ in 0..1_500 {
            assert_eq!(endpoint.get("/api/v1/workspaces").status, 200);
        }
        assert_eq!(endpoint.get("/healthz").status, 200);
        assert_eq!(endpoint.end("-TERM").code(), Some(0));
        drop(reader);
    }
}

/// EP-3
#[test]
fn the_endpoints_report_is_the_command_lines_to_the_byte() {
    let files = Files::new();
    let path = files.write("a.json", case("workspace-order").to_string());
    let endpoint = Endpoint::start([path.as_os_str()]);
    let report = endpoint.get("/api/v1/workspaces/1/report");
    let digest = report.header("posture-digest");
    assert_eq!(report.body, run([OsStr::new("derive"), path.as_os_str()]).text());
    assert_eq!(
        format!("{digest}\n"),
        run([OsStr::new("derive"), path.as_os_str(), OsStr::new("--digest")]).text()
    );
}

/// CL-9
#[test]
fn it_refuses_to_listen_beyond_loopback() {
    let outcome = run(["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("without authentication"), "{}", outcome.stderr);
}

/// CL-10
#[test]
fn a_rejected_file_and_a_missing_source_exit_2() {
    let files = Files::new();
    let refused = files.write("refused.json", case("refused-version").to_string());
    for source in [refused, files.path("missing")] {
        let outcome =
            run([OsStr::new("serve"), source.as_os_str(), OsStr::new("--listen"), OsStr::new("127.0.0.1:0")]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(source.to_str().unwrap()), "{}", outcome.stderr);
    }
}

/// CL-10
#[test]
fn a_folder_is_served_even_if_one_file_is_rejected() {
    let files = Files::new();
    files.write("good.json", case("calm").to_string());
    let folder =
        files.write("refused.json", case("refused-version").to_string()).parent().unwrap().to_owned();
    let endpoint = Endpoint::start([folder.as_os_str()]);
    let listed = endpoint.get("/api/v1/workspaces").json();
    assert_eq!(listed["workspaces"].as_array().unwrap().len(), 2);
    assert!(listed["workspaces"][1]["refusal"].is_string(), "{listed}");
}

/// CL-27: the policy of `--policy` is the one that the endpoint serves and judges by.
#[test]
fn a_policy_file_replaces_the_policy_of_what_is_served() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let policy = files.write("policy.toml", "freshness_hours = 1\n");
    let args = [snapshot.as_os_str(), OsStr::new("--policy"), policy.as_os_str()];
    let endpoint = Endpoint::start(args);
    let report = endpoint.get("/api/v1/workspaces/1/report");
    assert_eq!(report.json()["policy"]["freshness_hours"], 1);
    assert_eq!(report.json()["tenants"][0]["backup_health"]["posture"], "stale");
    let derived = run([OsStr::new("derive")].into_iter().chain(args));
    assert_eq!(report.body, derived.text(), "the command line judges by the same policy");
    let wrong = files.write("wrong.toml", "freshness_hours = 0\n");
    let outcome = run([OsStr::new("serve"), snapshot.as_os_str(), OsStr::new("--policy"), wrong.as_os_str()]
        .into_iter()
        .chain([OsStr::new("--listen"), OsStr::new("127.0.0.1:0")]));
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("wrong.toml"), "{}", outcome.stderr);
}

/// CL-27, CL-39: profiles and scopes too, whether a folder or a store is served. An unknown key is logged.
#[test]
fn a_policy_with_profiles_and_scopes_gives_one_digest_from_every_source() {
    let files = Files::new();
    let mut snapshot = case("calm");
    snapshot["tenants"][0]["profile"] = "weekly".into();
    snapshot["tenants"][0]["backup_sets"][0]["scope"] = "intune".into();
    let path = files.write("a.json", snapshot.to_string());
    let policy = files.write(
        "policy.toml",
        "[scopes.intune]\nfreshness_hours = 300\n\
         [profiles.weekly]\nrestore_evidence_days = 1\nfreshness_hour = 1\n\
         [profiles.weekly.scopes.intune]\nfreshness_hours = 1\nexpected_policy_types = ['deviceConfiguration']\n\
         [profiles.weekly.scopes.entra]\nexpected = true\n",
    );
    let store = files.path("store.sqlite");
    let imported = run(["import".as_ref(), path.as_os_str(), "--store".as_ref(), store.as_os_str()]);
    assert_eq!(imported.code, Some(0), "{}", imported.stderr);
    let policy = [OsStr::new("--policy"), policy.as_os_str()];
    let derived = run([OsStr::new("derive"), path.as_os_str()].into_iter().chain(policy));
    assert!(derived.text().contains(r#""scope":"entra""#) && derived.text().contains("history_too_old"));
    let folder = path.parent().unwrap().as_os_str();
    for source in [&[folder][..], &[OsStr::new("--store"), store.as_os_str()]] {
        let mut serve = posture();
        serve.arg("serve").args(source.iter().copied().chain(policy));
        let log = files.path("log");
        let endpoint = Endpoint::start_logging(serve, fs::File::create(&log).unwrap());
        let report = endpoint.get("/api/v1/workspaces/1/report");
        assert_eq!(report.body, derived.text(), "{source:?}");
        let logged = fs::read_to_string(&log).unwrap();
        assert!(logged.contains("policy.toml: Unknown key profiles.weekly.freshness_hour"), "{logged}");
    }
}

/// EP-13
#[test]
fn the_log_names_each_broken_file_once_whenever_it_breaks() {
    let files = Files::new();
    let good = files.write("good.json", case("calm").to_string());
    let broken = files.write("broken.json", "{");
    let log = files.path("log");
    let mut serve = posture();
    serve.arg("serve").arg(good.parent().unwrap());
    let endpoint = Endpoint::start_logging(serve, fs::File::create(&log).unwrap());
    let named = |file: &str| {
        let logged = fs::read_to_string(&log).unwrap();
        logged.lines().filter(|line| line.contains("a file is not served") && line.contains(file)).count()
    };
    for _ in 0..3 {
        assert_eq!(endpoint.get("/api/v1/workspaces").status, 200);
    }
    assert_eq!((named("broken.json"), named("good.json")), (1, 0));
    fs::write(&good, "[]").unwrap();
    fs::remove_file(&broken).unwrap();
    for _ in 0..3 {
        assert_eq!(endpoint.get("/api/v1/workspaces").status, 200);
    }
    assert_eq!((named("broken.json"), named("good.json")), (1, 1));
}

/// EP-19: a file that is not read to its end does not keep the endpoint from ending.
#[cfg(target_os = "linux")]
#[test]
fn a_pipe_in_the_place_of_a_policy_does_not_keep_it_from_ending() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let pipe = files.path("policy.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut serve = posture();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--policy"]).arg(&pipe).arg(&snapshot);
    let mut process = serve.spawn().unwrap();
    // Once the pipe can be opened for writing without waiting, the process waits for what it holds.
    let is_waited_for = || {
        let mut options = fs::File::options();
        std::os::unix::fs::OpenOptionsExt::custom_flags(
            options.write(true),
            rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
        );
        options.open(&pipe)
    };
    let writer = loop {
        match is_waited_for() {
            Ok(writer) => break writer,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    };
    let id = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(process.wait().unwrap().code(), Some(0));
    drop(writer);
}
