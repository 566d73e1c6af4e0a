//! Counts by name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::json::cursor::Cursor;
use crate::json::fault::{Mismatch, Read};
use crate::key::Key;
use crate::reading::decode::Decode;
use crate::reading::named::Named;
use crate::sorting::{map_of, set_of};

/// Counts by name.
pub type Counts = BTreeMap<Key, u64>;

/// For how many names room is made at once.
const MANY_NAMES: usize = 16;

/// Values by name as they are stated; every name counts as a known key.
#[derive(Clone, Debug)]
pub struct ByName<'a, T>(Vec<(Cow<'a, str>, T)>);

/// Counts by name as they are stated.
pub type StatedCounts<'a> = ByName<'a, u64>;

impl<T> ByName<'_, T> {
    /// Names and values in the document's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

impl StatedCounts<'_> {
    /// The counts in the order of their names.
    pub fn by_name(&self) -> Counts {
        map_of(self.iter().map(|(name, count)| (Key(name.to_owned()), *count)))
    }
}

impl<'a, T: Decode<'a>> Decode<'a> for ByName<'a, T> {
    fn decode(cursor: &mut Cursor<'a>) -> Read<Self> {
        let mut values: Vec<(Cow<'a, str>, T)> = Vec::new();
        // If names ascend, as exporters write them, none repeats.
        let mut seen: Option<BTreeSet<Cow<'a, str>>> = None;
        cursor.object(|cursor, name| {
            let at = cursor.at();
            let Some(name) = name else {
                cursor.peek()?;
                return Cursor::mismatch(at, Mismatch::LoneSurrogate);
            };
            let value = T::decode(cursor)?;
            if seen.is_some() || values.last().is_some_and(|(last, _)| Named::new(last) >= Named::new(&name))
            {
                let seen = seen.get_or_insert_with(|| set_of(values.iter().map(|(name, _)| name.clone())));
                if !seen.insert(name.clone()) {
                    return Cursor::mismatch(at, Mismatch::Twice(name.into_owned()));
                }
            }
            if values.is_empty() {
                values.reserve(MANY_NAMES);
            }
            values.push((name, value));
            Ok(())
        })?;
        Ok(Self(values))
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for ByName<'_, T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<Key, T>::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<Key, T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::fault::Problem;

    proptest::proptest! {
        #[test]
        fn keys_are_ordered_by_their_code_units(one in "[ab\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,4}", other in "[ab\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}]{0,4}") {
            let by_units = one.encode_utf16().cmp(other.encode_utf16());
            proptest::prop_assert_eq!(Key(one).cmp(&Key(other)), by_units);
        }

        #[test]
        fn a_name_may_be_counted_only_once_in_any_order_of_names(names in proptest::collection::vec("[a-e]", 0..7)) {
            let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":1")).collect();
            let text = format!("{{{}}}", members.join(","));
            let read = StatedCounts::decode(&mut Cursor::new(&text, 1));
            let repeated = (0..names.len()).find(|place| names[..*place].contains(&names[*place]));
            match repeated {
                None => {
                    let counts = read.expect("no name repeats");
                    proptest::prop_assert_eq!(counts.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>(), names);
                }
                // Up to the first that repeats, each member takes six bytes.
                Some(place) => {
                    let fault = read.expect_err("a name repeats");
                    proptest::prop_assert_eq!(&fault.problem, &Problem::Mismatch(Mismatch::Twice(names[place].clone())));
                    proptest::prop_assert_eq!(fault.at, 1 + place * 6 + 4);
                }
            }
        }
    }
}
