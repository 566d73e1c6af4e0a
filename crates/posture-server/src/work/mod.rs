//! How much work is done at a time, and whose turn it is.

mod pool;
mod queue;

pub(crate) use pool::Lane;
pub use pool::Pool;
pub(crate) use queue::Place;
