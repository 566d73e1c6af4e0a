//! What may be used only once, remembered until it would have ended anyway.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most values remembered. Beyond it, the tenth that ends first is forgotten; the provider still accepts each code only once.
pub(super) const MAX_VALUES: usize = 100_000;

/// Values that are used up, with when to forget each.
#[derive(Default)]
pub(super) struct Spent(Mutex<HashMap<String, i64>>);

impl Spent {
    /// Uses a value up. Returns whether it was not used before.
    pub(super) fn spend(&self, value: &str, now: i64, end: i64) -> bool {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if values.get(value).is_some_and(|end| *end > now) {
            return false;
        }
        if values.len() >= MAX_VALUES {
            values.retain(|_, end| *end > now);
        }
        if values.len() >= MAX_VALUES {
            forget(&mut values, MAX_VALUES / 10);
        }
        values.insert(value.to_owned(), end);
        true
    }

    /// The values that are still remembered, with when to forget each.
    pub(super) fn left(&self, now: i64) -> Vec<(String, i64)> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = values.iter().filter(|(_, end)| **end > now);
        left.map(|(value, end)| (value.clone(), *end)).collect()
    }

    /// Whether a value is used up.
    pub(super) fn is_spent(&self, value: &str, now: i64) -> bool {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(value).is_some_and(|end| *end > now)
    }
}

/// Forgets as many of those that end first. Finding one takes as long as finding all of them.
fn forget(values: &mut HashMap<String, i64>, count: usize) {
    let mut ends: Vec<_> = values.values().copied().collect();
    let last = *ends.select_nth_unstable(count - 1).1;
    let mut left = count;
    values.retain(|_, end| {
        let is_forgotten = left > 0 && *end <= last;
        left -= usize::from(is_forgotten);
        !is_forgotten
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SI-3
    #[test]
    fn a_value_is_used_once_and_forgotten_after_its_end() {
        let spent = Spent::default();
        assert!(spent.spend("a", 0, 10));
        assert!(!spent.spend("a", 5, 10));
        assert!(spent.is_spent("a", 9) && !spent.is_spent("a", 10) && !spent.is_spent("b", 5));
        assert!(spent.spend("a", 10, 20));
    }

    /// SI-6: a look at all of them for each one more would take minutes at the start.
    #[test]
    fn beyond_the_most_those_that_end_first_are_forgotten() {
        let spent = Spent::default();
        let most = i64::try_from(MAX_VALUES).unwrap();
        for end in 1..=2 * most {
            assert!(spent.spend(&end.to_string(), 0, end));
        }
        let left = spent.left(0);
        assert!((MAX_VALUES * 9 / 10..=MAX_VALUES).contains(&left.len()), "{}", left.len());
        assert!(left.iter().all(|(_, end)| *end > most));
        assert!(spent.is_spent(&(2 * most).to_string(), 0));

        let spent = Spent::default();
        for value in 0..=MAX_VALUES {
            spent.spend(&value.to_string(), 0, 1);
        }
        assert_eq!(spent.left(0).len(), MAX_VALUES - MAX_VALUES / 10 + 1, "of one end, no more than that");
    }
}
