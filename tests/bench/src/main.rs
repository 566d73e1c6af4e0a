//! Runs the resolver on one document up to a stage, so that a tool outside can count instructions or time.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use posture_bench::Stage;
use posture_core::Form;
use posture_synth::Detail;

const USAGE: &str =
    "usage: posture-bench make slim|full TENANTS FILE, or posture-bench split|derive|report|digest|slim FILE";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", detail, tenants, file] => make(detail, tenants.parse().context(USAGE)?, Path::new(file)),
        [stage, file] => run(stage, Path::new(file)),
        _ => bail!(USAGE),
    }
}

#[expect(clippy::disallowed_methods, reason = "writes the input of a measurement")]
fn make(detail: &str, tenants: u64, file: &Path) -> Result<()> {
    let detail = match detail {
        "slim" => Detail::Slim,
        "full" => Detail::Full,
        _ => bail!(USAGE),
    };
    let plan = posture_bench::plan(tenants, detail).context("the export's instant")?;
    let mut out =
        BufWriter::new(fs::File::create(file).with_context(|| format!("creating {}", file.display()))?);
    posture_synth::write(&plan, Form::Json, &mut out)?;
    Ok(out.flush()?)
}

#[expect(clippy::disallowed_methods, reason = "reads the input of a measurement")]
fn run(stage: &str, file: &Path) -> Result<()> {
    let stage = Stage::ALL
        .into_iter()
        .find(|one| one.name() == stage)
        .with_context(|| format!("{stage} is not a stage"))?;
    let document = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    println!("{}", stage.run(&document).map_err(|error| anyhow!("{error}"))?);
    Ok(())
}
