//! The third bundle of the program: the adapters of `posture gather`, and what makes a snapshot with them.
//!
//! What only the two marked functions reach is cut into it (`crates/wasm-tools`). Only a page that takes files loads it.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::wasm_split::{SplitLoaderError, wasm_split};
use posture_core::Timestamp;
use posture_core::export::snapshot::{Head, Snapshot, Tenant, Workspace, pieces};
use posture_gather::assemble::{self, Expect, Part, TenantPlan};
use posture_gather::{KINDS, MemoryTree, Note, Pace, Source, kinds};

/// A kind of source, as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindName {
    /// The word for it.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
}

/// What a tree looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// The kinds it looks like, the likeliest first, each with the reason.
    pub likely: Vec<(KindName, String)>,
    /// Every kind.
    pub all: Vec<KindName>,
}

/// What a tree is to be gathered as.
#[derive(Clone)]
pub struct Wanted {
    /// The tree.
    pub tree: Rc<MemoryTree>,
    /// The kind.
    pub kind: KindName,
    /// The tenant's name; if it is empty, each tenant that the files name is one.
    pub tenant: String,
    /// The time of the export.
    pub now: Timestamp,
}

/// A snapshot that was made of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The kind it was read as.
    pub kind: KindName,
    /// What was read, what was skipped and why.
    pub notes: Vec<Note>,
    /// Whether git history or a run list could tell more.
    pub lacks_history: bool,
    /// The snapshot, in pieces of about `PIECE` bytes.
    pub pieces: Vec<String>,
}

/// How long a piece of a snapshot is at least, in bytes; the last may be shorter.
const PIECE: usize = 1 << 20;

/// Work of the third bundle.
pub type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// Says which kinds a tree looks like, once the bundle is loaded.
#[wasm_split(adapters, wasm_split_path = leptos::wasm_split, fallible, preload(#[doc = "Loads the bundle."] load))]
pub fn detect(tree: Rc<MemoryTree>, pace: Rc<dyn Pace>) -> Result<Work<Detected>, SplitLoaderError> {
    Ok(Box::pin(async move {
        let name = |kind: &posture_gather::Kind| KindName { name: kind.name, title: kind.title };
        let likely = kinds::detect_in_slices(&*tree, &*pace).await;
        Detected {
            likely: likely.into_iter().map(|(kind, why)| (name(kind), why)).collect(),
            all: KINDS.iter().map(name).collect(),
        }
    }))
}

/// Makes a snapshot of a tree, once the bundle is loaded. `None` if it cannot be written.
#[wasm_split(adapters, wasm_split_path = leptos::wasm_split, fallible)]
pub fn gather(wanted: Wanted, pace: Rc<dyn Pace>) -> Result<Work<Option<Made>>, SplitLoaderError> {
    Ok(Box::pin(async move { made(&wanted, &*pace).await }))
}

/// The snapshot of a tree, as `posture gather KIND PATH --tenant NAME` makes it.
async fn made(wanted: &Wanted, pace: &dyn Pace) -> Option<Made> {
    let Wanted { tree, kind: name, tenant, now } = wanted;
    let (kind, now) = (kinds::of_name(name.name)?, *now);
    let source = Source { tenant, pace, ..Source::new(kind, &**tree, now) };
    let part = Part::read_in_slices(kind, &source, Expect::Nothing).await;
    // Sorting the records takes a slice of its own. They are written in pieces.
    source.pause().await;
    let (mut tenants, notes): (Vec<Tenant>, Vec<Note>) = if tenant.is_empty() {
        assemble::tenants_in_slices(part, now, pace).await
    } else {
        let plan = TenantPlan { name: tenant.clone(), ..TenantPlan::default() };
        let (tenant, notes) = assemble::tenant_in_slices(&plan, vec![part], now, pace).await;
        (vec![tenant], notes.into_iter().flatten().collect())
    };
    assemble::settle_ids(&mut tenants);
    source.pause().await;
    let head = Head {
        exported_at: now.into(),
        exporter: Some("posture gather".into()),
        since: None,
        policy: None,
        workspace: Workspace { id: 1, name: "Workspace".into(), slug: None },
        checked_domains: None,
    };
    let records = Snapshot { head, tenants };
    let mut large = vec![String::new()];
    for piece in pieces(&records) {
        source.pause_in_file().await;
        let piece = piece.ok()?;
        match large.last_mut() {
            Some(last) if last.len() < PIECE => last.push_str(&piece),
            _ => large.push(piece),
        }
    }
    // Freeing very many records at once would hold the page too.
    for set in records.tenants.into_iter().flat_map(|tenant| tenant.backup_sets) {
        source.pause_in_file().await;
        drop(set);
    }
    Some(Made { kind: *name, notes, lacks_history: kind.reads_history, pieces: large })
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use posture_core::{Form, Options, derive};
    use posture_gather::pace::WithoutPauses;

    use super::*;

    fn tree() -> Rc<MemoryTree> {
        Rc::new(MemoryTree::new().with("backups.csv", "tenant,set,completed_at,status,items,degraded_items\nContoso,1,2026-04-08T01:00:00Z,completed,3,0\n"))
    }

    fn done<T>(work: impl Future<Output = Result<Work<T>, SplitLoaderError>>) -> T {
        work.now_or_never().and_then(Result::ok).and_then(|work| work.now_or_never()).unwrap()
    }

    #[test]
    fn a_tree_becomes_a_snapshot_that_the_resolver_reads() {
        let now = Timestamp::parse("2026-04-08T06:00:00Z").unwrap();
        let mut detected = done(detect(tree(), Rc::new(WithoutPauses)));
        assert_eq!(detected.all.len(), KINDS.len());
        let (kind, why) = detected.likely.remove(0);
        assert_eq!((kind.name, why.contains("backups.csv")), ("csv", true));
        for tenant in ["", "Contoso"] {
            let wanted = Wanted { tree: tree(), kind, tenant: tenant.to_owned(), now };
            let made = done(gather(wanted, Rc::new(WithoutPauses))).unwrap();
            let report = derive(made.pieces.concat().as_bytes(), Form::Json, &Options::default()).unwrap();
            assert_eq!(report.tenants[0].tenant_label, "Contoso");
            assert!(!made.lacks_history && !made.notes.is_empty());
        }
    }
}
