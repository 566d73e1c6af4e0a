//! Self-contained HTML files: the snapshot comes out as it went in, names stay text, and other files are rejected.

use std::sync::LazyLock;

use posture_report::{AppFiles, EmbeddedSnapshot, Manifest, shell};

/// The file without a snapshot, with a minimal app.
static SHELL: LazyLock<String> = LazyLock::new(|| {
    let files = AppFiles {
        body: "<div id=\"shell\">Loading</div>",
        styles: "body { color: red }",
        theme: "1;",
        glue: "export { __wbg_init as default };",
        packed_program: &[1, 2, 3],
        packed_parts: &[],
        icon: "<svg/>",
    };
    shell(&files).unwrap_or_else(|error| panic!("{error}"))
});

fn embedded(text: &str, packed: &[u8]) -> EmbeddedSnapshot {
    let manifest = Manifest {
        name: text.to_owned(),
        title: Some(text.to_owned()),
        as_of: Some(text.to_owned()),
        freshness_hours: Some(packed.len() as u64),
        schedule_grace_minutes: None,
        policy: Some(text.into()),
        reviews: vec![text.into()],
        digest: text.to_owned(),
    };
    EmbeddedSnapshot { manifest, packed: packed.to_vec() }
}

fn filled(embedded: &EmbeddedSnapshot) -> String {
    embedded.fill(&SHELL).unwrap_or_else(|| panic!("the shell takes a snapshot"))
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let texts = [
        "report.json",
        "</script><script>alert(1)</script>",
        "\" onload=\"x",
        "&amp;amp;",
        "</title>",
        "<!--posture-snapshot-->",
        "\u{202e}",
    ];
    let files = texts.iter().map(|text| filled(&embedded(text, &[0, 255])).into_bytes());
    files.chain(texts.iter().map(|text| text.as_bytes().to_vec())).collect()
}

/// Reads the input as such a file. Then puts it into one, as each of its texts and as the snapshot.
pub(super) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    // Whatever is accepted is the page that would be written for it.
    if let Ok(read) = EmbeddedSnapshot::read(&text, &SHELL) {
        assert_eq!(filled(&read), text);
    }
    let whole = embedded(&text, input);
    let file = filled(&whole);
    let read = EmbeddedSnapshot::read(&file, &SHELL);
    assert!(read.as_ref() == Ok(&whole), "{whole:?}\ncame out as {read:?}");
    let elements = |file: &str| file.matches('<').count();
    assert_eq!(elements(&file), elements(&filled(&embedded("", &[]))), "a text adds no element");
}
