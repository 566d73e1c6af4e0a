//! Lines that a thread of their own writes, so that a file system or a reader that does not answer holds up nobody for long.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// How many lines may wait.
const WAITING: usize = 1_000;
/// How long the caller waits for its line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Passes lines to a thread that writes them in order.
///
/// A caller waits until its line is written, but not for long, and not at all while an earlier line is late.
#[derive(Debug)]
pub struct PatientWriter<L> {
    lines: SyncSender<(L, Sender<()>)>,
    is_late: Arc<AtomicBool>,
}

/// The line is lost, because too many wait already.
#[derive(Debug, thiserror::Error)]
#[error("{WAITING} lines wait to be written, because an earlier one is still being written")]
pub struct TooManyWait;

impl<L: Send + 'static> PatientWriter<L> {
    /// Starts the thread, which ends after the last line once this is dropped.
    pub fn new(write: impl FnMut(L) + Send + 'static) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(WAITING);
        let is_late = Arc::new(AtomicBool::new(false));
        let late = Arc::clone(&is_late);
        thread::Builder::new().name("lines".to_owned()).spawn(move || write_all(&waiting, &late, write))?;
        Ok(Self { lines, is_late })
    }

    /// Writes a line, or leaves it waiting.
    pub fn write(&self, line: L) -> Result<(), TooManyWait> {
        let (written, is_written) = channel();
        self.lines.try_send((line, written)).map_err(|_| TooManyWait)?;
        if !self.is_late.load(Ordering::Relaxed)
            && is_written.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout)
        {
            self.is_late.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn write_all<L>(waiting: &Receiver<(L, Sender<()>)>, is_late: &AtomicBool, mut write: impl FnMut(L)) {
    while let Ok((line, written)) = waiting.recv() {
        write(line);
        is_late.store(false, Ordering::Relaxed);
        // Nobody may be waiting for it any more.
        let _sent = written.send(());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// AU-3: while the first line is being written, others wait without holding up anyone, up to a number. All of them are written.
    #[test]
    fn a_line_that_is_never_written_holds_up_one_caller_for_a_while_and_no_other() {
        let (release, released) = channel::<()>();
        let written = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&written);
        let writer = PatientWriter::new(move |line: usize| {
            let _closed = released.recv();
            seen.lock().unwrap().push(line);
        })
        .unwrap();
        let taken = (0..2 * WAITING).take_while(|line| writer.write(*line).is_ok()).count();
        assert!((WAITING..=WAITING + 1).contains(&taken), "{taken}");
        drop(release);
        while writer.write(taken).is_err() {
            thread::yield_now();
        }
        while written.lock().unwrap().len() <= taken {
            thread::yield_now();
        }
        assert_eq!(*written.lock().unwrap(), (0..=taken).collect::<Vec<_>>());
    }
}
