//! What is configured about metrics.

/// Options for metrics.
#[derive(Clone, Copy, Debug)]
pub struct MetricsOptions {
    /// Whether there are metrics of single tenants, with their route keys as labels.
    pub by_tenant: bool,
    /// Whether there are metrics by group, with the names of profiles, environments and labels as labels.
    pub by_group: bool,
    /// The interval, in seconds, that the time of evaluation is rounded down to; a workspace is derived at most once in it.
    pub interval_seconds: u32,
}

impl Default for MetricsOptions {
    fn default() -> Self {
        Self { by_tenant: false, by_group: false, interval_seconds: 60 }
    }
}
