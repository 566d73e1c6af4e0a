//! Writes the seeds for fuzzing (`seeds/TARGET/`) and a dictionary into the given folder. `cargo xtask fuzz` starts it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use posture_tests::fragments::{KEYS, WORDS};
use posture_tests::fuzzed::TARGETS;

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).context("usage: fuzz_seeds FOLDER")?);
    for target in TARGETS {
        let seeds = folder.join("seeds").join(target.name);
        std::fs::create_dir_all(&seeds).with_context(|| format!("creating {}", seeds.display()))?;
        for (place, seed) in (target.seeds)().iter().enumerate() {
            write(&seeds.join(format!("{place:03}")), seed)?;
        }
    }
    let keys = KEYS.map(|key| format!("\"{key}\":"));
    let escaped = |word: &str| format!("\"{}\"\n", word.replace('\\', "\\\\").replace('"', "\\\""));
    let words: String = WORDS.iter().copied().chain(keys.iter().map(String::as_str)).map(escaped).collect();
    write(&folder.join("words.dict"), words.as_bytes())
}

#[expect(clippy::disallowed_methods, reason = "a seed is a file")]
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
