//! A file that a person chose to open, before it is read.

use posture_core::views::reviews::{Review, read_marks};
use posture_core::{Options, Timestamp};
use posture_report::{Manifest, StatedPolicy};
use web_sys::Blob;

/// What a self-contained file says about its snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmbeddedMetadata {
    /// The report's title.
    pub title: Option<String>,
    /// The instant to judge at.
    pub as_of: Option<Timestamp>,
    /// Hours a completed backup stays fresh, instead of the snapshot's.
    pub freshness_hours: Option<u64>,
    /// Minutes a schedule may be late, instead of the snapshot's.
    pub schedule_grace_minutes: Option<u64>,
    /// A policy instead of the snapshot's.
    pub policy: Option<StatedPolicy>,
    /// The marks on attention items when it was saved.
    pub reviews: Vec<Review>,
    /// The digest of the report at that instant, under that policy.
    pub digest: Option<String>,
}

impl EmbeddedMetadata {
    /// Whether rules are stated that replace the snapshot's own.
    pub fn replaces_rules(&self) -> bool {
        self.policy.is_some() || self.freshness_hours.is_some() || self.schedule_grace_minutes.is_some()
    }

    /// The options to judge the snapshot by, at its own instant.
    pub fn options(&self) -> Options {
        Options {
            as_of: None,
            freshness_hours: self.freshness_hours,
            schedule_grace_minutes: self.schedule_grace_minutes,
            policy: self.policy.as_ref().map(ToString::to_string),
        }
    }
}

/// Something a person chose to open.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// Its bytes; `None` for a folder.
    pub file: Option<Blob>,
    /// What is said about it.
    pub stated: EmbeddedMetadata,
}

impl Chosen {
    /// The snapshot of a self-contained file, with what the file says about it.
    pub fn of_page(manifest: Manifest, snapshot: Blob) -> Self {
        let Manifest { name, title, as_of, freshness_hours, schedule_grace_minutes, policy, reviews, digest } =
            manifest;
        let stated = EmbeddedMetadata {
            title,
            as_of: as_of.as_deref().and_then(Timestamp::parse),
            freshness_hours,
            schedule_grace_minutes,
            policy,
            reviews: read_marks(&reviews),
            digest: Some(digest),
        };
        Self { name, file: Some(snapshot), stated }
    }
}
