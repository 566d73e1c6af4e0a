//! From bytes to a report, one small step at a time, so that whoever drives it can pause between any two.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use posture_core::policy::{Frame, Policy};
use posture_core::reading::reader::Preamble;
use posture_core::views::truncation;
use posture_core::{
    Assessed, Assessing, Form, Gathered, Id, Options, Refusal, Report, ReportBuilder, SnapshotReader,
    TenantText, Timestamp, assess_tenant,
};

use crate::browser::time_slicing::{LARGE_STEP_BYTES, Slices};

/// How many records of one tenant are read between two looks at the time: about a millisecond's work.
pub const STEP_RECORDS: usize = 2000;

/// A snapshot as it was read: kept so that it can be judged at another instant without being fetched again.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// All that the document says outside its tenants.
    pub preamble: Preamble,
    /// The tenants' texts, in the document's order.
    pub tenants: Vec<TenantText>,
    /// The id of each tenant; `None` if it is unreadable.
    pub ids: Vec<Option<Id>>,
}

impl Snapshot {
    /// The text an evaluated tenant was derived from: the first of its id, since a later one repeats it.
    pub fn tenant(&self, id: Id) -> Option<&TenantText> {
        let place = self.ids.iter().position(|other| *other == Some(id))?;
        self.tenants.get(place)
    }
}

/// Work done in small steps.
pub trait Steps {
    /// Judges one tenant; false if none is left.
    fn step(&mut self) -> Result<bool, Refusal>;

    /// How many bytes the next step judges.
    fn next_bytes(&self) -> usize;

    /// How many tenants have been judged.
    fn tenants_judged(&self) -> usize;
}

/// A snapshot being read and judged. Push bytes, then step until a step does nothing; at the end [`Derivation::end`], step again, and
/// take the result.
#[derive(Debug)]
pub struct Derivation {
    reader: SnapshotReader,
    builder: ReportBuilder,
    tenants: Vec<TenantText>,
    ids: Vec<Option<Id>>,
    has_long_tenants: bool,
}

impl Derivation {
    /// Starts with nothing read; refused if an option is out of its range.
    pub fn start(form: Form, options: &Options) -> Result<Self, Refusal> {
        let reader = SnapshotReader::new(form, options)?;
        Ok(Self {
            reader,
            builder: ReportBuilder::default(),
            tenants: Vec::new(),
            ids: Vec::new(),
            has_long_tenants: false,
        })
    }

    /// Takes the next bytes of the document.
    pub fn push(&mut self, chunk: Bytes) {
        self.reader.push_chunk(chunk);
    }

    /// Takes the document's end.
    pub fn end(&mut self) {
        self.reader.end();
    }

    /// Judges the next tenant in slices, if that takes long; false if none is left.
    pub async fn step_in_slices(&mut self, slices: &mut Slices) -> Result<bool, Refusal> {
        if self.next_bytes() < LARGE_STEP_BYTES {
            return self.step();
        }
        let Some((tenant, frame)) = self.next()? else { return Ok(false) };
        let assessed = assessed(&tenant, &frame, slices).await?;
        self.take(tenant, assessed)?;
        Ok(true)
    }

    fn next(&mut self) -> Result<Option<(TenantText, Arc<Frame>)>, Refusal> {
        Ok(self.reader.next_tenant()?.zip(self.reader.frame()))
    }

    fn take(&mut self, tenant: TenantText, mut assessed: Assessed) -> Result<(), Refusal> {
        self.has_long_tenants |= truncation::is_long(&mut assessed);
        self.ids.push(assessed.readable_id());
        self.builder.add(assessed)?;
        self.tenants.push(tenant);
        Ok(())
    }

    /// All that was read and judged. With many tenants, freeing the rest takes a while.
    pub fn judged(self) -> Result<Judged, Refusal> {
        let preamble = self.reader.finish()?;
        let snapshot = Snapshot { preamble, tenants: self.tenants, ids: self.ids };
        Ok(Judged { snapshot, gathered: self.builder.gathered(), has_long_tenants: self.has_long_tenants })
    }
}

/// Judges one tenant in slices.
async fn assessed(tenant: &TenantText, frame: &Frame, slices: &mut Slices) -> Result<Assessed, Refusal> {
    let mut assessing = Assessing::start(tenant, frame);
    while assessing.step(STEP_RECORDS)? {
        if slices.is_due() {
            slices.pause().await;
        }
    }
    assessing.finish()
}

/// A snapshot that was read and judged to its end.
#[derive(Debug)]
pub struct Judged {
    snapshot: Snapshot,
    gathered: Gathered,
    /// Whether something said of a tenant is too long to be shown.
    pub has_long_tenants: bool,
}

impl Judged {
    /// The report, and what it was derived from.
    pub fn report(self) -> (Report, Snapshot) {
        (self.gathered.report(self.snapshot.preamble.clone()), self.snapshot)
    }
}

impl Steps for Derivation {
    fn step(&mut self) -> Result<bool, Refusal> {
        let Some((tenant, frame)) = self.next()? else { return Ok(false) };
        let assessed = assess_tenant(&tenant, &frame)?;
        self.take(tenant, assessed)?;
        Ok(true)
    }

    fn next_bytes(&self) -> usize {
        self.reader.waiting_bytes()
    }

    fn tenants_judged(&self) -> usize {
        self.tenants.len()
    }
}

/// [`Rederivation::step_in_slices`], as the second bundle hands it to the first.
pub type LongStep = for<'a> fn(
    &'a mut Rederivation,
    &'a mut Slices,
) -> Pin<Box<dyn Future<Output = Result<bool, Refusal>> + 'a>>;

/// A snapshot being judged again, at another instant or under another policy.
#[derive(Debug)]
pub struct Rederivation {
    snapshot: Arc<Snapshot>,
    preamble: Preamble,
    builder: ReportBuilder,
    judged: usize,
    has_long_tenants: bool,
}

impl Rederivation {
    /// Starts with nothing judged; refused if the evidence does not cover the instant.
    pub fn start(snapshot: Arc<Snapshot>, as_of: Timestamp) -> Result<Self, Refusal> {
        let preamble = snapshot.preamble.clone().judged_at(as_of)?;
        Ok(Self { snapshot, preamble, builder: ReportBuilder::default(), judged: 0, has_long_tenants: false })
    }

    /// The same, under another policy.
    pub fn under(snapshot: Arc<Snapshot>, as_of: Timestamp, policy: Policy) -> Result<Self, Refusal> {
        let mut again = Self::start(snapshot, as_of)?;
        again.preamble.frame.policy = Arc::new(policy);
        Ok(again)
    }

    /// Judges the next tenant in slices, if that takes long; false if none is left.
    pub async fn step_in_slices(&mut self, slices: &mut Slices) -> Result<bool, Refusal> {
        if self.next_bytes() < LARGE_STEP_BYTES {
            return self.step();
        }
        let snapshot = Arc::clone(&self.snapshot);
        let Some(tenant) = snapshot.tenants.get(self.judged) else { return Ok(false) };
        let assessed = assessed(tenant, &self.preamble.frame, slices).await?;
        self.take(assessed)?;
        Ok(true)
    }

    fn take(&mut self, mut assessed: Assessed) -> Result<(), Refusal> {
        self.has_long_tenants |= truncation::is_long(&mut assessed);
        self.builder.add(assessed)?;
        self.judged += 1;
        Ok(())
    }

    /// Whether something said of a tenant is too long to be shown.
    pub fn has_long_tenants(&self) -> bool {
        self.has_long_tenants
    }

    /// The report at that instant.
    pub fn finish(self) -> Report {
        self.builder.finish(self.preamble)
    }
}

impl Steps for Rederivation {
    fn step(&mut self) -> Result<bool, Refusal> {
        let Some(tenant) = self.snapshot.tenants.get(self.judged) else { return Ok(false) };
        let assessed = assess_tenant(tenant, &self.preamble.frame)?;
        self.take(assessed)?;
        Ok(true)
    }

    fn next_bytes(&self) -> usize {
        self.snapshot.tenants.get(self.judged).map_or(0, |tenant| tenant.bytes.len())
    }

    fn tenants_judged(&self) -> usize {
        self.judged
    }
}

#[cfg(test)]
mod tests {
    use posture_core::export::slim::slim;

    use super::*;

    const CASE: &str = include_str!("../../../../tests/cases/workspace-order.json");

    fn snapshot_bytes() -> Vec<u8> {
        let case: serde_json::Value = serde_json::from_str(CASE).unwrap();
        serde_json::to_vec(&case["snapshot"]).unwrap()
    }

    fn read(bytes: &[u8]) -> (Report, Snapshot) {
        let mut derivation = Derivation::start(Form::Json, &Options::default()).unwrap();
        for chunk in bytes.chunks(97) {
            derivation.push(Bytes::copy_from_slice(chunk));
            while derivation.step().unwrap() {}
        }
        derivation.end();
        while derivation.step().unwrap() {}
        derivation.judged().unwrap().report()
    }

    #[test]
    fn a_snapshot_read_in_steps_gives_the_report_of_the_whole() {
        let bytes = snapshot_bytes();
        let (report, snapshot) = read(&bytes);
        assert_eq!(report, posture_core::derive(&bytes, Form::Json, &Options::default()).unwrap());
        assert_eq!(snapshot.tenants.len() as u64, report.denominators.exported);
    }

    #[test]
    fn judging_again_gives_the_report_of_reading_again() {
        let bytes = snapshot_bytes();
        let (report, snapshot) = read(&bytes);
        let snapshot = Arc::new(snapshot);
        for days in [-3, 0, 7] {
            let as_of =
                Timestamp::from_unix_seconds(report.exported_at.unix_seconds() + days * 86_400).unwrap();
            let mut again = Rederivation::start(Arc::clone(&snapshot), as_of).unwrap();
            while again.step().unwrap() {}
            let options = Options { as_of: Some(as_of.to_string()), ..Options::default() };
            assert_eq!(
                again.finish(),
                posture_core::derive(&bytes, Form::Json, &options).unwrap(),
                "{days} days"
            );
        }
    }

    /// WI-4
    #[test]
    fn judging_under_another_policy_gives_the_report_of_reading_under_it() {
        let bytes = snapshot_bytes();
        let (report, snapshot) = read(&bytes);
        let policy = Policy { freshness_hours: 72, schedule_grace_minutes: 0, ..report.policy.clone() };
        let mut again = Rederivation::under(Arc::new(snapshot), report.as_of, policy).unwrap();
        while again.step().unwrap() {}
        let options =
            Options { freshness_hours: Some(72), schedule_grace_minutes: Some(0), ..Options::default() };
        assert_eq!(again.finish(), posture_core::derive(&bytes, Form::Json, &options).unwrap());
    }

    /// SN-56
    #[test]
    fn an_instant_before_the_reduced_evidence_is_refused() {
        let (report, snapshot) = read(&slim(&snapshot_bytes(), Form::Json, None).unwrap());
        let before = Timestamp::from_unix_seconds(report.exported_at.unix_seconds() - 1).unwrap();
        assert!(Rederivation::start(Arc::new(snapshot), before).is_err());
    }

    #[test]
    fn an_empty_document_is_refused() {
        let mut derivation = Derivation::start(Form::Json, &Options::default()).unwrap();
        derivation.end();
        let refused = derivation.step().and_then(|_| derivation.judged().map(|_| ()));
        assert!(refused.is_err());
    }
}
