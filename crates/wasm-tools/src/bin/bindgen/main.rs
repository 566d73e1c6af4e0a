//! `wasm-bindgen` at the locked version. Cargo does not allow a binary of that name next to the library's, so `cargo xtask` copies this
//! one under it.
//!
//! It does two things that trunk cannot ask for: it leaves out function names, and it splits the program.

mod split;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;

fn main() -> Result<()> {
    let mut args: Vec<OsString> = std::env::args_os().collect();
    let Some(folder) = option(&args, "--out-dir").map(PathBuf::from) else { return run(args) };
    // Function names are a fifth of the compressed program and serve only a debugger.
    if !args.iter().any(|arg| arg == "--keep-debug") {
        args.push("--remove-name-section".into());
    }
    let program = args.iter_mut().find(|arg| Path::new(arg).extension().is_some_and(|kind| kind == "wasm"));
    let first =
        program.as_ref().map(|program| split::split(Path::new(program), &folder)).transpose()?.flatten();
    let (Some(program), Some(first)) = (program, first) else { return run(args) };
    *program = first.into();
    // The second part finds the first part's exports by their names.
    args.extend(["--keep-lld-exports".into(), "--no-demangle".into()]);
    let module = folder.join(option(&args, "--out-name").unwrap_or_default() + ".js");
    run(args)?;
    split::join_loader(&folder, &module)
}

fn run(args: Vec<OsString>) -> Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
}

/// The value of an option written `--name=value`.
fn option(args: &[OsString], name: &str) -> Option<String> {
    args.iter().find_map(|arg| arg.to_str()?.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}
