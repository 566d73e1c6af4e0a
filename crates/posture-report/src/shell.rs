//! The report page without a snapshot.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use crate::page::{SNAPSHOT_PLACE, TITLE};

/// The name under which the app keeps the shell.
pub const SHELL_FILE: &str = "report-shell.html";

const BOOT: &str = include_str!("boot.js");

/// The app's own files, as built.
#[derive(Clone, Copy, Debug)]
pub struct AppFiles<'a> {
    /// The HTML that the body shows until the app starts.
    pub body: &'a str,
    /// The sheets, in order.
    pub styles: &'a str,
    /// The script that applies the reader's choice of colours.
    pub theme: &'a str,
    /// The module that wasm-bindgen writes.
    pub glue: &'a str,
    /// The first part of the program, compressed with gzip.
    pub packed_program: &'a [u8],
    /// The further parts, each with its name and compressed with gzip.
    pub packed_parts: &'a [(&'a str, Vec<u8>)],
    /// The icon, as SVG.
    pub icon: &'a str,
}

/// Why the app's files cannot be put into one page.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ShellError {
    /// A text contains what would end its element.
    #[error("the {0} contains {1:?}, which would end its HTML element")]
    Unembeddable(&'static str, &'static str),
}

/// Writes the page without a snapshot.
pub fn shell(files: &AppFiles<'_>) -> Result<String, ShellError> {
    let module = format!("{}\n{BOOT}", files.glue);
    embeddable("module", &module, &["</script", "<!--"])?;
    embeddable("theme script", files.theme, &["</script", "<!--"])?;
    embeddable("sheet", files.styles, &["</style"])?;
    let policy = format!(
        "default-src 'none'; script-src {} {} 'wasm-unsafe-eval'; style-src {}; img-src data:; connect-src 'none'; base-uri 'none'; \
         form-action 'none'",
        hash(files.theme),
        hash(&module),
        hash(files.styles),
    );
    let block = |(name, packed): (&str, &[u8])| {
        let packed = BASE64_STANDARD.encode(packed);
        format!("<script type=\"application/gzip\" id=\"posture-{name}\">{packed}</script>\n")
    };
    let further = files.packed_parts.iter().map(|(name, packed)| (*name, packed.as_slice()));
    let program: String =
        std::iter::once(("program", files.packed_program)).chain(further).map(block).collect();
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\" translate=\"no\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n{TITLE}\n\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"data:image/svg+xml;base64,{icon}\">\n\
         <style>{styles}</style>\n<script>{theme}</script>\n</head>\n<body>\n{body}\n\
         {program}{SNAPSHOT_PLACE}\n\
         <script type=\"module\">{module}</script>\n</body>\n</html>\n",
        icon = BASE64_STANDARD.encode(files.icon),
        styles = files.styles,
        theme = files.theme,
        body = files.body.trim(),
    ))
}

fn embeddable(what: &'static str, text: &str, unfit: &[&'static str]) -> Result<(), ShellError> {
    let text = text.to_ascii_lowercase();
    unfit
        .iter()
        .find(|unfit| text.contains(**unfit))
        .map_or(Ok(()), |unfit| Err(ShellError::Unembeddable(what, unfit)))
}

/// The source expression of a content-security policy that allows exactly this inline text.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: AppFiles<'_> = AppFiles {
        body: "<div id=\"shell\">Loading</div>",
        styles: "body { color: red }",
        theme: "1;",
        glue: "export { __wbg_init as default };",
        packed_program: &[1, 2, 3],
        packed_parts: &[],
        icon: "<svg/>",
    };

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
        assert_eq!(shell(&glue), Err(ShellError::Unembeddable("module", "</script")));
    }
}
