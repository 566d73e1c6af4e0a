//! A report page gives back what was put in, keeps text as text, and is refused after any change.

#![expect(clippy::unwrap_used, reason = "a test ends where a step of it fails")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use posture_report::{AppFiles, EmbeddedSnapshot, Manifest, PageError, shell};
use sha2::{Digest as _, Sha256};

const GLUE: &str = "export { __wbg_init as default };";

fn a_shell() -> String {
    let files = AppFiles {
        body: "<div id=\"shell\">Loading</div>",
        styles: "body { color: red }",
        theme: "1;",
        glue: GLUE,
        packed_program: &[1, 2, 3],
        packed_parts: &[],
        icon: "<svg/>",
    };
    shell(&files).unwrap()
}

fn honest() -> EmbeddedSnapshot {
    EmbeddedSnapshot {
        manifest: Manifest {
            name: "a \"b\" & <c>.json".into(),
            title: Some("</title><script> & more".into()),
            as_of: Some("2026-04-08T23:21:36Z".into()),
            freshness_hours: Some(26),
            schedule_grace_minutes: Some(0),
            policy: Some(serde_json::json!({ "profiles": { "</script>": {} } })),
            reviews: vec![serde_json::json!({ "note": "</script><script>alert(1)</script>", "item": "a" })],
            digest: "ab".repeat(32),
        },
        packed: vec![0, 255, 10, 7],
    }
}

fn a_page() -> String {
    honest().fill(&a_shell()).unwrap()
}

#[test]
fn a_page_gives_back_what_was_put_in() {
    assert_eq!(EmbeddedSnapshot::read(&a_page(), &a_shell()), Ok(honest()));
    let Manifest { name, digest, .. } = honest().manifest;
    let manifest = Manifest {
        name,
        digest,
        title: None,
        as_of: None,
        freshness_hours: None,
        schedule_grace_minutes: None,
        policy: None,
        reviews: Vec::new(),
    };
    let plain = EmbeddedSnapshot { manifest, ..honest() };
    assert_eq!(EmbeddedSnapshot::read(&plain.fill(&a_shell()).unwrap(), &a_shell()), Ok(plain));
}

#[test]
fn names_and_titles_stay_text() {
    let page = a_page();
    assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt; &amp; more</title>"), "{page}");
    assert!(
        page.contains(r#"{"name":"a \"b\" & \u003cc>.json","title":"\u003c/title>\u003cscript> & more""#),
        "{page}"
    );
}

#[test]
fn a_file_without_a_snapshot_block_is_not_a_report_page() {
    assert_eq!(EmbeddedSnapshot::read("<html></html>", &a_shell()), Err(PageError::NoSnapshot));
    assert_eq!(EmbeddedSnapshot::read(&a_shell(), &a_shell()), Err(PageError::NoSnapshot));
    assert_eq!(honest().fill("<html></html>"), None);
}

#[test]
fn a_page_of_another_build_is_not_what_this_program_writes() {
    let other = a_shell().replace("Loading", "Starting");
    assert_eq!(EmbeddedSnapshot::read(&a_page(), &other), Err(PageError::Altered));
}

/// The forgeries show another snapshot, or another text around it, while the honest block is still there to be read.
#[test]
fn every_forgery_is_found() {
    let (page, evil) = (a_page(), BASE64_STANDARD.encode([6, 6, 6]));
    let block = |attributes: &str| format!("<script {attributes}>{evil}</script>\n");
    let first = |forged: &str| {
        page.replacen(
            "<script type=\"application/json\"",
            &format!("{forged}<script type=\"application/json\""),
            1,
        )
    };
    let start = page.find("<script type=\"application/gzip\" id=\"posture-snapshot\"").unwrap();
    let end = start + page[start..].find("</script>").unwrap() + "</script>".len();
    let honest_block = &page[start..end];
    let hidden = |before: &str, after: &str| {
        let forged = block("id=\"posture-snapshot\" type=\"application/gzip\"");
        page.replacen(honest_block, &format!("{forged}{before}{honest_block}{after}"), 1)
    };

    let one_block = [
        ("attribute order", first(&block("id=\"posture-snapshot\" type=\"application/gzip\""))),
        ("case", first(&block("TYPE=\"application/gzip\" ID=\"posture-snapshot\""))),
        (
            "element in capitals",
            first(&format!("<SCRIPT type=\"application/gzip\" id=\"posture-snapshot\">{evil}</SCRIPT>")),
        ),
        ("quotes", first(&block("type='application/gzip' id='posture-snapshot'"))),
        ("no quotes", first(&block("type=application/gzip id=posture-snapshot"))),
        ("white space", first(&block("type=\"application/gzip\"  id=\"posture-snapshot\""))),
        ("another element", first(&format!("<div id=\"posture-snapshot\">{evil}</div>"))),
        ("honest block in a comment", hidden("<!--", "-->")),
        ("honest block in a template", hidden("<template>", "</template>")),
        ("honest block in an attribute", hidden("<p title='", "'></p>")),
        (
            "second manifest",
            first(
                "<script type=\"application/json\" id=\"posture-manifest\">{\"name\":\"x\",\"digest\":\"y\"}</script>",
            ),
        ),
        ("manifest changed", page.replacen("\"freshness_hours\":26", "\"freshness_hours\":  26", 1)),
        ("banner", page.replacen("Loading", "Certified by the auditor", 1)),
        ("style", page.replacen("color: red", "display: none", 1)),
        ("title", page.replacen("&amp; more</title>", "&amp; all is well</title>", 1)),
        ("policy", page.replacen("connect-src 'none'", "connect-src *", 1)),
        ("program and its hash", with_another_program(&page)),
        ("program block", page.replacen(">AQID<", ">AQIE<", 1)),
        ("text after the end", format!("{page}<!-- -->")),
        ("white space in the snapshot", page.replacen("AP8KBw==", "AP8K Bw==", 1)),
    ];
    for (what, forged) in one_block {
        assert_ne!(forged, page, "{what}");
        assert_eq!(EmbeddedSnapshot::read(&forged, &a_shell()), Err(PageError::Altered), "{what}");
    }
    let second = first(&block("type=\"application/gzip\" id=\"posture-snapshot\""));
    assert_eq!(EmbeddedSnapshot::read(&second, &a_shell()), Err(PageError::SeveralSnapshots(2)));
}

/// The module replaced, and its hash in the policy with it, as a browser would accept it.
fn with_another_program(page: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let module = page.split_once("<script type=\"module\">").unwrap().1.split_once("</script>").unwrap().0;
    let other = module.replacen(GLUE, "const __wbg_init = () => {};", 1);
    page.replacen(&hash(module), &hash(&other), 1).replacen(module, &other, 1)
}
