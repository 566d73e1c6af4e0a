//! How much of each backup set stays: its content if it governs, its policy types if the next one is compared with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Slimming;
use crate::export::summary::Summary;
use crate::json::cursor::TENANT_LEVEL;
use crate::json::rewrite::{Edit, array, json, object, rewrite_object};
use crate::key::Key;
use crate::policy::Frame;
use crate::reading::counts::Counts;
use crate::reading::snapshot::{BackupItem, BackupSet, Spanned};
use crate::timestamp::Timestamp;
use crate::verdicts::quality::{
    ItemFamily, ItemSummary, ItemUnknown, item_families, item_summary, item_unknowns, size, stated_count,
};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::scope_health::scope_health;
use crate::verdicts::scopes::{Scope, sets_by_scope};

/// The most steps that finding out what is needed may take, about a second: a step for each item at each instant, and more for each set.
const MOST_STEPS: usize = 1 << 28;
const STEPS_OF_SET: usize = 32;

/// How much of a backup set verdicts need.
#[derive(Clone, Debug, Default)]
struct Need {
    /// All it holds, as it governs its scope.
    content: bool,
    /// These of its policy types, with how many items: the set that governs after it lacks them, or has far fewer.
    types: BTreeMap<String, u64>,
}

impl Slimming<'_, '_> {
    pub(super) fn sets(&self, at: usize) -> Edit {
        let needs = self.needs();
        let need = |set: &Spanned<BackupSet<'_>>| needs.get(&set.start);
        self.records(
            at,
            self.evidence.tenant.sets(),
            |set| set.id,
            |set| need(set).map(|need| self.set(set, need)),
            |set| self.set(set, &Need::default()),
        )
    }

    /// What is needed of each set, by its offset, at any instant from `since` on. Between two of the instants at which something of a
    /// scope's sets happens, the same of them count. If a scope has very many sets and instants, all that completed are needed.
    fn needs(&self) -> BTreeMap<usize, Need> {
        let mut needs: BTreeMap<usize, Need> = BTreeMap::new();
        let all = sets_by_scope(&self.evidence.tenant, self.frame, |set| set);
        let mut steps_left = MOST_STEPS;
        for of_scope in &all {
            let instants = self.instants(&of_scope.sets);
            let steps = of_scope.sets.iter().map(|set| STEPS_OF_SET + set.items().len()).sum::<usize>();
            match steps_left.checked_sub(steps.saturating_mul(instants.len())) {
                Some(left) => steps_left = left,
                None => {
                    for set in &of_scope.sets {
                        needs.entry(set.start).or_default().content = set.completed_at.is_some();
                    }
                    continue;
                }
            }
            for as_of in instants {
                let then = Frame { as_of, ..(**self.frame).clone() };
                let then = self.frame.at(&then);
                // Without a scope that counts, the unnamed one does, if it may.
                let is_fallback = || {
                    of_scope.name.is_empty()
                        && of_scope.rules.expected != Some(false)
                        && !all.iter().any(|other| other.counts(&then))
                };
                if of_scope.counts(&then) || is_fallback() {
                    need(&of_scope.judged(&then), &then, &mut needs);
                }
            }
        }
        needs
    }

    /// The first instant, and each later one at which something of these sets happens.
    fn instants(&self, sets: &[&Spanned<BackupSet<'_>>]) -> BTreeSet<Timestamp> {
        let of_set = |set: &&Spanned<BackupSet<'_>>| {
            let mut times: Vec<_> = [set.completed_at, set.deleted_at].into_iter().flatten().collect();
            times.extend(set.confirmations.iter().flatten());
            times.extend(set.items().iter().filter_map(|item| item.deleted_at));
            times
        };
        let times = sets.iter().flat_map(of_set);
        let ahead = times.filter(|at| self.is_ahead(Some(*at)));
        let skew = self.frame.policy.clock_skew_seconds.cast_signed();
        ahead.map(|at| at.plus(-skew)).chain([self.frame.as_of]).collect()
    }

    /// A set, with its items summed up, or without its content.
    fn set(&self, set: &Spanned<BackupSet<'_>>, need: &Need) -> String {
        let rows_stay = set.items().iter().any(|item| self.is_ahead(item.deleted_at));
        let item_count = match need {
            _ if rows_stay => set.item_count,
            Need { content: true, .. } => stated_count(set, self.frame),
            Need { content: false, .. } => size(set, self.frame),
        };
        let quality = match (&set.items, &set.quality) {
            _ if rows_stay || (!need.content && need.types.is_empty()) => None,
            _ if !need.content => Some(json(&Summary {
                total_items: size(set, self.frame).unwrap_or_default(),
                degraded_items: 0,
                families: Counts::new(),
                unknowns: None,
                policy_types: Some(
                    need.types.iter().map(|(name, count)| (Key(name.clone()), *count)).collect(),
                ),
            })),
            (Some(_), _) => item_summary(set, self.frame).map(|summary| summary_of(&summary)),
            (None, Some(stated)) => {
                let counts = |counts: Option<Counts>| counts.map(above_zero);
                Some(json(&Summary {
                    total_items: stated.0.total_items,
                    degraded_items: stated.0.degraded_items,
                    families: above_zero(stated.0.families.0.by_name()),
                    unknowns: counts(stated.0.unknowns.as_ref().map(|unknowns| unknowns.0.by_name()))
                        .and_then(filled),
                    policy_types: counts(stated.0.policy_types.as_ref().map(|types| types.0.by_name())),
                }))
            }
            (None, None) => None,
        };
        let confirmations = if need.content { self.confirmations(set) } else { Vec::new() };
        let replace = |value: &Option<String>| value.clone().map_or(Edit::Drop, Edit::Replace);
        let item_count = item_count.map(|count| count.to_string());
        let confirmed = (!confirmations.is_empty()).then(|| json(&confirmations));
        let rows =
            rows_stay.then(|| array(&set.items().iter().map(|item| self.item(item)).collect::<Vec<_>>()));
        let has_neither = set.items.is_none() && set.quality.is_none();
        let mut written = BTreeSet::new();
        let mut members = rewrite_object(&self.text[set.start..set.end], TENANT_LEVEL + 2, |key, _| {
            match key {
                "item_count" | "quality" => {
                    written.insert(key.to_owned());
                }
                _ => {}
            }
            match key {
                "id" | "status" | "completed_at" => Edit::Keep,
                "scope" if !set.scope().is_empty() => Edit::Keep,
                "deleted_at" if set.deleted_at.is_some() => Edit::Keep,
                "created_at" if set.created_at.is_some() && set.completed_at.is_none() => Edit::Keep,
                "opaque" if has_neither && set.opaque == Some(true) && need.content => Edit::Keep,
                "confirmations" => replace(&confirmed),
                "items" => replace(&rows),
                "item_count" => replace(&item_count),
                "quality" => replace(&quality),
                _ => Edit::Drop,
            }
        })
        .unwrap_or_default();
        let added = [("item_count", item_count), ("quality", quality)];
        members.extend(
            added
                .into_iter()
                .filter(|(key, _)| !written.contains(*key))
                .filter_map(|(key, value)| Some(format!("{}:{}", json(key), value?))),
        );
        object(&members)
    }

    /// The confirmations of a set that decide: the latest at `since`, and all later ones.
    fn confirmations(&self, set: &BackupSet<'_>) -> Vec<String> {
        let later = set.confirmations.iter().flatten().copied().filter(|at| Some(*at) > set.completed_at);
        let (past, ahead): (BTreeSet<_>, BTreeSet<_>) = later.partition(|at| self.frame.has_happened(*at));
        past.into_iter().next_back().into_iter().chain(ahead).map(Timestamp::exact).collect()
    }

    /// An item, cut to what decides.
    fn item(&self, item: &Spanned<BackupItem<'_>>) -> String {
        #[derive(Serialize)]
        struct Metadata {
            #[serde(skip_serializing_if = "Option::is_none")]
            source: Option<ItemFamily>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            assignments_fetch_failed: bool,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            has_orphaned_assignments: bool,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            integrity_warning: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            assignment_capture: Option<&'static str>,
        }
        let families: Vec<_> = item_families(item).collect();
        let has = |family| families.contains(&family);
        // Warnings that are unread give a finding.
        let is_unknown = item_unknowns(item).any(|unknown| unknown == ItemUnknown::AssignmentsUnknown);
        let metadata = Metadata {
            source: has(ItemFamily::MetadataOnly).then_some(ItemFamily::MetadataOnly),
            assignments_fetch_failed: has(ItemFamily::AssignmentsFetchFailed),
            has_orphaned_assignments: has(ItemFamily::OrphanedAssignments),
            integrity_warning: has(ItemFamily::IntegrityWarning),
            assignment_capture: match has(ItemFamily::AssignmentsNotCaptured) {
                true => Some("not_captured"),
                false => is_unknown.then_some("unknown"),
            },
        };
        let is_plain = families.is_empty() && !is_unknown;
        let members = self.members(item.start..item.end, |key| match key {
            "id" => Edit::Keep,
            "policy_type" if item.policy_type.is_some() => Edit::Keep,
            "deleted_at" if item.deleted_at.is_some() => Edit::Keep,
            "metadata" if !is_plain => Edit::Replace(json(&metadata)),
            _ => Edit::Drop,
        });
        object(&members)
    }
}

/// Adds what is needed of a scope's sets at one instant.
fn need(scope: &Scope<'_, '_>, frame: &TenantFrame<'_>, needs: &mut BTreeMap<usize, Need>) {
    let (basis, before) = scope.basis(frame);
    if let Some(basis) = basis {
        needs.entry(basis.set.start).or_default().content = true;
    }
    if let Some(before) = before {
        let health = scope_health(scope, frame);
        let vanished = health.vanished_policy_types.into_iter().map(|name| (name, 1));
        let falls = health.falls.into_iter().map(|fall| (fall.policy_type, fall.from));
        let types = &mut needs.entry(before.start).or_default().types;
        for (name, count) in vanished.chain(falls) {
            let needed = types.entry(name).or_default();
            *needed = count.max(*needed);
        }
    }
    for skipped in scope.skipped(basis.as_ref()) {
        needs.entry(skipped.set.start).or_default();
    }
}

fn summary_of(summary: &ItemSummary) -> String {
    json(&Summary {
        total_items: summary.total_items,
        degraded_items: summary.degraded_items,
        families: summary.families.clone(),
        unknowns: filled(summary.unknowns.clone()),
        policy_types: Some(summary.policy_types.clone()),
    })
}

fn filled(counts: Counts) -> Option<Counts> {
    Some(counts).filter(|counts| !counts.is_empty())
}

fn above_zero(mut counts: Counts) -> Counts {
    counts.retain(|_, count| *count > 0);
    counts
}
