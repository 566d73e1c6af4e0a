//! Addresses: a link's parts come out as they went in, and a signal's link leads only to http(s) or a path of this site.

use posture_core::vocabulary::Capability;
use posture_core::{paths, views::continuity};
use url::Url;

/// The base address, against which links are resolved as in a browser.
const SITE: &str = "https://posture.example/admin/tenants?x=1";

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let written = [
        "/admin/t/a%2Fb/backup-sets/7?backup_health_reason=no_backup_basis",
        "?triage_sort=worst_first&backup_posture[]=stale&search=a+b%20c",
        "https://a.example/x?y#z",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http://user@host:80/",
        "https://[::1]/",
        "..",
        "%",
        "%zz=%00&&==&a",
        "tenant \u{202e}with\u{0} all",
        "https:///evil.example",
        "data:text/html,x",
        "/adm?a=1&?b=2",
        "??a&b=1&?a",
    ];
    written.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Reads the input as an address, as a query, as a route key, and as a signal's own link.
pub(super) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    signal_link(&text);
    route_key(&text);
    query(&text);
    drop(paths::records(&text));
    if let Some(reason) = continuity::backup_reason(&text) {
        assert_eq!(reason.as_str(), text);
    }
    if let Some(reason) = continuity::recovery_reason(&text) {
        assert_eq!(reason.as_str(), text);
    }
}

fn signal_link(text: &str) {
    let Some(safe) = paths::safe_signal_url(text) else { return };
    assert_eq!(safe, text);
    let site = Url::parse(SITE).unwrap_or_else(|error| panic!("{SITE}: {error}"));
    // What no browser can read leads nowhere.
    let Ok(led) = site.join(safe) else { return };
    assert!(matches!(led.scheme(), "http" | "https"), "{safe:?} leads to {led}");
    if safe.starts_with('/') {
        assert_eq!(led.origin(), site.origin(), "{safe:?} leads to {led}");
    }
}

fn route_key(key: &str) {
    let pages = [
        (paths::backup_sets(key, None), Capability::BackupSetsView),
        (paths::backup_schedules(key, None), Capability::BackupSchedulesView),
        (paths::restore_runs(key, None), Capability::RestoreRunsView),
    ];
    for (page, capability) in pages {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        assert!(page.bytes().all(is_plain), "{page}");
        assert_eq!(paths::records(&page), Some((key.to_owned(), capability)), "{page}");
    }
}

fn query(text: &str) {
    let pairs: Vec<_> = paths::query_pairs(text).collect();
    let Some((key, value)) = pairs.first() else { return };
    let set = asked(&paths::with_query("/admin", text, key, Some(value)));
    assert_eq!(
        set.iter().filter(|(other, _)| other == key).collect::<Vec<_>>(),
        [&(key.clone(), value.clone())],
        "{text}"
    );
    let kept: Vec<_> = pairs.iter().filter(|(other, _)| other != key).cloned().collect();
    assert_eq!(asked(&paths::with_query("/admin", text, key, None)), kept, "{text}");
    assert_eq!(
        asked(&paths::registry([(key.as_str(), value.as_str())])),
        [(key.clone(), value.clone())],
        "{text}"
    );
}

/// The query of an address, from its first question mark: a key may begin with another one.
fn asked(address: &str) -> Vec<(String, String)> {
    let search = address.find('?').map_or("", |at| &address[at..]);
    paths::query_pairs(search).collect()
}
