//! Which workspace a page is to show.

use posture_core::{Id, paths};

use crate::browser::query::Query;

/// Which workspace is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The first that is served.
    Any,
    /// This one, and no other.
    Workspace(Id),
    /// The address names a workspace by something that is not an id.
    Invalid,
}

impl Wanted {
    /// What an address asks for; `None` if it names no workspace.
    pub fn of_query(query: &Query) -> Option<Self> {
        let id = query.get(paths::WORKSPACE_KEY)?.parse().ok().and_then(Id::new);
        Some(id.map_or(Self::Invalid, Self::Workspace))
    }
}
