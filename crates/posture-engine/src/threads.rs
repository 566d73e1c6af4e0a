//! The threads that judge the tenants of a chunk, or write the parts of a report, in parallel.

use std::error::Error as _;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::thread;

use rayon::ThreadPoolBuilder;

/// The memory of each, as the standard library gives it.
const STACK_BYTES: usize = 2 << 20;

/// Whether the system allows these threads. They are started once; their number and memory depend on no environment variable.
pub(crate) fn are_started() -> bool {
    static STARTED: OnceLock<bool> = OnceLock::new();
    *STARTED.get_or_init(|| {
        let count = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let started = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK_BYTES).build_global();
        // An error without a cause says that somebody else started them.
        started.map_or_else(|error| error.source().is_none(), |()| true)
    })
}
