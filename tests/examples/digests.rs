//! Writes `tests/digests.txt`; `cargo xtask digests` starts it.

use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "records what this machine derived")]
fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("digests.txt");
    std::fs::write(path, posture_tests::digests::derived()?)
}
