//! Whether one export may take the place of another, so that a wrong file never replaces the right one unnoticed.

use std::fmt;

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
}

impl fmt::Display for WrongReplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::OtherWorkspace { current, new } => words::replaces_other_workspace(current, new),
            Self::OlderExport { current, new } => words::replaces_newer_export(*current, *new),
        })
    }
}

impl std::error::Error for WrongReplacement {}

/// Checks that a new export is of the same workspace as the current one and not older. A slug counts only if both state one.
pub fn check_replacement(current: Export<'_>, new: Export<'_>) -> Result<(), WrongReplacement> {
    let (one, other) = (current.workspace, new.workspace);
    let has_other_slug = one.slug.as_ref().zip(other.slug.as_ref()).is_some_and(|(one, other)| one != other);
    if one.id != other.id || one.name != other.name || has_other_slug {
        return Err(WrongReplacement::OtherWorkspace { current: one.clone(), new: other.clone() });
    }
    if new.exported_at < current.exported_at {
        return Err(WrongReplacement::OlderExport { current: current.exported_at, new: new.exported_at });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::Id;
    use crate::policy::seconds_ahead;

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
            Export { workspace: &one, exported_at: first },
            Export { workspace: &other, exported_at: second },
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

    #[test]
    fn an_export_is_ahead_of_the_clock_beyond_the_skew() {
        let exported_at = Timestamp::parse("2026-11-20T08:05:00Z").unwrap();
        assert_eq!(seconds_ahead(exported_at, at(8), 299), Some(300));
        assert_eq!(seconds_ahead(exported_at, at(8), 300), None);
        assert_eq!(seconds_ahead(exported_at, at(9), 0), None);
    }
}
