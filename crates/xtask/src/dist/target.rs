//! The platforms that are packed for.

use clap::ValueEnum;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    #[value(name = "x86_64-unknown-linux-musl")]
    LinuxX86,
    #[value(name = "aarch64-unknown-linux-musl")]
    LinuxArm,
    #[value(name = "x86_64-pc-windows-gnu")]
    Windows,
}

impl Target {
    pub(super) const fn triple(self) -> &'static str {
        match self {
            Self::LinuxX86 => "x86_64-unknown-linux-musl",
            Self::LinuxArm => "aarch64-unknown-linux-musl",
            Self::Windows => "x86_64-pc-windows-gnu",
        }
    }

    /// The compiler of SQLite and ring, and the Debian package that has it.
    pub(super) const fn compiler(self) -> (&'static str, &'static str) {
        match self {
            Self::LinuxX86 => ("musl-gcc", "musl-tools"),
            Self::LinuxArm => ("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
            Self::Windows => ("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64"),
        }
    }

    pub(super) const fn program(self) -> &'static str {
        match self {
            Self::LinuxX86 | Self::LinuxArm => "posture",
            Self::Windows => "posture.exe",
        }
    }

    /// What Debian calls the architecture; `None` if it is another system.
    pub(super) const fn debian_architecture(self) -> Option<&'static str> {
        match self {
            Self::LinuxX86 => Some("amd64"),
            Self::LinuxArm => Some("arm64"),
            Self::Windows => None,
        }
    }

    /// Whether this machine runs its programs.
    pub(super) fn runs_here(self) -> bool {
        let (system, architecture) = match self {
            Self::LinuxX86 => ("linux", "x86_64"),
            Self::LinuxArm => ("linux", "aarch64"),
            Self::Windows => ("windows", "x86_64"),
        };
        std::env::consts::OS == system && std::env::consts::ARCH == architecture
    }
}
