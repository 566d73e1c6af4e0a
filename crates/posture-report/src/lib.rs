//! One self-contained HTML file: the dashboard, with a snapshot inside. It opens from disk and makes no request.
//!
//! [`shell`] is made once, when the app is built, from the app's own files. [`Enclosed::fill`] puts a snapshot into it, on the command
//! line and in the browser alike, and [`Enclosed::read`] takes it out again. All three are pure: packing, files and clocks are the
//! callers'.
//!
//! The file carries its own content-security policy, which names its scripts and its sheet by their hashes and allows no connection.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

/// The app's own files, as they are built.
#[derive(Clone, Copy, Debug)]
pub struct AppFiles<'a> {
    /// What the body shows before the app arrives.
    pub body: &'a str,
    /// The sheets, in their order.
    pub styles: &'a str,
    /// The script that applies the reader's choice of colours.
    pub theme: &'a str,
    /// The module that wasm-bindgen writes.
    pub glue: &'a str,
    /// The program's two parts, each packed with gzip.
    pub packed_program: [&'a [u8]; 2],
    /// The icon, as SVG.
    pub icon: &'a str,
}

/// Why the app's files cannot stand in one file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ShellError {
    /// A text holds what would end its element.
    #[error("the {0} holds {1:?}, which cannot stand inside an HTML element")]
    Unenclosable(&'static str, &'static str),
}

/// The name under which the app holds the file without a snapshot.
pub const SHELL_FILE: &str = "report-shell.html";

const SNAPSHOT_PLACE: &str = "<!--posture-snapshot-->";
const TITLE: &str = "<title>Posture</title>";
const BLOCK_START: &str = "<script type=\"application/gzip\" id=\"posture-snapshot\"";
const BLOCK_END: &str = "</script>";
const BOOT: &str = include_str!("boot.js");

/// The file without a snapshot.
pub fn shell(files: &AppFiles<'_>) -> Result<String, ShellError> {
    let module = format!("{}\n{BOOT}", files.glue);
    enclosable("glue", &module, &["</script", "<!--"])?;
    enclosable("theme script", files.theme, &["</script", "<!--"])?;
    enclosable("sheet", files.styles, &["</style"])?;
    let policy = format!(
        "default-src 'none'; script-src {} {} 'wasm-unsafe-eval'; style-src {}; img-src data:; connect-src 'none'; base-uri 'none'; \
         form-action 'none'",
        hash(files.theme),
        hash(&module),
        hash(files.styles),
    );
    let [program, second_part] = files.packed_program;
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n{TITLE}\n\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"data:image/svg+xml;base64,{icon}\">\n\
         <style>{styles}</style>\n<script>{theme}</script>\n</head>\n<body>\n{body}\n\
         <script type=\"application/gzip\" id=\"posture-program\">{program}</script>\n\
         <script type=\"application/gzip\" id=\"posture-second-part\">{second_part}</script>\n{SNAPSHOT_PLACE}\n\
         <script type=\"module\">{module}</script>\n</body>\n</html>\n",
        icon = BASE64_STANDARD.encode(files.icon),
        styles = files.styles,
        theme = files.theme,
        body = files.body.trim(),
        program = BASE64_STANDARD.encode(program),
        second_part = BASE64_STANDARD.encode(second_part),
    ))
}

fn enclosable(what: &'static str, text: &str, unfit: &[&'static str]) -> Result<(), ShellError> {
    match unfit.iter().find(|unfit| text.to_ascii_lowercase().contains(**unfit)) {
        Some(unfit) => Err(ShellError::Unenclosable(what, unfit)),
        None => Ok(()),
    }
}

/// A source expression of a content-security policy that allows exactly this inline text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// A snapshot inside a self-contained file, and what is said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed<'a> {
    /// The name of the snapshot's file.
    pub name: Cow<'a, str>,
    /// What the reader is to call the report; the window's title.
    pub title: Option<Cow<'a, str>>,
    /// The instant to judge at, RFC 3339; the export's own where absent.
    pub as_of: Option<Cow<'a, str>>,
    /// Hours a completed backup stays fresh, in place of the snapshot's.
    pub freshness_hours: Option<u64>,
    /// Minutes a schedule may be late, in place of the snapshot's.
    pub schedule_grace_minutes: Option<u64>,
    /// The digest of the report at that instant, under that policy, in hex.
    pub digest: Cow<'a, str>,
    /// The bytes of the snapshot's file as it was, packed with gzip once more even where it was packed already.
    pub packed: Cow<'a, [u8]>,
}

impl<'a> Enclosed<'a> {
    /// The self-contained file; `None` where `shell` is none.
    pub fn fill(&self, shell: &str) -> Option<String> {
        let (head, rest) = shell.split_once(TITLE)?;
        let (body, end) = rest.split_once(SNAPSHOT_PLACE)?;
        let title = self.title.as_ref().map_or_else(|| "Posture".to_owned(), |title| escaped(title));
        let mut file = String::with_capacity(shell.len() + self.packed.len() / 3 * 4 + 1024);
        file.push_str(head);
        file.push_str(&format!("<title>{title}</title>"));
        file.push_str(body);
        file.push_str(BLOCK_START);
        let number = |value: Option<u64>| value.map(|value| Cow::Owned(value.to_string()));
        let (hours, minutes) = (number(self.freshness_hours), number(self.schedule_grace_minutes));
        let attributes = [
            ("data-name", Some(&self.name)),
            ("data-title", self.title.as_ref()),
            ("data-as-of", self.as_of.as_ref()),
            ("data-freshness-hours", hours.as_ref()),
            ("data-schedule-grace-minutes", minutes.as_ref()),
            ("data-digest", Some(&self.digest)),
        ];
        for (name, value) in attributes {
            if let Some(value) = value {
                file.push_str(&format!(" {name}=\"{}\"", escaped(value)));
            }
        }
        file.push('>');
        BASE64_STANDARD.encode_string(&self.packed, &mut file);
        file.push_str(BLOCK_END);
        file.push_str(end);
        Some(file)
    }

    /// Takes the snapshot out of a self-contained file; `None` where `file` is none, or was changed by hand.
    pub fn read(file: &str) -> Option<Enclosed<'static>> {
        let (_, block) = file.split_once(BLOCK_START)?;
        let (written, rest) = block.split_once('>')?;
        let (packed, _) = rest.split_once(BLOCK_END)?;
        let attributes = attributes(written);
        let stated = |name: &str| -> Option<Cow<'static, str>> {
            let (_, value) = attributes.iter().find(|(other, _)| *other == name)?;
            Some(Cow::Owned(unescaped(value)))
        };
        let stated_number = |name: &str| stated(name).and_then(|value| value.parse::<u64>().ok());
        Some(Enclosed {
            name: stated("data-name")?,
            title: stated("data-title"),
            as_of: stated("data-as-of"),
            freshness_hours: stated_number("data-freshness-hours"),
            schedule_grace_minutes: stated_number("data-schedule-grace-minutes"),
            digest: stated("data-digest")?,
            packed: Cow::Owned(BASE64_STANDARD.decode(packed.trim()).ok()?),
        })
    }
}

/// The attributes of an element in order, each name with its value as written. A value may hold what looks like another attribute.
fn attributes(mut written: &str) -> Vec<(&str, &str)> {
    let mut attributes = Vec::new();
    while let Some((name, rest)) = written.split_once("=\"")
        && let Some((value, after)) = rest.split_once('"')
    {
        attributes.push((name.trim(), value));
        written = after;
    }
    attributes
}

/// What stands for a character inside HTML text and quoted attributes. The first must come first, since the others hold it.
const ESCAPES: [(&str, &str); 4] = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")];

fn escaped(text: &str) -> String {
    ESCAPES.iter().fold(text.to_owned(), |text, (plain, escaped)| text.replace(plain, escaped))
}

fn unescaped(text: &str) -> String {
    ESCAPES.iter().rev().fold(text.to_owned(), |text, (plain, escaped)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: AppFiles<'_> = AppFiles {
        body: "<div id=\"shell\">Loading</div>",
        styles: "body { color: red }",
        theme: "1;",
        glue: "export { __wbg_init as default };",
        packed_program: [&[1, 2, 3], &[4, 5]],
        icon: "<svg/>",
    };

    fn enclosed() -> Enclosed<'static> {
        Enclosed {
            name: "a \"b\" & <c>.json".into(),
            title: Some("</title> & more".into()),
            as_of: Some("2026-04-08T23:21:36Z".into()),
            freshness_hours: Some(26),
            schedule_grace_minutes: Some(0),
            digest: "ab".repeat(32).into(),
            packed: vec![0, 255, 10, 7].into(),
        }
    }

    #[test]
    fn what_is_put_in_comes_out_again() {
        let file = enclosed().fill(&shell(&FILES).unwrap()).unwrap();
        assert_eq!(Enclosed::read(&file), Some(enclosed()));
        let plain = Enclosed {
            title: None,
            as_of: None,
            freshness_hours: None,
            schedule_grace_minutes: None,
            ..enclosed()
        };
        assert_eq!(Enclosed::read(&plain.fill(&shell(&FILES).unwrap()).unwrap()), Some(plain));
    }

    #[test]
    fn a_text_that_looks_like_an_attribute_is_none() {
        let odd =
            Enclosed { name: "a data-title=".into(), title: Some(" data-digest=".into()), ..enclosed() };
        assert_eq!(Enclosed::read(&odd.fill(&shell(&FILES).unwrap()).unwrap()), Some(odd));
    }

    #[test]
    fn names_and_titles_stay_text() {
        let file = enclosed().fill(&shell(&FILES).unwrap()).unwrap();
        assert!(file.contains("<title>&lt;/title&gt; &amp; more</title>"), "{file}");
        assert!(file.contains("data-name=\"a &quot;b&quot; &amp; &lt;c&gt;.json\""), "{file}");
    }

    #[test]
    fn the_policy_names_each_script_and_allows_no_connection() {
        let shell = shell(&FILES).unwrap();
        for allowed in [
            hash(FILES.theme),
            hash(FILES.styles),
            hash(&format!("{}\n{BOOT}", FILES.glue)),
            "connect-src 'none'".to_owned(),
        ] {
            assert!(shell.contains(&allowed), "{allowed}: {shell}");
        }
        assert!(!shell.contains("unsafe-inline") && !shell.contains("'self'"), "{shell}");
    }

    #[test]
    fn a_script_that_would_end_its_element_is_refused() {
        let glue = AppFiles { glue: "const end = '</SCRIPT>';", ..FILES };
        assert_eq!(shell(&glue), Err(ShellError::Unenclosable("glue", "</script")));
    }

    #[test]
    fn what_is_no_such_file_holds_no_snapshot() {
        assert_eq!(Enclosed::read("<html></html>"), None);
        assert_eq!(enclosed().fill("<html></html>"), None);
    }
}
