//! Short names for what the program imports from its JavaScript module.
//!
//! wasm-bindgen ends each name with a hash. Hashes do not compress, and each is sent twice, in the program and in the module:
//! without them, the first view is 5 KB smaller.

use anyhow::Result;
use wasm_encoder::reencode::{RoundtripReencoder, utils};
use wasm_encoder::{ImportSection, Module, RawSection};
use wasmparser::{Import, Parser, Payload};

/// How wasm-bindgen's names begin.
const BINDINGS: &str = "__wbg_";

/// Lines of the JavaScript module, each with its replacement.
type Lines = Vec<(String, String)>;

/// The program with short names for its bindings, and the lines that define them in the JavaScript module.
pub(crate) fn shortened(program: &[u8]) -> Result<(Vec<u8>, Lines)> {
    let (mut module, mut lines) = (Module::new(), Lines::new());
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
        } else if let Some((id, range)) = payload.as_section() {
            let data = &program[usize::try_from(range.start)?..usize::try_from(range.end)?];
            module.section(&RawSection { id, data });
        }
    }
    Ok((module.finish(), lines))
}

#[cfg(test)]
mod tests {
    use wasm_encoder::EntityType;

    use super::*;

    fn importing(names: [&str; 3]) -> Vec<u8> {
        let mut imports = ImportSection::new();
        for name in names {
            imports.import("./app.js", name, EntityType::Function(0));
        }
        let mut module = Module::new();
        module.section(&imports).section(&RawSection { id: 9, data: &[0] });
        module.finish()
    }

    #[test]
    fn only_bindings_are_renamed_and_other_sections_stay_as_they_are() {
        let (program, lines) =
            shortened(&importing(["__wbg_body_0a", "__wasm_split_load", "__wbg_get_1b"])).unwrap();
        assert_eq!(program, importing(["i0", "__wasm_split_load", "i1"]));
        let lines: Vec<_> = lines.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
        assert_eq!(
            lines,
            [("__wbg_body_0a: function(", "i0: function("), ("__wbg_get_1b: function(", "i1: function(")]
        );
    }
}
