//! Lines of the log. A line may repeat what a database or a receiver of messages says, which neither controls a terminal, nor looks like a
//! line of its own, nor fills a disk.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use posture_server::PatientWriter;

use crate::terminal::escaped;

/// The most bytes of a line.
const MOST_BYTES: usize = 16 << 10;

/// Stderr, written by a thread of its own: whoever reads it may stop, as a terminal does after Ctrl-S. A line is then lost rather than waited for.
#[derive(Clone)]
pub(crate) struct PatientStderr(Arc<PatientWriter<Vec<u8>>>);

impl PatientStderr {
    pub(crate) fn new() -> io::Result<Self> {
        let writer = PatientWriter::new(|line: Vec<u8>| {
            // There is nowhere to say that it failed.
            let _written = io::stderr().write_all(&line);
        });
        writer.map(Arc::new).map(Self)
    }
}

impl Write for PatientStderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _lost = self.0.write(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes each event as one line, with invisible characters escaped.
pub(crate) struct LogLines<W>(pub(crate) W);

impl<W: Write> Write for LogLines<W> {
    /// An event comes in one piece.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = event.strip_suffix(b"\n").unwrap_or(event);
        let kept = text.get(..MOST_BYTES).unwrap_or(text);
        let mut line = escaped(&String::from_utf8_lossy(kept));
        let left_out = text.len() - kept.len();
        let end =
            if left_out == 0 { Cow::from("\n") } else { format!("… ({left_out} more bytes)\n").into() };
        line.push_str(&end);
        self.0.write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
