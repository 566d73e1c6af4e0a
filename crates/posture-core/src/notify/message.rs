//! A message: types only. The fields of every struct are in the order of their names, as in every document that is written.

use serde::{Deserialize, Serialize};

use crate::compare::change::Family;
use crate::id::Id;
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::vocabulary::vocabulary;

/// The most lines of a message.
pub const LINES: usize = 20;
/// The most workspaces that a message lists.
pub const WORKSPACES: usize = 10;

vocabulary! {
    /// Why a message is sent.
    pub enum MessageKind { Started = "started", News = "news", Heartbeat = "heartbeat" }
}

vocabulary! {
    /// What a line of a message says, the worst first.
    pub enum News {
        SourceUnreadable = "source_unreadable",
        WorkspaceGone = "workspace_gone",
        EvidenceAhead = "evidence_ahead_of_clock",
        EvidenceOld = "evidence_old",
        Worse = "worse",
        EntriesUnmatched = "entries_unmatched",
        Unsettled = "unsettled",
        ChangedCause = "changed_cause",
        Unknown = "unknown",
        Gone = "gone",
        LeftEvaluation = "left_evaluation",
        New = "new",
        EnteredEvaluation = "entered_evaluation",
        Better = "better",
        Settled = "settled",
        EvidenceCurrent = "evidence_current",
        SourceReadable = "source_readable",
    }
}

impl News {
    /// How it is shown.
    pub fn tone(self) -> Tone {
        match self {
            Self::SourceUnreadable
            | Self::WorkspaceGone
            | Self::EvidenceAhead
            | Self::EvidenceOld
            | Self::Worse
            | Self::EntriesUnmatched => Tone::High,
            Self::Unsettled | Self::ChangedCause => Tone::Medium,
            Self::New | Self::EnteredEvaluation => Tone::Low,
            Self::Unknown | Self::Gone | Self::LeftEvaluation => Tone::Unknown,
            Self::Better | Self::Settled | Self::EvidenceCurrent | Self::SourceReadable => Tone::Calm,
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Why it is sent.
    pub kind: MessageKind,
    /// The instant that the evidence was judged at.
    pub made_at: Timestamp,
    /// How many further workspaces have news, or are as they were in a heartbeat.
    pub more_workspaces: u64,
    /// What it says of each workspace, the worst first.
    pub sections: Vec<Section>,
    /// The message in a line.
    pub title: String,
    /// The page to start from.
    pub url: Option<String>,
}

/// What a message says of one workspace, or of the source of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The workspace's name.
    pub heading: String,
    /// What is news, the worst first.
    pub lines: Vec<Line>,
    /// How many lines were left out.
    pub more_lines: u64,
    /// How the workspace is now, in a sentence or two.
    pub status: String,
    /// The workspace's overview.
    pub url: Option<String>,
    /// The workspace.
    pub workspace_id: Option<Id>,
}

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The family of verdicts that it is about.
    pub family: Option<Family>,
    /// What it says.
    pub news: News,
    /// The tenant that it is about.
    pub tenant_id: Option<Id>,
    /// What the verdict rests on, in a sentence or two.
    pub text: String,
    /// The news in a line.
    pub title: String,
    /// The page of the record that it rests on.
    pub url: Option<String>,
}
