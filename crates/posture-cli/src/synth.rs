//! `posture synth`.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use clap::Args;
use posture_core::{Form, Timestamp};
use posture_synth::{Detail, Plan};

use crate::failure::Failure;
use crate::input::FormArg;
use crate::output::to_stdout;

#[derive(Args)]
pub(crate) struct SynthArgs {
    /// How many tenants the workspace has.
    #[arg(long, value_name = "N")]
    tenants: u64,
    /// What chance is drawn from; the same seed gives the same bytes.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Write every backup set's items, as a full export does; by default their summary, as a slim export does.
    #[arg(long)]
    full: bool,
    /// Instant of the export; every other instant is before or after it.
    #[arg(long, value_name = "TIMESTAMP", default_value = "2026-04-08T06:00:00Z")]
    exported_at: String,
    /// How the snapshot is written; by default as the output's name says, json where it does not.
    #[arg(long, value_enum)]
    form: Option<FormArg>,
    /// File to write; `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

pub(crate) fn run(args: &SynthArgs) -> Result<ExitCode, Failure> {
    let exported_at = Timestamp::parse(&args.exported_at)
        .ok_or_else(|| anyhow!("--exported-at {}: It is no timestamp. Write it as 2026-04-08T23:21:36Z.", args.exported_at))?;
    let detail = if args.full { Detail::Full } else { Detail::Slim };
    let plan = Plan { tenants: args.tenants, seed: args.seed, exported_at, detail, damage: true };
    let form = args.form.map(Into::into).or_else(|| Form::of_name(&args.output.to_string_lossy())).unwrap_or_default();
    if args.output.as_os_str() == "-" {
        to_stdout(|mut out| Ok(posture_synth::write(&plan, form, &mut out)?))?;
    } else {
        let written = create(&args.output).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 18, file);
            posture_synth::write(&plan, form, &mut out)?;
            out.flush()
        });
        written.with_context(|| format!("writing {}", args.output.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn create(path: &std::path::Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
