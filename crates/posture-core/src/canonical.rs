//! A report's canonical bytes in parts, and their digest (contract, section 10), so that whoever asks for them can pause between any two
//! or write several at once.

use std::iter::once;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::overview::Overview;
use crate::policy::Policy;
use crate::reader::Workspace;
use crate::report::{Denominators, NotEvaluated, Report, TenantReport};
use crate::timestamp::Timestamp;

/// A stretch of a report's canonical bytes. Each is written by itself, so that several can be at once.
#[derive(Clone, Copy, Debug)]
pub enum Part<'r> {
    /// What stands before the tenants.
    Before(&'r Report),
    /// A tenant, and the comma before it where it is not the first.
    Tenant(usize, &'r TenantReport),
    /// What stands behind the tenants.
    After(&'r Report),
}

impl Part<'_> {
    /// Its bytes.
    pub fn to_json(self) -> Result<String, serde_json::Error> {
        match self {
            Part::Before(report) => before(report),
            Part::Tenant(0, tenant) => serde_json::to_string(tenant),
            Part::Tenant(_, tenant) => serde_json::to_string(tenant).map(|object| format!(",{object}")),
            Part::After(Report { version, workspace, .. }) => serde_json::to_string(&AfterTenants { version, workspace })
                .map(|object| format!("],{}", object.strip_prefix('{').unwrap_or(&object))),
        }
    }
}

/// The parts of [`Report::to_json`], in order.
pub fn parts(report: &Report) -> impl Iterator<Item = Part<'_>> {
    let tenants = report.tenants.iter().enumerate().map(|(place, tenant)| Part::Tenant(place, tenant));
    once(Part::Before(report)).chain(tenants).chain(once(Part::After(report)))
}

fn before(report: &Report) -> Result<String, serde_json::Error> {
    // Every key is named, so that a new one cannot be left out.
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
        tenants: _,
        version: _,
        workspace: _,
    } = report;
    let object = serde_json::to_string(&BeforeTenants {
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
    })?;
    Ok(format!("{},\"tenants\":[", object.strip_suffix('}').unwrap_or(&object)))
}

/// The digest of a report whose parts are added in order.
#[derive(Clone, Debug, Default)]
pub struct ReportDigest(Sha256);

impl ReportDigest {
    /// Takes the next part.
    pub fn add(&mut self, part: impl AsRef<[u8]>) {
        self.0.update(part);
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
