//! The settings of `posture serve`: flags override environment variables, which override the configuration file, which overrides defaults.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use posture_engine::input::DocumentLimits;
use posture_engine::spool::SpoolSpace;
use posture_server::access::{Access, Members, ProxyAccess, Role, RoleTable, StatedMember};
use serde::{Deserialize, Serialize, Serializer};

use crate::gather::repeat::Repeat;
use crate::sources::{STORE, SourceArgs};

/// Headers that a client sets, or a proxy for another purpose: taking one for the identity would let anyone be anyone.
const NO_IDENTITY: [&str; 26] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "host",
    "if-none-match",
    "origin",
    "proxy-authorization",
    "range",
    "referer",
    "te",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-request-id",
];

/// How users are authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Auth {
    /// Not at all: everyone on this machine sees everything.
    #[default]
    None,
    /// By the identity that a trusted proxy sends in a header.
    Proxy,
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Plain text.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Args, Default)]
pub(crate) struct ServeArgs {
    /// Gather the sources of this gather.toml into the store, then serve the store.
    #[arg(long, value_name = "FILE", env = "POSTURE_GATHER")]
    gather: Option<PathBuf>,
    /// Seconds from the end of one gathering to the next [default: 900].
    #[arg(long, value_name = "SECONDS", requires = "gather", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Serve a file that replaces a later export, or another workspace under the same id.
    #[arg(long, env = "POSTURE_ALLOW_REPLACEMENT")]
    allow_replacement: bool,
    /// TOML file with these settings; flags and environment variables override it.
    #[arg(long, value_name = "FILE", env = "POSTURE_CONFIG")]
    config: Option<PathBuf>,
    /// Add metrics of single tenants, with their route keys as labels.
    #[arg(long, env = "POSTURE_METRICS_TENANTS")]
    metrics_tenants: bool,
    #[command(flatten)]
    stated: Stated,
}

/// The settings that flags and environment variables, and the configuration file, state in the same way and within the same ranges.
#[derive(Args, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Stated {
    /// Snapshot file, or folder of snapshot files, each a workspace. Without a source, serves the store posture.sqlite if it exists, else
    /// the embedded demo.
    #[arg(group = "evidence")]
    source: Option<PathBuf>,
    /// Store that snapshots were imported into.
    #[arg(long, value_name = "STORE", env = "POSTURE_STORE", group = "evidence")]
    store: Option<PathBuf>,
    /// PostgreSQL database with the product's tables, such as postgres://posture@db.example/product. It is only read.
    #[arg(
        long,
        value_name = "URL",
        env = "POSTURE_DATABASE_URL",
        hide_env_values = true,
        group = "evidence"
    )]
    database_url: Option<String>,
    /// File with the database's address, such as a systemd credential or a container's secret.
    #[arg(long, value_name = "FILE", env = "POSTURE_DATABASE_URL_FILE", group = "evidence")]
    database_url_file: Option<PathBuf>,
    #[arg(skip)]
    allow_replacement: Option<bool>,
    #[arg(skip)]
    metrics_tenants: Option<bool>,
    #[arg(skip)]
    #[serde(default)]
    access: StatedAccess,
    /// JSON or TOML file with a policy, profiles included, that replaces that of every snapshot.
    #[arg(long, value_name = "FILE", env = "POSTURE_POLICY")]
    policy: Option<PathBuf>,
    /// Address to listen on; port 0 takes any free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_LISTEN")]
    listen: Option<SocketAddr>,
    /// How users are authenticated; `none` listens only on loopback [default: none].
    #[arg(long, value_name = "METHOD", env = "POSTURE_AUTH")]
    auth: Option<Auth>,
    /// Header in which the proxy sends the identity [default: x-forwarded-user].
    #[arg(long, value_name = "HEADER", env = "POSTURE_IDENTITY_HEADER")]
    identity_header: Option<String>,
    /// Network that the proxy connects from, such as 10.0.0.7/32. Can be repeated.
    #[arg(long, value_name = "CIDR", env = "POSTURE_PROXY_FROM", value_delimiter = ',')]
    proxy_from: Option<Vec<IpNet>>,
    /// Host name of the proxy, as users type it. Can be repeated.
    #[arg(long, value_name = "NAME", env = "POSTURE_HOST", value_delimiter = ',')]
    host: Option<Vec<String>>,
    /// Maximum answers in progress, of which one identity has at most a quarter; requests beyond it get 503 [default: 256].
    #[arg(long, value_name = "NUMBER", env = "POSTURE_CONCURRENCY")]
    concurrency: Option<NonZeroU32>,
    /// Seconds that an answer may take to start [default: 60].
    #[arg(long, value_name = "SECONDS", env = "POSTURE_ANSWER_TIMEOUT")]
    answer_timeout: Option<NonZeroU32>,
    /// Maximum size of a snapshot file in MB, packed or unpacked [default: 2000].
    #[arg(long, value_name = "MB", env = "POSTURE_MAX_DOCUMENT")]
    max_document: Option<NonZeroU32>,
    /// Folder for temporary files with evidence and answers. They have no names and end with the process [default: /var/tmp].
    #[arg(long, value_name = "FOLDER", env = "POSTURE_SPOOL_FOLDER")]
    spool_folder: Option<PathBuf>,
    /// Maximum connections to the database [default: 8].
    #[arg(long, value_name = "NUMBER", env = "POSTURE_DATABASE_CONNECTIONS")]
    database_connections: Option<NonZeroU32>,
    /// Separate address for metrics. Without it, metrics are served with everything else, or not at all with --auth proxy.
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Network that may read metrics, in addition to loopback. Can be repeated.
    #[arg(long, value_name = "CIDR", env = "POSTURE_METRICS_FROM", value_delimiter = ',')]
    metrics_from: Option<Vec<IpNet>>,
    /// Host name by which metrics are read, in addition to localhost and IP addresses. Can be repeated.
    #[arg(long, value_name = "NAME", env = "POSTURE_METRICS_HOST", value_delimiter = ',')]
    metrics_host: Option<Vec<String>>,
    /// Seconds between derivations for metrics [default: 60].
    #[arg(long, value_name = "SECONDS", env = "POSTURE_METRICS_INTERVAL")]
    metrics_interval: Option<NonZeroU32>,
    /// What to log to stderr, such as `info` or `posture_server=debug` [default: warn].
    #[arg(long, value_name = "FILTER", env = "POSTURE_LOG")]
    log: Option<String>,
    /// Format of log lines [default: text].
    #[arg(long, value_name = "FORMAT", env = "POSTURE_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

/// Takes each field from the first of two values if that states it, otherwise from the second.
macro_rules! first_stated {
    ($first:expr, $second:expr, { $($field:ident),* $(,)? }) => {{
        let (first, second) = ($first, $second);
        Stated { $($field: first.$field.or(second.$field),)* ..Stated::default() }
    }};
}

impl Stated {
    /// Refuses settings that would have no effect, or not the one that they seem to have.
    fn check_access(&self) -> anyhow::Result<()> {
        let is_stated =
            |list: &Option<Vec<_>>| list.as_ref().is_some_and(|list: &Vec<IpNet>| !list.is_empty());
        if self.auth.unwrap_or_default() == Auth::None {
            let without_effect = [
                ("proxy-from", is_stated(&self.proxy_from)),
                ("host", self.host.is_some()),
                ("identity-header", self.identity_header.is_some()),
                ("access.roles", !self.access.roles.is_empty()),
                ("access.members", !self.access.members.is_empty()),
            ];
            for (name, is_stated) in without_effect {
                anyhow::ensure!(
                    !is_stated,
                    "{name} is set, but users are not authenticated: set auth to proxy, or remove {name}."
                );
            }
        }
        if self.metrics_listen.is_none() {
            for (name, is_stated) in [
                ("metrics-from", is_stated(&self.metrics_from)),
                ("metrics-host", self.metrics_host.is_some()),
            ] {
                anyhow::ensure!(
                    !is_stated,
                    "{name} is set, but metrics have no address of their own: set metrics-listen."
                );
            }
        }
        for (name, networks) in [("proxy-from", &self.proxy_from), ("metrics-from", &self.metrics_from)] {
            for network in networks.iter().flatten() {
                anyhow::ensure!(
                    name == "metrics-from" || network.prefix_len() > 0,
                    "{name} has {network}, which is every address: anyone could claim any identity. Name the proxy's network."
                );
            }
        }
        for (name, hosts) in [("host", &self.host), ("metrics-host", &self.metrics_host)] {
            for host in hosts.iter().flatten() {
                anyhow::ensure!(
                    is_host_name(host),
                    "{name} has {host:?}, which is not a host name. Write it as posture.example.org, without scheme or port."
                );
            }
        }
        if let Some(header) = &self.identity_header {
            let is_other = NO_IDENTITY.iter().any(|other| other.eq_ignore_ascii_case(header));
            anyhow::ensure!(
                !is_other,
                "identity-header is {header:?}, which carries no identity. Name the header that the proxy sets, such as x-forwarded-user."
            );
        }
        Ok(())
    }

    /// These settings, and those of a file for what is not stated here. Sources replace each other as a whole.
    fn over(self, file: Self) -> Self {
        let evidence = |stated: &Self| {
            let Self { source, store, database_url, database_url_file, .. } = stated;
            (source.clone(), store.clone(), database_url.clone(), database_url_file.clone())
        };
        let (source, store, database_url, database_url_file) =
            if self.source_count() > 0 { evidence(&self) } else { evidence(&file) };
        let access = file.access.clone();
        let merged = first_stated!(self, file, {
            allow_replacement, metrics_tenants, policy, listen, auth, identity_header, proxy_from, host, concurrency,
            answer_timeout, max_document, spool_folder, database_connections, metrics_listen, metrics_from, metrics_host,
            metrics_interval, log, log_format,
        });
        Self { source, store, database_url, database_url_file, access, ..merged }
    }

    fn source_count(&self) -> usize {
        let is_stated = [
            self.source.is_some(),
            self.store.is_some(),
            self.database_url.is_some(),
            self.database_url_file.is_some(),
        ];
        is_stated.into_iter().filter(|is_some| *is_some).count()
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedAccess {
    #[serde(default)]
    roles: BTreeMap<Role, Vec<String>>,
    #[serde(default)]
    members: Vec<StatedMember>,
}

/// The settings in effect, printed on start in the form of the configuration file.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    #[serde(flatten, serialize_with = "without_secrets")]
    pub(crate) source: SourceArgs,
    #[serde(skip)]
    pub(crate) gather: Option<Repeat>,
    pub(crate) allow_replacement: bool,
    pub(crate) policy: Option<PathBuf>,
    pub(crate) listen: SocketAddr,
    pub(crate) auth: Auth,
    identity_header: String,
    proxy_from: Vec<IpNet>,
    host: Vec<String>,
    pub(crate) concurrency: NonZeroU32,
    pub(crate) answer_timeout: NonZeroU32,
    pub(crate) max_document: NonZeroU32,
    pub(crate) spool_folder: PathBuf,
    pub(crate) database_connections: NonZeroU32,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) metrics_from: Vec<IpNet>,
    pub(crate) metrics_host: Vec<String>,
    pub(crate) metrics_tenants: bool,
    pub(crate) metrics_interval: NonZeroU32,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    #[serde(skip)]
    access: StatedAccess,
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
        let stated = args.stated.over(file);
        stated.check_access()?;
        let database_url = match stated.database_url_file {
            Some(path) => Some(secret(&path)?),
            None => stated.database_url,
        };
        let mut source = SourceArgs { source: stated.source, store: stated.store, database_url };
        let gather = args.gather.map(|config| repeat(config, args.every, &mut source)).transpose()?;
        let or = |number: Option<NonZeroU32>, default: u32| {
            number.or(NonZeroU32::new(default)).unwrap_or(NonZeroU32::MIN)
        };
        Ok(Self {
            source,
            gather,
            policy: stated.policy,
            allow_replacement: args.allow_replacement || stated.allow_replacement.unwrap_or(false),
            listen: stated.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            auth: stated.auth.unwrap_or_default(),
            identity_header: stated.identity_header.unwrap_or_else(|| "x-forwarded-user".to_owned()),
            proxy_from: stated.proxy_from.unwrap_or_default(),
            host: stated.host.unwrap_or_default(),
            concurrency: or(stated.concurrency, 256),
            answer_timeout: or(stated.answer_timeout, 60),
            max_document: or(stated.max_document, 2000),
            spool_folder: stated.spool_folder.unwrap_or_else(spool_folder),
            database_connections: or(stated.database_connections, 8),
            metrics_listen: stated.metrics_listen,
            metrics_from: stated.metrics_from.unwrap_or_default(),
            metrics_host: stated.metrics_host.unwrap_or_default(),
            metrics_tenants: args.metrics_tenants || stated.metrics_tenants.unwrap_or(false),
            metrics_interval: or(stated.metrics_interval, 60),
            log: stated.log.unwrap_or_else(|| "warn".to_owned()),
            log_format: stated.log_format.unwrap_or_default(),
            members: stated.access.members.len(),
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
                    "Auth proxy needs the proxy's network: set proxy-from, such as 10.0.0.7/32."
                );
                anyhow::ensure!(
                    !self.host.is_empty(),
                    "Auth proxy needs the proxy's host name: set host, such as posture.example.org."
                );
                Ok(Access::Proxy(ProxyAccess {
                    identity_header: self
                        .identity_header
                        .parse()
                        .with_context(|| format!("reading the header name {:?}", self.identity_header))?,
                    proxies: self.proxy_from.clone(),
                    hosts: self.host.clone(),
                    roles: RoleTable::default().with(&self.access.roles)?,
                    members: Members::new(&self.access.members)?,
                }))
            }
        }
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
        Ok(match self.log_format {
            LogFormat::Text => toml::to_string(self)?,
            LogFormat::Json => {
                format!("{}\n", serde_json::to_string(&BTreeMap::from([("configuration", self)]))?)
            }
        })
    }
}

/// The source of evidence, without the database password.
fn without_secrets<S: Serializer>(source: &SourceArgs, serializer: S) -> Result<S::Ok, S::Error> {
    let path = |path: &PathBuf| path.display().to_string();
    let named = [
        ("source", source.source.as_ref().map(path)),
        ("store", source.store.as_ref().map(path)),
        ("database-url", source.database_url.as_deref().map(masked)),
    ];
    serializer.collect_map(named.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

/// A database's address with `***` for its password and for its parameters, which may contain one.
pub(crate) fn masked(url: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, ""), |(address, _)| (address, "?***"));
    let Some((before, host)) = address.rsplit_once('@') else { return format!("{address}{parameters}") };
    let user = match before.split_once("://") {
        Some((scheme, credentials)) => {
            format!("{scheme}://{}", credentials.split(':').next().unwrap_or_default())
        }
        None => "***".to_owned(),
    };
    let password = if before.matches(':').count() > 1 { ":***" } else { "" };
    format!("{user}{password}@{host}{parameters}")
}

/// Gathering fills the store that is served, so that is the only place evidence can come from.
fn repeat(config: PathBuf, every: Option<u64>, source: &mut SourceArgs) -> anyhow::Result<Repeat> {
    anyhow::ensure!(
        source.source.is_none() && source.database_url.is_none(),
        "--gather fills a store and serves it: name no other source than --store."
    );
    let store = source.store.get_or_insert_with(|| STORE.into()).clone();
    Ok(Repeat { config, store, every: Duration::from_secs(every.unwrap_or(900)) })
}

fn is_host_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    is_address || (!name.is_empty() && name.bytes().all(is_plain))
}

/// The folder for temporary files that survive on disk rather than in memory, as those of `/tmp` may be.
fn spool_folder() -> PathBuf {
    let folder = Path::new("/var/tmp");
    if folder.is_dir() { folder.to_owned() } else { std::env::temp_dir() }
}

/// The content of a file that holds one secret. Errors name the file and nothing of its content.
#[expect(clippy::disallowed_methods, reason = "the secret is a file")]
fn secret(path: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("reading the database's address from {}", path.display()))?;
    let secret = text.trim();
    anyhow::ensure!(
        !secret.is_empty() && !secret.contains('\n'),
        "{} does not hold one address on one line.",
        path.display()
    );
    Ok(secret.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "the configuration is a file")]
fn read(path: &Path) -> anyhow::Result<Stated> {
    let text =
        fs::read_to_string(path).with_context(|| format!("reading the configuration {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        anyhow::anyhow!("Failed to read {}: {}", path.display(), without_values(&error, &text))
    })
}

/// What is wrong with a configuration file: where, and which key, but no value, since any line may hold a password.
fn without_values(error: &toml::de::Error, text: &str) -> String {
    let mut message = String::new();
    let (unknown, rest) = match error.message().strip_prefix("unknown variant `") {
        Some(rest) => ("unknown word", rest.split_once('`').map_or("", |(_, rest)| rest)),
        None => ("", error.message()),
    };
    message.push_str(unknown);
    for (place, part) in rest.split('"').enumerate() {
        message.push_str(if place % 2 == 0 { part } else { "\"…\"" });
    }
    let message = message.trim().replace('\n', ", ");
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return message };
    let (number, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |at| at + 1));
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let is_plain = |key: &&str| {
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(is_plain);
    let key = key.filter(|key| !key.is_empty()).map(|key| format!(", {key}")).unwrap_or_default();
    format!("line {number}{key}: {message}")
}

#[cfg(test)]
mod tests {
    use super::{Stated, masked, without_values};

    /// EP-25
    #[test]
    fn a_database_password_is_never_shown() {
        let cases = [
            ("postgres://posture:hunter2@db.example/product", "postgres://posture:***@db.example/product"),
            (
                "postgres://posture:hu:n@ter2@db.example/product?sslmode=require",
                "postgres://posture:***@db.example/product?***",
            ),
            ("postgresql:///product?host=/run&password=hunter2", "postgresql:///product?***"),
            ("postgres://posture@db.example/product", "postgres://posture@db.example/product"),
            ("posture:hunter2@db.example", "***@db.example"),
        ];
        for (url, shown) in cases {
            assert_eq!(masked(url), shown);
        }
    }

    /// EP-25
    #[test]
    fn an_error_in_the_file_names_the_line_and_the_key_but_no_value() {
        let secret = "postgres://posture:hunter2@db.example/product";
        let cases = [
            (format!("listen = \"127.0.0.1:0\"\ndatabase-url = \"{secret}"), "line 2, database-url"),
            (format!("database-url = \"{secret}\" x"), "line 1, database-url"),
            (format!("database-url: \"{secret}\""), "line 1"),
            (format!("database-url = [\"{secret}\"]"), "line 1, database-url"),
            (format!("host = \"{secret}\""), "line 1, host"),
            (format!("auth = \"{secret}\""), "line 1, auth"),
            (format!("log-format = \"{secret}\""), "line 1, log-format"),
            (format!("concurrency = \"{secret}\""), "line 1, concurrency"),
            (format!("listen = \"{secret}\""), "line 1, listen"),
        ];
        for (text, place) in cases {
            let error = toml::from_str::<Stated>(&text).err().unwrap();
            let message = without_values(&error, &text);
            assert!(message.contains(place), "{text}: {message}");
            assert!(!message.contains("hunter2"), "{text}: {message}");
        }
    }
}
