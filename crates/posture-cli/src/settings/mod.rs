//! The settings of `posture serve`: flags override environment variables, which override the configuration file, which overrides defaults.

mod args;
mod checks;
mod file;
mod masked;
mod merge;
mod sign_in;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use ipnet::IpNet;
use posture_engine::input::DocumentLimits;
use posture_engine::spool::SpoolSpace;
use posture_server::access::{Access, Members, ProxyAccess, RoleTable, SignInAccess};
use posture_server::http::tls::Certificates;
use posture_server::{AuditLog, clock};
use serde::Serialize;

pub(crate) use args::{Auth, LogFormat, ServeArgs};
pub(crate) use masked::masked;

use crate::gather::repeat::Repeat;
use crate::notify::NotifySettings;
use crate::remedy::unwritten;
use crate::secret_file::secret;
use crate::sources::{STORE, SourceArgs};
use crate::terminal::escaped_lines;
use args::StatedAccess;
use file::read;
use masked::{masked_url, without_secrets};
use sign_in::{SignInSettings, certificates};

/// The settings in effect, printed on start in the form of the configuration file.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    #[serde(flatten, serialize_with = "without_secrets")]
    pub(crate) source: SourceArgs,
    #[serde(serialize_with = "masked_url", skip_serializing_if = "Option::is_none")]
    pub(crate) reviews_database_url: Option<String>,
    #[serde(skip)]
    pub(crate) gather: Option<Repeat>,
    pub(crate) allow_replacement: bool,
    pub(crate) policy: Option<PathBuf>,
    pub(crate) listen: SocketAddr,
    pub(crate) auth: Auth,
    identity_header: String,
    proxy_from: Vec<IpNet>,
    host: Vec<String>,
    #[serde(flatten)]
    sign_in: SignInSettings,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    pub(crate) concurrency: NonZeroU32,
    pub(crate) answer_timeout: NonZeroU32,
    pub(crate) max_document: NonZeroU32,
    pub(crate) spool_folder: PathBuf,
    pub(crate) database_connections: NonZeroU32,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) metrics_from: Vec<IpNet>,
    pub(crate) metrics_host: Vec<String>,
    pub(crate) metrics_tenants: bool,
    pub(crate) metrics_groups: bool,
    pub(crate) metrics_interval: NonZeroU32,
    audit_log: Option<PathBuf>,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    #[serde(skip)]
    access: StatedAccess,
    #[serde(skip)]
    pub(crate) notify: Option<NotifySettings>,
    /// How many addresses notifications are sent to. The addresses are secrets.
    notify_addresses: usize,
    /// How many memberships are configured. Identities are not logged.
    members: usize,
}

impl Settings {
    /// Merges the arguments, the environment and the configuration file.
    pub(crate) fn new(args: ServeArgs) -> anyhow::Result<Self> {
        let file = args.config.as_deref().map(read).transpose()?.unwrap_or_default();
        anyhow::ensure!(
            file.source_count() <= 1,
            "The configuration has more than one of source, store, database-url and database-url-file. Keep one."
        );
        anyhow::ensure!(
            file.reviews_database_url.is_none() || file.reviews_database_url_file.is_none(),
            "The configuration has both reviews-database-url and reviews-database-url-file. Keep one."
        );
        let stated = args.stated;
        anyhow::ensure!(
            stated.source_count() <= 1,
            "More than one source is named. Keep one of FILE, --store, --database-url and --database-url-file, \
             or of their environment variables."
        );
        anyhow::ensure!(
            stated.reviews_database_url.is_none() || stated.reviews_database_url_file.is_none(),
            "Both --reviews-database-url and --reviews-database-url-file are set, or their environment variables. Keep one."
        );
        let stated = stated.over(file);
        stated.check_addresses()?;
        stated.check_access()?;
        stated.check_written_files()?;
        if let Some(folder) = &stated.spool_folder {
            check_spool(folder)?;
        }
        let sign_in = SignInSettings::new(&stated);
        let database_url = match stated.database_url_file {
            Some(path) => Some(secret(&path, "an address")?),
            None => stated.database_url,
        };
        let reviews_database_url = match stated.reviews_database_url_file {
            Some(path) => Some(secret(&path, "an address")?),
            None => stated.reviews_database_url,
        };
        let mut source = SourceArgs { source: stated.source, store: stated.store, database_url };
        let or = |number: Option<NonZeroU32>, default: u32| {
            number.or(NonZeroU32::new(default)).unwrap_or(NonZeroU32::MIN)
        };
        let gather = args.gather.map(|config| {
            Ok::<_, anyhow::Error>(Repeat {
                config,
                store: gathered_store(&mut source)?,
                every: Duration::from_secs(or(args.every, 900).get().into()),
                timeout: Duration::from_secs(or(args.gather_timeout, 3600).get().into()),
                memory: args.gather_memory.unwrap_or(1000),
            })
        });
        let gather = gather.transpose()?;
        let notify = NotifySettings::new(stated.notifications, &stated.notify)?;
        Ok(Self {
            source,
            reviews_database_url,
            gather,
            policy: stated.policy,
            allow_replacement: stated.allow_replacement.unwrap_or(false),
            listen: stated.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            auth: stated.auth.unwrap_or_default(),
            identity_header: stated.identity_header.unwrap_or_else(|| "x-forwarded-user".to_owned()),
            proxy_from: stated.proxy_from.unwrap_or_default(),
            host: stated.host.unwrap_or_default(),
            sign_in,
            tls_cert: stated.tls_cert,
            tls_key: stated.tls_key,
            concurrency: or(stated.concurrency, 256),
            answer_timeout: or(stated.answer_timeout, 60),
            max_document: or(stated.max_document, 2000),
            spool_folder: stated.spool_folder.unwrap_or_else(spool_folder),
            database_connections: or(stated.database_connections, 8),
            metrics_listen: stated.metrics_listen,
            metrics_from: stated.metrics_from.unwrap_or_default(),
            metrics_host: stated.metrics_host.unwrap_or_default(),
            metrics_tenants: stated.metrics_tenants.unwrap_or(false),
            metrics_groups: stated.metrics_groups.unwrap_or(false),
            metrics_interval: or(stated.metrics_interval, 60),
            audit_log: stated.audit_log,
            log: stated.log.unwrap_or_else(|| "warn".to_owned()),
            log_format: stated.log_format.unwrap_or_default(),
            members: stated.access.members.len(),
            notify_addresses: notify.as_ref().map_or(0, NotifySettings::count),
            notify,
            access: stated.access,
        })
    }

    /// How users are authenticated. Fails if that would admit anyone who is not configured, and says what to set.
    pub(crate) fn access(&self) -> anyhow::Result<Access> {
        match self.auth {
            Auth::None => Ok(Access::Local),
            Auth::Proxy => {
                anyhow::ensure!(
                    !self.proxy_from.is_empty(),
                    "With auth proxy, set proxy-from to the proxy's network, such as 10.0.0.7/32."
                );
                anyhow::ensure!(
                    !self.host.is_empty(),
                    "With auth proxy, set host to the host name that users type, such as posture.example.org."
                );
                let names_group = self.access.members.iter().any(|member| member.group.is_some());
                anyhow::ensure!(
                    !names_group,
                    "access.members names a group, but a proxy only sends an identity. Name identities, or set auth to oidc."
                );
                Ok(Access::Proxy(ProxyAccess {
                    identity_header: self.identity_header.parse().with_context(|| {
                        format!("Failed to use the header name {:?}", self.identity_header)
                    })?,
                    proxies: self.proxy_from.clone(),
                    hosts: self.host.clone(),
                    roles: RoleTable::default().with(&self.access.roles)?,
                    members: Members::new(&self.access.members)?,
                }))
            }
            Auth::Oidc => Ok(Access::SignIn(SignInAccess {
                sign_in: self.sign_in.sign_in()?,
                roles: RoleTable::default().with(&self.access.roles)?,
                members: Members::new(&self.access.members)?,
            })),
        }
    }

    /// The certificate for TLS, if there is one.
    pub(crate) fn certificates(&self) -> anyhow::Result<Option<Arc<Certificates>>> {
        certificates(self.tls_cert.as_deref(), self.tls_key.as_deref())
    }

    /// Where the audit trail is written, if anywhere.
    pub(crate) fn audit_log(&self) -> anyhow::Result<Option<Arc<AuditLog>>> {
        let Some(path) = &self.audit_log else { return Ok(None) };
        if path.as_os_str() == "-" {
            return Ok(Some(Arc::new(AuditLog::to_stderr(clock::now)?)));
        }
        let log = AuditLog::to_file(path, clock::now);
        let log = log.map_err(|error| unwritten(&error.into()));
        Ok(Some(Arc::new(log.with_context(|| format!("Failed to open the audit trail {}", path.display()))?)))
    }

    /// Where temporary files are created.
    pub(crate) fn spool_space(&self, bytes: u64) -> Arc<SpoolSpace> {
        SpoolSpace::new(self.spool_folder.clone(), bytes)
    }

    /// How large a file may be.
    pub(crate) fn document_limits(&self) -> DocumentLimits {
        let bytes = u64::from(self.max_document.get()) * 1_000_000;
        DocumentLimits { bytes, ..DocumentLimits::default() }
    }

    /// The settings as text: a configuration file, or a JSON object on one line.
    pub(crate) fn printed(&self) -> anyhow::Result<String> {
        let printed = match self.log_format {
            LogFormat::Text => toml::to_string(self)?,
            LogFormat::Json => {
                format!("{}\n", serde_json::to_string(&BTreeMap::from([("configuration", self)]))?)
            }
        };
        Ok(escaped_lines(&printed))
    }
}

/// The store that is gathered into. It is what is served, so that is the only place evidence can come from.
fn gathered_store(source: &mut SourceArgs) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        source.source.is_none() && source.database_url.is_none(),
        "--gather fills a store and serves it: name no other source than --store."
    );
    Ok(source.store.get_or_insert_with(|| STORE.into()).clone())
}

/// Fails if no temporary file can be created in a folder, so that this is not found out with the first large response.
fn check_spool(folder: &Path) -> anyhow::Result<()> {
    let created = folder.metadata().and_then(|_| SpoolSpace::new(folder.to_owned(), u64::MAX).check());
    created.map_err(|error| {
        let folder = folder.display();
        anyhow::anyhow!("Failed to create a file in spool-folder {folder}: {error}. Name a folder that the service may write to.")
    })
}

/// The folder for temporary files that survive on disk rather than in memory, as those of `/tmp` may be.
fn spool_folder() -> PathBuf {
    let folder = Path::new("/var/tmp");
    if folder.is_dir() { folder.to_owned() } else { std::env::temp_dir() }
}
