//! Writes `tests/digests.txt` and `tests/generated.txt`; `cargo xtask digests` starts it.

use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "records what this machine derived")]
fn main() -> std::io::Result<()> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    std::fs::write(folder.join("digests.txt"), posture_tests::digests::derived()?)?;
    std::fs::write(folder.join("generated.txt"), posture_tests::generated::derived()?)
}
