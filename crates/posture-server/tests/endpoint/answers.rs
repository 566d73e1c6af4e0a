//! Answers are made once for identical requests, and not at all for clients that hang up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::future::join_all;
use futures_util::stream::StreamExt as _;
use posture_core::Timestamp;
use posture_server::sources::demo::DemoSource;
use posture_server::sources::{
    Evidence, EvidenceSource, EvidenceVersion, Listing, Query, Reach, SourceError,
};
use posture_server::{AppState, router};
use tokio::sync::{Semaphore, mpsc};
use tower::ServiceExt as _;

use crate::support::{get, send};

const REPORT: &str = "/api/v1/workspaces/1/report";
const SNAPSHOT: &str = "/api/v1/workspaces/1/snapshot";

/// The demo, whose tenants come only when they are let. It tells when an answer is opened, and when it is dropped.
struct Counted {
    demo: DemoSource,
    opened: AtomicUsize,
    /// How many answers fail to open before one does not.
    failing: AtomicUsize,
    /// Which edition of the evidence is current.
    edition: AtomicUsize,
    turns: Arc<Semaphore>,
    dropped: mpsc::UnboundedSender<()>,
}

struct TellsWhenDropped(mpsc::UnboundedSender<()>);

impl Drop for TellsWhenDropped {
    fn drop(&mut self) {
        let _nobody_listens = self.0.send(());
    }
}

impl Counted {
    fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<()>) {
        let demo = DemoSource::new(Timestamp::parse("2026-11-23T07:30:00Z").unwrap()).unwrap();
        let (dropped, told) = mpsc::unbounded_channel();
        let turns = Arc::new(Semaphore::new(0));
        (
            Arc::new(Self {
                demo,
                opened: AtomicUsize::new(0),
                failing: AtomicUsize::new(0),
                edition: AtomicUsize::new(0),
                turns,
                dropped,
            }),
            told,
        )
    }

    fn edition(&self, version: EvidenceVersion) -> EvidenceVersion {
        EvidenceVersion(format!("{} {}", version.0, self.edition.load(Ordering::SeqCst)))
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl EvidenceSource for Counted {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        self.demo.workspaces(reach).await
    }
    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        self.demo.version(query).await.map(|version| self.edition(version))
    }
    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        if self.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            return Err(SourceError::failed("gone for a moment"));
        }
        let evidence = self.demo.open(query).await?;
        let (turns, guard) = (Arc::clone(&self.turns), TellsWhenDropped(self.dropped.clone()));
        let tenants = evidence.tenants.then(move |text| {
            let (turns, _guard) = (Arc::clone(&turns), &guard);
            async move {
                turns.acquire().await.unwrap().forget();
                text
            }
        });
        let version = self.edition(evidence.version);
        Ok(Evidence { tenants: tenants.boxed(), version, ..evidence })
    }
}

/// EP-6
#[tokio::test]
async fn a_current_copy_costs_no_answer() {
    let (source, _told) = Counted::new();
    source.turns.add_permits(Semaphore::MAX_PERMITS >> 1);
    for path in [REPORT, SNAPSHOT] {
        let first = get(&router(AppState::local(source.clone())), path).await;
        let opened = source.opened();
        let later = router(AppState::local(source.clone()));
        let held = [("if-none-match", first.header("etag"))];
        let current = send(&later, axum::http::Method::GET, path, &held).await;
        assert_eq!((current.status, source.opened()), (StatusCode::NOT_MODIFIED, opened), "{path}");
        let any = send(&later, axum::http::Method::GET, path, &[("if-none-match", "*")]).await;
        assert_eq!(any.status, StatusCode::NOT_MODIFIED, "{path}");
    }
}

/// EP-15
#[tokio::test]
async fn an_answer_that_failed_is_made_again() {
    let (source, _told) = Counted::new();
    source.turns.add_permits(Semaphore::MAX_PERMITS >> 1);
    source.failing.store(1, Ordering::SeqCst);
    let router = router(AppState::local(source.clone()));
    assert_eq!(get(&router, REPORT).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&router, REPORT).await.status, StatusCode::OK);
}

/// EP-28
#[tokio::test(flavor = "multi_thread")]
async fn equal_requests_share_one_answer_and_a_later_one_finds_it() {
    let (source, _told) = Counted::new();
    let router = router(AppState::local(source.clone()));
    source.turns.add_permits(Semaphore::MAX_PERMITS >> 1);
    for (number, path) in [REPORT, SNAPSHOT].into_iter().enumerate() {
        let answers = join_all((0..20).map(|_| get(&router, path))).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
        assert!(answers.iter().all(|answer| answer.body == answers[0].body));
        let again = get(&router, path).await;
        assert_eq!((again.header("etag"), &again.body), (answers[0].header("etag"), &answers[0].body));
        assert_eq!(again.header("content-length"), again.body.len().to_string());
        assert_eq!(source.opened(), number + 1, "{path}");
    }
    let packed = send(&router, axum::http::Method::GET, REPORT, &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("posture-digest"), get(&router, REPORT).await.header("posture-digest"));
    let since = "since=2026-11-23T07:30:00Z";
    let report_since = get(&router, &format!("{REPORT}?{since}")).await;
    let snapshot_since = get(&router, &format!("{SNAPSHOT}?{since}")).await;
    assert_ne!(report_since.header("etag"), snapshot_since.header("etag"));
    assert_ne!(report_since.json()["format"], snapshot_since.json()["format"]);
    let asked_at = get(&router, &format!("{REPORT}?as_of=2026-11-23T08:00:00Z")).await;
    assert_ne!(asked_at.header("etag"), get(&router, REPORT).await.header("etag"));
}

/// EP-28
#[tokio::test(flavor = "multi_thread")]
async fn answers_from_evidence_that_changed_are_not_kept() {
    let (source, _told) = Counted::new();
    let router = router(AppState::local(source.clone()));
    source.turns.add_permits(Semaphore::MAX_PERMITS >> 1);
    let mut opened = Vec::new();
    for edition in [1, 1, 2, 2, 1] {
        source.edition.store(edition, Ordering::SeqCst);
        assert_eq!(get(&router, SNAPSHOT).await.status, StatusCode::OK);
        opened.push(source.opened());
    }
    assert_eq!(opened, [1, 1, 2, 2, 3], "the first edition's answer made room for the second's");
}

/// EP-28: the overview asks for evidence since a month before its export, which is another instant after each change.
#[tokio::test(flavor = "multi_thread")]
async fn answers_since_another_instant_are_freed_too_when_the_evidence_has_changed() {
    let (source, _told) = Counted::new();
    let router = router(AppState::local(source.clone()));
    source.turns.add_permits(Semaphore::MAX_PERMITS >> 1);
    let since = |day: u32| format!("{SNAPSHOT}?since=2026-11-{day}T07:30:00Z");
    let mut opened = Vec::new();
    for (edition, path) in [
        (1, since(20)),
        (1, SNAPSHOT.to_owned()),
        (1, since(20)),
        (2, since(21)),
        (1, since(20)),
        (1, SNAPSHOT.to_owned()),
    ] {
        source.edition.store(edition, Ordering::SeqCst);
        assert_eq!(get(&router, &path).await.status, StatusCode::OK);
        opened.push(source.opened());
    }
    assert_eq!(
        opened,
        [1, 2, 2, 3, 4, 5],
        "the second edition made room by freeing all answers of the first"
    );
}

/// EP-29
#[tokio::test(flavor = "multi_thread")]
async fn work_stops_when_the_last_client_hangs_up() {
    let (source, mut dropped) = Counted::new();
    let router = router(AppState::local(source.clone()));
    for path in [REPORT, SNAPSHOT] {
        let request = || Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        let before = source.opened();
        let (one, other) = (router.clone().oneshot(request()), router.clone().oneshot(request()));
        let (one, other) = (tokio::spawn(one), tokio::spawn(other));
        while source.opened() == before {
            tokio::task::yield_now().await;
        }
        one.abort();
        other.abort();
        drop((one.await, other.await));
        dropped.recv().await.expect("the evidence is dropped, though no tenant ever came");
    }
    source.turns.add_permits(Semaphore::MAX_PERMITS >> 1);
    assert_eq!(get(&router, REPORT).await.status, StatusCode::OK, "a later request starts again");
}

/// EP-28
#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_queue_a_request_gets_503_with_retry_after() {
    let (source, _dropped) = Counted::new();
    let router = router(AppState::local(source.clone()));
    let ask = |second: usize| {
        let path = format!("{REPORT}?as_of=2026-11-23T08:{:02}:{:02}Z", second / 60, second % 60);
        let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        tokio::spawn(router.clone().oneshot(request))
    };
    let mut waiting: Vec<_> = (0..64).map(ask).collect();
    loop {
        waiting.push(ask(waiting.len()));
        tokio::task::yield_now().await;
        if let Some(place) = waiting.iter().position(tokio::task::JoinHandle::is_finished) {
            let refused = waiting.remove(place).await.unwrap().unwrap();
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(refused.headers()["retry-after"], "5");
            break;
        }
    }
    assert!(source.opened() <= 2, "only a few derive at a time");
    assert_eq!(get(&router, "/healthz").await.status, StatusCode::OK);
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}
