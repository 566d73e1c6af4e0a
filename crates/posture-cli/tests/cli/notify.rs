//! `posture notify`, and `[[notify]]` of `posture serve`.

use std::path::Path;

use posture_testing::certificates::Authority;
use posture_testing::documents::case;
use posture_testing::receivers::{MailServer, WebhookServer};
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::support::{Files, Outcome, posture, run};

/// The case `calm` is exported at this instant.
fn exported_at(snapshot: &Value) -> String {
    snapshot["exported_at"].as_str().unwrap().to_owned()
}

/// The snapshot with its tenants' backups gone.
fn without_backups() -> Value {
    let mut snapshot = case("calm");
    for tenant in snapshot["tenants"].as_array_mut().unwrap() {
        tenant["backup_sets"] = json!([]);
    }
    snapshot
}

fn arguments(snapshot: &Path, state: &Path, to: &str) -> Vec<String> {
    let (snapshot, state) = (snapshot.to_str().unwrap(), state.to_str().unwrap());
    let allowed = ["--allow-host", "127.0.0.1", "--allow-network", "127.0.0.0/8", "--interval", "0s"];
    let arguments = ["notify", snapshot, "--state", state, "--to", to].into_iter().chain(allowed);
    arguments.map(str::to_owned).collect()
}

fn notify(snapshot: &Path, state: &Path, to: &str, more: &[&str]) -> Outcome {
    let more = more.iter().map(|argument| (*argument).to_owned());
    run(arguments(snapshot, state, to).into_iter().chain(more))
}

/// NT-17
#[test]
fn a_change_is_sent_once_and_a_rejected_snapshot_is_sent_too() {
    let (files, hooks) = (Files::new(), WebhookServer::start());
    let calm = case("calm");
    let at = exported_at(&calm);
    let (snapshot, state) = (files.write("a.json", calm.to_string()), files.path("state.json"));
    let address = files.write("address", format!("{}\n", hooks.url("/hook?sig=hunter2")));
    let to = format!("@{}", address.display());
    let as_of = ["--as-of", at.as_str(), "--public-url", "https://posture.example.org/"];
    let first = notify(&snapshot, &state, &to, &as_of);
    assert_eq!((first.code, first.stderr.as_str()), (Some(0), ""));
    assert!(first.text().starts_with("delivered to json 127.0.0.1: "), "{}", first.text());
    files.write("a.json", without_backups().to_string());
    assert_eq!(notify(&snapshot, &state, &to, &as_of).code, Some(0));
    let again = notify(&snapshot, &state, &to, &as_of);
    assert_eq!((again.code, again.text()), (Some(0), ""));
    files.write("a.json", case("refused-version").to_string());
    let refused = notify(&snapshot, &state, &to, &as_of);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let posted = hooks.posted();
    let titles: Vec<_> =
        posted.iter().map(|posted| posted.json()["title"].as_str().unwrap().to_owned()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert!(titles[0].starts_with("Notifications started: "), "{titles:?}");
    assert!(titles[1].contains(" worse"), "{titles:?}");
    assert!(titles[2].ends_with("a.json: evidence cannot be read"), "{titles:?}");
    let url = posted[1].json()["sections"][0]["lines"][0]["url"].clone();
    assert!(url.as_str().unwrap().starts_with("https://posture.example.org/admin/t/"), "{url}");
    let kept = std::fs::read_to_string(&state).unwrap();
    for shown in [kept.as_str(), first.text(), &refused.stderr] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

/// NT-17: what could not be delivered is reported, and delivered by a later run.
#[test]
fn a_failed_delivery_exits_with_1_and_the_next_run_makes_up_for_it() {
    let (files, hooks) = (Files::new(), WebhookServer::start());
    let calm = case("calm");
    let (snapshot, state) = (files.write("a.json", calm.to_string()), files.path("state.json"));
    hooks.answer("500 Internal Server Error");
    let to = hooks.url("/hook");
    let failed = notify(&snapshot, &state, &to, &["--as-of", &exported_at(&calm)]);
    assert_eq!(failed.code, Some(1));
    assert!(failed.stderr.contains("127.0.0.1 answered 500."), "{}", failed.stderr);
    let later = exported_at(&calm).replace("T08:00", "T08:05");
    assert_ne!(later, exported_at(&calm));
    let done = notify(&snapshot, &state, &to, &["--as-of", &later]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
}

/// NT-9: a user who may start no thread. The snapshot is derived without one, and the message waits.
#[cfg(target_os = "linux")]
#[test]
fn a_message_that_cannot_be_sent_for_want_of_a_thread_is_delivered_by_the_next_run() {
    use std::fs::{File, Permissions, set_permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    let (files, hooks) = (Files::new(), WebhookServer::start());
    let calm = case("calm");
    let (snapshot, state) = (files.write("a.json", calm.to_string()), files.path("state.json"));
    set_permissions(snapshot.parent().unwrap(), Permissions::from_mode(0o777)).unwrap();
    // A limit of threads does not apply to root. The program is on standard input, as this user may not see its folder.
    let limited = r#"ulimit -u 1; exec /proc/self/fd/0 "$@""#;
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", limited, "posture"]).stdin(File::open(posture().get_program()).unwrap());
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        shell.uid(60_123);
    }
    let arguments = arguments(&snapshot, &state, &hooks.url("/hook"));
    let as_of = ["--as-of".to_owned(), exported_at(&calm)];
    let outcome = shell.args(&arguments).args(&as_of).output().unwrap();
    let stderr = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(outcome.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("Failed to start sending: "), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(hooks.posted().is_empty());
    let later = exported_at(&calm).replace("T08:00", "T08:05");
    let next = run(arguments.iter().chain(&["--as-of".to_owned(), later]));
    assert_eq!((next.code, next.stderr.as_str()), (Some(0), ""));
    assert_eq!(hooks.posted().len(), 1);
}

/// Sends with only this authority trusted, and with a new state file.
fn notify_over_tls(files: &Files, to: &str, authority: &Authority) -> Outcome {
    let calm = case("calm");
    let snapshot = files.write("a.json", calm.to_string());
    let folder = Files::new();
    let output = posture()
        .env("SSL_CERT_FILE", files.write("authority.pem", authority.pem()))
        .arg("notify")
        .args([snapshot, "--state".into(), folder.path("state.json")])
        .args(["--to", to, "--as-of", &exported_at(&calm), "--allow-network", "127.0.0.0/8"])
        .args(["--allow-host", "localhost", "--allow-host", "127.0.0.1"])
        .output()
        .unwrap();
    Outcome {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// NT-19
#[test]
fn https_needs_a_certificate_of_the_host_from_a_trusted_authority() {
    let (files, ours, other) = (Files::new(), Authority::new(), Authority::new());
    let hooks = WebhookServer::start_with_tls(ours.server("localhost"));
    let to = |host: &str| format!("json+https://{host}:{}/hook?sig=hunter2", hooks.port());
    let sent = notify_over_tls(&files, &to("localhost"), &ours);
    assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""));
    assert_eq!(hooks.posted().len(), 1);
    for (host, authority) in [("localhost", &other), ("127.0.0.1", &ours)] {
        let refused = notify_over_tls(&files, &to(host), authority);
        assert_eq!(refused.code, Some(1), "{host}");
        assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    }
    assert_eq!(hooks.posted().len(), 1);
}

/// NT-16, NT-19: the password, too, is sent only to a server whose certificate is the host's.
#[test]
fn mail_goes_over_tls_only_to_the_host() {
    let (files, ours, other) = (Files::new(), Authority::new(), Authority::new());
    let (implicit, starttls, plain) = (
        MailServer::start_with_tls(ours.server("localhost")),
        MailServer::start_with_starttls(ours.server("localhost")),
        MailServer::start(),
    );
    let to = |scheme: &str, host: &str, server: &MailServer| {
        format!(
            "{scheme}://ops:hunter2@{host}:{}?from=a@example.org&to=b@example.org&tls=required",
            server.address().port()
        )
    };
    for (scheme, server) in [("smtps", &implicit), ("smtp", &starttls)] {
        let sent = notify_over_tls(&files, &to(scheme, "localhost", server), &ours);
        assert_eq!((sent.code, sent.stderr.as_str()), (Some(0), ""), "{scheme}");
        for (host, authority) in [("localhost", &other), ("127.0.0.1", &ours)] {
            let refused = notify_over_tls(&files, &to(scheme, host, server), authority);
            assert_eq!(refused.code, Some(1), "{scheme} {host}");
            assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
        }
        let mails = server.mails();
        assert_eq!(mails.len(), 1, "{scheme}: {mails:?}");
        // The base64 of NUL, ops, NUL, hunter2.
        assert_eq!(mails[0].login.as_deref(), Some("AG9wcwBodW50ZXIy"));
    }
    assert_eq!(notify_over_tls(&files, &to("smtp", "localhost", &plain), &ours).code, Some(1));
    assert_eq!(plain.mails().len(), 0, "never without TLS");
}

/// NT-19: someone between could otherwise answer in the server's place, ahead of TLS, that everything was taken.
#[test]
fn an_answer_ahead_of_tls_is_never_taken_for_an_encrypted_one() {
    let (files, ours) = (Files::new(), Authority::new());
    let server = MailServer::start_with_starttls(ours.server("localhost"));
    server.send_ahead_of_tls(
        "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n235 OK\r\n250 OK\r\n250 OK\r\n354 OK\r\n250 OK\r\n221 OK\r\n",
    );
    let port = server.address().port();
    let to = format!("smtp://ops:hunter2@localhost:{port}?from=a@example.org&to=b@example.org&tls=required");
    let refused = notify_over_tls(&files, &to, &ours);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("could not be reached"), "{}", refused.stderr);
    assert_eq!(server.mails().len(), 0);
}

/// NT-12, NT-14
#[test]
fn an_address_that_is_not_allowed_is_refused_before_anything_is_read() {
    let files = Files::new();
    let state = files.path("state.json");
    let refused = run([
        "notify",
        "missing.json",
        "--state",
        state.to_str().unwrap(),
        "--to",
        "https://ops.example.org/hunter2",
    ]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("The host ops.example.org is not allowed."), "{}", refused.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
}

/// NT-14: an address is not printed, so its number says which one is meant.
#[test]
fn an_address_that_cannot_be_read_is_named_by_its_number() {
    let files = Files::new();
    let state = files.path("state.json");
    let to = ["--to", "https://ops.example.org/hook", "--to", "gopher://hunter2"];
    let refused = run(["notify", "a.json", "--state", state.to_str().unwrap()].iter().chain(&to));
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("--to number 2"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    let config = files.write(
        "posture.toml",
        format!(
            "[notifications]\nstate = {state:?}\nallow-hosts = [\"ops.example.org\"]\n\
             [[notify]]\nto = \"https://ops.example.org/hook\"\n[[notify]]\nto = \"gopher://hunter2\"\n"
        ),
    );
    let snapshot = files.write("a.json", case("calm").to_string());
    let refused = run([
        "serve".as_ref(),
        snapshot.as_os_str(),
        "--listen".as_ref(),
        "127.0.0.1:0".as_ref(),
        "--config".as_ref(),
        config.as_os_str(),
    ]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("[[notify]] number 2"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
}

/// NT-18, EP-31: the endpoint sends what changed since the last message, also of an earlier process.
/// What it logs at the finest level has no part of the address that may be a secret.
#[test]
fn the_endpoint_sends_what_is_news() {
    let (files, hooks) = (Files::new(), WebhookServer::start());
    let calm = case("calm");
    let (snapshot, state) = (files.write("a.json", calm.to_string()), files.path("state.json"));
    notify(&snapshot, &state, &hooks.url("/hook?sig=hunter2"), &["--as-of", &exported_at(&calm)]);
    files.write("a.json", without_backups().to_string());
    let secret = files.write("secret", "a secret of more than sixteen bytes\n");
    let config = files.write(
        "posture.toml",
        format!(
            "[notifications]\nstate = {state:?}\nallow-hosts = [\"127.0.0.1\"]\nallow-networks = [\"127.0.0.0/8\"]\n\
             [[notify]]\nto = \"{}\"\nsecret-file = {secret:?}\n",
            hooks.url("/hook?sig=hunter2")
        ),
    );
    let mut serve = posture();
    serve.arg("serve").arg(&snapshot).arg("--config").arg(config).args(["--log", "trace"]);
    let log = files.path("log");
    let endpoint = Endpoint::start_logging(serve, std::fs::File::create(&log).unwrap());
    let posted = hooks.wait_for(2);
    let title = posted[1].json()["title"].as_str().unwrap().to_owned();
    assert!(title.contains("evidence is too old") && title.contains(" worse"), "{title}");
    assert!(posted[1].headers.contains_key("posture-signature"));
    endpoint.get("/healthz");
    assert_eq!(endpoint.end("-TERM").code(), Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/healthz") && !log.contains("hunter2"), "{log}");
}

/// NT-18, MT-11: monitoring learns of a message that cannot be delivered.
#[test]
fn metrics_say_what_waits_and_for_how_long() {
    let (files, hooks) = (Files::new(), WebhookServer::start());
    let (snapshot, state) = (files.write("a.json", case("calm").to_string()), files.path("state.json"));
    let config = files.write(
        "posture.toml",
        format!(
            "[notifications]\nstate = {state:?}\nallow-hosts = [\"127.0.0.1\"]\nallow-networks = [\"127.0.0.0/8\"]\n\
             [[notify]]\nname = \"on call\"\nto = \"{}\"\n",
            hooks.url("/hook?sig=hunter2")
        ),
    );
    hooks.answer("500 Internal Server Error");
    let endpoint = Endpoint::start([snapshot.as_os_str(), "--config".as_ref(), config.as_os_str()]);
    let waits =
        |metrics: &String| metrics.contains("\nposture_notifications_waiting{target=\"on call\"} 1\n");
    let scraped = (0..10_000).map(|_| endpoint.get("/metrics").body).find(waits);
    let metrics = scraped.expect("a notification waits");
    for sample in [
        "posture_notifications_oldest_waiting_seconds{target=\"on call\"} ",
        "posture_notifications_looked_timestamp_seconds ",
        "posture_notifications_given_up_total 0",
    ] {
        assert!(metrics.lines().any(|line| line.starts_with(sample)), "{sample}: {metrics}");
    }
    assert!(!metrics.contains("hunter2"), "{metrics}");
}

/// NT-18, EP-25
#[test]
fn notifications_without_a_state_file_are_refused() {
    let files = Files::new();
    let config =
        files.write("posture.toml", "[[notify]]\nto = \"https://hooks.slack.com/services/hunter2\"\n");
    let refused = run(["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("Set state in [notifications]"), "{}", refused.stderr);
    let empty = files.write(
        "empty.toml",
        "[notifications]\nstate = \"\"\n[[notify]]\nto = \"https://hooks.slack.com/services/hunter2\"\n",
    );
    let empty = run(["serve", "--listen", "127.0.0.1:0", "--config", empty.to_str().unwrap()]);
    assert!(empty.stderr.contains("Set state in [notifications]"), "{}", empty.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
}
