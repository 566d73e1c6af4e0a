//! The registry and the findings as comma-separated values (RFC 4180), for a spreadsheet.

use crate::export::mark_cells::mark_cells;
use crate::finding::Finding;
use crate::invisible_chars::is_unseen;
use crate::report::model::{Report, TenantReport};
use crate::report::registry;
use crate::sorting::map_of;
use crate::timestamp::Timestamp;
use crate::views::reviews::Marks;
use crate::vocabulary::vocabulary;
use crate::words;

vocabulary! {
    /// The character between two cells. Which one a spreadsheet expects depends on its language.
    pub enum Separator {
        Comma = "comma",
        Semicolon = "semicolon",
        Tab = "tab",
    }
}

impl Separator {
    fn sign(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Semicolon => ';',
            Self::Tab => '\t',
        }
    }
}

/// The tenants' lines in this order, below a line of column titles; lines end in CR LF. Instants are in UTC, what is unknown is empty.
///
/// Each line ends with whose tenants they are and the instants they were judged at and exported at, so that a part of the file still says so.
pub fn registry_csv(
    report: &Report,
    tenants: impl IntoIterator<Item = impl AsRef<TenantReport>>,
    marks: &Marks,
    separator: Separator,
) -> String {
    let mut written = line(words::REGISTRY_COLUMNS, separator);
    let source = [report.as_of.to_string(), report.exported_at.to_string()];
    for tenant in tenants {
        let tenant = tenant.as_ref();
        let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
        let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let unsettled = tenant.registry.unsettled.iter();
        let unsettled: Vec<_> = unsettled.map(|cause| words::unsettled_cause_label(*cause)).collect();
        let number = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
        let degraded = health.scopes.iter().map(|scope| scope.quality.as_ref()?.degraded_items);
        let degraded = degraded.sum::<Option<u64>>().filter(|_| !health.scopes.is_empty());
        let follow_ups = health.schedules_evaluated.then_some(health.schedule_follow_ups.len() as u64);
        let [issues, known, until, by, note, ticket] = mark_cells(tenant, marks);
        written += &line(
            [
                &tenant.tenant_label,
                &tenant.tenant_route_key,
                &text(&tenant.domain),
                &text(&tenant.environment),
                words::posture_label(health.posture),
                &health.headline,
                &instant(health.latest_relevant_completed_at),
                &number(degraded),
                &number(follow_ups),
                words::recovery_state_label(evidence.overview_state),
                &evidence.headline,
                &instant(evidence.latest_relevant_at),
                &registry::signals(tenant).map(|signals| words::signals_note(&signals)).unwrap_or_default(),
                tenant.registry.profile.as_deref().unwrap_or_default(),
                &tenant.labels.join(", "),
                &unsettled.join(", "),
                &tenant.registry.triage_rank.to_string(),
                &issues,
                &known,
                &until,
                &by,
                &note,
                &ticket,
                &report.workspace.name,
                &source[0],
                &source[1],
            ],
            separator,
        );
    }
    written
}

/// What was noticed about the evidence, a line each in this order, below a line of column titles.
pub fn findings_csv(report: &Report, separator: Separator) -> String {
    let [as_of, exported_at] = [report.as_of.to_string(), report.exported_at.to_string()];
    let labels = report.not_evaluated.iter().rev().map(|one| (one.tenant_id, one.tenant_label.as_ref()));
    let set_aside_labels = map_of(labels);
    let name = |finding: &Finding| {
        let id = finding.tenant_id?;
        let evaluated = || {
            let place = report.tenants.binary_search_by_key(&id, |tenant| tenant.tenant_id).ok()?;
            Some(report.tenants.get(place)?.tenant_label.clone())
        };
        // Of several with one id, the first.
        let set_aside = || set_aside_labels.get(&Some(id)).copied().flatten().cloned();
        if finding.is_of_entry_set_aside() { set_aside() } else { evaluated().or_else(set_aside) }
    };
    let each = report.findings.iter().map(|finding| {
        let tenant = finding.tenant_id.map(|id| id.to_string()).unwrap_or_default();
        line(
            [
                finding.severity.as_str(),
                finding.code.as_str(),
                &tenant,
                &name(finding).unwrap_or_default(),
                &finding.path,
                &finding.message,
                &report.workspace.name,
                &as_of,
                &exported_at,
            ],
            separator,
        )
    });
    std::iter::once(line(words::FINDINGS_COLUMNS, separator)).chain(each).collect()
}

pub(crate) fn line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>, separator: Separator) -> String {
    let sign = separator.sign();
    let cells: Vec<_> = cells.into_iter().map(|text| cell(text.as_ref(), sign)).collect();
    cells.join(&String::from(sign)) + "\r\n"
}

/// What a formula begins with, in the width of Latin text and in that of East Asian text.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Separators that a spreadsheet may take, depending on its language, whatever the quotes around a cell.
const OTHER_SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// A cell, quoted if needed.
///
/// A spreadsheet takes what starts like a formula for one, whatever it trims or does not show before it. So an apostrophe is put before
/// it, at the start of the cell and after anything that another separator would make the start of one.
fn cell(text: &str, separator: char) -> String {
    let mut guarded = String::with_capacity(text.len() + 2);
    if starts_like_a_formula(text) || text.starts_with(['\t', '\r', '\n']) {
        guarded.push('\'');
    }
    let separates = |sign: char| OTHER_SEPARATORS.contains(&sign) || (sign == ',' && separator != ',');
    for (place, part) in text.split_inclusive(separates).enumerate() {
        if place > 0 && starts_like_a_formula(part) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    let needs_quotes = text.contains([separator, ',', '"', '\r', '\n']);
    let quote = if needs_quotes { "\"" } else { "" };
    format!("{quote}{}{quote}", guarded.replace('"', "\"\""))
}

fn starts_like_a_formula(text: &str) -> bool {
    // With another separator, a quotation mark within a cell may be the start of a quoted one.
    let is_ignored = |character: char| character.is_whitespace() || character == '"' || is_unseen(character);
    text.trim_start_matches(is_ignored).starts_with(FORMULA_SIGNS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Options, derive};

    /// DB-15: RFC 4180, and no formula.
    #[test]
    fn a_cell_is_quoted_if_needed_and_never_begins_a_formula() {
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
            "\u{3164}=1",
            "＝1",
            "\nx",
            "a;=1",
            "a; +1;b",
            "a\t@x",
            "a,b;=\"c\"",
            "a\n-1",
            "a; b=1",
        ]
        .map(|text| cell(text, ','));
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
            "'\u{3164}=1",
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
        let written = registry_csv(&report, report.tenants.iter().rev(), &Marks::default(), Separator::Comma);
        let lines: Vec<_> = written.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), report.tenants.len() + 1);
        assert_eq!(lines[0], words::REGISTRY_COLUMNS.join(","));
        for (line, tenant) in lines[1..].iter().zip(report.tenants.iter().rev()) {
            assert!(line.contains(words::posture_label(tenant.backup_health.posture)), "{line}");
            let Report { workspace, as_of, exported_at, .. } = &report;
            let issues = crate::views::attention::attention_items_of(tenant).len();
            let end = format!(
                ",{},{issues},0,,,,,{},{as_of},{exported_at}",
                tenant.registry.triage_rank,
                cell(&workspace.name, ',')
            );
            assert!(line.ends_with(&end), "{line}");
        }
    }

    /// DB-15: the file has what the registry says about signals.
    #[test]
    fn a_tenants_signals_are_in_its_line() {
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
        assert!(
            registry_csv(&report, &report.tenants, &Marks::default(), Separator::Comma)
                .contains(&cell(&note, ',')),
            "{note}"
        );
    }

    /// DB-15: the profile, and every cause of being unsettled.
    #[test]
    fn a_tenants_profile_and_causes_are_in_its_line() {
        let case: serde_json::Value =
            serde_json::from_str(include_str!("../../../../tests/cases/profile-counts.json")).unwrap();
        let report =
            derive(case["snapshot"].to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        let written = registry_csv(&report, &report.tenants, &Marks::default(), Separator::Comma);
        for tenant in &report.tenants {
            let causes: Vec<_> =
                tenant.registry.unsettled.iter().map(|cause| words::unsettled_cause_label(*cause)).collect();
            let end = format!(
                ",{},{},{},{},",
                tenant.registry.profile.as_deref().unwrap_or_default(),
                cell(&tenant.labels.join(", "), ','),
                cell(&causes.join(", "), ','),
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
        let written = findings_csv(&report, Separator::Comma);
        assert_eq!(written.matches("\r\n").count(), report.findings.len() + 1);
        for finding in &report.findings {
            assert!(written.contains(finding.code.as_str()) && written.contains(&finding.path), "{written}");
        }
        assert!(written.starts_with(&words::FINDINGS_COLUMNS.join(",")));
    }

    /// DB-15: domain, environment and labels, and no number for what is unknown.
    #[test]
    fn a_line_names_the_domain_and_says_nothing_of_what_is_unknown() {
        let snapshot = serde_json::json!({
            "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-20T08:00:00Z",
            "workspace": { "id": 1, "name": "Contoso" },
            "tenants": [{
                "id": 1, "workspace_id": 1, "external_id": "a", "name": "Adatum", "status": "active",
                "domain": "adatum.example", "environment": "production", "labels": ["gold", "emea"],
            }],
        });
        let report = derive(snapshot.to_string().as_bytes(), Form::Json, &Options::default()).unwrap();
        let written = registry_csv(&report, &report.tenants, &Marks::default(), Separator::Semicolon);
        let line = written.lines().nth(1).unwrap();
        assert!(line.starts_with("Adatum;a;adatum.example;production;Absent;"), "{line}");
        assert!(line.contains(";gold, emea;") || line.contains(";\"gold, emea\";"), "{line}");
        assert!(line.ends_with(";Contoso;2026-11-20T08:00:00Z;2026-11-20T08:00:00Z"), "{line}");
        let columns = words::REGISTRY_COLUMNS.iter().zip(line.split(';'));
        let degraded = columns.clone().find(|(title, _)| **title == "Degraded items").unwrap().1;
        assert_eq!(degraded, "", "{line}");
        assert_eq!(line.split(';').count(), words::REGISTRY_COLUMNS.len(), "{line}");
    }

    /// DB-15: whichever separator a spreadsheet takes, no cell begins a formula.
    #[test]
    fn a_comma_within_a_cell_starts_no_formula_with_another_separator() {
        assert_eq!(cell("a,=1", ';'), "\"a,'=1\"");
        assert_eq!(cell("x\";\"=1+1;y", ','), "\"x\"\";'\"\"=1+1;y\"");
        assert_eq!(cell("x\"\t \"\"@a", ','), "\"x\"\"\t' \"\"\"\"@a\"");
        assert_eq!(cell("a;b", ';'), "\"a;b\"");
        assert_eq!(cell("a\tb", '\t'), "\"a\tb\"");
    }
}
