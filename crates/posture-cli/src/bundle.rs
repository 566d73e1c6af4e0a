//! `posture bundle`: a report and everything to check it with, in one ZIP file.

use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use posture_core::Report;
use posture_core::export::csv::{Separator, findings_csv, registry_csv};
use posture_core::invisible_chars::is_unseen;
use posture_core::views::reviews::Marks;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::failure::Failure;
use crate::input::InputArgs;
use crate::output::write_file;
use crate::report::PageArgs;
use crate::signing::{SigningKey, Statement, sign};
use crate::text;

/// How to verify a bundle, for its recipient.
const README: &str = include_str!("bundle_readme.txt");
const SUMS: &str = "SHA256SUMS";
/// The names of everything in a bundle but the snapshot.
const OTHERS: [&str; 9] = [
    "README.txt",
    "findings.csv",
    "report.html",
    "report.html.minisig",
    "report.json",
    "report.json.minisig",
    "tenants.csv",
    SUMS,
    "SHA256SUMS.minisig",
];

#[derive(Args)]
pub(crate) struct BundleArgs {
    #[command(flatten)]
    page: PageArgs,
    /// ZIP file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Secret key to sign the bundle with; see `posture keygen`.
    #[arg(long, value_name = "KEY")]
    sign: Option<PathBuf>,
}

pub(crate) fn run(args: &BundleArgs) -> Result<ExitCode, Failure> {
    if args.output.as_os_str() == "-" {
        return Err(Failure::Refused(text::NO_BUNDLE_TO_STDOUT.to_owned()));
    }
    args.page.refuse_as_output(args.sign.as_deref(), &args.output)?;
    let key = args.sign.as_deref().map(SigningKey::read).transpose()?;
    let (stored, report) = args.page.derive()?;
    let files = files(args, stored, &report, key.as_ref())?;
    let packed = packed(&files)?;
    write_file(&args.output, |out| Ok(out.write_all(&packed)?))?;
    Ok(ExitCode::SUCCESS)
}

/// Names and contents, in the order in which they are packed.
fn files(
    args: &BundleArgs,
    stored: Vec<u8>,
    report: &Report,
    key: Option<&SigningKey>,
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let snapshot = snapshot_name(&args.page.judged.input);
    let statement = Statement::new(report, hex::encode(Sha256::digest(&stored)))?;
    let page = args.page.html(&stored, report)?.into_bytes();
    let json = report.to_json()?.into_bytes();
    let mut files = vec![
        ("README.txt".to_owned(), readme(&snapshot, &statement, key.is_some()).into_bytes()),
        ("findings.csv".to_owned(), csv(findings_csv(report, Separator::Comma))),
        ("report.html".to_owned(), page),
        ("report.json".to_owned(), json),
        (
            "tenants.csv".to_owned(),
            csv(registry_csv(report, &report.tenants, &Marks::default(), Separator::Comma)),
        ),
        (snapshot, stored),
    ];
    let sums: String = files
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", hex::encode(Sha256::digest(bytes))))
        .collect();
    if let Some(key) = key {
        let signed = |content: &[u8]| sign(key, content, &statement).into_bytes();
        let signatures: Vec<_> = files
            .iter()
            .filter(|(name, _)| name.starts_with("report."))
            .map(|(name, bytes)| (format!("{name}.minisig"), signed(bytes)))
            .collect();
        files.extend(signatures);
        files.push((format!("{SUMS}.minisig"), signed(sums.as_bytes())));
    }
    files.push((SUMS.to_owned(), sums.into_bytes()));
    Ok(files)
}

/// The snapshot's name in the bundle: its own, unless another file has it, or programs that unpack and check the bundle could take it
/// for something else.
fn snapshot_name(input: &InputArgs) -> String {
    let name = input.file_name();
    // Some systems take more names for one than differ by ASCII letters.
    let is_taken = OTHERS.iter().any(|other| other.to_uppercase() == name.to_uppercase());
    // Windows takes some signs for something else, and drops dots and blanks at the end.
    let is_special = |sign: char| is_unseen(sign) || "\\:*?\"<>|".contains(sign);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_plain = !name.starts_with('-')
        && !name.ends_with(['.', ' '])
        && !name.chars().any(is_special)
        && !is_device(&stem);
    if is_plain && !is_taken { name } else { input.default_name().to_owned() }
}

/// Whether Windows takes a name for a device, whatever its ending.
fn is_device(stem: &str) -> bool {
    let number = |name: &str| stem.strip_prefix(name).is_some_and(|rest| rest.len() == 1 && rest != "0");
    matches!(stem, "con" | "prn" | "aux" | "nul") || number("com") || number("lpt")
}

/// With the mark by which a spreadsheet knows UTF-8.
fn csv(text: String) -> Vec<u8> {
    format!("\u{feff}{text}").into_bytes()
}

fn readme(snapshot: &str, statement: &Statement, is_signed: bool) -> String {
    let signed = if is_signed { text::BUNDLE_IS_SIGNED } else { text::BUNDLE_IS_NOT_SIGNED };
    README
        .replace("{signed}", signed)
        .replace("{as_of}", &statement.as_of)
        .replace("{report_digest}", &statement.report)
        .replace("{tool}", &statement.tool)
        // Last, because a file may have the name of a place.
        .replace("{snapshot}       ", &format!("{snapshot:<16} "))
        .replace("{snapshot}", snapshot)
}

/// A ZIP file without times, so that the same files give the same bytes.
fn packed(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Failure> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
