//! Why a file cannot be read.

/// The greatest file that is read, in bytes. A larger one is one degraded item or one note.
pub const LARGEST_FILE: u64 = 64 << 20;

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No file has this path.
    #[error("there is no such file")]
    Missing,
    /// It is larger than [`LARGEST_FILE`].
    #[error("it has {bytes} bytes, and at most {LARGEST_FILE} bytes are read; split it")]
    TooLarge {
        /// How many bytes it has.
        bytes: u64,
    },
    /// What the shell says.
    #[error("{0}")]
    Failed(String),
}
