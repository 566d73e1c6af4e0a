//! Leaves out what `wasm-streams` exports to JavaScript: three classes that make a stream of Rust's into one of the browser's.
//!
//! `leptos` depends on that library for server functions, which the app does not have. An export is never removed as unused,
//! so the classes and the promises that their methods return would make the first view 4 KB larger.

use anyhow::{Context as _, Result};
use wasm_encoder::reencode::{Reencode as _, RoundtripReencoder};
use wasm_encoder::{CustomSection, ExportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The section in which wasm-bindgen's macros describe what they export: pairs of the version of their schema and a description,
/// each after its length in four bytes.
const DESCRIPTIONS: &str = "__wasm_bindgen_unstable";
/// How the names of the three classes begin, and those of their functions.
const CLASSES: &[u8] = b"IntoUnderlying";
const FUNCTIONS: &str = "intounderlying";

/// The program as the linker wrote it, without the classes.
pub(crate) fn left_out(program: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(program) {
        let payload = payload?;
        if let Payload::ExportSection(section) = &payload {
            let mut exports = ExportSection::new();
            for export in section.clone() {
                let export = export?;
                if !export.name.contains(FUNCTIONS) {
                    let kind = RoundtripReencoder.export_kind(export.kind)?;
                    exports.export(export.name, kind, export.index);
                }
            }
            module.section(&exports);
        } else if let Payload::CustomSection(section) = &payload
            && section.name() == DESCRIPTIONS
        {
            let data = described(section.data())?.into();
            module.section(&CustomSection { name: DESCRIPTIONS.into(), data });
        } else if let Some((id, range)) = payload.as_section() {
            let data = &program[usize::try_from(range.start)?..usize::try_from(range.end)?];
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

/// The descriptions that name none of the classes.
fn described(mut section: &[u8]) -> Result<Vec<u8>> {
    let mut kept = Vec::with_capacity(section.len());
    while !section.is_empty() {
        let (schema, rest) = entry(section)?;
        let (description, rest) = entry(rest)?;
        if !description.windows(CLASSES.len()).any(|window| window == CLASSES) {
            kept.extend_from_slice(schema);
            kept.extend_from_slice(description);
        }
        section = rest;
    }
    Ok(kept)
}

/// The first entry, with its length, and what follows it.
fn entry(section: &[u8]) -> Result<(&[u8], &[u8])> {
    section
        .split_first_chunk()
        .and_then(|(length, _)| usize::try_from(u32::from_le_bytes(*length)).ok())
        .and_then(|length| section.split_at_checked(length.checked_add(size_of::<u32>())?))
        .context("A description of wasm-bindgen ends too early")
}

#[cfg(test)]
mod tests {
    use wasm_encoder::ExportKind;

    use super::*;

    fn exporting(functions: &[&str], descriptions: &[&[u8]]) -> Vec<u8> {
        let mut exports = ExportSection::new();
        for name in functions {
            exports.export(name, ExportKind::Func, 0);
        }
        let entry = |text: &[u8]| [&u32::try_from(text.len()).unwrap().to_le_bytes(), text].concat();
        let data = descriptions
            .iter()
            .flat_map(|text| [entry(b"0.2"), entry(text)].concat())
            .collect::<Vec<_>>()
            .into();
        let mut module = Module::new();
        module
            .section(&exports)
            .section(&RawSection { id: 9, data: &[0] })
            .section(&CustomSection { name: DESCRIPTIONS.into(), data });
        module.finish()
    }

    #[test]
    fn only_the_classes_of_streams_are_left_out() {
        let all = exporting(
            &["main", "intounderlyingsink_write", "__wbg_intounderlyingsink_free"],
            &[b"App", b"..IntoUnderlyingSink", b""],
        );
        assert_eq!(left_out(&all).unwrap(), exporting(&["main"], &[b"App", b""]));
    }

    #[test]
    fn a_description_that_ends_too_early_is_an_error() {
        let mut module = Module::new();
        module.section(&CustomSection {
            name: DESCRIPTIONS.into(),
            data: [9_u8, 0, 0, 0, 1].as_slice().into(),
        });
        assert!(left_out(&module.finish()).is_err());
    }
}
