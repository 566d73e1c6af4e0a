//! Names that are quick to compare: in a browser, bytes are compared one by one.

/// A text, ordered as such: its first sixteen bytes, and zeros where it is shorter, are compared at once and mostly decide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named<T> {
    beginning: u128,
    pub(crate) text: T,
}

impl<T: AsRef<str>> Named<T> {
    pub(crate) fn new(text: T) -> Self {
        let bytes = text.as_ref().as_bytes();
        let beginning = bytes.first_chunk().copied().unwrap_or_else(|| {
            let mut padded = [0; 16];
            padded[..bytes.len()].copy_from_slice(bytes);
            padded
        });
        Self { beginning: u128::from_be_bytes(beginning), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn names_are_ordered_as_their_texts(one in "[ab\\x00é]{0,20}", other in "[ab\\x00é]{0,20}") {
            proptest::prop_assert_eq!(Named::new(&one).cmp(&Named::new(&other)), one.cmp(&other));
        }
    }
}
