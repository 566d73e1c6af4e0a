//! What the built page, `index.html`, names.

use anyhow::{Context as _, Result};

/// The app's files as its page names them, without the leading slash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The sheets, in their order.
    pub(crate) sheets: Vec<String>,
    /// The module that wasm-bindgen writes.
    pub(crate) glue: String,
    /// The program.
    pub(crate) program: String,
    /// The body, without the script that starts the app.
    pub(crate) body: String,
}

/// Reads a built page.
pub(crate) fn read(html: &str) -> Result<Page> {
    let tags: Vec<&str> = html.split('<').skip(1).filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag).collect();
    let boot = tags.iter().find(|tag| tag.contains(" data-wasm=")).context("no script of the page starts the app")?;
    let sheets = tags.iter().filter(|tag| tag.starts_with("link ") && attribute(tag, "rel") == Some("stylesheet"));
    let body = html.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>")).context("the page has no body")?.0;
    let boot_element = format!("<{boot}></script>");
    Ok(Page {
        sheets: sheets.filter_map(|tag| attribute(tag, "href")).map(local).collect(),
        glue: attribute(boot, "data-js").map(local).context("the page names no module")?,
        program: attribute(boot, "data-wasm").map(local).context("the page names no program")?,
        body: body.replace(&boot_element, ""),
    })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!(" {name}="))?;
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    match quote {
        Some(quote) => value.get(1..)?.split(quote).next(),
        None => value.split([' ', '/']).next(),
    }
}

fn local(address: &str) -> String {
    address.trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_its_sheets_its_module_and_its_program() {
        let html = "<html><head><link rel=\"stylesheet\" href=\"/a-1.css\" integrity=\"x\"/><link rel=\"icon\" href=\"/i.svg\">\
                    <link rel=\"stylesheet\" href=\"/b-2.css\"></head><body><p>Loading</p>\
                    <script type=\"module\" src=\"/boot.js\" data-js=\"/app.js\" data-wasm=\"/app.wasm\"></script></body></html>";
        let expected = Page {
            sheets: vec!["a-1.css".to_owned(), "b-2.css".to_owned()],
            glue: "app.js".to_owned(),
            program: "app.wasm".to_owned(),
            body: "<p>Loading</p>".to_owned(),
        };
        assert_eq!(read(html).unwrap(), expected);
        assert!(read("<html><body></body></html>").is_err());
    }
}
