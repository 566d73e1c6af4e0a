//! What many requests at once cost the endpoint, and how it ends under them.

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::thread;

use crate::endpoint::Endpoint;
use crate::support::{Files, run};

/// How many requests are made at once.
const CLIENTS: usize = 40;
/// The most memory that they may add, in bytes.
const MOST_MEMORY: u64 = 80_000_000;

fn large_workspace(files: &Files) -> Endpoint {
    let path = files.path("large.json");
    let written = run(["synth", "--tenants", "150", "--output", path.to_str().unwrap()]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    Endpoint::start([path.as_os_str()])
}

/// A report that no other request shares.
fn report(number: usize) -> String {
    format!("/api/v1/workspaces/1/report?as_of=2030-01-01T00:{:02}:{:02}Z", number / 60, number % 60)
}

fn ask(endpoint: &Endpoint, path: &str) -> TcpStream {
    let address = endpoint.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    stream
}

/// EP-28, EP-29
#[test]
fn many_reports_at_once_are_bounded_work_whether_their_clients_wait_or_hang_up() {
    let files = Files::new();
    let endpoint = large_workspace(&files);
    endpoint.get(&report(0));
    let before = endpoint.peak_memory();
    for number in 0..CLIENTS {
        ask(&endpoint, &report(100 + number)).shutdown(Shutdown::Both).unwrap();
    }
    assert_eq!(endpoint.get("/healthz").body, "ok\n");
    thread::scope(|scope| {
        let (endpoint, report) = (&endpoint, &report);
        let waiting: Vec<_> = (0..CLIENTS)
            .map(|number| scope.spawn(move || endpoint.get(&report(200 + number)).status))
            .collect();
        assert_eq!(endpoint.get("/healthz").body, "ok\n");
        for client in waiting {
            let status = client.join().unwrap();
            assert!(status == 200 || status == 503, "{status}");
        }
    });
    let more = endpoint.peak_memory() - before;
    assert!(more < MOST_MEMORY, "{} MB more for {CLIENTS} clients", more / 1_000_000);
}

/// EP-19
#[test]
fn the_process_ends_though_reports_are_under_way() {
    let files = Files::new();
    let endpoint = large_workspace(&files);
    let asked: Vec<_> = (0..CLIENTS).map(|number| ask(&endpoint, &report(number))).collect();
    assert_eq!(endpoint.get("/healthz").body, "ok\n");
    for stream in &asked[1..] {
        stream.shutdown(Shutdown::Both).unwrap();
    }
    assert_eq!(endpoint.end("-TERM").code(), Some(0));
}
