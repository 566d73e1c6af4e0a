//! The real `posture` server, a real headless Chromium and a real Firefox, each ended when its value is dropped.

mod browser;
mod deadline;
mod driver;
mod firefox;
mod keeper;
mod lent;
mod locate;
mod locator;
mod ports;
mod provider;
mod proxy;
mod server;
mod visitor;

pub use browser::{Browser, ColorScheme, ConsoleEntry};
pub use firefox::Firefox;
pub use lent::LentBrowser;
pub use locator::{Locator, Role};
pub use ports::free_port;
pub use provider::Provider;
pub use proxy::Proxy;
pub use server::{Server, posture_binary};
pub use visitor::Visitor;

/// A condition on a page: the app has taken the shell's place, and nothing is still loading.
pub const READY: &str = "!document.getElementById('shell') && !document.querySelector('[aria-busy=true]') \
                         && !document.querySelector('.bar :disabled') && document.querySelector('h1')";
