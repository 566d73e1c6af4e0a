//! Text as a search compares it.

/// A text without the differences that a person who searches does not type: case, width and marks. `Ｚürich` becomes `zurich`.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    decomposed(text).chars().filter(|character| !is_mark(*character)).flat_map(char::to_lowercase).collect()
}

/// The compatibility decomposition (NFKD).
#[cfg(target_family = "wasm")]
fn decomposed(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKD").into()
}

/// The compatibility decomposition (NFKD).
#[cfg(not(target_family = "wasm"))]
fn decomposed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfkd().collect()
}

/// Whether a character is one of the blocks of combining diacritical marks.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{1ab0}'..='\u{1aff}'
            | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}'
            | '\u{fe20}'..='\u{fe2f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_marks_make_no_difference() {
        for (written, searched) in [
            ("Żabka", "zabka"),
            ("Ｃｏｎｔｏｓｏ", "contoso"),
            ("ﬁnance", "FINANCE"),
            ("Ünïcode", "unicode"),
            ("ＡＢＣ株式会社", "abc株式会社"),
        ] {
            assert_eq!(folded(written), folded(searched), "{written}");
        }
        assert_ne!(folded("か"), folded("が"));
    }
}
