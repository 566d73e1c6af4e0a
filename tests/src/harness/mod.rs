//! The real `posture` server and a real headless Chromium, each ended when its value is dropped.

mod browser;
mod deadline;
mod driver;
mod server;

pub use browser::{Browser, ColorScheme, ConsoleEntry};
pub use server::{Server, posture_binary};
