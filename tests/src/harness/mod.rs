//! The real `posture` server and a real headless Chromium, each ended when its value is dropped.

mod browser;
mod deadline;
mod driver;
mod server;

pub use browser::{Browser, ColorScheme, ConsoleEntry};
pub use server::{Server, posture_binary};

/// A condition on a page: the app has taken the shell's place, and nothing is still loading.
pub const READY: &str = "!document.getElementById('shell') && !document.querySelector('[aria-busy=true]') && document.querySelector('h1')";
