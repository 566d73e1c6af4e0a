//! What a signature says about a report.

use std::fmt;

use posture_core::Report;

use crate::failure::Failure;

/// A statement: this report comes from this snapshot, judged at this instant by this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// The report digest.
    pub(crate) report: String,
    /// The SHA-256 of the snapshot's file.
    pub(crate) snapshot: String,
    /// The instant of the report, to the second.
    pub(crate) as_of: String,
    /// The program and its version.
    pub(crate) tool: String,
}

impl Statement {
    /// The statement about a report of a snapshot with this SHA-256.
    pub(crate) fn new(report: &Report, snapshot: String) -> Result<Self, Failure> {
        Ok(Self {
            report: posture_engine::digest(report)?,
            snapshot,
            as_of: report.as_of.to_string(),
            tool: concat!("posture-", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    /// Reads a statement as it is written. `None` if it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix(PREFIX)?.split(' ');
        let mut field = |name: &str| Some(fields.next()?.strip_prefix(name)?.to_owned());
        let statement = Self {
            report: field("report:")?,
            snapshot: field("snapshot:")?,
            as_of: field("as-of:")?,
            tool: field("tool:")?,
        };
        fields.next().is_none().then_some(statement)
    }
}

const PREFIX: &str = "posture report 1 ";

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { report, snapshot, as_of, tool } = self;
        write!(f, "{PREFIX}report:{report} snapshot:{snapshot} as-of:{as_of} tool:{tool}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_as_it_is_written_and_nothing_else_is() {
        let text = "posture report 1 report:ab snapshot:cd as-of:2026-11-23T12:00:00Z tool:posture-0.1.0";
        assert_eq!(Statement::parse(text).map(|statement| statement.to_string()).as_deref(), Some(text));
        for other in ["", "timestamp:1", "posture report 2 report:ab", &format!("{text} more:1"), &text[..60]]
        {
            assert_eq!(Statement::parse(other), None, "{other}");
        }
    }
}
