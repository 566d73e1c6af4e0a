//! Columns and wrapped text on a page of a fixed width. Every text is truncated and passes through [`escaped`].

use posture_core::tone::Tone;
use posture_core::views::truncation::{line as shown_line, prose};
use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Margin, Padding, Style, Width};
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter};

use crate::terminal::escaped;

/// The width of a page, in columns.
const WIDTH: usize = 100;
const INDENT: usize = 2;
/// The space between columns.
const GAP: usize = 2;
/// The widest a column but the last gets; longer cells are cut, with an ellipsis.
const WIDEST: usize = 30;

/// A page under construction.
#[derive(Default)]
pub(crate) struct Page(String);

/// A cell as it is printed.
pub(crate) struct Cell(String);

impl Cell {
    /// A cell of text.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self(escaped(&prose(text.as_ref())))
    }

    /// A cell with a mark. `word` is a label, never a text from the evidence.
    pub(crate) fn marked(tone: Tone, word: &str) -> Self {
        Self(crate::mark::marked(tone, word))
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

    /// A heading, with an aside in brackets.
    pub(crate) fn heading(&mut self, title: &str, aside: &str) {
        let bold = anstyle::Style::new().bold();
        let aside =
            if aside.is_empty() { String::new() } else { format!(" ({})", escaped(&shown_line(aside))) };
        self.0.push_str(&format!("{bold}{}{bold:#}{aside}\n", escaped(&shown_line(title))));
    }

    /// A line after a mark.
    pub(crate) fn marked(&mut self, tone: Tone, line: &str) {
        self.0.push_str(&crate::mark::marked(tone, &escaped(&prose(line))));
        self.0.push('\n');
    }

    /// Wrapped and indented text.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.wrapped(&" ".repeat(INDENT), &escaped(&prose(text)));
    }

    /// Rows in aligned columns. All but the last are truncated; the last wraps within itself.
    pub(crate) fn table(&mut self, rows: &[Vec<Cell>]) {
        let last = rows.iter().map(Vec::len).max().unwrap_or(1).saturating_sub(1);
        let left = (0..last).map(|column| GAP + width_of(rows, column).min(WIDEST)).sum::<usize>();
        let options = wrapping(WIDTH.saturating_sub(INDENT + left));
        let cells = rows.iter().map(|row| {
            row.iter().enumerate().map(|(column, Cell(text))| {
                if column < last { text.clone() } else { textwrap::fill(text, &options) }
            })
        });
        let mut table = Builder::from_iter(cells).build();
        table
            .with(Style::empty())
            .with(Padding::new(0, GAP, 0, 0))
            .with(Margin::new(INDENT, 0, 0, 0))
            .modify(Columns::new(..last), Width::truncate(WIDEST).suffix("…"));
        for line in table.to_string().lines() {
            self.0.push_str(line.trim_end());
            self.0.push('\n');
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

/// The width of a column's widest cell.
fn width_of(rows: &[Vec<Cell>], column: usize) -> usize {
    rows.iter().filter_map(|row| row.get(column)).map(|Cell(text)| display_width(text)).max().unwrap_or(0)
}

/// Breaks lines between words, and inside a word only if it is wider than the line.
fn wrapping<'o>(width: usize) -> Options<'o> {
    Options::new(width.max(1)).word_splitter(WordSplitter::NoHyphenation)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn page(rows: &[Vec<Cell>]) -> String {
        let mut page = Page::default();
        page.table(rows);
        page.into_text()
    }

    #[test]
    fn columns_align_in_every_script() {
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
    fn a_wrapped_line_never_begins_with_a_space() {
        for length in 1..100 {
            let rows =
                [vec![Cell::text("a"), Cell::text(format!("{} two three", "n".repeat(length)).repeat(3))]];
            let text = page(&rows);
            assert!(
                text.lines().skip(1).all(|line| line.starts_with("     ") && !line.starts_with("      ")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_never_steers_the_terminal() {
        assert_eq!(
            page(&[vec![Cell::text("a\u{1b}[2Jb\n"), Cell::text("c\rd")]]),
            "  a\\u{1b}[2Jb\\n  c\\rd\n"
        );
    }
}
