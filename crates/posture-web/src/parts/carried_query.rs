use leptos::prelude::*;
use leptos_router::hooks::use_url;
use posture_core::{Timestamp, paths};

use crate::browser::address::{Document, shown, use_document, use_navigate};
use crate::browser::query::use_query;
use crate::store::evidence::use_evidence;
use crate::store::wanted::Wanted;

/// Frames a navigation may take before the address bar shows its target.
const PATIENCE: u32 = 60;

/// Keeps the address and what is shown together: the workspace, if several are served, and the as-of instant. An address that states one
/// decides; an address that does not is completed with the one in force.
pub fn carry_query() {
    let evidence = use_evidence();
    let (url, query, kind) = (use_url(), use_query(), use_document());
    let navigate = use_navigate();
    Effect::new(move |_| {
        let query = query.read();
        let stated_workspace = Wanted::of_query(&query);
        let stated_instant = query.get(paths::AS_OF_KEY).and_then(Timestamp::parse);
        if let Some(wanted) = stated_workspace
            && wanted != evidence.wanted_untracked()
        {
            evidence.choose(wanted);
        }
        let held = evidence.as_of_untracked();
        if let Some(at) = stated_instant
            && held != Some(at)
        {
            evidence.judge_at(Some(at));
        }
        let workspace = evidence.workspace_among_several().filter(|_| stated_workspace.is_none());
        let missing: Vec<_> = [
            (paths::WORKSPACE_KEY, workspace.map(|(id, _)| id.to_string())),
            (paths::AS_OF_KEY, held.filter(|_| stated_instant.is_none()).map(|at| at.to_string())),
        ]
        .into_iter()
        .filter(|(_, value)| value.is_some())
        .collect();
        if !missing.is_empty() {
            let path = url.read().path().to_owned();
            once_at(kind, path, PATIENCE, move || navigate.replace(&present_address(kind, &missing)));
        }
    });
}

/// Calls back once the address bar shows this path: the router writes a new page's address after it has drawn it, and replacing that
/// address earlier would replace the page before.
fn once_at(kind: Document, path: String, patience: u32, call: impl Fn() + 'static) {
    request_animation_frame(move || {
        if shown(kind).0 == path {
            call();
        } else if patience > 0 {
            once_at(kind, path, patience - 1, call);
        }
    });
}

/// The present address with these keys set to these values, or without the keys that have none.
pub fn present_address(kind: Document, keys: &[(&str, Option<String>)]) -> String {
    let (path, search) = shown(kind);
    keys.iter().fold(format!("{path}{search}"), |address, (key, value)| {
        let (path, search) = address.split_once('?').unwrap_or((&address, ""));
        paths::with_query(path, search, key, value.as_deref())
    })
}
