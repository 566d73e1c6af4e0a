//! Asking the endpoint for evidence.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::{Form, Id, Options, Timestamp, paths};

use super::Evidence;
use super::judging::{Judging, refused};
use crate::browser::clock;
use crate::browser::fetch::{self, FetchFailure, SnapshotAnswer, WorkspaceEntry};
use crate::browser::time_slicing::{Progress, parts};
use crate::store::derivation::Derivation;
use crate::store::phase::Activity;
use crate::store::shown_report::ShownReport;
use crate::store::wanted::Wanted;
use crate::text;

impl Evidence {
    /// Asks the endpoint for the newest evidence; a review document sends no request.
    pub fn load(self) {
        if self.kind.is_review() {
            return;
        }
        let turn = self.next_turn();
        spawn_local(self.ask(turn));
    }

    /// Asks the endpoint for newer evidence; what is on screen stays as it is until the answer is there. Does nothing while something
    /// else is being done.
    pub fn refresh(self) {
        let is_asking = self.unsaid.get_value().is_some_and(|turn| self.asked.is_latest(turn));
        if self.kind.is_review() || is_asking || matches!(self.activity.get_untracked(), Activity::Loading(_))
        {
            return;
        }
        let turn = self.count_turn();
        self.unsaid.set_value(Some(turn));
        spawn_local(self.ask(turn));
    }

    pub(super) fn next_turn(self) -> u64 {
        let turn = self.count_turn();
        self.reaching_back.set(None);
        self.activity.set(Activity::Loading(Progress::default()));
        turn
    }

    pub(super) fn count_turn(self) -> u64 {
        self.asked.start()
    }

    async fn ask(self, turn: u64) {
        self.asked_at.set_value(clock::read());
        let came = self.fetch(turn).await;
        if !self.asked.is_latest(turn) {
            return;
        }
        self.unsaid.set_value(None);
        if came.is_ok() {
            self.updated_at.set(clock::read());
        }
        match came {
            Ok(Came::New(derived)) => {
                let report = &derived.report;
                let wanted = self.as_of.get_untracked();
                // The instant may have changed while the evidence was loading.
                let is_at_another = report.as_of != wanted.unwrap_or(report.exported_at);
                self.show(*derived);
                if is_at_another {
                    self.judge_at(wanted);
                }
            }
            Ok(Came::Unchanged) => self.set_activity(Activity::Idle),
            Ok(Came::NoWorkspace) => self.set_activity(Activity::NoWorkspace),
            Err(failure) => self.set_activity(Activity::Failed(failure)),
        }
    }

    /// The instant that a workspace's evidence must reach back to: the one to judge at, if that is before the export.
    fn reach(self, workspace: Id, as_of: Option<Timestamp>) -> Option<Timestamp> {
        let exported_at = self.workspaces.with_untracked(|workspaces| {
            workspaces.iter().find(|entry| entry.id == Some(workspace)).and_then(|entry| entry.exported_at)
        });
        as_of.filter(|at| exported_at.is_none_or(|exported_at| *at < exported_at))
    }

    async fn fetch(self, turn: u64) -> Result<Came, FetchFailure> {
        let workspaces = fetch::workspaces(paths::API_WORKSPACES).await?;
        let held = self.derived.get_untracked();
        let served: Vec<_> = workspaces.iter().filter_map(WorkspaceEntry::served).collect();
        if self.workspaces.get_untracked() != workspaces {
            self.workspaces.set(workspaces);
        }
        let workspace = match (self.wanted_untracked(), served.first()) {
            (Wanted::Workspace(wanted), _) if served.contains(&wanted) => wanted,
            // What is on screen, and what an address names, is never replaced by another workspace.
            (Wanted::Workspace(_), _) => return Err(no_longer_served()),
            (Wanted::Invalid, _) => return Err(invalid_workspace()),
            (Wanted::Any, Some(first)) => *first,
            (Wanted::Any, None) => return Ok(Came::NoWorkspace),
        };
        let etag = held.and_then(|derived| derived.etag.clone());
        let as_of = self.as_of.get_untracked();
        let reach = self.reach(workspace, as_of);
        self.reaching_back.set(reach);
        let url = reach
            .map_or_else(|| paths::api_snapshot(workspace), |at| paths::api_snapshot_since(workspace, at));
        match fetch::snapshot(&url, etag.as_deref()).await? {
            SnapshotAnswer::Unchanged => Ok(Came::Unchanged),
            SnapshotAnswer::Body { etag, mut chunks } => {
                let mut judging = Judging::of(self, turn);
                let as_of = as_of.map(|at| at.exact());
                let mut derivation = Derivation::start(Form::Json, &Options { as_of, ..Options::default() })
                    .map_err(refused)?;
                while let Some(chunk) = chunks.next().await? {
                    for part in parts(chunk) {
                        judging.bytes += part.len();
                        derivation.push(part);
                        judging.judge(&mut derivation).await?;
                    }
                }
                derivation.end();
                judging.judge(&mut derivation).await?;
                // Finishing and drawing a large report each take a slice of their own.
                judging.slices.pause().await;
                let judged = derivation.judged().map_err(refused)?;
                judging.slices.pause().await;
                let has_long_tenants = judged.has_long_tenants;
                let (report, snapshot) = judged.report();
                let (snapshot, slices) = (Arc::new(snapshot), &mut judging.slices);
                let shown =
                    ShownReport::new(report, has_long_tenants, snapshot, etag, clock::read(), slices).await;
                Ok(Came::New(Box::new(shown)))
            }
        }
    }
}

/// The result of a request for evidence.
enum Came {
    New(Box<ShownReport>),
    Unchanged,
    NoWorkspace,
}

fn invalid_workspace() -> FetchFailure {
    FetchFailure {
        title: text::INVALID_WORKSPACE.to_owned(),
        detail: text::INVALID_WORKSPACE_NOTE.to_owned(),
    }
}

fn no_longer_served() -> FetchFailure {
    FetchFailure { title: text::WORKSPACE_GONE.to_owned(), detail: text::WORKSPACE_GONE_NOTE.to_owned() }
}
