//! How much of a document is read. A document beyond a bound is refused by its name, wherever it is read.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A part of a document that has a bound.
    pub enum Bound {
        String = "string",
        Number = "number",
        IgnoredKeys = "ignored_keys",
        Head = "head",
        Tenant = "tenant",
        Tenants = "tenants",
        Undecided = "undecided",
        Rules = "rules",
        Findings = "findings",
        NotEvaluated = "not_evaluated",
    }
}

const MIB: usize = 1 << 20;

impl Bound {
    /// The most that is read: bytes as written, characters of a number, keys of one object, findings, or tenants.
    pub const fn most(self) -> usize {
        match self {
            Self::String => 4 * MIB,
            Self::Number => 1_000,
            Self::IgnoredKeys => 10_000,
            Self::Head => 16 * MIB,
            Self::Tenant | Self::Undecided | Self::Rules => 512 * MIB,
            Self::Tenants => 1_000_000,
            Self::Findings | Self::NotEvaluated => 100_000,
        }
    }

    /// Whether this much is beyond the bound.
    pub(crate) const fn is_exceeded_by(self, amount: usize) -> bool {
        amount > self.most()
    }
}
