//! What earlier messages reported, so that the next one reports only what is new.

use serde::{Deserialize, Serialize};

use crate::compare::known::Known;
use crate::id::Id;

/// What readers know from the last message: of each workspace, and of evidence that cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Names of the evidence that could not be read, in order.
    pub unreadable: Vec<String>,
    /// The workspaces, by id.
    pub workspaces: Vec<AnnouncedWorkspace>,
}

/// What readers know of one workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedWorkspace {
    /// The workspace.
    pub id: Id,
    /// Whether its export was ahead of the clock.
    pub is_ahead: bool,
    /// Whether its evidence was older than the freshness window.
    pub is_old: bool,
    /// What its report said.
    pub known: Known,
    /// Its name.
    pub name: String,
}

impl Announced {
    pub(super) fn workspace(&self, id: Id) -> Option<&AnnouncedWorkspace> {
        self.workspaces.iter().find(|workspace| workspace.id == id)
    }
}
