//! The source of evidence as it may be printed.

use std::path::PathBuf;

use serde::Serializer;

use crate::sources::SourceArgs;

/// The source of evidence, without the database password.
pub(super) fn without_secrets<S: Serializer>(source: &SourceArgs, serializer: S) -> Result<S::Ok, S::Error> {
    let path = |path: &PathBuf| path.display().to_string();
    let named = [
        ("source", source.source.as_ref().map(path)),
        ("store", source.store.as_ref().map(path)),
        ("database-url", source.database_url.as_deref().map(masked)),
    ];
    serializer.collect_map(named.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

/// A database's address without its password.
pub(super) fn masked_url<S: Serializer>(url: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match url {
        Some(url) => serializer.serialize_str(&masked(url)),
        None => serializer.serialize_none(),
    }
}

/// A database's address with `***` for its password and for its parameters, which may contain one.
pub(crate) fn masked(url: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, ""), |(address, _)| (address, "?***"));
    let Some((before, host)) = address.rsplit_once('@') else { return format!("{address}{parameters}") };
    let user = match before.split_once("://") {
        Some((scheme, credentials)) => {
            format!("{scheme}://{}", credentials.split(':').next().unwrap_or_default())
        }
        None => "***".to_owned(),
    };
    let password = if before.matches(':').count() > 1 { ":***" } else { "" };
    format!("{user}{password}@{host}{parameters}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    /// EP-25
    #[test]
    fn a_database_password_is_never_shown() {
        let cases = [
            ("postgres://posture:hunter2@db.example/product", "postgres://posture:***@db.example/product"),
            (
                "postgres://posture:hu:n@ter2@db.example/product?sslmode=require",
                "postgres://posture:***@db.example/product?***",
            ),
            ("postgresql:///product?host=/run&password=hunter2", "postgresql:///product?***"),
            ("postgres://posture@db.example/product", "postgres://posture@db.example/product"),
            ("posture:hunter2@db.example", "***@db.example"),
        ];
        for (url, shown) in cases {
            assert_eq!(masked(url), shown);
        }
    }
}
