//! The marks on attention items: fetched with the evidence, and changed by whoever may.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::report::model::AttentionItem;
use posture_core::views::reviews::{Marks, Review, ReviewList, fingerprint, looked_up_at, mark_request};
use posture_core::{Id, TenantReport, Timestamp, paths};

use crate::browser::address::{Document, use_document};
use crate::browser::clock;
use crate::browser::fetch::{self, FetchFailure};
use crate::store::evidence::{Evidence, use_evidence};
use crate::store::latest_request::LatestRequest;
use crate::store::opened_files::Files;

/// The marks of the workspace on screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownItems {
    /// Those that have not ended.
    pub marks: Marks,
    list: ReviewList,
}

impl KnownItems {
    /// The marks of a list, at the present.
    pub fn new(list: ReviewList, as_of: Timestamp, now: Option<Timestamp>) -> Self {
        Self { marks: Marks::at(list.reviews.clone(), looked_up_at(as_of, now)), list }
    }

    /// Whether the viewer may mark the items of a tenant.
    pub fn may_mark(&self, tenant: Id) -> bool {
        self.list.may_mark(tenant)
    }
}

/// An item that the dialog is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The tenant.
    pub tenant_id: Id,
    /// The item's key.
    pub item: String,
    /// What it is now.
    pub fingerprint: String,
    /// The item as a heading.
    pub title: String,
    /// Its mark.
    pub mark: Option<Review>,
}

impl Subject {
    /// An item of a tenant, with its mark.
    pub fn new(item: &AttentionItem, tenant: &TenantReport, marks: &Marks) -> Self {
        Self {
            tenant_id: tenant.tenant_id,
            item: item.key.clone(),
            fingerprint: fingerprint(item, tenant),
            title: item.title.clone(),
            mark: marks.of(item, tenant).cloned(),
        }
    }
}

/// The store of marks. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct KnownStore {
    kind: Document,
    evidence: Evidence,
    /// What the endpoint answered last.
    known: RwSignal<Option<Arc<KnownItems>>>,
    /// In a review document, what the file that is shown holds.
    of_file: RwSignal<Option<Memo<Option<Arc<KnownItems>>>>>,
    subject: RwSignal<Option<Subject>>,
    asked: LatestRequest,
}

/// The store of this page.
pub fn use_known_items() -> KnownStore {
    use_context().unwrap_or_else(KnownStore::of_page)
}

impl KnownStore {
    /// A store that holds nothing, for the evidence of this page.
    pub fn of_page() -> Self {
        Self {
            kind: use_document(),
            evidence: use_evidence(),
            known: RwSignal::new(None),
            of_file: RwSignal::new(None),
            subject: RwSignal::new(None),
            asked: LatestRequest::default(),
        }
    }

    /// The marks, tracked; `None` if there is nothing to show and nothing that the viewer may do.
    pub fn get(self) -> Option<Arc<KnownItems>> {
        self.of_file.get().map_or_else(|| self.known.get(), |of_file| of_file.get())
    }

    /// The item that the dialog is about, tracked.
    pub fn subject(self) -> Option<Subject> {
        self.subject.get()
    }

    /// Opens the dialog for an item, or closes it.
    pub fn choose(self, subject: Option<Subject>) {
        self.subject.set(subject);
    }

    /// The marks, not tracked.
    pub fn get_untracked(self) -> Option<Arc<KnownItems>> {
        untrack(|| self.get())
    }

    /// The marks to write into a file, not tracked; none if there are none.
    pub fn marks_untracked(self) -> Marks {
        self.get_untracked().map(|known| known.marks.clone()).unwrap_or_default()
    }

    /// Fetches the marks now, and again with each new evidence. A review document sends no request: it shows the marks of the file that is shown.
    pub fn follow_evidence(self, files: Files) {
        let evidence = self.evidence;
        if self.kind.is_review() {
            let of_file = Memo::new(move |_| {
                files.shown().zip(evidence.derived()).and_then(|(file, derived)| {
                    let list = ReviewList::of_page(file.stated.reviews.clone());
                    let known = KnownItems::new(list, derived.report.as_of, None);
                    (!known.list.is_without_effect()).then(|| Arc::new(known))
                })
            });
            self.of_file.set(Some(of_file));
            return;
        }
        Effect::new(move |_| {
            evidence.updated_at();
            if let Some(derived) = evidence.derived() {
                let report = &derived.report;
                spawn_local(self.fetch(report.workspace.id, report.as_of));
            }
        });
    }

    /// Marks an item, and fetches what the endpoint then has.
    pub async fn mark(
        self,
        subject: &Subject,
        note: &str,
        ticket: &str,
        until: Timestamp,
    ) -> Result<(), FetchFailure> {
        let Some((workspace, as_of)) = self.shown() else { return Ok(()) };
        let Subject { tenant_id, item, fingerprint, .. } = subject;
        let request = mark_request(*tenant_id, item, fingerprint, note, ticket, until);
        fetch::put(&paths::api_reviews(workspace), &request).await?;
        self.fetch(workspace, as_of).await;
        Ok(())
    }

    /// Removes the mark on an item, and fetches what the endpoint then has.
    pub async fn unmark(self, subject: &Subject) -> Result<(), FetchFailure> {
        let Some((workspace, as_of)) = self.shown() else { return Ok(()) };
        fetch::delete(&paths::api_review(workspace, subject.tenant_id, &subject.item)).await?;
        self.fetch(workspace, as_of).await;
        Ok(())
    }

    fn shown(self) -> Option<(Id, Timestamp)> {
        let derived = self.evidence.derived_untracked()?;
        Some((derived.report.workspace.id, derived.report.as_of))
    }

    async fn fetch(self, workspace: Id, as_of: Timestamp) {
        let turn = self.asked.start();
        let answer = fetch::plain(&paths::api_reviews(workspace)).await;
        if !self.asked.is_latest(turn) {
            return;
        }
        // Without an answer the last marks stay, as the last evidence does; the evidence's own request says what is wrong.
        let Some(list) = answer.ok().and_then(|text| ReviewList::read(&text)) else { return };
        let known =
            (!list.is_without_effect()).then(|| Arc::new(KnownItems::new(list, as_of, clock::read())));
        if self.known.get_untracked() != known {
            self.known.set(known);
        }
    }
}
