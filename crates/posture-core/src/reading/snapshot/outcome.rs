//! The outcome of one item, foundation or assignment of a restore run.

use std::borrow::Cow;

use crate::json::cursor::Cursor;
use crate::json::fault::{Mismatch, Read};
use crate::json::known_key::KnownKey;
use crate::reading::decode::{Decode, Detail, fill, present};
use crate::vocabulary::fold;

/// The outcome of one item, foundation or assignment.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The first of `outcome`, `status`, `decision` that is not null.
    pub word: Cow<'a, str>,
    /// The word's class.
    pub class: OutcomeClass,
    /// The policy type concerned.
    pub policy_type: Option<Cow<'a, str>>,
    /// The item's name.
    pub label: Detail<Cow<'a, str>>,
    /// Why it came out so.
    pub reason: Detail<Cow<'a, str>>,
}

/// What an outcome word says (contract, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeClass {
    /// The item was applied, or needed nothing.
    Applied,
    /// The item was left out.
    Skipped,
    /// The item failed.
    Failed,
    /// The item was applied in part.
    Partial,
    /// The word is outside the vocabulary.
    Unrecognised,
}

impl OutcomeClass {
    /// The class of a word.
    pub fn of(word: &str) -> Self {
        match &*fold(word) {
            "applied" | "success" | "completed" | "created" | "created_copy" | "mapped_existing"
            | "updated" | "unchanged" => Self::Applied,
            "skipped" | "non_applied" | "not_applied" | "preview_only" | "dry_run" | "manual_required" => {
                Self::Skipped
            }
            "failed" | "error" => Self::Failed,
            "partial" | "partially_applied" => Self::Partial,
            _ => Self::Unrecognised,
        }
    }
}

/// The known keys: first those that may hold an outcome's word, in the order they are looked at.
const OUTCOME_KEYS: [KnownKey; 6] = [
    KnownKey::new("outcome"),
    KnownKey::new("status"),
    KnownKey::new("decision"),
    KnownKey::new("policy_type"),
    KnownKey::new("label"),
    KnownKey::new("reason"),
];
const POLICY_TYPE: usize = 3;
const LABEL: usize = 4;
const REASON: usize = 5;

impl<'a> Decode<'a> for Outcome<'a> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.next_byte();
        let start = cursor.at();
        let mut places: [Option<usize>; 3] = [None; 3];
        let (mut policy_type, mut label, mut reason) = (None, None, None);
        cursor.record(&OUTCOME_KEYS, &mut |cursor, key| match key {
            POLICY_TYPE => fill(&mut policy_type, cursor),
            LABEL => fill(&mut label, cursor),
            REASON => fill(&mut reason, cursor),
            word => {
                cursor.next_byte();
                places[word] = Some(cursor.at());
                cursor.skip()
            }
        })?;
        let end = cursor.at();
        let mut word = None;
        for place in places.into_iter().flatten() {
            cursor.return_to(place);
            word = Option::<Cow<'a, str>>::decode(cursor)?;
            if word.is_some() {
                break;
            }
        }
        cursor.return_to(end);
        let Some(word) = word else { return Cursor::mismatch(start, Mismatch::Missing("outcome")) };
        Ok(Self {
            class: OutcomeClass::of(&word),
            word,
            policy_type: present(policy_type, "policy_type", start)?,
            label: present(label, "label", start)?,
            reason: present(reason, "reason", start)?,
        })
    }
}
