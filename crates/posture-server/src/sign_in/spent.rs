//! What may be used only once, remembered until it would have ended anyway.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most values remembered. Beyond it, the one that ends first is forgotten; the provider still accepts each code only once.
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
        if values.len() >= MAX_VALUES
            && let Some(first) = values.iter().min_by_key(|(_, end)| **end).map(|(value, _)| value.clone())
        {
            values.remove(&first);
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
}
