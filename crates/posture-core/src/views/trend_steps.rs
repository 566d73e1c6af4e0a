//! The judging of one tenant on each day in steps, so that a page can pause between any two if a tenant has very many records.

use crate::policy::Frame;
use crate::reading::reader::TenantText;
use crate::reading::record_filter::Evidence;
use crate::reading::refusal::Refusal;
use crate::report::tenant::is_evaluated;
use crate::report::tenant_steps::TenantSteps;
use crate::timestamp::Timestamp;
use crate::verdicts::history::{History, runs};
use crate::verdicts::rules::TenantFrame;
use crate::views::trend::{TenantTrend, tenant_trend, trend_of};

/// One tenant that is being judged on each day.
pub struct TrendSteps<'t> {
    text: &'t TenantText,
    frame: &'t Frame,
    instants: &'t [Timestamp],
    stage: Stage<'t>,
}

/// The next step.
enum Stage<'t> {
    /// Read it.
    Reading(TenantSteps<'t>),
    /// Judge the next day.
    Days(Box<Evidence<'t>>, History),
    /// Free its records.
    Free(Box<Evidence<'t>>, TenantTrend),
    /// Nothing: the result is here.
    Done(TenantTrend),
}

impl<'t> TrendSteps<'t> {
    /// Starts with nothing read.
    pub fn start(text: &'t TenantText, frame: &'t Frame, instants: &'t [Timestamp]) -> Self {
        Self { text, frame, instants, stage: Stage::Reading(TenantSteps::Text) }
    }

    /// Does the next step; false if nothing was left to do. A step reads or frees at most `records` records of each collection. Refused as by
    /// [`tenant_trend`].
    pub fn step(&mut self, records: usize) -> Result<bool, Refusal> {
        let records = records.max(1);
        let Self { text, frame, instants, .. } = *self;
        let stage = std::mem::replace(&mut self.stage, Stage::Reading(TenantSteps::Whole));
        let (stage, is_step) = match stage {
            Stage::Reading(TenantSteps::Read(_, evidence)) => (begin(evidence, frame, instants), true),
            Stage::Reading(TenantSteps::Whole) => (Stage::Done(tenant_trend(text, frame, instants)?), true),
            Stage::Reading(steps) => (Stage::Reading(steps.step(text, records)?), true),
            Stage::Days(evidence, history) => (judge(evidence, history, frame, instants), true),
            Stage::Free(mut evidence, trend) => match evidence.tenant.free(records) {
                0 => (Stage::Done(trend), true),
                _ => (Stage::Free(evidence, trend), true),
            },
            Stage::Done(trend) => (Stage::Done(trend), false),
        };
        self.stage = stage;
        Ok(is_step)
    }

    /// Does what is left, and returns the result.
    pub fn finish(mut self) -> Result<TenantTrend, Refusal> {
        while self.step(usize::MAX)? {}
        let Stage::Done(trend) = self.stage else {
            return tenant_trend(self.text, self.frame, self.instants);
        };
        Ok(trend)
    }
}

fn begin<'t>(evidence: Box<Evidence<'t>>, frame: &Frame, instants: &[Timestamp]) -> Stage<'t> {
    let tenant = &evidence.tenant;
    if !is_evaluated(tenant, frame) {
        let trend = trend_of(tenant, frame, None);
        return Stage::Free(evidence, trend);
    }
    let history = History::start(tenant, &runs(tenant), &TenantFrame::new(tenant, frame), instants);
    Stage::Days(evidence, history)
}

fn judge<'t>(
    evidence: Box<Evidence<'t>>,
    mut history: History,
    frame: &Frame,
    instants: &[Timestamp],
) -> Stage<'t> {
    let tenant = &evidence.tenant;
    if history.judge_next(tenant, &runs(tenant), &TenantFrame::new(tenant, frame), instants) {
        return Stage::Days(evidence, history);
    }
    let trend = trend_of(tenant, frame, Some(history.states));
    Stage::Free(evidence, trend)
}
