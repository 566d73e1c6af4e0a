//! Other programs on the same files, for a question that they can answer: how many tenants have a latest backup of the last day,
//! of the last week, or an older one or none. `posture check` derives every verdict in its time.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use posture_tests::table::Table;

use crate::Subject;
use crate::browser::{TENANTS, median};
use crate::native::{MEGABYTE, TREND_TENANTS, Work, cost, made, seconds, size};

const ROUNDS: usize = 3;
/// Python with DuckDB, as `cargo xtask bench` installs it.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.tools/duckdb/bin/python");

const JQ: &str = r#"
    [.tenants[] | [.backup_sets[] | select(.status == "completed" and .deleted_at == null) | .completed_at] | max // ""]
    | [(map(select(. >= "2026-04-07T06:00:00Z")) | length),
       (map(select(. >= "2026-04-01T06:00:00Z" and . < "2026-04-07T06:00:00Z")) | length),
       (map(select(. < "2026-04-01T06:00:00Z")) | length)]"#;

const JAVASCRIPT: &str = r#"
    const { tenants } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    const counts = [0, 0, 0];
    for (const { backup_sets } of tenants) {
      let latest = "";
      for (const { status, completed_at, deleted_at } of backup_sets) {
        if (status === "completed" && deleted_at == null && completed_at > latest) latest = completed_at;
      }
      counts[latest >= "2026-04-07T06:00:00Z" ? 0 : latest >= "2026-04-01T06:00:00Z" ? 1 : 2] += 1;
    }
    console.log(JSON.stringify(counts));"#;

/// Only what the question needs is named, so that DuckDB reads nothing else.
const DUCKDB: &str = r#"
import sys, duckdb
counts = duckdb.execute("""
    SELECT count(*) FILTER (latest >= '2026-04-07T06:00:00Z'),
           count(*) FILTER (latest >= '2026-04-01T06:00:00Z' AND latest < '2026-04-07T06:00:00Z'),
           count(*) FILTER (latest < '2026-04-01T06:00:00Z' OR latest IS NULL)
    FROM (SELECT list_max([s.completed_at FOR s IN t.backup_sets IF s.status = 'completed' AND s.deleted_at IS NULL]) AS latest
          FROM (SELECT unnest(tenants) AS t
                FROM read_json(?, format = 'unstructured', maximum_object_size = 2000000000, columns = { tenants:
                     'STRUCT(backup_sets STRUCT(status VARCHAR, completed_at VARCHAR, deleted_at VARCHAR)[])[]' })))""",
    [sys.argv[1]]).fetchone()
print(str(list(counts)).replace(" ", ""))"#;

/// A program, its arguments before the file, and what the table calls it.
type Peer = (&'static str, &'static str, [&'static str; 2]);

const PEERS: [Peer; 3] = [
    ("jq", "jq", ["--compact-output", JQ]),
    ("DuckDB", PYTHON, ["-c", DUCKDB]),
    ("JavaScript (Node)", "node", ["--eval", JAVASCRIPT]),
];

pub(crate) fn measure(subject: &Subject, table: &mut Table) -> Result<()> {
    eprintln!("== other programs on the same files");
    for (form, tenants) in [("slim", u64::from(TENANTS)), ("full", TREND_TENANTS)] {
        let file = made(subject, form, tenants)?;
        let ours = seconds(subject, &file, Work::Verdict, None)?;
        let mut answers = Vec::new();
        for peer in PEERS {
            // Without one of them, the others are still measured.
            match answer(peer, &file) {
                Ok(told) => {
                    let (theirs, peak) = took(peer, &file)?;
                    let what = format!(
                        "peers: {} counts {tenants} tenants ({form}) by age, relative to posture check",
                        peer.0
                    );
                    let from = format!(
                        "{:.0} MB: {theirs:.2} s and a peak of {:.0} MB, against {ours:.2} s",
                        size(&file)? / MEGABYTE,
                        peak / MEGABYTE
                    );
                    table.add(&what, theirs / ours, "", None, from);
                    answers.push(told);
                }
                Err(error) => eprintln!("warning: {} is not measured: {error:#}", peer.0),
            }
        }
        ensure!(answers.windows(2).all(|two| two[0] == two[1]), "the peers disagree: {answers:?}");
    }
    Ok(())
}

fn command((_, program, arguments): Peer, file: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg(file).stdin(Stdio::null());
    command
}

/// What a peer prints.
fn answer(peer: Peer, file: &Path) -> Result<String> {
    let output = command(peer, file).output().with_context(|| format!("starting {}", peer.1))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?)
}

/// Seconds and peak memory.
fn took(peer: Peer, file: &Path) -> Result<(f64, f64)> {
    let runs = (0..ROUNDS).map(|_| cost(command(peer, file).stdout(Stdio::null()), &[0]));
    let runs = runs.collect::<Result<Vec<_>>>()?;
    let peak = runs.iter().map(|run| run.peak).fold(0.0, f64::max);
    Ok((median(runs.iter().map(|run| run.seconds).collect()), peak))
}
