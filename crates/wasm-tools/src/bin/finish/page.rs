//! What the built page, `index.html`, names.

use anyhow::{Context as _, Result};

/// The app's files as its page names them, without the leading slash.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The sheets, in their order.
    pub(crate) sheets: Vec<String>,
    /// The sheets of what the second part of the program draws, in their order.
    pub(crate) later_sheets: Vec<String>,
    /// The module that wasm-bindgen writes.
    pub(crate) glue: String,
    /// The first part of the program.
    pub(crate) program: String,
    /// The body, without the script that starts the app.
    pub(crate) body: String,
}

impl Page {
    /// The second part of the program, beside the first; `public/boot.js` makes its name in the same way.
    pub(crate) fn second_part(&self) -> String {
        self.program.replace("_bg.wasm", "_later.wasm")
    }
}

/// What marks a sheet that dresses only what the second part of the program draws; `public/boot.js` asks for them together with it.
const LATER: &str = " data-later";

/// Reads a built page.
pub(crate) fn read(html: &str) -> Result<Page> {
    let tags: Vec<&str> =
        html.split('<').skip(1).filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag).collect();
    let boot = tags
        .iter()
        .find(|tag| tag.contains(" data-wasm="))
        .context("no script of the page starts the app")?;
    let sheets =
        tags.iter().filter(|tag| tag.starts_with("link ") && attribute(tag, "rel") == Some("stylesheet"));
    let (later, first): (Vec<_>, Vec<_>) = sheets.partition(|tag| tag.contains(LATER));
    let files =
        |tags: Vec<&&str>| tags.into_iter().filter_map(|tag| attribute(tag, "href")).map(local).collect();
    let body = html
        .split_once("<body>")
        .and_then(|(_, rest)| rest.split_once("</body>"))
        .context("the page has no body")?
        .0;
    let boot_element = format!("<{boot}></script>");
    Ok(Page {
        sheets: files(first),
        later_sheets: files(later),
        glue: attribute(boot, "data-js").map(local).context("the page names no module")?,
        program: attribute(boot, "data-wasm").map(local).context("the page names no program")?,
        body: body.replace(&boot_element, ""),
    })
}

/// The same page with one sheet in the place of its first.
pub(crate) fn with_one_sheet(html: &str, sheet: &str) -> String {
    let (mut page, mut is_named) = (String::new(), false);
    for (place, part) in html.split('<').enumerate() {
        match part.split_once('>') {
            Some((tag, after)) if tag.starts_with("link ") && attribute(tag, "rel") == Some("stylesheet") => {
                if !is_named {
                    page.push_str(&format!("<link rel=\"stylesheet\" href=\"/{sheet}\">"));
                    is_named = true;
                }
                page.push_str(if after.trim().is_empty() { "" } else { after });
            }
            _ => {
                page.push_str(if place == 0 { "" } else { "<" });
                page.push_str(part);
            }
        }
    }
    page
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
                    <link rel=\"stylesheet\" href=\"/b-2.css\"><link rel=\"stylesheet\" href=\"/c-3.css\" data-later></head><body><p>Loading</p>\
                    <script type=\"module\" src=\"/boot.js\" data-js=\"/app.js\" data-wasm=\"/app.wasm\"></script></body></html>";
        let expected = Page {
            sheets: vec!["a-1.css".to_owned(), "b-2.css".to_owned()],
            later_sheets: vec!["c-3.css".to_owned()],
            glue: "app.js".to_owned(),
            program: "app.wasm".to_owned(),
            body: "<p>Loading</p>".to_owned(),
        };
        assert_eq!(read(html).unwrap(), expected);
        assert!(read("<html><body></body></html>").is_err());
    }

    #[test]
    fn one_sheet_takes_the_place_of_all_and_nothing_else_changes() {
        let html = "<head><link rel=\"icon\" href=\"/i.svg\">\n  <link rel=\"stylesheet\" href=\"/a.css\" integrity=\"x\"/>\n  \
                    <link rel=\"stylesheet\" href=\"/b.css\"/><script src=\"/c.js\"></script></head>";
        let expected = "<head><link rel=\"icon\" href=\"/i.svg\">\n  <link rel=\"stylesheet\" href=\"/all.css\">\
                        <script src=\"/c.js\"></script></head>";
        assert_eq!(with_one_sheet(html, "all.css"), expected);
    }
}
