//! The sources of `posture serve`.

use std::path::Path;

use posture_testing::documents::case;

use crate::endpoint::Endpoint;
use crate::support::{Files, posture, run};

const LISTED: &str = "/api/v1/workspaces";

fn import(files: &Files, name: &str, store: &Path) {
    let snapshot = files.write("snapshot.json", case(name).to_string());
    let outcome = run(["import".as_ref(), snapshot.as_os_str(), "--store".as_ref(), store.as_os_str()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

/// CL-14, ES-5
#[test]
fn a_store_is_served_and_later_imports_appear() {
    let files = Files::new();
    let store = files.path("store.sqlite");
    import(&files, "calm", &store);
    let mut serve = posture();
    serve.arg("serve").env("POSTURE_STORE", &store);
    let endpoint = Endpoint::start_with(serve);
    let before = endpoint.get(LISTED).json();
    assert_eq!(before["workspaces"][0]["source"], "store store.sqlite");
    import(&files, "workspace-order", &store);
    assert_ne!(endpoint.get(LISTED).json(), before);
}

/// CL-14
#[test]
fn without_a_source_the_store_in_the_folder_is_served_if_there_is_one() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let in_folder = || {
        let mut serve = posture();
        serve.arg("serve").current_dir(store.parent().unwrap());
        Endpoint::start_with(serve).get(LISTED).json()
    };
    assert_eq!(in_folder()["workspaces"][0]["source"], "embedded demo");
    import(&files, "calm", &store);
    assert_eq!(in_folder()["workspaces"][0]["source"], "store posture.sqlite");
}

/// CL-14
#[test]
fn the_endpoint_starts_without_its_database() {
    let mut serve = posture();
    serve.arg("serve").env("POSTURE_DATABASE_URL", "postgres:///nowhere?host=/nowhere");
    assert_eq!(Endpoint::start_with(serve).get(LISTED).status, 503);
}

/// CL-14
#[test]
fn a_missing_store_and_an_invalid_address_are_reported() {
    let outcome = run(["serve", "--listen", "127.0.0.1:0", "--store", "missing.sqlite"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("missing.sqlite") && outcome.stderr.contains("posture import"),
        "{}",
        outcome.stderr
    );
    let outcome =
        run(["serve", "--listen", "127.0.0.1:0", "--database-url", "postgres://user:secret@host:port/x"]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("postgres://USER@HOST/DATABASE") && !outcome.stderr.contains("secret"),
        "{}",
        outcome.stderr
    );
    let outcome = run(["serve", "folder", "--store", "missing.sqlite"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("More than one source is named"), "{}", outcome.stderr);
}

/// CL-14: the demo takes the place of no evidence that cannot be read.
#[test]
fn a_store_in_the_folder_that_cannot_be_opened_is_not_replaced_by_the_demo() {
    let files = Files::new();
    std::os::unix::fs::symlink("gone.sqlite", files.path("posture.sqlite")).unwrap();
    let mut command = posture();
    let outcome =
        command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(files.path("")).output().unwrap();
    let stderr = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(outcome.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("There is no store at posture.sqlite"), "{stderr}");
}

/// A parameter of libpq that the driver would ignore is named, and so is the place of any other; an empty one does no harm.
#[test]
fn a_database_address_with_a_parameter_that_is_not_supported_is_rejected() {
    for (parameters, said) in [
        ("connect_timeout=secret", "parameter connect_timeout is not supported. Remove it."),
        ("sslmode=require&channel_binding=secret", "parameter channel_binding is not supported. Remove it."),
        ("sslmode=disable&&sesame=secret", "parameter 3 after the question mark is unknown"),
    ] {
        let address = format!("postgres://user@127.0.0.1:1/x?{parameters}");
        let outcome = run(["serve", "--listen", "127.0.0.1:0", "--database-url", &address]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        let is_shown = ["secret", "sesame"].into_iter().any(|value| outcome.stderr.contains(value));
        assert!(!is_shown, "{}", outcome.stderr);
    }
    let address = "postgres://user@127.0.0.1:1/x?sslmode=disable&&application_name=x&";
    let outcome = run(["synth", "--tenants", "1", "--postgres", address]);
    assert!(!outcome.stderr.contains("database address"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("refused"), "{}", outcome.stderr);
}
