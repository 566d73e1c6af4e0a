//! Measures the budgets of `specs/performance.md` as ratios within one run, and prints one table.
//! `cargo xtask bench` builds the programs and starts this.

mod app;
mod browser;
mod endpoint;
mod gather;
mod native;
mod peers;
mod trace;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use posture_tests::table::Table;

/// The programs to measure, and the folder for inputs and the table.
pub(crate) struct Subject {
    /// The `posture` binary, with the app in it.
    pub(crate) posture: PathBuf,
    /// The `posture-bench` binary.
    pub(crate) bench: PathBuf,
    /// A folder with the resolver for a browser: `posture_bench.js` and `posture_bench_bg.wasm`.
    pub(crate) wasm: PathBuf,
    /// The folder for inputs and the table.
    pub(crate) folder: PathBuf,
}

/// The parts that can be measured one at a time.
const PARTS: [&str; 5] = ["resolver", "app", "peers", "endpoint", "gather"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut paths = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = || paths.next().context("usage: bench POSTURE POSTURE-BENCH WASM-FOLDER FOLDER [PART]");
    let subject = Subject { posture: next()?, bench: next()?, wasm: next()?, folder: next()? };
    let only = std::env::args().nth(5);
    if let Some(only) = &only {
        ensure!(PARTS.contains(&only.as_str()), "{only:?} is not a part; choose one of {}", PARTS.join(", "));
    }
    std::fs::create_dir_all(&subject.folder)
        .with_context(|| format!("creating {}", subject.folder.display()))?;

    let mut table = Table::default();
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("resolver") {
        let parse = browser::measure(&subject, &mut table).await?;
        native::measure(&subject, parse, &mut table)?;
    }
    if wanted("app") {
        app::measure(&subject, &mut table).await?;
    }
    if wanted("peers") {
        peers::measure(&subject, &mut table)?;
    }
    if wanted("endpoint") {
        endpoint::measure(&subject, &mut table)?;
    }
    if wanted("gather") {
        gather::measure(&subject, &mut table)?;
    }
    print!("{}", table.to_markdown());
    write(&subject.folder.join("bench.json"), &table.to_json()?)?;
    write(&subject.folder.join("bench.md"), &table.to_markdown())
}

#[expect(clippy::disallowed_methods, reason = "a table is a file")]
fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
