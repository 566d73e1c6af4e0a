//! Objects and their keys.

use std::borrow::Cow;

use super::{Cursor, Kind};
use crate::json::escape::unescape;
use crate::json::fault::{Mismatch, Problem, Read, SyntaxProblem};
use crate::json::known_key::{self, KnownKey};

/// What reads or skips the value of a key; a key that is no Unicode text is `None`.
type Member<'f, 'a> = dyn FnMut(&mut Cursor<'a>, Option<Cow<'a, str>>) -> Read<()> + 'f;

impl<'a> Cursor<'a> {
    /// Reads an object, handing each key to `member`, which must read or skip the value. A key that is no Unicode text is `None`.
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

    /// Reads an object of which these keys are known: `member` must read the value of the key at the index it is given. Others are passed
    /// over; a known key may stand once.
    pub(crate) fn record(
        &mut self,
        keys: &[KnownKey],
        member: &mut dyn FnMut(&mut Self, usize) -> Read<()>,
    ) -> Read<()> {
        if self.begins_with_member()? { self.members_of(keys, 0, member) } else { Ok(()) }
    }

    /// The same from a key on. Bit n of `seen` says whether the key at index n stood before.
    pub(crate) fn members_of(
        &mut self,
        keys: &[KnownKey],
        mut seen: u64,
        member: &mut dyn FnMut(&mut Self, usize) -> Read<()>,
    ) -> Read<()> {
        let mut likely = (u64::BITS - seen.leading_zeros()) as usize;
        loop {
            let known = match self.pass_known_key(keys, likely) {
                Some(index) => Some(index),
                None => self.pass_spelled_key(keys)?,
            };
            match known {
                None => self.skip()?,
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

    /// Reads an object: `member` starts at each key's quote and must read or skip the value too.
    #[inline]
    pub(super) fn members(&mut self, mut member: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        let mut goes_on = self.begins_with_member()?;
        while goes_on {
            member(self)?;
            goes_on = self.goes_on_with_member()?;
        }
        Ok(())
    }

    /// Moves into an object, to the quote of its first key, or behind it, which is false, where it has none.
    #[inline]
    pub(crate) fn begins_with_member(&mut self) -> Read<bool> {
        match self.text.as_bytes().get(self.at..) {
            Some([b'{', b'"', ..]) => self.enter().map(|()| true),
            _ => self.begins_with_member_apart(),
        }
    }

    /// The same where white space stands between, or no member.
    #[inline(never)]
    fn begins_with_member_apart(&mut self) -> Read<bool> {
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

    /// Moves from behind a member to the quote of the next key, or behind the object, which is false, where it ends.
    #[inline]
    pub(crate) fn goes_on_with_member(&mut self) -> Read<bool> {
        match self.text.as_bytes().get(self.at..) {
            Some([b',', b'"', ..]) => {
                self.at += 1;
                Ok(true)
            }
            Some([b'}', ..]) => self.leave().map(|()| false),
            _ => self.goes_on_with_member_apart(),
        }
    }

    /// The same where white space stands between.
    #[inline(never)]
    fn goes_on_with_member_apart(&mut self) -> Read<bool> {
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

    /// Passes over a key that stands here as it is known, and the colon behind it, and gives its index. Exporters write keys in one order, if
    /// not all of them: those from `likely` on are tried first.
    #[inline]
    fn pass_known_key(&mut self, keys: &[KnownKey], likely: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at + 1..)?;
        let start = u128::from_le_bytes(*rest.first_chunk()?);
        let (index, key) = match keys.get(likely..) {
            Some([key, ..]) if key.stands_at(start, rest) => (likely, key),
            Some([_, key, ..]) if key.stands_at(start, rest) => (likely + 1, key),
            _ => known_key::find(keys, likely, start, rest)?,
        };
        self.at += key.written_bytes();
        Some(index)
    }

    /// Passes over this key and its colon where it is the next.
    #[inline]
    pub(crate) fn passes(&mut self, key: &KnownKey) -> bool {
        let Some(rest) = self.text.as_bytes().get(self.at + 1..) else { return false };
        let stands = rest.first_chunk().is_some_and(|start| key.stands_at(u128::from_le_bytes(*start), rest));
        if stands {
            self.at += key.written_bytes();
        }
        stands
    }

    /// Passes over any key and its colon, and gives the index of the known one it spells, if it does.
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
