//! How a state is shown: a few tones, which shells draw with colour, shape and word.

use crate::vocabulary::{Urgency, vocabulary};

vocabulary! {
    /// How a state is shown; each tone has a colour and a shape of its own.
    pub enum Tone { Critical = "critical", High = "high", Medium = "medium", Low = "low", Calm = "calm", Unknown = "unknown" }
}

impl From<Urgency> for Tone {
    fn from(urgency: Urgency) -> Self {
        match urgency {
            Urgency::Critical => Self::Critical,
            Urgency::High => Self::High,
            Urgency::Medium => Self::Medium,
            Urgency::Low => Self::Low,
        }
    }
}
