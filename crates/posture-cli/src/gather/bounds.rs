//! The bounds of a gathering that an endpoint started.

use anyhow::Result;

/// Bounds the memory of this process, in MB, and ends it with the process that started it. On other systems than Linux,
/// it does nothing.
#[cfg(target_os = "linux")]
pub(super) fn apply(memory: u32, started_by: u32) -> Result<()> {
    use anyhow::{Context as _, ensure};
    use rustix::process::{
        Pid, Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit,
    };

    set_parent_process_death_signal(Some(Signal::KILL))
        .context("Failed to tie this process to the endpoint")?;
    // The signal comes only if the endpoint ends after it was asked for.
    let parent = u32::try_from(Pid::as_raw(getppid()));
    ensure!(parent == Ok(started_by), "The endpoint that started this gathering has ended.");
    let bytes = u64::from(memory) * 1_000_000;
    // Only a privileged process may raise a limit that the system or the operator has set.
    let bytes = Some(getrlimit(Resource::Data).maximum.map_or(bytes, |most| most.min(bytes)));
    setrlimit(Resource::Data, Rlimit { current: bytes, maximum: bytes }).context("Failed to limit the memory")
}

#[cfg(not(target_os = "linux"))]
pub(super) fn apply(_memory: u32, _started_by: u32) -> Result<()> {
    Ok(())
}
