//! Groups of tenants: which are asked for, and what a table is grouped by.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use posture_core::views::asked_groups::UnknownGroup;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::words;
use posture_gather::kind::nearest;

use crate::failure::Failure;
use crate::text;

/// Which tenants are asked for.
#[derive(Args)]
pub(crate) struct GroupArgs {
    /// Only tenants of this profile. May be given more than once.
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// Only tenants of this environment. May be given more than once.
    #[arg(long, value_name = "NAME")]
    environment: Vec<String>,
    /// Only tenants with this label. May be given more than once.
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

/// Fails if a group was asked for that no tenant is in: an answer about no tenant would read as a good one.
pub(crate) fn refuse_unknown(unknown: &[UnknownGroup]) -> Result<(), Failure> {
    let Some(first) = unknown.first() else { return Ok(()) };
    let near = nearest(&first.name, first.known.iter().map(String::as_str));
    Err(Failure::Refused(words::unknown_group(first, near)))
}

/// What `--group-by` takes.
pub(crate) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    let words = PossibleValuesParser::new(GroupBy::ALL.iter().map(|by| by.as_str()));
    words.try_map(|word| GroupBy::from_word(&word).ok_or(text::UNKNOWN_WORD))
}
