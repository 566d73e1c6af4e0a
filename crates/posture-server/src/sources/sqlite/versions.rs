//! The versions of the store's schema, and the steps from each to the next.

/// The first version that can be brought up to date. `schema.sql` creates it.
pub(super) const FIRST: i64 = 2;

/// What brings a store from each version to the next, in order. To change the schema, add a step; never change one.
pub(super) const STEPS: [&str; 1] = [include_str!("reviews.sql")];

/// The version of the store's schema.
pub(super) const VERSION: i64 = FIRST + STEPS.len() as i64;
