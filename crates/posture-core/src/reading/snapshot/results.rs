//! The results of a restore run: outcome rows, and how many outcomes there were if not every one is listed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Outcome, Spanned};
use crate::bounds::Bound;
use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::{Mismatch, Read};
use crate::reading::counts::ByName;
use crate::reading::decode::{Decode, ObjectOrEmpty};

/// The outcomes of a restore run, as they are stated.
#[derive(Clone, Debug, Default)]
pub struct Results<'a> {
    /// Rows of policies.
    pub items: Option<Vec<Spanned<Outcome<'a>>>>,
    /// Rows of foundations.
    pub foundations: Option<Vec<Spanned<Outcome<'a>>>>,
    /// Rows of assignments.
    pub assignments: Option<Vec<Spanned<Outcome<'a>>>>,
    /// How many outcomes there were.
    pub counts: Option<StatedOutcomes>,
    /// How many outcomes there were of each policy type.
    pub policy_types: Option<ByName<'a, ObjectOrEmpty<StatedTypeOutcomes>>>,
    /// Whether there is something under another key that may hold outcomes.
    pub holds_other: bool,
}

impl<'a> Results<'a> {
    /// All rows: items, foundations and assignments.
    pub fn rows(&self) -> impl Iterator<Item = &Spanned<Outcome<'a>>> {
        let lists = [&self.items, &self.foundations, &self.assignments];
        lists.into_iter().flat_map(|list| list.as_deref().unwrap_or_default())
    }

    /// The stated numbers, whatever they count.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        let counts = self.counts.iter().flat_map(StatedOutcomes::numbers);
        let types = self.policy_types.iter().flat_map(ByName::iter);
        counts.chain(types.flat_map(|(_, stated)| stated.0.0.numbers()))
    }

    /// Whether there are outcomes that could not be read (contract, section 1).
    pub fn are_unread(&self) -> bool {
        let types = self.policy_types.iter().flat_map(ByName::iter);
        let holds_other = self.holds_other
            || self.counts.as_ref().is_some_and(|counts| counts.holds_other)
            || types.into_iter().any(|(_, stated)| stated.0.0.holds_other);
        holds_other && self.rows().next().is_none() && self.numbers().all(|number| number == 0)
    }
}

const GROUPS: [&str; 5] = ["items", "foundations", "assignments", "counts", "policy_types"];

impl<'a> Decode<'a> for Results<'a> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let is_list = match cursor.peek()? {
            Kind::Array => true,
            // An empty object holds nothing either way.
            Kind::Object => cursor.reads_as_array()?,
            Kind::String | Kind::Number | Kind::Bool | Kind::Null => {
                return cursor.expected("an object or an array");
            }
        };
        let mut results = Self::default();
        if is_list {
            results.items = Some(Vec::decode(cursor)?);
            return Ok(results);
        }
        results.holds_other = read_known(
            cursor,
            &GROUPS,
            &mut |cursor, known| {
                match known {
                    0 => results.items = Option::decode(cursor)?,
                    1 => results.foundations = Option::decode(cursor)?,
                    2 => results.assignments = Option::decode(cursor)?,
                    3 => results.counts = Option::<ObjectOrEmpty<_>>::decode(cursor)?.map(|counts| counts.0),
                    _ => {
                        let types: Option<ObjectOrEmpty<_>> = Option::decode(cursor)?;
                        results.policy_types = types.map(|types| types.0);
                    }
                }
                Ok(())
            },
            holds_something,
        )?;
        Ok(results)
    }
}

/// Whether the value passed over is an array or object that is not empty.
fn holds_something(cursor: &mut Cursor<'_>, _key: Option<&str>) -> Read<bool> {
    let mut members = 0_usize;
    let mut count = |cursor: &mut Cursor<'_>| {
        members += 1;
        cursor.skip()
    };
    match cursor.peek()? {
        Kind::Object => cursor.object(|cursor, _| count(cursor))?,
        Kind::Array => cursor.array(|cursor, _| count(cursor))?,
        Kind::String | Kind::Number | Kind::Bool | Kind::Null => cursor.skip()?,
    }
    Ok(members > 0)
}

/// Whether the value passed over is anything but null.
fn is_not_null(cursor: &mut Cursor<'_>, _key: Option<&str>) -> Read<bool> {
    let is_null = cursor.peek()? == Kind::Null;
    cursor.skip().map(|()| !is_null)
}

/// Reads an object of which these keys are known; `member` gets the place of the key and must read its value. Gives whether `matters` holds
/// of any other key and its value; of one that occurs twice the last value counts.
pub(super) fn read_known<'a>(
    cursor: &mut Cursor<'a>,
    keys: &[&'static str],
    member: &mut dyn FnMut(&mut Cursor<'a>, usize) -> Read<()>,
    matters: fn(&mut Cursor<'a>, Option<&str>) -> Read<bool>,
) -> Read<bool> {
    let mut seen = 0_u64;
    let mut others: BTreeMap<Option<Cow<'a, str>>, bool> = BTreeMap::new();
    cursor.object(|cursor, key| {
        let Some(known) = keys.iter().position(|known| Some(*known) == key.as_deref()) else {
            let is_text = key.is_some();
            let does_matter = matters(cursor, key.as_deref())?;
            let other = others.entry(key).or_default();
            // Two keys that are not text may be two keys.
            *other = does_matter || (*other && !is_text);
            if Bound::IgnoredKeys.is_exceeded_by(others.len()) {
                return cursor.beyond(Bound::IgnoredKeys);
            }
            return Ok(());
        };
        if seen >> known & 1 == 1 {
            cursor.peek()?;
            return Cursor::mismatch(cursor.at(), Mismatch::Twice(keys[known].to_owned()));
        }
        seen |= 1 << known;
        member(cursor, known)
    })?;
    Ok(others.into_values().any(|does_matter| does_matter))
}

/// Stated numbers of outcomes by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedOutcomes {
    /// Applied.
    pub applied: Option<u64>,
    /// Left out.
    pub skipped: Option<u64>,
    /// Failed.
    pub failed: Option<u64>,
    /// Applied in part.
    pub partial: Option<u64>,
    /// Outside the vocabulary.
    pub unrecognised: Option<u64>,
    /// Whether something but null is stated under another key.
    pub holds_other: bool,
}

impl StatedOutcomes {
    /// The numbers that are stated.
    pub fn numbers(&self) -> impl Iterator<Item = u64> + use<> {
        [self.applied, self.skipped, self.failed, self.partial, self.unrecognised].into_iter().flatten()
    }
}

const KINDS: [&str; 5] = ["applied", "skipped", "failed", "partial", "unrecognised"];

/// Reads the numbers under these keys, the first of [`KINDS`].
fn numbers(cursor: &mut Cursor<'_>, kinds: &[&'static str]) -> Read<StatedOutcomes> {
    let mut counts = StatedOutcomes::default();
    counts.holds_other = read_known(
        cursor,
        kinds,
        &mut |cursor, known| {
            let count = Option::decode(cursor)?;
            match known {
                0 => counts.applied = count,
                1 => counts.skipped = count,
                2 => counts.failed = count,
                3 => counts.partial = count,
                _ => counts.unrecognised = count,
            }
            Ok(())
        },
        is_not_null,
    )?;
    Ok(counts)
}

impl<'a> Decode<'a> for StatedOutcomes {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        numbers(cursor, &KINDS)
    }
}

/// Stated numbers of a policy type's outcomes by kind; `unrecognised` is not a key there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedTypeOutcomes(pub StatedOutcomes);

impl<'a> Decode<'a> for StatedTypeOutcomes {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        numbers(cursor, &KINDS[..4]).map(Self)
    }
}
