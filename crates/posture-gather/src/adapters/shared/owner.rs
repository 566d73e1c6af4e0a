//! Sources that name their tenants by a word of their own, such as an account's number.

use std::collections::BTreeSet;

use crate::notes::quoted;
use crate::records::{Gathered, Records};
use crate::source::Source;

/// Whose the records are.
pub(in crate::adapters) struct Owners {
    only: Option<String>,
}

impl Owners {
    /// If a source of one tenant names only one, it is that tenant, whatever its word.
    pub(in crate::adapters) fn new(
        source: &Source<'_>,
        words: &BTreeSet<String>,
        gathered: &mut Gathered,
    ) -> Self {
        let only = words.first().filter(|_| words.len() == 1 && source.is_of_one_tenant()).cloned();
        if let Some(word) = only.as_deref().filter(|word| !source.is_tenant(word)) {
            let message =
                format!("All records are of {}; they belong to {}.", quoted(word), quoted(source.tenant));
            gathered.notes.info("tenant", None, message);
        }
        Self { only }
    }

    /// The records of a tenant by its word.
    pub(in crate::adapters) fn records<'g>(
        &self,
        source: &Source<'_>,
        word: &str,
        gathered: &'g mut Gathered,
    ) -> &'g mut Records {
        if self.only.as_deref() == Some(word) {
            return &mut gathered.records;
        }
        source.records_of(word, gathered)
    }
}
