//! Derivation from a stream, in parallel, gives what the core gives of the whole document.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use std::io::{self, Read, Write as _};

use posture_core::{Form, Options, RefusalKind, Timestamp, derive};
use posture_engine::{self as engine, DeriveError, Progress};
use posture_synth::demo::snapshot;
use posture_synth::{Detail, Features, Plan};

fn demo() -> Vec<u8> {
    snapshot(Timestamp::parse("2026-11-23T07:30:00Z").unwrap()).unwrap()
}

/// Returns few bytes at a time.
struct Trickle<'b>(&'b [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.0.len()).min(997);
        self.0.read(&mut buffer[..length])
    }
}

/// Fails after what it holds.
struct Torn<'b>(&'b [u8]);

impl Read for Torn<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() { Err(io::Error::other("the connection was lost")) } else { self.0.read(buffer) }
    }
}

#[test]
fn a_stream_gives_the_report_of_the_whole_document() {
    let document = demo();
    let options = Options {
        as_of: Some("2026-11-24T00:00:00Z".to_owned()),
        freshness_hours: Some(48),
        ..Options::default()
    };
    let whole = derive(&document, Form::Json, &options).unwrap();
    let mut seen = Progress::default();
    let streamed = engine::derive(Trickle(&document), Form::Json, &options, |at| seen = at).unwrap();
    assert_eq!(streamed.to_json().unwrap(), whole.to_json().unwrap());
    assert_eq!(seen, Progress { bytes: document.len() as u64, tenants: 53 });
}

#[test]
fn writing_in_parallel_gives_the_same_bytes() {
    let exported_at = Timestamp::parse("2026-11-23T07:30:00Z").unwrap();
    let plan = Plan {
        tenants: 1_100,
        seed: 7,
        exported_at,
        detail: Detail::Slim,
        features: Features::Share,
        damage: true,
    };
    let mut workspace = Vec::new();
    posture_synth::write(&plan, Form::Json, &mut workspace).unwrap();
    for document in [demo(), workspace] {
        let report = derive(&document, Form::Json, &Options::default()).unwrap();
        let mut written = Vec::new();
        engine::write(&report, |bytes| written.write_all(bytes)).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), report.to_json().unwrap());
        assert_eq!(engine::digest(&report).unwrap(), report.digest().unwrap());
    }
}

#[test]
fn an_unwritable_place_is_reported() {
    let report = derive(&demo(), Form::Json, &Options::default()).unwrap();
    let written = engine::write(&report, |_| Err(io::Error::other("the disk is full")));
    assert_eq!(written.unwrap_err().to_string(), "the disk is full");
}

#[test]
fn a_refusal_is_the_one_the_core_gives() {
    let document = demo();
    for end in [0, 1, 300, document.len() / 2, document.trim_ascii_end().len() - 1] {
        let cut = &document[..end];
        let expected = derive(cut, Form::Json, &Options::default()).unwrap_err();
        match engine::derive(Trickle(cut), Form::Json, &Options::default(), |_| ()) {
            Err(DeriveError::Refused(refusal)) => assert_eq!(refusal, expected, "cut at {end}"),
            other => panic!("cut at {end}: {other:?}"),
        }
    }
}

/// A workspace of several chunks, each tenant on its line or all on one.
fn several_chunks() -> [Vec<u8>; 2] {
    let exported_at = Timestamp::parse("2026-11-23T07:30:00Z").unwrap();
    let plan = Plan {
        tenants: 900,
        seed: 11,
        exported_at,
        detail: Detail::Slim,
        features: Features::Share,
        damage: true,
    };
    let mut lines = Vec::new();
    posture_synth::write(&plan, Form::Json, &mut lines).unwrap();
    let one_line = lines.iter().map(|byte| if *byte == b'\n' { b' ' } else { *byte }).collect();
    [lines, one_line]
}

#[test]
fn a_document_of_several_chunks_gives_the_report_of_the_whole() {
    for document in several_chunks() {
        assert!(document.len() > 6 << 20, "{} bytes", document.len());
        let whole = derive(&document, Form::Json, &Options::default()).unwrap();
        let mut seen = Progress::default();
        let streamed = engine::derive(&*document, Form::Json, &Options::default(), |at| seen = at).unwrap();
        assert!(streamed.to_json().unwrap() == whole.to_json().unwrap());
        assert_eq!(seen, Progress { bytes: document.len() as u64, tenants: 900 });
    }
}

#[test]
fn of_two_faults_in_different_chunks_the_first_is_reported() {
    let [document, _] = several_chunks();
    let broken_at = |places: &[usize]| {
        let mut broken = document.clone();
        for place in places {
            let key = document[*place..].windows(8).position(|bytes| bytes == b",\"status").unwrap();
            broken[place + key] = b';';
        }
        broken
    };
    for places in [[4 << 20, 6 << 20], [1 << 20, 4 << 20]] {
        let broken = broken_at(&places);
        let expected = derive(&broken, Form::Json, &Options::default()).unwrap_err();
        match engine::derive(&*broken, Form::Json, &Options::default(), |_| ()) {
            Err(DeriveError::Refused(refusal)) => assert_eq!(refusal, expected, "broken at {places:?}"),
            other => panic!("broken at {places:?}: {other:?}"),
        }
        let torn = engine::derive(Torn(&broken[..places[1] + 4096]), Form::Json, &Options::default(), |_| ());
        assert!(
            matches!(torn, Err(DeriveError::Refused(_))),
            "what came before the stream tore decides: {torn:?}"
        );
    }
}

#[test]
fn a_broken_stream_is_distinguished_from_a_rejection() {
    let document = demo();
    let torn = engine::derive(Torn(&document[..5000]), Form::Json, &Options::default(), |_| ());
    assert!(matches!(torn, Err(DeriveError::Unreadable(_))), "{torn:?}");
}

#[test]
fn an_invalid_instant_is_rejected_before_anything_is_read() {
    let options = Options { as_of: Some("now".to_owned()), ..Options::default() };
    let refused = engine::derive(Torn(b""), Form::Json, &options, |_| ());
    assert!(
        matches!(refused, Err(DeriveError::Refused(refusal)) if matches!(refusal.kind, RefusalKind::AsOf(_)))
    );
}
