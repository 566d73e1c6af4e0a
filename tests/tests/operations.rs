//! The running server as tools see it: random requests from its OpenAPI description; metrics and alert rules in Prometheus's own tool.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use posture_core::paths;
use posture_tests::harness::{Provider, Server, Visitor, free_port, posture_binary};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[track_caller]
fn assert_succeeds(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `cargo xtask test` installs what is missing"));
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", told(&output.stdout), told(&output.stderr));
}

/// Sends a server requests that are made from its description at random, and holds the answers against it.
fn assert_answers_as_described(server: &Server, examples: &str, headers: &[&str]) {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let mut fuzz = Command::new(repository().join(".tools/schemathesis/bin/schemathesis"));
    fuzz.arg("run").arg(server.url("/api/openapi.json")).args([
        "--checks",
        "all",
        "--phases",
        "examples,coverage,fuzzing",
    ]);
    fuzz.args(["--max-examples", examples, "--seed", "1", "--generation-deterministic", "--no-color"]);
    fuzz.args(headers.iter().flat_map(|header| ["--header", header]));
    assert_succeeds(fuzz.current_dir(folder.path()));
}

/// EP-24
#[test]
fn random_requests_get_the_documented_responses() {
    assert_answers_as_described(&Server::start::<&str>(&[]).unwrap(), "20", &[]);
}

/// EP-24
#[test]
fn random_requests_through_a_proxy_get_the_documented_responses() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("posture.toml");
    let members =
        "access.members = [{ identity = \"ana\", workspace = 1, role = \"owner\", tenants = \"all\" }]";
    let proxy = "auth = \"proxy\"\nproxy-from = [\"127.0.0.1/32\"]\nhost = [\"127.0.0.1\"]";
    #[expect(clippy::disallowed_methods, reason = "the configuration is a file")]
    std::fs::write(&config, format!("{proxy}\n{members}\n")).unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]).unwrap();
    assert_answers_as_described(&server, "5", &["x-forwarded-user: ana"]);
}

/// EP-24, SI-4
#[test]
fn random_requests_of_a_signed_in_user_get_the_documented_responses() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().unwrap();
    let origin = format!("http://127.0.0.1:{port}");
    let provider = Provider::start(&origin, 0).unwrap();
    let (config, secret) = (folder.path().join("posture.toml"), folder.path().join("secret"));
    let text = format!(
        "auth = \"oidc\"\npublic-url = {origin:?}\noidc-issuer = {:?}\noidc-client-id = \"posture\"\n\
         oidc-client-secret-file = {secret:?}\n\
         access.members = [{{ identity = \"ana\", workspace = 1, role = \"owner\", tenants = \"all\" }}]\n",
        provider.issuer()
    );
    #[expect(clippy::disallowed_methods, reason = "the configuration is a file")]
    for (path, text) in [(&config, text.as_str()), (&secret, "a secret of the tests")] {
        std::fs::write(path, text).unwrap();
    }
    let args = ["--config".as_ref(), config.as_os_str()];
    let server = Server::start_at(&posture_binary().unwrap(), &args, &format!("127.0.0.1:{port}")).unwrap();
    let visitor = Visitor::signed_in(&origin, "ana").unwrap();
    let cookie = visitor.cookie();
    let listed = ureq::get(server.url(paths::API_WORKSPACES)).header("cookie", &cookie).call().unwrap();
    assert_eq!(listed.status(), 200, "she is signed in");
    assert_answers_as_described(&server, "5", &[&format!("cookie: {cookie}")]);
}

/// MT-7
#[test]
fn the_alert_rules_hold_their_tests() {
    assert_succeeds(
        Command::new("promtool")
            .args(["test", "rules", "posture.rules.test.yml"])
            .current_dir(repository().join("ops")),
    );
    assert_succeeds(
        Command::new("promtool")
            .args(["check", "rules", "posture.rules.yml"])
            .current_dir(repository().join("ops")),
    );
}

/// The queries of the dashboard, with values in place of Grafana's variables.
#[expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads a file that must be right")]
fn dashboard_queries() -> Vec<String> {
    let text = std::fs::read_to_string(repository().join("ops/posture.dashboard.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let queries = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let filled = |query: &serde_json::Value| {
        query["expr"].as_str().unwrap().replace("$workspace", ".*").replace("$__rate_interval", "5m")
    };
    queries.map(filled).collect()
}

/// MT-10: Prometheus understands every query of the dashboard.
#[test]
fn the_dashboards_queries_are_valid() {
    let queries = dashboard_queries();
    assert!(queries.len() > 15);
    let rules = queries.iter().enumerate().map(|(number, query)| {
        serde_json::json!({ "record": format!("posture:dashboard:{number}"), "expr": query })
    });
    let rules =
        serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules.collect::<Vec<_>>() }] });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    // JSON is YAML, too.
    #[expect(clippy::disallowed_methods, reason = "the tool reads a file")]
    std::fs::write(&file, rules.to_string()).unwrap();
    assert_succeeds(Command::new("promtool").args(["check", "rules"]).arg(&file));
}

/// MT-7, MT-10: every metric that an alert or the dashboard uses is exported.
#[test]
fn the_metrics_are_those_the_alerts_ask_for() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("posture.toml");
    let (audit, state) = (folder.path().join("audit.log"), folder.path().join("state.json"));
    // Nothing listens at the address, so a notification waits.
    let text = format!(
        "audit-log = {audit:?}\n[notifications]\nstate = {state:?}\nallow-hosts = [\"127.0.0.1\"]\n\
         allow-networks = [\"127.0.0.0/8\"]\n[[notify]]\nto = \"json+http://127.0.0.1:9/hook\"\n"
    );
    #[expect(clippy::disallowed_methods, reason = "the configuration is a file")]
    std::fs::write(&config, text).unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]).unwrap();
    ureq::get(server.url("/api/v1/workspaces")).call().unwrap();
    let scrape = || ureq::get(server.url("/metrics")).call().unwrap().body_mut().read_to_string().unwrap();
    let waits = |metrics: &String| metrics.contains("\nposture_notifications_oldest_waiting_seconds{");
    let metrics = (0..10_000).map(|_| scrape()).find(waits).expect("a notification waits");
    #[expect(clippy::disallowed_methods, reason = "the rules are a file")]
    let rules = std::fs::read_to_string(repository().join("ops/posture.rules.yml")).unwrap();
    let of_rules = rules.lines().filter(|line| line.contains("expr:") || line.contains("rate("));
    let of_dashboard = dashboard_queries();
    for line in of_rules.chain(of_dashboard.iter().map(String::as_str)) {
        let names = line
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| word.starts_with("posture_"));
        for name in names {
            assert!(metrics.lines().any(|sample| sample.starts_with(name)), "{name} is not told");
        }
    }
    let mut lint = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    lint.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let output = lint.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    // The tool reads the older text format, in which a counter's help is under its name with `_total`.
    let complaints: Vec<_> = told.lines().filter(|line| !line.ends_with("_total no help text")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// IN-4
#[test]
fn the_compose_file_mounts_what_exists_and_runs_the_endpoint_without_privileges() {
    let ops = repository().join("ops");
    #[expect(clippy::disallowed_methods, reason = "the compose file is a file")]
    let text = std::fs::read_to_string(ops.join("compose.yaml")).unwrap();
    let compose: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    let endpoint = &compose["services"]["posture"];
    assert_eq!(endpoint["user"], "65532:65532");
    assert_eq!(endpoint["read_only"], true);
    assert_eq!(endpoint["cap_drop"], serde_json::json!(["ALL"]));
    // Debian 12 has a docker-compose that refuses other parts, and a podman-compose that ignores them.
    let mut parts: Vec<_> = compose.as_object().unwrap().keys().collect();
    parts.sort();
    assert_eq!(parts, ["secrets", "services", "volumes"]);
    let mounted = endpoint["volumes"][0].as_str().unwrap().split(':').nth(1);
    assert_eq!(mounted, endpoint["command"][2].as_str(), "the configuration is where the program reads it");
    let services = compose["services"].as_object().unwrap();
    for (name, service) in services {
        let list = |key: &str| service[key].as_array().cloned().unwrap_or_default();
        for secret in list("secrets") {
            assert!(
                compose["secrets"][secret.as_str().unwrap()].is_object(),
                "{name} has no secret {secret}"
            );
        }
        for volume in list("volumes") {
            let source = volume.as_str().unwrap().split(':').next().unwrap();
            let is_known = compose["volumes"].get(source).is_some() || ops.join(source).is_file();
            assert!(is_known, "{name} mounts {source}");
        }
        for needed in service["depends_on"].as_object().into_iter().flatten() {
            assert!(services.contains_key(needed.0), "{name} needs {}", needed.0);
        }
    }
}

/// IN-6
#[test]
fn the_unit_makes_the_folder_that_its_configuration_serves() {
    #[expect(clippy::disallowed_methods, reason = "what is shipped are files")]
    let read = |name: &str| std::fs::read_to_string(repository().join("ops").join(name)).unwrap();
    let (config, unit) = (read("local.toml"), read("posture.service"));
    let line = config.lines().find_map(|line| line.strip_prefix("source = \"/var/lib/")).unwrap();
    let folder = line.trim_end_matches('"');
    let made = unit.lines().find_map(|line| line.strip_prefix("StateDirectory=")).unwrap();
    assert!(made.split(' ').any(|made| made == folder), "{folder} is not among {made}");
}
