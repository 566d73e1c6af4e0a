//! `posture trend`.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use posture_core::export::trend_csv::trend_csv;
use posture_core::tone::Tone;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::views::distribution::Segment;
use posture_core::views::groups::GroupBy;
use posture_core::views::trend::{GREATEST_TREND_DAYS, TREND_DAYS, Trend, TrendDay, TrendGroups};
use posture_core::views::trend_document::trend_json;
use posture_core::words;

use crate::csv::CsvArgs;
use crate::failure::Failure;
use crate::groups::{GroupArgs, group_by, refuse_unknown};
use crate::input::JudgeArgs;
use crate::layout::{Cell, Page};
use crate::output::{print_page, to_stdout};
use crate::text;

#[derive(Args)]
pub(crate) struct TrendArgs {
    #[command(flatten)]
    judge: JudgeArgs,
    /// How many days to judge, the last one at `--as-of`, by default the export's own instant.
    #[arg(long, value_name = "DAYS", default_value_t = TREND_DAYS, value_parser = clap::value_parser!(u64).range(1..=GREATEST_TREND_DAYS))]
    days: u64,
    /// What to print; by default a summary on a terminal, else JSON.
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    csv: CsvArgs,
    #[command(flatten)]
    groups: GroupArgs,
    /// Count by group too. CSV then has a line for each group and day.
    #[arg(long, value_name = "KIND", value_parser = group_by())]
    group_by: Option<GroupBy>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A page to read: a line per day.
    Summary,
    /// Every day with its counts.
    Json,
    /// A line per day.
    Csv,
}

pub(crate) fn run(args: &TrendArgs) -> Result<ExitCode, Failure> {
    let input = &args.judge.input;
    let (bytes, _) = input.open()?;
    let options = args.judge.policy.options();
    let trend =
        posture_engine::trend(bytes, input.form(), &options, args.days, &args.groups.filter(), args.group_by)
            .map_err(|error| Failure::of_input(&input.name(), &error))?;
    refuse_unknown(&trend.unknown_groups)?;
    let format =
        args.format.unwrap_or(if io::stdout().is_terminal() { Format::Summary } else { Format::Json });
    match format {
        Format::Summary => print_page(&page(&trend))?,
        Format::Json => to_stdout(|out| Ok(out.write_all(trend_json(&trend)?.as_bytes())?))?,
        Format::Csv => to_stdout(|out| Ok(out.write_all(trend_csv(&trend, args.csv.separator).as_bytes())?))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn page(trend: &Trend) -> String {
    let mut page = Page::default();
    page.heading(&trend.workspace.name, &format!("workspace {}", trend.workspace.id));
    page.marked(Tone::Low, &words::trend_title(trend));
    words::trend_notes(trend).iter().for_each(|note| page.paragraph(note));
    page.gap();
    page.heading(text::DAYS, &words::counted(trend.tenants(), "tenant", "tenants"));
    let titles = words::trend_columns();
    let (at, families) = titles.split_first().map_or(("", &[][..]), |(at, families)| (at.as_str(), families));
    let (postures, states) = families.split_at(BackupPosture::ALL.len() + 1);
    by_day(&mut page, trend, at, postures, TrendDay::by_posture);
    page.gap();
    by_day(&mut page, trend, at, states, TrendDay::by_state);
    if let Some(groups) = &trend.groups {
        by_group(&mut page, groups);
    }
    page.into_text()
}

/// A line per day with how many tenants are in each of these states.
fn by_day(page: &mut Page, trend: &Trend, at: &str, states: &[String], count: fn(&TrendDay) -> Vec<Segment>) {
    let titles = [at].into_iter().chain(states.iter().map(String::as_str));
    let mut rows = vec![titles.map(Cell::text).collect::<Vec<_>>()];
    for day in trend.days.iter().rev() {
        let counts = count(day).into_iter().map(|segment| Cell::text(segment.tenants.to_string()));
        rows.push(std::iter::once(Cell::text(words::instant(day.at))).chain(counts).collect());
    }
    page.table(&rows);
}

/// Each group's attention on the last day, and how that compares with the first known day.
fn by_group(page: &mut Page, groups: &TrendGroups) {
    page.gap();
    page.heading(text::GROUPS, words::group_by_label(groups.by));
    let titles = [words::group_by_label(groups.by)].into_iter().chain(words::GROUP_TREND_COLUMNS);
    let mut rows = vec![titles.map(Cell::text).collect::<Vec<_>>()];
    for group in &groups.listed {
        let name = words::group_name(groups.by, group.name.as_deref());
        let cells = words::group_trend(&group.days);
        rows.push([name.to_owned()].into_iter().chain(cells).map(Cell::text).collect());
    }
    page.table(&rows);
}
