//! What a synthetic workspace is made from.

use posture_core::Timestamp;

/// The id of a synthetic workspace.
pub const WORKSPACE_ID: u64 = 1;
/// Its name.
pub const WORKSPACE_NAME: &str = "Synthetic MSP";
/// Its short name.
pub const WORKSPACE_SLUG: &str = "synthetic-msp";

/// What a synthetic workspace is made from.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many tenants.
    pub tenants: u64,
    /// The seed of the random numbers.
    pub seed: u64,
    /// When the export is made; every other instant is relative to it.
    pub exported_at: Timestamp,
    /// How much of each backup set is written.
    pub detail: Detail,
    /// Which tenants use optional features of the contract: scopes, profiles, confirmations and others.
    pub features: Features,
    /// Whether some tenants' evidence is damaged: unreadable, duplicate, of another workspace, or with unknown words.
    pub damage: bool,
}

/// How much of each backup set is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// As in a slim export: the current set has a summary, the others their count.
    Slim,
    /// As in a full export: every set has its items.
    Full,
    /// What verdicts need of a full export: the current set has its items, the others their count.
    Latest,
}

/// Which tenants use optional features of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Features {
    /// None of them.
    Unused,
    /// A fifth of them, each with one feature.
    Share,
    /// Every tenant, each with the next feature and, if there is damage, the next fault, so that a few tenants have them all.
    InTurn,
}

impl Plan {
    /// The instant this many seconds before the export.
    pub(crate) fn ago(&self, seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(self.exported_at.unix_seconds().saturating_sub(seconds))
            .unwrap_or(self.exported_at)
    }
}
