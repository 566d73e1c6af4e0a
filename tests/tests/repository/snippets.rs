//! Pipelines and configurations that documents show are valid.

use std::fs;

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
        found.extend(starts.map(|rest| (name.clone(), rest.split("\n```").next().unwrap().to_owned())));
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
