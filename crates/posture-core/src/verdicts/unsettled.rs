//! What keeps a tenant from being settled. Each cause blocks calm (contract, sections 5 and 9).

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why a tenant is unsettled.
    pub enum UnsettledCause {
        ScheduleFollowUp = "schedule_follow_up",
        RecordsSetAside = "records_set_aside",
        NewerSetFailed = "newer_set_failed",
        TypesVanished = "types_vanished",
        TypesUnknown = "types_unknown",
        UnknownProfile = "unknown_profile",
        RestoreStuck = "restore_stuck",
        RestoreUnresolved = "restore_unresolved",
    }
}

impl UnsettledCause {
    /// Whether it forbids calling the tenant's backups healthy. The others are about restores.
    pub fn is_of_backups(self) -> bool {
        match self {
            Self::ScheduleFollowUp
            | Self::RecordsSetAside
            | Self::NewerSetFailed
            | Self::TypesVanished
            | Self::TypesUnknown
            | Self::UnknownProfile => true,
            Self::RestoreStuck | Self::RestoreUnresolved => false,
        }
    }
}

/// What restores leave open, of all that keeps a tenant unsettled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OpenRestores {
    /// A run that is not deleted is stuck in its queue.
    pub(crate) is_stuck: bool,
    /// A policy type failed and was not applied since.
    pub(crate) is_unresolved: bool,
}

/// Every cause that applies, in the contract's order.
pub(crate) fn causes(applies: impl Fn(UnsettledCause) -> bool) -> Vec<UnsettledCause> {
    UnsettledCause::ALL.iter().copied().filter(|cause| applies(*cause)).collect()
}
