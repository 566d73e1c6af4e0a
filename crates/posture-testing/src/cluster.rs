//! PostgreSQL clusters in temporary folders. If the tests run as root, which PostgreSQL refuses, the clusters run as the user
//! `postgres`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

/// A separate cluster. It ends, and its folder is removed, with this value or with the test process, however that ends.
pub struct Cluster {
    folder: TempDir,
    keeper: Child,
    settings: &'static str,
}

/// The tables, the indexes and the role of the evidence.
const TABLES: &str = include_str!("../../../ops/postgres/tables.sql");
const INDEXES: &str = include_str!("../../../ops/postgres/indexes.sql");
/// Makes the role that only reads evidence.
pub const ROLE: &str = include_str!("../../../ops/postgres/role.sql");
static ROLE_IN_THE_MAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Settings for tests: nothing in the cluster needs to survive.
const TEST_SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c wal_level=replica -c max_connections=40 \
    -c shared_preload_libraries=pg_stat_statements -c timezone=Pacific/Auckland -c log_line_prefix='%u@%d '";

/// Settings of a server with a few gigabytes of memory.
const LARGE_SETTINGS: &str =
    "-c listen_addresses='' -c fsync=off -c shared_buffers=1GB -c max_wal_size=8GB -c max_connections=100";

/// The cluster that tests share, each in its own database.
static SHARED: LazyLock<Cluster> = LazyLock::new(Cluster::new);

/// The address of a new database, for the role that only reads evidence, and the shared cluster.
pub async fn database() -> (Database, &'static Cluster) {
    let cluster = &*SHARED;
    (cluster.database().await, cluster)
}

/// A database with the tables of evidence.
pub struct Database {
    /// Its name in the cluster.
    pub name: String,
    /// The address for an owner of the tables.
    pub owner: String,
    /// The address for the role that only reads evidence.
    pub reader: String,
}

impl Database {
    /// Runs statements as an owner of the tables.
    pub async fn run(&self, statements: &str) {
        let mut connection = PgConnection::connect(&self.owner).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The one value that a query gives.
    pub async fn value(&self, query: &str) -> String {
        let mut connection = PgConnection::connect(&self.owner).await.unwrap();
        let value: Option<String> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        value.unwrap_or_default()
    }

    /// How many queries the reading role has run in it, if the extension pg_stat_statements counts them.
    pub async fn queries(&self) -> u64 {
        let count = "SELECT coalesce(sum(calls), 0)::text FROM pg_stat_statements
            WHERE userid = 'posture'::regrole AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
        self.value(count).await.parse().unwrap()
    }
}

impl Cluster {
    /// A cluster without data.
    fn empty(settings: &'static str) -> Self {
        let folder = tempfile::Builder::new().prefix("posture-pg-").tempdir().unwrap();
        if is_root() {
            assert!(Command::new("chown").arg("postgres:").arg(folder.path()).status().unwrap().success());
        }
        let data = folder.path().join("data");
        let end = format!(
            "read ignored; cd /; '{}' --pgdata='{}' --mode=immediate --silent stop; rm -rf '{}'",
            program("pg_ctl").display(),
            data.display(),
            folder.path().display()
        );
        let keeper = as_postgres("sh")
            .args(["-c", &end])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { folder, keeper, settings }
    }

    /// A running cluster for tests.
    #[expect(clippy::new_without_default, reason = "a cluster is a set of processes, not a value")]
    pub fn new() -> Self {
        Self::with(TEST_SETTINGS)
    }

    /// A running cluster with the settings of a server, to measure with.
    pub fn large() -> Self {
        Self::with(LARGE_SETTINGS)
    }

    fn with(settings: &'static str) -> Self {
        let cluster = Self::empty(settings);
        cluster.run(
            "initdb",
            &["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        );
        cluster.start();
        cluster
    }

    /// A streaming replica of another cluster, up and following.
    pub fn replica_of(primary: &Cluster) -> Self {
        let cluster = Self::empty(TEST_SETTINGS);
        let primary = format!("--dbname=host={} user=postgres", primary.folder.path().display());
        cluster.run(
            "pg_basebackup",
            &[&primary, "--wal-method=stream", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"],
        );
        cluster.start();
        cluster
    }

    /// Starts a stopped cluster.
    pub fn start(&self) {
        let settings =
            format!("{} -c unix_socket_directories='{}'", self.settings, self.folder.path().display());
        let log = format!("--log={}", self.folder.path().join("log").display());
        self.run("pg_ctl", &["start", "--wait", "--silent", &log, &format!("--options={settings}")]);
    }

    /// Stops it at once, as a crash would: clients lose their connections.
    pub fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--silent", "--mode=immediate"]);
    }

    /// Its log.
    #[expect(clippy::disallowed_methods, reason = "the cluster's own log")]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// An address of a database in it.
    pub fn address(&self, database: &str, user: &str) -> String {
        format!("postgres:///{database}?host={}&user={user}", self.host().display())
    }

    /// The folder of its socket, which is its host name.
    pub fn host(&self) -> &Path {
        self.folder.path()
    }

    /// A new database with the tables of evidence.
    pub async fn database(&self) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("evidence_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let server = Database {
            name: "postgres".into(),
            owner: self.address("postgres", "postgres"),
            reader: String::new(),
        };
        server.run(&format!("CREATE DATABASE {name}")).await;
        let database =
            Database { owner: self.address(&name, "postgres"), reader: self.address(&name, "posture"), name };
        database.run(TABLES).await;
        // One by one: an index that is made concurrently cannot be made in a transaction.
        for index in INDEXES.lines().filter(|line| line.starts_with("CREATE INDEX")) {
            database.run(index).await;
        }
        // Roles belong to the whole cluster: of parallel tests, only one may create it.
        let _alone = ROLE_IN_THE_MAKING.lock().await;
        let has_role =
            database.value("SELECT count(*)::text FROM pg_roles WHERE rolname = 'posture'").await == "1";
        let role = if has_role { ROLE.replace("CREATE ROLE posture LOGIN;", "") } else { ROLE.to_owned() };
        database.run(&role).await;
        database
    }

    /// Runs a script in `psql` and drops its output.
    pub fn psql(&self, script: &Path) {
        let ended = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--output=/dev/null"])
            .args(["--set=ON_ERROR_STOP=1", "--dbname", &self.address("postgres", "postgres"), "--file"])
            .arg(script)
            .stdin(Stdio::null())
            .status();
        assert!(ended.unwrap().success(), "psql --file {}", script.display());
    }

    fn run(&self, name: &str, arguments: &[&str]) {
        let data = format!("--pgdata={}", self.folder.path().join("data").display());
        let ended = as_postgres(program(name))
            .arg(data)
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(ended.unwrap().success(), "{name} {arguments:?}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

fn as_postgres(program: impl AsRef<Path>) -> Command {
    if !is_root() {
        return Command::new(program.as_ref());
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program.as_ref());
    command
}

/// A program of PostgreSQL: on PATH, or in Debian's folder.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<_> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    debian.sort();
    debian.pop().unwrap_or_else(|| PathBuf::from(name))
}
