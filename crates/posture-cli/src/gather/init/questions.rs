//! What `posture init` asks on a terminal.

use std::io::{BufRead, Write};

use super::look::Found;
use crate::failure::Failure;
use crate::terminal::escaped;

/// The name of a workspace that nobody named.
pub(super) const WORKSPACE: &str = "Workspace";

/// Asks for the names of the workspace and of each tenant. An empty answer takes what is proposed, and `-` leaves a tenant out.
pub(super) fn ask(
    answers: &mut impl BufRead,
    out: &mut impl Write,
    workspace: Option<String>,
    found: Vec<Found>,
) -> Result<(String, Vec<Found>), Failure> {
    let workspace = match workspace {
        Some(name) => name,
        None => question(answers, out, &format!("Name of the workspace [{WORKSPACE}]"))?
            .unwrap_or_else(|| WORKSPACE.to_owned()),
    };
    let mut kept = Vec::new();
    for mut found in found {
        let place = found.part.as_ref().unwrap_or(&found.path);
        writeln!(out, "{}: {}, because {}.", escaped(place), found.kind.title, escaped(&found.why))?;
        let proposed = escaped(&found.tenant);
        match question(answers, out, &format!("  Name of the tenant, or - to leave it out [{proposed}]"))? {
            Some(answer) if answer == "-" => continue,
            Some(name) => found.tenant = name,
            None => {}
        }
        let known = found.external_id.as_deref().map_or("not stated".into(), escaped);
        let id = question(answers, out, &format!("  Its id, such as its Microsoft 365 tenant id [{known}]"))?;
        found.external_id = id.or(found.external_id);
        kept.push(found);
    }
    if kept.is_empty() {
        return Err(Failure::Refused("Every tenant was left out, so nothing was written.".to_owned()));
    }
    Ok((workspace, kept))
}

/// The answer to a question; `None` if it is empty, or if no more answers come.
fn question(
    answers: &mut impl BufRead,
    out: &mut impl Write,
    question: &str,
) -> Result<Option<String>, Failure> {
    write!(out, "{question}: ")?;
    out.flush()?;
    let mut answer = String::new();
    answers.read_line(&mut answer)?;
    Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
}

#[cfg(test)]
mod tests {
    use posture_gather::KINDS;

    use super::*;

    fn found(tenant: &str) -> Found {
        Found {
            path: tenant.to_owned(),
            part: None,
            tenant: tenant.to_owned(),
            external_id: None,
            kind: &KINDS[0],
            why: "it looks like one".to_owned(),
            others: Vec::new(),
        }
    }

    #[test]
    fn answers_name_tenants_leave_them_out_or_take_what_is_proposed() {
        let mut out = Vec::new();
        let mut answers = b"MSP\nContoso Ltd\n00000000-0000-0000-0000-000000000001\n-\n\n".as_slice();
        let tenants = vec![found("contoso"), found("old"), found("fabrikam")];
        let (workspace, kept) = ask(&mut answers, &mut out, None, tenants).unwrap();
        assert_eq!(workspace, "MSP");
        let kept: Vec<_> =
            kept.iter().map(|found| (found.tenant.as_str(), found.external_id.as_deref())).collect();
        assert_eq!(kept, [("Contoso Ltd", Some("00000000-0000-0000-0000-000000000001")), ("fabrikam", None)]);
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("Name of the tenant, or - to leave it out [fabrikam]:"), "{shown}");
    }

    #[test]
    fn leaving_out_every_tenant_writes_nothing() {
        let refused = ask(&mut b"\n-\n".as_slice(), &mut Vec::new(), None, vec![found("contoso")]);
        assert!(matches!(refused, Err(Failure::Refused(_))));
    }
}
