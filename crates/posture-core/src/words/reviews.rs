//! Marks on attention items, in words.

use crate::views::reviews::{LONGEST_DAYS, LONGEST_NOTE, LONGEST_TICKET, Review, ReviewFault};
use crate::words::instant;

/// Until when an item is known, without the note: `Known until 2026-12-04 23:59 UTC`.
pub fn known_until(review: &Review) -> String {
    format!("Known until {}", instant(review.until))
}

/// When an item was marked, to be followed by who did: `Marked at 2026-11-20 08:00 UTC`.
pub fn marked_at(review: &Review) -> String {
    format!("Marked at {}", instant(review.at))
}

/// Why a mark is not taken, and what to do.
pub fn review_fault(fault: ReviewFault) -> String {
    match fault {
        ReviewFault::Incomplete => {
            "The mark lacks tenant_id, item, fingerprint or until, or one of its values is invalid. Send all four, and texts as strings."
                .to_owned()
        }
        ReviewFault::LongNote => format!("The note is longer than {LONGEST_NOTE} characters. Shorten it."),
        ReviewFault::Ticket => format!(
            "The ticket must be a link that starts with http:// or https://, names a host and has at most {LONGEST_TICKET} characters."
        ),
        ReviewFault::Until => {
            format!("The end of a mark must be an instant in the next {LONGEST_DAYS} days.")
        }
    }
}

/// A source that cannot keep marks.
pub const NO_REVIEWS: &str = "Items cannot be marked as known here, because the endpoint has nowhere to keep marks. Serve the evidence from a store that can be written to, or set reviews-database-url.";

/// Someone who may not mark items.
pub const MAY_NOT_REVIEW: &str = "You may not mark items as known. It needs the capability reviews.manage.";
