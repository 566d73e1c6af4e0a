//! What needs attention in workspaces that are not on screen, as the endpoint derives it.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use posture_core::{Id, paths};

use crate::browser::fetch::{self, WorkspaceEntry};

/// What is known of each workspace, in a line. Copies share one state.
pub type WorkspaceStates = RwSignal<BTreeMap<Id, String>>;

/// Asks for one workspace after the other, as long as the page that shows them is there.
pub fn workspace_states(workspaces: &[WorkspaceEntry], shown: (Id, String)) -> WorkspaceStates {
    let (shown, title) = shown;
    let told = RwSignal::new(BTreeMap::from([(shown, title)]));
    let others: Vec<_> =
        workspaces.iter().filter_map(WorkspaceEntry::served).filter(|id| *id != shown).collect();
    Effect::new(move |_| {
        let others = others.clone();
        spawn_local(async move {
            for workspace in others {
                if told.try_get_untracked().is_none() {
                    return;
                }
                // What fails to load is seen when the workspace is opened.
                if let Ok(title) = fetch::calmness_title(&paths::api_report(workspace)).await {
                    let _gone = told.try_update(|told| told.insert(workspace, title));
                }
            }
        });
    });
    told
}
