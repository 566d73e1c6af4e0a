//! Two reports of one workspace, compared: how each tenant changed, and the comparison as a file.
//!
//! What is merely no longer known is never called better.

pub mod change;
pub mod diff;
pub mod diff_document;
pub mod groups;
pub mod known;
pub mod order;
pub(crate) mod points;
pub mod policy_effect;
pub mod replacement;
