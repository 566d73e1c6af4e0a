//! Characters that are invisible themselves and change how their neighbours look.

use std::borrow::Cow;

/// Whether a character is a control, a line or paragraph separator, or a mark that joins, hides or reorders its neighbours.
///
/// A joiner belongs to some scripts and emoji; whoever shows text to be read keeps it, and whoever must not be deceived does not.
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text with each character that hides or reorders others written as its code point, such as `⟨U+202E⟩`.
///
/// Line breaks and tabs stay, and so do the joiners and direction marks that some scripts and emoji need: they reorder nothing but
/// themselves.
pub fn made_visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_deceptive(character) {
            shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_deceptive(character: char) -> bool {
    let is_needed = matches!(
        character,
        '\n' | '\r' | '\t' | '\u{61c}' | '\u{200c}' | '\u{200d}' | '\u{200e}' | '\u{200f}'
    );
    is_unseen(character) && !is_needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiding_and_reordering_characters_are_shown_and_others_stay() {
        assert_eq!(made_visible("a\u{202e}gnp.exe"), "a⟨U+202E⟩gnp.exe");
        assert_eq!(made_visible("pass\u{200b}word\u{e0041}\u{7}"), "pass⟨U+200B⟩word⟨U+E0041⟩⟨U+0007⟩");
        for plain in ["Contoso", "عمل\u{200f}", "क्\u{200d}ष", "two\nlines\tand a tab", "東京 – Zürich"]
        {
            assert!(matches!(made_visible(plain), Cow::Borrowed(same) if same == plain), "{plain:?}");
        }
    }
}
