//! `wasm-bindgen` at the locked version. Cargo does not allow a binary of that name next to the library's, so `cargo xtask` copies this
//! one under it.
//!
//! It does five things that trunk cannot ask for: it leaves out function names and exports that nothing calls, it splits the program,
//! it gives the program's imports and exports short names, and it puts functions that look alike next to each other.

mod names;
mod order;
mod split;
mod streams;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasm_tools::without_comments;

fn main() -> Result<()> {
    let mut args: Vec<OsString> = std::env::args_os().collect();
    let Some(folder) = option(&args, "--out-dir").map(PathBuf::from) else { return run(args) };
    // Function names are a fifth of the compressed program and serve only a debugger.
    if !args.iter().any(|arg| arg == "--keep-debug") {
        args.extend(["--remove-name-section".into(), "--remove-producers-section".into()]);
    }
    let program = args.iter_mut().find(|arg| Path::new(arg).extension().is_some_and(|kind| kind == "wasm"));
    let first =
        program.as_ref().map(|program| split::split(Path::new(program), &folder)).transpose()?.flatten();
    let (Some(program), Some((first, parts))) = (program, first) else { return run(args) };
    *program = first.into();
    // The further parts find the first part's exports by their names.
    args.extend(["--keep-lld-exports".into(), "--no-demangle".into()]);
    let name = option(&args, "--out-name").unwrap_or_default();
    let module = folder.join(format!("{name}.js"));
    run(args)?;
    split::join_loader(&folder, &module, &parts)?;
    shorten_names(&folder.join(format!("{name}_bg.wasm")), &module)
}

#[expect(clippy::disallowed_methods, reason = "a build tool over the files trunk hands it")]
fn shorten_names(program: &Path, module: &Path) -> Result<()> {
    let bytes = fs::read(program).with_context(|| format!("Failed to read {}", program.display()))?;
    let short = names::shortened(&bytes)?;
    let mut text = split::with_replaced_lines(module, &short.imports)?;
    for (name, short) in &short.exports {
        text = text.replace(name, short);
    }
    fs::write(program, order::alike_together(&short.program)?)
        .with_context(|| format!("Failed to write {}", program.display()))?;
    fs::write(module, without_comments(&text))
        .with_context(|| format!("Failed to write {}", module.display()))
}

fn run(args: Vec<OsString>) -> Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
}

/// The value of an option written `--name=value`.
fn option(args: &[OsString], name: &str) -> Option<String> {
    args.iter().find_map(|arg| arg.to_str()?.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}
