//! The resolver in a browser, compared with `JSON.parse` of the same bytes in the same page.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use posture_tests::harness::Browser;
use posture_tests::table::{Budget, Table};
use serde::Deserialize;
use serde_json::json;

use crate::Subject;

/// Number of tenants in the snapshot that the budgets are for.
pub(crate) const TENANTS: u32 = 10_000;
/// Number of tenants of a full snapshot of more than 300 MB.
const FULL_TENANTS: u32 = 950;
const ROUNDS: u32 = 9;
const FULL_ROUNDS: u32 = 3;

/// The rate of `JSON.parse` for each form, in bytes per second. The native resolver is compared with it too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parse {
    pub(crate) slim: f64,
    pub(crate) full: f64,
}

/// The page's results: the document's size, and the milliseconds of each round.
#[derive(Deserialize)]
struct Answer {
    bytes: f64,
    parse: Vec<f64>,
    decode: Vec<f64>,
    derive: Vec<f64>,
    full_bytes: f64,
    full_parse: Vec<f64>,
    full_derive: Vec<f64>,
}

/// Runs in the page. The two take turns, so that other load affects both.
const SCRIPT: &str = r"
const [glue, program, tenants, fullTenants, rounds, fullRounds, done] = arguments;
const PIECE = 1 << 18; // as the app reads an opened file
(async () => {
  const bindgen = new Function(glue + '; return wasm_bindgen;')();
  await bindgen({ module_or_path: Uint8Array.from(atob(program), (c) => c.charCodeAt(0)) });
  const bytes = bindgen.slim_snapshot(tenants);
  const timed = (work) => { const start = performance.now(); const kept = work(); return [performance.now() - start, kept]; };
  const derive = (bytes) => {
    const derivation = new bindgen.Derivation();
    for (let at = 0; at < bytes.length; at += PIECE) derivation.push(bytes.subarray(at, at + PIECE));
    return derivation.finish();
  };
  const compare = (bytes, rounds) => {
    const taken = { decode: [], parse: [], derive: [] };
    for (let round = 0; round < rounds; round += 1) {
      const [decode, text] = timed(() => new TextDecoder().decode(bytes));
      taken.decode.push(decode);
      taken.parse.push(timed(() => JSON.parse(text).tenants.length)[0]);
      const [derived, report] = timed(() => derive(bytes));
      if (report.tenants === 0) throw new Error('a report of no tenant');
      report.free();
      taken.derive.push(derived);
    }
    return taken;
  };
  const answer = { bytes: bytes.length, ...compare(bytes, rounds) };
  const full = bindgen.full_snapshot(fullTenants);
  const { parse, derive: derived } = compare(full, fullRounds);
  done({ ...answer, full_bytes: full.length, full_parse: parse, full_derive: derived });
})().catch((error) => done({ error: String(error) }));
";

/// PF-3
pub(crate) async fn measure(subject: &Subject, table: &mut Table) -> Result<Parse> {
    eprintln!("== the resolver in Chromium");
    let browser = Browser::start().await?;
    let mut timeouts = browser.client().get_timeouts().await?;
    timeouts.set_script(Some(Duration::from_secs(300)));
    browser.client().update_timeouts(timeouts).await?;
    browser.goto("data:text/html,<title>bench</title>").await?;
    let glue =
        String::from_utf8(read(&subject.wasm.join("posture_bench.js"))?).context("the glue is text")?;
    let program = BASE64_STANDARD.encode(read(&subject.wasm.join("posture_bench_bg.wasm"))?);
    let answer = browser
        .client()
        .execute_async(
            SCRIPT,
            vec![
                json!(glue),
                json!(program),
                json!(TENANTS),
                json!(FULL_TENANTS),
                json!(ROUNDS),
                json!(FULL_ROUNDS),
            ],
        )
        .await?;
    let answer: Answer =
        serde_json::from_value(answer.clone()).with_context(|| format!("the page answered {answer}"))?;
    let (parse, decode, derive) = (median(answer.parse), median(answer.decode), median(answer.derive));
    let megabytes = answer.bytes / 1e6;
    table.add(
        "browser: read and derive 10,000 tenants, relative to JSON.parse",
        derive / parse,
        "",
        Some(Budget::AtMost(0.8)),
        format!("{megabytes:.0} MB: derive {derive:.0} ms, JSON.parse {parse:.0} ms (TextDecoder before it {decode:.0} ms)"),
    );
    let (full_parse, full_derive) = (median(answer.full_parse), median(answer.full_derive));
    table.add(
        "browser: read and derive 950 tenants (full), relative to JSON.parse",
        full_derive / full_parse,
        "",
        Some(Budget::AtMost(0.7)),
        format!(
            "{:.0} MB: derive {full_derive:.0} ms, JSON.parse {full_parse:.0} ms",
            answer.full_bytes / 1e6
        ),
    );
    let rate = |bytes: f64, milliseconds: f64| bytes / (milliseconds / 1e3);
    Ok(Parse { slim: rate(answer.bytes, parse), full: rate(answer.full_bytes, full_parse) })
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::disallowed_methods, reason = "what was built is a file")]
fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}
