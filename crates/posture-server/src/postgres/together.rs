//! One look at the database for all who ask the same at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Registry, PoisonError, Weak};

use tokio::sync::Mutex;

use crate::source::{Mark, Query, SourceError};

/// Marks being asked for. Whoever asks is told what was read after they asked, never before; beyond that nothing is kept.
#[derive(Debug, Default)]
pub(super) struct Together(Registry<HashMap<Query, Weak<Turns>>>);

/// Who asks for one mark.
#[derive(Debug, Default)]
struct Turns {
    /// How many have asked.
    asked: AtomicU64,
    /// What was last read, and how many had asked before it was.
    read: Mutex<Option<(u64, Result<Mark, SourceError>)>>,
}

impl Together {
    /// What `read` gives, or what another has read since this was asked for.
    pub(super) async fn mark(
        &self,
        query: &Query,
        read: impl Future<Output = Result<Mark, SourceError>>,
    ) -> Result<Mark, SourceError> {
        let turns = self.turns(query);
        let mine = turns.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut last = turns.read.lock().await;
        if let Some((_, told)) = last.as_ref().filter(|(asked, _)| *asked >= mine) {
            return retold(told);
        }
        let asked = turns.asked.load(Ordering::SeqCst);
        let told = read.await;
        let mark = retold(&told);
        *last = Some((asked, told));
        mark
    }

    /// The turns of a query, for as long as somebody asks.
    fn turns(&self, query: &Query) -> Arc<Turns> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = all.get(query).and_then(Weak::upgrade) {
            return turns;
        }
        all.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::<Turns>::default();
        all.insert(query.clone(), Arc::downgrade(&turns));
        turns
    }
}

fn retold(told: &Result<Mark, SourceError>) -> Result<Mark, SourceError> {
    match told {
        Ok(mark) => Ok(mark.clone()),
        Err(SourceError::UnknownWorkspace) => Err(SourceError::UnknownWorkspace),
        Err(SourceError::UnknownTenant) => Err(SourceError::UnknownTenant),
        Err(SourceError::Refused(sentence)) => Err(SourceError::Refused(sentence.clone())),
        Err(SourceError::Busy) => Err(SourceError::Busy),
        Err(SourceError::Failed(error)) => Err(SourceError::failed(error.to_string())),
    }
}
