use leptos::prelude::*;
use posture_core::views::truncation;
use posture_core::words;

use super::time::absolute;
use crate::store::evidence::use_evidence;
use crate::store::opened_file::{FileDigest, OpenedFile};
use crate::store::opened_files::use_files;
use crate::text;

/// What is on screen and what it came from: the report's digest, the export, the policy.
#[component]
pub fn Footer() -> impl IntoView {
    let (evidence, files) = (use_evidence(), use_files());
    let provenance = move || {
        evidence.derived().map(|derived| {
            let report = &derived.report;
            let exporter = derived.snapshot.preamble.exporter.as_deref();
            let exporter = exporter.map(|exporter| format!(" {} {}", text::EXPORTER, truncation::line(exporter)));
            let digest = move || evidence.digest().unwrap_or_else(|| text::COMPUTING.to_owned());
            let file = files.shown().map(|file| {
                view! {
                    <div class="digest"><dt>{text::FILE_DIGEST}</dt><dd><code id="file-digest">{file_digest(&file)}</code>" "{file.name.clone()}</dd></div>
                }
            });
            let reduced = report.since.map(|since| view! { " "{words::reduced_since(since)} });
            let policy = words::policy_sentence(&report.policy);
            let is_replaced = files.shown().is_some_and(|file| file.stated.replaces_rules());
            let replaced = is_replaced.then(|| view! { " "{text::RULES_REPLACED} });
            view! {
                <dl class="provenance">
                    <div><dt>{text::EXPORTED}</dt><dd>{absolute(report.exported_at)}{exporter}</dd></div>
                    {derived.fetched_at.map(|at| view! { <div><dt>{text::RECEIVED}</dt><dd>{absolute(at)}</dd></div> })}
                    <div><dt>{text::POLICY}</dt><dd>{policy}{replaced}</dd></div>
                    <div class="digest"><dt>{text::REPORT_DIGEST}</dt><dd><code id="report-digest">{digest}</code>{reduced}</dd></div>
                    {file}
                </dl>
            }
        })
    };
    let proof = move || files.is_embedded().then(|| view! { <p class="note">{text::WHAT_IT_PROVES}</p> });
    view! { <footer class="foot">{provenance}{proof}</footer> }
}

fn file_digest(file: &OpenedFile) -> impl Fn() -> String + use<> {
    let digest = file.digest.clone();
    move || match digest.get() {
        FileDigest::Computing => text::COMPUTING.to_owned(),
        FileDigest::Known(sha256) => sha256,
        FileDigest::Failed(fault) => text::digest_not_computed(&fault.found()),
    }
}

#[cfg(test)]
mod tests {
    use posture_core::paths;

    use crate::browser::file_fault::FileFault;
    use crate::store::chosen_file::EmbeddedMetadata;
    use crate::store::opened_file::FileDigest;
    use crate::test_support::review_page_with;
    use crate::text;

    const CALM: &str = include_str!("../../../../tests/cases/calm.json");

    /// OR-7: the evidence is shown before the digest is known.
    #[test]
    fn a_file_digest_is_stated_or_the_page_says_why_it_is_missing() {
        let fault = FileFault::NotReadable { said: "gone".to_owned() };
        let shown = |digest| {
            let page = review_page_with(CALM, EmbeddedMetadata::default(), digest, paths::OVERVIEW);
            page.split_once("id=\"file-digest\">")
                .and_then(|(_, rest)| rest.split_once('<'))
                .map(|(digest, _)| digest.to_owned())
        };
        assert_eq!(shown(FileDigest::Computing).as_deref(), Some(text::COMPUTING));
        assert_eq!(shown(FileDigest::Known("ab".repeat(32))), Some("ab".repeat(32)));
        assert_eq!(shown(FileDigest::Failed(fault.clone())), Some(text::digest_not_computed(&fault.found())));
    }
}
