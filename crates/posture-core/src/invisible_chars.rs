//! Characters that are invisible themselves and change how their neighbours look.

use std::borrow::Cow;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// The empty Braille pattern, the marks of interlinear annotations and the null notehead: invisible too, but not default-ignorable in Unicode.
const BLANK: [char; 5] = ['\u{2800}', '\u{fff9}', '\u{fffa}', '\u{fffb}', '\u{1d159}'];

/// Whether a character is a control, a line or paragraph separator, or one that Unicode calls default-ignorable.
///
/// A joiner belongs to some scripts and emoji. A page keeps it; a terminal and a spreadsheet do not.
pub fn is_unseen(character: char) -> bool {
    if character.is_ascii() {
        return character.is_control();
    }
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || BLANK.contains(&character)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// The text with each character that hides or reorders others written as its code point, such as `⟨U+202E⟩`.
///
/// Line breaks and tabs stay, and so do the joiners and direction marks that some scripts and emoji need: they reorder nothing but
/// themselves. A variation selector stays after a character that it can change.
pub fn made_visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = None;
    for character in text.chars() {
        if is_unseen(character) && !is_needed(character, before) {
            shown.push_str(&code_point(character));
        } else {
            shown.push(character);
        }
        before = Some(character);
    }
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// A text of the evidence in quotation marks, with nothing hidden. Not `{:?}`: what that escapes depends on the compiler's version of Unicode.
pub(crate) fn in_quotes(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        if is_unseen(character) {
            quoted.push_str(&code_point(character));
        } else {
            quoted.push(character);
        }
    }
    quoted.push('"');
    quoted
}

/// A character as its code point, such as `⟨U+202E⟩`.
pub fn code_point(character: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(character))
}

fn is_needed(character: char, before: Option<char>) -> bool {
    let changes = |before: char| match character {
        // Text or emoji. Keycaps such as 1️⃣ begin with an ASCII character.
        '\u{fe0e}' | '\u{fe0f}' => !is_unseen(before) && !before.is_whitespace(),
        // Ideographs and Mongolian letters; more than one in a row could hide a text.
        '\u{fe00}'..='\u{fe0d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{e0100}'..='\u{e01ef}' => {
            before.is_alphabetic() && !before.is_ascii()
        }
        _ => false,
    };
    matches!(character, '\n' | '\r' | '\t' | '\u{61c}' | '\u{200c}' | '\u{200d}' | '\u{200e}' | '\u{200f}')
        || before.is_some_and(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TH-4, TH-5
    #[test]
    fn unseen_characters_are_those_that_unicode_ignores_and_a_few_blank_ones() {
        let unseen = [
            '\u{7}',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180e}',
            '\u{200b}',
            '\u{202e}',
            '\u{2028}',
            '\u{2060}',
            '\u{2065}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff0}',
            '\u{1bca0}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{e0fff}',
        ];
        assert!(unseen.into_iter().all(is_unseen), "{:?}", unseen.into_iter().find(|one| !is_unseen(*one)));
        assert!(!"a é\u{301}ع\u{600}한क\u{a0}\u{3000}".contains(is_unseen));
    }

    /// RP-6: whatever version of Unicode the compiler knows; it calls the last two characters unassigned.
    #[test]
    fn a_quoted_text_shows_only_what_is_hidden_as_code_points() {
        for plain in ["gold", "e\u{301}", "東京", "\u{378}\u{3fffd}"] {
            assert_eq!(in_quotes(plain), format!("\"{plain}\""));
        }
        assert_eq!(in_quotes("a\u{202e}b\n\u{200d}"), "\"a⟨U+202E⟩b⟨U+000A⟩⟨U+200D⟩\"");
    }

    #[test]
    fn hiding_and_reordering_characters_are_shown_and_others_stay() {
        assert_eq!(made_visible("a\u{202e}gnp.exe"), "a⟨U+202E⟩gnp.exe");
        assert_eq!(made_visible("pass\u{200b}word\u{e0041}\u{7}"), "pass⟨U+200B⟩word⟨U+E0041⟩⟨U+0007⟩");
        assert_eq!(made_visible("\u{3164}"), "⟨U+3164⟩");
        assert_eq!(
            made_visible("Con\u{e0100}toso東\u{e0100}\u{e0101}"),
            "Con⟨U+E0100⟩toso東\u{e0100}⟨U+E0101⟩"
        );
        let scripts =
            ["عمل\u{200f}", "क्\u{200d}ष", "葛\u{e0100}城", "☎\u{fe0f} 1\u{fe0f}\u{20e3}", "東京 – Zürich"];
        for plain in scripts.into_iter().chain(["Contoso", "two\nlines\tand a tab"]) {
            assert!(matches!(made_visible(plain), Cow::Borrowed(same) if same == plain), "{plain:?}");
        }
    }
}
