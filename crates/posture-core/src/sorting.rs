//! A type-erased sort. The standard library's is compiled again for each type; in the browser's program those copies were a
//! fourteenth of what came over the wire.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts by an order; equal elements keep their order.
pub fn sort_by<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    if items.is_sorted_by(|a, b| order(a, b).is_le()) {
        return;
    }
    let mut ranks = ranks(items.len(), &|a, b| order(&items[a], &items[b]));
    // Each exchange brings one item to its rank.
    for place in 0..items.len() {
        while ranks[place] != place {
            let rank = ranks[place];
            items.swap(place, rank);
            ranks.swap(place, rank);
        }
    }
}

/// Sorts by a key; equal elements keep their order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Adds an item to the first of an order, of which `limit` are kept; equal items keep their order. Of very many items, most come after
/// the last that is kept, which is one comparison.
pub(crate) fn keep_first<T>(kept: &mut Vec<T>, limit: usize, item: T, order: impl Fn(&T, &T) -> Ordering) {
    if kept.len() >= limit && kept.last().is_none_or(|last| order(last, &item).is_le()) {
        return;
    }
    let place = kept.partition_point(|other| order(other, &item).is_le());
    kept.insert(place, item);
    kept.truncate(limit);
}

/// The distinct items, in their order. `collect` would sort them first.
pub(crate) fn set_of<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

/// The values by their keys; of equal keys the last wins. `collect` would sort them first.
pub(crate) fn map_of<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

/// The rank of each of so many items, by an order of their places.
fn ranks(items: usize, order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..items).collect();
    places.sort_by(|a, b| order(*a, *b));
    let mut ranks = vec![0; items];
    for (rank, place) in places.into_iter().enumerate() {
        ranks[place] = rank;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_first_items_are_those_of_the_whole_order(items in proptest::collection::vec((0_u8..20, 0_u32..1000), 0..100), limit in 0_usize..12) {
            let mut kept = Vec::new();
            for item in &items {
                keep_first(&mut kept, limit, *item, |a, b| a.0.cmp(&b.0));
            }
            let mut expected = items;
            expected.sort_by_key(|item| item.0);
            expected.truncate(limit);
            proptest::prop_assert_eq!(kept, expected);
        }

        #[test]
        fn items_come_in_the_order_of_the_standard_library(mut items in proptest::collection::vec((0_u8..20, 0_u32..1000), 0..200)) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_by_key(&mut items, |item| item.0);
            proptest::prop_assert_eq!(items, expected);
        }
    }
}
