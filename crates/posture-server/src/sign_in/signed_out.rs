//! Sessions that were signed out, remembered until they would have ended anyway, also over a restart.
//!
//! The file has a line for each: when to forget it, and the SHA-256 of the session's id. Lines are appended. On start, and when there are
//! too many, the file is replaced by one with only the lines that still count.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use sha2::{Digest as _, Sha256};

use super::spent::{MAX_VALUES, Spent};
use crate::patient_writer::PatientWriter;

/// The most bytes of a line: a number of seconds, a space and a digest.
const MAX_LINE_BYTES: usize = 100;
/// How long it takes until what could not be written is tried again.
const RETRY_SECONDS: i64 = 10;
/// The most lines that are read.
const MAX_LINES: usize = 3 * MAX_VALUES;

/// Ids of sessions that were signed out.
#[derive(Default)]
pub(super) struct SignedOut {
    ended: Arc<Spent>,
    file: Option<KeptFile>,
}

/// The file, written by a thread of its own: where it hangs, nobody waits for it for long.
struct KeptFile {
    lines: PatientWriter<Change>,
    /// A line was not written. The next time, all are.
    is_incomplete: Arc<AtomicBool>,
    /// When all lines are tried again.
    next_try: AtomicI64,
}

/// What to write at an instant.
struct Change {
    now: i64,
    /// A session that was signed out, and when it would have ended. `None` for what was not written before.
    ended: Option<(String, i64)>,
}

impl SignedOut {
    /// Remembers them in a file, and reads those that it has. A line that is damaged is skipped: a crash can cut the last one short.
    /// A file with something else in it is refused, because it would be replaced.
    pub(super) fn in_file(path: &Path, now: i64) -> io::Result<Self> {
        let ended = Arc::new(Spent::default());
        match posture_engine::input::open_regular(path) {
            Ok(file) => read(file, &ended, now)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let lines = rewrite(path, &ended, now)?;
        let file = KeptFile::new(path.to_owned(), lines, Arc::clone(&ended))?;
        Ok(Self { ended, file: Some(file) })
    }

    /// Whether a session was signed out. What could not be written is tried again now and then.
    pub(super) fn contains(&self, id: &str, now: i64) -> bool {
        if let Some(file) = &self.file {
            file.try_again(now);
        }
        self.ended.is_spent(&digest(id), now)
    }

    /// Signs a session out. It is signed out also if the file cannot be written, which is logged.
    pub(super) fn add(&self, id: &str, now: i64, end: i64) {
        let digest = digest(id);
        if !self.ended.spend(&digest, now, end) {
            return;
        }
        if let Some(file) = &self.file {
            file.write(Change { now, ended: Some((digest, end)) });
        }
    }
}

impl KeptFile {
    fn new(path: PathBuf, mut lines: usize, ended: Arc<Spent>) -> io::Result<Self> {
        let is_incomplete = Arc::new(AtomicBool::new(false));
        let incomplete = Arc::clone(&is_incomplete);
        let lines = PatientWriter::new(move |Change { now, ended: session }: Change| {
            let all = incomplete.swap(false, Ordering::Relaxed) || lines >= 2 * MAX_VALUES;
            let written = match session {
                Some((digest, end)) if !all => append(&path, &digest, end).map(|()| lines + 1),
                Some(_) | None => rewrite(&path, &ended, now),
            };
            match written {
                Ok(now) => lines = now,
                Err(error) => {
                    incomplete.store(true, Ordering::Relaxed);
                    log_unwritten(&error);
                }
            }
        })?;
        Ok(Self { lines, is_incomplete, next_try: AtomicI64::new(0) })
    }

    fn write(&self, change: Change) {
        self.next_try.store(change.now.saturating_add(RETRY_SECONDS), Ordering::Relaxed);
        if let Err(error) = self.lines.write(change) {
            self.is_incomplete.store(true, Ordering::Relaxed);
            log_unwritten(&error);
        }
    }

    fn try_again(&self, now: i64) {
        if self.is_incomplete.load(Ordering::Relaxed) && now >= self.next_try.load(Ordering::Relaxed) {
            self.write(Change { now, ended: None });
        }
    }
}

fn log_unwritten(error: &dyn Display) {
    tracing::error!(%error, "failed to write signed-out-file: after a restart, a copy of this session's cookie is accepted again");
}

/// The file is opened each time: a process that checks the configuration replaces it, too.
fn append(path: &Path, digest: &str, end: i64) -> io::Result<()> {
    let mut file = private().append(true).open(path)?;
    file.write_all(line(digest, end).as_bytes())?;
    file.sync_data()
}

/// How to open a file that is created if it does not exist, readable by its owner only. A pipe in its place is not waited for.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags(libc::O_NONBLOCK);
    }
    options
}

/// Replaces the file by one with what still counts. Returns how many lines that is.
fn rewrite(path: &Path, ended: &Spent, now: i64) -> io::Result<usize> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.exists() {
        let why = format!("there is no folder {}", folder.display());
        return Err(io::Error::new(io::ErrorKind::NotFound, why));
    }
    // A file of its own, readable by its owner only: whatever had a known name could be a link.
    let mut file = tempfile::Builder::new().prefix(".signed-out.").suffix(".tmp").tempfile_in(folder)?;
    let left = ended.left(now);
    let text: String = left.iter().map(|(digest, end)| line(digest, *end)).collect();
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(left.len())
}

fn read(file: File, ended: &Spent, now: i64) -> io::Result<()> {
    let most_bytes = u64::try_from(MAX_LINES * MAX_LINE_BYTES).unwrap_or(u64::MAX);
    let mut lines = BufReader::new(file.take(most_bytes));
    let mut line = Vec::new();
    let (mut has_line, mut has_others) = (false, false);
    for _ in 0..MAX_LINES {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match parsed(&line) {
            Some((end, digest)) => {
                has_line = true;
                if end > now {
                    ended.spend(digest, now, end);
                }
            }
            None => {
                has_others |= !line.iter().all(|byte| byte.is_ascii_hexdigit() || b" \n\0".contains(byte))
            }
        }
    }
    if has_others && !has_line {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it holds something else than ended sessions, which would be lost",
        ));
    }
    Ok(())
}

/// When to forget a session, and its digest.
fn parsed(line: &[u8]) -> Option<(i64, &str)> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (end, digest) = text.split_once(' ')?;
    Some((end.parse().ok()?, digest)).filter(|_| digest.len() == 64)
}

fn line(digest: &str, end: i64) -> String {
    format!("{end} {digest}\n")
}

fn digest(id: &str) -> String {
    hex::encode(Sha256::digest(id))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "looks at the file that is kept")]

    use std::fs;

    use super::*;

    /// SI-6
    #[test]
    fn sessions_stay_signed_out_over_a_restart_until_they_would_have_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out");
        let first = SignedOut::in_file(&path, 0).unwrap();
        first.add("a", 0, 10);
        first.add("b", 0, 20);
        first.add("b", 0, 20);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        drop(first);
        // A crash while a line was written.
        fs::write(&path, format!("{text}30 0123")).unwrap();
        let again = SignedOut::in_file(&path, 10).unwrap();
        assert!(!again.contains("a", 10) && again.contains("b", 10) && !again.contains("c", 10));
        again.add("c", 10, 30);
        drop(again);
        let last = SignedOut::in_file(&path, 15).unwrap();
        assert!(last.contains("b", 15) && last.contains("c", 15));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 2, "what is over was removed: {text}");
        drop(last);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// SI-6: in a folder that others may write to, a link by a known name would be followed.
    #[cfg(unix)]
    #[test]
    fn nothing_but_the_file_itself_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("victim"), "mine").unwrap();
        std::os::unix::fs::symlink(at("victim"), at("signed-out.new")).unwrap();
        SignedOut::in_file(&at("signed-out"), 0).unwrap().add("a", 0, 10);
        assert_eq!(fs::read_to_string(at("victim")).unwrap(), "mine");
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&at("signed-out").metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }

    /// SI-6: the name of another file would destroy it.
    #[test]
    fn a_file_with_something_else_in_it_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("session-key");
        for text in ["uZ3kWq8R\n", "auth = \"oidc\"\nlisten = \"0.0.0.0:8443\"\n", "\u{fffd}"] {
            fs::write(&path, text).unwrap();
            let refused = SignedOut::in_file(&path, 0).err().unwrap();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        // A crash while the first line was written.
        for torn in ["", "1", "30 01ab", "\0\0"] {
            fs::write(&path, torn).unwrap();
            SignedOut::in_file(&path, 0).unwrap_or_else(|error| panic!("{torn:?}: {error}"));
        }
        // Without a line end, more than fits into memory.
        File::options().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        SignedOut::in_file(&path, 0).unwrap();
    }

    /// SI-6
    #[test]
    fn everyone_of_many_who_signed_out_stays_signed_out_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out");
        let text: String = (0..5_000).map(|id| line(&digest(&id.to_string()), 10)).collect();
        fs::write(&path, text).unwrap();
        let again = SignedOut::in_file(&path, 0).unwrap();
        assert!((0..5_000).all(|id| again.contains(&id.to_string(), 0)));
    }

    /// SI-6: the message names no file that nobody asked for.
    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = SignedOut::in_file(&folder.path().join("missing/signed-out"), 0).err().unwrap();
        let missing = folder.path().join("missing");
        assert_eq!(error.to_string(), format!("there is no folder {}", missing.display()));
    }

    /// SI-6: what cannot be read is not replaced.
    #[cfg(unix)]
    #[test]
    fn something_else_than_a_file_is_refused_and_stays() {
        use std::os::unix::fs::FileTypeExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(SignedOut::in_file(&path, 0).is_err());
        assert!(path.metadata().unwrap().file_type().is_socket());
    }

    /// SI-6: the line that could not be written is written with the next one.
    #[test]
    fn a_line_that_could_not_be_written_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out");
        let signed_out = SignedOut::in_file(&path, 0).unwrap();
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        signed_out.add("a", 0, 10);
        signed_out.add("b", 0, 10);
        fs::remove_dir(&path).unwrap();
        signed_out.add("c", 0, 10);
        drop(signed_out);
        let again = SignedOut::in_file(&path, 0).unwrap();
        assert!(["a", "b", "c"].iter().all(|id| again.contains(id, 0)));
    }

    /// SI-6: a full disk has room again, and nobody else signs out.
    #[test]
    fn a_line_that_could_not_be_written_is_written_although_nobody_else_signs_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out");
        let signed_out = SignedOut::in_file(&path, 0).unwrap();
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        signed_out.add("a", 0, 100);
        assert!(!signed_out.contains("b", RETRY_SECONDS));
        fs::remove_dir(&path).unwrap();
        assert!(!signed_out.contains("b", RETRY_SECONDS + 1), "it is not tried at every request");
        assert!(!path.exists());
        assert!(!signed_out.contains("b", 2 * RETRY_SECONDS));
        drop(signed_out);
        assert!(SignedOut::in_file(&path, 0).unwrap().contains("a", 0));
    }

    /// SI-6: neither the user who signs out nor the next request waits for a file that nobody reads.
    #[cfg(unix)]
    #[test]
    fn a_pipe_in_the_place_of_the_file_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out");
        let signed_out = SignedOut::in_file(&path, 0).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        signed_out.add("a", 0, 10);
        fs::remove_file(&path).unwrap();
        signed_out.add("b", 0, 10);
        drop(signed_out);
        let again = SignedOut::in_file(&path, 0).unwrap();
        assert!(["a", "b"].iter().all(|id| again.contains(id, 0)));
    }

    #[test]
    fn without_a_file_sessions_are_signed_out_until_the_process_ends() {
        let signed_out = SignedOut::default();
        signed_out.add("a", 0, 10);
        assert!(signed_out.contains("a", 9) && !signed_out.contains("a", 10) && !signed_out.contains("b", 0));
    }
}
