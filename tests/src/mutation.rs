//! Mutations of the contract's cases and of synthetic workspaces: valid, odd and broken ones, the same on every target.
//!
//! Only 64-bit integers are drawn, because `usize` would give other values in a browser.

use fastrand::Rng;
use posture_core::export::slim::slim;
use posture_core::{Form, Timestamp};
use posture_synth::{Detail, Features, Plan};
use serde_json::{Value, json};

use crate::cases;
use crate::fragments::{KEYS, PIECES, WORDS};

/// Number of synthetic workspaces to start from, in addition to the cases: enough for each optional feature and each fault.
const SYNTHETIC: u64 = 16;
/// Probability, in percent, that a document starts from a synthetic workspace and not from a case.
const SYNTHETIC_PERCENT: u64 = 30;
/// Probability, in percent, that a change applies to a part of a value instead of the whole.
const DEEPER_PERCENT: u64 = 86;

/// Endless documents; the same seed gives the same ones.
#[derive(Clone, Debug)]
pub struct Documents {
    chance: Rng,
    texts: Vec<Vec<u8>>,
    values: Vec<Value>,
}

impl Documents {
    /// Starts from a seed.
    ///
    /// # Panics
    ///
    /// If a case cannot be read.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let texts = snapshots();
        let values = texts.iter().filter_map(|text| serde_json::from_slice(text).ok()).collect();
        Self { chance: Rng::with_seed(seed), texts, values }
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.chance.u64(0..limit.max(1) as u64)).unwrap_or(0)
    }

    /// A place among this many documents, of which the last ones are synthetic workspaces.
    fn place(&mut self, documents: usize) -> usize {
        let synthetic = usize::try_from(SYNTHETIC).unwrap_or(0).min(documents);
        match self.chance.u64(0..100) < SYNTHETIC_PERCENT {
            true => documents - 1 - self.below(synthetic),
            false => self.below(documents),
        }
    }

    fn word(&mut self) -> Value {
        let word = WORDS[self.below(WORDS.len())];
        serde_json::from_str(word).unwrap_or(Value::Null)
    }

    /// A random value of a random document.
    fn transplant(&mut self) -> Value {
        let place = self.below(self.values.len());
        let mut part = self.values[place].clone();
        for _ in 0..self.below(7) {
            part = match part {
                Value::Object(members) if !members.is_empty() => {
                    let place = self.below(members.len());
                    members.into_iter().nth(place).map_or(Value::Null, |(_, value)| value)
                }
                Value::Array(mut elements) if !elements.is_empty() => {
                    let place = self.below(elements.len());
                    elements.swap_remove(place)
                }
                plain @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_)) => {
                    return plain;
                }
            };
        }
        part
    }

    fn replacement(&mut self) -> Value {
        if self.below(4) == 0 { self.transplant() } else { self.word() }
    }

    /// Changes one random part of a value.
    fn change(&mut self, value: &mut Value) {
        let goes_deeper = self.chance.u64(0..100) < DEEPER_PERCENT;
        match value {
            Value::Object(members) if !members.is_empty() => {
                let place = self.below(members.len());
                let Some((key, member)) = members.iter_mut().nth(place) else { return };
                if goes_deeper && holds_more(member) {
                    return self.change(member);
                }
                match self.below(8) {
                    0 | 1 => {
                        let key = key.clone();
                        members.remove(&key);
                    }
                    2 => {
                        let key = KEYS[self.below(KEYS.len())];
                        members.insert(key.to_owned(), self.replacement());
                    }
                    _ => *member = self.replacement(),
                }
            }
            Value::Array(elements) if !elements.is_empty() && self.below(40) == 0 => {
                // PHP writes some arrays as objects with numbers as keys.
                let numbered = elements.drain(..).enumerate();
                *value = numbered.map(|(index, element)| (index.to_string(), element)).collect();
            }
            Value::Array(elements) if !elements.is_empty() => {
                let place = self.below(elements.len());
                if goes_deeper && holds_more(&elements[place]) {
                    return self.change(&mut elements[place]);
                }
                match self.below(6) {
                    0 => drop(elements.remove(place)),
                    1 | 2 => elements.push(elements[place].clone()),
                    3 => elements.reverse(),
                    4 => elements.clear(),
                    _ => elements[place] = self.replacement(),
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {
                *value = self.replacement();
            }
        }
    }

    /// Changes a document's text blindly.
    fn garble(&mut self, text: &mut Vec<u8>) {
        let at = self.below(text.len() + 1);
        let length = self.below(24).min(text.len() - at);
        match self.below(6) {
            0 if at < text.len() => text[at] = self.chance.u8(..),
            1 => drop(text.drain(at..at + length)),
            2 => {
                let again = text[at..at + length].to_vec();
                text.splice(at..at, again).for_each(drop);
            }
            3 => text.truncate(at),
            4 => {
                let piece = WORDS[self.below(WORDS.len())].as_bytes();
                text.splice(at..at + length, piece.iter().copied()).for_each(drop);
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                text.splice(at..at, piece.iter().copied()).for_each(drop);
            }
        }
    }

    /// A document's text with a few blind changes.
    #[must_use]
    pub fn garbled(&mut self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for _ in 0..=self.below(3) {
            self.garble(&mut text);
        }
        text
    }

    /// The next document: about seven of ten have changed values, two have changed text, and one is unchanged.
    #[must_use]
    pub fn next_document(&mut self) -> Vec<u8> {
        let kind = self.below(10);
        if kind < 7 {
            let place = self.place(self.values.len());
            let mut document = self.values[place].clone();
            for _ in 0..=self.below(5) {
                self.change(&mut document);
            }
            return document.to_string().into_bytes();
        }
        let place = self.place(self.texts.len());
        let text = self.texts[place].clone();
        if kind < 9 { self.garbled(&text) } else { text }
    }

    /// An as-of instant, mostly `None`.
    #[must_use]
    pub fn next_as_of(&mut self) -> Option<String> {
        let stated = [
            "2026-11-20T08:00:00Z",
            "2026-11-21T08:00:01Z",
            "2026-11-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ];
        stated.get(self.below(15)).map(|text| (*text).to_owned())
    }
}

fn holds_more(value: &Value) -> bool {
    value.as_object().is_some_and(|members| !members.is_empty())
        || value.as_array().is_some_and(|elements| !elements.is_empty())
}

/// The snapshots of all cases as written, then the synthetic ones.
///
/// # Panics
///
/// If a case cannot be read.
#[must_use]
pub fn snapshots() -> Vec<Vec<u8>> {
    let cases = cases::all().into_iter().map(|case| case.snapshot.get().as_bytes().to_vec());
    cases.chain(synthetic_snapshots()).collect()
}

/// Synthetic workspaces that together use every key of the contract, in every way that the generator knows.
pub fn synthetic_snapshots() -> impl Iterator<Item = Vec<u8>> {
    (0..SYNTHETIC).map(synthetic)
}

/// One or two tenants of a synthetic workspace. The last four workspaces are damaged, every fourth has items, and every fourth is slim.
fn synthetic(seed: u64) -> Vec<u8> {
    let exported_at = Timestamp::from_unix_seconds(1_795_161_600);
    let plan = exported_at.map(|exported_at| Plan {
        tenants: 1 + seed % 2,
        seed,
        exported_at,
        detail: if seed.is_multiple_of(4) { Detail::Latest } else { Detail::Slim },
        features: Features::InTurn,
        damage: seed >= SYNTHETIC - 4,
    });
    let mut document = Vec::new();
    let written = plan.map(|plan| posture_synth::write(&plan, Form::Json, &mut document));
    match written {
        Some(Ok(())) if seed % 4 == 2 => slim(&document, Form::Json, None).unwrap_or(document),
        Some(Ok(())) => document,
        // Memory takes all that is written.
        Some(Err(_)) | None => json!({}).to_string().into_bytes(),
    }
}

/// The same snapshot in the NDJSON form; `None` where it is no object with an array of tenants.
#[must_use]
pub fn ndjson(document: &[u8]) -> Option<Vec<u8>> {
    let mut head: Value = serde_json::from_slice(document).ok()?;
    let tenants = head.as_object_mut()?.remove("tenants")?;
    let lines: String = tenants.as_array()?.iter().map(|tenant| format!("{tenant}\n")).collect();
    Some(format!("{head}\n{lines}").into_bytes())
}
