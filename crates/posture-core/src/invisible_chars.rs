//! Characters that are invisible themselves and change how their neighbours look.

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
