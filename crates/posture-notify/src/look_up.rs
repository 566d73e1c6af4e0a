//! Looking up the addresses of a host within a time.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// The addresses of a host, and how much of the time is left; `None` if the system takes longer.
pub(crate) fn look_up(
    host: &str,
    port: u16,
    within: Duration,
) -> Option<(io::Result<Vec<SocketAddr>>, Duration)> {
    let host = host.to_owned();
    answered(within, move || (host.as_str(), port).to_socket_addrs().map(Iterator::collect))
}

/// What a function returns, and how much of the time is left. Nothing can interrupt the system's look-up, so it has a thread of its own,
/// which is left behind if it takes too long. If that cannot be started, the error is why.
#[expect(clippy::disallowed_methods, reason = "an attempt is bounded in time")]
fn answered<T: Send + 'static>(
    within: Duration,
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Option<(io::Result<T>, Duration)> {
    let until = Instant::now() + within;
    let (answer, answers) = channel();
    let asking = thread::Builder::new().spawn(move || {
        // Nobody waits for it if it took too long.
        let _unheard = answer.send(ask());
    });
    if let Err(error) = asking {
        return Some((Err(error), within));
    }
    let answer = answers.recv_timeout(within).ok()?;
    Some((answer, until.saturating_duration_since(Instant::now())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NT-20
    #[test]
    fn a_name_that_is_never_resolved_ends_the_attempt() {
        let (never, waiting) = channel::<()>();
        let ask = move || waiting.recv().map_err(io::Error::other);
        assert!(answered(Duration::ZERO, ask).is_none());
        drop(never);
    }

    /// NT-20
    #[test]
    fn an_address_needs_no_look_up() {
        let (addresses, left) = look_up("127.0.0.1", 25, Duration::from_secs(60)).unwrap();
        assert_eq!(addresses.unwrap(), ["127.0.0.1:25".parse().unwrap()]);
        assert!(left <= Duration::from_secs(60));
    }
}
