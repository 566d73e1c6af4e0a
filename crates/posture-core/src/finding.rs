//! What was noticed about the evidence itself (contract, section 2).

use serde::Serialize;

use crate::id::Id;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What was noticed.
    pub enum FindingCode {
        UnreadableTenant = "unreadable_tenant",
        DuplicateTenant = "duplicate_tenant",
        ForeignWorkspace = "foreign_workspace",
        UnrecognisedTenantStatus = "unrecognised_tenant_status",
        CrossTenantRecord = "cross_tenant_record",
        DuplicateRecord = "duplicate_record",
        UnknownProfile = "unknown_profile",
        UnrecognisedStatus = "unrecognised_status",
        UnrecognisedOutcome = "unrecognised_outcome",
        UnreadOutcomes = "unread_outcomes",
        ImplausibleTimestamp = "implausible_timestamp",
        UnfitDetail = "unfit_detail",
        TimestampInFuture = "timestamp_in_future",
    }
}

vocabulary! {
    /// How severe a finding is. An error means that evidence was set aside.
    pub enum Severity { Error = "error", Warning = "warning", Info = "info" }
}

impl FindingCode {
    /// The severity the contract gives this code.
    pub fn severity(self) -> Severity {
        match self {
            Self::UnreadableTenant
            | Self::DuplicateTenant
            | Self::ForeignWorkspace
            | Self::UnrecognisedTenantStatus
            | Self::CrossTenantRecord
            | Self::DuplicateRecord
            | Self::UnknownProfile => Severity::Error,
            Self::UnrecognisedStatus
            | Self::UnrecognisedOutcome
            | Self::UnreadOutcomes
            | Self::ImplausibleTimestamp
            | Self::UnfitDetail
            | Self::TimestampInFuture => Severity::Warning,
        }
    }
}

/// One thing noticed about the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// What was noticed.
    pub code: FindingCode,
    /// The same in words.
    pub message: String,
    /// Where in the document, such as `tenants[3].backup_sets[0].status`.
    pub path: String,
    /// How severe it is.
    pub severity: Severity,
    /// The tenant concerned; null if none can be named.
    pub tenant_id: Option<Id>,
}

impl Finding {
    pub(crate) fn new(code: FindingCode, tenant_id: Option<Id>, path: String, message: String) -> Self {
        Self { code, message, path, severity: code.severity(), tenant_id }
    }

    /// Whether this is about an entry of `tenants` that was set aside as a whole. Its `tenant_id` may be that of another, evaluated tenant,
    /// of which the finding says nothing.
    pub fn is_of_entry_set_aside(&self) -> bool {
        match self.code {
            FindingCode::UnreadableTenant
            | FindingCode::DuplicateTenant
            | FindingCode::ForeignWorkspace
            | FindingCode::UnrecognisedTenantStatus => true,
            FindingCode::CrossTenantRecord
            | FindingCode::DuplicateRecord
            | FindingCode::UnrecognisedStatus
            | FindingCode::UnrecognisedOutcome
            | FindingCode::UnknownProfile
            | FindingCode::UnreadOutcomes
            | FindingCode::ImplausibleTimestamp
            | FindingCode::UnfitDetail
            | FindingCode::TimestampInFuture => false,
        }
    }
}
