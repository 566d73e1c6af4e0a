//! Groups of tenants: which are included, and what a table is grouped by.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use posture_core::views::group_search::UnknownGroup;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::words;

use crate::failure::Failure;
use crate::text;

/// Which tenants are included.
#[derive(Args)]
pub(crate) struct GroupArgs {
    /// Only tenants of this profile. Can be repeated.
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Only tenants of this environment. Can be repeated.
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only tenants with this label. Can be repeated.
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
}

impl GroupArgs {
    pub(crate) fn filter(&self) -> GroupFilter {
        let asked = [
            (GroupBy::Profile, &self.profile),
            (GroupBy::Environment, &self.environment),
            (GroupBy::Label, &self.label),
        ];
        let pairs = asked.into_iter().flat_map(|(by, names)| names.iter().map(move |name| (by, name)));
        pairs.fold(GroupFilter::default(), |filter, (by, name)| filter.with(by, name))
    }
}

/// Fails if a filter has a group that no tenant is in: an answer about no tenant would read as a good one.
pub(crate) fn refuse_unknown(unknown: &[UnknownGroup]) -> Result<(), Failure> {
    let Some(first) = unknown.first() else { return Ok(()) };
    Err(Failure::Refused(words::unknown_group(first)))
}

/// What `--group-by` takes.
pub(crate) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    let words = PossibleValuesParser::new(GroupBy::ALL.iter().map(|by| by.as_str()));
    words.try_map(|word| GroupBy::from_word(&word).ok_or(text::UNKNOWN_WORD))
}
