//! Reading a snapshot as its bytes arrive: whole tenants come out, and the document is never held (contract, sections 1 and 2).
//!
//! The splitter cuts the tenants' texts out of the document and leaves the rest, its head, as a small JSON text. Tenants are returned
//! as soon as everything that decides about them is known; if the head may still state a policy, they wait for its end.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use crate::bounds::Bound;
use crate::json::cursor::Cursor;
use crate::json::fault::{Fault, Mismatch, Notice};
use crate::json::locate::{locate, quoted};
use crate::policy::{Frame, Policy};
use crate::reading::decode::Decode;
use crate::reading::form::Form;
use crate::reading::policy_file;
pub use crate::reading::preamble::{Options, Preamble, TenantText, Workspace};
use crate::reading::preamble::{UnfitDetail, check_covered, plausible};
use crate::reading::refusal::{CONTENT_BYTES, Content, Position, Refusal, RefusalKind, found};
use crate::reading::snapshot::{Head, SNAPSHOT_FORMAT, SNAPSHOT_VERSION, TenantsPlace};
use crate::reading::splitter::{Piece, Splitter};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;

/// Reads one snapshot: [`push`](Self::push) bytes and [`drain`](Self::drain) the tenants they complete; after the last bytes
/// [`end`](Self::end) the document, drain the rest, and [`finish`](Self::finish) with the preamble.
#[derive(Debug)]
pub struct SnapshotReader {
    form: Form,
    /// The policy to judge under, if it is not the document's own.
    policy: Option<Policy>,
    freshness_hours: Option<u64>,
    schedule_grace_minutes: Option<u64>,
    as_of: Option<Timestamp>,
    splitter: Splitter,
    /// The document's first bytes, until there are enough to recognise its content.
    beginning: Option<Vec<u8>>,
    waiting: VecDeque<TenantText>,
    frame: Option<Arc<Frame>>,
    preamble: Option<Preamble>,
    failure: Option<Refusal>,
    tenants_seen: usize,
    /// What the policy's rules of scopes add to each tenant's report at most.
    bytes_of_rules: usize,
}

impl SnapshotReader {
    /// Starts a reading; refused if an option is out of its range or not a timestamp.
    pub fn new(form: Form, options: &Options) -> Result<Self, Refusal> {
        let as_of = match &options.as_of {
            None => None,
            Some(text) => {
                Some(Timestamp::parse(text).ok_or_else(|| RefusalKind::AsOf(text.clone()).at("", None))?)
            }
        };
        let policy = options.policy.as_deref().map(policy_file::check).transpose()?;
        let Options { freshness_hours, schedule_grace_minutes, .. } = *options;
        // In range for any policy, or for none.
        Policy::default()
            .with(freshness_hours, schedule_grace_minutes)
            .map_err(|range| RefusalKind::PolicyOutOfRange(range).at("", None))?;
        Ok(Self {
            form,
            policy,
            freshness_hours,
            schedule_grace_minutes,
            as_of,
            splitter: Splitter::new(form),
            beginning: Some(Vec::with_capacity(CONTENT_BYTES)),
            waiting: VecDeque::new(),
            frame: None,
            preamble: None,
            failure: None,
            tenants_seen: 0,
            bytes_of_rules: 0,
        })
    }

    /// Takes the next bytes of the document, copied. [`SnapshotReader::next_tenant`] reports a refusal, in the document's order.
    pub fn push(&mut self, bytes: &[u8]) {
        self.push_chunk(Bytes::copy_from_slice(bytes));
    }

    /// The same without copying: tenants within one chunk share it, and it is freed when the last of them is dropped.
    pub fn push_chunk(&mut self, mut chunk: Bytes) {
        if let Some(beginning) = &mut self.beginning {
            let taken = chunk.len().min(CONTENT_BYTES - beginning.len());
            beginning.extend_from_slice(&chunk.split_to(taken));
            if beginning.len() == CONTENT_BYTES {
                self.begin();
            }
        }
        self.split(&chunk);
    }

    /// Looks at what the document begins with, once.
    fn begin(&mut self) {
        let Some(beginning) = self.beginning.take() else { return };
        match Content::beginning(&beginning) {
            Some(content) => self.fail(RefusalKind::OtherContent(content).at("", Some(Position::START))),
            None => self.split(&Bytes::from(beginning)),
        }
    }

    fn split(&mut self, chunk: &Bytes) {
        let mut pieces = Vec::new();
        let done = if self.failure.is_some() { Ok(()) } else { self.splitter.push(chunk, &mut pieces) };
        self.take_pieces(pieces, done);
    }

    /// Takes the end of the document: no more bytes follow.
    pub fn end(&mut self) {
        self.begin();
        if self.failure.is_some() {
            return;
        }
        let mut pieces = Vec::new();
        let done = self.splitter.finish(&mut pieces);
        self.take_pieces(pieces, done);
        if self.failure.is_none() && self.preamble.is_none() {
            self.settle_head(self.splitter.head().to_vec(), true);
        }
    }

    fn take_pieces(&mut self, pieces: Vec<Piece>, done: Result<(), Refusal>) {
        for piece in pieces {
            match piece {
                Piece::Tenant { .. } if self.failure.is_some() => {}
                Piece::Tenant { position, .. } if Bound::Tenants.is_exceeded_by(self.tenants_seen + 1) => {
                    self.fail(RefusalKind::Beyond(Bound::Tenants).at("tenants", Some(position)));
                }
                // Each keeps the chunk that it is in, so what is between them counts, too.
                Piece::Tenant { position, so_far, .. }
                    if self.frame.is_none() && Bound::Undecided.is_exceeded_by(so_far) =>
                {
                    self.waiting.clear();
                    self.fail(RefusalKind::Beyond(Bound::Undecided).at("tenants", Some(position)));
                }
                Piece::Tenant { bytes, position, .. } => {
                    self.waiting.push_back(TenantText { index: self.tenants_seen, bytes, position });
                    self.tenants_seen += 1;
                }
                Piece::HeadSoFar { bytes } => self.settle_head(bytes, false),
                Piece::WholeHead => self.settle_head(self.splitter.head().to_vec(), true),
            }
        }
        if let Err(refusal) = done {
            self.failure.get_or_insert(refusal);
        }
    }

    /// The next tenant, once it can be judged; `None` if more bytes are needed or the document is at its end.
    pub fn next_tenant(&mut self) -> Result<Option<TenantText>, Refusal> {
        if self.frame.is_some()
            && let Some(tenant) = self.waiting.pop_front()
        {
            if !Bound::Rules.is_exceeded_by(self.bytes_of_rules.saturating_mul(tenant.index + 1)) {
                return Ok(Some(tenant));
            }
            self.waiting.clear();
            self.failure = Some(RefusalKind::Beyond(Bound::Rules).at("policy", None));
        }
        self.failure.clone().map_or(Ok(None), Err)
    }

    /// Passes every tenant that can be judged by now to `take`, with the frame to judge it under.
    ///
    /// Stops at the first error: of `take`, or of the document, which follows the tenants before the fault.
    pub fn drain<E: From<Refusal>>(
        &mut self,
        mut take: impl FnMut(TenantText, &Frame) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(tenant) = self.next_tenant()? {
            let Some(frame) = &self.frame else { break };
            take(tenant, frame)?;
        }
        Ok(())
    }

    /// How many bytes the next tenant has; 0 if none is waiting.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting.front().map_or(0, |tenant| tenant.bytes.len())
    }

    /// What every tenant is judged under; known as soon as a tenant has come out.
    pub fn frame(&self) -> Option<Arc<Frame>> {
        self.frame.clone()
    }

    /// How many tenants have been cut out so far.
    pub fn tenants_seen(&self) -> usize {
        self.tenants_seen
    }

    /// All that the document says outside its tenants, or why it is refused. Ends the document if [`end`](Self::end) has not;
    /// tenants that were not taken are dropped.
    pub fn finish(mut self) -> Result<Preamble, Refusal> {
        if self.preamble.is_none() {
            self.end();
        }
        match (self.failure, self.preamble) {
            (Some(refusal), _) => Err(refusal),
            (None, Some(preamble)) => Ok(preamble),
            (None, None) => Err(RefusalKind::Empty.at("", None)),
        }
    }

    /// Reads the head: at its end, or when the tenants begin, if nothing that is missing could change a verdict.
    fn settle_head(&mut self, bytes: Vec<u8>, whole: bool) {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let position = self.splitter.head_position(error.utf8_error().valid_up_to());
                return self.fail(RefusalKind::NotUtf8.at("", Some(position)));
            }
        };
        if text.starts_with('\u{feff}') {
            return self.fail(RefusalKind::ByteOrderMark.at("", Some(Position::START)));
        }
        let mut cursor = Cursor::new(&text, 1);
        let read = Head::decode(&mut cursor).and_then(|head| cursor.end().map(|()| head));
        let head = match read {
            Ok(head) => head,
            Err(_) if !whole => return,
            Err(fault) => {
                let refusal = self.head_refusal(&text, *fault);
                return self.fail(refusal);
            }
        };
        if let Err(refusal) = check_kind(&head, whole) {
            return self.fail(refusal);
        }
        let decides = head.format.is_some()
            && head.version.is_some()
            && head.exported_at.is_some()
            && head.workspace.is_some()
            && (head.policy.is_some() || self.policy.is_some());
        if !whole && !decides {
            return;
        }
        match self.preamble_of(&head, &text, &cursor.notices) {
            Ok(preamble) => {
                self.bytes_of_rules = preamble.frame.policy.bytes_for_each_tenant();
                self.frame.get_or_insert_with(|| Arc::new(preamble.frame.clone()));
                self.preamble = whole.then_some(preamble);
            }
            Err(refusal) => self.fail(refusal),
        }
    }

    fn fail(&mut self, refusal: Refusal) {
        self.failure.get_or_insert(refusal);
    }

    fn head_refusal(&self, text: &str, fault: Fault) -> Refusal {
        let position = self.splitter.head_position(fault.at);
        let path = locate(text, "", &[fault.at]).pop().unwrap_or_default();
        let found = found(text, &fault);
        let kind = RefusalKind::from(fault);
        let kind = if self.form == Form::Ndjson { kind.of_line() } else { kind };
        kind.quoting(found, &path, position)
    }

    fn check_tenants(&self, tenants: TenantsPlace) -> Result<(), Refusal> {
        match tenants {
            TenantsPlace::Array => Ok(()),
            TenantsPlace::Absent => Err(RefusalKind::Mismatch(Mismatch::Missing("tenants")).at("", None)),
            TenantsPlace::Null(at) => {
                let position = self.splitter.head_position(at);
                let expected = RefusalKind::Mismatch(Mismatch::Expected("an array"));
                Err(expected.quoting(Some("null"), "tenants", position))
            }
        }
    }

    fn preamble_of(
        &self,
        head: &Head<'_>,
        text: &str,
        noticed: &[(usize, Notice)],
    ) -> Result<Preamble, Refusal> {
        let missing = |key| RefusalKind::Mismatch(Mismatch::Missing(key)).at("", None);
        let exported_at = head.exported_at.ok_or_else(|| missing("exported_at"))?;
        let workspace = head.workspace.as_ref().ok_or_else(|| missing("workspace"))?;
        match self.form {
            Form::Ndjson if head.tenants != TenantsPlace::Absent => {
                return Err(RefusalKind::TenantsInFirstLine.at("tenants", None));
            }
            Form::Json => self.check_tenants(head.tenants)?,
            Form::Ndjson => {}
        }
        let exported_at = plausible("exported_at", exported_at)?;
        let since = head.since.map(|since| plausible("since", since)).transpose()?;
        if let Some(since) = since.filter(|since| *since > exported_at) {
            return Err(RefusalKind::SinceAfterExport { since, exported_at }.at("since", None));
        }
        let as_of = self.as_of.unwrap_or(exported_at);
        check_covered(as_of, since)?;
        let stated = head.policy.as_ref().map(|stated| Policy::from(&stated.0));
        let policy = self.policy.clone().or(stated).unwrap_or_default();
        let policy = policy
            .with(self.freshness_hours, self.schedule_grace_minutes)
            .map_err(|range| RefusalKind::PolicyOutOfRange(range).at(range.key, None))?;
        let mut checked_domains = head.checked_domains.clone().unwrap_or_default();
        sort_by_key(&mut checked_domains, |domain| *domain);
        checked_domains.dedup();
        let mut details: Vec<_> = noticed.to_vec();
        sort_by_key(&mut details, |(at, _)| *at);
        let offsets: Vec<_> = details.iter().map(|(at, _)| *at).collect();
        let unfit = |(path, (at, notice)): (String, &(usize, Notice))| match notice {
            Notice::UnfitDetail(mismatch) => {
                let found = quoted(text, *at, mismatch).map(str::to_owned);
                Some(UnfitDetail { path, mismatch: mismatch.clone(), found })
            }
            // Only tenants hold such values.
            Notice::ImplausibleTimestamp(_) | Notice::UnrecognisedWord(..) => None,
        };
        let unfit_details = locate(text, "", &offsets).into_iter().zip(&details).filter_map(unfit).collect();
        Ok(Preamble {
            frame: Frame { as_of, exported_at, since, policy: Arc::new(policy), workspace_id: workspace.id },
            workspace: Workspace {
                id: workspace.id,
                name: workspace.name.clone().into_owned(),
                slug: workspace.slug.get().map(|slug| slug.clone().into_owned()),
            },
            exporter: head.exporter.get().map(|exporter| exporter.clone().into_owned()),
            checked_domains,
            unfit_details,
            head: text.to_owned(),
        })
    }
}

/// Refuses another kind of document, or another version, as early as it is seen.
fn check_kind(head: &Head<'_>, whole: bool) -> Result<(), Refusal> {
    match head.format.as_deref() {
        Some(SNAPSHOT_FORMAT) => {}
        None if !whole => return Ok(()),
        other => return Err(RefusalKind::WrongFormat(other.map(str::to_owned)).at("format", None)),
    }
    match head.version {
        Some(SNAPSHOT_VERSION) => Ok(()),
        Some(other) => Err(RefusalKind::UnsupportedVersion(other).at("version", None)),
        None if !whole => Ok(()),
        None => Err(RefusalKind::Mismatch(Mismatch::Missing("version")).at("", None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W"}"#;

    /// SN-58: a short policy of many rules is repeated in each tenant's report.
    #[test]
    fn the_rules_of_a_policy_have_512_mib_in_all_reports_together() {
        let types: Vec<_> = (0..100_000).map(|number| format!("\"t{number:05}\"")).collect();
        let policy = format!(
            r#""policy":{{"scopes":{{"s":{{"expected":false}}}},"profiles":{{"p":{{"scopes":{{"":{{"expected_policy_types":[{}]}}}}}}}}}}"#,
            types.join(",")
        );
        let each = (64 + 1) + 64 + 100_000 * (32 + 6);
        let most = Bound::Rules.most() / each;
        let mut reader = SnapshotReader::new(Form::Json, &Options::default()).unwrap();
        reader
            .push(format!("{{{HEAD},{policy},\"tenants\":[{}]}}", vec!["{}"; most + 1].join(",")).as_bytes());
        assert!((0..most).all(|_| matches!(reader.next_tenant(), Ok(Some(_)))));
        let refusal = RefusalKind::Beyond(Bound::Rules).at("policy", None);
        assert_eq!(reader.next_tenant().err(), Some(refusal.clone()));
        assert_eq!(reader.finish().err(), Some(refusal));
    }

    /// SN-58: each waiting tenant keeps the chunk that it is in, so blanks between them count.
    #[test]
    fn tenants_may_have_512_mib_before_a_policy_and_any_number_after_one() {
        let refusal = |policy: &str, text: &str, more: usize| {
            let mut reader = SnapshotReader::new(Form::Json, &Options::default()).unwrap();
            reader.push(format!("{{{HEAD}{policy},\"tenants\":[").as_bytes());
            // As if this much of the document came before the text.
            reader.splitter.add_to_tenants(Bound::Undecided.most() - "[".len() - text.len() + more);
            reader.push(text.as_bytes());
            reader.push(b"]}");
            reader.finish().err().map(|refusal| refusal.kind)
        };
        let beyond = Some(RefusalKind::Beyond(Bound::Undecided));
        for tenant in ["{}", "  {}", r#"{"a":[]}"#] {
            assert_eq!(refusal("", tenant, 0), None);
            assert_eq!(refusal("", tenant, 1), beyond, "{tenant}");
            assert_eq!(refusal(r#","policy":{}"#, tenant, 1), None);
        }
        assert_eq!(refusal("", "  ", 1), None, "no tenant waits");
    }
}
