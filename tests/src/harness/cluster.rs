use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

/// A PostgreSQL cluster of its own in a temporary folder, run by the user `postgres` where this process is root's. It ends, and its folder
/// goes, with this value.
pub struct Cluster {
    folder: TempDir,
}

impl Cluster {
    /// One that holds nothing dear, with the settings of a server of some gigabytes.
    ///
    /// # Errors
    ///
    /// If PostgreSQL's server programs are missing or it does not start.
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("posture-cluster-").tempdir()?;
        if is_root()? {
            run(Command::new("chown").arg("postgres:").arg(folder.path()))?;
        }
        let cluster = Self { folder };
        let data = cluster.data();
        run(program("initdb")?.args([
            &data,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]))?;
        cluster.restart()?;
        Ok(cluster)
    }

    /// Ends the server as a crash would; its clients lose their connections.
    ///
    /// # Errors
    ///
    /// If it does not end.
    pub fn stop(&self) -> Result<()> {
        run(program("pg_ctl")?.args([&self.data(), "stop", "--mode=immediate", "--silent"]))
    }

    /// Starts a server that was stopped.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub fn restart(&self) -> Result<()> {
        let log = format!("--log={}", self.folder.path().join("log").display());
        let options = format!(
            "--options=-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c shared_buffers=1GB -c max_wal_size=8GB \
             -c max_connections=100",
            self.folder.path().display()
        );
        run(program("pg_ctl")?.args([&self.data(), "start", "--wait", "--silent", &log, &options]))
    }

    /// The address of its database.
    #[must_use]
    pub fn address(&self) -> String {
        format!("postgres:///postgres?host={}&user=postgres", self.folder.path().display())
    }

    /// Runs a script in `psql` and drops what it gives.
    ///
    /// # Errors
    ///
    /// If one of its statements fails.
    pub fn psql(&self, script: &Path) -> Result<()> {
        let mut psql = Command::new("psql");
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--output=/dev/null",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
        ]);
        run(psql.arg(self.address()).arg("--file").arg(script))
    }

    fn data(&self) -> String {
        format!("--pgdata={}", self.folder.path().join("data").display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A cluster that has ended already is what is wanted.
        let _ended = self.stop();
    }
}

fn is_root() -> Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout == b"0\n")
}

/// A program of PostgreSQL: on PATH, or where Debian keeps it.
fn program(name: &str) -> Result<Command> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<_> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    debian.sort();
    let path = debian.pop().unwrap_or_else(|| PathBuf::from(name));
    let mut command = if is_root()? { Command::new("setpriv") } else { Command::new(&path) };
    if is_root()? {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(path);
    }
    command.current_dir("/");
    Ok(command)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .with_context(|| format!("starting {command:?}"))?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}
