//! Settings that are refused, because they would have no effect or a dangerous one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use super::args::{Auth, Stated};

/// Headers that a client sets, or a proxy for another purpose: taking one for the identity would let anyone claim any identity.
const NO_IDENTITY: [&str; 32] = [
    "authorization",
    "cache-control",
    "connection",
    "cookie",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-forwarded-by",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-real-ip",
    "x-request-id",
];

/// How the names of more such headers begin.
const NO_IDENTITY_BEGINS: [&str; 6] = ["accept", "access-control-", "content-", "if-", "proxy-", "sec-"];

/// Claims of an ID token that are the same for every user, or change with every sign-in.
const NO_USER: [&str; 13] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
];

impl Stated {
    /// Refuses a file that two settings write to: each would destroy what the other wrote.
    pub(super) fn check_written_files(&self) -> anyhow::Result<()> {
        let files = [
            ("store", &self.store),
            ("audit-log", &self.audit_log),
            ("signed-out-file", &self.signed_out_file),
            ("state of [notifications]", &self.notifications.state),
        ];
        let named = files.into_iter().filter_map(|(name, path)| Some((name, path.as_deref()?)));
        let mut seen = BTreeMap::new();
        for (name, path) in named.filter(|(_, path)| path.as_os_str() != "-") {
            if let Some(other) = seen.insert(place(path), name) {
                anyhow::bail!("{other} and {name} are both {}. Name a file for each.", path.display());
            }
        }
        Ok(())
    }

    /// Refuses an address in the place of something else: settings are printed, and it may have a password.
    pub(super) fn check_addresses(&self) -> anyhow::Result<()> {
        let paths = [
            ("the file or folder to serve", &self.source),
            ("store", &self.store),
            ("database-url-file", &self.database_url_file),
            ("reviews-database-url-file", &self.reviews_database_url_file),
            ("policy", &self.policy),
            ("oidc-client-secret-file", &self.oidc_client_secret_file),
            ("session-key-file", &self.session_key_file),
            ("signed-out-file", &self.signed_out_file),
            ("tls-cert", &self.tls_cert),
            ("tls-key", &self.tls_key),
            ("spool-folder", &self.spool_folder),
            ("audit-log", &self.audit_log),
        ];
        let paths = paths.map(|(name, path)| (name, path.as_ref().map(|path| path.to_string_lossy())));
        let log = ("log", self.log.as_deref().map(Cow::Borrowed));
        for (name, value) in paths.into_iter().chain([log]) {
            anyhow::ensure!(
                !value.is_some_and(|value| value.contains("://")),
                "An address was given for {name}. The address of a database belongs in database-url or database-url-file."
            );
        }
        let words = [
            ("identity-header", &self.identity_header),
            ("oidc-issuer", &self.oidc_issuer),
            ("oidc-client-id", &self.oidc_client_id),
            ("oidc-identity-claim", &self.oidc_identity_claim),
            ("oidc-groups-claim", &self.oidc_groups_claim),
        ];
        let lists =
            [("oidc-scope", &self.oidc_scope), ("host", &self.host), ("metrics-host", &self.metrics_host)];
        let words = words.into_iter().flat_map(|(name, word)| word.iter().map(move |word| (name, word)));
        let listed =
            lists.into_iter().flat_map(|(name, list)| list.iter().flatten().map(move |word| (name, word)));
        for (name, value) in words.chain(listed) {
            let has_user = value.split_once("://").is_some_and(|(_, place)| place.contains('@'));
            anyhow::ensure!(
                !has_user,
                "An address with a user or a password was given for {name}, which is printed. Write it without."
            );
        }
        Ok(())
    }

    /// Refuses settings that would have no effect, or not the one that they seem to have.
    pub(super) fn check_access(&self) -> anyhow::Result<()> {
        let is_stated =
            |list: &Option<Vec<_>>| list.as_ref().is_some_and(|list: &Vec<IpNet>| !list.is_empty());
        let auth = self.auth.unwrap_or_default();
        let of_proxy = [
            ("proxy-from", is_stated(&self.proxy_from)),
            ("host", self.host.is_some()),
            ("identity-header", self.identity_header.is_some()),
        ];
        let of_sign_in = [
            ("public-url", self.public_url.is_some()),
            ("oidc-issuer", self.oidc_issuer.is_some()),
            ("oidc-client-id", self.oidc_client_id.is_some()),
            ("oidc-client-secret-file", self.oidc_client_secret_file.is_some()),
            ("oidc-scope", self.oidc_scope.is_some()),
            ("oidc-identity-claim", self.oidc_identity_claim.is_some()),
            ("oidc-groups-claim", self.oidc_groups_claim.is_some()),
            ("session-key-file", self.session_key_file.is_some()),
            ("signed-out-file", self.signed_out_file.is_some()),
            ("session-idle", self.session_idle.is_some()),
            ("session-length", self.session_length.is_some()),
        ];
        let of_either = [
            ("access.roles", !self.access.roles.is_empty()),
            ("access.members", !self.access.members.is_empty()),
        ];
        let without_effect = [
            (&of_proxy[..], auth == Auth::Proxy, "proxy"),
            (&of_sign_in[..], auth == Auth::Oidc, "oidc"),
            (&of_either[..], auth != Auth::None, "proxy or oidc"),
        ];
        for (settings, has_effect, method) in without_effect {
            for (name, is_stated) in settings {
                anyhow::ensure!(
                    has_effect || !is_stated,
                    "{name} is set, but has no effect: set auth to {method}, or remove {name}."
                );
            }
        }
        anyhow::ensure!(
            self.signed_out_file.is_none() || self.session_key_file.is_some(),
            "signed-out-file is set without session-key-file, so every session ends with the process. Set both."
        );
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
        anyhow::ensure!(
            self.metrics_interval.is_none_or(|seconds| seconds.get() <= 3_600),
            "metrics-interval is more than 3600 seconds, so metrics would show what was an hour ago as current. Set it lower."
        );
        for network in self.proxy_from.iter().flatten() {
            anyhow::ensure!(
                network.prefix_len() > 0,
                "proxy-from has {network}, which is every address: anyone could claim any identity. Name the proxy's network."
            );
            let is_mapped = |network: &IpNet| match network.network() {
                IpAddr::V6(address) => address.to_ipv4_mapped().is_some(),
                IpAddr::V4(_) => false,
            };
            anyhow::ensure!(
                !is_mapped(network),
                "proxy-from has {network}, which no address matches. Write it as an IPv4 network, such as 10.0.0.7/32."
            );
        }
        for (name, hosts) in [("host", &self.host), ("metrics-host", &self.metrics_host)] {
            for host in hosts.iter().flatten() {
                anyhow::ensure!(
                    is_host_name(host),
                    "{name} has {host:?}, which is not a host name. Write it as posture.example.org, without scheme or port."
                );
            }
        }
        let words = [
            ("oidc-client-id", &self.oidc_client_id),
            ("oidc-identity-claim", &self.oidc_identity_claim),
            ("oidc-groups-claim", &self.oidc_groups_claim),
        ];
        let words = words.into_iter().filter_map(|(name, word)| Some((name, word.as_ref()?)));
        let scopes = self.oidc_scope.iter().flatten().map(|scope| ("oidc-scope", scope));
        for (name, word) in words.chain(scopes) {
            anyhow::ensure!(!word.trim().is_empty(), "{name} is empty. Set it, or remove it.");
        }
        if let Some(claim) = &self.oidc_identity_claim {
            anyhow::ensure!(
                !NO_USER.contains(&claim.as_str()),
                "oidc-identity-claim is {claim:?}, which identifies no user: anyone could be taken for another. \
                 Name a claim such as sub, oid or email."
            );
        }
        if let Some(header) = &self.identity_header {
            let name = header.to_ascii_lowercase();
            let is_other = NO_IDENTITY.contains(&&*name)
                || NO_IDENTITY_BEGINS.iter().any(|begins| name.starts_with(begins));
            anyhow::ensure!(
                !is_other,
                "identity-header is {header:?}, which carries no identity. Name the header that the proxy sets, such as x-forwarded-user."
            );
        }
        Ok(())
    }
}

/// A path in one spelling, also of a file that does not exist yet.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let named = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
    path.canonicalize().ok().or_else(named).unwrap_or_else(|| path.to_owned())
}

fn is_host_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_part =
        |part: &str| part.bytes().all(is_plain) && part.bytes().any(|byte| byte.is_ascii_alphanumeric());
    let is_address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    is_address || name.split('.').all(is_part)
}
