//! Record ids: the same record has the same id in every gathering.

use std::collections::HashMap;

use posture_core::GREATEST_NUMBER;
use sha2::{Digest as _, Sha256};

/// The first 53 bits of SHA-256 over a kind and a natural key, never 0.
pub fn id(kind: &str, natural_key: &str) -> u64 {
    // The zero byte distinguishes ("a", "bc") from ("ab", "c").
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(natural_key).finalize();
    let first = digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    (first >> 11).max(1)
}

/// The ids of one collection, each given out once.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// The taken ids, each with one from which on to look for a free one. It moves on, so that many equal keys do not walk over each other.
    taken: HashMap<u64, u64>,
}

impl Ids {
    /// Claims the id of a natural key. If another key of the collection has it, the next free one, and `false`.
    pub fn claim(&mut self, kind: &str, natural_key: &str) -> (u64, bool) {
        self.claim_number(id(kind, natural_key))
    }

    /// Claims an id, or the next free one, and `false`.
    pub fn claim_number(&mut self, wanted: u64) -> (u64, bool) {
        let wanted = wanted.clamp(1, GREATEST_NUMBER);
        let (mut id, mut passed) = (wanted, Vec::new());
        while let Some(next) = self.taken.get(&id) {
            passed.push(id);
            id = *next;
        }
        let next = if id == GREATEST_NUMBER { 1 } else { id + 1 };
        self.taken.insert(id, next);
        for taken in passed {
            self.taken.insert(taken, next);
        }
        (id, id == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_kind_and_key_and_fits_53_bits() {
        assert_eq!(id("set", "a"), id("set", "a"));
        assert_ne!(id("set", "a"), id("run", "a"));
        assert_ne!(id("a", "bc"), id("ab", "c"));
        assert!((1..=GREATEST_NUMBER).contains(&id("set", "")));
    }

    #[test]
    fn a_taken_id_gives_the_next_free_one() {
        let mut ids = Ids::default();
        assert_eq!(ids.claim_number(GREATEST_NUMBER), (GREATEST_NUMBER, true));
        assert_eq!(ids.claim_number(GREATEST_NUMBER), (1, false));
        assert_eq!(ids.claim_number(GREATEST_NUMBER), (2, false));
        assert_eq!(ids.claim_number(1), (3, false));
        assert_eq!(ids.claim_number(5), (5, true));
        assert_eq!(ids.claim_number(2), (4, false));
        assert_eq!(ids.claim_number(GREATEST_NUMBER), (6, false));
    }

    /// GA-9: in a time that grows with their number only.
    #[test]
    fn very_many_equal_keys_have_ids_one_after_the_other() {
        const KEYS: u64 = 200_000;
        let mut ids = Ids::default();
        for key in 0..KEYS {
            assert_eq!(ids.claim_number(7), (7 + key, key == 0));
        }
    }
}
