//! The write model of a snapshot: plain records that every exporter fills, and how they are written (contract, section 1).
//!
//! It has every key of the contract. An absent option is left out, so that `None` never reads as a statement. Words and instants are
//! text, because an exporter passes on what its source says, including words that the contract does not know; the reader judges them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::reading::form::Form;
use crate::reading::snapshot::{SNAPSHOT_FORMAT, SNAPSHOT_VERSION};
use crate::timestamp::Timestamp;

mod pieces;
mod records;

pub use pieces::pieces;
pub use records::*;

/// The text of a record: borrowed when it is a word of the contract, owned when it comes from a source.
pub type Text = Cow<'static, str>;

/// Everything of a snapshot but its tenants.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Head {
    pub exported_at: Instant,
    pub exporter: Option<Text>,
    pub since: Option<Instant>,
    pub policy: Option<Policy>,
    pub workspace: Workspace,
    pub checked_domains: Option<Vec<Text>>,
}

/// A whole snapshot, for exporters that hold all tenants in memory.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Everything but the tenants.
    pub head: Head,
    /// The tenants, in the order in which they are written.
    pub tenants: Vec<Tenant>,
}

impl Snapshot {
    /// Writes the snapshot; see [`write()`].
    pub fn write(&self, form: Form, out: &mut impl Write) -> io::Result<()> {
        write(&self.head, &self.tenants, form, out)
    }
}

/// Writes a snapshot tenant by tenant, as one document with `tenants` last or as NDJSON. The same records give the same bytes.
/// A tenant is a [`Tenant`], or what imitates how another program writes one.
pub fn write<T: Serialize>(
    head: &Head,
    tenants: impl IntoIterator<Item = T>,
    form: Form,
    out: &mut impl Write,
) -> io::Result<()> {
    let text = head_text(head)?;
    match form {
        Form::Json => {
            write!(out, "{},\"tenants\":[", text.strip_suffix('}').unwrap_or(&text))?;
            for (index, tenant) in tenants.into_iter().enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &tenant)?;
            }
            out.write_all(b"\n]}\n")
        }
        Form::Ndjson => {
            writeln!(out, "{text}")?;
            for tenant in tenants {
                serde_json::to_writer(&mut *out, &tenant)?;
                out.write_all(b"\n")?;
            }
            Ok(())
        }
    }
}

/// The document without `tenants`, as the first line of the NDJSON form.
pub fn head_text(head: &Head) -> io::Result<String> {
    #[derive(Serialize)]
    struct Written<'a> {
        format: &'static str,
        version: u64,
        exported_at: &'a Instant,
        #[serde(skip_serializing_if = "Option::is_none")]
        exporter: Option<&'a Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<&'a Instant>,
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<&'a Policy>,
        workspace: &'a Workspace,
        #[serde(skip_serializing_if = "Option::is_none")]
        checked_domains: Option<&'a Vec<Text>>,
    }
    let Head { exported_at, exporter, since, policy, workspace, checked_domains } = head;
    Ok(serde_json::to_string(&Written {
        format: SNAPSHOT_FORMAT,
        version: SNAPSHOT_VERSION,
        exported_at,
        exporter: exporter.as_ref(),
        since: since.as_ref(),
        policy: policy.as_ref(),
        workspace,
        checked_domains: checked_domains.as_ref(),
    })?)
}

/// An instant as it is written: one of the contract, or the text of an exporter that wrote none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Instant {
    /// An instant of the contract.
    At(Timestamp),
    /// Any other text. The reader treats it as invalid.
    Invalid(Text),
}

impl Instant {
    /// The instant, or `None` if the text is not one.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(*at),
            Self::Invalid(text) => Timestamp::parse(text),
        }
    }
}

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self::At(at)
    }
}

impl From<&'static str> for Instant {
    fn from(text: &'static str) -> Self {
        Timestamp::parse(text).map_or(Self::Invalid(text.into()), Self::At)
    }
}

impl From<String> for Instant {
    fn from(text: String) -> Self {
        Timestamp::parse(&text).map_or_else(|| Self::Invalid(text.into()), Self::At)
    }
}

/// The workspace that a snapshot is of.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Workspace {
    pub id: u64,
    pub name: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<Text>,
}

/// The rules that the evidence is judged by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Policy {
    #[serde(flatten)]
    pub rules: Rules,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_skew_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention_limit: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub profiles: BTreeMap<String, Rules>,
}

/// The rules of a policy or of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness_hours: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_grace_minutes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore_evidence_days: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scopes: BTreeMap<String, ScopeRules>,
}

/// The rules of one scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are the contract's")]
pub struct ScopeRules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freshness_hours: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_policy_types: Option<Vec<Text>>,
}
