//! One attempt to deliver a message.

mod bounded;
mod failure;
mod http;
mod password;
mod smtp;

use posture_core::{Timestamp, words};

use crate::reach::Reach;
use crate::state::Queued;
use crate::target::{Channel, Target};
pub(crate) use failure::Failure;

/// What attempts share.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) reach: Reach,
}

impl Sender {
    pub(crate) fn new(reach: Reach) -> Self {
        Self { reach }
    }
}

/// Sends a message. The last message that was given up is followed by one that says so.
pub(crate) fn send(
    sender: &Sender,
    target: &Target,
    queued: &Queued,
    given_up: u64,
    now: Timestamp,
) -> Result<(), Failure> {
    let note = (given_up > 0).then(|| words::undelivered(given_up));
    match target.channel {
        Channel::Teams | Channel::Slack | Channel::Json => {
            http::post(&sender.reach, target, queued, note.as_deref(), now)
        }
        Channel::Email => smtp::send(&sender.reach, target, queued, note.as_deref(), now),
    }
}
