//! A cursor over JSON text. It decodes only what the caller reads and checks the grammar of everything it passes.
//!
//! It exists for speed, and because the contract needs rules that general readers do not offer together:
//!
//! - Nesting counts in ignored values too.
//! - An escape that is not a Unicode scalar value matters only in a string that is read.
//! - A known key may occur only once.
//! - An invalid value is not the same as text that is not JSON.
//!
//! A fault carries a byte offset; [`crate::json::locate`] turns it into a path.

mod members;
mod numbered;
mod scalars;

use crate::bounds::Bound;
use crate::json::extent;
use crate::json::fault::{Fault, Mismatch, Notice, Problem, Read, SyntaxProblem};

/// The nesting level of a tenant within the document.
pub(crate) const TENANT_LEVEL: u32 = 3;

/// The deepest nesting level allowed. The document itself is level 1.
pub(crate) const DEEPEST_LEVEL: u32 = 64;

/// The least capacity reserved for a list.
const FEWEST_ELEMENTS: u8 = 8;

/// The kinds of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}

/// A position in JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    level: u32,
    /// Problems that do not stop reading, each with the offset of its value.
    pub(crate) notices: Vec<(usize, Notice)>,
    /// The length of the last list at each level, at most 255.
    list_lengths: [u8; DEEPEST_LEVEL as usize],
    /// Whether the lists that can be read in steps are passed over, to be read later.
    postpones_lists: bool,
}

/// A saved state of a cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: usize,
    level: u32,
    notices: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor before a value whose own nesting level is `level` (1 for a document).
    pub(crate) fn new(text: &'a str, level: u32) -> Self {
        Self {
            text,
            at: 0,
            level: level.saturating_sub(1),
            notices: Vec::new(),
            list_lengths: [0; DEEPEST_LEVEL as usize],
            postpones_lists: false,
        }
    }

    /// The same, but the lists that can be read in steps are passed over; see [`Cursor::postpone_list`].
    pub(crate) fn postponing_lists(self) -> Self {
        Self { postpones_lists: true, ..self }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Whether the cursor is outside every tenant.
    pub(crate) fn is_in_head(&self) -> bool {
        self.level < TENANT_LEVEL
    }

    /// Saves the state, for [`Cursor::reset`].
    pub(crate) fn mark(&self) -> Mark {
        Mark { at: self.at, level: self.level, notices: self.notices.len() }
    }

    /// Returns to a saved state.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.at = mark.at;
        self.level = mark.level;
        self.notices.truncate(mark.notices);
    }

    /// Reads from another text, and then goes on with its own.
    pub(crate) fn in_text<T>(&mut self, text: &'a str, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        let (own, at) = (std::mem::replace(&mut self.text, text), std::mem::take(&mut self.at));
        let value = read(self);
        (self.text, self.at) = (own, at);
        value
    }

    /// Moves to an offset that this cursor reported at the same nesting level.
    pub(crate) fn return_to(&mut self, at: usize) {
        self.at = at;
    }

    #[cold]
    pub(crate) fn mismatch<T>(at: usize, mismatch: Mismatch) -> Read<T> {
        Err(fault(at, Problem::Mismatch(mismatch)))
    }

    #[cold]
    pub(crate) fn expected<T>(&self, what: &'static str) -> Read<T> {
        Self::mismatch(self.at, Mismatch::Expected(what))
    }

    #[cold]
    fn syntax<T>(&self, problem: SyntaxProblem) -> Read<T> {
        let problem = if self.at >= self.text.len() { SyntaxProblem::EndsEarly } else { problem };
        Err(fault(self.at, Problem::Syntax(problem)))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space and returns the next byte without consuming it.
    #[inline]
    pub(crate) fn next_byte(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.byte_after_white_space(),
        }
    }

    #[inline(never)]
    fn byte_after_white_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// The fault for a value that is not of this kind.
    #[cold]
    fn not<T>(&mut self, kind: Kind, what: &'static str) -> Read<T> {
        debug_assert!(self.peek() != Ok(kind), "asked for at a {kind:?}");
        self.peek()?;
        self.expected(what)
    }

    /// Skips white space and returns the kind of the next value.
    pub(crate) fn peek(&mut self) -> Read<Kind> {
        match self.next_byte() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'n') => Ok(Kind::Null),
            _ => self.syntax(SyntaxProblem::NoValue),
        }
    }

    /// Checks that only white space follows.
    pub(crate) fn end(&mut self) -> Read<()> {
        self.next_byte();
        if self.at < self.text.len() { self.syntax(SyntaxProblem::GoesOn) } else { Ok(()) }
    }

    /// The fault for something larger than its bound.
    #[cold]
    pub(crate) fn beyond<T>(&self, bound: Bound) -> Read<T> {
        self.syntax(SyntaxProblem::Beyond(bound))
    }

    /// Skips the next value and checks its grammar.
    pub(crate) fn skip(&mut self) -> Read<()> {
        match self.peek()? {
            Kind::Object => self.members(|cursor| {
                cursor.pass_string()?;
                cursor.pass_colon()?;
                cursor.skip()
            }),
            Kind::Array => self.array(|cursor, _| cursor.skip()),
            Kind::String => self.pass_string().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::Bool => self.bool().map(drop),
            Kind::Null => self.literal("null"),
        }
    }

    /// Skips the next value without checking its grammar, which has been checked before. If the value has a fault, the
    /// cursor stops after the fault.
    pub(crate) fn leap(&mut self) -> Read<()> {
        self.next_byte();
        match extent::length(&self.text.as_bytes()[self.at..]) {
            0 => self.syntax(SyntaxProblem::NoValue),
            length => {
                self.at += length;
                Ok(())
            }
        }
    }

    /// Reads an array. Calls `element` with the index before each element; it must read or skip the element.
    pub(crate) fn array(&mut self, mut element: impl FnMut(&mut Self, usize) -> Read<()>) -> Read<()> {
        self.elements(&mut element)
    }

    /// Reads a list from an array, or from an object that is read as one. Reserves the length of the last list at this
    /// level, because most lists of one kind have the same length.
    pub(crate) fn list<T>(
        &mut self,
        mut add: impl FnMut(&mut Vec<T>, &mut Self) -> Read<()>,
    ) -> Read<Vec<T>> {
        let mut list = Vec::new();
        let level = self.level as usize;
        self.values(&mut |cursor, index| {
            if index == 0 {
                let usual = cursor.list_lengths.get(level).copied().unwrap_or_default();
                list.reserve(usize::from(usual.max(FEWEST_ELEMENTS)));
            }
            add(&mut list, cursor)
        })?;
        if let Some(usual) = self.list_lengths.get_mut(level) {
            *usual = u8::try_from(list.len()).unwrap_or(u8::MAX);
        }
        Ok(list)
    }

    /// Passes over an array that is to be read in steps, and returns its offset; `None` if it is to be read now.
    pub(crate) fn postpone_list(&mut self) -> Read<Option<usize>> {
        if !self.postpones_lists || self.next_byte() != Some(b'[') {
            return Ok(None);
        }
        let start = self.at;
        self.leap().map(|()| Some(start))
    }

    /// Reads the next elements of a postponed array, at most so many: from its start, or from the offset that the last step returned.
    /// Returns where the next one starts; `None` at the end.
    pub(crate) fn list_in_steps(
        &mut self,
        at: usize,
        is_start: bool,
        elements: usize,
        mut element: impl FnMut(&mut Self) -> Read<()>,
    ) -> Read<Option<usize>> {
        self.at = at;
        if is_start {
            self.enter()?;
            if self.next_byte() == Some(b']') {
                return self.leave().map(|()| None);
            }
        }
        for _ in 0..elements {
            self.next_byte();
            element(self)?;
            match self.next_byte() {
                Some(b',') => self.at += 1,
                Some(b']') => return self.leave().map(|()| None),
                _ => return self.syntax(SyntaxProblem::NoComma),
            }
        }
        Ok(Some(self.at))
    }

    pub(super) fn elements(&mut self, element: &mut dyn FnMut(&mut Self, usize) -> Read<()>) -> Read<()> {
        if self.next_byte() != Some(b'[') {
            return self.not(Kind::Array, "an array");
        }
        self.enter()?;
        if self.next_byte() == Some(b']') {
            return self.leave();
        }
        for index in 0.. {
            self.next_byte();
            element(self, index)?;
            match self.next_byte() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return self.syntax(SyntaxProblem::NoComma),
            }
        }
        self.leave()
    }

    #[inline]
    fn enter(&mut self) -> Read<()> {
        if self.level >= DEEPEST_LEVEL {
            return self.syntax(SyntaxProblem::TooDeep);
        }
        self.level += 1;
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn leave(&mut self) -> Read<()> {
        self.level -= 1;
        self.at += 1;
        Ok(())
    }
}

/// The one place that makes a fault: it is called from the readers of all types, which would each hold a copy.
#[cold]
#[inline(never)]
fn fault(at: usize, problem: Problem) -> Box<Fault> {
    Box::new(Fault { at, problem })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn skim(text: &str) -> Read<()> {
        let mut cursor = Cursor::new(text, 1);
        cursor.skip()?;
        cursor.end()
    }

    #[test]
    fn strings_are_unescaped_and_borrowed_if_nothing_is_escaped() {
        let read = |text| Cursor::new(text, 1).string();
        assert!(matches!(read(r#""plain""#), Ok(Cow::Borrowed("plain"))));
        assert_eq!(
            read(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z""#).as_deref(),
            Ok("a\"\\/\u{8}\u{c}\n\r\té😀z")
        );
        for lone in [r#""\ud800""#, r#""\ud800x""#, r#""\udc00""#, r#""\ud800\u0041""#, r#""\ud800\ud800""#] {
            assert!(
                read(lone).is_err_and(|fault| fault.problem == Problem::Mismatch(Mismatch::LoneSurrogate)),
                "{lone}"
            );
            assert_eq!(skim(lone), Ok(()), "a skipped string is not decoded: {lone}");
        }
    }

    #[test]
    fn a_document_may_nest_64_levels_and_no_deeper() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(skim(&nested(64)), Ok(()));
        assert_eq!(
            skim(&nested(65)),
            Err(Box::new(Fault { at: 64, problem: Problem::Syntax(SyntaxProblem::TooDeep) }))
        );
    }

    proptest::proptest! {
        #[test]
        fn the_grammar_equals_that_of_serde_json(text in r#"[\[\]{}:,"\\ 0-9a-fA-Fnulltrs.eE+\-\n]{0,24}"#) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            proptest::prop_assert_eq!(skim(&text).is_ok(), theirs, "{}", text);
        }
    }
}
