//! Columns and wrapped text on a page of a fixed width. Everything written passes through [`escaped`], cut to what is shown of it.

use anstyle::Style;
use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthStr as _;

use posture_core::truncation::{line as shown_line, prose};

use crate::terminal::escaped;

/// The width of a page, in columns.
const WIDTH: usize = 100;
const INDENT: usize = 2;
/// The widest a column but the last gets; longer cells are cut, with an ellipsis.
const WIDEST: usize = 30;

/// A page as it is put together.
#[derive(Default)]
pub(crate) struct Page(String);

/// A cell and, where it has one, the mark that stands for it.
pub(crate) struct Cell {
    plain: String,
    shown: Option<String>,
}

impl Cell {
    /// A cell of text.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self { plain: escaped(&prose(text.as_ref())), shown: None }
    }

    /// A cell whose shown form carries a mark; `word` is a label, never the evidence's own text.
    pub(crate) fn marked(tone: posture_core::verdicts::restore_attention::Tone, word: &str) -> Self {
        Self { plain: format!("# {word}"), shown: Some(crate::mark::marked(tone, word)) }
    }
}

impl Page {
    /// The page's text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.0.push('\n');
    }

    /// A heading, with what stands behind it.
    pub(crate) fn heading(&mut self, title: &str, aside: &str) {
        let bold = Style::new().bold();
        let aside =
            if aside.is_empty() { String::new() } else { format!(" ({})", escaped(&shown_line(aside))) };
        self.0.push_str(&format!("{bold}{}{bold:#}{aside}\n", escaped(&shown_line(title))));
    }

    /// A line behind a mark.
    pub(crate) fn marked(&mut self, tone: posture_core::verdicts::restore_attention::Tone, line: &str) {
        self.0.push_str(&crate::mark::marked(tone, &escaped(&prose(line))));
        self.0.push('\n');
    }

    /// Text wrapped below an indent.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.wrapped(&" ".repeat(INDENT), &escaped(&prose(text)));
    }

    /// Rows in aligned columns; the last column wraps within itself.
    pub(crate) fn table(&mut self, rows: &[Vec<Cell>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width_of = |column: usize| {
            let widths = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.plain.width());
            widths.max().unwrap_or(0).min(WIDEST)
        };
        let widths: Vec<_> = (0..columns.saturating_sub(1)).map(width_of).collect();
        for row in rows {
            let mut line = " ".repeat(INDENT);
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(&fitted(cell, *width));
                line.push_str("  ");
            }
            let last = row.get(widths.len()).map(|cell| cell.plain.as_str()).unwrap_or_default();
            let indent = INDENT + widths.iter().map(|width| width + 2).sum::<usize>();
            let options = wrapping(WIDTH.saturating_sub(indent));
            let mut parts = textwrap::wrap(last, options).into_iter();
            line.push_str(&parts.next().unwrap_or_default());
            self.0.push_str(line.trim_end());
            self.0.push('\n');
            for part in parts {
                self.0.push_str(&format!("{}{part}\n", " ".repeat(indent)));
            }
        }
    }

    fn wrapped(&mut self, indent: &str, text: &str) {
        let options = wrapping(WIDTH).initial_indent(indent).subsequent_indent(indent);
        for line in textwrap::wrap(text, options) {
            self.0.push_str(&line);
            self.0.push('\n');
        }
    }
}

/// Words stay whole, except where one is wider than the line.
fn wrapping<'o>(width: usize) -> Options<'o> {
    Options::new(width.max(1)).word_splitter(WordSplitter::NoHyphenation)
}

/// A cell cut or padded to a width.
fn fitted(cell: &Cell, width: usize) -> String {
    let own = cell.plain.width();
    if own <= width {
        let shown = cell.shown.as_deref().unwrap_or(&cell.plain);
        return format!("{shown}{}", " ".repeat(width - own));
    }
    let mut cut = String::new();
    for character in cell.plain.chars() {
        let longer = format!("{cut}{character}");
        if longer.width() >= width {
            break;
        }
        cut = longer;
    }
    let padding = width.saturating_sub(cut.width() + 1);
    format!("{cut}…{}", " ".repeat(padding))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[Vec<Cell>]) -> String {
        let mut page = Page::default();
        page.table(rows);
        page.into_text()
    }

    #[test]
    fn columns_align_whatever_the_script() {
        let rows =
            [("株式会社", "a"), ("Łódź", "b")].map(|(name, rest)| vec![Cell::text(name), Cell::text(rest)]);
        assert_eq!(page(&rows), "  株式会社  a\n  Łódź      b\n");
    }

    #[test]
    fn no_line_is_wider_than_the_page() {
        let rows = [
            vec![Cell::text("n".repeat(200)), Cell::text("word ".repeat(60))],
            vec![Cell::text("株".repeat(60)), Cell::text("x")],
        ];
        let text = page(&rows);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert!(text.contains('…'));
    }

    #[test]
    fn a_name_never_steers_the_terminal() {
        assert_eq!(
            page(&[vec![Cell::text("a\u{1b}[2Jb\n"), Cell::text("c\rd")]]),
            "  a\\u{1b}[2Jb\\n  c\\rd\n"
        );
    }
}
