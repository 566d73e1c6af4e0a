use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context as _, Result, bail};

use super::keeper::Keeper;

/// A running `posture serve` on a port of its own.
pub struct Server {
    binary: PathBuf,
    args: Vec<OsString>,
    log: Option<PathBuf>,
    child: Child,
    origin: String,
}

/// The `posture` binary built along with these tests.
///
/// # Errors
///
/// If it was not built.
pub fn posture_binary() -> Result<PathBuf> {
    let this = std::env::current_exe().context("finding this test's binary")?;
    let profile = this.ancestors().nth(2).context("this test is not in a target folder")?;
    let binary = profile.join("posture");
    if !binary.is_file() {
        bail!(
            "{} is missing; `cargo xtask test` builds it, and so does `cargo build --package posture-cli`",
            binary.display()
        );
    }
    Ok(binary)
}

impl Server {
    /// The server over the embedded demo that all tests of this process share. It ends with the process.
    ///
    /// # Errors
    ///
    /// If it was not built or does not start to listen.
    pub fn demo() -> Result<&'static Self> {
        static DEMO: LazyLock<Result<(Server, Keeper)>> = LazyLock::new(|| {
            let server = Server::start::<&str>(&[])?;
            let keeper = Keeper::start("kill -s KILL \"$1\"", &[server.process().to_string()])?;
            Ok((server, keeper))
        });
        match &*DEMO {
            Ok((server, _)) => Ok(server),
            Err(error) => bail!("{error:#}"),
        }
    }

    /// Starts [`posture_binary`] with `serve`, these arguments and a free port.
    ///
    /// # Errors
    ///
    /// If it was not built or does not start to listen.
    pub fn start<S: AsRef<OsStr>>(args: &[S]) -> Result<Self> {
        Self::start_binary(&posture_binary()?, args)
    }

    /// As [`Server::start`], with a binary built elsewhere.
    ///
    /// # Errors
    ///
    /// If it cannot start or does not start to listen.
    pub fn start_binary<S: AsRef<OsStr>>(binary: &Path, args: &[S]) -> Result<Self> {
        Self::start_at(binary, args, "127.0.0.1:0")
    }

    /// As [`Server::start_binary`], at an address.
    ///
    /// # Errors
    ///
    /// If it cannot start or does not start to listen.
    pub fn start_at<S: AsRef<OsStr>>(binary: &Path, args: &[S], address: &str) -> Result<Self> {
        Self::start_logged(binary, args, address, None)
    }

    /// As [`Server::start_at`], with its log lines appended to a file.
    ///
    /// # Errors
    ///
    /// If it cannot start or does not start to listen.
    pub fn start_logged<S: AsRef<OsStr>>(
        binary: &Path,
        args: &[S],
        address: &str,
        log: Option<PathBuf>,
    ) -> Result<Self> {
        let args: Vec<_> = args.iter().map(|arg| arg.as_ref().to_owned()).collect();
        let (child, origin) = serve(binary, &args, address, log.as_deref())?;
        Ok(Self { binary: binary.to_owned(), args, log, child, origin })
    }

    /// Stops the server, so that nothing answers at its address.
    pub fn stop(&mut self) {
        // Both fail if the server has already ended, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts a stopped server again, at the same address.
    ///
    /// # Errors
    ///
    /// If it does not start to listen.
    pub fn restart(&mut self) -> Result<()> {
        let (_, address) = self.origin.split_once("://").context("the origin has no scheme")?;
        (self.child, self.origin) = serve(&self.binary, &self.args, address, self.log.as_deref())?;
        Ok(())
    }

    /// The id of its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The absolute URL of a path that starts with `/`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts a server and waits until it prints its address.
fn serve(binary: &Path, args: &[OsString], address: &str, log: Option<&Path>) -> Result<(Child, String)> {
    let stderr = match log {
        Some(log) => File::options().append(true).create(true).open(log).context("opening the log")?.into(),
        None => Stdio::inherit(),
    };
    let mut child = Command::new(binary)
        .arg("serve")
        .args(args)
        .args(["--listen", address])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .with_context(|| format!("starting {}", binary.display()))?;
    let mut lines = BufReader::new(child.stdout.take().context("the server has no standard output")?).lines();
    for line in lines.by_ref() {
        if let Some((_, origin)) = line?.split_once("listening on ") {
            let origin = origin.trim().trim_end_matches('/').to_owned();
            // Its later output is read to the end, so that it never blocks on a full pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return Ok((child, origin));
        }
    }
    bail!("the server ended without a line `listening on …`: {}", child.wait()?)
}
