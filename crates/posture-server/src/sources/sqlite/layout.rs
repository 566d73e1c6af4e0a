//! The tables of a store: those that this program creates, and no others.
//!
//! A store may come from anyone. A view in the place of a table can go on for ever, and a trigger or a virtual table does what its author
//! wants. So the statements that made a file are compared with ours before any table is read.

use super::versions::{FIRST, STEPS};

const FIRST_VERSION: &str = include_str!("schema.sql");

/// The tables of `ANALYZE`, which an operator may have run.
const STATISTICS: [&str; 2] =
    ["CREATE TABLE sqlite_stat1(tbl,idx,stat)", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"];

/// Whether these statements create a store of this version.
pub(super) fn is_ours(statements: &[String], version: i64) -> bool {
    let steps = usize::try_from(version - FIRST).unwrap_or_default();
    let ours = [FIRST_VERSION].into_iter().chain(STEPS.into_iter().take(steps)).map(plain);
    let ours = ours.collect::<Vec<_>>().join(" ");
    let mut expected: Vec<_> = ours.split(';').map(str::trim).filter(|text| !text.is_empty()).collect();
    let found: Vec<_> = statements.iter().map(|statement| plain(statement)).collect();
    let mut found: Vec<_> = found.iter().map(String::as_str).collect();
    found.retain(|statement| !STATISTICS.contains(statement));
    expected.sort_unstable();
    found.sort_unstable();
    expected == found
}

/// SQL without comments, on one line, so that a store does not depend on the comments of the version that created it.
///
/// Ours has no quotation mark and no other kind of comment, so no other statement comes out as one of ours.
fn plain(sql: &str) -> String {
    let lines = sql.split('\n').map(|line| line.split_once("--").map_or(line, |(code, _)| code));
    // Only what SQLite takes for white space: it takes others for parts of names.
    lines.flat_map(str::split_ascii_whitespace).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::versions::VERSION;
    use super::*;

    /// The statements of a store of a version, as SQLite keeps them.
    fn of_version(version: i64) -> Vec<String> {
        let steps = STEPS.into_iter().take(usize::try_from(version - FIRST).unwrap());
        let all = [FIRST_VERSION].into_iter().chain(steps).collect::<String>();
        all.split(';').map(|statement| statement.trim().to_owned()).filter(|text| !text.is_empty()).collect()
    }

    /// ES-44
    #[test]
    fn each_version_has_its_own_tables() {
        for version in FIRST..=VERSION {
            let mut statements = of_version(version);
            assert!(is_ours(&statements, version), "{statements:?}");
            assert!((FIRST..=VERSION).all(|other| is_ours(&statements, other) == (other == version)));
            statements.extend(STATISTICS.map(ToOwned::to_owned));
            assert!(is_ours(&statements, version), "after ANALYZE");
            statements.push("CREATE TABLE more (id INTEGER)".to_owned());
            assert!(!is_ours(&statements, version));
        }
    }

    /// ES-44
    #[test]
    fn comments_and_white_space_do_not_count_and_everything_else_does() {
        let statements = of_version(VERSION);
        let with = |from: &str, to: &str| {
            let changed: Vec<_> = statements.iter().map(|statement| statement.replace(from, to)).collect();
            assert_ne!(changed, statements, "{from}");
            is_ours(&changed, VERSION)
        };
        assert!(with("-- SHA-256 of the imported document.", "-- Another comment."));
        assert!(with("    ", "\t"));
        for (from, to) in [
            ("whole BLOB NOT NULL", "whole BLOB"),
            ("whole BLOB NOT NULL", "whole BLOB AS (slim) NOT NULL"),
            (" STRICT", ""),
            ("place INTEGER", "place\u{a0}INTEGER"),
            ("digest TEXT", "digest /* TEXT */ TEXT"),
            ("tenants_by_id ON tenants (workspace_id, id)", "tenants_by_id ON tenants (id)"),
        ] {
            assert!(!with(from, to), "{from}: {to}");
        }
    }
}
