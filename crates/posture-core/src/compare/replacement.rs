//! Whether one export may take the place of another, so that a wrong file never replaces the right one unnoticed.

use std::fmt;

use crate::policy::seconds_ahead;
use crate::reading::reader::Workspace;
use crate::timestamp::Timestamp;
use crate::words;

/// What identifies an export.
#[derive(Clone, Copy, Debug)]
pub struct Export<'e> {
    /// Its workspace.
    pub workspace: &'e Workspace,
    /// When it was made.
    pub exported_at: Timestamp,
    /// How many seconds its clock may be ahead, by its policy.
    pub clock_skew_seconds: u64,
}

/// Why an export should not take the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongReplacement {
    /// It is of another workspace, or of one with another name or slug under the same id.
    OtherWorkspace {
        /// The workspace of the current export.
        current: Workspace,
        /// The workspace of the new export.
        new: Workspace,
    },
    /// It is older.
    OlderExport {
        /// When the current export was made.
        current: Timestamp,
        /// When the new export was made.
        new: Timestamp,
    },
    /// It is ahead of the clock, and the current one is not.
    AheadOfClock {
        /// When the current export was made.
        current: Timestamp,
        /// The instant that the new export states.
        new: Timestamp,
        /// By how many seconds that is ahead.
        seconds: u64,
    },
}

impl fmt::Display for WrongReplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::OtherWorkspace { current, new } => words::replaces_other_workspace(current, new),
            Self::OlderExport { current, new } => words::replaces_newer_export(*current, *new),
            Self::AheadOfClock { current, new, seconds } => {
                words::replaces_one_not_ahead(*current, *new, *seconds)
            }
        })
    }
}

impl std::error::Error for WrongReplacement {}

/// Checks that a new export is of the same workspace as the current one and not older. A slug counts only if both state one.
///
/// If there is a clock, an export that is ahead of it never replaces one that is not. The reverse is always allowed,
/// whatever their instants.
pub fn check_replacement(
    current: Export<'_>,
    new: Export<'_>,
    now: Option<Timestamp>,
) -> Result<(), WrongReplacement> {
    let (one, other) = (current.workspace, new.workspace);
    let has_other_slug = one.slug.as_ref().zip(other.slug.as_ref()).is_some_and(|(one, other)| one != other);
    if one.id != other.id || one.name != other.name || has_other_slug {
        return Err(WrongReplacement::OtherWorkspace { current: one.clone(), new: other.clone() });
    }
    let ahead = |export: Export<'_>| seconds_ahead(export.exported_at, now?, export.clock_skew_seconds);
    let (current_at, new_at) = (current.exported_at, new.exported_at);
    match (ahead(current), ahead(new)) {
        (None, Some(seconds)) => {
            Err(WrongReplacement::AheadOfClock { current: current_at, new: new_at, seconds })
        }
        (None, None) | (Some(_), Some(_)) if new_at < current_at => {
            Err(WrongReplacement::OlderExport { current: current_at, new: new_at })
        }
        (Some(_) | None, None) | (Some(_), Some(_)) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;

    fn workspace(id: u64, name: &str, slug: Option<&str>) -> Workspace {
        Workspace { id: Id::new(id).unwrap(), name: name.to_owned(), slug: slug.map(str::to_owned) }
    }

    fn at(hour: u8) -> Timestamp {
        Timestamp::parse(&format!("2026-11-20T{hour:02}:00:00Z")).unwrap()
    }

    #[track_caller]
    fn is_wrong(current: (&Workspace, u8), new: (&Workspace, u8), expected: Option<&str>) {
        let export = |(workspace, hour): (&'_ Workspace, u8)| (workspace.clone(), at(hour));
        let ((one, first), (other, second)) = (export(current), export(new));
        let checked = check_replacement(
            Export { workspace: &one, exported_at: first, clock_skew_seconds: 300 },
            Export { workspace: &other, exported_at: second, clock_skew_seconds: 300 },
            None,
        );
        assert_eq!(checked.err().map(|wrong| wrong.to_string()).as_deref(), expected);
    }

    #[test]
    fn an_export_replaces_one_of_the_same_workspace_that_is_not_newer() {
        let contoso = workspace(7, "Contoso", Some("contoso"));
        is_wrong((&contoso, 8), (&contoso, 9), None);
        is_wrong((&contoso, 8), (&contoso, 8), None);
        is_wrong((&contoso, 8), (&workspace(7, "Contoso", None), 9), None);
        is_wrong(
            (&contoso, 9),
            (&contoso, 8),
            Some(
                "This export was made at 2026-11-20 08:00 UTC, before the current one (2026-11-20 09:00 UTC).",
            ),
        );
        is_wrong(
            (&contoso, 8),
            (&workspace(7, "Fabrikam", Some("fabrikam")), 9),
            Some(
                "This export is of workspace 7, “Fabrikam” (fabrikam); the current one is of workspace 7, “Contoso” (contoso).",
            ),
        );
        is_wrong(
            (&contoso, 8),
            (&workspace(7, "Contoso", Some("contoso-2")), 9),
            Some(
                "This export is of workspace 7, “Contoso” (contoso-2); the current one is of workspace 7, “Contoso” (contoso).",
            ),
        );
    }

    /// EP-14, CL-30
    #[test]
    fn an_export_of_another_id_or_of_another_name_is_of_another_workspace() {
        let is_other = |id, name| {
            let (own, other) = (workspace(7, "Contoso", None), workspace(id, name, None));
            let [current, new] = [&own, &other].map(|workspace| Export {
                workspace,
                exported_at: at(8),
                clock_skew_seconds: 300,
            });
            matches!(check_replacement(current, new, None), Err(WrongReplacement::OtherWorkspace { .. }))
        };
        assert_eq!(
            [is_other(7, "Contoso"), is_other(8, "Contoso"), is_other(7, "Fabrikam")],
            [false, true, true]
        );
    }

    /// EP-14, CL-30: an export ahead of the clock never takes the place of one that has happened.
    #[test]
    fn an_export_ahead_of_the_clock_replaces_only_one_that_is_ahead_too() {
        let contoso = workspace(7, "Contoso", None);
        let export = |hour| Export { workspace: &contoso, exported_at: at(hour), clock_skew_seconds: 300 };
        let wrong = |current, new| {
            let checked = check_replacement(export(current), export(new), Some(at(12)));
            checked.err().map(|wrong| wrong.to_string())
        };
        assert_eq!(
            wrong(11, 15).as_deref(),
            Some(
                "This export is dated 2026-11-20 15:00 UTC, 3 h ahead of this machine's clock; the current one (2026-11-20 11:00 UTC) is not."
            )
        );
        assert_eq!(
            wrong(15, 11),
            None,
            "one that has happened replaces it although it states an earlier instant"
        );
        assert_eq!(wrong(15, 16), None);
        assert!(wrong(16, 15).is_some_and(|wrong| wrong.contains("before the current one")));
        assert_eq!(wrong(10, 12), None);
    }

    #[test]
    fn an_export_is_ahead_of_the_clock_beyond_the_skew() {
        let exported_at = Timestamp::parse("2026-11-20T08:05:00Z").unwrap();
        assert_eq!(seconds_ahead(exported_at, at(8), 299), Some(300));
        assert_eq!(seconds_ahead(exported_at, at(8), 300), None);
        assert_eq!(seconds_ahead(exported_at, at(9), 0), None);
    }
}
