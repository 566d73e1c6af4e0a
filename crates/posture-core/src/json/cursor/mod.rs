//! A cursor over JSON text that reads only what is asked for and checks the grammar of everything it passes.
//!
//! The contract draws lines that general readers do not offer together: nesting is counted in ignored values too, an escape that is no
//! Unicode scalar value matters only in a string that is read, a known key may stand only once, and a value that does not fit is another
//! thing than text that is not JSON. A fault carries the byte offset where it lies; [`crate::json::locate`] turns that into a path.

mod members;
mod numbered;
mod scalars;

use crate::json::extent;
use crate::json::fault::{Fault, Mismatch, Notice, Problem, Read, SyntaxProblem};

/// The nesting level of a tenant within the document.
pub(crate) const TENANT_LEVEL: u32 = 3;

/// How deep a document may nest, the document itself being level 1.
pub(crate) const DEEPEST_LEVEL: u32 = 64;

/// For how many elements of a list room is made at least.
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
    /// What was noticed, each with the offset of the value concerned.
    pub(crate) notices: Vec<(usize, Notice)>,
    /// How many elements the last list had at each level, up to 255.
    list_lengths: [u8; DEEPEST_LEVEL as usize],
}

/// A state of a cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    at: usize,
    level: u32,
    notices: usize,
}

impl<'a> Cursor<'a> {
    /// Starts before a value whose own nesting level is `level` (1 for a document).
    pub(crate) fn new(text: &'a str, level: u32) -> Self {
        Self {
            text,
            at: 0,
            level: level.saturating_sub(1),
            notices: Vec::new(),
            list_lengths: [0; DEEPEST_LEVEL as usize],
        }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Whether the cursor is in no tenant.
    pub(crate) fn is_in_head(&self) -> bool {
        self.level < TENANT_LEVEL
    }

    /// Everything that reading changes, to come back to with [`Cursor::reset`].
    pub(crate) fn mark(&self) -> Mark {
        Mark { at: self.at, level: self.level, notices: self.notices.len() }
    }

    /// Undoes what was read since the mark.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.at = mark.at;
        self.level = mark.level;
        self.notices.truncate(mark.notices);
    }

    /// Moves back (or on) to an offset that this cursor reported at the same nesting level.
    pub(crate) fn return_to(&mut self, at: usize) {
        self.at = at;
    }

    #[cold]
    pub(crate) fn mismatch<T>(at: usize, mismatch: Mismatch) -> Read<T> {
        Err(Box::new(Fault { at, problem: Problem::Mismatch(mismatch) }))
    }

    #[cold]
    pub(crate) fn expected<T>(&self, what: &'static str) -> Read<T> {
        Self::mismatch(self.at, Mismatch::Expected(what))
    }

    #[cold]
    fn syntax<T>(&self, problem: SyntaxProblem) -> Read<T> {
        let problem = if self.at >= self.text.len() { SyntaxProblem::EndsEarly } else { problem };
        Err(Box::new(Fault { at: self.at, problem: Problem::Syntax(problem) }))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves to the next byte that is no white space, and gives it.
    #[inline]
    pub(crate) fn next_byte(&mut self) -> Option<u8> {
        match self.byte() {
            Some(byte) if byte > b' ' => Some(byte),
            _ => self.byte_behind_white_space(),
        }
    }

    #[inline(never)]
    fn byte_behind_white_space(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// The fault of what stands here, which is not of this kind.
    #[cold]
    fn not<T>(&mut self, kind: Kind, what: &'static str) -> Read<T> {
        debug_assert!(self.peek() != Ok(kind), "asked for at a {kind:?}");
        self.peek()?;
        self.expected(what)
    }

    /// Moves to the next value and says what kind it is.
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

    /// Ends the reading: nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Read<()> {
        self.next_byte();
        if self.at < self.text.len() { self.syntax(SyntaxProblem::GoesOn) } else { Ok(()) }
    }

    /// Passes over the next value, checking its grammar.
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

    /// Passes over the next value without checking its grammar, which has been checked. Of a text with a fault it stops behind the fault,
    /// where that lies in the value.
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

    /// Reads an array, calling `element` before each element with its index; it must read or skip it.
    pub(crate) fn array(&mut self, mut element: impl FnMut(&mut Self, usize) -> Read<()>) -> Read<()> {
        self.elements(&mut element)
    }

    /// Reads a list, from an array or an object that stands for one. It reserves room for as many elements as the last list at its level had:
    /// most lists of one kind are as long.
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
    fn strings_are_unescaped_and_borrowed_where_nothing_is_escaped() {
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
            assert_eq!(skim(lone), Ok(()), "only a string that is read is looked into: {lone}");
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
        fn the_grammar_is_that_of_a_general_reader(text in r#"[\[\]{}:,"\\ 0-9a-fA-Fnulltrs.eE+\-\n]{0,24}"#) {
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            proptest::prop_assert_eq!(skim(&text).is_ok(), theirs, "{}", text);
        }
    }
}
