//! Notifications on their way: which messages wait for which address, and sending them by HTTP and e-mail.
//!
//! `posture-core` decides what is news and writes the message. This crate decides when one is sent, keeps it in a file until it was
//! delivered, and refuses addresses that lead inside the network.
//!
//! - [`target`]: an address and its channel. [`reach`]: which hosts and networks may be contacted.
//! - [`state`]: the file. It is written before a message is sent, so that a restart loses nothing.
//! - [`notifier`]: one message per interval, heartbeats, retries.
//! - `render`: a message in the form of each channel. `send`: one attempt to deliver it.
//!
//! It measures time only to bound an attempt: callers pass the time, also to the back-off.

mod look_up;
pub mod notifier;
pub mod reach;
mod render;
mod send;
pub mod state;
pub mod target;
