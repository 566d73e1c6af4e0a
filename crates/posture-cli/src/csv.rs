//! How CSV is written.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use posture_core::export::csv::Separator;

use crate::text;

#[derive(Args)]
pub(crate) struct CsvArgs {
    /// Separator of CSV. Which one a spreadsheet expects depends on its language.
    #[arg(long, value_name = "NAME", default_value = Separator::Comma.as_str(), value_parser = separator())]
    pub(crate) separator: Separator,
}

fn separator() -> impl TypedValueParser<Value = Separator> {
    let words = PossibleValuesParser::new(Separator::ALL.iter().map(|separator| separator.as_str()));
    words.try_map(|word| Separator::from_word(&word).ok_or(text::UNKNOWN_WORD))
}
