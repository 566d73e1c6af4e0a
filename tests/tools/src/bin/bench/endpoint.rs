//! The endpoint over PostgreSQL: a workspace of 10,000 tenants compared with `psql`, and its rate under many clients.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use posture_testing::cluster::{Cluster, ROLE};
use posture_tests::harness::Server;
use posture_tests::table::{Budget, Table};
use serde_json::Value;

use crate::Subject;
use crate::browser::{TENANTS, median};

const ROUNDS: usize = 3;
/// Number of concurrent clients, and for how long.
const CLIENTS: usize = 50;
const LOADED: Duration = Duration::from_secs(8);
const SNAPSHOT: &str = "/api/v1/workspaces/1/snapshot";

/// The statements of one response, as the endpoint prepares and runs them.
const QUERIES: &str = concat!(
    "SET jit = off; BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;\n",
    "PREPARE version(bigint, bigint[], text, text) AS ",
    include_str!("../../../../../crates/posture-server/src/sources/postgres/version.sql"),
    ";\nEXECUTE version(1, NULL, NULL, now()::text);\n",
    "PREPARE tenants(bigint, bigint[], text, text, bigint, boolean) AS ",
    include_str!("../../../../../crates/posture-server/src/sources/postgres/tenants.sql"),
    ";\nEXECUTE tenants(1, NULL, NULL, now()::text, 300, false);\nCOMMIT;\n",
);

/// One response: its status, its duration in milliseconds, its bytes.
struct Answer {
    status: u16,
    milliseconds: f64,
    bytes: f64,
}

pub(crate) fn measure(subject: &Subject, table: &mut Table) -> Result<()> {
    eprintln!("== the endpoint over PostgreSQL");
    let cluster = Cluster::large();
    let address = cluster.address("postgres", "postgres");
    let mut synth = Command::new(&subject.posture);
    synth.args(["synth", "--tenants", &TENANTS.to_string(), "--postgres", &address]).stdout(Stdio::null());
    ensure!(synth.status()?.success(), "filling the database failed");
    let script = queries(subject)?;
    let mut server = Server::start_binary(&subject.posture, &["--database-url", &address])?;
    let (mut by_psql, mut by_endpoint, mut by_second) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes = 0.0;
    for _ in 0..=ROUNDS {
        by_psql.push(
            timed(|| {
                cluster.psql(&script);
                Ok(())
            })?
            .0,
        );
        // It keeps no response of the round before, and is connected to the database.
        server = Server::start_binary(&subject.posture, &["--database-url", &address])?;
        get(&server.url("/api/v1/workspaces"), None)?;
        for times in [&mut by_endpoint, &mut by_second] {
            let answer = get(&server.url(SNAPSHOT), None)?;
            ensure!(answer.status == 200, "the endpoint answered {}", answer.status);
            times.push(answer.milliseconds);
            bytes = answer.bytes;
        }
    }
    let url = server.url(SNAPSHOT);
    // The first round warms the database's cache.
    let [psql, endpoint, second] =
        [by_psql, by_endpoint, by_second].map(|mut times| median(times.split_off(1)));
    let from = format!("{:.0} MB: endpoint {endpoint:.0} ms, psql {psql:.0} ms", bytes / 1e6);
    table.add(
        "endpoint: slim snapshot of 10,000 tenants, relative to psql",
        endpoint / psql,
        "",
        Some(Budget::AtMost(1.0)),
        from,
    );
    table.add(
        "endpoint: the same snapshot for a second reader, relative to psql",
        second / psql,
        "",
        Some(Budget::AtMost(0.1)),
        format!("endpoint {second:.0} ms, psql {psql:.0} ms"),
    );

    let etag = etag(&url)?;
    let alone = (0..5).map(|_| Ok(get(&url, Some(&etag))?.milliseconds)).collect::<Result<Vec<_>>>()?;
    let from = format!("the whole answer takes {endpoint:.0} ms");
    table.add("endpoint: one 304, of 10,000 tenants", median(alone), "ms", None, from);
    under_load(table, "304s of 10,000 tenants", |_| get(&url, Some(&etag)), 304)?;
    let known = known_changes(subject)?;
    cluster.psql(&known);
    // A server looks for the table of changes when it connects.
    let server = Server::start_binary(&subject.posture, &["--database-url", &address])?;
    let url = server.url(SNAPSHOT);
    let etag = self::etag(&url)?;
    let alone = (0..5).map(|_| Ok(get(&url, Some(&etag))?.milliseconds)).collect::<Result<Vec<_>>>()?;
    let what = "endpoint: one 304, of 10,000 tenants, with the table of changes";
    table.add(what, median(alone), "ms", Some(Budget::AtMost(5.0)), "no backup set is read".to_owned());
    under_load(table, "304s of 10,000 tenants, with the table of changes", |_| get(&url, Some(&etag)), 304)?;
    let tenants = tenants(&server)?;
    let one = |turn: usize| {
        let tenant = &tenants[turn * 37 % tenants.len()];
        get(&server.url(&format!("/api/v1/workspaces/1/tenants/{tenant}/snapshot")), None)
    };
    under_load(table, "snapshots of one tenant", one, 200)
}

/// Sends requests from many clients, and measures the responses.
fn under_load(
    table: &mut Table,
    what: &str,
    ask: impl Fn(usize) -> Result<Answer> + Sync,
    wanted: u16,
) -> Result<()> {
    let (elapsed, answers) = timed(|| {
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    scope.spawn({
                        let ask = &ask;
                        move || client_of(client, ask)
                    })
                })
                .collect();
            let answers = clients
                .into_iter()
                .map(|client| client.join().map_err(|_| anyhow::anyhow!("a client ended early"))?);
            answers.collect::<Result<Vec<_>>>()
        })
    })?;
    let answers: Vec<_> = answers.into_iter().flatten().collect();
    let mut times: Vec<_> =
        answers.iter().filter(|answer| answer.status == wanted).map(|answer| answer.milliseconds).collect();
    times.sort_by(f64::total_cmp);
    let share = |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or(f64::NAN);
    let from = format!(
        "{} responses, p50 {:.0} ms, p99 {:.0} ms; {} others rejected",
        times.len(),
        share(50),
        share(99),
        answers.len() - times.len()
    );
    let rate = times.len() as f64 / (elapsed / 1e3);
    table.add(&format!("endpoint: {what}, {CLIENTS} clients"), rate, "a second", None, from);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn client_of(client: usize, ask: &impl Fn(usize) -> Result<Answer>) -> Result<Vec<Answer>> {
    let start = Instant::now();
    let mut answers = Vec::new();
    while start.elapsed() < LOADED {
        answers.push(ask(client + CLIENTS * answers.len())?);
    }
    Ok(answers)
}

fn get(url: &str, held: Option<&str>) -> Result<Answer> {
    let mut request = ureq::get(url).config().http_status_as_error(false).build();
    if let Some(held) = held {
        request = request.header("if-none-match", held);
    }
    let (milliseconds, (status, bytes)) = timed(|| {
        let response = request.call().with_context(|| format!("asking {url}"))?;
        let status = response.status().as_u16();
        let mut body = response.into_body().into_reader();
        let (mut buffer, mut bytes) = (vec![0; 1 << 16], 0);
        loop {
            match body.read(&mut buffer)? {
                0 => return Ok((status, bytes as f64)),
                read => bytes += read,
            }
        }
    })?;
    Ok(Answer { status, milliseconds, bytes })
}

/// The current ETag.
fn etag(url: &str) -> Result<String> {
    let response = ureq::head(url).call().with_context(|| format!("asking {url}"))?;
    Ok(response.headers().get("etag").context("the answer has no validator")?.to_str()?.to_owned())
}

/// The route keys of some tenants.
fn tenants(server: &Server) -> Result<Vec<String>> {
    let mut response = ureq::get(server.url(SNAPSHOT)).call()?;
    let snapshot: Value = serde_json::from_reader(response.body_mut().as_reader())?;
    let tenants = snapshot["tenants"].as_array().context("the snapshot has tenants")?.iter();
    Ok(tenants.filter_map(|tenant| tenant["external_id"].as_str()).map(str::to_owned).collect())
}

/// The statements of a response.
fn queries(subject: &Subject) -> Result<PathBuf> {
    script(subject, "queries.sql", QUERIES)
}

/// What makes the table of changes, and the role that reads it.
fn known_changes(subject: &Subject) -> Result<PathBuf> {
    let changes = include_str!("../../../../../ops/postgres/changes.sql");
    script(subject, "changes.sql", &format!("{ROLE}\n{changes}"))
}

#[expect(clippy::disallowed_methods, reason = "psql reads a file")]
fn script(subject: &Subject, name: &str, statements: &str) -> Result<PathBuf> {
    let script = subject.folder.join(name);
    std::fs::write(&script, statements)?;
    Ok(script)
}

/// The result of some work, and its duration in milliseconds.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let start = Instant::now();
    let kept = work()?;
    Ok((start.elapsed().as_secs_f64() * 1e3, kept))
}
