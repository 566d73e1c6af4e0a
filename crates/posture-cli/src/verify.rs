//! `posture verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use posture_core::tone::Tone;
use posture_core::{Options, Report};
use posture_engine::input::read_small_regular;

use crate::exit_code::ANSWER_IS_NO;
use crate::failure::Failure;
use crate::input::{InputArgs, read_report};
use crate::kept_report::{KeptReport, Unverifiable, says_the_same};
use crate::layout::Page;
use crate::output::print_page;
use crate::signing::{self, Statement};
use crate::text;

#[derive(Args)]
pub(crate) struct VerifyArgs {
    /// The saved report: canonical JSON or a self-contained HTML file.
    report: PathBuf,
    #[command(flatten)]
    snapshot: InputArgs,
    /// Instant the report was judged at, if it has a fraction of a second, which the report does not state.
    #[arg(long, value_name = "TIMESTAMP")]
    as_of: Option<String>,
    /// Public key of the sender. Checks the signature REPORT.minisig too.
    #[arg(long, value_name = "PUBLIC_KEY")]
    key: Option<PathBuf>,
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let name = args.report.display().to_string();
    let bytes = read_report(&args.report).map_err(|error| Failure::unread(&name, &error))?;
    let kept = match KeptReport::read(&args.report, &bytes) {
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
    let signature =
        args.key.as_deref().map(|key| Signature::read(key, &args.report, &args.snapshot)).transpose()?;
    let DerivedAgain { report: derived, digest, replaces_rules } = derive_again(args, &kept, &options)?;
    let mut text = page(&kept, &bytes, replaces_rules, derived, &digest)?;
    let mut is_good = holds(&kept, &digest);
    if let Some(signature) = signature {
        let checked = signature.check(&bytes, &digest, derived);
        is_good &= checked.is_ok();
        text += &signature_page(&signature, checked);
    }
    print_page(&text)?;
    Ok(if is_good { ExitCode::SUCCESS } else { ANSWER_IS_NO.into() })
}

/// The report of the snapshot, judged as the saved one.
struct DerivedAgain {
    report: &'static Report,
    digest: String,
    /// Whether the saved report states rules in place of the snapshot's own; `None` if that is not known.
    replaces_rules: Option<bool>,
}

/// Derives the report again. If only the snapshot tells its own rules, they are tried first: most reports are judged under them, and then
/// a second derivation is not needed.
fn derive_again(args: &VerifyArgs, kept: &KeptReport, options: &Options) -> Result<DerivedAgain, Failure> {
    let mut own = None;
    if kept.replaces_rules.is_none() && !args.snapshot.is_read_once() {
        let under_own = Options { as_of: options.as_of.clone(), ..Options::default() };
        let report = args.snapshot.derive(&under_own)?;
        let digest = posture_engine::digest(report)?;
        if digest == kept.digest {
            return Ok(DerivedAgain { report, digest, replaces_rules: Some(false) });
        }
        own = Some(report);
    }
    let report = args.snapshot.derive(options)?;
    let replaces_rules = kept.replaces_rules.or(own.map(|own| own.policy != report.policy));
    Ok(DerivedAgain { report, digest: posture_engine::digest(report)?, replaces_rules })
}

/// A signature file, the key to check it with, and the digest of the snapshot that it must be about.
struct Signature {
    key: minisign::PublicKey,
    text: String,
    snapshot: String,
}

impl Signature {
    fn read(key: &Path, report: &Path, snapshot: &InputArgs) -> Result<Self, Failure> {
        let key = signing::read_public(key).map_err(|error| Failure::Refused(format!("{error:#}")))?;
        let path = signing::signature_path(report);
        let bytes = read_small_regular(&path)
            .map_err(|error| Failure::unopened(&path.display().to_string(), &error))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Self { key, text, snapshot: snapshot.sha256()? })
    }

    /// Whether the signature is valid, and about this report of this snapshot.
    fn check(&self, report: &[u8], digest: &str, derived: &Report) -> Result<Statement, String> {
        let statement = signing::verified_statement(&self.key, &self.text, report)?;
        let is_same = statement.report == digest
            && statement.snapshot == self.snapshot
            && statement.as_of == derived.as_of.to_string();
        if is_same { Ok(statement) } else { Err(text::SIGNED_OTHERWISE.to_owned()) }
    }
}

fn signature_page(signature: &Signature, checked: Result<Statement, String>) -> String {
    let mut page = Page::default();
    page.heading(text::SIGNATURE, &format!("key {}", signing::key_id(&signature.key)));
    match checked {
        Ok(statement) => {
            page.marked(Tone::Calm, text::SIGNATURE_MATCHES);
            page.paragraph(&statement.to_string());
        }
        Err(why) => {
            page.marked(Tone::High, text::SIGNATURE_DOES_NOT_MATCH);
            page.paragraph(&why);
        }
    }
    page.into_text()
}

/// Whether the snapshot gives the saved report. So must the snapshot inside the report, if there is one.
fn holds(kept: &KeptReport, digest: &str) -> bool {
    kept.digest == digest && kept.inside == digest
}

fn page(
    kept: &KeptReport,
    bytes: &[u8],
    replaces_rules: Option<bool>,
    derived: &Report,
    digest: &str,
) -> Result<String, Failure> {
    let mut page = Page::default();
    if holds(kept, digest) {
        page.marked(Tone::Calm, text::DIGEST_MATCHES);
    } else {
        page.marked(Tone::High, text::DIGEST_DOES_NOT_MATCH);
        page.paragraph(why_not(kept, bytes, derived)?);
    }
    page.gap();
    page.heading(
        text::KEPT,
        &format!("workspace {}, as of {}, exported {}", kept.workspace_id, kept.as_of, kept.exported_at),
    );
    page.paragraph(&kept.digest);
    match replaces_rules {
        Some(true) => page.paragraph(text::OTHER_POLICY),
        Some(false) => {}
        None => page.paragraph(text::POLICY_NOT_COMPARED),
    }
    if kept.marks > 0 {
        page.paragraph(&text::marks_shown(kept.marks));
    }
    let Report { workspace, as_of, exported_at, .. } = derived;
    page.heading(
        text::DERIVED_AGAIN,
        &format!("workspace {}, as of {as_of}, exported {exported_at}", workspace.id),
    );
    page.paragraph(digest);
    page.paragraph(&text::judged_by(&derived.policy));
    Ok(page.into_text())
}

/// The most likely cause of a different digest.
fn why_not(kept: &KeptReport, bytes: &[u8], derived: &Report) -> Result<&'static str, Failure> {
    Ok(match () {
        () if kept.inside != kept.digest => text::OTHER_INSIDE,
        () if kept.workspace_id != derived.workspace.id.get() => text::OTHER_WORKSPACE,
        () if kept.exported_at != derived.exported_at.to_string() => text::OTHER_EXPORT,
        () if says_the_same(bytes, &derived.to_json()?) => text::REWRITTEN,
        () => text::SAME_EXPORT,
    })
}
