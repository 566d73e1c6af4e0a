//! The snapshot a command works on, and the options it is judged under.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use posture_core::policy::{
    GREATEST_FRESHNESS_HOURS, GREATEST_GRACE_MINUTES, LEAST_FRESHNESS_HOURS, seconds_ahead,
};
use posture_core::{Form, Options, Report, Timestamp, words};
use posture_engine::DeriveError;
use posture_engine::input::{DocumentLimits, TooLarge, decompressed, decompressed_within, open_regular};
use posture_report::SNAPSHOT_LIMIT;
use same_file::Handle;
use sha2::{Digest as _, Sha256};

use crate::clock::now;
use crate::failure::Failure;
use crate::policy_file::{self, StatedPolicy};
use crate::progress::ProgressLine;
use crate::readers::{Bounded, Limit, SharedHasher, read_file_within, read_within};
use crate::text;

/// The name for standard input.
const STDIN: &str = "-";

/// The most of a snapshot that a report page can hold.
pub(crate) const PAGE_LIMIT: Limit = Limit { bytes: SNAPSHOT_LIMIT, remedy: text::SLIM_IT };

#[derive(Args)]
pub(crate) struct InputArgs {
    /// Snapshot file: .json or .ndjson, plain or gzip-compressed; `-` reads standard input.
    file: PathBuf,
    /// Form of the snapshot; by default taken from the file's name, otherwise json.
    #[arg(long, value_enum)]
    form: Option<FormArg>,
}

#[derive(Args)]
pub(crate) struct JudgeArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
}

#[derive(Args)]
pub(crate) struct PolicyArgs {
    /// Instant to judge at, such as 2026-04-08T23:21:36Z, or `now`; by default the export's.
    #[arg(long, value_name = "TIMESTAMP", value_parser = AsOf::parse)]
    as_of: Option<AsOf>,
    /// JSON or TOML file with a policy, profiles included, that replaces the snapshot's.
    #[arg(long, value_name = "FILE", value_parser = policy_file::of_argument)]
    policy: Option<StatedPolicy>,
    #[arg(long, value_name = "HOURS", help = freshness_help(), value_parser = hours)]
    freshness_hours: Option<u64>,
    #[arg(long, value_name = "MINUTES", help = grace_help(), value_parser = minutes)]
    schedule_grace_minutes: Option<u64>,
}

/// An instant to judge at, as it was requested.
#[derive(Clone)]
pub(crate) struct AsOf {
    text: String,
    is_now: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum FormArg {
    /// One JSON object.
    Json,
    /// The document without tenants on the first line, one tenant on each further line.
    Ndjson,
}

/// Both texts take their ranges from the core, which checks them.
fn freshness_help() -> String {
    format!(
        "Hours for which a completed backup stays fresh, {LEAST_FRESHNESS_HOURS} to {GREATEST_FRESHNESS_HOURS}; \
         overrides the snapshot's"
    )
}

fn grace_help() -> String {
    format!("Minutes that a schedule may be late, 0 to {GREATEST_GRACE_MINUTES}; overrides the snapshot's")
}

fn hours(text: &str) -> Result<u64, String> {
    let (least, greatest) = (LEAST_FRESHNESS_HOURS, GREATEST_FRESHNESS_HOURS);
    text.parse().map_err(|_| format!("write a whole number from {least} to {greatest}"))
}

fn minutes(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {GREATEST_GRACE_MINUTES}"))
}

impl From<FormArg> for Form {
    fn from(form: FormArg) -> Self {
        match form {
            FormArg::Json => Self::Json,
            FormArg::Ndjson => Self::Ndjson,
        }
    }
}

impl JudgeArgs {
    /// Derives the report of the snapshot.
    pub(crate) fn derive(&self) -> Result<&'static Report, Failure> {
        self.input.derive(&self.policy.options())
    }
}

impl AsOf {
    fn parse(text: &str) -> Result<Self, anyhow::Error> {
        let is_now = text.eq_ignore_ascii_case("now");
        let text = if is_now { now()?.to_string() } else { text.to_owned() };
        Ok(Self { text, is_now })
    }
}

impl PolicyArgs {
    /// Whether evidence is judged at its own instant or now, so that its age by the clock matters.
    fn is_current(&self) -> bool {
        self.as_of.as_ref().is_none_or(|as_of| as_of.is_now)
    }

    /// The warning that a report's export is ahead of this machine's clock, if its age by the clock matters.
    pub(crate) fn ahead_of_clock(&self, report: &Report, now: Timestamp) -> Option<String> {
        let ahead = seconds_ahead(report.exported_at, now, report.policy.clock_skew_seconds);
        ahead.filter(|_| self.is_current()).map(|ahead| words::ahead_of_clock(report.exported_at, ahead))
    }

    /// The file with the policy, if one is given.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.policy.as_ref().map(|policy| policy.file.as_path())
    }

    /// The options of a derivation.
    pub(crate) fn options(&self) -> Options {
        Options {
            as_of: self.as_of.as_ref().map(|as_of| as_of.text.clone()),
            freshness_hours: self.freshness_hours,
            schedule_grace_minutes: self.schedule_grace_minutes,
            policy: self.policy.as_ref().map(|policy| policy.json.clone()),
        }
    }
}

impl InputArgs {
    /// The snapshot at a path, in the form that its name implies.
    pub(crate) fn at(file: PathBuf) -> Self {
        Self { file, form: None }
    }

    /// Derives the report while the snapshot is read, with progress on stderr if that is a terminal. The report is never freed: freeing
    /// the many texts of a large one takes a tenth of the time of deriving it.
    pub(crate) fn derive(&self, options: &Options) -> Result<&'static Report, Failure> {
        let refused = |error: DeriveError| Failure::of_input(&self.name(), &error);
        let (input, size) = self.open()?;
        let progress = ProgressLine::new(size);
        let report = posture_engine::derive(input, self.form(), options, |at| progress.show(at));
        progress.clear();
        report.map(|report| &*Box::leak(Box::new(report))).map_err(refused)
    }

    /// Derives the report, and the SHA-256 of the bytes that it was derived from, in hex: the file may be replaced at any time.
    pub(crate) fn derive_hashed(&self, options: &Options) -> Result<(Report, String), Failure> {
        let hasher = SharedHasher::default();
        let opened = if self.is_stdin() {
            decompressed(hasher.hashing(io::stdin()))
        } else {
            open_plain(&self.file).and_then(|file| decompressed(hasher.hashing(file)))
        };
        let mut input = opened.map_err(|error| Failure::unopened(&self.name(), &error))?;
        let of_input = |error: DeriveError| Failure::of_input(&self.name(), &error);
        let report = posture_engine::derive(&mut input, self.form(), options, |_| {}).map_err(of_input)?;
        // What follows the document is part of the file, too.
        io::copy(&mut input, &mut io::sink()).map_err(|error| of_input(error.into()))?;
        Ok((report, hasher.sha256()))
    }

    /// The SHA-256 of the file as it is stored, in hex.
    pub(crate) fn sha256(&self) -> Result<String, Failure> {
        if self.is_read_once() {
            return Err(Failure::Refused(text::PIPE_IS_READ_ONCE.to_owned()));
        }
        let mut hasher = Sha256::new();
        let hashed = open_plain(&self.file).and_then(|mut file| io::copy(&mut file, &mut hasher));
        hashed.map_err(|error| Failure::unopened(&self.name(), &error))?;
        Ok(hex::encode(hasher.finalize()))
    }

    /// The bytes as they are stored, compressed or not. More than the limit are refused.
    pub(crate) fn stored(&self, limit: Limit) -> Result<Vec<u8>, Failure> {
        let read = if self.is_stdin() {
            read_within(io::stdin(), limit)
        } else {
            open_plain(&self.file).and_then(|file| read_file_within(file, limit))
        };
        read.map_err(|error| Failure::unread(&self.name(), &error))
    }

    /// The whole plain document, within the limits of a document.
    pub(crate) fn document(&self) -> Result<Vec<u8>, Failure> {
        let mut document = Vec::new();
        let limits = DocumentLimits::default();
        let read = if self.is_stdin() {
            decompressed_within(io::stdin(), limits).and_then(|mut input| input.read_to_end(&mut document))
        } else {
            let file = open_plain(&self.file).map_err(|error| Failure::unopened(&self.name(), &error))?;
            decompressed_within(file, limits).and_then(|mut input| input.read_to_end(&mut document))
        };
        match read.map_err(DeriveError::from) {
            Ok(_) => Ok(document),
            Err(DeriveError::TooLarge(TooLarge::Bytes { limit: bytes })) => {
                let limit = Limit { bytes, remedy: text::FEWER_TENANTS };
                Err(Failure::unread(&self.name(), &limit.exceeded()))
            }
            Err(error) => Err(Failure::of_input(&self.name(), &error)),
        }
    }

    /// Derives the report of bytes that were read before.
    pub(crate) fn derive_from(&self, stored: &[u8], options: &Options) -> Result<Report, Failure> {
        derive_stored(io::Cursor::new(stored.to_vec()), self.form(), options, PAGE_LIMIT)
            .map_err(|error| Failure::of_input(&self.name(), &error))
    }

    /// The same without a limit to how far the bytes unpack.
    pub(crate) fn derive_stored_whole(&self, stored: &[u8], options: &Options) -> Result<Report, Failure> {
        let of_input = |error: DeriveError| Failure::of_input(&self.name(), &error);
        let input = decompressed(io::Cursor::new(stored.to_vec())).map_err(|error| of_input(error.into()))?;
        posture_engine::derive(input, self.form(), options, |_| {}).map_err(of_input)
    }

    /// The name of a file that holds this input, in its form.
    pub(crate) fn file_name(&self) -> String {
        let name = self
            .file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|_| !self.is_stdin());
        name.filter(|name| Form::of_name(name).unwrap_or_default() == self.form())
            .unwrap_or_else(|| self.default_name().to_owned())
    }

    /// The name of such a file if it has none of its own.
    pub(crate) fn default_name(&self) -> &'static str {
        match self.form() {
            Form::Json => "snapshot.json",
            Form::Ndjson => "snapshot.ndjson",
        }
    }

    /// What the input is called in messages.
    pub(crate) fn name(&self) -> String {
        if self.is_stdin() { "standard input".to_owned() } else { self.file.display().to_string() }
    }

    /// How the snapshot is written.
    pub(crate) fn form(&self) -> Form {
        self.form.map(Into::into).or_else(|| Form::of_name(&self.file.to_string_lossy())).unwrap_or_default()
    }

    /// The decompressed bytes, and their number if it is known.
    pub(crate) fn open(&self) -> Result<(Box<dyn Read + Send>, Option<u64>), Failure> {
        let opened = if self.is_stdin() {
            decompressed(io::stdin()).map(|input| (input, None))
        } else {
            open_file(&self.file)
        };
        opened.map_err(|error| Failure::unopened(&self.name(), &error))
    }

    /// Whether the input can be read only once.
    pub(crate) fn is_read_once(&self) -> bool {
        self.is_stdin() || is_pipe(&self.file)
    }

    /// Whether a path names the input file, also through links or a redirected standard input.
    pub(crate) fn is_same_file(&self, path: &Path) -> bool {
        // Only regular files are opened for the comparison: opening a pipe would wait for its other end.
        let handle = |path: &Path| path.is_file().then(|| Handle::from_path(path).ok()).flatten();
        let input = if self.is_stdin() { Handle::stdin().ok() } else { handle(&self.file) };
        input.is_some() && input == handle(path)
    }

    pub(crate) fn is_stdin(&self) -> bool {
        self.file.as_os_str() == STDIN
    }
}

/// Derives the report of a stored snapshot, compressed or not, that unpacks to no more than a limit.
pub(crate) fn derive_stored(
    stored: impl Read + Send + 'static,
    form: Form,
    options: &Options,
    limit: Limit,
) -> Result<Report, DeriveError> {
    posture_engine::derive(Bounded::new(decompressed(stored)?, limit), form, options, |_| {})
}

/// Whether a path names a pipe, as a shell's `<(…)` does.
#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_path: &Path) -> bool {
    false
}

/// Reads a report that the operator named: a regular file or a pipe, of at most 2 GB.
pub(crate) fn read_report(path: &Path) -> io::Result<Vec<u8>> {
    let limit = Limit { bytes: DocumentLimits::default().bytes, remedy: text::CHECK_THE_FILE };
    if is_pipe(path) {
        read_within(open_plain(path)?, limit)
    } else {
        read_file_within(open_regular(path)?, limit)
    }
}

#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn open_plain(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::open(path)
}

#[expect(clippy::disallowed_methods, reason = "the file the operator named")]
fn open_file(path: &Path) -> io::Result<(Box<dyn Read + Send>, Option<u64>)> {
    let file = std::fs::File::open(path)?;
    let is_compressed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let size = file.metadata().ok().map(|metadata| metadata.len()).filter(|_| !is_compressed);
    Ok((decompressed(file)?, size))
}
