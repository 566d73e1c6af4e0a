//! Reading: the result does not depend on chunks, on the document's form, or on slimming.

use posture_core::{
    Form, Options, Refusal, Report, ReportBuilder, SnapshotReader, Timestamp, assess_tenant,
    export::slim as core_slim,
};

use super::draws::drawn_from;
use crate::mutation;
use posture_testing::pinned::pinned;

/// Documents longer than this are not fed byte by byte.
const BY_BYTES: usize = 8 * 1024;
/// The latest as-of instant, as time after the export.
const AHEAD_SECONDS: i64 = 400_000;

/// The reader: the same report, or the same refusal, for any chunks.
pub(super) fn chunks(input: &[u8]) {
    for form in [Form::Json, Form::Ndjson] {
        let whole = posture_core::derive(input, form, &Options::default());
        let mut chance = drawn_from(input);
        let mut cuts: Vec<_> = (0..chance.usize(0..8)).map(|_| chance.usize(0..=input.len())).collect();
        cuts.sort_unstable();
        same(&whole, &fed(input, form, &cuts), &cuts);
        if input.len() <= BY_BYTES {
            let every: Vec<_> = (0..input.len()).collect();
            same(&whole, &fed(input, form, &every), &[]);
        }
    }
}

fn same(whole: &Result<Report, Refusal>, pieces: &Result<Report, Refusal>, cuts: &[usize]) {
    assert!(whole == pieces, "cut at {cuts:?}: {pieces:?} instead of {whole:?}");
}

/// Derives a document in chunks that end at these positions.
fn fed(document: &[u8], form: Form, cuts: &[usize]) -> Result<Report, Refusal> {
    let mut reader = SnapshotReader::new(form, &Options::default())?;
    let mut builder = ReportBuilder::default();
    let mut start = 0;
    for end in cuts.iter().copied().chain([document.len()]) {
        reader.push(&document[start..end]);
        start = end;
        take(&mut reader, &mut builder)?;
    }
    reader.end();
    take(&mut reader, &mut builder)?;
    Ok(builder.finish(reader.finish()?))
}

fn take(reader: &mut SnapshotReader, builder: &mut ReportBuilder) -> Result<(), Refusal> {
    reader.drain(|tenant, frame| builder.add(assess_tenant(&tenant, frame)?))
}

pub(super) fn line_seeds() -> Vec<Vec<u8>> {
    mutation::snapshots().iter().filter_map(|snapshot| mutation::ndjson(snapshot)).collect()
}

/// The NDJSON form: it gives the report of the same snapshot in the JSON form.
pub(super) fn lines(input: &[u8]) {
    let by_line = posture_core::derive(input, Form::Ndjson, &Options::default());
    let Ok(by_line) = by_line else { return };
    let text = str::from_utf8(input).unwrap_or_else(|error| panic!("what is not UTF-8 was read: {error}"));
    let (head, lines) = text.split_once('\n').unwrap_or((text, ""));
    let open =
        head.trim_end().strip_suffix('}').unwrap_or_else(|| panic!("a head that is not an object was read"));
    let tenants: Vec<_> = lines.split('\n').filter(|line| !line.trim().is_empty()).collect();
    let document = format!("{open},\"tenants\":[{}]}}", tenants.join(","));
    let whole = posture_core::derive(document.as_bytes(), Form::Json, &Options::default());
    assert!(whole.as_ref() == Ok(&by_line), "in the JSON form {whole:?}\ninstead of {by_line:?}");
}

/// The slim export: rejected if the snapshot is, and otherwise the same verdicts at any instant from the export on.
pub(super) fn slim(input: &[u8]) {
    for form in [Form::Json, Form::Ndjson] {
        let whole = posture_core::derive(input, form, &Options::default());
        let slimmed = core_slim::slim(input, form, None);
        let (Ok(report), Ok(slimmed)) = (&whole, &slimmed) else {
            assert_eq!(whole.err(), slimmed.err(), "slimming refuses what deriving refuses");
            continue;
        };
        assert!(
            core_slim::slim(slimmed, Form::Json, None).is_ok(),
            "a slim snapshot cannot be slimmed again"
        );
        let later = drawn_from(input).i64(0..AHEAD_SECONDS);
        let at = Timestamp::from_unix_seconds(report.exported_at.unix_seconds() + later);
        for as_of in [None, at.map(|at| at.to_string())] {
            let options = Options { as_of, ..Options::default() };
            let judged = |document: &[u8], form| {
                posture_core::derive(document, form, &options).map(|mut report| {
                    // Neither is the same by the contract: what a slim export covers, and what it left out.
                    (report.since, report.evidence_from) = (None, None);
                    pinned(&report)
                })
            };
            let (before, after) = (judged(input, form), judged(slimmed, Form::Json));
            assert!(
                before == after,
                "{options:?}: {after:?}\ninstead of {before:?}\nby {}",
                String::from_utf8_lossy(slimmed)
            );
        }
    }
}
