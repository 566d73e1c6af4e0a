//! `wasm-bindgen` at the workspace's version. Cargo forbids a binary of that very name beside the library's;
//! `cargo xtask` copies this one under it.
//!
//! Trunk cannot ask for two things, so they are done here: function names are left out, and the program is cut into its two parts.

mod parts;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Result;

fn main() -> Result<()> {
    let mut args: Vec<OsString> = std::env::args_os().collect();
    let Some(folder) = option(&args, "--out-dir").map(PathBuf::from) else { return run(args) };
    // Function names are a fifth of the compressed program and serve nobody but a debugger.
    if !args.iter().any(|arg| arg == "--keep-debug") {
        args.push("--remove-name-section".into());
    }
    let program = args.iter_mut().find(|arg| Path::new(arg).extension().is_some_and(|kind| kind == "wasm"));
    let first =
        program.as_ref().map(|program| parts::cut(Path::new(program), &folder)).transpose()?.flatten();
    let (Some(program), Some(first)) = (program, first) else { return run(args) };
    *program = first.into();
    // The second part is linked by the names of the first part's exports.
    args.extend(["--keep-lld-exports".into(), "--no-demangle".into()]);
    let glue = folder.join(option(&args, "--out-name").unwrap_or_default() + ".js");
    run(args)?;
    parts::join_link(&folder, &glue)
}

fn run(args: Vec<OsString>) -> Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
}

/// The value of an option written `--name=value`.
fn option(args: &[OsString], name: &str) -> Option<String> {
    args.iter().find_map(|arg| arg.to_str()?.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}
