//! Splits a document, received in chunks, into the text of each tenant and the head (everything else).

use std::mem;

use bytes::Bytes;

use crate::bounds::Bound;
use crate::json::cursor::Cursor;
use crate::json::extent::Extent;
use crate::json::fault::SyntaxProblem;
use crate::reading::form::Form;
use crate::reading::refusal::{Content, Position, Refusal, RefusalKind, syntax_refusal};

/// A part of a document.
#[derive(Debug)]
pub(crate) enum Piece {
    /// One tenant's text, and how much of the document there was from the first tenant to its end.
    Tenant { bytes: Bytes, position: Position, so_far: usize },
    /// The tenants begin. Holds the head so far, closed so that it is JSON; more of it may follow the tenants.
    /// Emitted at most once.
    HeadSoFar { bytes: Vec<u8> },
    /// The head is complete.
    WholeHead,
}

/// The part of the document that the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the document's opening brace.
    Start,
    /// In the head, outside strings.
    Head,
    /// In a string of the head.
    HeadString { escaped: bool },
    /// After the document's closing brace.
    End,
    /// Between tenants.
    Between(Next),
    /// In a tenant.
    Tenant(Extent),
    /// In a line of NDJSON.
    Line,
}

/// What may follow between tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    TenantOrEnd,
    Tenant,
    CommaOrEnd,
}

#[derive(Debug)]
pub(crate) struct Splitter {
    place: Place,
    head: Vec<u8>,
    /// Maps parts of the head to the document: offset in the head, position in the document.
    stretches: Vec<(usize, Position)>,
    /// Open brackets in the head.
    open: usize,
    /// Offset in the head of the top-level key that is being read.
    key_start: Option<usize>,
    /// Whether the next string at top level is a key.
    awaits_key: bool,
    /// Whether the last key was `tenants` and its value is next.
    at_tenants: bool,
    /// The part of the current tenant or line that was in earlier chunks.
    begun: Vec<u8>,
    tenant_position: Position,
    position: Position,
    head_done: bool,
    tenants_begun: bool,
    /// Bytes since the tenants began.
    so_far: usize,
}

impl Splitter {
    pub(crate) fn new(form: Form) -> Self {
        Self {
            place: match form {
                Form::Json => Place::Start,
                Form::Ndjson => Place::Line,
            },
            head: Vec::new(),
            stretches: vec![(0, Position::START)],
            open: 0,
            key_start: None,
            awaits_key: false,
            at_tenants: false,
            begun: Vec::new(),
            tenant_position: Position::START,
            position: Position::START,
            head_done: false,
            tenants_begun: false,
            so_far: 0,
        }
    }

    /// Consumes the next bytes. Adds pieces in the document's order, also those before a refusal.
    pub(crate) fn push(&mut self, chunk: &Bytes, pieces: &mut Vec<Piece>) -> Result<(), Refusal> {
        let mut at = 0;
        while let Some(byte) = chunk.get(at).copied() {
            let taken = match self.place {
                Place::Line => self.take_line(chunk, at, pieces)?,
                Place::Tenant(extent) => self.take_tenant(extent, chunk, at, pieces)?,
                Place::Start => self.take_start(byte)?,
                Place::Head => self.take_head(byte, pieces),
                Place::HeadString { escaped } => self.take_head_string(escaped, byte),
                Place::End => self.take_end(byte)?,
                Place::Between(next) => self.take_between(next, byte)?,
            };
            self.position = self.position.after(&chunk[at..at + taken]);
            at += taken;
            if self.tenants_begun {
                self.so_far = self.so_far.saturating_add(taken);
            }
            self.within(Bound::Head, self.head.len())?;
        }
        Ok(())
    }

    /// Counts bytes as if they had come since the tenants began.
    #[cfg(test)]
    pub(crate) fn add_to_tenants(&mut self, bytes: usize) {
        self.so_far += bytes;
    }

    /// Marks the end of the document.
    pub(crate) fn finish(&mut self, pieces: &mut Vec<Piece>) -> Result<(), Refusal> {
        match self.place {
            Place::Start => Err(RefusalKind::Empty.at("", None)),
            Place::Line => {
                let line = Bytes::from(mem::take(&mut self.begun));
                self.end_line(line, pieces)?;
                if self.head_done { Ok(()) } else { Err(RefusalKind::Empty.at("", None)) }
            }
            Place::Head | Place::HeadString { .. } | Place::End => Ok(()),
            Place::Between(_) | Place::Tenant(_) => {
                Err(syntax_refusal(SyntaxProblem::EndsEarly, "tenants", self.position))
            }
        }
    }

    /// The head.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The position in the document of an offset in the head.
    pub(crate) fn head_position(&self, at: usize) -> Position {
        let stretch = self.stretches.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (start, position) = self.stretches[stretch];
        position.after(&self.head[start..at.min(self.head.len())])
    }

    fn take_start(&mut self, byte: u8) -> Result<usize, Refusal> {
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => {}
            b'{' => self.open_in_head(),
            0xEF => return Err(RefusalKind::ByteOrderMark.at("", Some(self.position))),
            b'<' => return Err(RefusalKind::OtherContent(Content::Markup).at("", Some(self.position))),
            _ => return Err(syntax_refusal(SyntaxProblem::NoDocument, "", self.position)),
        }
        self.head.push(byte);
        Ok(1)
    }

    fn take_end(&mut self, byte: u8) -> Result<usize, Refusal> {
        if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            return Err(syntax_refusal(SyntaxProblem::GoesOn, "", self.position));
        }
        Ok(1)
    }

    fn take_head_string(&mut self, escaped: bool, byte: u8) -> usize {
        match byte {
            _ if escaped => self.place = Place::HeadString { escaped: false },
            b'\\' => self.place = Place::HeadString { escaped: true },
            b'"' => self.end_head_string(),
            _ => {}
        }
        self.head.push(byte);
        1
    }

    fn take_head(&mut self, byte: u8, pieces: &mut Vec<Piece>) -> usize {
        self.head.push(byte);
        match byte {
            b'"' => {
                self.place = Place::HeadString { escaped: false };
                self.key_start = (self.open == 1 && self.awaits_key).then(|| self.head.len() - 1);
            }
            b'[' if self.at_tenants => {
                self.at_tenants = false;
                self.place = Place::Between(Next::TenantOrEnd);
                // A second `tenants` is a duplicate key; reading the whole head refuses it.
                if !self.tenants_begun {
                    self.tenants_begun = true;
                    pieces.push(Piece::HeadSoFar { bytes: [&self.head, &b"]}"[..]].concat() });
                }
            }
            b'{' | b'[' => self.open_in_head(),
            b'}' | b']' => {
                self.open = self.open.saturating_sub(1);
                if self.open == 0 {
                    self.place = Place::End;
                }
            }
            b',' if self.open == 1 => {
                self.awaits_key = true;
                self.at_tenants = false;
            }
            b':' | b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => self.at_tenants = false,
        }
        1
    }

    fn open_in_head(&mut self) {
        self.open += 1;
        self.awaits_key = self.open == 1;
        self.at_tenants = false;
        self.place = Place::Head;
    }

    fn end_head_string(&mut self) {
        self.place = Place::Head;
        self.at_tenants = false;
        let Some(start) = self.key_start.take() else { return };
        self.awaits_key = false;
        let key = str::from_utf8(&self.head[start..]).ok().map(|key| [key, "\""].concat());
        self.at_tenants =
            key.is_some_and(|key| Cursor::new(&key, 1).string().is_ok_and(|key| key == "tenants"));
    }

    fn take_between(&mut self, next: Next, byte: u8) -> Result<usize, Refusal> {
        match (byte, next) {
            (b' ' | b'\n' | b'\r' | b'\t', _) => Ok(1),
            (b']', Next::TenantOrEnd | Next::CommaOrEnd) => {
                self.stretches.push((self.head.len(), self.position));
                self.head.push(byte);
                self.place = Place::Head;
                Ok(1)
            }
            (b',', Next::CommaOrEnd) => {
                self.place = Place::Between(Next::Tenant);
                Ok(1)
            }
            (_, Next::CommaOrEnd) => Err(syntax_refusal(SyntaxProblem::NoComma, "tenants", self.position)),
            (b',' | b']' | b'}' | b':', _) => {
                Err(syntax_refusal(SyntaxProblem::NoValue, "tenants", self.position))
            }
            (byte, Next::TenantOrEnd | Next::Tenant) => {
                self.tenant_position = self.position;
                self.place = Place::Tenant(Extent::beginning(byte));
                Ok(0)
            }
        }
    }

    /// Consumes bytes of the current tenant from `at`, up to its end or the end of the chunk.
    fn take_tenant(
        &mut self,
        mut extent: Extent,
        chunk: &Bytes,
        at: usize,
        pieces: &mut Vec<Piece>,
    ) -> Result<usize, Refusal> {
        let bytes = &chunk[at..];
        let taken = extent.take(bytes);
        self.within(Bound::Tenant, self.begun.len() + taken)?;
        if !extent.is_at_end() {
            self.place = Place::Tenant(extent);
            self.begun.extend_from_slice(bytes);
            return Ok(taken);
        }
        self.open = 1;
        self.place = Place::Between(Next::CommaOrEnd);
        let bytes = self.whole(chunk, at, at + taken);
        let so_far = self.so_far.saturating_add(taken);
        pieces.push(Piece::Tenant { bytes, position: self.tenant_position, so_far });
        Ok(taken)
    }

    /// Refuses more than a bound of what is being read.
    fn within(&self, bound: Bound, amount: usize) -> Result<(), Refusal> {
        let (path, position) =
            if bound == Bound::Tenant { ("tenants", self.tenant_position) } else { ("", self.position) };
        if bound.is_exceeded_by(amount) {
            return Err(RefusalKind::Beyond(bound).at(path, Some(position)));
        }
        Ok(())
    }

    /// Joins the part from earlier chunks with this one. A text that is in one chunk is not copied.
    fn whole(&mut self, chunk: &Bytes, start: usize, end: usize) -> Bytes {
        if self.begun.is_empty() {
            return chunk.slice(start..end);
        }
        let mut begun = mem::take(&mut self.begun);
        // The text may be kept for long, so it gets no spare capacity.
        begun.reserve_exact(end - start);
        begun.extend_from_slice(&chunk[start..end]);
        Bytes::from(begun)
    }

    fn take_line(&mut self, chunk: &Bytes, at: usize, pieces: &mut Vec<Piece>) -> Result<usize, Refusal> {
        if self.begun.is_empty() {
            self.tenant_position = self.position;
        }
        let Some(length) = memchr::memchr(b'\n', &chunk[at..]) else {
            self.begun.extend_from_slice(&chunk[at..]);
            self.within(self.bound_of_line(), self.begun.len())?;
            return Ok(chunk.len() - at);
        };
        let line = self.whole(chunk, at, at + length);
        self.end_line(line, pieces)?;
        Ok(length + 1)
    }

    /// The first line is the head; each other one is a tenant.
    fn bound_of_line(&self) -> Bound {
        if self.head_done { Bound::Tenant } else { Bound::Head }
    }

    fn end_line(&mut self, line: Bytes, pieces: &mut Vec<Piece>) -> Result<(), Refusal> {
        self.within(self.bound_of_line(), line.len())?;
        if !line.starts_with(b"{") && str::from_utf8(&line).is_ok_and(|line| line.trim().is_empty()) {
            return Ok(());
        }
        if self.head_done {
            // The head is known by then.
            pieces.push(Piece::Tenant { bytes: line, position: self.tenant_position, so_far: 0 });
            return Ok(());
        }
        self.stretches = vec![(0, self.tenant_position)];
        self.head = line.into();
        self.head_done = true;
        pieces.push(Piece::WholeHead);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SN-58: the tenant's place is named.
    #[test]
    fn a_tenant_may_have_512_mib_and_no_more() {
        let splitter = Splitter::new(Form::Json);
        let most = Bound::Tenant.most();
        assert_eq!(splitter.within(Bound::Tenant, most), Ok(()));
        let refusal = RefusalKind::Beyond(Bound::Tenant).at("tenants", Some(Position::START));
        assert_eq!(splitter.within(Bound::Tenant, most + 1), Err(refusal));
    }
}
