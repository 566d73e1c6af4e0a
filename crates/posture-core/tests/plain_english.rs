//! The part of the prose guide of CONTRIBUTING.md that a machine can check: phrases that are hard to read do not come back.
#![cfg(test)]

mod sources;

use std::path::{Path, PathBuf};

use regex::{Regex, RegexBuilder};

use sources::texts_below;

/// Phrases, as patterns that ignore case, and what to write instead.
const PHRASES: [(&str, &str); 36] = [
    (r"\banew\b", "again"),
    (r"\bby and by\b", "incrementally, in parts"),
    (r"\blet(s|ting)? go of\b", "free, drop"),
    (r"\b(told|tells?|telling) apart\b", "distinguish"),
    (r"\bof weight\b", "severity"),
    (r"\b(to be|not be|could be|can be|may be|cannot be) had\b", "load, get, be available"),
    (r"\b(stands?|stood)\b", "is"),
    (r"\bstanding (in|at|for|behind)\b", "is"),
    (r"\blies?\b|\blay (in|behind|at)\b", "is"),
    (r"\b(falls?|fell) short\b", "has issues, is degraded"),
    (r"\balone\b", "only"),
    (r"\bbeside\b", "next to"),
    (r"\bmend(s|ed|ing)?\b", "fix"),
    (r"\bbegun\b", "started"),
    (r"\bforesee(s|n)?\b|\bforeseen\b", "predict, forecast"),
    (r"\bthrice\b", "three times"),
    (r"\b(is|are|was|were|be|been) told\b", "is reported, is shown"),
    (r"\b(tells?|told|telling) (of|what|which|whether)\b", "says, reports"),
    (r"\b(speaks?|spoken|speaking) of\b", "is about"),
    (r"\b(comes?|came) of\b", "results from"),
    (r"\b(became|becomes?) of\b", "how it changed"),
    (r"\bhand(s|ed|ing)? out\b", "send, serve, return"),
    (r"\bturn(s|ed)? away\b", "reject"),
    (r"\bwho(ever)? asks\b", "the caller, the viewer"),
    (r"\b(did|does|do) not come\b", "failed to load"),
    (r"\bmisfits?\b", "invalid, a mismatch"),
    (r"\b(does|do|did) not fit\b", "is invalid"),
    (r"\bwhere there (is|are|was|were)\b", "if there is"),
    (
        r"\bwhere (it|they|that|this|these|those|none|nothing|both|either|neither|one|some|all|no) (is|are|was|were|does|do|has|have|had|can|cannot|could|may|must|fails?|holds?|differs?|gives?)\b",
        "if",
    ),
    (r"\bsuch as (has|have|is|are|was)\b", "that has, that is"),
    (r"\bthat which\b", "what"),
    (r"\bso that (it|they) be\b", "so that it is"),
    (r"\b(is|are|was|were) no [a-z]", "is not a"),
    (r"\b(thereof|wherein|whereof|therein)\b", "of it, in which"),
    (r"\b(ways?|leads) on\b", "link, links onward"),
    (r"\bso many as\b", "as many as"),
];

/// Uses of these phrases that a native speaker would choose too. They are taken out of a text before it is checked.
const ALLOWED: [(&str, &str); 5] = [
    (r"\b(there|it) (is|are|was|were) no\b", "“there is no X” is plain"),
    (r"\b(is|are|was|were) no (longer|more|fewer|less|worse|better|later|earlier)\b", "a comparison"),
    (r"\bstands? out\b", "to be conspicuous"),
    (r"\bstands? still\b", "not to move"),
    (r"\blet alone\b", "idiom"),
];

/// Words that begin a clause used as a subject: “What is not known has no sample.”
const CLAUSE_STARTS: [&str; 7] = ["What", "Whatever", "Who", "Whoever", "How", "Where", "That"];
/// Verbs that show such a clause.
const CLAUSE_VERB: &str =
    r"\b(is|are|was|were|has|have|does|do|can|cannot|may|must|comes?|gives?|goes|says)\b";

/// Files without Rust whose every line is checked: text, and comments with little else.
const WHOLE_FILES: [(&str, &str); 9] = [
    ("specs", "md"),
    ("docs", "md"),
    ("ops", "md"),
    ("ops", "toml"),
    ("ops", "yml"),
    ("ops", "sql"),
    ("ops", "service"),
    ("style", "css"),
    ("public", "js"),
];
/// The same, single files.
const SINGLE_FILES: [&str; 11] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "Cargo.toml",
    "Trunk.toml",
    "clippy.toml",
    "index.html",
    "ops/Containerfile",
    ".cargo/config.toml",
];
/// Folders of Rust. Their string literals of several words and their comments are checked.
const SOURCES: [&str; 2] = ["crates", "tests"];

/// Patterns, compiled once.
struct Guide {
    phrases: Vec<(Regex, &'static str)>,
    allowed: Vec<Regex>,
    clause_verb: Regex,
    code: Regex,
}

impl Guide {
    fn new() -> Self {
        let pattern = |text: &str| RegexBuilder::new(text).case_insensitive(true).build().expect("a pattern");
        Self {
            phrases: PHRASES.iter().map(|(text, instead)| (pattern(text), *instead)).collect(),
            allowed: ALLOWED.iter().map(|(text, _)| pattern(text)).collect(),
            clause_verb: pattern(CLAUSE_VERB),
            code: pattern("`[^`]*`"),
        }
    }

    /// What is hard to read in a line of prose: phrases, and clauses used as subjects.
    fn problems(&self, line: &str) -> Vec<String> {
        let text = self.code.replace_all(line, "CODE");
        let clauses = sentences(&text)
            .filter(|sentence| self.has_clause_as_subject(sentence))
            .map(|sentence| format!("a clause as subject: “{sentence}”"));
        self.phrases(line).into_iter().chain(clauses).collect()
    }

    /// The phrases in a line that are hard to read, with what to write instead.
    fn phrases(&self, line: &str) -> Vec<String> {
        let mut text = self.code.replace_all(line, "CODE").into_owned();
        for allowed in &self.allowed {
            text = allowed.replace_all(&text, "~").into_owned();
        }
        self.phrases
            .iter()
            .filter_map(|(phrase, instead)| {
                phrase.find(&text).map(|found| format!("“{}” (write: {instead})", found.as_str()))
            })
            .collect()
    }

    fn has_clause_as_subject(&self, sentence: &str) -> bool {
        let starts = CLAUSE_STARTS
            .iter()
            .any(|word| sentence.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')));
        // “That is …” has a pronoun as its subject, and a question may start with “what”.
        let is_plain = sentence.ends_with('?')
            || ["That is", "That does", "What to"].iter().any(|start| sentence.starts_with(start))
            || (sentence.starts_with("Where") && !sentence.contains(','));
        starts && !is_plain && self.clause_verb.is_match(sentence)
    }
}

/// The sentences that begin in a line, without list marks.
fn sentences(line: &str) -> impl Iterator<Item = &str> {
    let text = line.trim_start_matches(|mark: char| mark.is_ascii_digit() || "-*/!|#<>{ .".contains(mark));
    text.split_inclusive(['.', '!', '?', ';']).map(str::trim).filter(|sentence| !sentence.is_empty())
}

#[test]
fn documents_and_settings_are_plain_english() {
    let folders = WHOLE_FILES.iter().flat_map(|(folder, kind)| texts_below(&repository().join(folder), kind));
    let singles = SINGLE_FILES.iter().map(|name| sources::text(&repository().join(name)));
    let (guide, mut found) = (Guide::new(), Vec::new());
    for (path, text) in folders.chain(singles) {
        let mut is_code = false;
        for (number, line) in (1..).zip(text.lines()) {
            is_code ^= line.trim_start().starts_with("```");
            // Headings are noun phrases, and a table's cells are not sentences of their own.
            let line = if line.starts_with('#') && path.ends_with(".md") { "" } else { line };
            if !is_code {
                found.extend(at(&path, number, guide.problems(line)));
            }
        }
    }
    assert_plain(&found);
}

#[test]
fn markdown_has_short_lines() {
    let folders =
        ["specs", "docs", "ops"].iter().flat_map(|folder| texts_below(&repository().join(folder), "md"));
    let singles = SINGLE_FILES.iter().filter(|name| name.ends_with(".md"));
    let mut long = Vec::new();
    for (path, text) in folders.chain(singles.map(|name| sources::text(&repository().join(name)))) {
        let mut is_code = false;
        for (number, line) in (1..).zip(text.lines()) {
            is_code ^= line.trim_start().starts_with("```");
            if !is_code && !line.starts_with('|') && line.chars().count() > 120 {
                long.push(format!("{path}:{number}"));
            }
        }
    }
    assert!(
        long.is_empty(),
        "more than 120 characters; write one sentence or clause per line:\n{}",
        long.join("\n")
    );
}

#[test]
fn sentences_in_sources_are_plain_english() {
    let (guide, mut found) = (Guide::new(), Vec::new());
    for (path, text) in rust() {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for literal in literals(line).filter(|literal| literal.contains(' ')) {
                found.extend(at(&path, number, guide.problems(literal)));
            }
        }
    }
    assert_plain(&found);
}

#[test]
fn comments_in_sources_are_plain_english() {
    let (guide, mut found) = (Guide::new(), Vec::new());
    for (path, text) in rust() {
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(comment) = line.trim_start().strip_prefix("//") {
                found.extend(at(&path, number, guide.phrases(comment)));
            }
        }
    }
    assert_plain(&found);
}

/// The name of a test is a sentence.
#[test]
fn names_of_functions_are_plain_english() {
    let name = Regex::new(r"\bfn ([a-z0-9]+(?:_[a-z0-9]+){2,})").expect("a pattern");
    let (guide, mut found) = (Guide::new(), Vec::new());
    for (path, text) in rust() {
        for (number, line) in (1..).zip(text.lines()) {
            let Some(name) = name.captures(line).map(|found| found[1].replace('_', " ")) else { continue };
            found.extend(at(&path, number, guide.problems(&upper_first(&name))));
        }
    }
    assert_plain(&found);
}

fn upper_first(text: &str) -> String {
    text.char_indices().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect()
}

/// Each phrase is found, and each allowed use passes.
#[test]
fn a_phrase_that_is_hard_to_read_is_found() {
    let guide = Guide::new();
    for hard in [
        "It is derived anew.",
        "6 findings of weight error",
        "A key stands twice",
        "The document is no snapshot",
        "This page did not come",
        "Where there is none, nothing is said.",
        "What is not known has no sample.",
        "/// What comes of a run is its outcome.",
        "- **WO-15** It is a claim about those alone.",
    ] {
        assert!(!guide.problems(hard).is_empty(), "{hard}");
    }
    for plain in [
        "It is derived again.",
        "There is no backup, and it is no longer fresh.",
        "What changed since yesterday?",
        "Say what failed, where, and what to do.",
        "`stands` is a name here",
        "That is the rule.",
    ] {
        assert_eq!(guide.problems(plain), Vec::<String>::new(), "{plain}");
    }
}

/// Problems with their place.
fn at<'p>(path: &'p str, number: usize, problems: Vec<String>) -> impl Iterator<Item = String> + 'p {
    problems.into_iter().map(move |problem| format!("{path}:{number}: {problem}"))
}

fn assert_plain(found: &[String]) {
    assert!(found.is_empty(), "hard to read (see the prose guide in CONTRIBUTING.md):\n{}", found.join("\n"));
}

/// The string literals that begin and end in a line.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// Every Rust source without this file, which has all phrases.
fn rust() -> Vec<(String, String)> {
    let sources = SOURCES.iter().flat_map(|folder| texts_below(&repository().join(folder), "rs"));
    sources.filter(|(path, _)| !path.ends_with("plain_english.rs")).collect()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}
