//! Where notifications are sent, as the configuration file and the command line state it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ipnet::IpNet;
use posture_notify::notifier::{Notifier, Timing};
use posture_notify::reach::Reach;
use posture_notify::target::Target;
use serde::Deserialize;

use crate::secret_file::secret;
use crate::terminal::masked_address;

/// `[[notify]]`: one address.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct StatedTarget {
    to: Option<String>,
    to_file: Option<PathBuf>,
    secret_file: Option<PathBuf>,
    name: Option<String>,
}

/// `[notifications]`: what holds for all addresses.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct StatedNotifications {
    pub(crate) state: Option<PathBuf>,
    public_url: Option<String>,
    interval: Option<u64>,
    heartbeat: Option<u64>,
    #[serde(default)]
    allow_hosts: Vec<String>,
    #[serde(default)]
    allow_networks: Vec<IpNet>,
}

/// Notifications of `posture serve`.
pub(crate) struct NotifySettings {
    state: PathBuf,
    targets: Vec<Target>,
    reach: Reach,
    timing: Timing,
    /// The address of the dashboard.
    pub(crate) site: Option<String>,
}

impl NotifySettings {
    /// Reads the settings; `None` if no address is configured.
    pub(crate) fn new(shared: StatedNotifications, targets: &[StatedTarget]) -> anyhow::Result<Option<Self>> {
        if targets.is_empty() {
            return Ok(None);
        }
        let read = |(place, target): (usize, &StatedTarget)| {
            target.read().with_context(|| format!("Failed to read [[notify]] number {}", place + 1))
        };
        let targets = targets.iter().enumerate().map(read).collect::<anyhow::Result<Vec<_>>>()?;
        let state = shared.state.filter(|state| !state.as_os_str().is_empty()).context(
            "Notifications need a state file. Set state in [notifications], such as /var/lib/posture/notify.json.",
        )?;
        let default = Timing::default();
        let timing = Timing {
            interval: shared.interval.unwrap_or(default.interval),
            heartbeat: shared
                .heartbeat
                .map_or(default.heartbeat, |seconds| Some(seconds).filter(|seconds| *seconds > 0)),
            ..default
        };
        let site = shared.public_url.as_deref().map(site).transpose()?;
        let reach = Reach::new(shared.allow_hosts, shared.allow_networks)?;
        Ok(Some(Self { state, targets, reach, timing, site }))
    }

    /// Opens the state file and checks every address.
    pub(crate) fn open(&self) -> anyhow::Result<Notifier> {
        let notifier = Notifier::open(&self.state, self.targets.clone(), self.reach.clone(), self.timing)?;
        notifier.check()?;
        for (target, count) in notifier.removed() {
            tracing::warn!(
                target,
                count,
                "messages for an address that is no longer configured were dropped"
            );
        }
        Ok(notifier)
    }

    /// How many addresses there are. The addresses themselves are secrets.
    pub(crate) fn count(&self) -> usize {
        self.targets.len()
    }
}

impl StatedTarget {
    fn read(&self) -> anyhow::Result<Target> {
        let secret = self.secret_file.as_deref().map(json_secret).transpose()?;
        let target = match (&self.to, &self.to_file) {
            (Some(to), None) => target(to, secret.as_deref())?,
            (None, Some(path)) => from_file(path, secret.as_deref())?,
            (Some(_), Some(_)) | (None, None) => {
                anyhow::bail!("Each [[notify]] needs either to or to-file.")
            }
        };
        Ok(self.name.as_deref().map_or(target.clone(), |name| target.named(name)))
    }
}

/// An address, or `@` and the file that holds it.
pub(super) fn target(to: &str, secret: Option<&str>) -> anyhow::Result<Target> {
    match to.strip_prefix('@') {
        Some(path) => from_file(Path::new(path), secret),
        None => Ok(Target::new(to, secret)?),
    }
}

fn from_file(path: &Path, of_json: Option<&str>) -> anyhow::Result<Target> {
    Target::new(&secret(path, "an address")?, of_json)
        .with_context(|| format!("Failed to use the address in {}", path.display()))
}

/// The secret that signs JSON.
pub(super) fn json_secret(path: &Path) -> anyhow::Result<String> {
    secret(path, "a secret")
}

/// The address of the dashboard, without a path of its own or anything secret.
pub(super) fn site(text: &str) -> anyhow::Result<String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = host.map(|host| host.trim_end_matches('/'));
    anyhow::ensure!(
        host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '\\'])),
        "{:?} is not the address of a dashboard. Write it as https://posture.example.org .",
        masked_address(text).unwrap_or_else(|| text.to_owned())
    );
    Ok(text.trim_end_matches('/').to_owned())
}
