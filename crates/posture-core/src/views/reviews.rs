//! Attention items that an operator has marked as known.
//!
//! A mark holds until its end, and only as long as the item has the fingerprint it was made for: family, state, reasons, and the backup
//! set or restore run that the item comes from. It is presentation only: a marked item is dimmed and comes last within its rank.
//! The report, its order, verdicts, counts and calm do not know of marks.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::id::Id;
use crate::report::model::{AttentionItem, Domain, Report, TenantReport};
use crate::report::registry::{backup_rank, recovery_rank, signal_rank};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::verdicts::backup_health::BackupPosture;
use crate::verdicts::recovery_evidence::RecoveryReason;
use crate::vocabulary::SignalDomain;

/// The longest note of a mark, in characters.
pub const LONGEST_NOTE: usize = 2000;
/// The longest link of a mark, in characters.
pub const LONGEST_TICKET: usize = 500;
/// The longest key of an item, in bytes.
const LONGEST_ITEM: usize = 200;
/// How many days ahead a mark may end at most.
pub const LONGEST_DAYS: i64 = 366;

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
    /// It is not an object with `tenant_id`, `item`, `fingerprint` and `until`.
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
        let review = Self { by, ..Self::stated(value, now).ok_or(ReviewFault::Incomplete)? };
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

    /// Whether it holds for an item at an instant.
    fn holds(&self, item: &AttentionItem, fingerprint: &str, at: Timestamp) -> bool {
        self.tenant_id == item.tenant_id
            && self.item == item.key
            && self.fingerprint == fingerprint
            && at <= self.until
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

/// A ticket's link, if it is safe to follow: only http and https.
pub fn safe_ticket(ticket: &str) -> Option<&str> {
    let is_web = ticket.starts_with("http://") || ticket.starts_with("https://");
    let is_clean = !ticket.chars().any(|c| c == '\\' || c.is_whitespace() || c.is_control());
    (is_web && is_clean).then_some(ticket)
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
        Domain::Governance | Domain::Operations | Domain::Alerts => (item.title.clone(), None),
    };
    let record = record.map(|id| id.to_string()).unwrap_or_default();
    // Lengths keep two different lists of parts from being the same text.
    let mut digest = Sha256::new();
    for part in [item.family.as_str(), &item.key, &context.state, &context.reason, &reasons, &record] {
        digest.update(part.len().to_string());
        digest.update(":");
        digest.update(part);
    }
    digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// The rank of an attention item (contract, section 9).
fn rank(item: &AttentionItem) -> u8 {
    let ranked = match item.family {
        Domain::BackupHealth => BackupPosture::from_word(&item.reason_context.state).and_then(backup_rank),
        Domain::RecoveryEvidence => {
            RecoveryReason::from_word(&item.reason_context.reason).and_then(recovery_rank)
        }
        Domain::Governance => Some(signal_rank(SignalDomain::Governance)),
        Domain::Operations => Some(signal_rank(SignalDomain::Operations)),
        Domain::Alerts => Some(signal_rank(SignalDomain::Alerts)),
    };
    ranked.unwrap_or(u8::MAX)
}

/// An attention item as it is shown.
#[derive(Clone, Debug)]
pub struct Presented<'r> {
    /// The item.
    pub item: &'r AttentionItem,
    /// What it is now.
    pub fingerprint: String,
    /// The mark that holds for it.
    pub review: Option<&'r Review>,
}

/// Attention items with their marks at an instant: within each rank those that are marked come last, and otherwise the order stays.
pub fn presented<'r>(
    items: &'r [AttentionItem],
    report: &'r Report,
    reviews: &'r [Review],
    at: Timestamp,
) -> Vec<Presented<'r>> {
    let present = |item: &'r AttentionItem| {
        let tenant = report.tenants.iter().find(|tenant| tenant.tenant_id == item.tenant_id);
        let fingerprint = tenant.map(|tenant| fingerprint(item, tenant)).unwrap_or_default();
        let review = reviews.iter().find(|review| review.holds(item, &fingerprint, at));
        Presented { item, fingerprint, review }
    };
    let mut presented: Vec<_> = items.iter().map(present).collect();
    sort_by_key(&mut presented, |one| (rank(one.item), one.review.is_some()));
    presented
}
