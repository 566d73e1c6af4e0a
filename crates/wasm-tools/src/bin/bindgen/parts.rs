//! The program in two parts: what the first view needs, and what only the functions marked `wasm_split` reach.
//!
//! Beside the parts comes a module that loads the second. It joins the module of wasm-bindgen, and asks the page's own script for the bytes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, ensure};
use wasm_split_cli_support::{Options, transform};
use wasmparser::{Parser, Payload};

/// Where trunk takes further files from, into the folder of the same name.
const SNIPPETS: &str = "snippets";
const SECOND_PART: &str = "later.wasm";
const LINK: &str = "__wasm_split.js";

/// What the loading module says, and what is said in its place; the rest of it stays as it is.
const IN_LINK: [(&str, &str); 3] = [
    ("import { initSync } from \"./main.js\";\n", ""),
    ("fetch(new URL(\"./split_later.wasm\", import.meta.url))", "globalThis.postureSecondPart()"),
    ("export const __wasm_split_load_later =", "const __wasm_split_load_later ="),
];
const IN_GLUE: [(&str, &str); 2] = [
    ("import * as import1 from \"./__wasm_split.js\"\n", ""),
    ("\"./__wasm_split.js\": import1,", "\"./__wasm_split.js\": { __wasm_split_load_later },"),
];

/// What the name of every function begins with that a program is cut at.
const MARK: &[u8] = b"__wasm_split_00";

/// Cuts a program as the linker wrote it; answers where its first part lies, which is wasm-bindgen's to finish. `None` where no function
/// is marked.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn cut(program: &Path, folder: &Path) -> Result<Option<PathBuf>> {
    let bytes = fs::read(program).with_context(|| format!("reading {}", program.display()))?;
    if !bytes.windows(MARK.len()).any(|window| window == MARK) {
        return Ok(None);
    }
    let parts = folder.join("parts");
    let first = parts.join("first.wasm");
    let mut options = Options::new(&bytes);
    (options.output_dir, options.main_out_path) = (&parts, &first);
    let made = transform(options).map_err(|error| anyhow!("cutting {}: {error:#}", program.display()))?;
    let [second] = made.split_modules.as_slice() else {
        return Err(anyhow!("not two parts but {}", made.split_modules.len() + 1));
    };
    let snippets = folder.join(SNIPPETS);
    fs::create_dir_all(&snippets)?;
    fs::write(snippets.join(SECOND_PART), without_names(&fs::read(second)?)?)?;
    Ok(Some(first))
}

/// Puts the loading module into the module of wasm-bindgen.
#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
pub(crate) fn join_link(folder: &Path, glue: &Path) -> Result<()> {
    let link = replaced(fs::read_to_string(folder.join("parts").join(LINK))?, &IN_LINK)?;
    let joined = replaced(fs::read_to_string(glue)?, &IN_GLUE)?;
    fs::write(glue, format!("{joined}\n{link}")).with_context(|| format!("writing {}", glue.display()))
}

fn replaced(mut text: String, replacements: &[(&str, &str)]) -> Result<String> {
    for (old, new) in replacements {
        ensure!(
            text.matches(old).count() == 1,
            "what loads the second part is written in another way; it lacks {old:?}"
        );
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
