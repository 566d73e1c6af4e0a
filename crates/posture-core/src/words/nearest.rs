//! The known word that a misspelled one most likely means.

/// How much of a word is compared. Names of groups are of any length, and comparing two takes time by the product of their lengths.
const COMPARED: usize = 64;
/// How alike two words must be, from 0 to 1.
const ALIKE: f64 = 0.65;

/// The word that is most like the one found, if any is. Case does not matter; of several, the first.
pub fn nearest<'w>(found: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let found = compared(found);
    if found.chars().count() < 2 {
        return None;
    }
    // The first finds a word that is cut short, the second swapped letters in a short word.
    let likeness = |word: &str| {
        let word = compared(word);
        strsim::jaro_winkler(&found, &word).max(strsim::normalized_damerau_levenshtein(&found, &word))
    };
    let mut best = None;
    for word in words {
        let likeness = likeness(word);
        if likeness >= ALIKE && best.is_none_or(|(_, before)| likeness > before) {
            best = Some((word, likeness));
        }
    }
    best.map(|(word, _)| word)
}

fn compared(word: &str) -> String {
    word.chars().take(COMPARED).flat_map(char::to_lowercase).collect()
}
