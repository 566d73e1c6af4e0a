//! Runs the real server for a long time, over a store, over PostgreSQL and over gathered evidence at once, with browsers that refresh,
//! users who sign in and mark items, good and bad clients, changing evidence and faults. Then reports whether every response was correct, and whether memory, descriptors and threads
//! stayed constant. `cargo xtask soak` builds the server and starts this.

mod clients;
mod gathered;
mod signed_in;
mod source;
mod watch;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use posture_tests::harness::{Browser, READY, Server};

use crate::source::{Kind, Source};
use crate::watch::Watched;

/// Time between changes of the evidence, and the number of changes between faults.
const CHANGE_EVERY: Duration = Duration::from_secs(15);
const CHANGES_PER_FAULT: u64 = 3;
/// Time between two actions of a browser.
const REFRESH_EVERY: Duration = Duration::from_secs(5);

/// Number of requests by response.
pub(crate) type Answers = Mutex<BTreeMap<String, u64>>;

/// The results of one source.
struct Course {
    kind: Kind,
    answers: BTreeMap<String, u64>,
    changes: u64,
    faults: u64,
    /// Pages that a browser loaded, or sessions of users who signed in.
    visits: u64,
    messages: u64,
    watched: Watched,
}

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1);
    let mut next = || args.next().context("usage: soak POSTURE MINUTES FOLDER");
    let (posture, minutes, folder) = (PathBuf::from(next()?), next()?, PathBuf::from(next()?));
    let minutes: f64 = minutes.to_string_lossy().parse().context("MINUTES is a number")?;
    let length = Duration::from_secs_f64(minutes * 60.0);
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let courses = thread::scope(|scope| {
        let soaking = [Kind::Store, Kind::Database, Kind::Gathered].map(|kind| {
            scope.spawn({
                let posture = &posture;
                move || soak(kind, posture, length)
            })
        });
        soaking.map(|soaking| soaking.join().map_err(|_| anyhow!("a soak ended early"))?)
    });
    let courses = courses.into_iter().collect::<Result<Vec<_>>>()?;
    let table = table(&courses);
    print!("{table}");
    write(&folder.join("soak.md"), &table)?;
    let faults: Vec<_> = courses.iter().flat_map(Course::faults).collect();
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    Ok(())
}

/// Serves a source for the given time under load and faults.
fn soak(kind: Kind, posture: &Path, length: Duration) -> Result<Course> {
    let source = Source::start(kind, posture)?;
    let server = Server::start_at(posture, &source.args(), &source.address())?;
    let (is_over, answers) = (AtomicBool::new(false), Answers::default());
    let (changes, faults, visits, watched) = thread::scope(|scope| -> Result<_> {
        for client in (0..clients::POLITE).filter(|_| kind != Kind::Gathered) {
            let (server, is_over, answers) = (&server, &is_over, &answers);
            scope.spawn(move || clients::ask(server, client, is_over, answers));
        }
        for rude in [clients::hang_up, clients::stop_short, clients::read_slowly] {
            let (server, is_over) = (&server, &is_over);
            scope.spawn(move || clients::repeat(rude, server, is_over));
        }
        let watch = scope.spawn(|| watch::watch(server.process(), length, &is_over));
        let visiting = scope.spawn(|| match kind {
            Kind::Store | Kind::Database => browse(&server, &is_over),
            Kind::Gathered => signed_in::visit(&server, &is_over, &answers),
        });
        let trouble = trouble(&source, length);
        is_over.store(true, Ordering::Relaxed);
        let ended = |what| move |_| anyhow!("{what} ended early");
        let watched = watch.join().map_err(ended("the watch"))?;
        let visits = visiting.join().map_err(ended("the visitor"))??;
        let (changes, faults) = trouble?;
        Ok((changes, faults, visits, watched))
    })?;
    let open = if kind == Kind::Gathered { &["/readyz"][..] } else { &["/readyz", clients::SNAPSHOT] };
    for path in open {
        let status = clients::status(&server.url(path))?;
        ensure!(status == 200, "{kind}: after all {path} answers {status}");
    }
    let answers = answers.into_inner().map_err(|_| anyhow!("a client ended early"))?;
    Ok(Course { kind, answers, changes, faults, visits, messages: source.messages(), watched })
}

/// Changes the evidence repeatedly, with occasional faults. Returns how many of each.
#[expect(clippy::disallowed_methods, reason = "a soak runs for a given time")]
fn trouble(source: &Source, length: Duration) -> Result<(u64, u64)> {
    let start = Instant::now();
    let (mut changes, mut faults) = (0, 0);
    while start.elapsed() + CHANGE_EVERY < length {
        thread::sleep(CHANGE_EVERY);
        changes += 1;
        source.change(changes)?;
        if changes % CHANGES_PER_FAULT == 0 {
            source.fault(changes)?;
            faults += 1;
        }
    }
    thread::sleep(length.saturating_sub(start.elapsed()));
    Ok((changes, faults))
}

/// Refreshes and reloads the overview, opens another page and goes back.
fn browse(server: &Server, is_over: &AtomicBool) -> Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let browser = Browser::start().await?;
        let mut turns = 0;
        while !is_over.load(Ordering::Relaxed) {
            match turns % 3 {
                0 => browser.goto(&server.url("/")).await?,
                1 => browser
                    .client()
                    .execute(
                        "dispatchEvent(new KeyboardEvent('keydown', { key: 'r', bubbles: true }))",
                        Vec::new(),
                    )
                    .await
                    .map(drop)?,
                _ => browser.goto(&server.url("/admin/tenants")).await?,
            }
            browser.wait_for("the page", READY).await?;
            tokio::time::sleep(REFRESH_EVERY).await;
            turns += 1;
        }
        browser.goto(&server.url("/")).await?;
        browser.wait_for("the overview after all", READY).await?;
        browser.wait_for_text("Workspace overview").await?;
        Ok(turns)
    })
}

impl Course {
    /// Everything that went wrong.
    fn faults(&self) -> Vec<String> {
        let kind = self.kind;
        let undue = self
            .answers
            .keys()
            .filter(|answer| !kind.is_due(answer))
            .map(|answer| format!("{kind}: answered {answer}"));
        let silent = kind == Kind::Gathered && self.changes > 8 && self.messages == 0;
        let silent = silent.then(|| format!("{kind}: no message about changes arrived"));
        undue
            .chain(silent)
            .chain(self.watched.growths().into_iter().map(|growth| format!("{kind}: {growth}")))
            .collect()
    }
}

/// The results as a Markdown table.
fn table(courses: &[Course]) -> String {
    let mut table = "| source | answers | changes | faults | page loads or sessions | messages | quarter | memory, median | descriptors | threads |\n\
                     |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
        .to_owned();
    for course in courses {
        let answers: Vec<_> =
            course.answers.iter().map(|(answer, times)| format!("{times} × {answer}")).collect();
        for (place, quarter) in course.watched.quarters().iter().enumerate() {
            let of_course = match place {
                0 => format!(
                    "{} | {} | {} | {} | {} | {}",
                    course.kind,
                    answers.join(", "),
                    course.changes,
                    course.faults,
                    course.visits,
                    course.messages
                ),
                _ => " | | | | | ".to_owned(),
            };
            let _ = writeln!(
                table,
                "| {of_course} | {} | {:.0} MB | {} | {} |",
                place + 1,
                quarter.memory as f64 / 1e6,
                quarter.descriptors,
                quarter.threads
            );
        }
    }
    table
}

#[expect(clippy::disallowed_methods, reason = "a table is a file")]
fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
