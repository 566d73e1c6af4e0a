//! Cuts a document into its tenants' texts and its head, wherever the chunks end.

use std::mem;

use bytes::Bytes;

use crate::json::cursor::Cursor;
use crate::json::extent::Extent;
use crate::json::fault::SyntaxProblem;
use crate::reading::reader::{Form, syntax_refusal};
use crate::reading::refusal::{Content, Position, Refusal, RefusalKind};

/// What a document is cut into.
#[derive(Debug)]
pub(crate) enum Piece {
    /// One tenant's text.
    Tenant { bytes: Bytes, position: Position },
    /// The tenants begin: the head so far as JSON text, closed; it may go on behind them. Comes once at most.
    HeadSoFar { bytes: Vec<u8> },
    /// The head is complete.
    WholeHead,
}

/// Where in the document the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the document's opening brace.
    Start,
    /// In the head, outside strings.
    Head,
    /// In a string of the head.
    HeadString { escaped: bool },
    /// Behind the document's closing brace.
    End,
    /// Between tenants.
    Between(Next),
    /// In a tenant.
    Tenant(Extent),
    /// In a line of NDJSON.
    Line,
}

/// What may come next between tenants.
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
    /// Where stretches of the head stand in the document: offset in the head, place in the document.
    stretches: Vec<(usize, Position)>,
    /// Open brackets in the head.
    open: usize,
    /// Offset in the head of the top-level key being read, if one is.
    key_start: Option<usize>,
    /// Whether a string at top level would be a key.
    awaits_key: bool,
    /// Whether the last key was `tenants` and its value is about to come.
    at_tenants: bool,
    /// What earlier chunks held of the current tenant or line.
    begun: Vec<u8>,
    tenant_position: Position,
    position: Position,
    head_done: bool,
    tenants_begun: bool,
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
        }
    }

    /// Takes the next bytes; pieces come in the document's order, those before a refusal included.
    pub(crate) fn push(&mut self, chunk: &Bytes, pieces: &mut Vec<Piece>) -> Result<(), Refusal> {
        let mut at = 0;
        while let Some(byte) = chunk.get(at).copied() {
            let taken = match self.place {
                Place::Line => self.take_line(chunk, at, pieces),
                Place::Tenant(extent) => self.take_tenant(extent, chunk, at, pieces),
                Place::Start => self.take_start(byte)?,
                Place::Head => self.take_head(byte, pieces),
                Place::HeadString { escaped } => self.take_head_string(escaped, byte),
                Place::End => self.take_end(byte)?,
                Place::Between(next) => self.take_between(next, byte)?,
            };
            self.position = self.position.after(&chunk[at..at + taken]);
            at += taken;
        }
        Ok(())
    }

    /// Ends the document.
    pub(crate) fn finish(&mut self, pieces: &mut Vec<Piece>) -> Result<(), Refusal> {
        match self.place {
            Place::Start => Err(RefusalKind::Empty.at("", None)),
            Place::Line => {
                let line = Bytes::from(mem::take(&mut self.begun));
                self.end_line(line, pieces);
                if self.head_done { Ok(()) } else { Err(RefusalKind::Empty.at("", None)) }
            }
            Place::Head | Place::HeadString { .. } | Place::End => Ok(()),
            Place::Between(_) | Place::Tenant(_) => {
                Err(syntax_refusal(SyntaxProblem::EndsEarly, "tenants", self.position))
            }
        }
    }

    /// All of the head.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Where an offset of the head stands in the document.
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
                // Tenants that begin again are a known key twice, which the whole head is refused for.
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

    /// Takes bytes of the current tenant, from `at` on up to its end or the chunk's.
    fn take_tenant(
        &mut self,
        mut extent: Extent,
        chunk: &Bytes,
        at: usize,
        pieces: &mut Vec<Piece>,
    ) -> usize {
        let bytes = &chunk[at..];
        let taken = extent.take(bytes);
        if !extent.is_at_end() {
            self.place = Place::Tenant(extent);
            self.begun.extend_from_slice(bytes);
            return taken;
        }
        self.open = 1;
        self.place = Place::Between(Next::CommaOrEnd);
        let bytes = self.whole(chunk, at, at + taken);
        pieces.push(Piece::Tenant { bytes, position: self.tenant_position });
        taken
    }

    /// What began in earlier chunks, if anything did, with what this chunk holds of it; what stands in one chunk is not copied.
    fn whole(&mut self, chunk: &Bytes, start: usize, end: usize) -> Bytes {
        if self.begun.is_empty() {
            return chunk.slice(start..end);
        }
        let mut begun = mem::take(&mut self.begun);
        // It may be kept for long: it takes no more room than it needs.
        begun.reserve_exact(end - start);
        begun.extend_from_slice(&chunk[start..end]);
        Bytes::from(begun)
    }

    fn take_line(&mut self, chunk: &Bytes, at: usize, pieces: &mut Vec<Piece>) -> usize {
        if self.begun.is_empty() {
            self.tenant_position = self.position;
        }
        let Some(length) = memchr::memchr(b'\n', &chunk[at..]) else {
            self.begun.extend_from_slice(&chunk[at..]);
            return chunk.len() - at;
        };
        let line = self.whole(chunk, at, at + length);
        self.end_line(line, pieces);
        length + 1
    }

    fn end_line(&mut self, line: Bytes, pieces: &mut Vec<Piece>) {
        if !line.starts_with(b"{") && str::from_utf8(&line).is_ok_and(|line| line.trim().is_empty()) {
            return;
        }
        if self.head_done {
            pieces.push(Piece::Tenant { bytes: line, position: self.tenant_position });
            return;
        }
        self.stretches = vec![(0, self.tenant_position)];
        self.head = line.into();
        self.head_done = true;
        pieces.push(Piece::WholeHead);
    }
}
