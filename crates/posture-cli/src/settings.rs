//! What `posture serve` is set to: flags before environment variables before the configuration file before defaults.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use posture_server::access::{Access, Members, ProxyAccess, Role, RoleTable, StatedMember};
use serde::{Deserialize, Serialize, Serializer};

use crate::gather::repeat::Repeat;
use crate::sources::{STORE, SourceArgs};

/// What tells who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Auth {
    /// Nothing: everyone on this machine sees everything.
    #[default]
    None,
    /// The identity a trusted proxy names in a header.
    Proxy,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Args, Default)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Gather the sources of this gather.toml into the store, then serve the store.
    #[arg(long, value_name = "FILE", env = "POSTURE_GATHER")]
    gather: Option<PathBuf>,
    /// Seconds from the end of one gathering to the next, 900 if not given.
    #[arg(long, value_name = "SECONDS", requires = "gather", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// TOML file of these settings; flags and environment variables stand in place of what it says.
    #[arg(long, value_name = "FILE", env = "POSTURE_CONFIG")]
    config: Option<PathBuf>,
    /// Address to listen on, 127.0.0.1:8080 where none is given; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_LISTEN")]
    listen: Option<SocketAddr>,
    /// What tells who asks; `none`, where none is given, listens on loopback alone.
    #[arg(long, value_name = "HOW", env = "POSTURE_AUTH")]
    auth: Option<Auth>,
    /// Header in which the proxy names the identity, x-forwarded-user where none is given.
    #[arg(long, value_name = "HEADER", env = "POSTURE_IDENTITY_HEADER")]
    identity_header: Option<String>,
    /// Network the proxy's connections come from, such as 10.0.0.7/32; may be given more than once.
    #[arg(long, value_name = "CIDR", env = "POSTURE_PROXY_FROM", value_delimiter = ',')]
    proxy_from: Vec<IpNet>,
    /// Host name that requests through the proxy are for; may be given more than once.
    #[arg(long, value_name = "NAME", env = "POSTURE_HOST", value_delimiter = ',')]
    host: Vec<String>,
    /// How many answers may be under way at once, 256 where none is given; what is beyond is turned away with 503.
    #[arg(long, value_name = "NUMBER", env = "POSTURE_CONCURRENCY", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: Option<u32>,
    /// How long an answer may take to begin, 60 s where none is given.
    #[arg(long, value_name = "SECONDS", env = "POSTURE_ANSWER_TIMEOUT", value_parser = clap::value_parser!(u32).range(1..))]
    answer_timeout: Option<u32>,
    /// Address that metrics are served on, apart from everything else; without it on the one address, and not at all with --auth proxy.
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Network that metrics are told to beside loopback; may be given more than once.
    #[arg(long, value_name = "CIDR", env = "POSTURE_METRICS_FROM", value_delimiter = ',')]
    metrics_from: Vec<IpNet>,
    /// Tell metrics of single tenants too, each with its route key as a label.
    #[arg(long, env = "POSTURE_METRICS_TENANTS")]
    metrics_tenants: bool,
    /// How often workspaces are derived for metrics at most, 60 s where none is given.
    #[arg(long, value_name = "SECONDS", env = "POSTURE_METRICS_INTERVAL", value_parser = clap::value_parser!(u32).range(1..))]
    metrics_interval: Option<u32>,
    /// What to log to stderr, such as `info` or `posture_server=debug`; `warn` where nothing is given.
    #[arg(long, value_name = "FILTER", env = "POSTURE_LOG")]
    log: Option<String>,
    /// How log lines are written.
    #[arg(long, value_name = "HOW", env = "POSTURE_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

/// The configuration file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileSettings {
    source: Option<PathBuf>,
    store: Option<PathBuf>,
    database_url: Option<String>,
    listen: Option<SocketAddr>,
    auth: Option<Auth>,
    identity_header: Option<String>,
    proxy_from: Option<Vec<IpNet>>,
    host: Option<Vec<String>>,
    concurrency: Option<u32>,
    answer_timeout: Option<u32>,
    metrics_listen: Option<SocketAddr>,
    metrics_from: Option<Vec<IpNet>>,
    metrics_tenants: Option<bool>,
    metrics_interval: Option<u32>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    #[serde(default)]
    access: StatedAccess,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedAccess {
    #[serde(default)]
    roles: BTreeMap<Role, Vec<String>>,
    #[serde(default)]
    members: Vec<StatedMember>,
}

/// What holds in the end, as it is printed on start: in the form of the configuration file.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    #[serde(flatten, serialize_with = "without_secrets")]
    pub(crate) source: SourceArgs,
    #[serde(skip)]
    pub(crate) gather: Option<Repeat>,
    pub(crate) listen: SocketAddr,
    pub(crate) auth: Auth,
    identity_header: String,
    proxy_from: Vec<IpNet>,
    host: Vec<String>,
    pub(crate) concurrency: u32,
    pub(crate) answer_timeout: u32,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) metrics_from: Vec<IpNet>,
    pub(crate) metrics_tenants: bool,
    pub(crate) metrics_interval: u32,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
    #[serde(skip)]
    access: StatedAccess,
    /// How many memberships are configured; who they are is nobody's to read in a log.
    members: usize,
}

impl Settings {
    /// Puts together what was given.
    pub(crate) fn new(args: ServeArgs) -> anyhow::Result<Self> {
        let file = args.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let in_file = SourceArgs { source: file.source, store: file.store, database_url: file.database_url };
        anyhow::ensure!(
            in_file.is_single(),
            "The configuration names more than one of source, store and database-url: name one."
        );
        let mut source = if args.source.is_given() { args.source } else { in_file };
        let gather = args.gather.map(|config| repeat(config, args.every, &mut source)).transpose()?;
        Ok(Self {
            source,
            gather,
            listen: args.listen.or(file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            auth: args.auth.or(file.auth).unwrap_or_default(),
            identity_header: args
                .identity_header
                .or(file.identity_header)
                .unwrap_or_else(|| "x-forwarded-user".to_owned()),
            proxy_from: given(args.proxy_from).or(file.proxy_from).unwrap_or_default(),
            host: given(args.host).or(file.host).unwrap_or_default(),
            concurrency: args.concurrency.or(file.concurrency).unwrap_or(256),
            answer_timeout: args.answer_timeout.or(file.answer_timeout).unwrap_or(60),
            metrics_listen: args.metrics_listen.or(file.metrics_listen),
            metrics_from: given(args.metrics_from).or(file.metrics_from).unwrap_or_default(),
            metrics_tenants: args.metrics_tenants || file.metrics_tenants.unwrap_or(false),
            metrics_interval: args.metrics_interval.or(file.metrics_interval).unwrap_or(60),
            log: args.log.or(file.log).unwrap_or_else(|| "warn".to_owned()),
            log_format: args.log_format.or(file.log_format).unwrap_or_default(),
            members: file.access.members.len(),
            access: file.access,
        })
    }

    /// How viewers are told apart. Fails, saying what to set, where that would let in whom nobody named.
    pub(crate) fn access(&self) -> anyhow::Result<Access> {
        match self.auth {
            Auth::None => {
                let is_for_proxy = !self.proxy_from.is_empty() || self.members > 0;
                anyhow::ensure!(
                    !is_for_proxy,
                    "Proxies or members are configured, but nothing tells who asks: set auth to proxy as well."
                );
                Ok(Access::Local)
            }
            Auth::Proxy => {
                anyhow::ensure!(
                    !self.proxy_from.is_empty(),
                    "With auth proxy nobody is answered until it is said where the proxy's connections come from: set proxy-from, such as 10.0.0.7/32."
                );
                anyhow::ensure!(
                    !self.host.is_empty(),
                    "With auth proxy nobody is answered until it is said by which name they ask: set host, such as posture.example.org."
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

    /// The settings as they are printed: a configuration file, or a JSON object on one line.
    pub(crate) fn printed(&self) -> anyhow::Result<String> {
        Ok(match self.log_format {
            LogFormat::Text => toml::to_string(self)?,
            LogFormat::Json => {
                format!("{}\n", serde_json::to_string(&BTreeMap::from([("configuration", self)]))?)
            }
        })
    }
}

/// Where evidence is found, a database without its password.
fn without_secrets<S: Serializer>(source: &SourceArgs, serializer: S) -> Result<S::Ok, S::Error> {
    let path = |path: &PathBuf| path.display().to_string();
    let named = [
        ("source", source.source.as_ref().map(path)),
        ("store", source.store.as_ref().map(path)),
        ("database-url", source.database_url.as_deref().map(masked)),
    ];
    serializer.collect_map(named.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

/// A database's address with `***` for its password, and for whatever follows a question mark, which may be one too.
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

fn given<T>(values: Vec<T>) -> Option<Vec<T>> {
    (!values.is_empty()).then_some(values)
}

#[expect(clippy::disallowed_methods, reason = "the configuration is a file")]
fn read(path: &Path) -> anyhow::Result<FileSettings> {
    let text =
        fs::read_to_string(path).with_context(|| format!("reading the configuration {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("reading the configuration {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::masked;

    /// EP-25
    #[test]
    fn a_databases_password_is_never_shown() {
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
}
