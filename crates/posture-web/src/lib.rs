//! The browser dashboard: a Leptos single-page app over `posture-core`. Components show; they decide nothing.
//!
//! [`evidence`] is the one store: it fetches a workspace's snapshot, derives the report through the core in slices that keep the page
//! responsive, and keeps the last report on screen when the next one does not come. [`app`] maps routes to [`pages`], which arrange
//! [`parts`]. Every verdict and its sentence is the core's; [`text`] holds captions alone, and [`tone`] what a verdict looks like.

pub mod address;
pub mod aged;
pub mod app;
pub mod clock;
pub mod derivation;
pub mod derived;
pub mod digest;
pub mod download;
pub mod enclosed;
pub mod evidence;
pub mod fetch;
pub mod file_bytes;
pub mod file_fault;
pub mod instants;
pub mod later;
pub mod links;
pub mod numbers;
pub mod opened;
pub mod pages;
pub mod parts;
pub mod phase;
pub mod places;
pub mod query;
pub mod refresh;
pub mod registry_view;
pub mod shortcuts;
pub mod single_file;
pub mod slices;
pub mod tenant_evidence;
pub mod text;
pub mod theme;
pub mod tone;

pub use app::App;
