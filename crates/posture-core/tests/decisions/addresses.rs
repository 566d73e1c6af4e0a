//! Queries of addresses: what is read from one and what is put into one.

use posture_core::paths::{query_pairs, with_query};
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
