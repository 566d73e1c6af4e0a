//! Queries of addresses: what is read from one and what is put into one.

use posture_core::paths::{self, query_pairs, with_query};
use posture_core::vocabulary::Capability;
use posture_core::{Id, Timestamp};
use rstest::rstest;

/// A key occurs once, however it is written; the rest of the query stays as it is.
#[rstest]
#[case::put_in("", "a", Some("1"), "/p?a=1")]
#[case::replaced("?a=0&b=%20&a", "a", Some("1"), "/p?b=%20&a=1")]
#[case::taken_out("?a=0&b=+", "a", None, "/p?b=+")]
#[case::nothing_left("a=0", "a", None, "/p")]
#[case::escaped("?%61=0&b", "a", Some("&=?"), "/p?b&a=%26%3D%3F")]
#[case::begins_with_a_question_mark("??a&b=2&?a=1", "?a", Some("3"), "/p?b=2&%3Fa=3")]
fn a_key_is_set_or_taken_out(
    #[case] search: &str,
    #[case] key: &str,
    #[case] value: Option<&str>,
    #[case] address: &str,
) {
    assert_eq!(with_query("/p", search, key, value), address);
}

#[test]
fn pairs_are_read_in_order_and_decoded_once() {
    let pairs: Vec<_> = query_pairs("?a=%2541&&=x&b+c=d%20e&?f&%ff=%zz").collect();
    let written = [("a", "%41"), ("", "x"), ("b c", "d e"), ("?f", ""), ("\u{fffd}", "%zz")];
    assert_eq!(pairs, written.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

/// DB-2: the address of each page that has a query, and what its parts become in it.
#[test]
fn each_page_has_its_address() {
    let asked = [("label[]", "a b&c"), ("q", "é")];
    let written = "?label%5B%5D=a%20b%26c&q=%C3%A9";
    let pages = [
        (paths::compare(asked), "/admin/compare"),
        (paths::changes(asked), "/admin/changes"),
        (paths::trend(asked), "/admin/trend"),
        (paths::registry(asked), "/admin/tenants"),
        (paths::choose_tenant(asked), "/admin/choose-tenant"),
    ];
    for (address, page) in pages {
        assert_eq!(
            address.strip_suffix(written).map(|path| path.rsplit('/').next()),
            Some(page.rsplit('/').next())
        );
    }
    assert_eq!(paths::trend([]), paths::TREND);
    assert_eq!(paths::forecast(24), "/admin/forecast?hours=24");
    assert_eq!(paths::overview_of("backup_health"), "/admin?attention=backup_health");
    let tried = paths::what_if(None, 48, 0);
    assert_eq!(query_pairs(tried.split_once('?').unwrap().1).count(), 2);
    assert_eq!(paths::what_if(None, 48, 0), tried);
    let of_profile = paths::what_if(Some("a&b"), 48, 0);
    assert!(
        query_pairs(of_profile.split_once('?').unwrap().1)
            .any(|pair| pair == ("profile".to_owned(), "a&b".to_owned()))
    );
    let back = paths::sign_in("/admin?workspace=7");
    assert!(
        query_pairs(back.split_once('?').unwrap().1).any(|(_, value)| value == "/admin?workspace=7"),
        "{back}"
    );
}

/// DB-2: the addresses of the endpoint's data.
#[test]
fn each_resource_of_the_endpoint_has_its_address() {
    let [workspace, tenant] = [7, 3].map(|id| Id::new(id).unwrap());
    let base = format!("{}/7", paths::API_WORKSPACES);
    assert_eq!(paths::api_snapshot(workspace), format!("{base}/snapshot"));
    let since = |text| paths::api_snapshot_since(workspace, Timestamp::parse(text).unwrap());
    assert_eq!(since("2026-11-20T07:00:00Z"), format!("{base}/snapshot?since=2026-11-20T07:00:00Z"));
    let exact = since("2026-11-20T07:00:00.012300Z");
    assert_eq!(
        exact,
        format!("{base}/snapshot?since=2026-11-20T07:00:00.0123Z"),
        "to the fraction of a second"
    );
    assert_eq!(paths::api_report(workspace), format!("{base}/report"));
    assert_eq!(paths::api_reviews(workspace), format!("{base}/reviews"));
    assert_eq!(paths::api_review(workspace, tenant, "a b"), format!("{base}/reviews?tenant_id=3&item=a%20b"));
    assert_eq!(paths::api_tenant_snapshot(workspace, "a/b"), format!("{base}/tenants/a%2Fb/snapshot"));
}

/// TR-8: which capability opens the records of an address.
#[rstest]
#[case("/admin/t/t-1/backup-sets", Some(("t-1", Capability::BackupSetsView)))]
#[case("/admin/t/a%2Fb/backup-sets/7", Some(("a/b", Capability::BackupSetsView)))]
#[case("/admin/t/t-1/backup-schedules", Some(("t-1", Capability::BackupSchedulesView)))]
#[case("/admin/t/t-1/restore-runs/9", Some(("t-1", Capability::RestoreRunsView)))]
#[case("/admin/t/t-1", None)]
#[case("/admin/t/t-1/other", None)]
#[case("/admin/t/%ff/backup-sets", None)]
#[case("/admin/tenants", None)]
fn an_address_of_records_names_its_capability(
    #[case] path: &str,
    #[case] expected: Option<(&str, Capability)>,
) {
    assert_eq!(paths::records(path), expected.map(|(key, capability)| (key.to_owned(), capability)));
}

#[test]
fn a_page_includes_the_addresses_below_it_only() {
    for inside in ["/open", "/open/", "/open?x=1", "/open#/admin"] {
        assert!(paths::is_within(inside, paths::OPEN), "{inside}");
    }
    for outside in ["/opener", "/", "open", "/admin/open"] {
        assert!(!paths::is_within(outside, paths::OPEN), "{outside}");
    }
}
