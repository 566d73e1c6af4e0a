//! The bounds of a gathering that an endpoint started.

use anyhow::Result;

/// Bounds the memory of this process, in MB, and ends it with the one that started it. Elsewhere than on Linux, the system bounds nothing.
#[cfg(target_os = "linux")]
pub(super) fn apply(memory: u32) -> Result<()> {
    use anyhow::Context as _;
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

    set_parent_process_death_signal(Some(Signal::KILL)).context("Failed to end with the endpoint")?;
    let bytes = Some(u64::from(memory) * 1_000_000);
    let limit = Rlimit { current: bytes, maximum: bytes };
    setrlimit(Resource::Data, limit).context("Failed to limit the memory")
}

#[cfg(not(target_os = "linux"))]
pub(super) fn apply(_memory: u32) -> Result<()> {
    Ok(())
}
