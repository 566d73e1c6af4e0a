//! The query of the page's address. The router decodes the values of its own map twice, and a text that is searched for may hold what
//! looks like an escape; so the query is read here, from how it is written.

use leptos::prelude::*;
use leptos_router::hooks::use_url;
use posture_core::paths;

/// The keys and values of an address's query, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query as an address writes it.
    pub fn of(search: &str) -> Self {
        Self(paths::query_pairs(search).collect())
    }

    /// The last value under a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }

    /// Every key and value, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Every value under a key.
    pub fn all<'q>(&'q self, key: &'q str) -> impl Iterator<Item = &'q str> {
        self.0.iter().filter(move |(other, _)| other == key).map(|(_, value)| value.as_str())
    }
}

/// The query of this page's address.
pub fn use_query() -> Memo<Query> {
    let url = use_url();
    Memo::new(move |_| Query::of(url.read().search()))
}
