//! What is being done about the evidence, and what a page is to show of it.

use std::sync::Arc;

use crate::browser::fetch::FetchFailure;
use crate::browser::time_slicing::Progress;
use crate::store::shown_report::ShownReport;

/// What is being done about the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Nothing; what is on screen is what was requested last.
    Idle,
    /// It is being read.
    Loading(Progress),
    /// It failed to load, or was rejected.
    Failed(FetchFailure),
    /// The endpoint serves no workspace.
    NoWorkspace,
    /// No file is open.
    NoFile,
}

/// What a page is to show.
#[derive(Clone, Debug)]
pub enum Phase {
    /// Evidence is loading, and there is none yet.
    Loading,
    /// There is none, and why.
    Failed(FetchFailure),
    /// There is no workspace to show.
    NoWorkspace,
    /// No file is open to show.
    NoFile,
    /// A report, the newest there is.
    Ready(Arc<ShownReport>),
}

impl PartialEq for Phase {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Loading, Self::Loading)
            | (Self::NoWorkspace, Self::NoWorkspace)
            | (Self::NoFile, Self::NoFile) => true,
            (Self::Failed(a), Self::Failed(b)) => a == b,
            (Self::Ready(a), Self::Ready(b)) => Arc::ptr_eq(a, b),
            (Self::Loading | Self::NoWorkspace | Self::NoFile | Self::Failed(_) | Self::Ready(_), _) => false,
        }
    }
}
