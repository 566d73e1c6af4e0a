//! The wasm32 test runner that `.cargo/config.toml` names. It runs a test binary in a headless browser.

use std::ffi::OsStr;

fn main() -> anyhow::Result<()> {
    // Cargo passes its own `--quiet` to test binaries, and the runner rejects it.
    let args = std::env::args_os().filter(|arg| arg != OsStr::new("--quiet"));
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
}
