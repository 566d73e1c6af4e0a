//! A report's canonical bytes in parts, and their digest (contract, section 10), so that whoever asks for them can pause between any two.

use std::iter::once;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::overview::Overview;
use crate::policy::Policy;
use crate::reader::Workspace;
use crate::report::{Denominators, NotEvaluated, Report};
use crate::timestamp::Timestamp;

/// The bytes of [`Report::to_json`] in order: what stands before the tenants, then a part for each tenant, then what stands after them.
pub fn json_parts(report: &Report) -> impl Iterator<Item = Result<String, serde_json::Error>> + '_ {
    let Report {
        as_of,
        data_age_seconds,
        denominators,
        evidence_from,
        exported_at,
        findings,
        format,
        not_evaluated,
        overview,
        policy,
        tenants,
        version,
        workspace,
    } = report;
    let before = BeforeTenants {
        as_of,
        data_age_seconds,
        denominators,
        evidence_from,
        exported_at,
        findings,
        format,
        not_evaluated,
        overview,
        policy,
    };
    let head = serde_json::to_string(&before).map(|object| format!("{},\"tenants\":[", object.strip_suffix('}').unwrap_or(&object)));
    let tail = serde_json::to_string(&AfterTenants { version, workspace })
        .map(|object| format!("],{}", object.strip_prefix('{').unwrap_or(&object)));
    let each = tenants.iter().enumerate().map(|(place, tenant)| {
        let separator = if place == 0 { "" } else { "," };
        serde_json::to_string(tenant).map(|object| format!("{separator}{object}"))
    });
    once(head).chain(each).chain(once(tail))
}

/// The digest of a report whose parts are added in order.
#[derive(Clone, Debug, Default)]
pub struct ReportDigest(Sha256);

impl ReportDigest {
    /// Takes the next part.
    pub fn add(&mut self, part: &str) {
        self.0.update(part.as_bytes());
    }

    /// The SHA-256 of all parts, in hex.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A report's keys that sort before `tenants`.
#[derive(Serialize)]
struct BeforeTenants<'r> {
    as_of: &'r Timestamp,
    data_age_seconds: &'r u64,
    denominators: &'r Denominators,
    evidence_from: &'r Option<Timestamp>,
    exported_at: &'r Timestamp,
    findings: &'r [Finding],
    format: &'r str,
    not_evaluated: &'r [NotEvaluated],
    overview: &'r Overview,
    policy: &'r Policy,
}

/// A report's keys that sort after `tenants`.
#[derive(Serialize)]
struct AfterTenants<'r> {
    version: &'r u64,
    workspace: &'r Workspace,
}
