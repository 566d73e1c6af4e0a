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

/// A database's address with `***` for its password and for its parameters, which may contain one. Of what is not plainly such an address,
/// nothing is shown: its password may be anywhere.
pub(crate) fn masked(url: &str) -> String {
    shown(url).unwrap_or_else(|| "***".to_owned())
}

fn shown(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (address, more) = rest.split_at(end);
    // A password may have these signs, too.
    if more.contains('@') {
        return None;
    }
    let (credentials, place) =
        address.rsplit_once('@').map_or((None, address), |(credentials, place)| (Some(credentials), place));
    let host = place.split('/').next().unwrap_or_default();
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    // Without a host, what follows the user's name looks like a port.
    let has_port = host.ends_with(']') || host.rsplit_once(':').is_none_or(|(_, port)| is_port(port));
    let user = credentials.map(|credentials| credentials.split_once(':').unwrap_or((credentials, "")));
    let is_plain = user.map_or(has_port, |(user, _)| !user.contains('%'));
    let user = user.map_or(String::new(), |(user, password)| {
        format!("{user}{}@", if password.is_empty() { "" } else { ":***" })
    });
    let more = if more.is_empty() { "" } else { "?***" };
    is_plain.then(|| format!("{scheme}://{user}{place}{more}"))
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
            ("postgres://posture@[::1]:5432/product", "postgres://posture@[::1]:5432/product"),
            ("postgres://db.example/product#hunter2", "postgres://db.example/product?***"),
        ];
        for (url, shown) in cases {
            assert_eq!(masked(url), shown);
        }
        for url in [
            "posture:hunter2@db.example",
            "host=db.example user=posture password=hunter2",
            "postgres://posture:hunter2?@db.example/product",
            "postgres://posture:hunter2#@db.example/product",
            "postgres://posture:a@hunter2?b@db.example/product",
            "postgres://posture:hunter2",
            "postgres://posture%3Ahunter2@db.example",
        ] {
            assert_eq!(masked(url), "***", "{url}");
        }
    }
}
