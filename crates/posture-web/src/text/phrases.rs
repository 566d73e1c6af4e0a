//! Captions with a number, a name or a choice in them.

use posture_core::report::model::DestinationKind;
use posture_core::words;

use super::numbers::{bytes, grouped};

/// The product's name.
pub const PRODUCT: &str = "Posture";
/// How many characters of an unreadable response are quoted.
const QUOTED: usize = 60;
const CSV_HOLDS_ALL: &str = "The CSV file has all of them.";

/// `12.3 MB of 45.6 MB · 1 234 tenants`.
pub fn progress(bytes_read: u64, of: u64, tenants: usize) -> String {
    format!("{} of {} · {} tenants read", bytes(bytes_read), bytes(of), grouped(tenants as u64))
}

/// Why a file's digest is missing, from what was found when the file was read again.
pub fn digest_not_computed(found: &str) -> String {
    format!("Not computed. {found}")
}

/// The label of a link to a destination.
pub fn destination(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::TenantDashboard => "Open tenant",
        DestinationKind::ChooseTenant => "Show tenants",
        DestinationKind::SwitchWorkspace => "Switch workspace",
        DestinationKind::Link => "Open finding ↗",
    }
}

/// What a request was for.
pub fn requested(url: &str) -> String {
    format!("Requested: {url}")
}

/// What a response was in place of JSON, and what to do.
pub fn not_json(url: &str, body: &str) -> String {
    let start: String = body.trim_start().chars().take(QUOTED).collect();
    let found = match start.chars().next() {
        None => "It is empty.".to_owned(),
        Some('<') => format!("It is a web page, perhaps of a proxy or a sign-in page: “{start}…”."),
        Some('{' | '[') => "Its JSON is incomplete or damaged.".to_owned(),
        Some(_) => format!("It is not JSON: “{start}…”."),
    };
    format!(
        "{found} {}. Try again. If it fails again, open the address in a new tab to see what answers.",
        requested(url)
    )
}

/// A response without what the page needs, and what to do.
pub fn incomplete_answer(url: &str, missing: &str) -> String {
    format!("It lacks {missing}. {}. Reload the page: the server may have another version.", requested(url))
}

/// `3 tenants were left out (2 unreadable, 1 duplicate). 6 errors in the export.`
pub fn left_out(tenants: &[(u64, &str)], errors: u64) -> String {
    let errors = format!("{} in the export.", words::counted(errors, "error", "errors"));
    let all = tenants.iter().map(|(count, _)| count).sum();
    if all == 0 {
        return errors;
    }
    let reasons: Vec<_> =
        tenants.iter().map(|(count, reason)| format!("{} {reason}", grouped(*count))).collect();
    let were = if all == 1 { "was" } else { "were" };
    format!("{} {were} left out ({}). {errors}", words::counted(all, "tenant", "tenants"), reasons.join(", "))
}

/// `6 tenants left out · 9 findings`.
pub fn evidence_summary(left_out: u64, findings: u64) -> String {
    let tenants = words::counted(left_out, "tenant", "tenants");
    format!("{tenants} left out · {}", words::counted(findings, "finding", "findings"))
}

/// `of 45 exported`.
pub fn of_exported(all: u64) -> String {
    format!("of {} exported", grouped(all))
}

/// `of 18 in the latest backup`.
pub fn of_items(all: u64) -> String {
    format!("of {} in the latest backup", grouped(all))
}

/// `of 17 backed up`.
pub fn of_backed_up(all: u64) -> String {
    format!("of {} backed up", grouped(all))
}

/// `5 of 17 policy types restored at least once`.
pub fn covered(covered: u64, all: u64) -> String {
    format!(
        "{} of {} restored at least once",
        grouped(covered),
        words::counted(all, "policy type", "policy types")
    )
}

/// `24 h, from its profile`.
pub fn window_from(hours: u64, source: &str) -> String {
    format!("{hours} h, {source}")
}

/// `Freshness windows: entra 168 h; intune 24 h`.
pub fn freshness_windows(windows: &str) -> String {
    format!("Freshness windows: {windows}.")
}

/// More happened than a picture shows.
pub fn newest_marks(marks: u64) -> String {
    format!("Only the newest {} of each kind are drawn. The table has all of them.", grouped(marks))
}

/// `Scopes or profiles also have windows of 4 h and 168 h.`
pub fn other_windows(windows: &str) -> String {
    format!("Scopes or profiles also have windows of {windows}.")
}

/// `2 need follow-up`.
pub fn follow_ups(schedules: u64) -> String {
    format!("{} follow-up", words::counted(schedules, "needs", "need"))
}

/// `Showing 10 of 37`.
pub fn showing(shown: usize, all: u64) -> String {
    format!("Showing {} of {}", grouped(shown as u64), grouped(all))
}

/// Which rows of a table are printed: `Rows 1 to 1 000 of 3 000. The CSV file has all of them.`
pub fn on_paper((first, last): (usize, usize), all: usize) -> String {
    if last - first == all {
        return showing(all, all as u64);
    }
    let [from, to, of] = [first + 1, last, all].map(|row| grouped(row as u64));
    format!("Rows {from} to {to} of {of}. {CSV_HOLDS_ALL}")
}

/// So many days: `30 days`.
pub fn days(days: u64) -> String {
    format!("{days} days")
}

/// The title of the browser's window: `Tenants · Contoso MSP · Posture`. The workspace is named once it is known.
pub fn window_title(page: &str, workspace: Option<&str>) -> String {
    match workspace {
        Some(workspace) => format!("{page} · {workspace} · {PRODUCT}"),
        None => format!("{page} · {PRODUCT}"),
    }
}

#[cfg(test)]
mod tests {
    use super::not_json;

    /// DB-7: what it is, what was requested, and what to do, without a parser's words.
    #[test]
    fn an_unreadable_response_is_described_in_plain_words() {
        let cases = [
            ("", "It is empty. Requested: /api."),
            (
                "  <!doctype html><p>Sign in",
                "It is a web page, perhaps of a proxy or a sign-in page: “<!doctype html><p>Sign in…”.",
            ),
            ("{\"workspaces\":[", "Its JSON is incomplete or damaged. Requested: /api."),
            ("Bad gateway", "It is not JSON: “Bad gateway…”."),
        ];
        for (body, begins) in cases {
            let said = not_json("/api", body);
            assert!(
                said.starts_with(begins) && said.contains("Requested: /api. Try again."),
                "{body}: {said}"
            );
        }
        assert!(not_json("/api", &"x".repeat(1_000_000)).len() < 300, "the quote is bounded");
    }
}
