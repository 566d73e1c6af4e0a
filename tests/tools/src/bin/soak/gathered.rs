//! A store that the server fills itself: gathered from CSV files, with users who sign in and mark items, and messages about changes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use posture_core::Timestamp;
use posture_testing::receivers::WebhookServer;
use posture_tests::harness::{Provider, free_port};
use tempfile::TempDir;

/// Who signs in, as the owner of the workspace.
pub(crate) const USER: &str = "ana";

const TENANTS: u64 = 40;
/// Number of backup sets of each tenant, an hour apart.
const SETS: i64 = 30;
/// Seconds between gatherings.
const EVERY: &str = "5";

/// The files, the provider at which users sign in, and the receiver of messages.
pub(crate) struct Gathered {
    folder: TempDir,
    port: u16,
    _provider: Provider,
    receiver: WebhookServer,
}

impl Gathered {
    /// Writes the configuration and the first CSV file.
    pub(crate) fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let origin = format!("http://127.0.0.1:{port}");
        let provider = Provider::start(&origin, 0)?;
        let receiver = WebhookServer::start();
        let path = |name: &str| folder.path().join(name);
        // The provider knows this secret.
        write(&path("secret"), "a secret of the tests")?;
        write(&path("gather.toml"), &sources())?;
        let config = format!(
            r#"auth = "oidc"
public-url = {origin:?}
oidc-issuer = {issuer:?}
oidc-client-id = "posture"
oidc-client-secret-file = {secret:?}
audit-log = {audit:?}

[[access.members]]
identity = "{USER}"
workspace = 1
role = "owner"
tenants = "all"

[notifications]
state = {state:?}
interval = 1
allow-hosts = ["127.0.0.1"]
allow-networks = ["127.0.0.0/8"]

[[notify]]
to = "json+{hook}"
"#,
            issuer = provider.issuer(),
            secret = path("secret"),
            audit = path("audit.log"),
            state = path("notify.json"),
            hook = receiver.url("/hook"),
        );
        write(&path("posture.toml"), &config)?;
        std::fs::create_dir(path("exports")).context("creating the folder of the CSV files")?;
        let gathered = Self { folder, port, _provider: provider, receiver };
        gathered.change(0)?;
        Ok(gathered)
    }

    /// Where the server must listen.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The server's arguments.
    pub(crate) fn args(&self) -> Vec<String> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let [config, store, sources] = ["posture.toml", "store.sqlite", "gather.toml"].map(path);
        ["--config", &config, "--store", &store, "--gather", &sources, "--every", EVERY]
            .map(Into::into)
            .into()
    }

    /// Other tenants fail to back up.
    pub(crate) fn change(&self, turn: u64) -> Result<()> {
        self.replace(&backups(turn)?)
    }

    /// The file breaks off in the middle of a row, and the receiver refuses a message.
    pub(crate) fn fault(&self, turn: u64) -> Result<()> {
        self.receiver.answer("503 Service Unavailable");
        let whole = backups(turn)?;
        self.replace(&whole[..whole.len() / 2 - 5])
    }

    /// How many messages arrived.
    pub(crate) fn messages(&self) -> u64 {
        self.receiver.posted().len() as u64
    }

    fn replace(&self, text: &str) -> Result<()> {
        let (next, place) = (self.path("next.csv"), self.path("exports/backups.csv"));
        write(&next, text)?;
        std::fs::rename(&next, &place).with_context(|| format!("replacing {}", place.display()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn name(tenant: u64) -> String {
    format!("Tenant {tenant:02}")
}

/// The configuration of the sources: every tenant's rows are in the same file.
fn sources() -> String {
    let mut text = "[workspace]\nid = 1\nname = \"Soak\"\n".to_owned();
    for tenant in 0..TENANTS {
        let name = name(tenant);
        let _ = writeln!(
            text,
            "\n[[tenant]]\nname = \"{name}\"\nexternal_id = \"t{tenant}\"\n\n[[tenant.source]]\nkind = \"csv\"\npath = \"exports\""
        );
    }
    text
}

/// Hourly backups up to now. The latest of every seventh tenant failed, of others in each turn. A backup keeps its name,
/// so that the evidence stays as large as it is.
#[expect(clippy::disallowed_methods, reason = "a soak's evidence is of today")]
fn backups(turn: u64) -> Result<String> {
    let now = i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs())?;
    let mut rows = "tenant,scope,set,completed_at,status,items,degraded_items,policy_types\n".to_owned();
    for tenant in 0..TENANTS {
        for back in (0..SETS).rev() {
            let hour = now / 3_600 - back;
            let at = Timestamp::from_unix_seconds(hour * 3_600).context("an instant")?;
            let status = if back == 0 && tenant % 7 == turn % 7 { "failed" } else { "completed" };
            let _ = writeln!(rows, "{},intune,Backup {hour},{at},{status},10,0,Compliance=10", name(tenant));
        }
    }
    Ok(rows)
}

#[expect(clippy::disallowed_methods, reason = "a soak's evidence is in files")]
fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
