//! Cron expressions of five fields, and the frequency of a schedule that follows them.

/// A cron expression, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    days: Vec<u32>,
    months: Vec<u32>,
    weekdays: Vec<u32>,
    is_any_day: bool,
    is_any_weekday: bool,
}

/// How often a schedule runs, in the contract's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// Once a day.
    Daily,
    /// Once a day on these days; 1 is Monday.
    Weekly(Vec<u64>),
    /// Once a month.
    Monthly,
    /// The longest time between two runs, in minutes.
    Interval(u64),
}

impl Cron {
    /// Reads `minute hour day month weekday`; `None` of any other form.
    pub fn parse(text: &str) -> Option<Self> {
        const MONTHS: [&str; 12] =
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
        let mut weekdays: Vec<u32> =
            field(weekday, 0, 7, &WEEKDAYS, 0)?.into_iter().map(|day| day % 7).collect();
        weekdays.sort_unstable();
        weekdays.dedup();
        Some(Self {
            minutes: field(minute, 0, 59, &[], 0)?,
            hours: field(hour, 0, 23, &[], 0)?,
            days: field(day, 1, 31, &[], 0)?,
            months: field(month, 1, 12, &MONTHS, 1)?,
            weekdays,
            is_any_day: day.starts_with('*'),
            is_any_weekday: weekday.starts_with('*'),
        })
    }

    /// Whether it runs on a day; if day and weekday are both restricted, either suffices.
    fn runs_on(&self, day: Day) -> bool {
        let (of_month, of_week) = (self.days.contains(&day.of_month), self.weekdays.contains(&day.weekday));
        let matches =
            if self.is_any_day || self.is_any_weekday { of_month && of_week } else { of_month || of_week };
        matches && self.months.contains(&day.month)
    }
}

/// The values of one field, sorted.
fn field(text: &str, least: u32, greatest: u32, names: &[&str], first_name: u32) -> Option<Vec<u32>> {
    let number = |text: &str| {
        let named = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
            .and_then(|at| u32::try_from(at).ok());
        let number = named.map(|at| at + first_name).or_else(|| text.parse().ok())?;
        (least..=greatest).contains(&number).then_some(number)
    };
    let mut values = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, greatest),
            Some((from, to)) => (number(from)?, number(to)?),
            None if step.is_some() => (number(range)?, greatest),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return None;
        }
        values.extend((from..=to).step_by(usize::try_from(step.unwrap_or(1)).ok()?));
    }
    values.sort_unstable();
    values.dedup();
    Some(values)
}

#[derive(Clone, Copy)]
struct Day {
    month: u32,
    of_month: u32,
    weekday: u32,
}

/// Five years of days, from a Monday: 2024-01-01.
fn days() -> impl Iterator<Item = Day> {
    let months = (0..5).flat_map(|year: u32| (1..=12).map(move |month| (year, month)));
    let dates = months.flat_map(|(year, month)| {
        let days = match month {
            2 if year.is_multiple_of(4) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=days).map(move |of_month| (month, of_month))
    });
    dates.zip(0_u32..).map(|((month, of_month), count)| Day { month, of_month, weekday: (count + 1) % 7 })
}

/// The frequency of a schedule that runs by any of the expressions; `None` if it runs less than twice in five years.
pub fn frequency(crons: &[Cron]) -> Option<Frequency> {
    const LONGEST_INTERVAL: u64 = 527_040;
    let mut runs: Vec<u64> = Vec::new();
    let mut running_days = 0_usize;
    let mut all_days = 0_u64;
    for (day, count) in days().zip(0_u64..) {
        all_days += 1;
        let before = runs.len();
        for cron in crons.iter().filter(|cron| cron.runs_on(day)) {
            let times =
                cron.hours.iter().flat_map(|hour| cron.minutes.iter().map(move |minute| hour * 60 + minute));
            runs.extend(times.map(|minute| count * 1440 + u64::from(minute)));
        }
        running_days += usize::from(runs.len() > before);
    }
    runs.sort_unstable();
    runs.dedup();
    let longest = runs.windows(2).map(|pair| pair[1] - pair[0]).max()?;
    let [first, ..] = crons else { return None };
    let is_one_time =
        runs.len() == running_days && runs.windows(2).all(|pair| (pair[1] - pair[0]).is_multiple_of(1440));
    if is_one_time && running_days as u64 == all_days {
        return Some(Frequency::Daily);
    }
    let is_whole_year = first.months.len() == 12;
    if let ([cron], true) = (crons, is_one_time && is_whole_year) {
        if cron.is_any_day {
            let mut days: Vec<u64> =
                cron.weekdays.iter().map(|day| if *day == 0 { 7 } else { u64::from(*day) }).collect();
            days.sort_unstable();
            return Some(Frequency::Weekly(days));
        }
        if cron.is_any_weekday && cron.days.len() == 1 && cron.days[0] <= 28 {
            return Some(Frequency::Monthly);
        }
    }
    Some(Frequency::Interval(longest.min(LONGEST_INTERVAL)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn runs(expressions: &[&str], expected: Frequency) {
        let crons: Vec<_> = expressions.iter().map(|text| Cron::parse(text).unwrap()).collect();
        assert_eq!(frequency(&crons), Some(expected), "{expressions:?}");
    }

    #[test]
    fn expressions_become_the_words_of_the_contract() {
        runs(&["0 1 * * *"], Frequency::Daily);
        runs(&["30 2 * * 1-5"], Frequency::Weekly(vec![1, 2, 3, 4, 5]));
        runs(&["0 3 * * SUN,wed"], Frequency::Weekly(vec![3, 7]));
        runs(&["0 3 * * 7"], Frequency::Weekly(vec![7]));
        runs(&["0 3 1 * *"], Frequency::Monthly);
        runs(&["0 */6 * * *"], Frequency::Interval(360));
        runs(&["0 8,20 * * *"], Frequency::Interval(720));
        runs(&["0 8 * * *", "0 12 * * *"], Frequency::Interval(20 * 60));
        runs(&["*/15 * * * *"], Frequency::Interval(15));
        runs(&["0 1 1,15 * *"], Frequency::Interval(17 * 1440));
        runs(&["0 1 1 */3 *"], Frequency::Interval(92 * 1440));
        runs(&["0 1-5/2 * * *"], Frequency::Interval(20 * 60));
        runs(&["5/15 * * * *"], Frequency::Interval(15));
        runs(&["0 1 1 jan,JUL *"], Frequency::Interval(184 * 1440));
        runs(&["0 1 1 3 *"], Frequency::Interval(366 * 1440));
        // Either a day of the month or one of the week suffices.
        runs(&["0 1 1 * 1"], Frequency::Interval(7 * 1440));
        runs(&["0 1 29 * *"], Frequency::Interval(59 * 1440));
        runs(&["0 1 28 * *"], Frequency::Monthly);
        runs(&["0 1 * * 1-5", "0 9 * * 0,6"], Frequency::Interval(32 * 60));
        runs(&["0 1,13 1 * *"], Frequency::Interval(30 * 1440 + 720));
    }

    #[test]
    fn other_texts_are_not_expressions() {
        for text in [
            "",
            "daily",
            "0 1 * *",
            "60 1 * * *",
            "0 24 * * *",
            "0 1 L * *",
            "0 5-1 * * *",
            "0 1 * * MON#1",
            "*/0 * * * *",
            "0 1 * * * *",
        ] {
            assert_eq!(Cron::parse(text), None, "{text}");
        }
    }
}
