//! The assessment of one tenant in steps, so that a page can pause between any two if a tenant has very many records.
//!
//! A tenant in which something is invalid is assessed in one step, so the result is always that of [`assess_tenant`].

use crate::policy::Frame;
use crate::reading::preamble::TenantText;
use crate::reading::record_filter::Evidence;
use crate::reading::refusal::Refusal;
use crate::report::tenant::{Assessed, assess_tenant, readable};
use crate::report::tenant_steps::TenantSteps;

/// One tenant that is being assessed.
pub struct Assessing<'t> {
    text: &'t TenantText,
    frame: &'t Frame,
    stage: Stage<'t>,
}

/// The next step.
enum Stage<'t> {
    /// Read and judge it.
    Reading(TenantSteps<'t>),
    /// Free its records.
    Free(Box<Evidence<'t>>, Assessed),
    /// Nothing: the result is here.
    Done(Assessed),
}

impl<'t> Assessing<'t> {
    /// Starts with nothing read.
    pub fn start(text: &'t TenantText, frame: &'t Frame) -> Self {
        Self { text, frame, stage: Stage::Reading(TenantSteps::Text) }
    }

    /// Does the next step; false if nothing was left to do. A step reads or frees at most `records` records of each collection. Refused as by
    /// [`assess_tenant`].
    pub fn step(&mut self, records: usize) -> Result<bool, Refusal> {
        let records = records.max(1);
        let stage = std::mem::replace(&mut self.stage, Stage::Reading(TenantSteps::Whole));
        let (stage, is_step) = match stage {
            Stage::Reading(TenantSteps::Read(utf8, evidence)) => {
                let assessment = readable(&evidence, self.text, utf8, self.frame);
                (Stage::Free(evidence, Assessed { index: self.text.index, assessment }), true)
            }
            Stage::Reading(TenantSteps::Whole) => (Stage::Done(assess_tenant(self.text, self.frame)?), true),
            Stage::Reading(steps) => (Stage::Reading(steps.step(self.text, records)?), true),
            Stage::Free(mut evidence, assessed) => match evidence.tenant.free(records) {
                0 => (Stage::Done(assessed), true),
                _ => (Stage::Free(evidence, assessed), true),
            },
            Stage::Done(assessed) => (Stage::Done(assessed), false),
        };
        self.stage = stage;
        Ok(is_step)
    }

    /// Does what is left, and returns the result.
    pub fn finish(mut self) -> Result<Assessed, Refusal> {
        while self.step(usize::MAX)? {}
        let Stage::Done(assessed) = self.stage else { return assess_tenant(self.text, self.frame) };
        Ok(assessed)
    }
}
