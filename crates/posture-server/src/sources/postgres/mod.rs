//! Evidence from the product's own PostgreSQL, read in place.
//!
//! An answer is one read-only transaction over one instant, and takes the same few queries however many tenants there are. Rows are
//! streamed: memory holds a few tenants, and a reader that stops reading loses its answer without blocking the connection.

mod answer;
mod options;
mod reviews;
mod rows;
mod session;
mod single_flight;
mod source;
mod state;

pub use options::PostgresOptions;
pub use reviews::PostgresReviews;
pub use source::{AddressError, PostgresSource, check_address};
