//! The build steps of the browser app that trunk lacks. There are three programs:
//!
//! - `wasm-tools-bindgen` is wasm-bindgen at the locked version. Trunk calls it under the name `wasm-bindgen`.
//!   It also splits the program into parts, because trunk has no step for that.
//! - `wasm-tools-finish` is trunk's `post_build` hook. It names the further parts, joins the sheets, leaves out comments, writes the shell of
//!   report pages and the service worker's list of files, and compresses everything.
//! - `wasm-tools-test-runner` runs the tests that are compiled for the browser.
//!
//! # How the program is split
//!
//! The first part is what the first view needs. A further part is what only the functions marked `wasm_split` with its name reach:
//! `later` (in `posture-web`, the module of the second bundle) and `adapters` (the module of the third).
//! The part `shared` has the code that both reach and the first part lacks. It loads with either of them, once.
//! The mark is `leptos::wasm_split`, the macro under Leptos' `#[lazy]`.
//! `#[lazy]` itself is not used: it panics if a part fails to load, and a panic ends the app.
//! The mark has the option `fallible`, so the app shows the failure and offers to try again.
//!
//! 1. The linker keeps relocations, which the splitter needs (`wasm_split_cli_support`, the library that cargo-leptos uses).
//! 2. What `wasm-streams` exports to JavaScript is left out, because nothing calls it (`bin/bindgen/streams.rs`).
//! 3. `wasm_split_cli_support::transform` writes all parts and a JavaScript module that loads the further parts.
//! 4. wasm-bindgen processes the first part.
//! 5. The loading module is joined to wasm-bindgen's module: a report page is one file and cannot import another.
//!    This replaces fixed lines of generated JavaScript, listed at the top of `bin/bindgen/split.rs`.
//! 6. The program's imports and exports get short names, in the program and in the module (`bin/bindgen/names.rs`).
//!
//! # If an update of the toolchain breaks the split
//!
//! Three things must fit together: `wasm-bindgen` and `wasm-bindgen-cli` (the same version), `wasm_split_cli_support`, and the version
//! of `wasm_split_helpers` that Leptos uses. Update them in one commit and run `cargo xtask test`.
//!
//! - **"The generated JavaScript lacks the line …"**: the new version writes one of those lines differently.
//!   Look at `parts/__wasm_split.js` and the module in the folder that the message names, and adapt the line in `bin/bindgen/split.rs`.
//! - **"Failed to split …"**: the splitter does not understand the linker's output.
//!   Go back to the previous `wasm_split_cli_support` or Rust toolchain, and look at its issues.
//! - **The app starts, but other pages do not load** (the test `second_part` in `tests/tests/browser/dashboard` fails): compare the imports that
//!   the further parts need (`wasm-objdump -j import -x`) with what `getSharedImports` of the loading module hands over.
//! - **It cannot be fixed today**: pin the previous toolchain in `rust-toolchain.toml` and the previous versions in `Cargo.toml`.
//!
//! Once trunk splits programs itself (trunk-rs/trunk#1022), the split belongs there.

/// The folder from which trunk takes further files of wasm-bindgen, under the same name.
pub const SNIPPETS: &str = "snippets";

/// The names of the program's further parts.
pub const PARTS: [&str; 3] = ["later", "adapters", SHARED];

/// The name of the part that further parts share.
pub const SHARED: &str = "shared";

/// The file of a further part in [`SNIPPETS`].
pub fn part_file(part: &str) -> String {
    format!("{part}.wasm")
}

/// A script without indentation, empty lines and the lines that are comments, which the browser does not need.
/// No statement or text of it may go on in a line that begins like a comment.
pub fn without_comments(script: &str) -> String {
    let is_code =
        |line: &&str| !line.is_empty() && !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark));
    script.lines().map(str::trim).filter(is_code).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn a_script_keeps_its_code() {
        let script = "// Starts.\nconst a = 1; // one\n\n  /**\n   * Doubles.\n   */\n  const b = 2 * a;\n";
        assert_eq!(without_comments(script), "const a = 1; // one\nconst b = 2 * a;\n");
    }
}
