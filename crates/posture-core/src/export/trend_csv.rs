//! A trend as comma-separated values for a spreadsheet.

use crate::export::csv::{Separator, line};
use crate::views::trend::{Trend, TrendDay};
use crate::words;

/// A line for each day below a line of column titles, oldest first; if the trend is by group, a line for each group and day. Each line ends
/// with whose tenants they are and when their evidence was exported.
pub fn trend_csv(trend: &Trend, separator: Separator) -> String {
    let mut titles = words::trend_columns();
    titles.extend(words::TREND_SOURCE_COLUMNS.map(str::to_owned));
    if let Some(groups) = &trend.groups {
        titles.insert(0, words::group_by_label(groups.by).to_owned());
    }
    let mut written = line(titles, separator);
    let source = [trend.workspace.name.clone(), trend.exported_at.to_string()];
    let mut put = |group: Option<&str>, day: &TrendDay| {
        let counts = day.by_posture().into_iter().chain(day.by_state());
        let counts = counts.map(|segment| segment.tenants.to_string());
        let group = group.map(str::to_owned).into_iter();
        written += &line(group.chain([day.at.to_string()]).chain(counts).chain(source.clone()), separator);
    };
    match &trend.groups {
        None => trend.days.iter().for_each(|day| put(None, day)),
        Some(groups) => {
            for group in &groups.listed {
                group.days.iter().for_each(|day| put(Some(group.name.as_deref().unwrap_or_default()), day));
            }
        }
    }
    written
}
