//! Arrays that are written as objects. PHP does this if the keys of a list are not 0, 1, 2 and so on.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Cursor, Kind};
use crate::json::fault::{Mismatch, Read};

impl<'a> Cursor<'a> {
    /// Reads an array, or an object that is empty or whose first key is all ASCII digits. Calls `element` with the
    /// index before each value; it must read or skip the value. Outside tenants and the policy, only an array is valid.
    pub(crate) fn values(&mut self, element: &mut dyn FnMut(&mut Self, usize) -> Read<()>) -> Read<()> {
        if self.next_byte() != Some(b'{') || self.is_in_head() {
            return self.elements(element);
        }
        if !self.reads_as_array()? {
            return self.expected("an array");
        }
        self.values_of_object(element)
    }

    /// Reads an object's values as the elements of an array. Every key counts as known, so none may repeat.
    pub(crate) fn values_of_object(
        &mut self,
        element: &mut dyn FnMut(&mut Self, usize) -> Read<()>,
    ) -> Read<()> {
        let mut seen: BTreeSet<Cow<'a, str>> = BTreeSet::new();
        self.object(|cursor, key| {
            let at = cursor.at();
            let Some(key) = key else {
                cursor.peek()?;
                return Self::mismatch(at, Mismatch::LoneSurrogate);
            };
            let index = seen.len();
            if seen.contains(&key) {
                cursor.peek()?;
                return Self::mismatch(at, Mismatch::Twice(key.into_owned()));
            }
            seen.insert(key);
            element(cursor, index)
        })
    }

    /// Whether the object at the cursor is read as an array. The cursor does not move.
    pub(crate) fn reads_as_array(&mut self) -> Read<bool> {
        debug_assert_eq!(self.peek(), Ok(Kind::Object), "the caller has checked that this is an object");
        let mark = self.mark();
        let mut is_array = true;
        if self.begins_with_member()? {
            let key = self.key()?;
            is_array =
                key.is_some_and(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()));
        }
        self.reset(mark);
        Ok(is_array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::cursor::TENANT_LEVEL;
    use crate::json::fault::Problem;

    fn numbers(text: &str, level: u32) -> Result<Vec<String>, Problem> {
        let mut cursor = Cursor::new(text, level);
        let mut read = Vec::new();
        let done = cursor.values(&mut |cursor, index| {
            let number = cursor.number()?;
            read.push(format!("{index}:{number}"));
            Ok(())
        });
        done.map(|()| read).map_err(|fault| fault.problem)
    }

    #[test]
    fn an_object_with_a_numbered_first_key_reads_as_its_values_in_document_order() {
        let level = TENANT_LEVEL + 2;
        assert_eq!(numbers("[7,8]", level).unwrap(), ["0:7", "1:8"]);
        assert_eq!(numbers(r#"{ "2": 7, "0": 8, "x": 9 }"#, level).unwrap(), ["0:7", "1:8", "2:9"]);
        assert_eq!(numbers("{\"\\u0031\":7}", level).unwrap(), ["0:7"]);
        assert_eq!(numbers("{}", level).unwrap(), [""; 0]);
        for other in [r#"{"x":7}"#, r#"{"":7}"#, r#"{"-1":7}"#, r#"{"١":7}"#, "7", "\"7\"", "null"] {
            assert_eq!(numbers(other, level).unwrap_err(), Problem::Mismatch(Mismatch::Expected("an array")));
        }
    }

    #[test]
    fn a_key_may_occur_only_once() {
        let repeated = numbers(r#"{"0":7,"x":8,"0":9}"#, TENANT_LEVEL + 2);
        assert_eq!(repeated.unwrap_err(), Problem::Mismatch(Mismatch::Twice("0".to_owned())));
    }

    #[test]
    fn in_the_head_only_an_array_is_valid() {
        assert_eq!(numbers("{}", 2).unwrap_err(), Problem::Mismatch(Mismatch::Expected("an array")));
    }
}
