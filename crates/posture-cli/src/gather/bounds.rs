//! The bounds of a gathering that an endpoint started.

use anyhow::Result;

/// How much memory it may take, in bytes: half of what the service may.
#[cfg(target_os = "linux")]
const MOST_MEMORY: u64 = 1 << 30;

/// Bounds the memory of this process, and ends it with the one that started it. Elsewhere than on Linux, the system bounds nothing.
#[cfg(target_os = "linux")]
pub(super) fn apply() -> Result<()> {
    use anyhow::Context as _;
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

    set_parent_process_death_signal(Some(Signal::KILL)).context("Failed to end with the endpoint")?;
    let limit = Rlimit { current: Some(MOST_MEMORY), maximum: Some(MOST_MEMORY) };
    setrlimit(Resource::Data, limit).context("Failed to limit the memory")
}

#[cfg(not(target_os = "linux"))]
pub(super) fn apply() -> Result<()> {
    Ok(())
}
