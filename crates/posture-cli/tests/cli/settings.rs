//! The settings of `posture serve` and where they come from.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::Stdio;

use posture_testing::documents::case;

use crate::support::{Files, posture, run};

/// The settings printed on start with these arguments and environment.
fn printed(args: &[&OsStr], environment: &[(&str, &str)]) -> String {
    let mut command = posture();
    command
        .arg("serve")
        .args(args)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    process.kill().unwrap();
    let mut printed = String::new();
    process.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
    process.wait().unwrap();
    assert!(line.starts_with("listening on "), "{printed}");
    printed
}

fn with_config<'a>(path: &'a Path, more: &[&'a str]) -> Vec<&'a OsStr> {
    let config = [OsStr::new("--config"), path.as_os_str()];
    config.into_iter().chain(more.iter().map(|one| OsStr::new(*one))).collect()
}

/// EP-25
#[test]
fn flags_override_the_environment_the_file_and_the_defaults() {
    let files = Files::new();
    let config = files.write(
        "posture.toml",
        "listen = \"127.0.0.1:0\"\nconcurrency = 5\nanswer-timeout = 6\nmetrics-interval = 7\n",
    );
    let environment = [("POSTURE_ANSWER_TIMEOUT", "16"), ("POSTURE_METRICS_INTERVAL", "17")];
    let printed = printed(&with_config(&config, &["--metrics-interval", "27"]), &environment);
    for line in [
        "listen = \"127.0.0.1:0\"",
        "concurrency = 5",
        "answer-timeout = 16",
        "metrics-interval = 27",
        "auth = \"none\"",
        "log = \"warn\"",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in\n{printed}");
    }
}

/// EP-25: a switch can be turned off, and a source of the environment does not forbid another one.
#[test]
fn a_flag_overrides_a_switch_and_a_source_of_the_environment_or_the_file() {
    let files = Files::new();
    let config = files
        .write("posture.toml", "listen = \"127.0.0.1:0\"\nmetrics-tenants = true\nmetrics-groups = true\n");
    let snapshot = files.write("a.json", case("calm").to_string());
    let environment = [
        ("POSTURE_METRICS_TENANTS", "false"),
        ("POSTURE_STORE", "missing.sqlite"),
        ("POSTURE_DATABASE_URL_FILE", "missing"),
        ("POSTURE_REVIEWS_DATABASE_URL_FILE", "missing"),
    ];
    let database = ["--reviews-database-url", "postgres://a@127.0.0.1:1/x"];
    let more = [&database[..], &["--metrics-groups=false", snapshot.to_str().unwrap()]].concat();
    let printed = printed(&with_config(&config, &more), &environment);
    for line in ["metrics-tenants = false", "metrics-groups = false", "allow-replacement = false"] {
        assert!(printed.lines().any(|printed| printed == line), "{line} is not in\n{printed}");
    }
    assert!(printed.contains("a.json") && !printed.contains("missing"), "{printed}");
}

/// EP-31: help is often sent to others, and a variable may have a secret that belongs elsewhere.
#[test]
fn help_prints_no_value_of_the_environment() {
    for command in ["serve", "import", "store"] {
        let mut help = posture();
        let help = help
            .args([command, "--help"])
            .env("POSTURE_STORE", "postgres://u:hunter2@db/x")
            .output()
            .unwrap();
        let page = String::from_utf8(help.stdout).unwrap();
        assert!(!page.contains("hunter2"), "{page}");
    }
}

/// EP-25: each would destroy what the other wrote.
#[test]
fn two_settings_do_not_write_to_one_file() {
    let files = Files::new();
    let both = files.path("both");
    let config = files.write(
        "posture.toml",
        format!("audit-log = {both:?}\n[notifications]\nstate = {:?}\n", files.path("./both")),
    );
    let outcome = run(["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("audit-log and state of [notifications] are both "),
        "{}",
        outcome.stderr
    );
    assert!(!both.exists());
}

/// EP-25
#[test]
fn members_are_counted_and_not_named() {
    let files = Files::new();
    let config = files.write(
        "posture.toml",
        r#"
        listen = "127.0.0.1:0"
        auth = "proxy"
        proxy-from = ["127.0.0.1/32"]
        host = ["posture.example.org"]
        log-format = "json"
        [access.roles]
        readonly = ["backup_sets.view"]
        [[access.members]]
        identity = "ana@example.org"
        workspace = 1
        role = "manager"
        tenants = "all"
        [[access.members]]
        identity = "ben@example.org"
        workspace = 1
        role = "operator"
        tenants = [11, { id = 12, role = "readonly" }]
        "#,
    );
    let printed = printed(&with_config(&config, &[]), &[]);
    let settings: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(settings["configuration"]["members"], 2);
    assert!(!printed.contains("example.org\",\"") && !printed.contains("ana@"), "{printed}");
}

/// EP-25, AC-7
#[test]
fn an_invalid_value_is_rejected_and_named() {
    let files = Files::new();
    let cases = [
        ("colour = \"blue\"", "colour"),
        ("concurrency = \"many\"", "concurrency"),
        ("proxy-from = [\"everywhere\"]", "proxy-from"),
        ("[access.roles]\nguest = []", "guest"),
        (
            "auth = \"proxy\"\nproxy-from = [\"10.0.0.7/32\"]\nhost = [\"a\"]\n[access.roles]\nreadonly = [\"backups\"]",
            "\"backups\"",
        ),
        (
            "[[access.members]]\nidentity = \"a\"\nworkspace = 1\nrole = \"owner\"\ntenants = \"some\"",
            "tenants",
        ),
    ];
    for (text, named) in cases {
        let config = files.write("posture.toml", text);
        let outcome = run([
            OsStr::new("serve"),
            OsStr::new("--listen"),
            OsStr::new("127.0.0.1:0"),
            OsStr::new("--config"),
            config.as_os_str(),
        ]);
        assert_eq!(outcome.code, Some(1), "{text}");
        assert!(outcome.stderr.contains(named), "{}", outcome.stderr);
    }
}

/// AC-1, AC-3
#[test]
fn nothing_is_open_to_anyone_who_is_not_configured() {
    let cases: [(&[&str], &str); 5] = [
        (&["--listen", "0.0.0.0:0"], "without authentication"),
        (&["--auth", "proxy"], "set proxy-from"),
        (&["--auth", "proxy", "--proxy-from", "10.0.0.7/32"], "set host"),
        (&["--proxy-from", "10.0.0.7/32"], "set auth to proxy"),
        (&["--listen", "127.0.0.1:0", "--metrics-listen", "0.0.0.0:0"], "metrics-from"),
    ];
    for (args, told) in cases {
        let outcome = run(["serve"].iter().chain(args));
        assert_eq!(outcome.code, Some(1), "{args:?}");
        assert!(outcome.stderr.contains(told), "{args:?}: {}", outcome.stderr);
    }
}

/// EP-25
#[test]
fn a_limit_of_zero_is_refused_from_the_file_and_from_a_flag() {
    let files = Files::new();
    let of_flags_only = ["every", "gather-timeout"];
    let of_both = [
        "answer-timeout",
        "concurrency",
        "database-connections",
        "max-document",
        "metrics-interval",
        "session-idle",
        "session-length",
    ];
    for name in of_flags_only.into_iter().chain(of_both) {
        let flag = format!("--{name}");
        let outcome = run(["serve", "--listen", "127.0.0.1:0", "--gather", "gather.toml", &flag, "0"]);
        assert_eq!(outcome.code, Some(1), "{name}");
        let said = format!("invalid value '0' for '{flag} ");
        assert!(outcome.stderr.contains(&said), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("a whole number from 1 to 4294967295"), "{}", outcome.stderr);
    }
    for name in of_both {
        let config = files.write("posture.toml", format!("{name} = 0"));
        let outcome = run([OsStr::new("serve"), OsStr::new("--config"), config.as_os_str()]);
        assert_eq!(outcome.code, Some(1), "{name}");
        assert!(outcome.stderr.contains(&format!("line 1, {name}")), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("a whole number from 1 to 4294967295"), "{}", outcome.stderr);
    }
}

/// AC-1, AC-2, AC-3, AC-6
#[test]
fn a_setting_that_would_open_too_much_or_do_nothing_is_refused_by_name() {
    const PROXY: &str = "auth = \"proxy\"\nproxy-from = [\"10.0.0.7/32\"]\nhost = [\"a.example\"]\n";
    let member =
        |rest: &str| format!("{PROXY}[[access.members]]\nworkspace = 1\nrole = \"readonly\"\n{rest}");
    let proxied = |rest: &str| format!("{PROXY}{rest}");
    let cases = [
        ("host = [\"a.example\"]".to_owned(), "host is set"),
        ("identity-header = \"x-user\"".to_owned(), "identity-header is set"),
        ("[access.roles]\nowner = []".to_owned(), "access.roles is set"),
        ("metrics-from = [\"10.0.0.9/32\"]".to_owned(), "set metrics-listen"),
        ("metrics-host = [\"m.example\"]".to_owned(), "set metrics-listen"),
        ("metrics-interval = 3601".to_owned(), "more than 3600 seconds"),
        (PROXY.replace("10.0.0.7/32", "0.0.0.0/0"), "0.0.0.0/0, which is every address"),
        (PROXY.replace("10.0.0.7/32", "::/0"), "::/0, which is every address"),
        (PROXY.replace("a.example", ""), "\"\", which is not a host name"),
        (PROXY.replace("a.example", "a b"), "\"a b\", which is not a host name"),
        (PROXY.replace("a.example", "https://a.example"), "without scheme or port"),
        (proxied("identity-header = \"Host\""), "carries no identity"),
        (proxied("identity-header = \"cookie\""), "carries no identity"),
        (proxied("identity-header = \"X-Forwarded-Proto\""), "carries no identity"),
        (proxied("identity-header = \"sec-fetch-site\""), "carries no identity"),
        (PROXY.replace("10.0.0.7/32", "::ffff:10.0.0.7/128"), "which no address matches"),
        (PROXY.replace("a.example", ".."), "\"..\", which is not a host name"),
        (
            "spool-folder = \"/nowhere\"".to_owned(),
            "spool-folder /nowhere: No such file or directory (os error 2). Name a folder",
        ),
        (member("identity = \"\"\ntenants = \"all\""), "empty identity"),
        (member("identity = \"a \"\ntenants = \"all\""), "no request can have"),
        (member("identity = \"a\"\ntenants = [{ id = 1, role = \"readonly\" }, 1]"), "lists tenant 1 twice"),
        (member("identity = \"a\"\ntenants = [{ id = 1, role = \"readonly\", since = 1 }]"), "tenants"),
        (member("identity = \"a\"\ntenants = \"all\"\nroles = \"owner\""), "roles"),
        ("source = \"a\"\ndatabase-url-file = \"b\"".to_owned(), "more than one of source"),
    ];
    let files = Files::new();
    for (text, named) in cases {
        let config = files.write("posture.toml", &text);
        let listen = [OsStr::new("serve"), OsStr::new("--listen"), OsStr::new("127.0.0.1:0")];
        let outcome = run(listen.into_iter().chain([OsStr::new("--config"), config.as_os_str()]));
        assert_eq!(outcome.code, Some(1), "{text}");
        assert!(outcome.stderr.contains(named), "{text}\n{}", outcome.stderr);
    }
}

/// EP-31
#[test]
fn the_databases_address_is_read_from_a_file_and_never_printed() {
    let files = Files::new();
    let secret = files.write("address", "postgres://posture:hunter2@db.example/product\n");
    let listen = ["--listen", "127.0.0.1:0", "--database-url-file"].map(OsStr::new);
    let printed = printed(&[&listen[..], &[secret.as_os_str()]].concat(), &[]);
    assert!(printed.contains("postgres://posture:***@db.example/product"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
    for unusable in ["", "postgres://a:hunter2@b/c\npostgres://a:hunter2@b/d\n", "hunter2"] {
        let secret = files.write("address", unusable);
        let args = [OsStr::new("serve")].into_iter().chain(listen).chain([secret.as_os_str()]);
        let outcome = run(args);
        assert_eq!(outcome.code, Some(1), "{unusable}");
        assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    }
}

/// EP-25, AC-13, TL-1: the shipped configuration of sign-in is valid.
#[test]
fn the_shipped_configuration_of_sign_in_is_read() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops/sign-in.toml");
    let files = Files::new();
    let made = rcgen::generate_simple_self_signed(["posture.example.org".to_owned()]).unwrap();
    let named = [
        ("--tls-cert", files.write("cert.pem", made.cert.pem())),
        ("--tls-key", files.write("key.pem", made.signing_key.serialize_pem())),
        ("--oidc-client-secret-file", files.write("secret", "hunter2\n")),
        ("--session-key-file", files.write("session", "hunter2 ".repeat(8))),
        ("--signed-out-file", files.path("signed-out")),
        ("--audit-log", files.write("audit.log", "")),
    ];
    let snapshot = files.write("a.json", case("calm").to_string());
    let mut args = vec![snapshot.as_os_str(), OsStr::new("--listen"), OsStr::new("127.0.0.1:0")];
    args.extend(named.iter().flat_map(|(flag, path)| [OsStr::new(*flag), path.as_os_str()]));
    let printed = printed(&[&args[..], &with_config(&config, &[])[..]].concat(), &[]);
    assert!(printed.contains("\"auth\":\"oidc\"") && printed.contains("\"members\":2"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

/// SI-2, SI-4, TL-1, EP-31
#[test]
fn sign_in_without_a_setting_or_with_an_unusable_one_is_refused_by_name() {
    const OIDC: &str = "auth = \"oidc\"\npublic-url = \"https://a.example\"\noidc-issuer = \"https://b.example\"\noidc-client-id = \"a\"\n";
    let files = Files::new();
    let short = files.write("short", "hunter2");
    let without = |setting: &str| {
        OIDC.lines()
            .filter(|line| !line.starts_with(setting))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let with = |setting: &str| format!("{OIDC}{setting}");
    let cases = [
        (without("public-url"), "set public-url"),
        (without("oidc-issuer"), "set oidc-issuer"),
        (without("oidc-client-id"), "set oidc-client-id"),
        (OIDC.replace("https://a", "http://a"), "public-url is \"http://a.example\""),
        (OIDC.replace("https://a", "https://user:secret@a"), "public-url is \"…@a.example\""),
        (OIDC.replace("https://b", "http://b"), "oidc-issuer is \"http://b.example\""),
        (with(&format!("session-key-file = {short:?}")), "has 7 bytes"),
        (with("session-key-file = \"/nowhere\""), "/nowhere"),
        (with("oidc-client-secret-file = \"/nowhere\""), "/nowhere"),
        (with("session-idle = 0"), "line 5, session-idle"),
        (with("oidc-identity-claim = \"aud\""), "identifies no user"),
        (with("oidc-scope = [\"profile\", \"\"]"), "oidc-scope is empty"),
        (OIDC.replace("oidc-client-id = \"a\"", "oidc-client-id = \" \""), "oidc-client-id is empty"),
        (with("proxy-from = [\"10.0.0.7/32\"]"), "set auth to proxy"),
        (with("tls-cert = \"/nowhere\""), "tls-cert is set without tls-key"),
        ("oidc-issuer = \"https://b.example\"".to_owned(), "set auth to oidc"),
        ("session-length = 1".to_owned(), "set auth to oidc"),
        (
            "auth = \"proxy\"\nproxy-from = [\"10.0.0.7/32\"]\nhost = [\"a\"]\n[[access.members]]\ngroup = \"g\"\nworkspace = 1\nrole = \"owner\"\ntenants = \"all\"".to_owned(),
            "names a group",
        ),
    ];
    for (text, named) in cases {
        let config = files.write("posture.toml", &text);
        let listen = [OsStr::new("serve"), OsStr::new("--listen"), OsStr::new("127.0.0.1:0")];
        let outcome = run(listen.into_iter().chain([OsStr::new("--config"), config.as_os_str()]));
        assert_eq!(outcome.code, Some(1), "{text}");
        assert!(outcome.stderr.contains(named), "{text}\n{}", outcome.stderr);
        assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    }
    let outcome = run([
        "serve",
        "--listen",
        "0.0.0.0:0",
        "--auth",
        "oidc",
        "--public-url",
        "https://a.example",
        "--oidc-issuer",
        "https://b.example",
        "--oidc-client-id",
        "a",
    ]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("without TLS"), "{}", outcome.stderr);
}

/// EP-25: the shipped configuration is valid.
#[test]
fn the_shipped_configuration_is_read() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops/posture.toml");
    let files = Files::new();
    let folder = files.write("a.json", case("calm").to_string()).parent().unwrap().to_owned();
    let args = [
        folder.as_os_str(),
        OsStr::new("--listen"),
        OsStr::new("127.0.0.1:0"),
        OsStr::new("--metrics-listen"),
        OsStr::new("127.0.0.1:0"),
    ];
    let printed = printed(&[&args[..], &with_config(&config, &[])[..]].concat(), &[]);
    assert!(printed.contains("\"members\":2"), "{printed}");
}

/// IN-6
#[test]
fn the_configurations_of_the_package_and_of_compose_are_read() {
    let ops = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops");
    let files = Files::new();
    let folder = files.write("a.json", case("calm").to_string()).parent().unwrap().to_owned();
    let listen = ["--listen", "127.0.0.1:0"].map(OsStr::new);
    let package = ops.join("local.toml");
    let settings =
        printed(&[&[folder.as_os_str()], &listen[..], &with_config(&package, &[])[..]].concat(), &[]);
    assert!(settings.contains("auth = \"none\""), "{settings}");
    let compose = ops.join("compose.toml");
    let database = ["--database-url", "postgres://posture@127.0.0.1:1/posture"].map(OsStr::new);
    let settings = printed(&[&database[..], &listen[..], &with_config(&compose, &[])[..]].concat(), &[]);
    assert!(settings.contains("\"auth\":\"proxy\""), "{settings}");
}

/// CL-14, EP-31: an address in the wrong place is not printed.
#[test]
fn an_address_of_a_database_in_the_wrong_place_is_not_printed() {
    let address = "postgres://posture:hunter2@db.example/product";
    let files = Files::new();
    let config = files.write("posture.toml", format!("store = \"{address}\""));
    let config = config.to_str().unwrap();
    let site = "[notifications]\nstate = \"s\"\npublic-url = \"https://u:hunter2@a.example\"\n[[notify]]\nto = \"https://hooks.slack.com/a\"\n";
    let site = files.write("site.toml", site);
    for args in [
        &["serve", address][..],
        &["serve", "--store", address],
        &["serve", "--config", address],
        &["serve", "--config", config],
        &["serve", "--config", site.to_str().unwrap()],
        &["serve", "a.json", address],
        &["serve", "--database-url", "postgres://posture@db.example/product?sslmode=hunter2"],
        &["synth", "--tenants", "1", "--postgres", "postgres://posture@db.example/product?sslmode=hunter2"],
        &["serve", "--databse-url", address],
        &["import", address],
        &["check", address, "--format", "nagios"],
        &["synth", "--tenants", "1", "--postgres", "host=db.example password=hunter2"],
    ] {
        let outcome = run(args);
        assert_ne!(outcome.code, Some(0), "{args:?}");
        assert!(
            !outcome.stderr.contains("hunter2") && !outcome.text().contains("hunter2"),
            "{}",
            outcome.stderr
        );
    }
}

/// TH-4, EP-25
#[test]
fn printed_settings_hide_no_character() {
    let files = Files::new();
    let folder = files.path("a\u{202e}b\u{9b}");
    std::fs::create_dir(&folder).unwrap();
    let args = ["--listen", "127.0.0.1:0", "--spool-folder", folder.to_str().unwrap()].map(OsStr::new);
    let printed = printed(&args, &[]);
    assert!(printed.contains("a\\u{202e}b\\u{9b}"), "{printed}");
}
