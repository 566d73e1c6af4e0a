//! `posture serve --gather`: an endpoint that gathers what it serves.

use std::fs::{self, File};
use std::path::PathBuf;

use sqlx::{Connection as _, SqliteConnection};

use super::gather;
use crate::endpoint::Endpoint;
use crate::support::{Files, posture, run, runtime};

/// A configuration of one tenant from `backups.csv`, and the store to gather into.
struct Gathered {
    files: Files,
    config: PathBuf,
    store: PathBuf,
}

impl Gathered {
    fn new() -> Self {
        let files = Files::new();
        files.write("backups.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
        let config = "[workspace]\nname = \"Mine\"\n[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n";
        let (config, store) = (files.write("gather.toml", config), files.path("posture.sqlite"));
        Self { files, config, store }
    }

    /// Fills the store.
    fn gather(&self) {
        let args = ["--config".as_ref(), self.config.as_os_str(), "--store".as_ref(), self.store.as_os_str()];
        let outcome = gather(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }

    /// Serves it with further flags. The log is in `log`.
    fn serve(&self, flags: &[&str]) -> Endpoint {
        let mut command = posture();
        command.arg("serve").arg("--gather").arg(&self.config).arg("--store").arg(&self.store).args(flags);
        Endpoint::start_logging(command, File::create(self.files.path("log")).unwrap())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.files.path("log")).unwrap()
    }

    /// Holds the store, so that a gathering waits before it writes.
    fn lock(&self) -> SqliteConnection {
        let url = format!("sqlite://{}", self.store.display());
        runtime().block_on(async {
            let mut lock = SqliteConnection::connect(&url).await.unwrap();
            sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
            lock
        })
    }
}

/// The endpoint serves what was gathered before.
fn is_served(endpoint: &Endpoint) {
    assert_eq!(endpoint.get("/healthz").body, "ok\n");
    assert_eq!(endpoint.get("/readyz").body, "ready\n");
    let listed = endpoint.get("/api/v1/workspaces").json();
    assert_eq!(listed["workspaces"][0]["name"], "Mine");
    assert_eq!(listed["workspaces"][0]["tenants"], 1, "{listed}");
}

/// CL-25
#[test]
fn serve_gathers_before_it_listens() {
    let gathered = Gathered::new();
    is_served(&gathered.serve(&["--every", "3600"]));
}

/// CL-25: a gathering that cannot write waits and fails, and what was gathered before is served.
#[test]
fn serve_goes_on_if_a_gathering_fails() {
    let gathered = Gathered::new();
    gathered.gather();
    let lock = gathered.lock();
    is_served(&gathered.serve(&[]));
    drop(lock);
}

/// CL-25: a gathering can be refused for another reason than its configuration.
#[test]
fn serve_goes_on_if_the_first_gathering_is_of_another_workspace_than_the_store() {
    let gathered = Gathered::new();
    gathered.gather();
    let config = fs::read_to_string(&gathered.config).unwrap();
    gathered.files.write("gather.toml", config.replace("Mine", "Theirs"));
    is_served(&gathered.serve(&[]));
    let log = gathered.log();
    for words in ["gathering failed; the store is as it was", "Theirs", "Gather into another store"] {
        assert!(log.contains(words), "{words}: {log}");
    }
}

/// CL-25
#[test]
fn a_refused_configuration_ends_serve_although_there_is_a_store() {
    let gathered = Gathered::new();
    gathered.gather();
    gathered.files.write("gather.toml", "[[tenants]]\n");
    let [config, store] = [&gathered.config, &gathered.store].map(|path| path.as_os_str());
    let listen = ["--listen".as_ref(), "127.0.0.1:0".as_ref()];
    let args = ["serve".as_ref(), "--gather".as_ref(), config, "--store".as_ref(), store];
    let outcome = run(args.into_iter().chain(listen));
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("gather.toml") && outcome.stderr.contains("tenants"),
        "{}",
        outcome.stderr
    );
}

/// CL-25: a gathering that waits for longer than it may is ended.
#[test]
fn serve_ends_a_gathering_that_takes_too_long() {
    let gathered = Gathered::new();
    gathered.gather();
    let lock = gathered.lock();
    let endpoint = gathered.serve(&["--gather-timeout", "1"]);
    let log = gathered.log();
    for words in ["gathering failed; the store is as it was", "took more than 1 s", "Raise --gather-timeout"]
    {
        assert!(log.contains(words), "{words}: {log}");
    }
    is_served(&endpoint);
    drop(lock);
}

/// CL-25: a gathering is ended at its memory limit. The file here is within the limits for files.
#[cfg(target_os = "linux")]
#[test]
fn serve_ends_a_gathering_that_needs_too_much_memory() {
    let gathered = Gathered::new();
    gathered.gather();
    let mut rows = "set,completed_at,status\n".to_owned();
    for set in 0..100_000 {
        rows.push_str(&format!("{set},2026-04-08T01:00:00Z,completed\n"));
    }
    gathered.files.write("backups.csv", rows);
    let endpoint = gathered.serve(&["--gather-memory", "40"]);
    let log = gathered.log();
    for words in [
        "gathering failed; the store is as it was",
        "needed more than 40 MB of memory",
        "Raise --gather-memory",
    ] {
        assert!(log.contains(words), "{words}: {log}");
    }
    is_served(&endpoint);
}

/// CL-25: the system may allow less memory than a gathering may take.
#[cfg(target_os = "linux")]
#[test]
fn serve_gathers_within_a_lower_limit_of_the_system() {
    let gathered = Gathered::new();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", r#"ulimit -d 900000 && exec "$0" "$@""#, env!("CARGO_BIN_EXE_posture"), "serve"]);
    command.arg("--gather").arg(&gathered.config).arg("--store").arg(&gathered.store);
    command.args(["--gather-memory", "1000"]);
    let endpoint = Endpoint::start_logging(command, File::create(gathered.files.path("log")).unwrap());
    is_served(&endpoint);
    assert!(!gathered.log().contains("gathering failed"), "{}", gathered.log());
}

/// CL-25: a gathering whose endpoint has ended writes nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_gathering_does_not_outlive_the_endpoint_that_started_it() {
    let gathered = Gathered::new();
    for (started_by, code) in [(std::process::id() + 1, 1), (std::process::id(), 0)] {
        let started_by = started_by.to_string();
        let [config, store] = [&gathered.config, &gathered.store].map(|path| path.as_os_str());
        let bounds = ["--part-of-serve", "1000", "--started-by", &started_by].map(std::ffi::OsStr::new);
        let outcome =
            gather(bounds.into_iter().chain(["--config".as_ref(), config, "--store".as_ref(), store]));
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        assert_eq!(outcome.stderr.contains("has ended"), code == 1, "{}", outcome.stderr);
        assert_eq!(gathered.store.exists(), code == 0);
    }
}

/// CL-25
#[test]
fn the_limits_of_a_gathering_need_one() {
    for flag in ["--gather-timeout", "--gather-memory"] {
        let outcome = run(["serve", flag, "60"]);
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.stderr.contains("--gather <FILE>"), "{}", outcome.stderr);
    }
}
