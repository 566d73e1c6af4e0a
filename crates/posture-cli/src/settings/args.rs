//! What flags, environment variables and the configuration file can state.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ipnet::IpNet;
use posture_server::access::{Role, StatedMember};
use serde::{Deserialize, Serialize};

use crate::notify::{StatedNotifications, StatedTarget};

/// How users are authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Auth {
    /// Not at all: everyone on this machine sees everything.
    #[default]
    None,
    /// By the identity that a trusted proxy sends in a header.
    Proxy,
    /// By signing in at an OpenID Connect provider.
    Oidc,
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
    pub(super) gather: Option<PathBuf>,
    /// Seconds from the end of one gathering to the next [default: 900].
    #[arg(long, value_name = "SECONDS", requires = "gather", value_parser = at_least_one)]
    pub(super) every: Option<NonZeroU32>,
    /// Seconds after which a gathering is stopped [default: 3600].
    #[arg(long, value_name = "SECONDS", requires = "gather", value_parser = at_least_one)]
    pub(super) gather_timeout: Option<NonZeroU32>,
    /// Memory that a gathering may take on Linux, in MB [default: 1000].
    #[arg(long, value_name = "MB", requires = "gather", value_parser = clap::value_parser!(u32).range(16..))]
    pub(super) gather_memory: Option<u32>,
    /// TOML file with these settings; flags and environment variables override it.
    #[arg(long, value_name = "FILE", env = "POSTURE_CONFIG")]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) stated: Stated,
}

/// The settings that flags and environment variables, and the configuration file, state in the same way and within the same ranges.
#[derive(Args, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Stated {
    /// Snapshot file, or folder of snapshot files, each a workspace. Without a source, serves the store posture.sqlite if it exists, else
    /// the embedded demo.
    pub(super) source: Option<PathBuf>,
    /// Store that snapshots were imported into.
    #[arg(long, value_name = "STORE", env = "POSTURE_STORE")]
    pub(super) store: Option<PathBuf>,
    /// PostgreSQL database with the product's tables, such as postgres://posture@db.example/product. It is only read.
    #[arg(long, value_name = "URL", env = "POSTURE_DATABASE_URL")]
    pub(super) database_url: Option<String>,
    /// File with the database's address, such as a systemd credential or a container's secret.
    #[arg(long, value_name = "FILE", env = "POSTURE_DATABASE_URL_FILE")]
    pub(super) database_url_file: Option<PathBuf>,
    /// PostgreSQL database that keeps marks on attention items, such as postgres://posture_reviews@db.example/product. Without it, only a
    /// store keeps marks.
    #[arg(long, value_name = "URL", env = "POSTURE_REVIEWS_DATABASE_URL")]
    pub(super) reviews_database_url: Option<String>,
    /// File with the address of that database.
    #[arg(long, value_name = "FILE", env = "POSTURE_REVIEWS_DATABASE_URL_FILE")]
    pub(super) reviews_database_url_file: Option<PathBuf>,
    /// Serve a file that replaces a later export, or another workspace under the same id [default: false].
    #[arg(long, value_name = "BOOL", env = "POSTURE_ALLOW_REPLACEMENT", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) allow_replacement: Option<bool>,
    /// Add metrics of single tenants, with their route keys as labels [default: false].
    #[arg(long, value_name = "BOOL", env = "POSTURE_METRICS_TENANTS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) metrics_tenants: Option<bool>,
    /// Add metrics by profile, environment and label, with their names as labels [default: false].
    #[arg(long, value_name = "BOOL", env = "POSTURE_METRICS_GROUPS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) metrics_groups: Option<bool>,
    #[arg(skip)]
    #[serde(default)]
    pub(super) access: StatedAccess,
    #[arg(skip)]
    #[serde(default)]
    pub(super) notifications: StatedNotifications,
    #[arg(skip)]
    #[serde(default)]
    pub(super) notify: Vec<StatedTarget>,
    /// JSON or TOML file with a policy, profiles included, that replaces that of every snapshot.
    #[arg(long, value_name = "FILE", env = "POSTURE_POLICY")]
    pub(super) policy: Option<PathBuf>,
    /// Address to listen on; port 0 takes any free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_LISTEN")]
    pub(super) listen: Option<SocketAddr>,
    /// How users are authenticated; `none` listens only on loopback [default: none].
    #[arg(long, value_name = "METHOD", env = "POSTURE_AUTH")]
    pub(super) auth: Option<Auth>,
    /// Header in which the proxy sends the identity [default: x-forwarded-user].
    #[arg(long, value_name = "HEADER", env = "POSTURE_IDENTITY_HEADER")]
    pub(super) identity_header: Option<String>,
    /// Network that the proxy connects from, such as 10.0.0.7/32. Can be repeated.
    #[arg(long, value_name = "CIDR", env = "POSTURE_PROXY_FROM", value_delimiter = ',')]
    pub(super) proxy_from: Option<Vec<IpNet>>,
    /// Host name of the proxy, as users type it. Can be repeated.
    #[arg(long, value_name = "NAME", env = "POSTURE_HOST", value_delimiter = ',')]
    pub(super) host: Option<Vec<String>>,
    /// URL by which users reach this server, such as `https://posture.example.org`, for --auth oidc.
    #[arg(long, value_name = "URL", env = "POSTURE_PUBLIC_URL")]
    pub(super) public_url: Option<String>,
    /// Issuer of the OpenID Connect provider, such as `https://login.example.org/realm`.
    #[arg(long, value_name = "URL", env = "POSTURE_OIDC_ISSUER")]
    pub(super) oidc_issuer: Option<String>,
    /// Client id of this server at the provider.
    #[arg(long, value_name = "ID", env = "POSTURE_OIDC_CLIENT_ID")]
    pub(super) oidc_client_id: Option<String>,
    /// File with the secret for that id, such as a systemd credential. A public client has none.
    #[arg(long, value_name = "FILE", env = "POSTURE_OIDC_CLIENT_SECRET_FILE")]
    pub(super) oidc_client_secret_file: Option<PathBuf>,
    /// Scope to ask the provider for, in addition to openid. Can be repeated [default: profile].
    #[arg(long, value_name = "SCOPE", env = "POSTURE_OIDC_SCOPE", value_delimiter = ',')]
    pub(super) oidc_scope: Option<Vec<String>>,
    /// Claim of the ID token that identifies a user [default: sub].
    #[arg(long, value_name = "CLAIM", env = "POSTURE_OIDC_IDENTITY_CLAIM")]
    pub(super) oidc_identity_claim: Option<String>,
    /// Claim of the ID token with the user's groups or roles [default: groups].
    #[arg(long, value_name = "CLAIM", env = "POSTURE_OIDC_GROUPS_CLAIM")]
    pub(super) oidc_groups_claim: Option<String>,
    /// File with the key that signs sessions. Without it, a key is generated, and sessions end with the process.
    #[arg(long, value_name = "FILE", env = "POSTURE_SESSION_KEY_FILE")]
    pub(super) session_key_file: Option<PathBuf>,
    /// File that remembers sessions that were signed out, so that they stay ended after a restart. Created if it does not exist.
    #[arg(long, value_name = "FILE", env = "POSTURE_SIGNED_OUT_FILE")]
    pub(super) signed_out_file: Option<PathBuf>,
    /// Minutes without a request after which a session ends [default: 60].
    #[arg(long, value_name = "MINUTES", env = "POSTURE_SESSION_IDLE", value_parser = at_least_one)]
    pub(super) session_idle: Option<NonZeroU32>,
    /// Hours after which a session ends in any case [default: 12].
    #[arg(long, value_name = "HOURS", env = "POSTURE_SESSION_LENGTH", value_parser = at_least_one)]
    pub(super) session_length: Option<NonZeroU32>,
    /// PEM file with the certificate for TLS and its chain. It is read again when it changes.
    #[arg(long, value_name = "FILE", env = "POSTURE_TLS_CERT")]
    pub(super) tls_cert: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE", env = "POSTURE_TLS_KEY")]
    pub(super) tls_key: Option<PathBuf>,
    /// Maximum responses in progress, of which one identity has at most a quarter; requests beyond it get 503 [default: 256].
    #[arg(long, value_name = "NUMBER", env = "POSTURE_CONCURRENCY", value_parser = at_least_one)]
    pub(super) concurrency: Option<NonZeroU32>,
    /// Seconds that a response may take to start [default: 60].
    #[arg(long, value_name = "SECONDS", env = "POSTURE_ANSWER_TIMEOUT", value_parser = at_least_one)]
    pub(super) answer_timeout: Option<NonZeroU32>,
    /// Maximum size of a snapshot file in MB, packed or unpacked [default: 2000].
    #[arg(long, value_name = "MB", env = "POSTURE_MAX_DOCUMENT", value_parser = at_least_one)]
    pub(super) max_document: Option<NonZeroU32>,
    /// Folder for temporary files with evidence and responses. They have no names and are gone when the process ends [default: /var/tmp].
    #[arg(long, value_name = "FOLDER", env = "POSTURE_SPOOL_FOLDER")]
    pub(super) spool_folder: Option<PathBuf>,
    /// Maximum connections to the database [default: 8].
    #[arg(long, value_name = "NUMBER", env = "POSTURE_DATABASE_CONNECTIONS", value_parser = at_least_one)]
    pub(super) database_connections: Option<NonZeroU32>,
    /// Separate address for metrics. Without it, metrics are served with everything else, or not at all if users are authenticated.
    #[arg(long, value_name = "ADDRESS", env = "POSTURE_METRICS_LISTEN")]
    pub(super) metrics_listen: Option<SocketAddr>,
    /// Network that may read metrics, in addition to loopback. Can be repeated.
    #[arg(long, value_name = "CIDR", env = "POSTURE_METRICS_FROM", value_delimiter = ',')]
    pub(super) metrics_from: Option<Vec<IpNet>>,
    /// Host name by which metrics are read, in addition to localhost and IP addresses. Can be repeated.
    #[arg(long, value_name = "NAME", env = "POSTURE_METRICS_HOST", value_delimiter = ',')]
    pub(super) metrics_host: Option<Vec<String>>,
    /// Seconds between derivations for metrics [default: 60].
    #[arg(long, value_name = "SECONDS", env = "POSTURE_METRICS_INTERVAL", value_parser = at_least_one)]
    pub(super) metrics_interval: Option<NonZeroU32>,
    /// File that the audit trail is appended to, one JSON object per line; `-` is stderr. Without it, none is written.
    #[arg(long, value_name = "FILE", env = "POSTURE_AUDIT_LOG")]
    pub(super) audit_log: Option<PathBuf>,
    /// What to log to stderr, such as `info` or `posture_server=debug` [default: warn].
    #[arg(long, value_name = "FILTER", env = "POSTURE_LOG")]
    pub(super) log: Option<String>,
    /// Format of log lines [default: text].
    #[arg(long, value_name = "FORMAT", env = "POSTURE_LOG_FORMAT")]
    pub(super) log_format: Option<LogFormat>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatedAccess {
    #[serde(default)]
    pub(super) roles: BTreeMap<Role, Vec<String>>,
    #[serde(default)]
    pub(super) members: Vec<StatedMember>,
}

/// What a limit can be. The errors of libraries for 0 do not say that.
pub(super) const LIMIT: &str = "a whole number from 1 to 4294967295";

fn at_least_one(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| format!("write {LIMIT}"))
}
