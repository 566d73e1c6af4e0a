//! Every sentence an operator reads, so that each surface says the same (contract, section 11).
//!
//! Backup texts speak of backup inputs, recovery texts of what executed restores showed. None claims that a restore works; a boundary
//! sentence may name such a claim only to deny it. A test reads the sources of this module against the list of words not to be used.

mod backup;
mod diff;
mod forecast;
mod labels;
mod reading;
mod records;
mod recovery;
mod time;
mod why;

mod workspace;

use std::borrow::Borrow;

pub use backup::*;
pub use diff::*;
pub use forecast::*;
pub use labels::*;
pub use reading::*;
pub use records::*;
pub use recovery::*;
pub use time::*;
pub use why::*;

pub use workspace::*;

/// The texts of one attention item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemTexts {
    /// Family and state in a word or two.
    pub badge: &'static str,
    /// It in a line.
    pub title: String,
    /// Why it is so.
    pub body: String,
    /// What it does not mean.
    pub supporting_message: Option<&'static str>,
}

/// `1 tenant`, `2 tenants`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    let mut text = String::new();
    push_counted(&mut text, count, one, many);
    text
}

fn push_counted(text: &mut String, count: u64, one: &str, many: &str) {
    push_number(text, count);
    text.push(' ');
    text.push_str(if count == 1 { one } else { many });
}

/// Sentences about every tenant and run are put together in one text, piece by piece.
fn push_number(text: &mut String, number: u64) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed<S: Borrow<str>>(parts: &[S]) -> String {
    let mut list = String::new();
    for (place, part) in parts.iter().enumerate() {
        list.push_str(between(place, parts.len()));
        list.push_str(part.borrow());
    }
    list
}

/// What stands before the part at a place of a list of so many.
fn between(place: usize, parts: usize) -> &'static str {
    match place {
        0 => "",
        _ if place + 1 == parts => " and ",
        _ => ", ",
    }
}

/// The sentence with its first letter in upper case.
pub fn upper_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The sentence with its first letter in lower case.
pub fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
