//! Which tenant the records of CIPP's files belong to.

use std::collections::BTreeSet;

use crate::notes::quoted;
use crate::records::{Gathered, Records};
use crate::source::{Source, TENANT_FILTER};

/// Whose the records are: CIPP names tenants by their default domain.
pub(super) struct Tenants<'s> {
    filter: Option<&'s str>,
    only: Option<String>,
}

impl<'s> Tenants<'s> {
    /// `words` are the lower-case names in the files.
    pub(super) fn new(source: &'s Source<'_>, words: &BTreeSet<String>, gathered: &mut Gathered) -> Self {
        let filter = source.text(TENANT_FILTER);
        let only = match (filter, words.len(), words.first()) {
            (None, 1, Some(word)) if source.is_of_one_tenant() => Some(word.clone()),
            _ => None,
        };
        match (&only, filter) {
            (Some(word), _) if !source.is_tenant(word) => {
                let message = format!(
                    "All files are of {}; their records belong to {}.",
                    quoted(word),
                    quoted(source.tenant)
                );
                gathered.notes.info("tenant", None, message);
            }
            (None, Some(filter)) if !words.is_empty() && !words.contains(&filter.to_lowercase()) => {
                let message = format!(
                    "No file is of tenant_filter {}. The files are of {}.",
                    quoted(filter),
                    quoted(&words.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
                );
                gathered.notes.error("other_tenant", None, message);
            }
            _ => {}
        }
        Self { filter, only }
    }

    /// The records of the tenant that CIPP names by this word; `None` if another tenant is configured.
    pub(super) fn records<'g>(
        &self,
        source: &Source<'_>,
        word: &str,
        gathered: &'g mut Gathered,
    ) -> Option<&'g mut Records> {
        if let Some(filter) = self.filter {
            return if word.eq_ignore_ascii_case(filter) || (word.is_empty() && !source.is_shared) {
                Some(&mut gathered.records)
            } else {
                gathered.notes.info(
                    "other_tenant",
                    None,
                    format!("Records of {} were skipped.", quoted(word)),
                );
                None
            };
        }
        if self.only.as_deref().is_some_and(|only| word.eq_ignore_ascii_case(only)) {
            return Some(&mut gathered.records);
        }
        Some(source.records_of(word, gathered))
    }
}
