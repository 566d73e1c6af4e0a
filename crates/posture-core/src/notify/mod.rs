//! Notifications: what is news since the last message, and the message that says so.
//!
//! [`announced`] is what was announced so far. [`round::Round`] takes the reports of now, compares them with that, and
//! makes a [`message::Message`]. Shells keep what was announced, and decide only when to send and where to.

pub mod announced;
mod lines;
pub mod message;
pub mod round;
