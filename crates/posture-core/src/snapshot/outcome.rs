//! What came of one item, foundation or assignment of a restore run.

use std::borrow::Cow;

use crate::fit::{Detail, Fit, once, present};
use crate::json::{Cursor, Fault, Misfit, Problem, Read};
use crate::vocabulary::fold;

/// What came of one item, foundation or assignment.
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
            "applied" | "success" | "completed" | "created" | "created_copy" | "mapped_existing" | "updated" | "unchanged" => Self::Applied,
            "skipped" | "non_applied" | "not_applied" | "preview_only" | "dry_run" | "manual_required" => Self::Skipped,
            "failed" | "error" => Self::Failed,
            "partial" | "partially_applied" => Self::Partial,
            _ => Self::Unrecognised,
        }
    }
}

/// The keys an outcome may stand under, in the order they are looked at.
const OUTCOME_KEYS: [&str; 3] = ["outcome", "status", "decision"];

impl<'a> Fit<'a> for Outcome<'a> {
    fn fit(cursor: &mut Cursor<'a>) -> Read<Self> {
        cursor.peek()?;
        let start = cursor.at();
        let mut places: [Option<usize>; 3] = [None; 3];
        let (mut policy_type, mut label, mut reason) = (None, None, None);
        cursor.object(|cursor, key| match key.as_deref() {
            Some("policy_type") => once(&mut policy_type, "policy_type", cursor),
            Some("label") => once(&mut label, "label", cursor),
            Some("reason") => once(&mut reason, "reason", cursor),
            other => {
                let place = OUTCOME_KEYS.iter().position(|key| other == Some(key)).map(|index| &mut places[index]);
                match place {
                    Some(Some(_)) => Cursor::misfit(cursor.at(), Misfit::Twice(other.unwrap_or_default().to_owned())),
                    Some(place) => {
                        *place = Some(cursor.at());
                        cursor.skip()
                    }
                    None => cursor.skip(),
                }
            }
        })?;
        let end = cursor.at();
        let mut word = None;
        for place in places.into_iter().flatten() {
            cursor.return_to(place);
            word = Option::<Cow<'a, str>>::fit(cursor)?;
            if word.is_some() {
                break;
            }
        }
        cursor.return_to(end);
        let Some(word) = word else { return Err(Fault { at: start, problem: Problem::Misfit(Misfit::Missing("outcome")) }) };
        Ok(Self {
            class: OutcomeClass::of(&word),
            word,
            policy_type: present(policy_type, "policy_type", start)?,
            label: present(label, "label", start)?,
            reason: present(reason, "reason", start)?,
        })
    }
}
