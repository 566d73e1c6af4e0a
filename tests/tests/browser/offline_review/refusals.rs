//! What cannot be opened, or opens in part, says what, where and what to do.

use posture_testing::documents::gzip;
use posture_tests::harness::Role;
use posture_web::text;
use serde_json::json;

use crate::evidence::{small, snapshot, tenant};
use crate::stage::Stage;

/// OR-8, OR-9, OR-10: each refusal by its name, with what to do.
#[tokio::test]
async fn a_file_that_is_not_a_snapshot_is_rejected_by_name() {
    let stage = Stage::demo().await;
    let whole = small(1);
    let packed = gzip(whole.as_bytes());
    let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = whole.replacen('{', &format!("{{\"x\":{}{},", "[".repeat(10_000), "]".repeat(10_000)), 1);
    let huge = stage.folder().join("huge.json");
    let file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).open(&huge).unwrap();
    file.set_len(2_000_000_000).unwrap();
    let cases = [
        (
            "cut.json.gz",
            packed[..packed.len() - 9].to_vec(),
            "Compressed file incomplete",
            "Copy or export the file again",
        ),
        (
            "behind.json.gz",
            [&packed[..], b"garbage"].concat(),
            "Compressed file damaged",
            "unexpected data after its end",
        ),
        ("wide.json", wide, "UTF-16 or UTF-32", "Write the export as UTF-8"),
        ("mark.json", format!("\u{feff}{whole}").into_bytes(), "Byte-order mark", "Line 1, column 1."),
        ("empty.json", Vec::new(), "Empty", "The document is empty."),
        ("cut.json", whole.as_bytes()[..whole.len() - 20].to_vec(), "Incomplete", "column"),
        (
            "nan.json",
            whole.replacen("\"version\":1", "\"version\":NaN", 1).into_bytes(),
            "Not JSON",
            "column",
        ),
        (
            "twice.json",
            whole.replacen("\"version\":1", "\"version\":1,\"version\":1", 1).into_bytes(),
            "Duplicate key",
            "version",
        ),
        ("deep.json", deep.into_bytes(), "Nested too deep", "64 levels"),
        ("book.xlsx", b"PK\x03\x04\x14\x00\x06\x00".to_vec(), "A ZIP archive", "Unpack it"),
        (
            "page.json",
            b"\n<!doctype html><title>Sign in</title>".to_vec(),
            "A web page or XML",
            "sign-in page",
        ),
        (
            "new.json",
            whole.replacen("\"version\":1", "\"version\":2", 1).into_bytes(),
            "Version too new",
            "Use a release of this program",
        ),
        (
            "report.json",
            br#"{"format":"recovery-posture/report","version":1,"tenants":[]}"#.to_vec(),
            "A report, not a snapshot",
            "the same report saved as one HTML file",
        ),
        ("array.json", b"[]".to_vec(), "Not a snapshot", "does not start with an object"),
    ];
    stage.open_chooser().await;
    for (name, bytes, called, says) in cases {
        let file = stage.write(name, &bytes);
        stage.choose(&[&file]).await;
        stage.refuses(name, called, says).await;
    }
    stage.choose(&[&huge]).await;
    stage.refuses("huge.json", "Too large for this browser", "posture slim").await;
    stage.is_silent().await;
}

/// OR-11: what reads in part opens, names what was set aside, and is not calm.
#[tokio::test]
async fn anything_set_aside_is_listed_with_its_path_and_blocks_calm() {
    let stage = Stage::demo().await;
    let text = snapshot(&json!([
        tenant(1, json!({})),
        tenant(2, json!({ "name": "?" })),
        tenant(3, json!({ "domain": "?" }))
    ]))
    .to_string();
    // A lone surrogate in one tenant, and a known key twice in another.
    let text = text.replacen("\"name\":\"?\"", "\"name\":\"\\ud800\"", 1).replacen(
        "\"domain\":\"?\"",
        "\"domain\":\"a\",\"domain\":\"b\"",
        1,
    );
    let file = stage.write("partly.json", text.as_bytes());
    stage.open_chooser().await;
    stage.choose(&[&file]).await;
    stage.shows(text::EVIDENCE_SET_ASIDE).await;
    stage.click_link(text::SEE_WHAT).await;
    stage.shows("tenants[1].name").await;
    stage.shows("tenants[2]").await;
    stage.until("location.hash === '#/admin'").await;
    // What blocks calm is listed with the statement.
    let statement = stage.text(Role::Region.named("tenant needs attention")).await;
    assert!(statement.contains(text::EVIDENCE_SET_ASIDE), "{statement}");
}
