//! When a message is sent: one per interval, a heartbeat if there is none, and retries with back-off.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use posture_core::Timestamp;
use posture_core::notify::announced::Announced;
use posture_core::notify::message::Message;
use posture_core::notify::round::Outcome;
use sha2::{Digest as _, Sha256};

use crate::reach::{Reach, ReachError};
use crate::send::{Failure, Sender, send};
use crate::state::{Queued, State, StateError, StateFile};
use crate::target::Target;

/// The most messages that wait for a target.
pub const MOST_WAITING: usize = 50;
/// The most messages that are sent to a target at a time.
const MOST_AT_A_TIME: usize = 10;
/// The most seconds that a receiver may ask to wait for.
const MOST_RETRY_AFTER: u64 = 24 * 60 * 60;
/// The most targets that are sent to side by side.
const MOST_SIDE_BY_SIDE: usize = 8;

/// When messages are sent.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Seconds from one message about news to the next, at least.
    pub interval: u64,
    /// Seconds without a message after which a heartbeat is sent; `None` for never.
    pub heartbeat: Option<u64>,
    /// Seconds from the first failed attempt to the next. Doubled with each further one.
    pub first_retry: u64,
    /// Seconds between attempts, at most.
    pub last_retry: u64,
    /// Seconds after which a message that could not be delivered is given up.
    pub give_up: u64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            interval: 15 * 60,
            heartbeat: Some(24 * 60 * 60),
            first_retry: 30,
            last_retry: 60 * 60,
            give_up: 3 * 24 * 60 * 60,
        }
    }
}

/// How an attempt to deliver a message ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has it.
    Delivered {
        /// The target's name.
        target: String,
        /// The message's id.
        id: String,
    },
    /// It is tried again later.
    Failed {
        /// The target's name.
        target: String,
        /// The message's id.
        id: String,
        /// Why, without the address.
        why: String,
    },
    /// It was not delivered for too long, or too many wait, and is not tried again. The next message says so.
    GivenUp {
        /// The target's name.
        target: String,
        /// The message's id.
        id: String,
    },
}

/// Sends messages to targets, and keeps them in a file until they were delivered.
#[derive(Debug)]
pub struct Notifier {
    file: StateFile,
    state: State,
    targets: Vec<Target>,
    sender: Sender,
    timing: Timing,
    removed: Vec<(String, usize)>,
    given_up: Vec<Delivery>,
}

impl Notifier {
    /// Opens the state file, which no other process may use.
    pub fn open(path: &Path, targets: Vec<Target>, reach: Reach, timing: Timing) -> Result<Self, StateError> {
        let (file, mut state) = StateFile::open(path)?;
        let targets = numbered(targets);
        let is_configured = |name: &str| targets.iter().any(|target| target.name() == name);
        let removed = state.waiting.iter().filter(|(name, _)| !is_configured(name));
        let removed = removed.map(|(name, waiting)| (name.clone(), waiting.queue.len()));
        let removed = removed.filter(|(_, count)| *count > 0).collect();
        state.waiting.retain(|name, _| is_configured(name));
        Ok(Self { file, state, targets, sender: Sender::new(reach), timing, removed, given_up: Vec::new() })
    }

    /// Targets that are no longer configured, and how many messages were waiting for each. These are dropped.
    pub fn removed(&self) -> &[(String, usize)] {
        &self.removed
    }

    /// Checks that the host of every target is allowed.
    pub fn check(&self) -> Result<(), ReachError> {
        self.targets.iter().try_for_each(|target| self.sender.reach.check(target))
    }

    /// What readers know from the last message; `None` before the first message.
    pub fn announced(&self) -> Option<&Announced> {
        self.state.announced.as_ref()
    }

    /// Whether a message may be made now: about news, or a heartbeat.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.is_news_due(now) || self.is_heartbeat_due(now)
    }

    fn is_news_due(&self, now: Timestamp) -> bool {
        has_passed(self.state.last_news, self.timing.interval, now)
    }

    fn is_heartbeat_due(&self, now: Timestamp) -> bool {
        self.timing.heartbeat.is_some_and(|seconds| has_passed(self.state.last_message, seconds, now))
    }

    /// Queues the message of a round if one is due. It is in the file before it is sent: if it cannot be written, nothing is queued.
    pub fn take(&mut self, outcome: Outcome, now: Timestamp) -> Result<(), StateError> {
        let (state, given_up) = (self.state.clone(), self.given_up.clone());
        self.queue_due(outcome, now).inspect_err(|_| (self.state, self.given_up) = (state, given_up))
    }

    fn queue_due(&mut self, outcome: Outcome, now: Timestamp) -> Result<(), StateError> {
        let Outcome { announced, news, heartbeat } = outcome;
        match news {
            // It is announced later. A heartbeat says how things are meanwhile.
            Some(_) if !self.is_news_due(now) => {
                if !self.is_heartbeat_due(now) {
                    return Ok(());
                }
                self.queue(&heartbeat, now);
                return self.file.write(&self.state);
            }
            Some(message) => {
                self.queue(&message, now);
                self.state.last_news = Some(now);
            }
            None => {
                if self.is_heartbeat_due(now) {
                    self.queue(&heartbeat, now);
                } else if self.state.announced.as_ref() == Some(&announced) {
                    return Ok(());
                }
            }
        }
        self.state.announced = Some(announced);
        self.file.write(&self.state)
    }

    /// How many messages wait, for all targets together.
    pub fn waiting(&self) -> usize {
        self.state.waiting.values().map(|waiting| waiting.queue.len()).sum()
    }

    /// For each target: its name, how many messages wait, and when the oldest of them was made.
    pub fn backlogs(&self) -> impl Iterator<Item = (&str, usize, Option<Timestamp>)> {
        self.targets.iter().map(|target| {
            let queue = self.state.waiting.get(target.name()).map(|waiting| &waiting.queue);
            let oldest = queue.and_then(|queue| queue.front()).map(|oldest| oldest.message.made_at);
            (target.name(), queue.map_or(0, VecDeque::len), oldest)
        })
    }

    /// Tries to deliver what waits. Targets are tried side by side, so that a slow one does not hold up the others; the messages to one
    /// target stay in order. The file is written after each attempt. Returns how the attempts ended, in the order in which the targets are
    /// configured.
    pub fn deliver(&mut self, now: Timestamp) -> Result<Vec<Delivery>, StateError> {
        let mut deliveries = vec![Vec::new(); self.targets.len()];
        let mut failed = None;
        // Shared with the threads, while the state is changed here.
        let targets = std::mem::take(&mut self.targets);
        let sender = &self.sender;
        let (file, timing, state) = (&self.file, &self.timing, &mut self.state);
        thread::scope(|scope| {
            let (report, reports) = mpsc::channel();
            let (mut ahead, mut running) = ((0..targets.len()).collect::<VecDeque<_>>(), 0);
            loop {
                while running < MOST_SIDE_BY_SIDE
                    && failed.is_none()
                    && let Some(place) = ahead.pop_front()
                {
                    let Some(target) = targets.get(place) else { continue };
                    let Some((next, given_up)) = state.next(target.name(), timing, now) else { continue };
                    let reported = report.clone();
                    running += 1;
                    let started = thread::Builder::new().spawn_scoped(scope, move || {
                        let attempt = AssertUnwindSafe(|| send(sender, target, &next, given_up, now));
                        let outcome = catch_unwind(attempt);
                        let outcome = outcome.unwrap_or_else(|_| Err(Failure::new("Failed to send.")));
                        // The receiver is there until each attempt has reported.
                        let _reported = reported.send((place, outcome));
                    });
                    if let Err(error) = started {
                        let failure = Failure::new(format!("Failed to start sending: {error}."));
                        let _reported = report.send((place, Err(failure)));
                    }
                }
                if running == 0 {
                    break;
                }
                let Ok((place, outcome)) = reports.recv() else { break };
                running -= 1;
                let (Some(target), Some(done)) = (targets.get(place), deliveries.get_mut(place)) else {
                    continue;
                };
                let is_delivered = outcome.is_ok();
                done.extend(state.ended(target.name(), outcome, timing, now));
                if let Err(error) = file.write(state) {
                    failed.get_or_insert(error);
                }
                if is_delivered && done.len() < MOST_AT_A_TIME {
                    ahead.push_back(place);
                }
            }
        });
        self.targets = targets;
        match failed {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut self.given_up)
                .into_iter()
                .chain(deliveries.into_iter().flatten())
                .collect()),
        }
    }

    fn queue(&mut self, message: &Message, now: Timestamp) {
        self.state.messages += 1;
        self.state.last_message = Some(now);
        let id = id(self.state.messages, message);
        for target in &self.targets {
            let waiting = self.state.waiting.entry(target.name().to_owned()).or_default();
            if waiting.queue.len() >= MOST_WAITING
                && let Some(oldest) = waiting.queue.pop_front()
            {
                waiting.given_up += 1;
                self.given_up.push(Delivery::GivenUp { target: target.name().to_owned(), id: oldest.id });
            }
            waiting.queue.push_back(Queued { id: id.clone(), message: message.clone() });
        }
    }
}

impl State {
    /// What to send to a target next, if it may be tried again, and how many messages to it were given up.
    fn next(&self, target: &str, timing: &Timing, now: Timestamp) -> Option<(Queued, u64)> {
        let waiting = self.waiting.get(target)?;
        // What failed later than now, or for longer than the longest pause, failed while the clock was ahead.
        let longest = timing.last_retry.max(MOST_RETRY_AFTER);
        let was_ahead = waiting.failed_at.is_some_and(|at| now < at);
        let is_early =
            waiting.not_before.is_some_and(|at| now < at && at.seconds_since(now) <= longest && !was_ahead);
        let next = waiting.queue.front().filter(|_| !is_early)?;
        Some((next.clone(), waiting.given_up))
    }

    /// Notes how the attempt to send the oldest message of a target ended.
    fn ended(
        &mut self,
        target: &str,
        outcome: Result<(), Failure>,
        timing: &Timing,
        now: Timestamp,
    ) -> Option<Delivery> {
        let waiting = self.waiting.get_mut(target)?;
        let oldest = waiting.queue.front()?;
        let (target, id, made_at) = (target.to_owned(), oldest.id.clone(), oldest.message.made_at);
        let failure = match outcome {
            Ok(()) => {
                waiting.queue.pop_front();
                (waiting.failures, waiting.given_up, waiting.not_before) = (0, 0, None);
                return Some(Delivery::Delivered { target, id });
            }
            Err(failure) => failure,
        };
        let asked = failure.retry_after.unwrap_or(0).min(MOST_RETRY_AFTER);
        let pause = pause(timing, waiting.failures).max(asked);
        waiting.failed_at = Some(now);
        waiting.failures = waiting.failures.saturating_add(1);
        waiting.not_before = Timestamp::from_unix_seconds(now.unix_seconds().saturating_add_unsigned(pause));
        if now.seconds_since(made_at) < timing.give_up {
            return Some(Delivery::Failed { target, id, why: failure.why });
        }
        waiting.queue.pop_front();
        waiting.given_up += 1;
        Some(Delivery::GivenUp { target, id })
    }
}

/// Whether a span has passed since an instant. A clock that was set back does not keep messages from being sent.
fn has_passed(since: Option<Timestamp>, seconds: u64, now: Timestamp) -> bool {
    since.is_none_or(|since| now < since || now.seconds_since(since) >= seconds)
}

/// Seconds until the next attempt after this many failed ones before.
fn pause(timing: &Timing, failures: u32) -> u64 {
    timing.first_retry.saturating_mul(1_u64.checked_shl(failures).unwrap_or(u64::MAX)).min(timing.last_retry)
}

/// The id of a message: the same for every target and attempt, and different for every other message.
fn id(number: u64, message: &Message) -> String {
    let text = format!("{number} {} {message:?}", message.made_at);
    let mut id = hex::encode(Sha256::digest(text));
    id.truncate(32);
    id
}

/// Numbers targets of the same name, so that each name is one target's: what waits is kept by name.
fn numbered(targets: Vec<Target>) -> Vec<Target> {
    let mut taken = BTreeSet::new();
    let number = |target: Target| {
        let stated = target.name().to_owned();
        let mut name = stated.clone();
        let mut number = 1;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{stated} #{number}");
        }
        target.named(&name)
    };
    targets.into_iter().map(number).collect()
}
