//! The settings of `posture serve`: flags override environment variables, which override the configuration file, which overrides defaults.

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
    #[command(flatten)]
    source: SourceArgs,
    /// Gather the sources of this gather.toml into the store, then serve the store.
    #[arg(long, value_name = "FILE", env = "POSTURE_GATHER")]
    gather: Option<PathBuf>,
    /// Seconds from the end of one gathering to the next [default: 900].
    #[arg(long, value_name = "SECONDS", requires = "gather", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// Serve a file that replaces a later export, or another workspace under the same id.
    #[arg(long, env = "POSTURE_ALLOW_REPLACEMENT")]
    allow_replacement: bool,
    /// JSON or TOML file with a policy, profiles included, that replaces that of every snapshot.
    #[arg(long, value_name = "FILE", env = "POSTURE_POLICY")]
    policy: Option<PathBuf>,
    /// TOML file with these settings; flags and environment variables override it.
    #[arg(long, value_name = "FILE", env = "POSTURE_CONFIG")]
    config: Option<PathBuf>,
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
    proxy_from: Vec<IpNet>,
    /// Host name of the proxy, as users type it. Can be repeated.
    #[arg(long, value_name = "NAME", env = "POSTURE_HOST", value_delimiter = ',')]
    host: Vec<String>,
    /// Maximum answers in progress; requests beyond it get 503 [default: 256].
    #[arg(long, value_name = "NUMBER", env = "POSTURE_CONCURRENCY", value_parser = clap::value_parser!(u32).range(1..))]
    concurrency: Option<u32>,
    /// Seconds that an answer may take to start [default: 60].
    #[arg(long, value_name = "SECONDS", env = "POSTURE_ANSWER_TIMEOUT", value_parser = clap::value_parser!(u32).range(1..))]
    answer_timeout: Option<u32>,
    /// Separate address for metrics. Without it, metrics are served with everything else, or not at all with --auth proxy.
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Network that may read metrics, in addition to loopback. Can be repeated.
    #[arg(long, value_name = "CIDR", env = "POSTURE_METRICS_FROM", value_delimiter = ',')]
    metrics_from: Vec<IpNet>,
    /// Host name by which metrics are read, in addition to localhost and IP addresses. Can be repeated.
    #[arg(long, value_name = "NAME", env = "POSTURE_METRICS_HOST", value_delimiter = ',')]
    metrics_host: Vec<String>,
    /// Add metrics of single tenants, with their route keys as labels.
    #[arg(long, env = "POSTURE_METRICS_TENANTS")]
    metrics_tenants: bool,
    /// Seconds between derivations for metrics [default: 60].
    #[arg(long, value_name = "SECONDS", env = "POSTURE_METRICS_INTERVAL", value_parser = clap::value_parser!(u32).range(1..))]
    metrics_interval: Option<u32>,
    /// What to log to stderr, such as `info` or `posture_server=debug` [default: warn].
    #[arg(long, value_name = "FILTER", env = "POSTURE_LOG")]
    log: Option<String>,
    /// Format of log lines [default: text].
    #[arg(long, value_name = "FORMAT", env = "POSTURE_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

/// The configuration file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileSettings {
    source: Option<PathBuf>,
    store: Option<PathBuf>,
    database_url: Option<String>,
    allow_replacement: Option<bool>,
    policy: Option<PathBuf>,
    listen: Option<SocketAddr>,
    auth: Option<Auth>,
    identity_header: Option<String>,
    proxy_from: Option<Vec<IpNet>>,
    host: Option<Vec<String>>,
    concurrency: Option<u32>,
    answer_timeout: Option<u32>,
    metrics_listen: Option<SocketAddr>,
    metrics_from: Option<Vec<IpNet>>,
    metrics_host: Option<Vec<String>>,
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
    pub(crate) concurrency: u32,
    pub(crate) answer_timeout: u32,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) metrics_from: Vec<IpNet>,
    pub(crate) metrics_host: Vec<String>,
    pub(crate) metrics_tenants: bool,
    pub(crate) metrics_interval: u32,
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
        let in_file = SourceArgs { source: file.source, store: file.store, database_url: file.database_url };
        anyhow::ensure!(
            in_file.is_single(),
            "The configuration has more than one of source, store and database-url. Keep one."
        );
        let mut source = if args.source.is_given() { args.source } else { in_file };
        let gather = args.gather.map(|config| repeat(config, args.every, &mut source)).transpose()?;
        Ok(Self {
            source,
            gather,
            policy: args.policy.or(file.policy),
            allow_replacement: args.allow_replacement || file.allow_replacement.unwrap_or(false),
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
            metrics_host: given(args.metrics_host).or(file.metrics_host).unwrap_or_default(),
            metrics_tenants: args.metrics_tenants || file.metrics_tenants.unwrap_or(false),
            metrics_interval: args.metrics_interval.or(file.metrics_interval).unwrap_or(60),
            log: args.log.or(file.log).unwrap_or_else(|| "warn".to_owned()),
            log_format: args.log_format.or(file.log_format).unwrap_or_default(),
            members: file.access.members.len(),
            access: file.access,
        })
    }

    /// How users are authenticated. Fails if that would admit anyone who is not configured, and says what to set.
    pub(crate) fn access(&self) -> anyhow::Result<Access> {
        match self.auth {
            Auth::None => {
                let is_for_proxy = !self.proxy_from.is_empty() || self.members > 0;
                anyhow::ensure!(
                    !is_for_proxy,
                    "Proxies or members are configured, but users are not authenticated: set auth to proxy."
                );
                Ok(Access::Local)
            }
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

fn given<T>(values: Vec<T>) -> Option<Vec<T>> {
    (!values.is_empty()).then_some(values)
}

#[expect(clippy::disallowed_methods, reason = "the configuration is a file")]
fn read(path: &Path) -> anyhow::Result<FileSettings> {
    let text =
        fs::read_to_string(path).with_context(|| format!("reading the configuration {}", path.display()))?;
    let settings: FileSettings = toml::from_str(&text).map_err(|error| {
        anyhow::anyhow!("Failed to read {}: {}", path.display(), without_values(&error, &text))
    })?;
    let numbers = [
        ("concurrency", settings.concurrency),
        ("answer-timeout", settings.answer_timeout),
        ("metrics-interval", settings.metrics_interval),
    ];
    for (key, number) in numbers {
        anyhow::ensure!(number != Some(0), "Failed to read {}: {key} is 0; set at least 1.", path.display());
    }
    for (key, texts) in [("host", &settings.host), ("metrics-host", &settings.metrics_host)] {
        let is_blank = texts.iter().flatten().any(|text| text.trim().is_empty());
        anyhow::ensure!(!is_blank, "Failed to read {}: {key} has an empty name; remove it.", path.display());
    }
    Ok(settings)
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
    use super::{FileSettings, masked, without_values};

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
            let error = toml::from_str::<FileSettings>(&text).err().unwrap();
            let message = without_values(&error, &text);
            assert!(message.contains(place), "{text}: {message}");
            assert!(!message.contains("hunter2"), "{text}: {message}");
        }
    }
}
