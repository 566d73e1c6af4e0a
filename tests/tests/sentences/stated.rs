//! Texts that are literals in the sources: the dashboard's, the endpoint's problems, and the command line's help.

use std::path::{Path, PathBuf};
use std::process::Command;

use posture_testing::sentences::Collected;
use posture_tests::harness::posture_binary;

/// The dashboard's own texts.
#[test]
fn the_dashboard() {
    insta::assert_snapshot!(literals_of("posture-web", |file| file.starts_with("text")));
}

/// The problems that the endpoint reports.
#[test]
fn problems_of_the_endpoint() {
    insta::assert_snapshot!(literals_of("posture-server", |file| file.starts_with("http/problem")));
}

/// The help of the command line and its commands.
#[test]
fn help_of_the_command_line() {
    let overview = help(&[]);
    let commands: Vec<_> = overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty()))
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(commands.len() > 5, "{overview}");
    let mut all = overview;
    for command in &commands {
        all += &format!("\n# {command}\n\n{}", help(&[command]));
    }
    insta::assert_snapshot!(all);
}

fn help(args: &[&str]) -> String {
    let output = Command::new(posture_binary().unwrap()).args(args).arg("--help").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The string literals with a space in a crate's files of a kind, outside tests.
fn literals_of(package: &str, is_asked: impl Fn(&str) -> bool) -> Collected {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(package).join("src");
    let mut said = Collected::default();
    for path in files(&source) {
        let file = path.strip_prefix(&source).unwrap().display().to_string();
        if is_asked(&file) {
            for literal in literals(&read(&path)).iter().filter(|literal| literal.contains(' ')) {
                said.add(&file, literal);
            }
        }
    }
    assert!(said.to_string().lines().count() > 10, "{package} has these texts elsewhere now:{said}");
    said
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "the sources are files")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The string literals of a source, without its comments, attributes and tests.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let is_code = |line: &&str| !["//", "#["].iter().any(|start| line.trim_start().starts_with(start));
    let code: Vec<_> = source.lines().filter(is_code).collect();
    let code = code.join("\n");
    let mut literals = Vec::new();
    let mut rest = code.as_str();
    while let Some((_, tail)) = rest.split_once('"') {
        let mut is_escaped = false;
        let end = tail.find(|character: char| {
            let is_end = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            is_end
        });
        let Some(end) = end else { break };
        let joined = tail[..end].split("\\\n").map(str::trim_start).collect::<String>();
        literals.push(joined);
        rest = &tail[end + 1..];
    }
    literals
}
