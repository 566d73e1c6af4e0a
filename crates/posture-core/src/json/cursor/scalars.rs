//! Strings, numbers and literals.

use std::borrow::Cow;

use super::{Cursor, Kind};
use crate::bounds::Bound;
use crate::json::escape::unescape;
use crate::json::fault::{Read, SyntaxProblem};
use crate::json::number;
use crate::json::scan::plain_length;

impl<'a> Cursor<'a> {
    /// Reads a string.
    pub(crate) fn string(&mut self) -> Read<Cow<'a, str>> {
        if self.next_byte() != Some(b'"') {
            return self.not(Kind::String, "a string");
        }
        let start = self.at + 1;
        let length = plain_length(self.text.as_bytes().get(start..).unwrap_or_default());
        let end = start + length;
        match self.text.as_bytes().get(end) {
            Some(b'"') if !Bound::String.is_exceeded_by(length) => {
                self.at = end + 1;
                Ok(Cow::Borrowed(&self.text[start..end]))
            }
            _ => self.escaped_string(),
        }
    }

    #[cold]
    fn escaped_string(&mut self) -> Read<Cow<'a, str>> {
        let start = self.at;
        let (raw, _) = self.pass_string()?;
        unescape(raw, start + 1).map(Cow::Owned)
    }

    /// Skips a string and returns the raw text between its quotes, and whether it has escapes.
    pub(super) fn pass_string(&mut self) -> Read<(&'a str, bool)> {
        let start = self.at + 1;
        self.at = start;
        self.pass_plain();
        let is_escaped = self.byte() != Some(b'"');
        if is_escaped {
            self.pass_escaped()?;
        }
        let end = self.at;
        if Bound::String.is_exceeded_by(end - start) {
            self.at = start - 1;
            return self.syntax(SyntaxProblem::Beyond(Bound::String));
        }
        self.at += 1;
        Ok((&self.text[start..end], is_escaped))
    }

    #[inline]
    fn pass_plain(&mut self) {
        self.at += plain_length(&self.text.as_bytes()[self.at..]);
    }

    /// Skips the rest of a string up to its quote, from a character that is not plain.
    #[cold]
    fn pass_escaped(&mut self) -> Read<()> {
        loop {
            match self.byte() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.pass_escape()?,
                Some(_) => return self.syntax(SyntaxProblem::ControlCharacter),
                None => return self.syntax(SyntaxProblem::EndsEarly),
            }
            self.pass_plain();
        }
    }

    fn pass_escape(&mut self) -> Read<()> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.byte().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return self.syntax(SyntaxProblem::BadEscape);
                    }
                    self.at += 1;
                }
            }
            _ => return self.syntax(SyntaxProblem::BadEscape),
        }
        Ok(())
    }

    /// Reads a number of at most 16 digits without sign, fraction or exponent. `None` for any other number.
    pub(crate) fn plain_digits(&mut self) -> Option<u64> {
        let (number, length) = number::plain_digits(self.text.as_bytes().get(self.at..)?)?;
        self.at += length;
        Some(number)
    }

    /// Reads a number and returns its text.
    pub(crate) fn number(&mut self) -> Read<&'a str> {
        let rest = &self.text[self.at..];
        match number::length(rest.as_bytes()) {
            Ok(length) if Bound::Number.is_exceeded_by(length) => {
                self.syntax(SyntaxProblem::Beyond(Bound::Number))
            }
            Ok(length) => {
                self.at += length;
                Ok(&rest[..length])
            }
            Err(offset) => {
                self.at += offset;
                self.syntax(SyntaxProblem::BadNumber)
            }
        }
    }

    /// The string at the cursor if it has exactly this many plain characters. The cursor does not move.
    pub(crate) fn plain_string(&self, length: usize) -> Option<&'a [u8]> {
        let bytes = self.text.as_bytes().get(self.at..self.at + length + 2)?;
        (bytes[0] == b'"' && bytes[length + 1] == b'"').then(|| &bytes[1..=length])
    }

    /// Reads `true` or `false`.
    pub(crate) fn bool(&mut self) -> Read<bool> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(b"true") {
            self.at += "true".len();
            return Ok(true);
        }
        if rest.starts_with(b"false") {
            self.at += "false".len();
            return Ok(false);
        }
        self.bool_slow()
    }

    /// The slow path: white space or an invalid value.
    #[cold]
    fn bool_slow(&mut self) -> Read<bool> {
        if !matches!(self.next_byte(), Some(b't' | b'f')) {
            return self.not(Kind::Bool, "true or false");
        }
        let value = self.byte() == Some(b't');
        self.literal(if value { "true" } else { "false" })?;
        Ok(value)
    }

    /// Consumes this literal. Not inlined: the readers of all types call it.
    #[inline(never)]
    pub(crate) fn literal(&mut self, literal: &str) -> Read<()> {
        if !self.text[self.at..].starts_with(literal) {
            return self.syntax(SyntaxProblem::NoValue);
        }
        self.at += literal.len();
        Ok(())
    }
}
