//! Long texts of the evidence as they are shown: the beginning and the end, and how much is left out between them.

use std::borrow::Cow;

use crate::words::counted;

/// How many characters are shown of a line: a name, a title, a word of the evidence.
pub const LINE: usize = 300;
/// How many characters are shown of prose: a body, a message, a reason, a path.
pub const PROSE: usize = 1_000;
/// How many characters are kept for saying how much is left out.
const SAID: usize = 48;
/// How many marks on one character are looked at, so that it is not cut from them.
const MARKS: usize = 16;

/// A line of the evidence as it is shown.
pub fn line(text: &str) -> Cow<'_, str> {
    shortened(text, LINE)
}

/// Prose of the evidence as it is shown.
pub fn prose(text: &str) -> Cow<'_, str> {
    shortened(text, PROSE)
}

/// The text, or its beginning and end if it has more than `limit` characters, with the number of characters left out between them.
/// A sentence that quotes a long text keeps what it says. Cuts between characters, not between a character and the marks on it.
/// The result is never longer than the limit, so that a text that is cut twice still says what was left out at first.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    // No text has more characters than bytes.
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let count = text.chars().count();
    if count <= limit {
        return Cow::Borrowed(text);
    }
    let place = |nth: usize| text.char_indices().nth(nth).map_or(text.len(), |(place, _)| place);
    let kept = limit.saturating_sub(SAID);
    let (mut head, mut tail) = (place(kept - kept / 3), place(count - kept / 3));
    for _ in 0..MARKS {
        if !is_within_character(text, head) {
            break;
        }
        head -= text[..head].chars().next_back().map_or(0, char::len_utf8);
    }
    for _ in 0..MARKS {
        if !is_within_character(text, tail) {
            break;
        }
        tail += text[tail..].chars().next().map_or(0, char::len_utf8);
    }
    let omitted = text[head..tail].chars().count() as u64;
    Cow::Owned([&text[..head], &left_out(omitted), &text[tail..]].concat())
}

/// Whether the text after a place belongs to the character before it: a mark, a variation, or what a joiner joins.
fn is_within_character(text: &str, place: usize) -> bool {
    const JOINER: char = '\u{200d}';
    let is_mark = |character: char| {
        matches!(
            character,
            JOINER
                | '\u{300}'..='\u{36f}'
                | '\u{483}'..='\u{489}'
                | '\u{591}'..='\u{5bd}'
                | '\u{610}'..='\u{61a}'
                | '\u{64b}'..='\u{65f}'
                | '\u{93a}'..='\u{94f}'
                | '\u{e31}'..='\u{e3a}'
                | '\u{1ab0}'..='\u{1aff}'
                | '\u{1dc0}'..='\u{1dff}'
                | '\u{20d0}'..='\u{20ff}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{fe20}'..='\u{fe2f}'
                | '\u{1f3fb}'..='\u{1f3ff}'
        )
    };
    text[place..].chars().next().is_some_and(is_mark) || text[..place].ends_with(JOINER)
}

/// Replaces the middle of a long text.
pub fn left_out(characters: u64) -> String {
    format!(" […{} left out…] ", counted(characters, "character", "characters"))
}
