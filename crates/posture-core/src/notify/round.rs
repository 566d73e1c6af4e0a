//! One round over all evidence: what is news, and the message about it.

use crate::compare::known::Known;
use crate::id::Id;
use crate::notify::announced::{Announced, AnnouncedWorkspace};
use crate::notify::lines::{is_ahead, is_old, news};
use crate::notify::message::{LINES, Line, Message, MessageKind, News, Section, WORKSPACES};
use crate::paths;
use crate::report::model::Report;
use crate::timestamp::Timestamp;
use crate::words::{self, Quiet};

/// One round over all evidence. Reports are added one at a time and need not be kept.
#[derive(Debug)]
pub struct Round<'a> {
    announced: Option<&'a Announced>,
    now: Timestamp,
    site: Option<&'a str>,
    /// The workspaces whose evidence cannot be read; `None` among them if nobody knows whose some is.
    unreadable: Vec<Option<Id>>,
    next: Announced,
    sections: Vec<Section>,
    quiet: Quiet,
}

/// The result of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What readers know once they have the message.
    pub announced: Announced,
    /// The message about what is news; `None` if nothing is.
    pub news: Option<Message>,
    /// The message that says that nothing is news.
    pub heartbeat: Message,
}

impl<'a> Round<'a> {
    /// Begins a round. `announced` is the content of the last message, `site` the address that pages are reached at, without a path.
    pub fn new(announced: Option<&'a Announced>, site: Option<&'a str>, now: Timestamp) -> Self {
        Self {
            announced,
            now,
            site,
            unreadable: Vec::new(),
            next: Announced::default(),
            sections: Vec::new(),
            quiet: Quiet::default(),
        }
    }

    /// Adds the report of a workspace, judged at the round's instant.
    pub fn add(&mut self, report: &Report) {
        let workspace = &report.workspace;
        let former = self.announced.and_then(|announced| announced.workspace(workspace.id));
        let mut lines = former.map(|former| news(former, report, self.now, self.site)).unwrap_or_default();
        if self.announced.is_some() && former.is_none() {
            lines.push(line(News::New, words::workspace_new(report)));
        }
        self.quiet.add(report, is_ahead(report, self.now));
        self.sections.push(Section {
            heading: words::text_in_message(&workspace.name),
            lines,
            more_lines: 0,
            status: words::workspace_status(report, is_ahead(report, self.now)),
            url: self.page(paths::OVERVIEW, workspace.id),
            workspace_id: Some(workspace.id),
        });
        self.next.workspaces.push(AnnouncedWorkspace {
            id: workspace.id,
            is_ahead: is_ahead(report, self.now),
            is_old: is_old(report),
            known: Known::of(report),
            name: workspace.name.clone(),
        });
    }

    /// Adds evidence that cannot be read. Its workspace then stays as it was announced if it is missing from the round, or, if it is not known
    /// whose evidence it is, every workspace that is missing.
    pub fn add_unreadable(&mut self, source: &str, workspace: Option<Id>, why: &str) {
        self.unreadable.push(workspace);
        let was =
            self.announced.is_some_and(|announced| announced.unreadable.iter().any(|name| name == source));
        let line = line(News::SourceUnreadable, words::source_unreadable(source, why));
        let status = line.title.clone();
        self.sections.push(Section {
            heading: words::text_in_message(source),
            lines: if was { Vec::new() } else { vec![line] },
            more_lines: 0,
            status,
            url: None,
            workspace_id: None,
        });
        self.quiet.unreadable += 1;
        self.next.unreadable.push(source.to_owned());
    }

    /// Ends the round.
    pub fn finish(mut self) -> Outcome {
        self.add_what_is_missing();
        self.next.workspaces.sort_by_key(|workspace| workspace.id);
        self.next.unreadable.sort();
        let heartbeat = self.message(MessageKind::Heartbeat, self.quiet.title());
        let news = match self.announced {
            None => Some(self.message(MessageKind::Started, self.quiet.started_title())),
            Some(_) if self.sections.iter().all(|section| section.lines.is_empty()) => None,
            Some(_) => {
                self.sections.retain(|section| !section.lines.is_empty());
                let title = words::message_title(&self.sections);
                Some(self.message(MessageKind::News, title))
            }
        };
        Outcome { announced: self.next, news, heartbeat }
    }

    /// Adds what was announced and is not in the round: evidence that can be read again, and workspaces that are gone or unknown.
    fn add_what_is_missing(&mut self) {
        let Some(announced) = self.announced else { return };
        for source in announced.unreadable.iter().filter(|name| !self.next.unreadable.contains(name)) {
            let line = line(News::SourceReadable, words::source_readable(source));
            self.sections.push(apart(words::text_in_message(source), line));
        }
        for former in &announced.workspaces {
            if self.next.workspaces.iter().any(|workspace| workspace.id == former.id) {
                continue;
            }
            if !self.unreadable.iter().any(|unreadable| unreadable.is_none_or(|id| id == former.id)) {
                let name = words::text_in_message(&former.name);
                let line = line(News::WorkspaceGone, words::workspace_gone(&name));
                self.sections.push(apart(name, line));
            } else {
                self.next.workspaces.push(former.clone());
            }
        }
    }

    /// A message of the sections, as many as fit.
    fn message(&self, kind: MessageKind, title: String) -> Message {
        let mut sections = self.sections.clone();
        sections.sort_by_key(|section| section.lines.first().map_or(u8::MAX, |line| line.news as u8));
        let more_workspaces = sections.len().saturating_sub(WORKSPACES) as u64;
        sections.truncate(WORKSPACES);
        let mut left = LINES;
        for section in &mut sections {
            if kind == MessageKind::Heartbeat {
                section.lines.clear();
            }
            let kept = section.lines.len().min(left);
            section.more_lines = (section.lines.len() - kept) as u64;
            section.lines.truncate(kept);
            left -= kept;
        }
        let url = match &sections[..] {
            [only] => only.url.clone(),
            _ => self.site.map(|site| paths::on_site(site, paths::WORKSPACES)),
        };
        Message { kind, made_at: self.now, more_workspaces, sections, title, url }
    }

    fn page(&self, path: &str, workspace: Id) -> Option<String> {
        paths::absolute(self.site?, path, workspace)
    }
}

/// A section of one line that is about no workspace of the round.
fn apart(heading: String, line: Line) -> Section {
    Section {
        heading,
        status: line.text.clone(),
        lines: vec![line],
        more_lines: 0,
        url: None,
        workspace_id: None,
    }
}

fn line(news: News, (title, text): (String, String)) -> Line {
    Line { family: None, news, tenant_id: None, text, title, url: None }
}
