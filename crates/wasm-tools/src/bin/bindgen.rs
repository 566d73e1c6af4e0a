//! `wasm-bindgen` at the workspace's version. Cargo forbids a binary of that very name beside the library's;
//! `cargo xtask` copies this one under it.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
