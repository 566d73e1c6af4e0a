//! Turns for a shell that has one thread: between two files an adapter offers it to do something else.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The end of a pause.
pub type Pause<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// When an adapter pauses. A browser's page pauses to stay responsive; a command has no need to.
pub trait Pace {
    /// Called before each file; `None` if there is no need to pause.
    fn before_file(&self) -> Option<Pause<'_>>;

    /// Called now and then within a large file.
    fn in_file(&self) -> Option<Pause<'_>> {
        None
    }
}

/// Never pauses.
#[derive(Clone, Copy, Debug, Default)]
pub struct WithoutPauses;

impl Pace for WithoutPauses {
    fn before_file(&self) -> Option<Pause<'_>> {
        None
    }
}

/// Runs work to its end on this thread. Work that never pauses ends with the first poll.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
    }
}
