//! "Document updated on" in an as-built document: someone documented the backup at that time.

use posture_core::Timestamp;

use crate::source::Source;
use crate::times;

/// The date that the tool writes, with the document's path. It is the local time of the machine, taken as UTC.
pub(super) async fn documented_at(source: &Source<'_>) -> Option<(String, Timestamp)> {
    let entries =
        source.tree.entries().iter().filter(|entry| entry.name().to_lowercase().ends_with("as-built.md"));
    let mut newest: Option<(String, Timestamp)> = None;
    for entry in entries {
        let Some(at) = source.read_text(&entry.path).await.ok().as_deref().and_then(date) else { continue };
        if newest.as_ref().is_none_or(|(_, known)| at >= *known) {
            newest = Some((entry.path.clone(), at));
        }
    }
    newest
}

/// Reads `**Document updated on:** 08/04/2026 01:02:03`: day, month, year.
fn date(text: &str) -> Option<Timestamp> {
    let start = text.find("Document updated on")?;
    let line = text.get(start..)?.lines().next()?;
    let from = line.find(|char: char| char.is_ascii_digit())?;
    let mut numbers = line
        .get(from..)?
        .split(|char: char| !char.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    let (day, month, year, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
    times::utc(year, month, day, hour, minute, second).filter(|at| times::is_plausible(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_day_month_year() {
        let text = "# Intune\n\n**Tenant:** contoso \n\n**Document updated on:** 08/04/2026 01:02:03 \n\n";
        assert_eq!(date(text), Timestamp::parse("2026-04-08T01:02:03Z"));
        assert_eq!(date("**Document updated on:** soon"), None);
        assert_eq!(date("**Document updated on:** 31/02/2026 01:02:03"), None);
        assert_eq!(date("no date"), None);
    }
}
