//! Metrics of notifications: how many are waiting to be delivered, and when the evidence was last checked for news.

use std::sync::{Mutex, PoisonError};

use posture_core::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::labels::label;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TargetLabels {
    target: String,
}

/// The messages that wait for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// The target's name.
    pub target: String,
    /// How many messages are waiting.
    pub waiting: usize,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
}

/// What whoever sends notifications tells the metrics.
#[derive(Debug, Default)]
pub struct NotificationMetrics {
    given_up: Counter,
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    looked_at: Option<Timestamp>,
    backlogs: Vec<Backlog>,
}

impl NotificationMetrics {
    /// Records when the evidence was last checked for news.
    pub fn looked(&self, now: Timestamp) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).looked_at = Some(now);
    }

    /// Records how many messages are waiting, for each target.
    pub fn waiting(&self, backlogs: Vec<Backlog>) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).backlogs = backlogs;
    }

    /// Counts a message that was given up.
    pub fn gave_up(&self) {
        self.given_up.inc();
    }

    /// Registers the counter, which every scrape reads.
    pub(super) fn register_counter(&self, registry: &mut Registry) {
        let help = "Notifications that were given up undelivered";
        registry.register("notifications_given_up", help, self.given_up.clone());
    }

    /// Registers the gauges of this scrape. A target for which nothing is waiting has no age.
    pub(super) fn register(&self, registry: &mut Registry, now: Timestamp) {
        let waiting = Family::<TargetLabels, Gauge>::default();
        let ages = Family::<TargetLabels, Gauge>::default();
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        for backlog in &last.backlogs {
            let labels = TargetLabels { target: label(&backlog.target) };
            let count = i64::try_from(backlog.waiting).unwrap_or(i64::MAX);
            waiting.get_or_create(&labels).set(count);
            if let Some(oldest) = backlog.oldest {
                // If the clock was set back, the age is 0 and not negative.
                let age = now.unix_seconds().saturating_sub(oldest.unix_seconds()).max(0);
                ages.get_or_create(&labels).set(age);
            }
        }
        registry.register(
            "notifications_waiting",
            "Notifications waiting to be delivered, by target",
            waiting,
        );
        registry.register(
            "notifications_oldest_waiting_seconds",
            "Age of the oldest waiting notification, by target",
            ages,
        );
        if let Some(looked_at) = last.looked_at {
            let looked = Gauge::<i64>::default();
            looked.set(looked_at.unix_seconds());
            registry.register(
                "notifications_looked_timestamp_seconds",
                "When the evidence was last checked for news",
                looked,
            );
        }
    }
}
