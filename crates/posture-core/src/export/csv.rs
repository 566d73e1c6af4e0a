//! The registry and the findings as comma-separated values (RFC 4180), for a spreadsheet.

use crate::finding::Finding;
use crate::invisible_chars::is_unseen;
use crate::report::model::TenantReport;
use crate::report::registry;
use crate::timestamp::Timestamp;
use crate::words;

/// The tenants' lines in this order, below a line of column titles; lines end in CR LF. Instants are in UTC, what is unknown is empty.
pub fn registry_csv(tenants: impl IntoIterator<Item = impl AsRef<TenantReport>>) -> String {
    let mut written = line(words::REGISTRY_COLUMNS);
    for tenant in tenants {
        let tenant = tenant.as_ref();
        let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let unsettled = tenant.registry.unsettled.iter();
        let unsettled: Vec<_> = unsettled.map(|cause| words::unsettled_cause_label(*cause)).collect();
        written += &line([
            &tenant.tenant_label,
            &tenant.tenant_route_key,
            words::posture_label(health.posture),
            &health.headline,
            &instant(health.latest_relevant_completed_at),
            words::recovery_state_label(evidence.overview_state),
            &evidence.headline,
            &instant(evidence.latest_relevant_at),
            &registry::signals(tenant).map(|signals| words::signals_note(&signals)).unwrap_or_default(),
            tenant.registry.profile.as_deref().unwrap_or_default(),
            &unsettled.join(", "),
            &tenant.registry.triage_rank.to_string(),
        ]);
    }
    written
}

/// What was noticed about the evidence, a line each in this order, below a line of column titles.
pub fn findings_csv(findings: &[Finding]) -> String {
    let each = findings.iter().map(|finding| {
        let tenant = finding.tenant_id.map(|id| id.to_string()).unwrap_or_default();
        line([finding.severity.as_str(), finding.code.as_str(), &tenant, &finding.path, &finding.message])
    });
    std::iter::once(line(words::FINDINGS_COLUMNS)).chain(each).collect()
}

pub(crate) fn line<const CELLS: usize>(cells: [&str; CELLS]) -> String {
    cells.map(cell).join(",") + "\r\n"
}

/// What a formula begins with, in the width of Latin text and in that of East Asian text.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Separators that a spreadsheet may take, depending on its language, whatever the quotes around a cell.
const OTHER_SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// A cell, quoted if needed.
///
/// A spreadsheet takes what starts like a formula for one, whatever it trims or does not show before it. So an apostrophe is put before
/// it, at the start of the cell and after anything that another separator would make the start of one.
fn cell(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 2);
    if starts_like_a_formula(text) || text.starts_with(['\t', '\r', '\n']) {
        guarded.push('\'');
    }
    for (place, part) in text.split_inclusive(OTHER_SEPARATORS).enumerate() {
        if place > 0 && starts_like_a_formula(part) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    let needs_quotes = text.contains([',', '"', '\r', '\n']);
    let quote = if needs_quotes { "\"" } else { "" };
    format!("{quote}{}{quote}", guarded.replace('"', "\"\""))
}

fn starts_like_a_formula(text: &str) -> bool {
    let is_ignored = |character: char| character.is_whitespace() || is_unseen(character);
    text.trim_start_matches(is_ignored).starts_with(FORMULA_SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Options, derive};

    /// DB-15: RFC 4180, and no formula.
    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_begins_a_formula() {
        let cells = [
            "plain",
            "a,b",
            "say \"so\"",
            "two\nlines",
            "=1+1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "=a,\"b\"",
            " =1",
            "\u{feff}+1",
            "＝1",
            "\nx",
            "a;=1",
            "a; +1;b",
            "a\t@x",
            "a,b;=\"c\"",
            "a\n-1",
            "a; b=1",
        ]
        .map(cell);
        let expected = [
            "plain",
            "\"a,b\"",
            "\"say \"\"so\"\"\"",
            "\"two\nlines\"",
            "'=1+1",
            "'+1",
            "'-1",
            "'@x",
            "'\tx",
            "\"'=a,\"\"b\"\"\"",
            "' =1",
            "'\u{feff}+1",
            "'＝1",
            "\"'\nx\"",
            "a;'=1",
            "a;' +1;b",
            "a\t'@x",
            "\"a,b;'=\"\"c\"\"\"",
            "\"a\n'-1\"",
            "a; b=1",
        ];
        assert_eq!(cells, expected);
    }

    /// DB-15: a line each, below the titles, in the order asked for.
    #[test]
    fn each_tenant_has_a_line_below_the_titles() {
        let case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/workspace-order.json")).unwrap();
        let report =
            derive(case["snapshot"].to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        let written = registry_csv(report.tenants.iter().rev());
        let lines: Vec<_> = written.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), report.tenants.len() + 1);
        assert_eq!(lines[0], words::REGISTRY_COLUMNS.join(","));
        for (line, tenant) in lines[1..].iter().zip(report.tenants.iter().rev()) {
            assert!(line.contains(words::posture_label(tenant.backup_health.posture)), "{line}");
            assert!(line.ends_with(&format!(",{}", tenant.registry.triage_rank)), "{line}");
        }
    }

    /// DB-15: what the registry says of signals stands in the file too.
    #[test]
    fn a_tenants_signals_stand_in_its_line() {
        let case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/signal-urls.json")).unwrap();
        let report =
            derive(case["snapshot"].to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        let note = report
            .tenants
            .iter()
            .find_map(|tenant| registry::signals(tenant))
            .map(|signals| words::signals_note(&signals))
            .unwrap();
        assert!(registry_csv(&report.tenants).contains(&cell(&note)), "{note}");
    }

    /// DB-15: the profile, and every cause of being unsettled.
    #[test]
    fn a_tenants_profile_and_causes_stand_in_its_line() {
        let case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/profile-counts.json")).unwrap();
        let report =
            derive(case["snapshot"].to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        let written = registry_csv(&report.tenants);
        for tenant in &report.tenants {
            let causes: Vec<_> =
                tenant.registry.unsettled.iter().map(|cause| words::unsettled_cause_label(*cause)).collect();
            let end = format!(
                ",{},{},{}\r\n",
                tenant.registry.profile.as_deref().unwrap_or_default(),
                cell(&causes.join(", ")),
                tenant.registry.triage_rank
            );
            assert!(written.contains(&end), "{written}");
        }
    }

    /// OR-15
    #[test]
    fn each_finding_has_a_line_below_the_titles() {
        let case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/duplicate-records.json")).unwrap();
        let report =
            derive(case["snapshot"].to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        let written = findings_csv(&report.findings);
        assert_eq!(written.matches("\r\n").count(), report.findings.len() + 1);
        for finding in &report.findings {
            assert!(written.contains(finding.code.as_str()) && written.contains(&finding.path), "{written}");
        }
        assert!(written.starts_with(&words::FINDINGS_COLUMNS.join(",")));
    }
}
