//! Report pages of the real program: `posture verify` accepts exactly what it writes. It is tried with forgeries of every kind.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test whose stage cannot be set fails")]
#![expect(clippy::disallowed_methods, reason = "the program is tried on real files")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use posture_testing::documents::gzip;
use posture_tests::harness::{Browser, posture_binary};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const SNAPSHOT: &str = "<script type=\"application/gzip\" id=\"posture-snapshot\">";
const MANIFEST: &str = "<script type=\"application/json\" id=\"posture-manifest\">";

/// A page that `posture report` wrote, and the snapshot it was written from.
struct Stage {
    folder: TempDir,
    snapshot: PathBuf,
    page: String,
}

impl Stage {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let snapshot = folder.path().join("contoso.json");
        fs::write(&snapshot, workspace("2026-11-20T07:00:00Z").to_string()).unwrap();
        let page = folder.path().join("kept.html");
        let written = posture(["report".as_ref(), snapshot.as_path(), "-o".as_ref(), page.as_path()]);
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        let page = fs::read_to_string(page).unwrap();
        Self { folder, snapshot, page }
    }

    fn verify(&self, page: &str) -> Output {
        let path = self.folder.path().join("tried.html");
        fs::write(&path, page).unwrap();
        posture(["verify".as_ref(), path.as_path(), self.snapshot.as_path()])
    }

    /// The page with `forged` before its own blocks.
    fn with_first(&self, forged: &str) -> String {
        self.page.replacen(MANIFEST, &format!("{forged}\n{MANIFEST}"), 1)
    }

    /// The page with other bytes in its snapshot's block.
    fn with_packed(&self, packed: &[u8]) -> String {
        let block = format!("{SNAPSHOT}{}</script>", BASE64_STANDARD.encode(packed));
        self.page.replacen(self.block(), &block, 1)
    }

    /// The bytes in the honest snapshot's block.
    fn packed(&self) -> Vec<u8> {
        let block = self.block().strip_prefix(SNAPSHOT).unwrap().strip_suffix("</script>").unwrap();
        BASE64_STANDARD.decode(block).unwrap()
    }

    /// The honest snapshot's block, with its element.
    fn block(&self) -> &str {
        let (_, rest) = self.page.split_once(SNAPSHOT).unwrap();
        let content = rest.split_once("</script>").unwrap().0;
        let start = self.page.find(SNAPSHOT).unwrap();
        &self.page[start..start + SNAPSHOT.len() + content.len() + "</script>".len()]
    }
}

fn posture<const N: usize>(args: [&Path; N]) -> Output {
    Command::new(posture_binary().unwrap()).args(args).output().unwrap()
}

/// A workspace of one tenant, whose latest backup set completed at this instant.
fn workspace(completed_at: &str) -> Value {
    json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": "2026-11-20T08:00:00Z", "policy": {},
        "workspace": { "id": 7, "name": "Contoso" },
        "tenants": [{ "id": 1, "external_id": "t-1", "name": "Tenant 1", "status": "active",
            "backup_sets": [{ "id": 1, "status": "completed", "completed_at": completed_at, "items": [{ "id": 1 }] }] }] })
}

/// CL-20
#[test]
fn a_page_as_written_is_verified() {
    let stage = Stage::new();
    let outcome = stage.verify(&stage.page);
    assert_eq!(outcome.status.code(), Some(0), "{}", String::from_utf8_lossy(&outcome.stdout));
}

/// CL-20: another snapshot where a browser reads it and the honest one where only `verify` would, and other text around the honest one.
#[test]
fn a_page_that_this_program_does_not_write_exits_3() {
    let stage = Stage::new();
    let page = &stage.page;
    let evil = BASE64_STANDARD.encode(gzip(workspace("2026-01-01T00:00:00Z").to_string().as_bytes()));
    let first = |element: &str, attributes: &str| {
        stage.with_first(&format!("<{element} {attributes}>{evil}</{element}>"))
    };
    let hidden = |before: &str, after: &str| {
        let forged = format!("<script id=\"posture-snapshot\" type=\"application/gzip\">{evil}</script>\n");
        page.replacen(stage.block(), &format!("{forged}{before}{}{after}", stage.block()), 1)
    };
    let forgeries = [
        ("honest block in a comment", hidden("<!--", "-->")),
        ("honest block in a template", hidden("<template>", "</template>")),
        ("honest block in an attribute", hidden("<p title='", "'></p>")),
        ("attribute order", first("script", "id=\"posture-snapshot\" type=\"application/gzip\"")),
        ("attributes in capitals", first("script", "TYPE=\"application/gzip\" ID=\"posture-snapshot\"")),
        ("element in capitals", first("SCRIPT", "type=\"application/gzip\" id=\"posture-snapshot\"")),
        ("single quotes", first("script", "type='application/gzip' id='posture-snapshot'")),
        ("no quotes", first("script", "type=application/gzip id=posture-snapshot")),
        ("another element", first("div", "id=\"posture-snapshot\"")),
        (
            "second manifest",
            stage.with_first(&format!("{MANIFEST}{{\"name\":\"a\",\"digest\":\"b\"}}</script>")),
        ),
        ("program with its hash in the policy", with_another_program(page)),
        ("banner", page.replacen("<body>", "<body><p>Certified by the auditor</p>", 1)),
        ("style", page.replacen("<style>", "<style>.blocker { display: none }", 1)),
        ("title", page.replacen("<title>Posture</title>", "<title>All is well</title>", 1)),
        ("policy", page.replacen("connect-src 'none'", "connect-src *", 1)),
        ("text after the end", format!("{page}\n")),
    ];
    for (what, forged) in forgeries {
        assert_ne!(&forged, page, "{what}");
        let outcome = stage.verify(&forged);
        let stdout = String::from_utf8_lossy(&outcome.stdout);
        assert_eq!(outcome.status.code(), Some(3), "{what}: {stdout}");
        assert!(stdout.contains("This page is not what this program writes"), "{what}: {stdout}");
    }
}

/// CL-20
#[test]
fn a_second_snapshot_block_is_refused() {
    let stage = Stage::new();
    let outcome = stage.verify(&stage.with_first(&format!("{SNAPSHOT}AAAA</script>")));
    assert_eq!(outcome.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&outcome.stderr);
    assert!(stderr.contains("The page has 2 snapshot blocks"), "{stderr}");
}

/// CL-20: the page is written as this program writes it, but for the bytes in its block.
#[tokio::test]
async fn a_block_that_browsers_refuse_to_unpack_is_refused() {
    let stage = Stage::new();
    let packed = stage.packed();
    let plain = fs::read(&stage.snapshot).unwrap();
    let browser = Browser::start().await.unwrap();
    let opens = async |page: &str| {
        let path = stage.folder.path().join("opened.html");
        fs::write(&path, page).unwrap();
        browser.goto(&format!("file://{}", path.display())).await.unwrap();
        browser.wait_for("the page's script", "'postureSnapshot' in window").await.unwrap();
        let unpack =
            "const done = arguments[0]; window.postureSnapshot().then(() => done(true), () => done(false));";
        browser.client().execute_async(unpack, Vec::new()).await.unwrap() == json!(true)
    };
    assert!(opens(&stage.page).await, "the honest page opens");
    let with_flags = |flags: u8| [&packed[..3], &[flags], &packed[4..]].concat();
    for (what, forged) in [
        ("zeros after the end", [&packed[..], &[0; 512]].concat()),
        ("one byte after the end", [&packed[..], b"\n"].concat()),
        ("a second member", [&packed[..], &gzip(b"")].concat()),
        ("the snapshot in two members", [gzip(&plain[..9]), gzip(&plain[9..])].concat()),
        ("not compressed", plain.clone()),
        ("cut off", packed[..packed.len() - 1].to_vec()),
        ("a wrong length", [&packed[..packed.len() - 1], b"\x01"].concat()),
        ("an unknown flag", with_flags(0x20)),
        ("no bytes", Vec::new()),
    ] {
        let page = stage.with_packed(&forged);
        let outcome = stage.verify(&page);
        let stderr = String::from_utf8_lossy(&outcome.stderr);
        assert_eq!(outcome.status.code(), Some(2), "{what}: {stderr}");
        assert!(stderr.contains("The snapshot inside the file cannot be read"), "{what}: {stderr}");
        assert!(!opens(&page).await, "{what}: a browser refuses it too");
    }
    // Other spellings of the same bytes, of which a browser accepts some.
    let encoded = BASE64_STANDARD.encode(&packed);
    let spellings = [
        format!("{encoded}\n"),
        format!("{} {}", &encoded[..8], &encoded[8..]),
        format!("{encoded}===="),
        encoded.trim_end_matches('=').to_owned() + "&#61;",
    ];
    for spelling in spellings {
        let page = stage.page.replacen(&encoded, &spelling, 1);
        assert_eq!(stage.verify(&page).status.code(), Some(3));
    }
}

/// OR-16
#[tokio::test]
async fn a_page_with_two_snapshots_does_not_start() {
    let stage = Stage::new();
    let forged = stage.folder.path().join("forged.html");
    fs::write(&forged, stage.with_first("<div id=\"posture-snapshot\">AAAA</div>")).unwrap();
    let browser = Browser::start().await.unwrap();
    browser.goto(&format!("file://{}", forged.display())).await.unwrap();
    browser.wait_for_text("This page has 2 blocks \"posture-snapshot\" instead of one.").await.unwrap();
}

/// The module replaced, and its hash in the policy with it, as a browser would accept it.
fn with_another_program(page: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let module = page.split_once("<script type=\"module\">").unwrap().1.split_once("</script>").unwrap().0;
    let other = "document.body.textContent = 'All is well';";
    page.replacen(&hash(module), &hash(other), 1).replacen(module, other, 1)
}
