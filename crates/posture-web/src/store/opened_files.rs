//! The files a reviewer has opened. Their bytes are read on this machine, in this page; nothing of them is stored or sent.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::{Form, paths};
use web_sys::Blob;

use crate::browser::address::{self, Document};
use crate::browser::file_bytes::FileBytes;
use crate::browser::file_digest::sha256;
use crate::browser::file_fault::{FILE_LIMIT, FileFault, OPEN_LIMIT};
use crate::browser::time_slicing::{Progress, Slices, parts};
use crate::store::chosen_file::Chosen;
use crate::store::derivation::{Derivation, Steps as _};
use crate::store::embedded_snapshot::embedded_snapshot;
use crate::store::evidence::Evidence;
use crate::store::latest_request::LatestRequest;
use crate::store::opened_file::{FileDigest, OpenedFile, Reading, Refused, shown_name};
use crate::store::phase::Activity;
use crate::store::saved_report;
use crate::store::shown_report::ShownReport;

/// The store of opened files. Copies share one state.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    opened: RwSignal<Vec<Arc<OpenedFile>>>,
    shown: RwSignal<Option<Arc<OpenedFile>>>,
    /// What the evidence on screen is compared with.
    kept: RwSignal<Option<Arc<OpenedFile>>>,
    reading: RwSignal<Option<Reading>>,
    refused: RwSignal<Vec<Refused>>,
    /// The files themselves, by their number.
    contents: StoredValue<Vec<(u64, Blob)>, LocalStorage>,
    asked: LatestRequest,
    numbers: LatestRequest,
    /// Whether this document is a self-contained file.
    embedded: RwSignal<bool>,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            opened: RwSignal::new(Vec::new()),
            shown: RwSignal::new(None),
            kept: RwSignal::new(None),
            reading: RwSignal::new(None),
            refused: RwSignal::new(Vec::new()),
            contents: StoredValue::new_local(Vec::new()),
            asked: LatestRequest::default(),
            numbers: LatestRequest::default(),
            embedded: RwSignal::new(false),
        }
    }
}

/// The store of this page.
pub fn use_files() -> Files {
    use_context().unwrap_or_default()
}

impl Files {
    /// The files that are open, tracked.
    pub fn opened(self) -> Vec<Arc<OpenedFile>> {
        self.opened.get()
    }

    /// The file whose evidence is shown, tracked.
    pub fn shown(self) -> Option<Arc<OpenedFile>> {
        self.shown.get()
    }

    /// The file that the evidence on screen is compared with, tracked.
    pub fn kept(self) -> Option<Arc<OpenedFile>> {
        self.kept.get()
    }

    /// The file whose evidence is shown, not tracked.
    pub fn shown_untracked(self) -> Option<Arc<OpenedFile>> {
        self.shown.get_untracked()
    }

    /// The file being read, tracked.
    pub fn reading(self) -> Option<Reading> {
        self.reading.get()
    }

    /// The files last chosen that were not opened, tracked.
    pub fn refused(self) -> Vec<Refused> {
        self.refused.get()
    }

    /// The file itself, as it is on disk now.
    pub fn content(self, file: &OpenedFile) -> Option<Blob> {
        self.contents.with_value(|contents| {
            contents.iter().find(|(number, _)| *number == file.number).map(|(_, blob)| blob.clone())
        })
    }

    /// Whether this document is a self-contained file, tracked: it has no server.
    pub fn is_embedded(self) -> bool {
        self.embedded.get()
    }

    /// Shows the snapshot of this self-contained file, once it is unpacked; does nothing in another document.
    pub fn open_embedded(self, evidence: Evidence) {
        if !address::is_embedded() {
            return;
        }
        self.embedded.set(true);
        evidence.set_activity(Activity::Loading(Progress::default()));
        spawn_local(async move {
            match embedded_snapshot().await {
                Some(snapshot) => {
                    evidence.judge_at(snapshot.stated.as_of);
                    self.open(evidence, vec![snapshot], None);
                }
                None => {
                    let (name, fault) = (document().title(), FileFault::AlteredReport);
                    self.refused.set(vec![Refused { name, fault }]);
                    evidence.show_no_file();
                }
            }
        });
    }

    /// A store that already shows a file.
    pub fn holding(file: OpenedFile) -> Self {
        let files = Self::default();
        files.embedded.set(file.stated.digest.is_some());
        let file = Arc::new(file);
        files.opened.set(vec![Arc::clone(&file)]);
        files.shown.set(Some(file));
        files
    }

    /// The same with another file open.
    pub fn with(self, file: OpenedFile) -> Self {
        self.opened.update(|opened| opened.push(Arc::new(file)));
        self
    }

    /// States what is being done, for a page that is drawn outside a browser.
    pub fn stating(reading: Option<Reading>, refused: Vec<Refused>) -> Self {
        let files = Self::default();
        files.reading.set(reading);
        files.refused.set(refused);
        files
    }

    /// Reads what was chosen, one after the other, and shows the last that opens. `back_to` is the page to show then.
    pub fn open(self, evidence: Evidence, chosen: Vec<Chosen>, back_to: Option<String>) {
        if chosen.is_empty() {
            return;
        }
        let turn = self.next_turn();
        self.refused.set(Vec::new());
        spawn_local(async move {
            let mut last = None;
            for one in chosen {
                let name = one.name.clone();
                let read = self.read(turn, one).await;
                if !self.asked.is_latest(turn) {
                    return;
                }
                match read {
                    Ok(file) => last = file.or(last),
                    Err(fault) => self.refused.update(|refused| refused.push(Refused { name, fault })),
                }
            }
            self.reading.set(None);
            let Some(last) = last else {
                if evidence.derived_untracked().is_none() {
                    evidence.show_no_file();
                }
                return;
            };
            if last.stated.as_of.is_some() {
                evidence.judge_at(last.stated.as_of);
            }
            self.show(evidence, &last);
            // A page that waited for a file continues by itself.
            if address::shown(Document::Review).0 == paths::OPEN && self.refused.with_untracked(Vec::is_empty)
            {
                address::go(back_to.as_deref().unwrap_or(paths::OVERVIEW));
            }
        });
    }

    /// Reads a file to compare the evidence on screen with, in place of the one before; what is on screen stays.
    pub fn open_kept(self, chosen: Chosen) {
        let turn = self.next_turn();
        self.refused.set(Vec::new());
        self.close_kept();
        spawn_local(async move {
            let name = chosen.name.clone();
            let read = self.read(turn, chosen).await;
            if !self.asked.is_latest(turn) {
                return;
            }
            self.reading.set(None);
            match read {
                Ok(file) => self.kept.set(file),
                Err(fault) => self.refused.set(vec![Refused { name, fault }]),
            }
        });
    }

    /// Forgets the file that the evidence on screen is compared with, unless it is shown too.
    pub fn close_kept(self) {
        let Some(file) = self.kept.get_untracked() else { return };
        self.kept.set(None);
        let is_shown =
            self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, &file)));
        if !is_shown {
            self.forget(&file);
        }
    }

    fn forget(self, file: &Arc<OpenedFile>) {
        self.opened.update(|opened| opened.retain(|other| !Arc::ptr_eq(other, file)));
        self.contents.update_value(|contents| contents.retain(|(number, _)| *number != file.number));
    }

    /// Ends the present reading; what is open stays open.
    pub fn cancel(self) {
        self.next_turn();
        self.reading.set(None);
    }

    /// Shows an opened file's evidence.
    pub fn show(self, evidence: Evidence, file: &Arc<OpenedFile>) {
        self.shown.set(Some(Arc::clone(file)));
        evidence.show_file(&file.derived);
    }

    /// Forgets a file. If it was on screen, shows another.
    pub fn close(self, evidence: Evidence, file: &Arc<OpenedFile>) {
        self.forget(file);
        if !self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|shown| Arc::ptr_eq(shown, file))) {
            return;
        }
        match self.opened.with_untracked(|opened| opened.last().cloned()) {
            Some(other) => self.show(evidence, &other),
            None => {
                self.shown.set(None);
                evidence.show_no_file();
            }
        }
    }

    fn next_turn(self) -> u64 {
        self.asked.start()
    }

    /// Reads one file; `None` if it was cancelled.
    async fn read(self, turn: u64, chosen: Chosen) -> Result<Option<Arc<OpenedFile>>, FileFault> {
        let chosen = saved_report::opened_up(chosen).await?;
        let Chosen { name, file, stated } = chosen;
        let file = file.ok_or(FileFault::Folder)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a file's size is a whole number below 2^53"
        )]
        let of = file.size() as u64;
        if of > FILE_LIMIT {
            return Err(FileFault::TooLarge { bytes: of });
        }
        let open: u64 = self.opened.with_untracked(|opened| opened.iter().map(|file| file.plain_bytes).sum());
        if open + of > OPEN_LIMIT {
            return Err(FileFault::TooMuchOpen { open });
        }
        let shown = shown_name(&name);
        let tell =
            |bytes, tenants| self.reading.set(Some(Reading { name: shown.clone(), bytes, of, tenants }));
        tell(0, 0);
        let mut bytes = FileBytes::open(&file).await?;
        let options = stated.options();
        let mut derivation = Derivation::start(Form::of_name(&name).unwrap_or_default(), &options)?;
        let (mut slices, mut plain_bytes) = (Slices::start(), 0);
        loop {
            let chunk = bytes.next().await?;
            let is_end = chunk.is_none();
            let chunk = chunk.unwrap_or_default();
            plain_bytes += chunk.len() as u64;
            if plain_bytes > FILE_LIMIT {
                bytes.cancel();
                return Err(FileFault::UnpacksTooLarge);
            }
            if open + plain_bytes > OPEN_LIMIT {
                bytes.cancel();
                return Err(FileFault::TooMuchOpen { open });
            }
            if is_end {
                derivation.end();
            }
            let mut parts = parts(chunk);
            loop {
                if slices.is_due_before(derivation.next_bytes()) {
                    tell(bytes.bytes_read(), derivation.tenants_judged());
                    slices.pause().await;
                }
                // What was cancelled says no more of its progress.
                if !self.asked.is_latest(turn) {
                    bytes.cancel();
                    return Ok(None);
                }
                if derivation.step_in_slices(&mut slices).await? {
                    continue;
                }
                let Some(part) = parts.next() else { break };
                derivation.push(part);
            }
            if is_end {
                break;
            }
        }
        // Finishing and drawing a large report each take a slice of their own.
        slices.pause().await;
        let judged = derivation.judged()?;
        slices.pause().await;
        let has_long_tenants = judged.has_long_tenants;
        let (report, snapshot) = judged.report();
        let snapshot = Arc::new(snapshot);
        let derived =
            Arc::new(ShownReport::new(report, has_long_tenants, snapshot, None, None, &mut slices).await);
        if !self.asked.is_latest(turn) {
            return Ok(None);
        }
        if let Some(open) = self.opened_before(turn, &file, plain_bytes).await? {
            return Ok(self.asked.is_latest(turn).then_some(open));
        }
        let digest = ArcRwSignal::new(FileDigest::Computing);
        let (number, name) = (self.numbers.start(), shown);
        let opened = OpenedFile { number, name, digest, plain_bytes, derived, stated };
        Ok(self.asked.is_latest(turn).then(|| self.keep(opened, file)))
    }

    /// The open file that has the same bytes, so that it is not opened again.
    async fn opened_before(
        self,
        turn: u64,
        content: &Blob,
        plain_bytes: u64,
    ) -> Result<Option<Arc<OpenedFile>>, FileFault> {
        let is_wanted = || self.asked.is_latest(turn);
        let mut own = None;
        let opened = self.opened.get_untracked();
        for other in opened.into_iter().filter(|other| other.plain_bytes == plain_bytes) {
            let theirs = match (other.digest.get_untracked(), self.content(&other)) {
                (FileDigest::Known(known), _) => Some(known),
                (FileDigest::Computing, Some(theirs)) => sha256(&theirs, is_wanted).await?,
                (FileDigest::Computing | FileDigest::Failed(_), _) => continue,
            };
            if own.is_none() {
                own = sha256(content, is_wanted).await?;
            }
            if own.is_some() && own == theirs {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    fn keep(self, file: OpenedFile, content: Blob) -> Arc<OpenedFile> {
        self.contents.update_value(|contents| contents.push((file.number, content.clone())));
        let file = Arc::new(file);
        self.opened.update(|opened| opened.push(Arc::clone(&file)));
        spawn_local(self.compute_digest(Arc::clone(&file), content));
        file
    }

    /// Computes a file's digest, unless it is closed meanwhile.
    async fn compute_digest(self, file: Arc<OpenedFile>, content: Blob) {
        // The evidence is drawn first.
        Slices::start().pause().await;
        let is_open =
            || self.opened.with_untracked(|opened| opened.iter().any(|other| Arc::ptr_eq(other, &file)));
        match sha256(&content, is_open).await {
            Ok(Some(digest)) => file.digest.set(FileDigest::Known(digest)),
            Ok(None) => {}
            Err(fault) => file.digest.set(FileDigest::Failed(fault)),
        }
    }
}
