//! Whole gatherings: files with every kind of record that a tool writes, and all that a snapshot and the notes say of them.
//!
//! `UPDATE_WHOLE=1 cargo test -p posture-gather --test adapters whole` accepts what has changed. Review it: a new id of a record
//! makes a store keep the old one, too.

mod inventories;
mod jobs;
mod lists;

use posture_core::Timestamp;
use posture_gather::assemble::{self, Expect, Part, TenantPlan};
use posture_gather::{MemoryTree, Settings, Source, kinds};
use serde_json::{Value, json};

use crate::support::NOW;

/// Compares all that a source gives with the file of this name. Without a tenant, the source names its tenants.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the file that is compared")]
fn check(name: &str, kind: &str, tenant: &str, settings: &[(&str, &str)], tree: &MemoryTree) {
    let settings: Settings =
        settings.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect();
    let (kind, now) = (kinds::of_name(kind).unwrap(), Timestamp::parse(NOW).unwrap());
    let source = Source { tenant, settings: &settings, ..Source::new(kind, tree, now) };
    let part = Part::read(kind, &source, Expect::SeenIn30Days);
    let (tenants, notes) = if tenant.is_empty() {
        assemble::tenants(part, now)
    } else {
        let plan = TenantPlan { name: tenant.to_owned(), ..TenantPlan::default() };
        let (tenant, notes) = assemble::tenant(&plan, vec![part], now);
        (vec![tenant], notes.concat())
    };
    let detected: Vec<_> =
        kinds::detect(tree).into_iter().map(|(kind, why)| format!("{}: {why}", kind.name)).collect();
    let found = json!({ "detected": detected, "tenants": tenants, "notes": notes });
    let found = serde_json::to_string_pretty(&found).unwrap() + "\n";
    let path = format!("{}/tests/adapters/whole/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_WHOLE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = expected.lines().zip(found.lines()).enumerate().find(|(_, (one, other))| one != other);
    assert!(expected == found, "{path} differs, first {differs:?}");
}

/// A tree of JSON documents.
fn tree<'f>(files: impl IntoIterator<Item = (&'f str, Value)>) -> MemoryTree {
    files.into_iter().fold(MemoryTree::new(), |tree, (path, value)| tree.with(path, value.to_string()))
}
