//! `wasm-bindgen` at the workspace's version. Cargo forbids a binary of that very name beside the library's;
//! `cargo xtask` copies this one under it.

use std::ffi::OsString;

fn main() -> anyhow::Result<()> {
    let mut args: Vec<OsString> = std::env::args_os().collect();
    // Trunk cannot ask for this: function names are a fifth of the compressed program and serve nobody but a debugger.
    let builds = args.iter().any(|arg| arg.to_string_lossy().starts_with("--out-dir"));
    if builds && !args.iter().any(|arg| arg == "--keep-debug") {
        args.push("--remove-name-section".into());
    }
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
}
