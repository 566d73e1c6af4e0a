//! Fuzzes the targets of `tests/fuzz` with libFuzzer, from the seeds of `posture_tests::fuzzed`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::step::{self, cargo, command};
use crate::{setup, workspace};

/// The fuzz targets, one file each.
const TARGETS: &str = "tests/fuzz/fuzz_targets";

/// How the run of a target ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It ran to its end and found nothing.
    Clean,
    /// It wrote an input that breaks its property.
    Found,
    /// It was not built, or was stopped. Nothing is known about its property.
    Unfinished,
}

/// Runs these targets, or all, for this many minutes each. A finding ends its own target only.
/// Exits with 0 if all ran and found nothing, 1 if one found something, and 2 if none did but one did not run to its end.
pub(crate) fn run(minutes: u64, chosen: &[String]) -> ExitCode {
    let code = run_all(minutes, chosen).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        UNFINISHED
    });
    ExitCode::from(code)
}

const FOUND: u8 = 1;
const UNFINISHED: u8 = 2;

fn run_all(minutes: u64, chosen: &[String]) -> Result<u8> {
    let targets = targets(chosen)?;
    setup::for_fuzzing()?;
    let folder = workspace::target_dir()?.join("fuzz");
    let mut seeds = cargo(["run", "--locked", "--package", "posture-tools", "--bin", "fuzz_seeds", "--"]);
    step::run("writing seeds", seeds.arg(&folder))?;
    let mut ends = Vec::new();
    for target in &targets {
        ends.push((target.as_str(), fuzz(target, minutes, &folder)?));
    }
    let (code, sentence) = verdict(&ends, &folder.join("found"));
    eprintln!("{sentence}");
    Ok(code)
}

/// The exit code, and what the run showed.
fn verdict(ends: &[(&str, End)], found: &Path) -> (u8, String) {
    let names = |wanted: End| {
        let names: Vec<_> = ends.iter().filter(|(_, end)| *end == wanted).map(|(name, _)| *name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let unfinished = names(End::Unfinished).map(|names| {
        format!("These targets did not run to their end, because they failed to build or were stopped: {names}. Run them again.")
    });
    let Some(names) = names(End::Found) else {
        let nothing = "The targets that ran found nothing.";
        return match unfinished {
            Some(unfinished) => (UNFINISHED, format!("error: {unfinished} {nothing}")),
            None => (0, nothing.to_owned()),
        };
    };
    let sentence = format!(
        "error: These targets found something: {names}. The input is in {}. \
         Try it again with `posture_tests::fuzzed::try_input` and write a test for it.",
        found.display()
    );
    (FOUND, unfinished.map_or(sentence.clone(), |unfinished| format!("{sentence} {unfinished}")))
}

/// The chosen targets, or all. Fails if one does not exist.
fn targets(chosen: &[String]) -> Result<Vec<String>> {
    let folder = workspace::root().join(TARGETS);
    let mut all = Vec::new();
    for entry in folder.read_dir().with_context(|| format!("Failed to read {TARGETS}"))? {
        all.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    all.sort();
    if let Some(unknown) = chosen.iter().find(|target| !all.contains(target)) {
        bail!("Unknown target {unknown}. Targets: {}", all.join(", "));
    }
    Ok(if chosen.is_empty() { all } else { chosen.to_vec() })
}

fn fuzz(target: &str, minutes: u64, folder: &Path) -> Result<End> {
    let (corpus, found) = (folder.join("corpus").join(target), folder.join("found").join(target));
    for needed in [&corpus, &found] {
        std::fs::create_dir_all(needed).with_context(|| format!("Failed to create {}", needed.display()))?;
    }
    if let Err(error) =
        step::run(&format!("building {target}"), cargo_fuzz("build", target, folder).arg(target))
    {
        eprintln!("error: {error:#}");
        return Ok(End::Unfinished);
    }
    let before = files_in(&found)?;
    let mut fuzz = cargo_fuzz("run", target, folder);
    fuzz.arg(target).arg(&corpus).arg(folder.join("seeds").join(target));
    fuzz.arg("--")
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-dict={}", folder.join("words.dict").display()));
    fuzz.arg(format!("-artifact_prefix={}/", found.display())).args([
        "-timeout=30",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]);
    let Err(error) = step::run(&format!("fuzzing {target} for {minutes} min"), &mut fuzz) else {
        return Ok(End::Clean);
    };
    eprintln!("error: {error:#}");
    // libFuzzer writes the input of whatever it found before it ends.
    Ok(if files_in(&found)? == before { End::Unfinished } else { End::Found })
}

fn cargo_fuzz(what: &str, target: &str, folder: &Path) -> Command {
    let mut fuzz = command("rustup");
    // The crates have no unsafe code for a sanitizer to check, and without one fuzzing is several times as fast.
    fuzz.args(["run", "nightly", "cargo", "fuzz", what, "--fuzz-dir", "tests/fuzz", "--sanitizer", "none"]);
    fuzz.arg("--target-dir").arg(folder.join("build"));
    if target == "import" {
        fuzz.args(["--features", "store"]);
    }
    fuzz
}

fn files_in(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let context = || format!("Failed to read {}", folder.display());
    folder.read_dir().with_context(context)?.map(|entry| Ok(entry.with_context(context)?.path())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{End, verdict};

    #[test]
    fn a_target_that_did_not_run_is_not_a_finding_and_not_a_clean_run() {
        let of = |ends: &[(&str, End)]| verdict(ends, Path::new("found"));
        assert_eq!(of(&[("a", End::Clean)]).0, 0);
        let (code, sentence) = of(&[("a", End::Clean), ("b", End::Unfinished)]);
        assert!(
            code == 2 && sentence.contains("stopped: b.") && !sentence.contains("found something"),
            "{sentence}"
        );
        let (code, sentence) = of(&[("a", End::Found), ("b", End::Unfinished)]);
        assert!(
            code == 1 && sentence.contains("found something: a.") && sentence.contains("stopped: b."),
            "{sentence}"
        );
    }
}
