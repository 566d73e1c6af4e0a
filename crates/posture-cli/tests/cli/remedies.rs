//! Messages about what cannot be used: what it is, and what to do about it.

use crate::support::run;

/// EP-31: in our own words, and without the address, which may have a password.
#[test]
fn an_address_that_is_not_one_of_postgresql_is_refused_in_plain_words() {
    for (address, why) in [
        ("mysql://u:hunter2@db.example/product", "it starts with neither postgres:// nor postgresql://"),
        ("host=db.example password=hunter2", "it starts with neither postgres:// nor postgresql://"),
        ("postgres://u:hunter2@db.example:99999/product", "invalid port number"),
        ("postgres://u@db.example/product?hunter2=1", "parameter 1 after the question mark is unknown"),
    ] {
        let says = format!(
            "Failed to read the database address: {why}. Write it as postgres://USER@HOST/DATABASE.\n"
        );
        for args in [["serve", "--database-url", address], ["serve", "--reviews-database-url", address]] {
            let outcome = run(args.into_iter().chain(["--listen", "127.0.0.1:0"]));
            assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
            assert!(outcome.stderr.ends_with(&format!("error: {says}")), "{args:?}: {}", outcome.stderr);
            assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
        }
        let synth = run(["synth", "--tenants", "1", "--postgres", address]);
        assert!(synth.stderr.ends_with(&says), "{}", synth.stderr);
        assert!(!synth.stderr.contains("hunter2"), "{}", synth.stderr);
    }
}
