//! Pipelines and configurations that documents show are valid.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use posture_gather::text::yaml_of;

use super::root;

/// Each block of a language in the pages about gathering: the page and the text.
fn blocks(language: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("docs/gather")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let start = format!("```{language}\n");
        let starts = text.split(&start).skip(1);
        // A block in a list is indented, its end too.
        let block = |rest: &str| {
            let lines = rest.lines().take_while(|line| !line.trim_start().starts_with("```"));
            lines.map(|line| format!("{line}\n")).collect()
        };
        found.extend(starts.map(|rest| (name.clone(), block(rest))));
    }
    found
}

#[test]
fn pipelines_in_documents_are_yaml_with_steps() {
    let pipelines = blocks("yaml");
    assert!(pipelines.len() >= 5, "{pipelines:?}");
    for (page, text) in pipelines {
        let pipeline = yaml_of(&text).unwrap_or_else(|error| panic!("{page}: {error}:\n{text}"));
        let jobs = pipeline.get("jobs").and_then(|jobs| jobs.as_object());
        let of_jobs = jobs.into_iter().flatten().filter_map(|(_, job)| job.get("steps"));
        let steps: Vec<_> = pipeline.get("steps").into_iter().chain(of_jobs).collect();
        assert!(
            steps.iter().any(|steps| steps.as_array().is_some_and(|steps| !steps.is_empty())),
            "{page}:\n{text}"
        );
    }
}

#[test]
fn scripts_in_documents_are_shell_that_parses() {
    let scripts = blocks("sh");
    assert!(scripts.len() >= 10, "{scripts:?}");
    for (page, text) in scripts {
        let shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut shell = shell.unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = shell.wait_with_output().unwrap();
        assert!(output.status.success(), "{page}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    }
}
