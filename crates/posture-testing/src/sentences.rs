//! Texts in groups, each kept once whatever numbers and names it holds: what snapshots of sentences are made of.

use std::collections::BTreeMap;
use std::fmt;

/// Groups of texts by title.
#[derive(Default)]
pub struct Collected(BTreeMap<String, BTreeMap<String, String>>);

impl Collected {
    /// Adds a text that names nothing from the evidence.
    pub fn add(&mut self, group: &str, text: &str) {
        self.add_without(group, text, &[]);
    }

    /// Adds a text, with all names from the evidence made equal. A text that is only a name is left out.
    pub fn add_without(&mut self, group: &str, text: &str, names: &[String]) {
        if names.iter().any(|name| name == text) || !text.chars().any(char::is_alphabetic) {
            return;
        }
        let mut shape = quotes_emptied(&without_found_value(text));
        for name in names {
            shape = shape.replace(name, "…");
        }
        let shape = shape
            .split(|c: char| c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("0");
        // Of texts that differ only in numbers and names, the first in order of the alphabet is the example.
        let example =
            self.0.entry(group.to_owned()).or_default().entry(shape).or_insert_with(|| text.to_owned());
        if text < example.as_str() {
            text.clone_into(example);
        }
    }
}

impl fmt::Display for Collected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (group, texts) in &self.0 {
            writeln!(f, "\n# {group}\n")?;
            let mut texts: Vec<_> = texts.values().collect();
            texts.sort();
            for text in texts {
                writeln!(f, "- {text}")?;
            }
        }
        Ok(())
    }
}

/// A text without the JSON value that it says was found: it may be any.
fn without_found_value(text: &str) -> String {
    const FOUND: &str = " is expected here, not ";
    let Some((before, value)) = text.split_once(FOUND) else { return text.to_owned() };
    let rest = [". At ", ". Line ", ". It "].iter().find_map(|mark| value.find(mark)).unwrap_or(value.len());
    format!("{before}{FOUND}…{}", &value[rest..])
}

/// A text without what it quotes.
pub fn quotes_emptied(text: &str) -> String {
    let mut emptied = String::new();
    let mut is_quoted = false;
    for character in text.chars() {
        let is_mark = ['“', '”', '"'].contains(&character);
        if is_mark {
            is_quoted = !is_quoted;
            emptied += if is_quoted { "“…" } else { "”" };
        } else if !is_quoted {
            emptied.push(character);
        }
    }
    emptied
}
