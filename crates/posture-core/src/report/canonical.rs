//! A report's canonical bytes in parts, and their digest (contract, section 10), so that a caller can pause between any two
//! or write several at once.

use std::iter::once;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::policy::Policy;
use crate::reading::reader::Workspace;
use crate::report::model::{Denominators, NotEvaluated, Overview, Report, TenantReport};
use crate::timestamp::Timestamp;

/// A stretch of a report's canonical bytes. Each is written by itself, so that several can be at once, and none holds a list that grows
/// with the workspace.
#[derive(Clone, Copy, Debug)]
pub enum Part<'r> {
    /// Everything before the findings.
    BeforeFindings(BeforeFindings<'r>),
    /// A finding, by its place.
    Finding(usize, &'r Finding),
    /// Everything between the findings and the tenants that were not evaluated.
    BeforeNotEvaluated(BeforeNotEvaluated<'r>),
    /// A tenant that was not evaluated, by its place.
    NotEvaluated(usize, &'r NotEvaluated),
    /// Everything between those and the tenants.
    BeforeTenants(BeforeTenants<'r>),
    /// A tenant, by its place.
    Tenant(usize, &'r TenantReport),
    /// Everything after the tenants.
    AfterTenants(AfterTenants<'r>),
}

impl Part<'_> {
    /// Writes its bytes after what is written already.
    pub fn write(self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        match self {
            Part::BeforeFindings(part) => object(out, "{", &part, ",\"findings\":["),
            Part::Finding(place, finding) => element(out, place, finding),
            Part::BeforeNotEvaluated(part) => object(out, "],", &part, ",\"not_evaluated\":["),
            Part::NotEvaluated(place, tenant) => element(out, place, tenant),
            Part::BeforeTenants(part) => object(out, "],", &part, ",\"tenants\":["),
            Part::Tenant(place, tenant) => element(out, place, tenant),
            Part::AfterTenants(part) => object(out, "],", &part, "}"),
        }
    }
}

impl Report {
    /// The report as canonical JSON (RFC 8785).
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut json = Vec::new();
        parts(self).try_for_each(|part| part.write(&mut json))?;
        String::from_utf8(json).map_err(serde::ser::Error::custom)
    }

    /// The report digest: the SHA-256 of the canonical JSON, in hex.
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        let mut digest = ReportDigest::default();
        let mut json = Vec::new();
        for part in parts(self) {
            json.clear();
            part.write(&mut json)?;
            digest.add(&json);
        }
        Ok(digest.finish())
    }
}

/// The parts of [`Report::to_json`], in order.
pub fn parts(report: &Report) -> impl Iterator<Item = Part<'_>> {
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
        since,
        tenants,
        version,
        workspace,
    } = report;
    once(Part::BeforeFindings(BeforeFindings {
        as_of,
        data_age_seconds,
        denominators,
        evidence_from,
        exported_at,
    }))
    .chain(findings.iter().enumerate().map(|(place, finding)| Part::Finding(place, finding)))
    .chain(once(Part::BeforeNotEvaluated(BeforeNotEvaluated { format })))
    .chain(not_evaluated.iter().enumerate().map(|(place, tenant)| Part::NotEvaluated(place, tenant)))
    .chain(once(Part::BeforeTenants(BeforeTenants { overview, policy, since })))
    .chain(tenants.iter().enumerate().map(|(place, tenant)| Part::Tenant(place, tenant)))
    .chain(once(Part::AfterTenants(AfterTenants { version, workspace })))
}

/// An element of a list, after a comma unless it is the first.
fn element(out: &mut Vec<u8>, place: usize, value: &impl Serialize) -> Result<(), serde_json::Error> {
    if place > 0 {
        out.push(b',');
    }
    serde_json::to_writer(out, value)
}

/// An object's members, without its braces, between the text before and after them.
fn object(
    out: &mut Vec<u8>,
    before: &str,
    object: &impl Serialize,
    behind: &str,
) -> Result<(), serde_json::Error> {
    let json = serde_json::to_vec(object)?;
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(
        json.strip_prefix(b"{").and_then(|json| json.strip_suffix(b"}")).unwrap_or_default(),
    );
    out.extend_from_slice(behind.as_bytes());
    Ok(())
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
        hex::encode(self.0.finalize())
    }
}

/// A report's keys that sort before `findings`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BeforeFindings<'r> {
    as_of: &'r Timestamp,
    data_age_seconds: &'r u64,
    denominators: &'r Denominators,
    evidence_from: &'r Option<Timestamp>,
    exported_at: &'r Timestamp,
}

/// A report's keys between `findings` and `not_evaluated`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BeforeNotEvaluated<'r> {
    format: &'r str,
}

/// A report's keys between `not_evaluated` and `tenants`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BeforeTenants<'r> {
    overview: &'r Overview,
    policy: &'r Policy,
    since: &'r Option<Timestamp>,
}

/// A report's keys that sort after `tenants`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AfterTenants<'r> {
    version: &'r u64,
    workspace: &'r Workspace,
}
