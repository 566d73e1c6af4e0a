//! What went wrong on reading: what, where, and what to do.

use std::fmt;

use crate::bounds::Bound;
use crate::invisible_chars::in_quotes;
use crate::json::cursor::DEEPEST_LEVEL;
use crate::json::fault::{Mismatch, SyntaxProblem};
use crate::reading::policy_file::UnknownKey;
use crate::reading::refusal::{Content, Refusal, RefusalKind};
use crate::reading::snapshot::{SNAPSHOT_FORMAT, SNAPSHOT_VERSION};
use crate::report::model::REPORT_FORMAT;
use crate::words::nearest;
use crate::words::shortening::{line, shortened};
use crate::words::time::told_apart;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&refusal(self))
    }
}

impl std::error::Error for Refusal {}

/// A refused document: what is wrong, where, and what to do.
pub fn refusal(refusal: &Refusal) -> String {
    let place = refusal_place(refusal).map(|place| format!(" {place}")).unwrap_or_default();
    format!("{}{place} {}", refusal_found(refusal), refusal_remedy(&refusal.kind))
}

/// A refused policy file: what is wrong, where, and what to do. Positions are those of the policy as JSON,
/// so they say nothing about a file that was converted.
pub fn policy_refusal(refusal: &Refusal, is_converted: bool) -> String {
    let found = if let RefusalKind::Mismatch(problem) = &refusal.kind {
        format!("The policy is invalid: {}.", mismatch(problem, refusal.found.as_deref()))
    } else if let RefusalKind::Syntax(problem) = refusal.kind {
        format!("The file is not JSON: {}.", syntax_problem(problem))
    } else {
        refusal_found(refusal)
    };
    let rule = refusal.path.as_deref().and_then(|path| path.strip_prefix("policy."));
    let rule = rule.map(|rule| format!(" At {}.", line(rule))).unwrap_or_default();
    let at = refusal.position.filter(|_| !is_converted);
    let at = at.map(|at| format!(" Line {}, column {}.", at.line, at.column)).unwrap_or_default();
    format!("{found}{rule}{at} Correct this file.")
}

/// A key of a policy file that the format does not define, and the one that was likely meant.
pub fn unknown_policy_key(key: &UnknownKey) -> String {
    let path = key.path.join(".");
    let path = line(&path);
    match key.path.last().and_then(|found| nearest(found, key.known.iter().copied())) {
        Some(nearest) => format!("Unknown key {path}, which has no effect. Did you mean {nearest}?"),
        None => format!("Unknown key {path}, which has no effect. Known keys are {}.", key.known.join(", ")),
    }
}

/// What a kind of refusal is called.
pub fn refusal_name(kind: &RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Empty => "Empty",
        RefusalKind::NotUtf8 => "Not UTF-8",
        RefusalKind::ByteOrderMark => "Byte-order mark",
        RefusalKind::OtherContent(content) => match content {
            Content::Zip => "A ZIP archive",
            Content::Gzip => "Compressed twice",
            Content::Compressed => "Unsupported compression",
            Content::Markup => "A web page or XML",
            Content::Pdf => "A PDF document",
            Content::Sqlite => "A SQLite database",
            Content::WideText => "UTF-16 or UTF-32",
        },
        RefusalKind::Syntax(SyntaxProblem::TooDeep) => "Nested too deep",
        RefusalKind::Syntax(SyntaxProblem::EndsEarly | SyntaxProblem::LineEndsEarly) => "Incomplete",
        RefusalKind::Syntax(SyntaxProblem::GoesOn | SyntaxProblem::LineGoesOn) => "More than one document",
        RefusalKind::Syntax(SyntaxProblem::NoDocument) => "Not a snapshot",
        RefusalKind::Syntax(_) => "Not JSON",
        RefusalKind::Beyond(_) => "Too large",
        RefusalKind::Mismatch(Mismatch::Missing(_)) => "Missing key",
        RefusalKind::Mismatch(Mismatch::Twice(_)) => "Duplicate key",
        RefusalKind::Mismatch(Mismatch::OutOfRange { .. }) => "Invalid policy value",
        RefusalKind::Mismatch(Mismatch::Expected(_) | Mismatch::LoneSurrogate) => "Invalid value",
        RefusalKind::WrongFormat(Some(format)) if format == REPORT_FORMAT => "A report, not a snapshot",
        RefusalKind::WrongFormat(_) => "Wrong format",
        RefusalKind::UnsupportedVersion(version) if *version > SNAPSHOT_VERSION => "Version too new",
        RefusalKind::UnsupportedVersion(_) => "Unknown version",
        RefusalKind::PolicyOutOfRange(_) => "Invalid policy value",
        RefusalKind::TenantsInFirstLine => "Tenants in the first line",
        RefusalKind::AsOf(_) => "Not a timestamp",
        RefusalKind::AsOfBeforeSince { .. } => "Before the time covered",
        RefusalKind::SinceAfterExport { .. } => "Starts after the export",
        RefusalKind::ImplausibleTimestamp(_) => "Implausible timestamp",
    }
}

/// What was found in a refused document.
pub fn refusal_found(refusal: &Refusal) -> String {
    match &refusal.kind {
        RefusalKind::Empty => "The document is empty.".to_owned(),
        RefusalKind::NotUtf8 => "The document is not UTF-8.".to_owned(),
        RefusalKind::ByteOrderMark => "The document starts with a byte-order mark.".to_owned(),
        RefusalKind::OtherContent(content) => match content {
            Content::Zip => "The document is a ZIP archive, as .xlsx and .docx files are.".to_owned(),
            Content::Gzip => "The document is compressed with gzip more than once.".to_owned(),
            Content::Compressed => "The document is compressed, but not with gzip.".to_owned(),
            Content::Markup => "The document is a web page or XML.".to_owned(),
            Content::Pdf => "The document is a PDF file.".to_owned(),
            Content::Sqlite => "The document is a SQLite database.".to_owned(),
            Content::WideText => "The document is UTF-16 or UTF-32, or is not text.".to_owned(),
        },
        RefusalKind::Syntax(SyntaxProblem::TooDeep) => {
            format!("The document nests deeper than {DEEPEST_LEVEL} levels.")
        }
        RefusalKind::Syntax(problem @ SyntaxProblem::NoDocument) => {
            format!("This is not a snapshot: {}.", syntax_problem(*problem))
        }
        RefusalKind::Syntax(problem) => format!("The document is not JSON: {}.", syntax_problem(*problem)),
        RefusalKind::Beyond(bound) => beyond(*bound).to_owned(),
        RefusalKind::Mismatch(problem) => {
            format!("The document's top level is invalid: {}.", mismatch(problem, refusal.found.as_deref()))
        }
        RefusalKind::WrongFormat(None) => {
            format!("The document has no format; expected \"{SNAPSHOT_FORMAT}\".")
        }
        RefusalKind::WrongFormat(Some(format)) if format == REPORT_FORMAT => {
            "This is a Posture report (JSON). It has verdicts, not the evidence they come from.".to_owned()
        }
        RefusalKind::WrongFormat(Some(format)) => {
            format!("The document's format is {}, not \"{SNAPSHOT_FORMAT}\".", in_quotes(&line(format)))
        }
        RefusalKind::UnsupportedVersion(version) => {
            format!("The snapshot has version {version}; this program reads version {SNAPSHOT_VERSION}.")
        }
        RefusalKind::PolicyOutOfRange(range) => {
            format!("{} must be {} to {}, not {}.", range.key, range.least, range.greatest, range.value)
        }
        RefusalKind::TenantsInFirstLine => {
            "The first line has tenants; each tenant needs a line of its own below it.".to_owned()
        }
        RefusalKind::AsOf(text) => {
            format!("The as-of instant {} is not a timestamp.", in_quotes(&line(text)))
        }
        RefusalKind::AsOfBeforeSince { as_of, since } => {
            let [as_of, since] = told_apart([*as_of, *since]);
            format!(
                "The as-of instant {as_of} is before {since}, the start of the time that this evidence covers."
            )
        }
        RefusalKind::SinceAfterExport { since, exported_at } => {
            let [since, exported_at] = told_apart([*since, *exported_at]);
            format!("“since” is {since}, after the export of {exported_at}.")
        }
        RefusalKind::ImplausibleTimestamp(at) => {
            format!("The timestamp {at} is before the year 2000; it is the zero value of some program.")
        }
    }
}

/// Where in a refused document, if that is known.
pub fn refusal_place(refusal: &Refusal) -> Option<String> {
    let path = refusal.path.as_ref().map(|path| format!("At {}.", line(path)));
    let place = refusal.position.map(|at| format!("Line {}, column {}.", at.line, at.column));
    let parts: Vec<_> = path.into_iter().chain(place).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What to do about a refused document.
pub fn refusal_remedy(kind: &RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Empty => "Export the snapshot again, and check that it was written to its end.",
        RefusalKind::NotUtf8 | RefusalKind::ByteOrderMark => {
            "Write the export as UTF-8 without a byte-order mark."
        }
        RefusalKind::OtherContent(Content::Zip) => "Unpack it and choose the snapshot inside.",
        RefusalKind::OtherContent(Content::Gzip | Content::Compressed) => {
            "Unpack it first and choose the file inside."
        }
        RefusalKind::OtherContent(Content::Markup) => {
            "If it is a report saved by Posture, open it in a browser, or check it with `posture verify`. \
             Otherwise it may be a sign-in page saved in place of the export: export the snapshot again."
        }
        RefusalKind::OtherContent(Content::Pdf) => "Choose the snapshot the report was made from.",
        RefusalKind::OtherContent(Content::Sqlite) => {
            "If it is a store of Posture, serve it with `posture serve --store`."
        }
        RefusalKind::OtherContent(Content::WideText) => {
            "Write the export as UTF-8 without a byte-order mark."
        }
        RefusalKind::Syntax(SyntaxProblem::EndsEarly) => {
            "The file seems incomplete; copy or export it again."
        }
        RefusalKind::Syntax(SyntaxProblem::LineEndsEarly) => {
            "The file seems incomplete; copy or export it again. If it is one document over several lines, name it .json."
        }
        RefusalKind::Syntax(SyntaxProblem::GoesOn) => {
            "If this is one tenant per line, name the file .ndjson. Otherwise remove what follows the document."
        }
        RefusalKind::Syntax(SyntaxProblem::LineGoesOn) => "Write each tenant on a line of its own.",
        RefusalKind::Syntax(SyntaxProblem::TooDeep) => {
            "Check where the file comes from; no snapshot nests this deep."
        }
        RefusalKind::Syntax(SyntaxProblem::NoDocument) => {
            "If it is an archive, such as .tar, unpack it first. \
             If another tool wrote it, make a snapshot of it with `posture gather`."
        }
        RefusalKind::Syntax(_) => "Check where the file comes from, and export it again.",
        RefusalKind::Beyond(bound) => match bound {
            Bound::String | Bound::Number | Bound::IgnoredKeys | Bound::Head => {
                "Check where the file comes from; no exporter needs this much."
            }
            Bound::Tenant => "Export the tenant with fewer records, or export a slim snapshot.",
            Bound::Undecided => {
                "Write format, version, exported_at, workspace and policy before the tenants, or export NDJSON."
            }
            Bound::Rules => {
                "State fewer scopes and expected types, or export the tenants in several workspaces."
            }
            Bound::Tenants | Bound::Findings | Bound::NotEvaluated => {
                "Correct the exporter, or export the tenants in several workspaces."
            }
        },
        RefusalKind::Mismatch(Mismatch::Missing(_)) => {
            "Add the key, or correct the exporter that left it out."
        }
        RefusalKind::Mismatch(Mismatch::Twice(_)) => "Remove one of the two, or correct the exporter.",
        RefusalKind::Mismatch(_) => "Correct this value, or the exporter that wrote it.",
        RefusalKind::WrongFormat(Some(format)) if format == REPORT_FORMAT => {
            "Open the snapshot it was made from, or the same report saved as one HTML file."
        }
        RefusalKind::WrongFormat(_) => "Choose a recovery-posture snapshot.",
        RefusalKind::UnsupportedVersion(_) => {
            "Use a release of this program that reads that version, or export for this one."
        }
        RefusalKind::PolicyOutOfRange(_) => "Choose a value in this range.",
        RefusalKind::TenantsInFirstLine => "Leave tenants out of the first line, or name the file .json.",
        RefusalKind::AsOf(_) => "Write it like 2026-04-08T23:21:36Z.",
        RefusalKind::AsOfBeforeSince { .. } => {
            "Choose a later instant, or evidence that goes back further: the full export, or a slim one with an earlier “since”."
        }
        RefusalKind::SinceAfterExport { .. } => "State an instant at or before the export.",
        RefusalKind::ImplausibleTimestamp(_) => "Correct this value, or the exporter that wrote it.",
    }
}

/// What of a document is larger than its bound.
fn beyond(bound: Bound) -> &'static str {
    match bound {
        Bound::String => "The document has a string of more than 4 MiB.",
        Bound::Number => "The document has a number of more than 1000 characters.",
        Bound::IgnoredKeys => "An object has more than 10,000 keys that the format does not define.",
        Bound::Head => "The document has more than 16 MiB outside its tenants.",
        Bound::Tenant => "A tenant has more than 512 MiB.",
        Bound::Tenants => "The document has more than 1,000,000 tenants.",
        Bound::Undecided => "More than 512 MiB of tenants come before what they are judged under.",
        Bound::Rules => {
            "The policy's scopes and expected types, repeated for each tenant, have more than 512 MiB."
        }
        Bound::Findings => "The document has more than 100,000 findings.",
        Bound::NotEvaluated => "More than 100,000 tenants cannot be evaluated.",
    }
}

/// The limits of what is read of a snapshot, each with its value. A document beyond one of the first 18 is refused.
pub const LIMITS: [(&str, &str); 22] = [
    ("Text", "UTF-8 without a byte-order mark"),
    ("Form", "JSON (RFC 8259), one object; or NDJSON, one tenant per line"),
    ("Nesting", "64 levels, including the document"),
    ("Format and version", "recovery-posture/snapshot, version 1"),
    ("One string", "4 MiB as written"),
    ("One number", "1,000 characters"),
    ("Ignored keys", "10,000 in one object"),
    ("Everything outside the tenants", "16 MiB"),
    ("One tenant", "512 MiB"),
    ("Tenants", "1,000,000"),
    ("Tenants in JSON without a policy before them", "512 MiB"),
    ("Scopes and expected types of the policy", "512 MiB, repeated for each tenant"),
    ("Findings", "100,000"),
    ("Tenants that are not evaluated", "100,000"),
    ("Freshness window", "1 to 8,760 h (freshness_hours)"),
    ("Schedule grace", "0 to 10,080 min (schedule_grace_minutes)"),
    ("Clock skew", "0 to 3,600 s (clock_skew_seconds)"),
    ("Attention items listed", "1 to 1,000 (attention_limit)"),
    ("Ids", "1 to 9,007,199,254,740,991, written as digits; otherwise the tenant is set aside"),
    ("Counts", "0 to 9,007,199,254,740,991, written as digits; otherwise the tenant is set aside"),
    ("Timestamps", "RFC 3339, years 0001 to 9999; otherwise the tenant is set aside"),
    ("Duplicate keys", "rejected: the tenant is set aside, or at the top level the document is refused"),
];

/// Why a text is not JSON, within a sentence.
pub fn syntax_problem(problem: SyntaxProblem) -> &'static str {
    match problem {
        SyntaxProblem::EndsEarly => "it ends inside a value",
        SyntaxProblem::LineEndsEarly => "a line ends inside a value",
        SyntaxProblem::GoesOn | SyntaxProblem::LineGoesOn => "unexpected data after the end",
        SyntaxProblem::NoDocument => "it does not start with an object",
        SyntaxProblem::NoValue => "a value is expected here",
        SyntaxProblem::NoKey => "a key in quotes is expected here",
        SyntaxProblem::NoColon => "a colon is expected here",
        SyntaxProblem::NoComma => "a comma or a closing bracket is expected here",
        SyntaxProblem::BadNumber => "a number is not valid JSON",
        SyntaxProblem::BadEscape => "a string has an unknown escape",
        SyntaxProblem::ControlCharacter => "a string has an unescaped control character",
        SyntaxProblem::TooDeep => "it nests too deep",
        SyntaxProblem::Beyond(_) => "a part of it is too large",
    }
}

/// Why a value is invalid, within a sentence.
///
/// `found` is the value as it is written, if that can say more.
pub fn mismatch(mismatch: &Mismatch, found: Option<&str>) -> String {
    // Pretty-printed values are quoted in one line.
    let found = found.map(|found| found.split_whitespace().collect::<Vec<_>>().join(" "));
    let found = found.map(|found| format!(", not {}", shortened(&found, QUOTED))).unwrap_or_default();
    match mismatch {
        Mismatch::Missing(key) => format!("the key {key} is missing"),
        Mismatch::Twice(key) => format!("the key {key} occurs twice"),
        Mismatch::Expected(what) => format!("{what} is expected here{found}"),
        Mismatch::OutOfRange { least, greatest } => {
            format!("a whole number in digits, from {least} to {greatest}, is expected here{found}")
        }
        Mismatch::LoneSurrogate => "a string has an escape that is not a Unicode character".to_owned(),
    }
}

/// How many characters are quoted of a value that is invalid.
const QUOTED: usize = 80;

/// Why an address is not followed that is too long.
pub fn address_too_long(bytes: u64) -> String {
    format!("The link is too long to open here ({bytes} bytes); the exported report has it in full.")
}
