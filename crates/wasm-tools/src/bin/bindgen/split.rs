//! Splits the program in two and joins the module that loads the second part. The crate's documentation explains how, and what to do if
//! an update of the toolchain breaks it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};
use wasm_tools::{SECOND_PART, SNIPPETS};
use wasmparser::{Parser, Payload};

use crate::streams;

/// The module that loads the second part, in the folder of the parts.
const LOADER: &str = "__wasm_split.js";

/// Lines of the loading module and their replacements: in one module there is nothing to import or export, and the page's own script
/// hands over the second part.
const IN_LOADER: [(&str, &str); 3] = [
    ("import { initSync } from \"./main.js\";\n", ""),
    ("fetch(new URL(\"./split_later.wasm\", import.meta.url))", "globalThis.postureSecondPart()"),
    ("export const __wasm_split_load_later =", "const __wasm_split_load_later ="),
];
/// Lines of wasm-bindgen's module and their replacements.
const IN_MODULE: [(&str, &str); 2] = [
    ("import * as import1 from \"./__wasm_split.js\"\n", ""),
    ("\"./__wasm_split.js\": import1,", "\"./__wasm_split.js\": { __wasm_split_load_later },"),
];

/// The start of the names of functions that are split points.
const MARK: &[u8] = b"__wasm_split_00";

/// Splits a program as the linker wrote it and returns the path of its first part. `None` if the program has no split point.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn split(program: &Path, folder: &Path) -> Result<Option<PathBuf>> {
    let bytes = fs::read(program).with_context(|| format!("Failed to read {}", program.display()))?;
    if !bytes.windows(MARK.len()).any(|window| window == MARK) {
        return Ok(None);
    }
    let parts = folder.join("parts");
    let first = parts.join("first.wasm");
    let bytes = streams::left_out(&bytes)?;
    let mut options = Options::new(&bytes);
    (options.output_dir, options.main_out_path) = (&parts, &first);
    let written =
        transform(options).map_err(|error| anyhow!("Failed to split {}: {error:#}", program.display()))?;
    let [second] = written.split_modules.as_slice() else {
        return Err(anyhow!(
            "Failed to split {}: it has {} parts instead of two",
            program.display(),
            written.split_modules.len() + 1
        ));
    };
    let snippets = folder.join(SNIPPETS);
    fs::create_dir_all(&snippets)?;
    fs::write(snippets.join(SECOND_PART), without_names(&fs::read(second)?)?)?;
    Ok(Some(first))
}

/// Joins the loading module to wasm-bindgen's.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn join_loader(folder: &Path, module: &Path) -> Result<()> {
    let loader = folder.join("parts").join(LOADER);
    let joined = format!(
        "{}\n{}",
        with_replaced_lines(module, &IN_MODULE)?,
        with_replaced_lines(&loader, &IN_LOADER)?
    );
    fs::write(module, joined).with_context(|| format!("Failed to write {}", module.display()))
}

/// A generated file with some of its lines replaced. Fails if it does not have each exactly once.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn with_replaced_lines<S: AsRef<str>>(path: &Path, lines: &[(S, S)]) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("Failed to read {}", path.display()))?;
    replaced(text, lines).with_context(|| {
        format!("{} is not as expected. The documentation of wasm-tools says what to do", path.display())
    })
}

fn replaced<S: AsRef<str>>(mut text: String, lines: &[(S, S)]) -> Result<String> {
    for (old, new) in lines {
        let (old, new) = (old.as_ref(), new.as_ref());
        ensure!(text.matches(old).count() == 1, "The generated JavaScript lacks the line {old:?}");
        text = text.replace(old, new);
    }
    Ok(text)
}

/// A program without the names of its functions.
fn without_names(program: &[u8]) -> Result<Vec<u8>> {
    let (mut kept, mut from) = (Vec::with_capacity(program.len()), 0_usize);
    for payload in Parser::new(0).parse_all(program) {
        let payload = payload?;
        let is_names = matches!(&payload, Payload::CustomSection(section) if section.name() == "name");
        let end = match (&payload, payload.as_section()) {
            (Payload::Version { range, .. }, _) => range.end,
            (_, Some((_, range))) => range.end,
            (_, None) => continue,
        };
        if !is_names {
            kept.extend_from_slice(&program[from..usize::try_from(end)?]);
        }
        from = usize::try_from(end)?;
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_repeated_line_is_an_error() {
        let replaced = |text: &str| replaced(text.to_owned(), &[("a;", "b;")]).ok();
        assert_eq!(replaced("1; a; 2;").as_deref(), Some("1; b; 2;"));
        assert_eq!(replaced("1; 2;"), None);
        assert_eq!(replaced("a; a;"), None);
    }
}
