//! Groups of tenants: which are asked for, and what a table is grouped by.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use posture_core::views::groups::{GroupBy, GroupFilter};

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

/// What `--group-by` takes.
pub(crate) fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    let words = PossibleValuesParser::new(GroupBy::ALL.iter().map(|by| by.as_str()));
    words.try_map(|word| GroupBy::from_word(&word).ok_or(text::UNKNOWN_WORD))
}
