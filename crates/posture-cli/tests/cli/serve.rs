//! `posture serve`, over real HTTP.

use std::ffi::OsStr;

use crate::endpoint::Endpoint;
use crate::support::{Files, case, run};

/// CL-9
#[test]
fn the_demo_is_served_on_a_free_port_and_ends_in_good_order() {
    for signal in ["-TERM", "-INT"] {
        let endpoint = Endpoint::start::<&str>([]);
        assert!(endpoint.url().starts_with("http://127.0.0.1:"), "{}", endpoint.url());
        assert_eq!(endpoint.get("/api/v1/workspaces").json()["workspaces"][0]["name"], "Contoso MSP");
        assert!(endpoint.get("/admin/t/anything").body.contains("<title>Posture</title>"));
        assert_eq!(endpoint.end(signal).code(), Some(0));
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
fn a_single_file_that_is_refused_and_a_source_that_is_not_there_exit_2() {
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
fn a_folder_is_served_though_one_of_its_files_is_refused() {
    let files = Files::new();
    files.write("good.json", case("calm").to_string());
    let folder =
        files.write("refused.json", case("refused-version").to_string()).parent().unwrap().to_owned();
    let endpoint = Endpoint::start([folder.as_os_str()]);
    let listed = endpoint.get("/api/v1/workspaces").json();
    assert_eq!(listed["workspaces"].as_array().unwrap().len(), 2);
    assert!(listed["workspaces"][1]["refusal"].is_string(), "{listed}");
}
