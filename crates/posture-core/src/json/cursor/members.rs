//! Objects and their keys.

use std::borrow::Cow;

use super::{Cursor, Kind};
use crate::bounds::Bound;
use crate::json::escape::unescape;
use crate::json::fault::{Mismatch, Problem, Read, SyntaxProblem};
use crate::json::known_key::{self, KnownKey};

/// Reads or skips the value of a key. The key is `None` if it is not Unicode text.
type Member<'f, 'a> = dyn FnMut(&mut Cursor<'a>, Option<Cow<'a, str>>) -> Read<()> + 'f;

impl<'a> Cursor<'a> {
    /// Reads an object. Calls `member` with each key; it must read or skip the value. The key is `None` if it is not
    /// Unicode text.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, Option<Cow<'a, str>>) -> Read<()>,
    ) -> Read<()> {
        self.object_of(&mut member)
    }

    fn object_of(&mut self, member: &mut Member<'_, 'a>) -> Read<()> {
        self.members(|cursor| {
            let key = cursor.key()?;
            cursor.pass_colon()?;
            cursor.next_byte();
            member(cursor, key)
        })
    }

    /// Reads an object with these known keys. Calls `member` with the index of each known key; it must read the value.
    /// Unknown keys are skipped. A known key may occur once.
    pub(crate) fn record(
        &mut self,
        keys: &[KnownKey],
        member: &mut dyn FnMut(&mut Self, usize) -> Read<()>,
    ) -> Read<()> {
        if self.begins_with_member()? { self.members_of(keys, 0, member) } else { Ok(()) }
    }

    /// Reads the rest of such an object, from a key on. Bit n of `seen` is set if the key at index n has occurred.
    pub(crate) fn members_of(
        &mut self,
        keys: &[KnownKey],
        mut seen: u64,
        member: &mut dyn FnMut(&mut Self, usize) -> Read<()>,
    ) -> Read<()> {
        let mut ignored = 0;
        let mut likely = (u64::BITS - seen.leading_zeros()) as usize;
        loop {
            let known = match self.pass_known_key(keys, likely) {
                Some(index) => Some(index),
                None => self.pass_spelled_key(keys)?,
            };
            match known {
                None => {
                    ignored += 1;
                    if Bound::IgnoredKeys.is_exceeded_by(ignored) {
                        return self.beyond(Bound::IgnoredKeys);
                    }
                    self.skip()?;
                }
                Some(index) if seen >> index & 1 == 1 => {
                    self.peek()?;
                    return Self::mismatch(self.at, Mismatch::Twice(keys[index].text.to_owned()));
                }
                Some(index) => {
                    seen |= 1 << index;
                    likely = index + 1;
                    member(self, index)?;
                }
            }
            if !self.goes_on_with_member()? {
                return Ok(());
            }
        }
    }

    /// Reads an object. Calls `member` at the quote of each key; it must read the key and read or skip the value.
    #[inline]
    pub(super) fn members(&mut self, mut member: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        let mut goes_on = self.begins_with_member()?;
        while goes_on {
            member(self)?;
            goes_on = self.goes_on_with_member()?;
        }
        Ok(())
    }

    /// Enters an object and returns whether it has a member. The cursor is then at the quote of the first key, or
    /// after the object.
    #[inline]
    pub(crate) fn begins_with_member(&mut self) -> Read<bool> {
        match self.text.as_bytes().get(self.at..) {
            Some([b'{', b'"', ..]) => self.enter().map(|()| true),
            _ => self.begins_with_member_slow(),
        }
    }

    /// The slow path: white space or no member.
    #[inline(never)]
    fn begins_with_member_slow(&mut self) -> Read<bool> {
        if self.next_byte() != Some(b'{') {
            return self.not(Kind::Object, "an object");
        }
        self.enter()?;
        match self.next_byte() {
            Some(b'"') => Ok(true),
            Some(b'}') => self.leave().map(|()| false),
            _ => self.syntax(SyntaxProblem::NoKey),
        }
    }

    /// Moves on after a member and returns whether another follows. The cursor is then at the quote of the next key,
    /// or after the object.
    #[inline]
    pub(crate) fn goes_on_with_member(&mut self) -> Read<bool> {
        match self.text.as_bytes().get(self.at..) {
            Some([b',', b'"', ..]) => {
                self.at += 1;
                Ok(true)
            }
            Some([b'}', ..]) => self.leave().map(|()| false),
            _ => self.goes_on_with_member_slow(),
        }
    }

    /// The slow path: white space.
    #[inline(never)]
    fn goes_on_with_member_slow(&mut self) -> Read<bool> {
        match self.next_byte() {
            Some(b',') => self.at += 1,
            Some(b'}') => return self.leave().map(|()| false),
            _ => return self.syntax(SyntaxProblem::NoComma),
        }
        match self.next_byte() {
            Some(b'"') => Ok(true),
            _ => self.syntax(SyntaxProblem::NoKey),
        }
    }

    pub(super) fn key(&mut self) -> Read<Option<Cow<'a, str>>> {
        let start = self.at;
        let (raw, is_escaped) = self.pass_string()?;
        if !is_escaped {
            return Ok(Some(Cow::Borrowed(raw)));
        }
        match unescape(raw, start + 1) {
            Ok(key) => Ok(Some(Cow::Owned(key))),
            Err(fault) if matches!(fault.problem, Problem::Mismatch(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Consumes a known key without escapes, with its colon, and returns its index. Exporters write keys in a fixed
    /// order and leave some out, so the keys from `likely` on are tried first.
    #[inline]
    fn pass_known_key(&mut self, keys: &[KnownKey], likely: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at + 1..)?;
        let start = u128::from_le_bytes(*rest.first_chunk()?);
        let (index, key) = match keys.get(likely..) {
            Some([key, ..]) if key.is_at(start, rest) => (likely, key),
            Some([_, key, ..]) if key.is_at(start, rest) => (likely + 1, key),
            _ => known_key::find(keys, likely, start, rest)?,
        };
        self.at += key.written_bytes();
        Some(index)
    }

    /// Consumes this key and its colon if it is next.
    #[inline]
    pub(crate) fn passes(&mut self, key: &KnownKey) -> bool {
        let Some(rest) = self.text.as_bytes().get(self.at + 1..) else { return false };
        let matches = rest.first_chunk().is_some_and(|start| key.is_at(u128::from_le_bytes(*start), rest));
        if matches {
            self.at += key.written_bytes();
        }
        matches
    }

    /// Consumes any key and its colon and returns its index if it is known, escaped or not.
    #[cold]
    fn pass_spelled_key(&mut self, keys: &[KnownKey]) -> Read<Option<usize>> {
        let key = self.key()?;
        self.pass_colon()?;
        Ok(keys.iter().position(|known| Some(known.text) == key.as_deref()))
    }

    #[inline]
    pub(super) fn pass_colon(&mut self) -> Read<()> {
        if self.next_byte() != Some(b':') {
            return self.syntax(SyntaxProblem::NoColon);
        }
        self.at += 1;
        Ok(())
    }
}
