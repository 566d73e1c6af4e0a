use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Context as _, Result};

/// A proxy in front of a server that can change the response at one path. Responses are complete and not compressed; a connection
/// carries one request.
pub struct Proxy {
    origin: String,
    change: Arc<Mutex<Option<Change>>>,
}

/// How a response is changed.
#[derive(Clone)]
struct Change {
    path: String,
    from: String,
    to: String,
}

impl Proxy {
    /// Listens on a free port in front of the server at this origin.
    ///
    /// # Errors
    ///
    /// If no port is free.
    pub fn start(origin: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("listening")?;
        let address = listener.local_addr().context("reading the port")?;
        let (change, server) =
            (Arc::<Mutex<Option<Change>>>::default(), origin.trim_start_matches("http://").to_owned());
        let shared = Arc::clone(&change);
        // It ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, shared) = (server.clone(), Arc::clone(&shared));
                // A browser ends connections as it likes.
                thread::spawn(move || drop(pass(&client, &server, &shared)));
            }
        });
        Ok(Self { origin: format!("http://{address}"), change })
    }

    /// The absolute URL of a path that starts with `/`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// From now on, puts one text of the same length in the place of another in what the server answers at a path.
    pub fn replace(&self, path: &str, from: &str, to: &str) {
        assert_eq!(from.len(), to.len(), "the answer's length has been said already");
        let change = Change { path: path.to_owned(), from: from.to_owned(), to: to.to_owned() };
        if let Ok(mut place) = self.change.lock() {
            *place = Some(change);
        }
    }
}

fn pass(client: &TcpStream, server: &str, change: &Mutex<Option<Change>>) -> io::Result<()> {
    let mut upstream = TcpStream::connect(server)?;
    let mut lines = BufReader::new(client).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    write!(upstream, "{request}\r\nConnection: close\r\n")?;
    for line in lines {
        let line = line?;
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !["connection", "accept-encoding", "if-none-match"].contains(&name.as_str()) {
            write!(upstream, "{line}\r\n")?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    let change = change.lock().ok().and_then(|change| change.clone()).filter(|change| change.path == path);
    if let Some(Change { from, to, .. }) = change
        && let Some(place) = answer.windows(from.len()).position(|window| window == from.as_bytes())
    {
        answer.splice(place..place + from.len(), to.bytes());
    }
    let mut client = client;
    client.write_all(&answer)
}
