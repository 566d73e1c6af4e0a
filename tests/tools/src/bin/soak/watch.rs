//! Samples the memory, descriptors and threads of a process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Allowed growth of memory from the second to the last quarter: a twentieth, and what an allocator keeps for threads.
const MEMORY_SLACK: u64 = 8 << 20;
/// Allowed growth of descriptors. A browser's connections come and go.
const DESCRIPTOR_SLACK: u64 = 12;
/// Allowed growth of threads. Those that wait for files and databases come and go.
const THREAD_SLACK: u64 = 8;

/// One sample of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    /// Bytes of memory.
    pub(crate) memory: u64,
    /// Open files and sockets.
    pub(crate) descriptors: u64,
    pub(crate) threads: u64,
}

/// A sample and when it was taken.
pub(crate) struct Watched {
    /// From 0 at the start to 1 at the end.
    seen: Vec<(f64, Held)>,
}

/// Samples a process until the end.
#[expect(clippy::disallowed_methods, reason = "a soak measures time")]
pub(crate) fn watch(process: u32, length: Duration, is_over: &AtomicBool) -> Watched {
    let start = Instant::now();
    let mut seen = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        seen.extend(held(process).map(|held| (start.elapsed().div_duration_f64(length), held)));
        thread::sleep(LOOK_EVERY);
    }
    Watched { seen }
}

impl Watched {
    /// The median of each quarter of the time.
    pub(crate) fn quarters(&self) -> [Held; 4] {
        [0.0, 0.25, 0.5, 0.75].map(|from| {
            let within = |part: &f64| *part >= from && *part < from + 0.25;
            let median = |of: fn(&Held) -> u64| {
                let mut values: Vec<_> =
                    self.seen.iter().filter(|(part, _)| within(part)).map(|(_, held)| of(held)).collect();
                values.sort_unstable();
                values.get(values.len() / 2).copied().unwrap_or_default()
            };
            Held {
                memory: median(|held| held.memory),
                descriptors: median(|held| held.descriptors),
                threads: median(|held| held.threads),
            }
        })
    }

    /// Reports what has grown from the second quarter, when every cache is full, to the last.
    pub(crate) fn growths(&self) -> Vec<String> {
        let [_, early, _, late] = self.quarters();
        let told = [
            ("memory", early.memory, late.memory, early.memory / 20 + MEMORY_SLACK),
            ("descriptors", early.descriptors, late.descriptors, DESCRIPTOR_SLACK),
            ("threads", early.threads, late.threads, THREAD_SLACK),
        ];
        let grown = told.into_iter().filter(|(_, early, late, slack)| *early == 0 || *late > early + slack);
        grown.map(|(what, early, late, _)| format!("{what} went from {early} to {late}")).collect()
    }
}

/// The system's numbers for a process; `None` if it has ended.
#[expect(clippy::disallowed_methods, reason = "the system tells it in files")]
fn held(process: u32) -> Option<Held> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let descriptors = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.count() as u64;
    Some(Held { memory: number("VmRSS:")? * 1024, descriptors, threads: number("Threads:")? })
}
