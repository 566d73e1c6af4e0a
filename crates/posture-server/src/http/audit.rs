//! The audit trail: who asked for what and with which outcome, one JSON object a line. It holds no evidence and no query.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axum::RequestExt as _;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use posture_core::{Timestamp, paths};
use prometheus_client::metrics::counter::Counter;
use serde::Serialize;

use super::problem::ApiError;
use super::request::{REQUEST_ID, route};
use crate::patient_writer::PatientWriter;

/// The most characters of a route key in a line; a longer one names no tenant that the app can show.
const MAX_KEY_CHARACTERS: usize = 2_000;

/// What each line begins with.
const FIRST: &[u8] = b"{\"time\":";
/// How much of a file is read to see what it is.
const START_BYTES: u64 = 4096;

/// Where lines of the audit trail are written.
#[derive(Debug)]
pub struct AuditLog {
    /// Lines, each with the route that it is about.
    lines: PatientWriter<(Vec<u8>, String)>,
    lost: Counter,
    now: fn() -> Option<Timestamp>,
}

#[derive(Debug)]
enum Out {
    File {
        path: PathBuf,
        file: File,
        /// Whether the last line may be cut short: a disk may have been full.
        may_be_torn: bool,
    },
    Stderr,
}

impl AuditLog {
    /// Appends to a file, which is created if it does not exist. A file with something else in it is refused: it may be evidence or a key.
    pub fn to_file(path: &Path, now: fn() -> Option<Timestamp>) -> io::Result<Self> {
        if !is_of_trail(path) {
            let why = "it holds something else than an audit trail, which would be damaged";
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Self::to(Out::File { path: path.to_owned(), file: open(path)?, may_be_torn: true }, now)
    }

    /// Writes to stderr, between the log lines.
    pub fn to_stderr(now: fn() -> Option<Timestamp>) -> io::Result<Self> {
        Self::to(Out::Stderr, now)
    }

    fn to(mut out: Out, now: fn() -> Option<Timestamp>) -> io::Result<Self> {
        let lost = Counter::default();
        let counter = lost.clone();
        let lines = PatientWriter::new(move |(line, route): (Vec<u8>, String)| {
            if let Err(error) = out.append(&line) {
                count_lost(&counter, &error, &route);
            }
        })?;
        Ok(Self { lines, lost, now })
    }

    /// Counts the lines that could not be written.
    pub(crate) fn lost_lines(&self) -> Counter {
        self.lost.clone()
    }

    fn write(&self, entry: &Entry) {
        let line = Line { time: (self.now)(), entry };
        let written = serde_json::to_vec(&line).map_err(io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            self.lines.write((line, entry.route.clone())).map_err(io::Error::other)
        });
        if let Err(error) = written {
            count_lost(&self.lost, &error, &entry.route);
        }
    }
}

fn count_lost(lost: &Counter, error: &io::Error, route: &str) {
    lost.inc();
    tracing::error!(%error, route, "failed to write a line of the audit trail");
}

impl Out {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Stderr => io::stderr().lock().write_all(line),
            Self::File { path, file, may_be_torn } => {
                // A rotated file has another name, so the path names another file or none.
                if !is_at(file, path) {
                    *file = open(path)?;
                    *may_be_torn = true;
                }
                // A line that follows a part of another would be lost with it.
                let start: &[u8] = if *may_be_torn && ends_within_line(path) { b"\n" } else { b"" };
                // One write of a line to a file in append mode is not mixed with other writes.
                let written = file.write_all(&[start, line].concat());
                *may_be_torn = written.is_err();
                written
            }
        }
    }
}

/// Whether the last line of a file has no end.
fn ends_within_line(path: &Path) -> bool {
    let last = || {
        let mut file = posture_engine::input::open_regular(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last).map(|()| last)
    };
    last().is_ok_and(|last: [u8; 1]| last != *b"\n")
}

/// Whether a file begins as lines of this trail do, or is empty, not a regular file, or not there. Its first line may be cut short.
fn is_of_trail(path: &Path) -> bool {
    let Ok(file) = posture_engine::input::open_regular(path) else { return true };
    let mut start = Vec::new();
    if file.take(START_BYTES).read_to_end(&mut start).is_err() {
        return true;
    }
    // A crash can leave zeros.
    let start = start.iter().skip_while(|byte| byte.is_ascii_whitespace() || **byte == 0);
    start.zip(FIRST).all(|(found, expected)| found == expected)
}

/// Opens a file to append to. A pipe that took its place is not waited for: every request would wait, too.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

/// Whether a path names an open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let named = std::fs::metadata(path).map(place);
    named.is_ok_and(|named| file.metadata().map(place).is_ok_and(|own| own == named))
}

/// Whether a path names an open file.
#[cfg(not(unix))]
fn is_at(file: &File, path: &Path) -> bool {
    use same_file::Handle;
    Handle::from_path(path)
        .is_ok_and(|named| file.try_clone().and_then(Handle::from_file).is_ok_and(|own| own == named))
}

/// A line of the audit trail.
#[derive(Serialize)]
struct Line<'e> {
    time: Option<Timestamp>,
    #[serde(flatten)]
    entry: &'e Entry,
}

#[derive(Serialize)]
struct Entry {
    /// The id that the response and the log lines have too.
    request: Option<String>,
    identity: Option<String>,
    method: String,
    /// The route's pattern; `app` for a page.
    route: String,
    workspace: Option<String>,
    tenant: Option<String>,
    outcome: &'static str,
    status: Option<u16>,
}

/// What a handler knows of a request that its address does not say.
#[derive(Clone, Debug, Default)]
struct Known {
    identity: Option<String>,
    tenant: Option<String>,
    outcome: Option<&'static str>,
}

fn known(response: &mut Response) -> &mut Known {
    response.extensions_mut().get_or_insert_default()
}

/// Who a request is from, once that is known. It is part of the request, because the client may hang up before there is a response.
#[derive(Clone, Debug, Default)]
struct Sender(Arc<OnceLock<String>>);

/// States who a request is from.
pub(super) fn from(request: &Request, identity: &str) {
    if let Some(Sender(sender)) = request.extensions().get() {
        sender.get_or_init(|| identity.to_owned());
    }
}

/// States who a request turned out to be from.
pub(super) fn by(response: &mut Response, identity: String) {
    known(response).identity = Some(identity);
}

/// States the tenant that a request was about, if its path does not name it.
pub(super) fn about_tenant(response: &mut Response, tenant: String) {
    known(response).tenant = Some(tenant);
}

/// States the outcome, if the status does not.
pub(super) fn with_outcome(response: &mut Response, outcome: &'static str) {
    known(response).outcome = Some(outcome);
}

/// Writes a line for each request for data, for each sign-in and sign-out, and for each refusal.
pub(super) async fn record(
    State(log): State<Option<Arc<AuditLog>>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(log) = log else { return next.run(request).await };
    if request.method().is_safe() {
        return recorded(log, request, next).await;
    }
    // A change goes on if its client hangs up, so that its line says whether it was made.
    match tokio::spawn(recorded(log, request, next)).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => ApiError::Fault(Box::new(error)).into_response(),
        },
    }
}

async fn recorded(log: Arc<AuditLog>, mut request: Request, next: Next) -> Response {
    let sender = Sender::default();
    request.extensions_mut().insert(sender.clone());
    let mut started = Started { log, sender, entry: Some(entry(&mut request).await) };
    let is_always_recorded =
        request.extensions().get::<MatchedPath>().is_some_and(|path| is_of_data(path.as_str()));
    let mut response = next.run(request).await;
    let Some(mut entry) = started.entry.take() else { return response };
    let status = response.status();
    if !is_always_recorded && !is_refusal(status) {
        return response;
    }
    let Known { identity, tenant, outcome } = std::mem::take(known(&mut response));
    entry.identity = identity.or_else(|| started.sender.0.get().cloned());
    entry.tenant = tenant.map(shortened).or(entry.tenant);
    entry.outcome = outcome.unwrap_or_else(|| outcome_of(status));
    entry.status = Some(status.as_u16());
    started.log.write(&entry);
    response
}

async fn entry(request: &mut Request) -> Entry {
    let parameters = request.extract_parts::<RawPathParams>().await.ok();
    let parameter = |name: &str| {
        let found = parameters.iter().flatten().find(|(key, _)| *key == name);
        found.map(|(_, value)| shortened(value.to_owned()))
    };
    let of_page = paths::records(request.uri().path()).map(|(key, _)| shortened(key));
    Entry {
        request: request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).map(str::to_owned),
        identity: None,
        method: request.method().to_string(),
        route: route(request),
        workspace: parameter("workspace"),
        tenant: parameter("external_id").or(of_page),
        outcome: "cancelled",
        status: None,
    }
}

/// An entry that is written as cancelled if the client hangs up before the answer starts, or the handler panics.
struct Started {
    log: Arc<AuditLog>,
    sender: Sender,
    entry: Option<Entry>,
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(mut entry) = self.entry.take() {
            entry.identity = self.sender.0.get().cloned();
            self.log.write(&entry);
        }
    }
}

fn is_of_data(route: &str) -> bool {
    route.starts_with(paths::API_WORKSPACES)
        || [paths::SIGN_IN, paths::SIGN_IN_CALLBACK, paths::SIGN_OUT].contains(&route)
}

fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST)
}

fn outcome_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_MODIFIED => "not_modified",
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::NOT_FOUND => "not_found",
        _ if is_refusal(status) => "refused",
        _ if status.is_client_error() => "rejected",
        _ if status.is_server_error() => "failed",
        _ => "ok",
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_KEY_CHARACTERS) {
        text.truncate(end);
    }
    text
}
