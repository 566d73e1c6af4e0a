//! The page that trunk writes, `index.html`: the files it names, and its rewriting.

use std::cell::RefCell;

use anyhow::{Context as _, Result, anyhow};
use lol_html::html_content::{ContentType, Doctype, Element};
use lol_html::{RewriteStrSettings, doctype, element, rewrite_str};

/// The app's files as its page names them, without the leading slash.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The sheets, in order.
    pub(crate) sheets: Vec<String>,
    /// The sheets that only the second part of the program needs, in order.
    pub(crate) later_sheets: Vec<String>,
    /// The module that wasm-bindgen writes.
    pub(crate) module: String,
    /// The first part of the program.
    pub(crate) program: String,
}

impl Page {
    /// A further part of the program. `public/boot.js` derives its name in the same way.
    pub(crate) fn further_part(&self, part: &str) -> String {
        self.program.replace("_bg.wasm", &format!("_{part}.wasm"))
    }
}

const SHEETS: &str = "link[rel=stylesheet]";
/// The script that starts the app; its attributes name the module and the program.
const BOOT: &str = "script[data-js][data-wasm]";
/// Marks the sheets that only the second part of the program needs.
const LATER: &str = "data-later";

/// Reads a built page.
pub(crate) fn read(html: &str) -> Result<Page> {
    let page = RefCell::new(Page::default());
    let sheet = element!(SHEETS, |link: &mut Element<'_, '_>| {
        let mut page = page.borrow_mut();
        let is_later = link.has_attribute(LATER);
        let sheets = if is_later { &mut page.later_sheets } else { &mut page.sheets };
        sheets.push(file_name(link, "href"));
        Ok(())
    });
    let boot = element!(BOOT, |script: &mut Element<'_, '_>| {
        let mut page = page.borrow_mut();
        (page.module, page.program) = (file_name(script, "data-js"), file_name(script, "data-wasm"));
        Ok(())
    });
    let settings =
        RewriteStrSettings::new().append_element_content_handler(sheet).append_element_content_handler(boot);
    rewrite_str(html, settings).context("Failed to read index.html")?;
    let page = page.into_inner();
    if page.program.is_empty() { Err(anyhow!("index.html has no {BOOT}")) } else { Ok(page) }
}

/// The same page with one sheet in place of its first, and without the others.
pub(crate) fn with_one_sheet(html: &str, sheet: &str) -> Result<String> {
    let mut is_first = true;
    let replace = element!(SHEETS, |link: &mut Element<'_, '_>| {
        if std::mem::take(&mut is_first) {
            link.replace(&format!("<link rel=\"stylesheet\" href=\"/{sheet}\">"), ContentType::Html);
        } else {
            link.remove();
        }
        Ok(())
    });
    rewrite_str(html, RewriteStrSettings::new().append_element_content_handler(replace))
        .context("Failed to rewrite index.html")
}

/// The content of the page's body, without the script that starts the app.
pub(crate) fn body(html: &str) -> Result<String> {
    let remove = |selector: &'static str| {
        element!(selector, |element: &mut Element<'_, '_>| {
            element.remove();
            Ok(())
        })
    };
    let unwrap = element!("html, body", |element: &mut Element<'_, '_>| {
        element.remove_and_keep_content();
        Ok(())
    });
    let doctype = doctype!(|doctype: &mut Doctype<'_>| {
        doctype.remove();
        Ok(())
    });
    let settings = RewriteStrSettings::new()
        .append_element_content_handler(remove("head"))
        .append_element_content_handler(remove(BOOT))
        .append_element_content_handler(unwrap)
        .append_document_content_handler(doctype);
    Ok(rewrite_str(html, settings).context("Failed to rewrite index.html")?.trim().to_owned())
}

fn file_name(element: &Element<'_, '_>, attribute: &str) -> String {
    element.get_attribute(attribute).unwrap_or_default().trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = "<!doctype html>\n<html lang=\"en\"><head><title>Posture</title><link rel=\"icon\" href=\"/i.svg\">\
        <link rel=\"stylesheet\" href=\"/a-1.css\" integrity=\"x\"/><link rel='stylesheet' href='/b-2.css'>\
        <link href=\"/c-3.css\" data-later rel=stylesheet></head><body><p>Loading</p>\
        <script type=\"module\" src=\"/boot.js\" data-js=\"/app.js\" data-wasm=\"/app_bg.wasm\"></script></body></html>";

    #[test]
    fn the_page_names_its_sheets_its_module_and_its_program() {
        let page = read(HTML).unwrap();
        let expected = Page {
            sheets: vec!["a-1.css".to_owned(), "b-2.css".to_owned()],
            later_sheets: vec!["c-3.css".to_owned()],
            module: "app.js".to_owned(),
            program: "app_bg.wasm".to_owned(),
        };
        assert_eq!(page, expected);
        assert_eq!(page.further_part("later"), "app_later.wasm");
        assert!(read("<html><body></body></html>").is_err());
    }

    #[test]
    fn one_sheet_takes_the_place_of_all_and_nothing_else_changes() {
        let page = with_one_sheet(HTML, "all.css").unwrap();
        let sheets = [
            "<link rel=\"stylesheet\" href=\"/a-1.css\" integrity=\"x\"/>",
            "<link rel='stylesheet' href='/b-2.css'>",
            "<link href=\"/c-3.css\" data-later rel=stylesheet>",
        ];
        assert_eq!(page, HTML.replace(&sheets.concat(), "<link rel=\"stylesheet\" href=\"/all.css\">"));
    }

    #[test]
    fn the_body_is_what_shows_before_the_app_starts() {
        assert_eq!(body(HTML).unwrap(), "<p>Loading</p>");
    }
}
