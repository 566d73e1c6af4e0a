//! The browser dashboard: a Leptos single-page app over `posture-core`. Components show; they decide nothing.
//!
//! [`app`] maps addresses to [`pages`], which arrange [`parts`]. Both read the [`store`], which loads evidence, derives the report in slices
//! that keep the page responsive, and keeps the last report on screen if the next one fails to load. [`browser`] wraps what the browser
//! offers. Imports go one way: browser, store, parts, pages, app.
//!
//! Every verdict and its sentence comes from the core. [`text`] has only captions, and [`tone`] maps a verdict to its look.

pub mod app;
pub mod browser;
pub mod pages;
pub mod parts;
pub mod second_bundle;
pub mod store;
#[cfg(test)]
pub(crate) mod test_support;
pub mod text;
pub mod tone;

pub use app::App;
