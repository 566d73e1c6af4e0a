//! How requests are handled, over real connections if those matter.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::stream;
use http_body_util::BodyExt as _;
use posture_core::Timestamp;
use posture_server::access::Access;
use posture_server::http::serve;
use posture_server::http::serve::{Deadlines, Transport};
use posture_server::sources::demo::DemoSource;
use posture_server::sources::{
    Evidence, EvidenceSource, EvidenceVersion, Listing, Query, Reach, SourceError,
};
use posture_server::{AppState, description, router};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};
use tower::ServiceExt as _;

use crate::support::{demo, get, problem, send};

/// A source that answers only when it is let.
struct Held {
    demo: DemoSource,
    turns: Semaphore,
    asked: Semaphore,
}

impl Held {
    fn new() -> Arc<Self> {
        let demo = DemoSource::new(Timestamp::parse("2026-11-23T07:30:00Z").unwrap()).unwrap();
        Arc::new(Self { demo, turns: Semaphore::new(0), asked: Semaphore::new(0) })
    }
}

#[async_trait::async_trait]
impl EvidenceSource for Held {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        self.asked.add_permits(1);
        self.turns.acquire().await.unwrap().forget();
        self.demo.workspaces(reach).await
    }
    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        self.demo.version(query).await
    }
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.demo.open(query).await
    }
    async fn check(&self) -> Result<(), SourceError> {
        Err(SourceError::failed("password=hunter2 refused"))
    }
}

/// The endpoint on an address, until the sender is used or dropped.
async fn served(
    router: Router,
) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>) {
    served_within(router, Deadlines::default()).await
}

async fn served_within(
    router: Router,
    deadlines: Deadlines,
) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener =
        serve::bind("127.0.0.1:0".parse().unwrap(), &Access::Local, Transport::Plain).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    let serving = tokio::spawn(serve::serve(listener, router, None, deadlines, async move {
        let _dropped = ended.await;
    }));
    (address, end, serving)
}

const REQUEST: &[u8] = b"GET /api/v1/workspaces HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

async fn asked(address: SocketAddr, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// EP-18
#[tokio::test]
async fn requests_beyond_the_limit_are_rejected_at_once_until_others_end() {
    let source = Held::new();
    let mut state = AppState::local(source.clone());
    state.concurrency = 1;
    let router = router(state);
    let first = tokio::spawn({
        let router = router.clone();
        async move { get(&router, "/api/v1/workspaces").await }
    });
    source.asked.acquire().await.unwrap().forget();
    let beyond = get(&router, "/api/v1/workspaces").await;
    problem(&beyond, StatusCode::SERVICE_UNAVAILABLE, "/api/v1/workspaces");
    assert_eq!(beyond.header("retry-after"), "5");
    for path in ["/healthz", "/admin", "/admin/t/somebody"] {
        assert_eq!(get(&router, path).await.status, StatusCode::OK, "{path} is always told");
    }
    source.turns.add_permits(2);
    assert_eq!(first.await.unwrap().status, StatusCode::OK);
    assert_eq!(get(&router, "/api/v1/workspaces").await.status, StatusCode::OK);
}

/// EP-18: an answer that nobody reads yet takes its room until it is dropped.
#[tokio::test]
async fn room_is_taken_until_the_last_byte() {
    let mut state = AppState::local(Held::new());
    state.concurrency = 1;
    let router = router(state);
    let path = "/api/v1/workspaces/1/snapshot";
    let unread = router
        .clone()
        .oneshot(Request::get(path).header("host", "localhost").body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(get(&router, path).await.status, StatusCode::SERVICE_UNAVAILABLE);
    unread.into_body().collect().await.unwrap();
    assert_eq!(get(&router, path).await.status, StatusCode::OK);
}

/// EP-17
#[tokio::test]
async fn an_answer_that_does_not_begin_is_given_up() {
    let mut state = AppState::local(Held::new());
    state.answer_timeout = Duration::from_millis(1);
    let answer = get(&router(state), "/api/v1/workspaces").await;
    let told = problem(&answer, StatusCode::SERVICE_UNAVAILABLE, "/api/v1/workspaces");
    assert!(told.contains("timed out"), "{told}");
}

/// EP-19
#[tokio::test]
async fn answers_under_way_are_finished_before_the_end() {
    let source = Held::new();
    let (address, end, serving) = served(router(AppState::local(source.clone()))).await;
    let stream = asked(address, REQUEST).await;
    source.asked.acquire().await.unwrap().forget();
    end.send(()).unwrap();
    source.turns.add_permits(1);
    let answer = answer(stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK")
            && answer.contains("content-length: ")
            && answer.contains("Contoso MSP"),
        "{answer}"
    );
    serving.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nothing is taken any more");
}

/// EP-9, EP-12
#[tokio::test]
async fn a_request_names_one_host_and_has_no_body() {
    let (address, _end, _serving) = served(demo()).await;
    let list = "/api/v1/workspaces";
    let cases = [
        (format!("GET {list} HTTP/1.1\r\nhost: localhost\r\n"), "", "200"),
        (format!("GET {list} HTTP/1.0\r\n"), "", "200"),
        (format!("GET {list} HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n"), "", "400"),
        (format!("GET {list} HTTP/1.1\r\n"), "", "400"),
        ("GET /healthz HTTP/1.1\r\n".to_owned(), "", "400"),
        (format!("GET http://evil.example{list} HTTP/1.1\r\nhost: localhost\r\n"), "", "421"),
        (format!("GET {list} HTTP/1.1\r\nhost: user@localhost\r\n"), "", "421"),
        (format!("GET http://localhost{list} HTTP/1.1\r\nhost: evil.example\r\n"), "", "200"),
        (format!("GET {list} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n"), "x", "413"),
        (
            format!("GET {list} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n"),
            "1\r\nx\r\n0\r\n\r\n",
            "413",
        ),
        ("GET /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n".to_owned(), "x", "413"),
        (format!("GET {list} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n"), "", "200"),
    ];
    for (head, body, status) in cases {
        let request = format!("{head}connection: close\r\n\r\n{body}");
        let answer = answer(asked(address, request.as_bytes()).await).await;
        assert!(answer[9..].starts_with(status), "{request}\n{answer}");
        assert!(answer.contains("content-security-policy: "), "{answer}");
    }
}

/// EP-18: whoever sends a mark slowly takes no room for one that is refused anyway.
#[tokio::test]
async fn a_mark_that_cannot_be_kept_is_answered_before_its_body() {
    let (address, _end, _serving) = served(demo()).await;
    let request = "PUT /api/v1/workspaces/1/reviews HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                   content-type: application/json\r\ncontent-length: 9000\r\n\r\n{";
    let answer = answer(asked(address, request.as_bytes()).await).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

/// EP-5
#[tokio::test]
async fn an_address_that_is_almost_one_for_programs_is_not_answered_with_the_app() {
    for path in ["/readyz/", "/healthz/", "/metrics/", "/API/v1/workspaces", "/api/v1/workspaces/"] {
        problem(&get(&demo(), path).await, StatusCode::NOT_FOUND, path);
    }
    for id in ["+1", "01", "%31%20", "1.0"] {
        let answer = get(&demo(), &format!("/api/v1/workspaces/{id}/snapshot")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
}

/// EP-20
#[tokio::test]
async fn headers_beyond_the_limits_are_rejected() {
    let (address, _end, _serving) = served(demo()).await;
    let long =
        format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: {}\r\n\r\n", "x".repeat(64 * 1024));
    let many = format!("GET /healthz HTTP/1.1\r\nhost: localhost\r\n{}\r\n", "x-one: 1\r\n".repeat(100));
    for request in [long, many] {
        let answer = answer(asked(address, request.as_bytes()).await).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let answer = answer(
        asked(address, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await,
    )
    .await;
    assert!(answer.ends_with("ok\n"), "{answer}");
}

/// EP-20
#[tokio::test]
async fn a_client_that_does_not_send_its_headers_is_cut_off() {
    let deadlines = Deadlines { headers: Duration::from_millis(50), ..Deadlines::default() };
    let (address, _end, _serving) = served_within(demo(), deadlines).await;
    let whole = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for (request, told) in [("", ""), (&whole[..20], ""), (whole, "ok\n")] {
        let answer = answer(asked(address, request.as_bytes()).await).await;
        assert!(answer.ends_with(told) && answer.is_empty() == told.is_empty(), "{request:?}: {answer}");
    }
}

/// EP-20: the sender's end of an answer without end goes when the answer is given up.
#[tokio::test]
async fn a_client_that_leaves_an_answer_untaken_is_cut_off() {
    let (given, given_up) = oneshot::channel::<()>();
    let given = Arc::new(Mutex::new(Some(given)));
    let endless = Router::new().route(
        "/",
        axum::routing::get(async move || {
            let given = given.lock().unwrap().take();
            Body::from_stream(stream::unfold(given, async |given| {
                Some((Ok::<_, std::io::Error>(vec![b'x'; 1 << 16]), given))
            }))
        }),
    );
    let deadlines = Deadlines { unread: Duration::from_millis(50), ..Deadlines::default() };
    let (address, _end, _serving) = served_within(endless, deadlines).await;
    let client = asked(address, b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(given_up.await.is_err());
    let mut taken = Vec::new();
    // What had been sent comes, and then an end without the last chunk.
    let _reset = { client }.read_to_end(&mut taken).await;
    assert!(taken.starts_with(b"HTTP/1.1 200 OK") && !taken.ends_with(b"0\r\n\r\n"), "{} bytes", taken.len());
}

/// EP-21
#[tokio::test]
async fn readiness_asks_the_source_and_keeps_its_inner_workings_to_itself() {
    assert_eq!(get(&demo(), "/readyz").await.body.as_ref(), b"ready\n");
    let unready = get(&router(AppState::local(Held::new())), "/readyz").await;
    let sentence = problem(&unready, StatusCode::SERVICE_UNAVAILABLE, "/readyz");
    assert!(!sentence.contains("hunter2"), "{sentence}");
    assert_eq!(unready.header("retry-after"), "5");
}

/// EP-22
#[tokio::test]
async fn an_answer_carries_the_id_of_its_request() {
    let router = demo();
    let named = send(&router, Method::GET, "/api/v1/workspaces", &[("x-request-id", "a.B-1_2")]).await;
    assert_eq!(named.header("x-request-id"), "a.B-1_2");
    for unfit in ["", "a b", "a\"b", &"x".repeat(65)] {
        let answer = send(&router, Method::GET, "/api/v1/workspaces", &[("x-request-id", unfit)]).await;
        assert!(answer.header("x-request-id").len() == 36, "{}", answer.header("x-request-id"));
    }
    let (one, other) = (get(&router, "/missing.js").await, get(&router, "/missing.js").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

/// EP-6
#[tokio::test]
async fn answers_come_in_each_encoding_with_a_validator_of_its_own() {
    let router = demo();
    let path = "/api/v1/workspaces/1/snapshot";
    let mut etags = vec![get(&router, path).await.header("etag").to_owned()];
    for encoding in ["br", "gzip", "zstd"] {
        let answer = send(&router, Method::GET, path, &[("accept-encoding", encoding)]).await;
        assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, encoding));
        let current = send(&router, Method::GET, path, &[("if-none-match", answer.header("etag"))]).await;
        assert_eq!(current.status, StatusCode::NOT_MODIFIED);
        etags.push(answer.header("etag").to_owned());
    }
    etags.sort();
    etags.dedup();
    assert_eq!(etags.len(), 4);
}

/// EP-6: another name of an encoding, or a weight that is not a number, is not one of ours.
#[tokio::test]
async fn an_answer_comes_whole_whatever_a_client_writes_for_an_encoding() {
    let router = demo();
    let (address, _end, _serving) = served(router.clone()).await;
    for path in ["/api/v1/workspaces/1/snapshot", "/api/v1/workspaces/1/report"] {
        let expected = get(&router, path).await;
        for encoding in
            ["x-gzip", "x-gzip;q=0.5, identity;q=0", "*", "gzip;q=x, zstd;q=y", "*;q=0", "deflate"]
        {
            // Without chunks in between.
            let request =
                format!("GET {path} HTTP/1.0\r\nhost: localhost\r\naccept-encoding: {encoding}\r\n\r\n");
            let answer = answer(asked(address, request.as_bytes()).await).await;
            assert!(answer.starts_with("HTTP/1.0 200 "), "{encoding}: {answer}");
            assert!(!answer.contains("content-encoding"), "{encoding}");
            assert!(answer.ends_with(std::str::from_utf8(&expected.body).unwrap()), "{path} {encoding}");
        }
    }
}

/// EP-23
#[tokio::test]
async fn the_description_is_served_and_the_committed_one_is_current() {
    let served = get(&demo(), "/api/openapi.json").await;
    assert_eq!(served.json(), description());
    assert_eq!(served.json()["openapi"], "3.1.0");
    let committed =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/openapi.json")).unwrap_or_default();
    assert_eq!(committed, served.body, "write it again: cargo run -p posture-server --example write_openapi");
}
