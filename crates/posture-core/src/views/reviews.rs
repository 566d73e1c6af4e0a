//! Attention items that an operator has marked as known.
//!
//! A mark holds until its end, and only as long as the item has the fingerprint it was made for: family, state, reasons, and the backup
//! set or restore run that the item comes from. It is presentation only: a marked item is shown without colour and comes last within its rank.
//! The report, its order, verdicts, counts and calm do not know of marks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::id::Id;
use crate::invisible_chars::{is_unseen, made_visible};
use crate::report::model::{AttentionItem, Domain, TenantReport};
use crate::timestamp::Timestamp;
use crate::views::truncation;

/// The longest note of a mark, in characters.
pub const LONGEST_NOTE: usize = 2000;
/// The longest link of a mark, in characters.
pub const LONGEST_TICKET: usize = 500;
/// The longest key of an item, in bytes.
const LONGEST_ITEM: usize = 200;
/// How many days ahead a mark may end at most.
pub const LONGEST_DAYS: i64 = 366;
/// How many days ahead a mark ends if nobody chooses another day.
pub const USUAL_DAYS: i64 = 14;

const DAY: i64 = 24 * 3600;

/// An attention item that is marked as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Review {
    /// When it was marked.
    pub at: Timestamp,
    /// Who marked it, if the endpoint knows users.
    pub by: Option<String>,
    /// What the item was when it was marked.
    pub fingerprint: String,
    /// The item's key.
    pub item: String,
    /// Why it is known.
    pub note: Option<String>,
    /// The tenant.
    pub tenant_id: Id,
    /// A link or reference to the work on it.
    pub ticket: Option<String>,
    /// The last instant at which it holds.
    pub until: Timestamp,
}

/// Why a mark is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewFault {
    /// It is not an object with `tenant_id`, `item`, `fingerprint` and `until`, or a value in it has the wrong type.
    Incomplete,
    /// Its note is too long.
    LongNote,
    /// Its link is not http or https, is too long, or has white space.
    Ticket,
    /// Its end is not an instant in the next year.
    Until,
}

impl Review {
    /// Reads a mark as an endpoint writes it; `None` if it cannot be read.
    pub fn read(value: &Value) -> Option<Self> {
        let at = instant(value, "at")?;
        Some(Self { by: text(value, "by"), ..Self::stated(value, at)? })
    }

    /// Reads and checks a mark that someone makes now.
    pub fn made(value: &Value, by: Option<String>, now: Timestamp) -> Result<Self, ReviewFault> {
        let is_text = |key| value.get(key).is_none_or(|value| value.is_string() || value.is_null());
        let stated = Self::stated(value, now).filter(|_| is_text("note") && is_text("ticket"));
        let review = Self { by, ..stated.ok_or(ReviewFault::Incomplete)? };
        let is_long =
            |text: &Option<String>, longest| text.as_ref().is_some_and(|text| text.chars().count() > longest);
        if is_long(&review.note, LONGEST_NOTE) {
            return Err(ReviewFault::LongNote);
        }
        let is_link = |ticket: &String| safe_ticket(ticket).is_some();
        if is_long(&review.ticket, LONGEST_TICKET) || !review.ticket.iter().all(is_link) {
            return Err(ReviewFault::Ticket);
        }
        if review.until <= now || review.until > now.plus(LONGEST_DAYS * DAY) {
            return Err(ReviewFault::Until);
        }
        Ok(review)
    }

    /// The mark as a page shows it: long texts are cut, and characters that would deceive a reader are shown by their code point.
    #[must_use]
    pub fn shown(&self) -> Self {
        let note = self.note.as_deref().map(|note| truncation::prose(&made_visible(note)).into_owned());
        let by = self.by.as_deref().map(|by| truncation::line(&made_visible(by)).into_owned());
        Self { by, note, ..self.clone() }
    }

    fn stated(value: &Value, at: Timestamp) -> Option<Self> {
        Some(Self {
            at,
            by: None,
            fingerprint: text(value, "fingerprint").filter(|text| text.len() <= 64)?,
            item: text(value, "item").filter(|item| is_item(item))?,
            note: text(value, "note"),
            tenant_id: Id::new(value.get("tenant_id")?.as_u64()?)?,
            ticket: text(value, "ticket"),
            until: instant(value, "until")?,
        })
    }
}

/// Whether a text can be an item's key.
pub fn is_item(text: &str) -> bool {
    text.len() <= LONGEST_ITEM && !text.contains(char::is_control)
}

/// A text of an object; `None` if it is absent or blank.
fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn instant(value: &Value, key: &str) -> Option<Timestamp> {
    value.get(key)?.as_str().and_then(Timestamp::parse)
}

/// A ticket's link, if it is safe to follow: only http and https, to a host, as it reads.
pub fn safe_ticket(ticket: &str) -> Option<&str> {
    let address = ticket.strip_prefix("http://").or_else(|| ticket.strip_prefix("https://"))?;
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    // What precedes an `@` looks like the host, and is not.
    let has_host = !host.is_empty() && !host.contains('@');
    let is_clean = !ticket.chars().any(|c| c == '\\' || c.is_whitespace() || is_unseen(c));
    (has_host && is_clean).then_some(ticket)
}

/// What an attention item of a tenant is: the same as long as its family, state, reasons, and the set or run it comes from are.
pub fn fingerprint(item: &AttentionItem, tenant: &TenantReport) -> String {
    let context = &item.reason_context;
    let (reasons, record) = match item.family {
        Domain::BackupHealth => {
            let health = &tenant.backup_health;
            let reasons: Vec<_> = health.reasons.iter().map(|reason| reason.as_str()).collect();
            (reasons.join(" "), health.latest_relevant_backup_set_id)
        }
        Domain::RecoveryEvidence => {
            (context.reason.clone(), tenant.recovery_evidence.latest_relevant_restore_run_id)
        }
        Domain::Governance | Domain::Operations | Domain::Alerts => (signal_title(item, tenant), None),
    };
    let record = record.map(|id| id.to_string()).unwrap_or_default();
    // Lengths keep two different lists of parts from being the same text.
    let mut digest = Sha256::new();
    for part in [item.family.as_str(), &item.key, &context.state, &context.reason, &reasons, &record] {
        digest.update(part.len().to_string());
        digest.update(":");
        digest.update(part);
    }
    hex::encode(&digest.finalize()[..16])
}

/// The title of the signal that an item is about, as pages show it, so that a page finds the fingerprint that a file has.
fn signal_title(item: &AttentionItem, tenant: &TenantReport) -> String {
    let mut signals = tenant.needs_attention.groups.iter().flat_map(|group| &group.items);
    let signal = signals.find(|signal| signal.domain == item.family && signal.key == item.key);
    signal.map(|signal| truncation::line(&made_visible(&signal.title)).into_owned()).unwrap_or_default()
}

/// The marks that have not ended at an instant, by what they are on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(BTreeMap<(Id, String), Review>);

impl Marks {
    /// The marks that have not ended at an instant.
    pub fn at(reviews: impl IntoIterator<Item = Review>, at: Timestamp) -> Self {
        let lasting = reviews.into_iter().filter(|review| at <= review.until);
        Self(lasting.map(|review| ((review.tenant_id, review.item.clone()), review)).collect())
    }

    /// The mark that holds for an item of a tenant.
    pub fn of(&self, item: &AttentionItem, tenant: &TenantReport) -> Option<&Review> {
        let review = self.0.get(&(tenant.tenant_id, item.key.clone()))?;
        (review.fingerprint == fingerprint(item, tenant)).then_some(review)
    }

    /// Whether there is a mark on any item of a tenant, whether or not it still holds.
    pub(crate) fn concern(&self, tenant: Id) -> bool {
        self.0.range((tenant, String::new())..).next().is_some_and(|((marked, _), _)| *marked == tenant)
    }

    /// All of them as JSON, as a saved page carries them.
    pub fn to_values(&self) -> Vec<Value> {
        self.0.values().filter_map(|review| serde_json::to_value(review).ok()).collect()
    }
}

/// The instant at which marks are looked up: that of the report, or the present if that is later. A mark that has ended stays so.
pub fn looked_up_at(as_of: Timestamp, now: Option<Timestamp>) -> Timestamp {
    now.map_or(as_of, |now| now.max(as_of))
}

/// The marks of a workspace as an endpoint lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReviewList {
    /// The marks.
    pub reviews: Vec<Review>,
    /// The tenants whose items the viewer may mark; `None` for all.
    manageable: Option<BTreeSet<Id>>,
}

impl ReviewList {
    /// Reads the list of an endpoint; `None` if it is not one. A mark that cannot be read is left out, and so is a tenant.
    pub fn read(text: &str) -> Option<Self> {
        let list: Value = serde_json::from_str(text).ok()?;
        let reviews = list.get("reviews")?.as_array()?.iter().filter_map(Review::read).collect();
        let manageable = list.get("manageable_tenants").filter(|tenants| !tenants.is_null());
        let manageable = manageable.map(|tenants| {
            let ids = tenants.as_array().into_iter().flatten();
            ids.filter_map(|id| Id::new(id.as_u64()?)).collect()
        });
        Some(Self { reviews, manageable })
    }

    /// The marks of a saved page, which nobody can change.
    pub fn of_page(reviews: Vec<Review>) -> Self {
        Self { reviews, manageable: Some(BTreeSet::new()) }
    }

    /// Whether the viewer may mark the items of a tenant.
    pub fn may_mark(&self, tenant: Id) -> bool {
        self.manageable.as_ref().is_none_or(|tenants| tenants.contains(&tenant))
    }

    /// Whether there is neither a mark to show nor an item that the viewer may mark.
    pub fn is_without_effect(&self) -> bool {
        self.reviews.is_empty() && self.manageable.as_ref().is_some_and(BTreeSet::is_empty)
    }
}

/// The marks that a saved page carries. One that cannot be read is left out.
pub fn read_marks(values: &[Value]) -> Vec<Review> {
    values.iter().filter_map(Review::read).collect()
}

/// What is sent to an endpoint to mark an item.
pub fn mark_request(
    tenant: Id,
    item: &str,
    fingerprint: &str,
    note: &str,
    ticket: &str,
    until: Timestamp,
) -> String {
    let stated = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    json!({
        "fingerprint": fingerprint, "item": item, "note": stated(note), "tenant_id": tenant, "ticket": stated(ticket), "until": until,
    })
    .to_string()
}

/// The day in UTC so many days after an instant, such as `2026-12-04`.
pub fn day_after(at: Timestamp, days: i64) -> String {
    at.plus(days * DAY).to_string().chars().take(10).collect()
}

/// The last second of a day, in UTC, given as `2026-12-04`.
pub fn end_of_day(date: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{date}T23:59:59Z"))
}
