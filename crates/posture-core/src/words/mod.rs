//! Every sentence an operator reads, so that each surface says the same (contract, section 11).
//!
//! A sentence is made from a verdict, or from what the report, a view or a comparison says about it, so this folder may import the types
//! of every other one. `json`, `reading` and `verdicts` have no sentences; the folders from `report` on ask for them here.
//! No two files import each other.
//!
//! Backup texts are about backup inputs, recovery texts about what executed restores showed. None claims that a restore works; a boundary
//! sentence may name such a claim only to deny it. A test searches the sources of this folder for words that are not allowed.

mod backup;
mod backup_items;
mod change;
mod content;
mod diff;
mod findings;
mod forecast;
mod groups;
mod labels;
mod lists;
mod nearest;
mod notify;
mod policy;
mod reading;
mod records;
mod recovery;
mod replacement;
mod reviews;
mod schedules;
pub mod shortening;
mod time;
mod timeline;
mod trend;
mod what_if;
mod why;
mod workspace;

use std::borrow::Borrow;

pub use backup::*;
pub use backup_items::*;
pub use change::*;
pub use content::*;
pub use diff::*;
pub use findings::*;
pub use forecast::*;
pub use groups::*;
pub use labels::*;
pub use lists::*;
pub use nearest::nearest;
pub use notify::*;
pub use reading::*;
pub use records::*;
pub use recovery::*;
pub use replacement::*;
pub use reviews::*;
pub use schedules::*;
pub use time::*;
pub use timeline::*;
pub use trend::*;
pub use what_if::*;
pub use why::*;
pub use workspace::*;

/// The texts of one attention item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemTexts {
    /// Family and state in a word or two.
    pub badge: &'static str,
    /// The item as a heading.
    pub title: String,
    /// Why it is so.
    pub body: String,
    /// What it does not mean.
    pub supporting_message: Option<&'static str>,
}

/// `1 tenant`, `2 tenants`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    Text::new(0).counted(count, one, many).take()
}

/// Sentences that are put together piece by piece, in one place: a report has some for every tenant and run.
struct Text(String);

impl Text {
    /// Nothing yet, and room for so many bytes.
    fn new(room: usize) -> Self {
        Self(String::with_capacity(room))
    }

    #[inline(never)]
    fn put(&mut self, piece: &str) -> &mut Self {
        self.0.push_str(piece);
        self
    }

    #[inline(never)]
    fn number(&mut self, number: u64) -> &mut Self {
        self.put(itoa::Buffer::new().format(number))
    }

    fn counted(&mut self, count: u64, one: &str, many: &str) -> &mut Self {
        self.number(count).put(" ").put(if count == 1 { one } else { many })
    }

    /// A policy type; an exporter may leave its name empty.
    fn policy_type(&mut self, name: &str) -> &mut Self {
        self.put(if name.is_empty() { "a policy type without a name" } else { name })
    }

    /// The parts of a list, each put by `put`: `a`, `a and b`, `a, b and c`.
    fn list<T>(&mut self, parts: &[T], put: &mut dyn FnMut(&mut Self, &T)) -> &mut Self {
        self.first(parts, parts.len(), ("", ""), put)
    }

    /// The first parts of a list and the number of the others, by their singular and plural: `a, b and 3 more schedules`.
    fn first<T>(
        &mut self,
        parts: &[T],
        named: usize,
        (one, many): (&str, &str),
        put: &mut dyn FnMut(&mut Self, &T),
    ) -> &mut Self {
        let rest = parts.len().saturating_sub(named);
        let all = parts.len().min(named) + usize::from(rest > 0);
        for (place, part) in parts.iter().take(named).enumerate() {
            self.put(between(place, all));
            put(self, part);
        }
        if rest > 0 {
            let name = if rest == 1 { one } else { many };
            self.put(between(all - 1, all)).number(rest as u64).put(" more ").put(name);
        }
        self
    }

    fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed<S: Borrow<str>>(parts: &[S]) -> String {
    let room = parts.iter().map(|part| part.borrow().len() + " and ".len()).sum();
    Text::new(room)
        .list(parts, &mut |text, part| {
            text.put(part.borrow());
        })
        .take()
}

/// The separator before a part at a place of a list.
fn between(place: usize, parts: usize) -> &'static str {
    match place {
        0 => "",
        _ if place + 1 == parts => " and ",
        _ => ", ",
    }
}

/// The note for an address that names a period that is not offered; `shown` is what the page shows instead.
pub(crate) fn period_not_offered(shown: &str) -> String {
    format!("The link asks for a period that is not available; this is {shown}.")
}

/// The sentence, which is ours, with its first letter in upper case. Only ASCII letters change: the table of all others would be 4 KB
/// of the app's first view.
pub fn upper_first(sentence: &str) -> String {
    with_first(sentence, str::make_ascii_uppercase)
}

/// The sentence, which is ours, with its first letter in lower case.
pub fn lower_first(sentence: &str) -> String {
    with_first(sentence, str::make_ascii_lowercase)
}

fn with_first(sentence: &str, change: fn(&mut str)) -> String {
    let mut sentence = sentence.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        change(first);
    }
    sentence
}
