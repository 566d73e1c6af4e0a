//! The clients: those that behave, and those that hang up, stop in the middle of a request, or read too slowly.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use posture_tests::harness::Server;

use crate::Answers;

pub(crate) const SNAPSHOT: &str = "/api/v1/workspaces/1/snapshot";

/// Number of well-behaved clients.
pub(crate) const POLITE: usize = 4;

/// Their requests, in turn.
const PATHS: [&str; 8] = [
    "/",
    "/api/v1/workspaces",
    SNAPSHOT,
    "/api/v1/workspaces/1/report",
    SNAPSHOT,
    "/readyz",
    "/api/v1/workspaces/1/tenants/none/snapshot",
    "/admin/tenants",
];

pub(crate) const PAUSE: Duration = Duration::from_millis(200);

/// Sends one request after another until the end; the snapshot with its current ETag.
pub(crate) fn ask(server: &Server, client: usize, is_over: &AtomicBool, answers: &Answers) {
    let agent =
        ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
    let mut held = None::<String>;
    for turn in client.. {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let path = PATHS[turn % PATHS.len()];
        let mut request = agent.get(server.url(path));
        if let (SNAPSHOT, Some(held)) = (path, &held) {
            request = request.header("if-none-match", held);
        }
        let answer = match request.call() {
            Err(_) => "not at all".to_owned(),
            Ok(response) => {
                let status = response.status().as_u16();
                if path == SNAPSHOT && status == 200 {
                    held =
                        response.headers().get("etag").and_then(|etag| Some(etag.to_str().ok()?.to_owned()));
                }
                match std::io::copy(&mut response.into_body().into_reader(), &mut std::io::sink()) {
                    Ok(_) => status.to_string(),
                    Err(_) => format!("{status}, broken off"),
                }
            }
        };
        count(answers, answer);
        thread::sleep(PAUSE);
    }
}

/// Counts a response.
pub(crate) fn count(answers: &Answers, answer: String) {
    if let Ok(mut answers) = answers.lock() {
        *answers.entry(answer).or_default() += 1;
    }
}

/// Misbehaves until the end. Its own failures do not count.
pub(crate) fn repeat(rude: fn(&Server) -> Result<()>, server: &Server, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let _failed = rude(server);
        thread::sleep(PAUSE);
    }
}

/// Requests a snapshot and hangs up in the middle.
pub(crate) fn hang_up(server: &Server) -> Result<()> {
    let mut connection = request(server)?;
    connection.read_exact(&mut [0; 4000])?;
    Ok(())
}

/// Starts a request and disconnects.
pub(crate) fn stop_short(server: &Server) -> Result<()> {
    let mut connection = connect(server)?;
    connection.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-")?;
    thread::sleep(PAUSE);
    Ok(())
}

/// Reads a snapshot slowly, then disconnects.
pub(crate) fn read_slowly(server: &Server) -> Result<()> {
    let mut connection = request(server)?;
    for _ in 0..20 {
        connection.read_exact(&mut [0; 500])?;
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// The status of one response.
pub(crate) fn status(url: &str) -> Result<u16> {
    let response = ureq::get(url)
        .config()
        .http_status_as_error(false)
        .build()
        .call()
        .with_context(|| format!("asking {url}"))?;
    Ok(response.status().as_u16())
}

fn request(server: &Server) -> Result<TcpStream> {
    let mut connection = connect(server)?;
    connection.write_all(format!("GET {SNAPSHOT} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").as_bytes())?;
    Ok(connection)
}

fn connect(server: &Server) -> Result<TcpStream> {
    let origin = server.url("");
    TcpStream::connect(origin.trim_start_matches("http://"))
        .with_context(|| format!("connecting to {origin}"))
}
