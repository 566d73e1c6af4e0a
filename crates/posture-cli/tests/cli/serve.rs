//! `posture serve`, over real HTTP.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

use crate::support::{Files, case, posture, run};

/// A running endpoint; it ends with the test.
struct Endpoint {
    process: Child,
    url: String,
}

impl Endpoint {
    fn start(source: Option<&OsStr>) -> Self {
        let mut command = posture();
        command.arg("serve").args(source).args(["--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").expect("the address is told").to_owned();
        Self { process, url }
    }

    fn get(&self, path: &str) -> (String, String) {
        let mut response = ureq::get(format!("{}{path}", self.url)).call().unwrap();
        let digest = response.headers().get("posture-digest").map(|digest| digest.to_str().unwrap().to_owned());
        (response.body_mut().read_to_string().unwrap(), digest.unwrap_or_default())
    }

    fn end(mut self, signal: &str) -> ExitStatus {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.process.wait().unwrap()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// CL-9
#[test]
fn the_demo_is_served_on_a_free_port_and_ends_in_good_order() {
    for signal in ["-TERM", "-INT"] {
        let endpoint = Endpoint::start(None);
        assert!(endpoint.url.starts_with("http://127.0.0.1:"), "{}", endpoint.url);
        let (body, _) = endpoint.get("/api/v1/workspaces");
        let listed: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(listed["workspaces"][0]["name"], "Contoso MSP");
        assert!(endpoint.get("/admin/t/anything").0.contains("<title>Posture</title>"));
        assert_eq!(endpoint.end(signal).code(), Some(0));
    }
}

/// EP-3
#[test]
fn the_endpoints_report_is_the_command_lines_to_the_byte() {
    let files = Files::new();
    let path = files.write("a.json", case("workspace-order").to_string());
    let endpoint = Endpoint::start(Some(path.as_os_str()));
    let (report, digest) = endpoint.get("/api/v1/workspaces/1/report");
    assert_eq!(report, run([OsStr::new("derive"), path.as_os_str()]).text());
    assert_eq!(format!("{digest}\n"), run([OsStr::new("derive"), path.as_os_str(), OsStr::new("--digest")]).text());
}

/// CL-9
#[test]
fn it_refuses_to_listen_beyond_loopback() {
    let outcome = run(["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("no identity source is configured"), "{}", outcome.stderr);
}

/// CL-10
#[test]
fn a_single_file_that_is_refused_and_a_source_that_is_not_there_exit_2() {
    let files = Files::new();
    let refused = files.write("refused.json", case("refused-version").to_string());
    for source in [refused, files.path("missing")] {
        let outcome = run([OsStr::new("serve"), source.as_os_str(), OsStr::new("--listen"), OsStr::new("127.0.0.1:0")]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(source.to_str().unwrap()), "{}", outcome.stderr);
    }
}

/// CL-10
#[test]
fn a_folder_is_served_though_one_of_its_files_is_refused() {
    let files = Files::new();
    files.write("good.json", case("calm").to_string());
    let folder = files.write("refused.json", case("refused-version").to_string()).parent().unwrap().to_owned();
    let endpoint = Endpoint::start(Some(folder.as_os_str()));
    let listed: Value = serde_json::from_str(&endpoint.get("/api/v1/workspaces").0).unwrap();
    assert_eq!(listed["workspaces"].as_array().unwrap().len(), 2);
    assert!(listed["workspaces"][1]["refusal"].is_string(), "{listed}");
}
