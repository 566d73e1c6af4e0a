//! Splits the program into parts and joins the module that loads the further parts. The crate's documentation explains how, and what to do if
//! an update of the toolchain breaks it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};
use wasm_tools::{PARTS, SHARED, SNIPPETS, part_file};
use wasmparser::{Parser, Payload};

use crate::{order, streams};

/// The module that loads the further parts, in the folder of the parts.
const LOADER: &str = "__wasm_split.js";

/// Lines of the loading module and their replacements: in one module there is nothing to import or export, and the page's own script
/// hands over the parts.
fn in_loader(parts: &Parts) -> Vec<(String, String)> {
    let mut lines = vec![("import { initSync } from \"./main.js\";\n".to_owned(), String::new())];
    for (stem, part) in parts {
        let fetched = format!("fetch(new URL(\"./{stem}.wasm\", import.meta.url))");
        lines.push((fetched, format!("globalThis.posturePart(\"{part}\")")));
        if part != SHARED {
            let load = format!("const {LOAD}{part} =");
            lines.push((format!("export {load}"), load));
        }
    }
    lines
}

/// Lines of wasm-bindgen's module and their replacements. It imports each of the functions that load a part by itself.
fn in_module(parts: &Parts) -> Vec<(String, String)> {
    let loads: Vec<_> =
        parts.iter().filter(|(_, part)| part != SHARED).map(|(_, part)| format!("{LOAD}{part}")).collect();
    let mut lines = Vec::new();
    for number in 1..=loads.len() {
        lines.push((format!("import * as import{number} from \"./{LOADER}\"\n"), String::new()));
        let all =
            if number == 1 { format!("\"./{LOADER}\": {{ {} }},", loads.join(", ")) } else { String::new() };
        lines.push((format!("\"./{LOADER}\": import{number},"), all));
    }
    lines
}

/// The further parts: the splitter's name for each, and ours.
pub(crate) type Parts = Vec<(String, String)>;

/// The start of the names of the functions that load a part.
const LOAD: &str = "__wasm_split_load_";

/// The start of the names of functions that are split points.
const MARK: &[u8] = b"__wasm_split_00";

/// Splits a program as the linker wrote it and returns the path of its first part, and its further parts.
/// `None` if the program has no split point.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn split(program: &Path, folder: &Path) -> Result<Option<(PathBuf, Parts)>> {
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
    let snippets = folder.join(SNIPPETS);
    fs::create_dir_all(&snippets)?;
    let mut further = Parts::new();
    for path in &written.split_modules {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let part = part_of(&stem).to_owned();
        fs::write(
            snippets.join(part_file(&part)),
            order::alike_together(&without_names(&fs::read(path)?)?)?,
        )?;
        further.push((stem, part));
    }
    let mut names: Vec<_> = further.iter().map(|(_, part)| part.as_str()).collect();
    names.sort_by_key(|name| PARTS.iter().position(|part| part == name));
    ensure!(
        names == PARTS,
        "Failed to split {}: its further parts are {} instead of {}",
        program.display(),
        names.join(", "),
        PARTS.join(", ")
    );
    Ok(Some((first, further)))
}

/// The name of a part whose file the splitter calls `split_NAME`, or `chunk_NUMBER` if other parts share it.
fn part_of(stem: &str) -> &str {
    stem.strip_prefix("split_").unwrap_or(if stem.starts_with("chunk_") { SHARED } else { stem })
}

/// Joins the loading module to wasm-bindgen's.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn join_loader(folder: &Path, module: &Path, parts: &Parts) -> Result<()> {
    let loader = folder.join("parts").join(LOADER);
    let joined = format!(
        "{}\n{}",
        with_replaced_lines(module, &in_module(parts))?,
        with_replaced_lines(&loader, &in_loader(parts))?
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
    fn the_splitters_files_are_named_after_their_parts() {
        assert_eq!(["split_later", "chunk_1", "first"].map(part_of), ["later", "shared", "first"]);
    }

    #[test]
    fn a_missing_or_repeated_line_is_an_error() {
        let replaced = |text: &str| replaced(text.to_owned(), &[("a;", "b;")]).ok();
        assert_eq!(replaced("1; a; 2;").as_deref(), Some("1; b; 2;"));
        assert_eq!(replaced("1; 2;"), None);
        assert_eq!(replaced("a; a;"), None);
    }
}
