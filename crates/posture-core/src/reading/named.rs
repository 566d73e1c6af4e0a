//! Names that are quick to compare: in a browser, bytes are compared one by one.

use std::cmp::Ordering;

/// How many bytes are compared at once.
const BEGINNING_BYTES: usize = 16;

/// A text, ordered as such. Its first sixteen bytes, padded with zeros, are compared at once and mostly decide.
#[derive(Clone, Debug)]
pub(crate) struct Named<T> {
    beginning: u128,
    pub(crate) text: T,
}

impl<T: AsRef<str>> Named<T> {
    pub(crate) fn new(text: T) -> Self {
        let bytes = text.as_ref().as_bytes();
        let beginning = bytes.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [0; BEGINNING_BYTES];
            padded[..bytes.len()].copy_from_slice(bytes);
            padded
        });
        Self { beginning: u128::from_be_bytes(beginning), text }
    }

    /// The bytes after the first sixteen.
    fn rest(&self) -> &[u8] {
        self.text.as_ref().as_bytes().get(BEGINNING_BYTES..).unwrap_or_default()
    }
}

impl<T: AsRef<str>> Ord for Named<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let behind = || {
            self.rest()
                .cmp(other.rest())
                .then_with(|| self.text.as_ref().len().cmp(&other.text.as_ref().len()))
        };
        self.beginning.cmp(&other.beginning).then_with(behind)
    }
}

impl<T: AsRef<str>> PartialOrd for Named<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: AsRef<str>> PartialEq for Named<T> {
    fn eq(&self, other: &Self) -> bool {
        self.beginning == other.beginning
            && self.rest() == other.rest()
            && self.text.as_ref().len() == other.text.as_ref().len()
    }
}

impl<T: AsRef<str>> Eq for Named<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn names_are_ordered_as_their_texts(one in "[a\\x00é]{0,20}", other in "[a\\x00é]{0,20}") {
            proptest::prop_assert_eq!(Named::new(&one).cmp(&Named::new(&other)), one.cmp(&other));
        }

        #[test]
        fn names_that_begin_alike_are_ordered_by_what_follows(one in "\\PC{0,4}\\x00{0,4}", other in "\\PC{0,4}\\x00{0,4}", length in 12_usize..20) {
            let [one, other] = [one, other].map(|rest| format!("{}{rest}", "a".repeat(length)));
            proptest::prop_assert_eq!(Named::new(&one).cmp(&Named::new(&other)), one.cmp(&other));
            proptest::prop_assert_eq!(Named::new(&one) == Named::new(&other), one == other);
        }
    }
}
