//! The real server and a real browser: what an operator meets.
//!
//! Tests find things as users do, by role and visible text, and act by clicks, keys and wheel turns. Names come from the
//! dashboard's own texts. All tests share one server over the demo and a few browsers.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose set-up fails has failed")]

mod accessibility;
mod dashboard;
mod end_to_end;
mod evidence;
mod hostile;
mod judgement;
mod offline_review;
mod sign_in;
mod stage;
