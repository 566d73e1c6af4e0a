//! JUnit XML: continuous integration shows a workspace that is not calm like a failed test.

use posture_core::report::model::{Exclusion, NotEvaluated, TenantReport};
use posture_core::{Timestamp, words};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::checked::Checked;
use crate::summary::reasons;
use crate::terminal::escaped;
use crate::text;

/// The suite of a workspace: a test case that fails if the workspace is not calm, and one for each tenant.
pub(super) fn xml(checked: &Checked<'_>) -> Result<String, SerializeError> {
    let report = checked.report;
    let mut suite = TestSuite::new(plain(&report.workspace.name));
    suite.add_test_case(calmness(checked));
    suite.add_test_cases(report.tenants.iter().map(|found| tenant(found, report.as_of)));
    suite.add_test_cases(report.not_evaluated.iter().map(not_evaluated));
    let mut whole = Report::new("posture check");
    whole.add_test_suite(suite);
    whole.to_string()
}

fn calmness(checked: &Checked<'_>) -> TestCase {
    let status = if checked.is_calm() {
        TestCaseStatus::success()
    } else {
        failed(NonSuccessKind::Failure, "not_calm", checked.title(), &checked.blockers().join("\n"))
    };
    case(text::CALM_CASE, "posture.workspace", status)
}

fn tenant(tenant: &TenantReport, as_of: Timestamp) -> TestCase {
    let of_type = match (tenant.needs_attention.groups.is_empty(), tenant.registry.unsettled.is_empty()) {
        (false, _) => Some("attention"),
        (true, false) => Some("unsettled"),
        (true, true) => None,
    };
    let status = of_type.map_or_else(TestCaseStatus::success, |of_type| {
        failed(NonSuccessKind::Failure, of_type, &reasons(tenant, as_of), "")
    });
    case(&tenant.tenant_label, "posture.tenant", status)
}

/// An inactive tenant is skipped on purpose; any other that was not evaluated is an error.
fn not_evaluated(tenant: &NotEvaluated) -> TestCase {
    let why = words::exclusion_label(tenant.reason);
    let status = match tenant.reason {
        Exclusion::NotActive => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why);
            status
        }
        Exclusion::Unreadable | Exclusion::DuplicateTenant | Exclusion::ForeignWorkspace => {
            failed(NonSuccessKind::Error, tenant.reason.as_str(), why, "")
        }
    };
    case(tenant.tenant_label.as_deref().unwrap_or(text::UNNAMED), "posture.tenant", status)
}

fn failed(kind: NonSuccessKind, of_type: &str, message: &str, description: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(of_type).set_message(plain(message));
    if !description.is_empty() {
        status.set_description(description.lines().map(plain).collect::<Vec<_>>().join("\n"));
    }
    status
}

fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(plain(name), status);
    case.set_classname(class);
    case
}

/// Text that XML can hold. Two characters are not allowed in it, not even escaped.
fn plain(text: &str) -> String {
    escaped(text).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}
