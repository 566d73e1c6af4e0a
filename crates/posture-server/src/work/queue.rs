//! A queue of work that waits for one of few slots. Those who ask take turns, so nobody waits for all of what somebody else asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use posture_core::Id;
use tokio::sync::oneshot;

/// The most bytes of evidence that the work of a queue reads, waiting or in progress. A single piece of work may be larger.
pub(super) const QUEUE_BYTES: u64 = 1 << 31;
/// How many bytes must be free for each one that an identity's work reads, before it gets another place.
///
/// So one identity has little more than a quarter of a queue.
const FREE_FOR_EACH_HELD: u64 = 3;

/// Who takes turns with others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    /// An authenticated identity.
    Identity(String),
    /// Without authentication, all viewers of a workspace.
    Anyone(Id),
    /// The endpoint itself, which waits for one piece of work at a time for each purpose, and is never refused.
    Background,
}

/// Work that waits or is in progress.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    free_slots: u32,
    /// How many bytes the work of each asker reads, if it reads any.
    bytes: HashMap<Asker, u64>,
    /// In the order of arrival.
    waiting: Vec<Waiting>,
    /// The round of the work that began last.
    round: u64,
    /// The last round that each asker has a place in, unless it is over.
    last_rounds: HashMap<Asker, u64>,
}

#[derive(Debug)]
struct Waiting {
    round: u64,
    slots: u32,
    ready: oneshot::Sender<Slots>,
}

/// A place in a queue.
#[derive(Debug)]
pub(crate) struct Place {
    queue: Arc<Queue>,
    asker: Asker,
    bytes: u64,
    /// How many slots the work takes.
    slots: u32,
}

/// Whoever has it may work. It goes with the work, not with the request.
#[derive(Debug)]
pub(crate) struct Permit {
    _slots: Option<Slots>,
    _place: Place,
}

/// Slots that are taken.
#[derive(Debug)]
struct Slots {
    queue: Arc<Queue>,
    count: u32,
}

impl Queue {
    pub(super) fn new(slots: u32) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { free_slots: slots, ..State::default() }) })
    }

    /// A place for work that reads so many bytes and takes so many slots; `None` if too much waits already.
    pub(super) fn place(self: &Arc<Self>, asker: Asker, bytes: u64, slots: u32) -> Option<Place> {
        let mut state = self.state();
        let used: u64 = state.bytes.values().sum();
        let own = state.bytes.get(&asker).copied().unwrap_or_default();
        let free = QUEUE_BYTES.saturating_sub(used);
        let is_within = match asker {
            Asker::Identity(_) => bytes <= free && (own == 0 || free / FREE_FOR_EACH_HELD > own),
            Asker::Anyone(_) => bytes <= free,
            Asker::Background => true,
        };
        if used > 0 && !is_within {
            return None;
        }
        *state.bytes.entry(asker.clone()).or_default() += bytes;
        Some(Place { queue: Arc::clone(self), asker, bytes, slots })
    }

    /// Gives free slots to those whose turn it is.
    fn go_on(self: &Arc<Self>) {
        while let Some((ready, slots)) = self.next() {
            // Whoever hung up while waiting does not take the slots, so they are free again.
            drop(ready.send(slots));
        }
    }

    /// The next one whose turn it is, if there are slots for it.
    fn next(self: &Arc<Self>) -> Option<(oneshot::Sender<Slots>, Slots)> {
        let mut state = self.state();
        state.waiting.retain(|waiting| !waiting.ready.is_closed());
        let turns = state.waiting.iter().enumerate();
        let (place, _) = turns.min_by_key(|(_, waiting)| waiting.round)?;
        if state.waiting[place].slots > state.free_slots {
            return None;
        }
        let Waiting { round, slots: count, ready } = state.waiting.remove(place);
        state.free_slots -= count;
        state.round = round;
        state.last_rounds.retain(|_, last| *last >= round);
        Some((ready, Slots { queue: Arc::clone(self), count }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits for its turn. Each asker has one in each round.
    pub(crate) async fn turn(self) -> Permit {
        let (ready, given) = oneshot::channel();
        {
            let mut state = self.queue.state();
            let now = state.round;
            let round = state.last_rounds.get(&self.asker).map_or(now, |last| now.max(last + 1));
            state.last_rounds.insert(self.asker.clone(), round);
            state.waiting.push(Waiting { round, slots: self.slots, ready });
        }
        self.queue.go_on();
        // The queue gives slots to everyone who waits.
        let slots = given.await.ok();
        Permit { _slots: slots, _place: self }
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        self.queue.state().free_slots += self.count;
        self.queue.go_on();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        {
            let mut state = self.queue.state();
            match state.bytes.get_mut(&self.asker) {
                Some(bytes) if *bytes > self.bytes => *bytes -= self.bytes,
                Some(_) | None => drop(state.bytes.remove(&self.asker)),
            }
        }
        // Others may have waited for it.
        self.queue.go_on();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const PIECE: u64 = QUEUE_BYTES / 64;

    fn identity(name: &str) -> Asker {
        Asker::Identity(name.to_owned())
    }

    fn anyone(workspace: u64) -> Asker {
        Asker::Anyone(Id::new(workspace).unwrap())
    }

    /// All places that an asker gets.
    fn all_of(queue: &Arc<Queue>, asker: &Asker) -> Vec<Place> {
        std::iter::from_fn(|| queue.place(asker.clone(), PIECE, 1)).collect()
    }

    /// EP-28
    #[test]
    fn one_identity_leaves_most_of_the_queue_to_others() {
        let queue = Queue::new(1);
        let places = ["ana", "ben", "cleo"].map(|name| all_of(&queue, &identity(name)));
        assert_eq!(places.each_ref().map(Vec::len), [16, 12, 9]);
    }

    /// EP-28
    #[test]
    fn a_place_that_is_given_back_makes_room_for_one_more() {
        let queue = Queue::new(1);
        let mut places = all_of(&queue, &identity("ana"));
        drop(places.pop());
        assert_eq!(all_of(&queue, &identity("ana")).len(), 1);
        drop(places);
        assert!(queue.state().bytes.is_empty(), "nobody is remembered who has no place");
    }

    /// EP-28
    #[test]
    fn without_identities_the_whole_queue_is_used() {
        assert_eq!(all_of(&Queue::new(1), &anyone(7)).len(), 64);
    }

    /// The order in which places get their turn, if one slot is given back after the other.
    fn order_of(places: Vec<(&'static str, Place)>) -> Vec<&'static str> {
        let mut waiting: Vec<_> =
            places.into_iter().map(|(name, place)| (name, Box::pin(place.turn()), None)).collect();
        let mut order = Vec::new();
        while !waiting.is_empty() {
            for (_, turn, permit) in &mut waiting {
                if permit.is_none() {
                    *permit = turn.as_mut().now_or_never();
                }
            }
            let place = waiting.iter().position(|(.., permit)| permit.is_some()).expect("a slot is free");
            order.push(waiting.remove(place).0);
        }
        order
    }

    /// EP-28
    #[test]
    fn those_who_ask_take_turns() {
        let queue = Queue::new(1);
        let slow = (0..4).map(|_| ("slow", queue.place(anyone(1), PIECE, 1).unwrap()));
        let small = (0..2).map(|_| ("small", queue.place(anyone(2), PIECE, 1).unwrap()));
        let ana = [("ana", queue.place(identity("ana"), PIECE, 1).unwrap())];
        let order = order_of(slow.chain(small).chain(ana).collect());
        assert_eq!(order, ["slow", "small", "ana", "slow", "small", "slow", "slow"]);
    }

    /// EP-28: whoever comes back does not go before those who have waited since.
    #[test]
    fn nobody_waits_for_ever_for_those_who_come_back() {
        let queue = Queue::new(1);
        let place = |workspace| queue.place(anyone(workspace), PIECE, 1).unwrap();
        let first = place(1).turn().now_or_never().expect("a slot is free");
        let mut second = Box::pin(place(1).turn());
        assert!(second.as_mut().now_or_never().is_none());
        let mut other = Box::pin(place(2).turn());
        assert!(other.as_mut().now_or_never().is_none());
        drop(first);
        let other = other.now_or_never().expect("the other one's first turn");
        let mut back = Box::pin(place(2).turn());
        assert!(back.as_mut().now_or_never().is_none());
        drop(other);
        assert!(back.as_mut().now_or_never().is_none());
        assert!(second.now_or_never().is_some());
        assert!(back.now_or_never().is_some());
    }

    /// EP-29
    #[test]
    fn whoever_hangs_up_while_waiting_holds_up_nobody() {
        let queue = Queue::new(2);
        let place = |slots| queue.place(anyone(1), PIECE, slots).unwrap();
        let _held = place(1).turn().now_or_never().expect("a slot is free");
        let mut large = Box::pin(place(2).turn());
        assert!(large.as_mut().now_or_never().is_none(), "one slot is not enough");
        let mut small = Box::pin(place(1).turn());
        assert!(small.as_mut().now_or_never().is_none(), "it does not go before the large one");
        drop(large);
        assert!(small.now_or_never().is_some());
        assert!(queue.state().waiting.is_empty());
    }
}
