//! Short names for what the program imports from its JavaScript module, and for what it exports to it.
//!
//! wasm-bindgen ends each name with a hash. Hashes do not compress, and each is sent twice, in the program and in the module:
//! without them, the first view is 5 KB smaller.

use anyhow::Result;
use wasm_encoder::reencode::{RoundtripReencoder, utils};
use wasm_encoder::{ExportSection, ImportSection, Module, RawSection};
use wasmparser::{Export, Import, Parser, Payload};

/// How wasm-bindgen's names begin.
const BINDINGS: &str = "__wbg_";
/// How the names begin that the compiler gave to functions.
const MANGLED: &str = "_ZN";
/// Says which instructions a program uses. Only linkers read it.
const FEATURES: &str = "target_features";

/// Texts of the JavaScript module, each with its replacement.
type Texts = Vec<(String, String)>;

/// A program with short names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shortened {
    /// The program.
    pub(crate) program: Vec<u8>,
    /// The lines that define its imports; each is in the module once.
    pub(crate) imports: Texts,
    /// The names of its exports, the longest first, because one may begin with another.
    pub(crate) exports: Texts,
}

/// The program with short names for its bindings and exported functions.
pub(crate) fn shortened(program: &[u8]) -> Result<Shortened> {
    let (mut module, mut lines, mut names) = (Module::new(), Texts::new(), Texts::new());
    for payload in Parser::new(0).parse_all(program) {
        let payload = payload?;
        if let Payload::ImportSection(section) = &payload {
            let mut imports = ImportSection::new();
            for import in section.clone().into_imports() {
                let import = import?;
                let short = format!("i{}", lines.len());
                let name = if import.name.starts_with(BINDINGS) {
                    lines.push((format!("{}: function(", import.name), format!("{short}: function(")));
                    &short
                } else {
                    import.name
                };
                utils::parse_import(&mut RoundtripReencoder, &mut imports, Import { name, ..import })?;
            }
            module.section(&imports);
        } else if let Payload::ExportSection(section) = &payload {
            let mut exports = ExportSection::new();
            for export in section.clone() {
                let export = export?;
                let short = format!("e{}", names.len());
                let name = if export.name.starts_with(MANGLED) {
                    names.push((export.name.to_owned(), short.clone()));
                    &short
                } else {
                    export.name
                };
                utils::parse_export(&mut RoundtripReencoder, &mut exports, Export { name, ..export })?;
            }
            module.section(&exports);
        } else if let Some((id, range)) = payload.as_section()
            && !matches!(&payload, Payload::CustomSection(section) if section.name() == FEATURES)
        {
            let data = &program[usize::try_from(range.start)?..usize::try_from(range.end)?];
            module.section(&RawSection { id, data });
        }
    }
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    Ok(Shortened { program: module.finish(), imports: lines, exports: names })
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{EntityType, ExportKind};

    use super::*;

    fn importing(names: [&str; 3], exported: [&str; 3]) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for name in names {
            imports.import("./app.js", name, EntityType::Function(0));
        }
        let mut exports = ExportSection::new();
        for name in exported {
            exports.export(name, ExportKind::Func, 0);
        }
        let mut module = Module::new();
        module.section(&imports).section(&exports).section(&RawSection { id: 9, data: &[0] });
        module.finish()
    }

    #[test]
    fn only_bindings_and_mangled_exports_are_renamed_and_other_sections_stay_as_they_are() {
        let program = importing(
            ["__wbg_body_0a", "__wasm_split_load", "__wbg_get_1b"],
            ["main", "_ZN6invoke17h0aE", "_ZN6invoke17h0aE_4"],
        );
        let texts = |texts: &[(&str, &str)]| -> Texts {
            texts.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
        };
        let expected = Shortened {
            program: importing(["i0", "__wasm_split_load", "i1"], ["main", "e0", "e1"]),
            imports: texts(&[
                ("__wbg_body_0a: function(", "i0: function("),
                ("__wbg_get_1b: function(", "i1: function("),
            ]),
            exports: texts(&[("_ZN6invoke17h0aE_4", "e1"), ("_ZN6invoke17h0aE", "e0")]),
        };
        assert_eq!(shortened(&program).unwrap(), expected);
    }
}
