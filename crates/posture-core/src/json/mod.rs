//! JSON text, read without copying: in come bytes, out come tokens, the extent of each tenant, and places in the text.
//!
//! The folder checks grammar and nesting and knows nothing of snapshots. It never decides what a value means.

pub(crate) mod cursor;
pub(crate) mod escape;
pub(crate) mod extent;
pub(crate) mod fault;
pub(crate) mod known_key;
pub(crate) mod locate;
pub(crate) mod number;
pub(crate) mod rewrite;
pub(crate) mod scan;
