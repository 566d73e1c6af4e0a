//! Importing into a store: all of a snapshot, or nothing.

use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use futures_util::StreamExt as _;
use posture_core::{Form, Options};
use posture_engine::input::decompressed;
use posture_server::sources::sqlite::{self, SqliteSource};
use posture_server::sources::{EvidenceSource as _, Extent, Query, Reach, TenantScope};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::mutation;

/// A store with more workspaces than this is replaced by a new one.
const MOST_WORKSPACES: usize = 8;

/// The folder of the stores, and the runtime.
static STAGE: LazyLock<(TempDir, Runtime)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("a folder for stores: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    (folder, runtime.unwrap_or_else(|error| panic!("a runtime: {error}")))
});

/// Imports the input into a store that already has another workspace. If the import is rejected, the store is unchanged;
/// otherwise its snapshot gives the report of the input.
pub(super) fn run(input: &[u8]) {
    let (folder, runtime) = &*STAGE;
    let store = folder.path().join("store.sqlite");
    runtime.block_on(async {
        if !store.is_file() {
            let first = mutation::snapshots().swap_remove(0);
            let imported = sqlite::import(&store, Cursor::new(first), Form::Json).await;
            assert!(imported.is_ok(), "{imported:?}");
        }
        let before = state(&store).await;
        let plain = decompressed(Cursor::new(input.to_vec()));
        let imported = match plain {
            Ok(plain) => sqlite::import(&store, plain, Form::Json).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let after = state(&store).await;
        if after.len() > MOST_WORKSPACES {
            begin_again(folder.path());
        }
        match imported {
            Err(refused) => {
                assert!(before == after, "refused, and the store is another than before: {refused}")
            }
            Ok(imported) => {
                let own = posture_core::derive(input, Form::Json, &Options::default())
                    .map(|report| report.digest().unwrap_or_default());
                let kept = after.iter().find(|(workspace, _)| *workspace == imported.workspace.get());
                let again = kept.map(|(_, document)| {
                    let derived = posture_core::derive(document, Form::Json, &Options::default());
                    derived.map(|report| report.digest().unwrap_or_default())
                });
                // What is packed is not what was derived from here.
                assert!(
                    own.is_err() || again == Some(own.clone()),
                    "the store gives {again:?}\ninstead of {own:?}"
                );
            }
        }
    });
}

/// Removes all files of the store.
fn begin_again(folder: &Path) {
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let removed = std::fs::remove_file(entry.path());
        assert!(removed.is_ok(), "{removed:?}");
    }
}

/// Each workspace of a store, as a snapshot document.
async fn state(store: &Path) -> Vec<(u64, Vec<u8>)> {
    let source = SqliteSource::open(store).await.unwrap_or_else(|error| panic!("{error}"));
    let listed = source.workspaces(&Reach::Everything).await.unwrap_or_else(|error| panic!("{error}"));
    let mut state = Vec::new();
    for workspace in listed.iter().filter_map(|listing| listing.workspace_id) {
        let query = Query { workspace, tenants: TenantScope::All, extent: Extent::Verdicts(None) };
        let mut evidence = source.open(&query).await.unwrap_or_else(|error| panic!("{error}"));
        let mut document = posture_core::export::slim::open_document(&evidence.head).into_bytes();
        let mut place = 0;
        while let Some(tenant) = evidence.tenants.next().await {
            if place > 0 {
                document.push(b',');
            }
            document.extend_from_slice(&tenant.unwrap_or_else(|error| panic!("{error}")));
            place += 1;
        }
        document.extend_from_slice(b"]}");
        state.push((workspace.get(), document));
    }
    state
}
