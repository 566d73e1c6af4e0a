//! `posture notify`, and `[[notify]]` of `posture serve`.

use std::path::Path;

use posture_testing::documents::case;
use posture_testing::receivers::WebhookServer;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::support::{Files, Outcome, run};

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

fn notify(snapshot: &Path, state: &Path, to: &str, more: &[&str]) -> Outcome {
    let paths = [snapshot.to_str().unwrap(), "--state", state.to_str().unwrap(), "--to", to];
    let allowed = ["--allow-host", "127.0.0.1", "--allow-network", "127.0.0.0/8", "--interval", "0s"];
    run(["notify"].iter().chain(&paths).chain(&allowed).chain(more))
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

/// NT-18: the endpoint sends what changed since the last message, also of an earlier process.
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
    let endpoint = Endpoint::start([snapshot.as_os_str(), "--config".as_ref(), config.as_os_str()]);
    let posted = hooks.wait_for(2);
    let title = posted[1].json()["title"].as_str().unwrap().to_owned();
    assert!(title.contains("evidence is too old") && title.contains(" worse"), "{title}");
    assert!(posted[1].headers.contains_key("posture-signature"));
    assert_eq!(endpoint.end("-TERM").code(), Some(0));
}

/// NT-18, EP-25
#[test]
fn notifications_without_a_state_file_are_refused() {
    let files = Files::new();
    let config =
        files.write("posture.toml", "[[notify]]\nto = \"https://hooks.slack.com/services/hunter2\"\n");
    let refused = run(["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("set state in [notifications]"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
}
