//! Why an attempt failed.

/// Why an attempt failed. The address is not in it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) why: String,
    /// How many seconds the receiver asks to wait.
    pub(crate) retry_after: Option<u64>,
}

impl Failure {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), retry_after: None }
    }
}
