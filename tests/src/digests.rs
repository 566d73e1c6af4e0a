//! One digest per case. Native code and the browser must agree on it.

use posture_core::{Form, Options, Refusal, Report};

use crate::cases::{self, Case};

/// Derives a case's report.
///
/// # Errors
///
/// If the core rejects the snapshot or the as-of instant.
pub fn derive(case: &Case) -> Result<Report, Refusal> {
    let options = Options { as_of: case.as_of.clone(), ..Options::default() };
    posture_core::derive(case.snapshot.get().as_bytes(), Form::Json, &options)
}

/// One line per case, sorted by name: the name, a space, the report's digest or `refused`.
///
/// # Errors
///
/// If a report cannot be written as JSON.
pub fn derived() -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for case in cases::all() {
        let digest = match derive(&case) {
            Ok(report) => report.digest()?,
            Err(_) => "refused".to_owned(),
        };
        lines += &format!("{} {digest}\n", case.name);
    }
    Ok(lines)
}
