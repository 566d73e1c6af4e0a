//! `posture verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use posture_core::verdicts::restore_attention::Tone;
use posture_core::{Options, Report};

use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::input::InputArgs;
use crate::kept_report::{KeptReport, Unverifiable};
use crate::layout::Page;
use crate::output::print_page;
use crate::text;

#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// The report that was kept: canonical JSON, or a self-contained HTML file.
    report: PathBuf,
    #[command(flatten)]
    snapshot: InputArgs,
    /// Instant the report was judged at, in place of the one it states, which is cut to the second.
    #[arg(long, value_name = "TIMESTAMP")]
    as_of: Option<String>,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let name = args.report.display().to_string();
    let bytes = read(&args.report).map_err(|error| Failure::unopened(&name, &error))?;
    let kept = match KeptReport::read(&bytes) {
        Ok(kept) => kept,
        Err(Unverifiable::Refused(why)) => return Err(Failure::Refused(format!("{name}: {why}"))),
        Err(Unverifiable::NotAsWritten) => {
            let mut page = Page::default();
            page.marked(Tone::High, text::NOT_AS_WRITTEN);
            page.paragraph(text::NOT_AS_WRITTEN_REMEDY);
            print_page(&page.into_text())?;
            return Ok(ANSWER_IS_NO.into());
        }
    };
    let options =
        Options { as_of: args.as_of.clone().or(kept.options.as_of.clone()), ..kept.options.clone() };
    let derived = args.snapshot.derive(&options)?;
    let digest = posture_engine::digest(derived)?;
    print_page(&page(&kept, derived, &digest)?)?;
    Ok(if holds(&kept, &digest) { ExitCode::SUCCESS } else { ANSWER_IS_NO.into() })
}

/// Whether the snapshot gives the report that was kept, and so does the one inside it, where there is one.
fn holds(kept: &KeptReport, digest: &str) -> bool {
    kept.digest == digest && kept.inside == digest
}

fn page(kept: &KeptReport, derived: &Report, digest: &str) -> Result<String, Failure> {
    let mut page = Page::default();
    if holds(kept, digest) {
        page.marked(Tone::Calm, text::DIGEST_HOLDS);
    } else {
        page.marked(Tone::High, text::DIGEST_DOES_NOT_HOLD);
        page.paragraph(why_not(kept, derived)?);
    }
    page.gap();
    page.heading(
        text::KEPT,
        &format!("workspace {}, as of {}, exported {}", kept.workspace_id, kept.as_of, kept.exported_at),
    );
    page.paragraph(&kept.digest);
    let Report { workspace, as_of, exported_at, .. } = derived;
    page.heading(
        text::DERIVED_AGAIN,
        &format!("workspace {}, as of {as_of}, exported {exported_at}", workspace.id),
    );
    page.paragraph(digest);
    Ok(page.into_text())
}

/// The likeliest cause of another digest.
fn why_not(kept: &KeptReport, derived: &Report) -> Result<&'static str, Failure> {
    Ok(match () {
        () if kept.inside != kept.digest => text::OTHER_INSIDE,
        () if kept.workspace_id != derived.workspace.id.get() => text::OTHER_WORKSPACE,
        () if kept.exported_at != derived.exported_at.to_string() => text::OTHER_EXPORT,
        () if kept.says_the_same_as(&derived.to_json()?) => text::REWRITTEN,
        () => text::SAME_EXPORT,
    })
}

#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}
