//! Servers on loopback that take what is sent to them: webhooks by HTTP, and e-mail by SMTP.

#![expect(clippy::expect_used, reason = "a test fails if its set-up fails")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A connection, encrypted or not.
trait Connection: Read + Write {}

impl<C: Read + Write> Connection for C {}

fn encrypted(connection: Box<dyn Connection>, tls: &Arc<ServerConfig>) -> Option<Box<dyn Connection>> {
    let session = ServerConnection::new(Arc::clone(tls)).ok()?;
    Some(Box::new(StreamOwned::new(session, connection)))
}

/// An HTTP request as it arrived.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The request line.
    pub line: String,
    /// The headers, by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Posted {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// An HTTP server. It gives the answers and pages that were set, and otherwise 200.
#[derive(Debug)]
pub struct WebhookServer {
    address: SocketAddr,
    scheme: &'static str,
    answers: Arc<Mutex<VecDeque<String>>>,
    pages: Arc<Mutex<BTreeMap<String, String>>>,
    posted: Arc<(Mutex<Vec<Posted>>, Condvar)>,
}

impl WebhookServer {
    /// Listens on a free port.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// Listens on a free port, with TLS.
    pub fn start_with_tls(tls: Arc<ServerConfig>) -> Self {
        Self::start_with(Some(tls))
    }

    fn start_with(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (answers, posted) =
            (Arc::<Mutex<VecDeque<String>>>::default(), Arc::<(Mutex<Vec<_>>, Condvar)>::default());
        let pages = Arc::<Mutex<BTreeMap<String, String>>>::default();
        let (to_give, to_show, taken) = (Arc::clone(&answers), Arc::clone(&pages), Arc::clone(&posted));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(mut stream) = accepted(stream, tls.as_ref()) else { continue };
                let Some(request) = read_request(&mut stream) else { continue };
                let path = request.line.split(' ').nth(1).unwrap_or_default();
                let page = to_show.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
                taken.0.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let next = to_give.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let (answer, page) = (next.unwrap_or_else(|| "200 OK".to_owned()), page.unwrap_or_default());
                let length = page.len();
                let answer = format!(
                    "HTTP/1.1 {answer}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}"
                );
                // The client may have gone.
                let _written = stream.write_all(answer.as_bytes()).and_then(|()| stream.flush());
                taken.1.notify_all();
            }
        });
        Self { address, scheme, answers, pages, posted }
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers the next request that has no answer yet with this status line and headers.
    pub fn answer(&self, status_and_headers: &str) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back(status_and_headers.to_owned());
    }

    /// Answers requests for this path with JSON.
    pub fn show(&self, path: &str, page: &serde_json::Value) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.insert(path.to_owned(), page.to_string());
    }

    /// What arrived so far.
    pub fn posted(&self) -> Vec<Posted> {
        self.posted.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What arrived, once it is at least this much. Fails after half a minute.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Posted> {
        let (posted, arrival) = &*self.posted;
        let guard = posted.lock().unwrap_or_else(PoisonError::into_inner);
        let waited =
            arrival.wait_timeout_while(guard, Duration::from_secs(30), |posted| posted.len() < count);
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "{} of {count} requests arrived", guard.len());
        guard.clone()
    }
}

fn accepted(stream: TcpStream, tls: Option<&Arc<ServerConfig>>) -> Option<Box<dyn Connection>> {
    let plain: Box<dyn Connection> = Box::new(stream);
    match tls {
        Some(tls) => encrypted(plain, tls),
        None => Some(plain),
    }
}

fn read_request(stream: &mut dyn Connection) -> Option<Posted> {
    let mut input = BufReader::new(stream);
    let mut line = String::new();
    input.read_line(&mut line).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        input.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(Posted { line: line.trim_end().to_owned(), headers, body })
}

/// An e-mail as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// Who it is from, as the envelope says.
    pub from: String,
    /// Who it is to, as the envelope says.
    pub to: Vec<String>,
    /// The base64 of a PLAIN login, if there was one.
    pub login: Option<String>,
    /// Headers and text.
    pub data: String,
}

impl Mail {
    /// The text, without quoted-printable.
    pub fn text(&self) -> String {
        let (_, body) = self.data.split_once("\r\n\r\n").unwrap_or_default();
        let mut encoded = body.replace("=\r\n", "").into_bytes().into_iter();
        let mut decoded = Vec::new();
        while let Some(byte) = encoded.next() {
            let digits: Vec<_> = if byte == b'=' { encoded.by_ref().take(2).collect() } else { Vec::new() };
            let value =
                std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
            decoded.push(value.unwrap_or(byte));
        }
        String::from_utf8(decoded).expect("the text is UTF-8")
    }
}

/// How an SMTP server uses TLS.
#[derive(Clone, Debug)]
enum Encryption {
    None,
    FromTheStart(Arc<ServerConfig>),
    StartTls(Arc<ServerConfig>),
}

/// An SMTP server.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    refusals: Arc<Mutex<VecDeque<String>>>,
    ahead: Arc<Mutex<String>>,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl MailServer {
    /// Listens on a free port, without TLS.
    pub fn start() -> Self {
        Self::start_with(Encryption::None)
    }

    /// Listens on a free port, with TLS from the start.
    pub fn start_with_tls(tls: Arc<ServerConfig>) -> Self {
        Self::start_with(Encryption::FromTheStart(tls))
    }

    /// Listens on a free port, and takes mail only after STARTTLS.
    pub fn start_with_starttls(tls: Arc<ServerConfig>) -> Self {
        Self::start_with(Encryption::StartTls(tls))
    }

    fn start_with(encryption: Encryption) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let (refusals, mails) = (Arc::<Mutex<VecDeque<String>>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let (to_refuse, taken) = (Arc::clone(&refusals), Arc::clone(&mails));
        let ahead = Arc::<Mutex<String>>::default();
        let before_tls = Arc::clone(&ahead);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away ends its session only.
                let (tls, starttls) = match &encryption {
                    Encryption::None => (None, None),
                    Encryption::FromTheStart(tls) => (Some(tls), None),
                    Encryption::StartTls(tls) => (None, Some(tls)),
                };
                let Some(stream) = accepted(stream, tls) else { continue };
                let _ended = session(stream, starttls, &before_tls, &to_refuse, &taken);
            }
        });
        Self { address, refusals, ahead, mails }
    }

    /// The host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Refuses the next mail with this answer, such as `451 4.3.0 Try again later`.
    pub fn refuse(&self, answer: &str) {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).push_back(answer.to_owned());
    }

    /// Sends this after the answer to STARTTLS and before TLS, as someone in between can.
    pub fn send_ahead_of_tls(&self, text: &str) {
        text.clone_into(&mut self.ahead.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What arrived so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn session(
    stream: Box<dyn Connection>,
    mut starttls: Option<&Arc<ServerConfig>>,
    ahead: &Mutex<String>,
    refusals: &Mutex<VecDeque<String>>,
    mails: &Mutex<Vec<Mail>>,
) -> std::io::Result<()> {
    fn answer(input: &mut BufReader<Box<dyn Connection>>, text: &str) -> std::io::Result<()> {
        input.get_mut().write_all(format!("{text}\r\n").as_bytes())?;
        input.get_mut().flush()
    }
    let mut input = BufReader::new(stream);
    answer(&mut input, "220 mail.test ESMTP")?;
    let mut mail = Mail::default();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let (command, rest) = line.split_at(line.len().min(4));
        match command.to_ascii_uppercase().as_str() {
            "EHLO" if starttls.is_some() => answer(&mut input, "250-mail.test\r\n250 STARTTLS")?,
            "STAR" => {
                let Some(tls) = starttls.take() else { return answer(&mut input, "502 5.5.1 No") };
                let ahead = ahead.lock().unwrap_or_else(PoisonError::into_inner).clone();
                input.get_mut().write_all(format!("220 2.0.0 Go on\r\n{ahead}").as_bytes())?;
                input.get_mut().flush()?;
                match encrypted(input.into_inner(), tls) {
                    Some(stream) => input = BufReader::new(stream),
                    None => return Ok(()),
                }
            }
            "QUIT" => return answer(&mut input, "221 2.0.0 Bye"),
            _ if starttls.is_some() => answer(&mut input, "530 5.7.0 Use STARTTLS first")?,
            "EHLO" => answer(&mut input, "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN")?,
            "AUTH" => {
                mail.login = rest.trim().strip_prefix("PLAIN ").map(str::to_owned);
                answer(&mut input, "235 2.7.0 Accepted")?;
            }
            "MAIL" => {
                mail.from = in_brackets(rest);
                answer(&mut input, "250 2.1.0 OK")?;
            }
            "RCPT" => {
                mail.to.push(in_brackets(rest));
                answer(&mut input, "250 2.1.5 OK")?;
            }
            "DATA" => {
                answer(&mut input, "354 Go on")?;
                mail.data = read_data(&mut input)?;
                match refusals.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
                    Some(refusal) => answer(&mut input, &refusal)?,
                    None => {
                        mails.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut mail));
                        answer(&mut input, "250 2.0.0 Taken")?;
                    }
                }
            }
            _ => answer(&mut input, "250 2.0.0 OK")?,
        }
    }
}

fn read_data(input: &mut impl std::io::BufRead) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 || line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

fn in_brackets(text: &str) -> String {
    let inner = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
}
