//! Notifications in words.

use std::collections::BTreeSet;

use crate::compare::change::{Change, Family};
use crate::compare::diff::View;
use crate::id::Id;
use crate::invisible_chars::made_visible;
use crate::notify::message::{News, Section};
use crate::report::model::Report;
use crate::verdicts::unsettled::UnsettledCause;
use crate::words::shortening::shortened;
use crate::words::{
    NOT_EXPORTED, counted, family_name, instant, listed, lower_first, span, unsettled_cause_label,
};

/// How many characters of a name a message shows.
const NAME: usize = 100;
/// How many characters of a sentence a message shows.
const SENTENCE: usize = 240;

/// A text of the evidence as a message shows it: on one line, shortened, nothing hidden.
pub fn text_in_message(text: &str) -> String {
    let line: Vec<_> = text.split_whitespace().collect();
    made_visible(&shortened(&line.join(" "), SENTENCE)).into_owned()
}

/// A tenant's name as a message shows it; by its id if it has none.
pub(crate) fn tenant_in_message(name: &str, id: Id) -> String {
    let line: Vec<_> = name.split_whitespace().collect();
    if line.is_empty() {
        return format!("Tenant {id}");
    }
    made_visible(&shortened(&line.join(" "), NAME)).into_owned()
}

/// How a family of a tenant changed: `Adatum: backup health is worse: Healthy → Stale`.
pub(crate) fn news_title(
    tenant: &str,
    family: Family,
    change: Change,
    before: Option<&str>,
    after: Option<&View>,
) -> String {
    let family = lower_first(family_name(family));
    let is_same = before == after.map(|view| view.label);
    let how = match change {
        Change::Worse if is_same => "has more problems",
        Change::Worse => "is worse",
        Change::Better if is_same => "has fewer problems",
        Change::Better => "is better",
        // The others are about the tenant as a whole, or do not occur between two exports.
        Change::ChangedCause
        | Change::Unknown
        | Change::Unchanged
        | Change::New
        | Change::Gone
        | Change::LeftEvaluation
        | Change::EnteredEvaluation => {
            if is_same {
                "has a different reason"
            } else {
                "changed"
            }
        }
    };
    let states = match (before, after.map_or(NOT_EXPORTED, |view| view.label)) {
        (Some(before), after) if before != after => format!(": {before} → {after}"),
        (Some(_), after) => format!(", still {after}"),
        (None, after) => format!(": {after}"),
    };
    format!("{tenant}: {family} {how}{states}")
}

/// A tenant that is new, gone, or no longer evaluated.
pub(crate) fn whole_news_title(tenant: &str, change: Change) -> String {
    let how = match change {
        Change::New => "is new",
        Change::Gone => "is no longer exported",
        Change::LeftEvaluation => "is no longer checked",
        Change::EnteredEvaluation => "is newly checked",
        Change::Worse => "can no longer be checked",
        Change::Better | Change::ChangedCause | Change::Unknown | Change::Unchanged => {
            "is still not checked, for a different reason"
        }
    };
    format!("{tenant} {how}")
}

/// What is known of such a tenant now.
pub(crate) fn whole_news_text(views: &[(Family, Option<View>)], change: Change) -> String {
    if change == Change::Gone {
        return "Nothing is known about it now.".to_owned();
    }
    let known: Vec<_> = views.iter().filter_map(|(family, view)| Some((*family, view.as_ref()?))).collect();
    match &known[..] {
        // A tenant that is not evaluated has the same cause in both families.
        [(_, one), (_, other)] if one.cause == other.cause => one.cause.clone(),
        _ => {
            let states =
                known.iter().map(|(family, view)| format!("{}: {}.", family_name(*family), view.label));
            states.collect::<Vec<_>>().join(" ")
        }
    }
}

/// A tenant that turned unsettled without a change of its verdicts.
pub(crate) fn unsettled_news(tenant: &str, causes: &[UnsettledCause]) -> (String, String) {
    (format!("{tenant} is unsettled"), new_causes(causes))
}

/// The causes of being unsettled that are new.
pub(crate) fn new_causes(causes: &[UnsettledCause]) -> String {
    let causes: Vec<_> = causes.iter().map(|cause| unsettled_cause_label(*cause)).collect();
    format!("New: {}.", listed(&causes))
}

/// A tenant that is no longer unsettled.
pub(crate) fn settled_news(tenant: &str) -> (String, String) {
    (format!("{tenant} is no longer unsettled"), String::new())
}

/// Evidence that grew older than the freshness window.
pub(crate) fn evidence_old(report: &Report) -> (String, String) {
    let age = span(report.data_age_seconds);
    (
        format!("The evidence is too old: {age}"),
        format!(
            "It was exported at {}. Later failures are unknown. Check why there is no newer export.",
            instant(report.exported_at)
        ),
    )
}

/// Evidence that is within the freshness window again.
pub(crate) fn evidence_current(report: &Report) -> (String, String) {
    ("The evidence is current again".to_owned(), exported(report))
}

/// An export from the future.
pub(crate) fn evidence_ahead(report: &Report) -> (String, String) {
    (
        "The evidence is dated ahead of the clock".to_owned(),
        format!("{} Check the clocks of the exporter and of this machine.", exported(report)),
    )
}

/// An export that is no longer from the future.
pub(crate) fn evidence_not_ahead(report: &Report) -> (String, String) {
    ("The evidence is no longer dated ahead of the clock".to_owned(), exported(report))
}

fn exported(report: &Report) -> String {
    format!("It was exported at {}.", instant(report.exported_at))
}

/// More entries than before name no tenant of their own.
pub(crate) fn entries_unmatched(count: u64) -> (String, String) {
    let more = counted(count, "more entry", "more entries");
    (
        format!("{more} could not be matched to a tenant"),
        "Their ids are missing, invalid or repeated. Fix the export.".to_owned(),
    )
}

/// A workspace's evidence in a source that holds several.
pub fn source_of(source: &str, workspace: Id) -> String {
    format!("workspace {workspace} in {source}")
}

/// Evidence that cannot be read.
pub(crate) fn source_unreadable(source: &str, why: &str) -> (String, String) {
    (format!("Failed to read {}", text_in_message(source)), text_in_message(why))
}

/// Evidence that can be read again.
pub(crate) fn source_readable(source: &str) -> (String, String) {
    (format!("{} can be read again", text_in_message(source)), String::new())
}

/// A workspace that was not there before.
pub(crate) fn workspace_new(report: &Report) -> (String, String) {
    ("This workspace is new".to_owned(), format!("{}.", text_in_message(&report.overview.calmness.title)))
}

/// A workspace that is no longer there.
pub(crate) fn workspace_gone(name: &str) -> (String, String) {
    (format!("Workspace {name} is no longer served"), "Nothing is known about it now.".to_owned())
}

/// How a workspace is now.
pub(crate) fn workspace_status(report: &Report, is_ahead: bool) -> String {
    format!("{}. {}.", text_in_message(&report.overview.calmness.title), age_of_evidence(report, is_ahead))
}

fn age_of_evidence(report: &Report, is_ahead: bool) -> String {
    if is_ahead {
        format!("The evidence is dated ahead of the clock ({})", instant(report.exported_at))
    } else {
        format!("Evidence {} old", span(report.data_age_seconds))
    }
}

/// The title of a message about news: `Contoso MSP: 2 worse, 1 better`.
pub(crate) fn message_title(sections: &[Section]) -> String {
    let tenants = |wanted: &[News]| {
        let lines = sections.iter().flat_map(|section| section.lines.iter().map(move |line| (section, line)));
        let wanted = lines.filter(|(_, line)| wanted.contains(&line.news));
        let tenants: BTreeSet<_> = wanted
            .map(|(section, line)| {
                (section.workspace_id, line.tenant_id, line.tenant_id.is_none().then_some(&line.title))
            })
            .collect();
        tenants.len() as u64
    };
    let has = |news: News| sections.iter().flat_map(|section| &section.lines).any(|line| line.news == news);
    let evidence = [
        (News::SourceUnreadable, "evidence cannot be read"),
        (News::WorkspaceGone, "a workspace is gone"),
        (News::EvidenceAhead, "evidence is ahead of the clock"),
        (News::EvidenceOld, "evidence is too old"),
    ];
    let others = [
        News::EntriesUnmatched,
        News::ChangedCause,
        News::Unknown,
        News::Gone,
        News::LeftEvaluation,
        News::New,
        News::EnteredEvaluation,
        News::Settled,
    ];
    let mut parts: Vec<String> =
        evidence.into_iter().filter(|(news, _)| has(*news)).map(|(_, phrase)| phrase.to_owned()).collect();
    let counts = [
        (tenants(&[News::Worse]), "worse"),
        (tenants(&[News::Unsettled]), "unsettled"),
        (tenants(&[News::Better]), "better"),
    ];
    parts.extend(
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")),
    );
    let others = tenants(&others);
    parts.extend((others > 0).then(|| counted(others, "other change", "other changes")));
    let back = [
        (News::EvidenceCurrent, "evidence is current again"),
        (News::SourceReadable, "evidence can be read again"),
    ];
    parts.extend(back.into_iter().filter(|(news, _)| has(*news)).map(|(_, phrase)| phrase.to_owned()));
    let about = match sections {
        [only] => only.heading.clone(),
        several if several.iter().all(|section| section.workspace_id.is_some()) => {
            counted(several.len() as u64, "workspace", "workspaces")
        }
        // A file that cannot be read does not say which workspace it is of.
        several => counted(several.len() as u64, "source", "sources"),
    };
    format!("{about}: {}", parts.join(", "))
}

/// What a message says that has no news: how much is watched, and how it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quiet {
    workspaces: u64,
    calm: u64,
    tenants: u64,
    age_seconds: u64,
    is_ahead: bool,
    /// The only workspace's own statement.
    statement: String,
    /// How many pieces of evidence cannot be read.
    pub(crate) unreadable: u64,
}

impl Quiet {
    pub(crate) fn add(&mut self, report: &Report, is_ahead: bool) {
        self.workspaces += 1;
        self.calm += u64::from(report.overview.calmness.is_calm && !is_ahead);
        self.tenants += report.denominators.evaluated;
        self.age_seconds = self.age_seconds.max(report.data_age_seconds);
        self.is_ahead |= is_ahead;
        self.statement = text_in_message(&report.overview.calmness.title);
    }

    /// The title of a heartbeat.
    pub(crate) fn title(&self) -> String {
        let is_calm = self.unreadable == 0 && self.workspaces > 0 && self.calm == self.workspaces;
        let state = self.state();
        if is_calm { format!("All quiet: {state}") } else { format!("No change: {state}") }
    }

    /// The title of the first message.
    pub(crate) fn started_title(&self) -> String {
        format!("Notifications started: {}", self.state())
    }

    fn state(&self) -> String {
        if self.unreadable > 0 {
            let count = counted(self.unreadable, "piece", "pieces");
            return format!("{count} of evidence cannot be read");
        }
        let age = match (self.is_ahead, self.workspaces) {
            (true, _) => "evidence ahead of the clock".to_owned(),
            (false, 2..) if self.age_seconds >= 60 => {
                format!("evidence up to {} old", span(self.age_seconds))
            }
            (false, _) => format!("evidence {} old", span(self.age_seconds)),
        };
        let is_calm = self.calm == self.workspaces;
        match self.workspaces {
            0 => "no workspace is served".to_owned(),
            1 if is_calm => format!("{}, {age}", counted(self.tenants, "tenant", "tenants")),
            1 => format!("{}, {age}", lower_first(&self.statement)),
            many if is_calm => {
                format!("{} in {many} workspaces, {age}", counted(self.tenants, "tenant", "tenants"))
            }
            many => {
                let is = if many - self.calm == 1 { "is" } else { "are" };
                format!("{} of {many} workspaces {is} not calm, {age}", many - self.calm)
            }
        }
    }
}

/// How many lines a message leaves out.
pub fn more_lines(count: u64) -> String {
    format!("and {}", counted(count, "more change", "more changes"))
}

/// How many workspaces a message leaves out.
pub fn more_workspaces(count: u64) -> String {
    format!("and {}", counted(count, "more workspace", "more workspaces"))
}

/// The label of a link to a page of the dashboard.
pub const OPEN_PAGE: &str = "Open in Posture";

/// How many earlier messages an address did not get.
pub fn undelivered(count: u64) -> String {
    let (messages, were) =
        (counted(count, "earlier message", "earlier messages"), if count == 1 { "was" } else { "were" });
    format!("{messages} could not be delivered here and {were} given up.")
}
