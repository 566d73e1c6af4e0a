//! From gathered sources to the tenants of a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use posture_core::Timestamp;
use posture_core::export::snapshot::{BackupSet, Instant, Signal, Tenant, Text};
use posture_core::words::counted;
use serde_json::Value;

use crate::ids::{Ids, id};
use crate::kind::Kind;
use crate::kinds;
use crate::notes::Note;
use crate::pace::{self, Pace, WithoutPauses};
use crate::records::{Gathered, Records};
use crate::source::{Settings, Source, TENANT_FILTER};
use crate::times::{SIGHT_SECONDS, moved};

/// What the configuration says about a tenant.
#[derive(Clone, Debug, Default)]
pub struct TenantPlan {
    /// The name.
    pub name: String,
    /// The id in the tenant's own system; the name if there is none.
    pub external_id: Option<String>,
    /// One of the policy's profiles.
    pub profile: Option<String>,
    /// As in the snapshot.
    pub environment: Option<String>,
    /// As in the snapshot.
    pub domain: Option<String>,
    /// As in the snapshot.
    pub labels: Vec<String>,
}

impl TenantPlan {
    /// The words by which a source with these settings may name the tenant, in lower case: the one that is stated, else the tenant's name
    /// and external id.
    pub fn words_in(&self, settings: &Settings) -> Vec<String> {
        let stated = settings.get(TENANT_FILTER).and_then(Value::as_str);
        let own = || [Some(self.name.as_str()), self.external_id.as_deref()];
        let words = stated.map_or_else(own, |stated| [Some(stated), None]);
        words.into_iter().flatten().map(str::to_lowercase).collect()
    }
}

/// The policy types that a source's scopes must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// Nothing is expected.
    #[default]
    Nothing,
    /// These types.
    Types(Vec<String>),
    /// Every type that a set of the last 30 days held.
    SeenIn30Days,
}

/// A gathered source of a tenant.
pub struct Part {
    /// The scope of the source.
    pub scope: String,
    /// What its scopes must have.
    pub expect: Expect,
    /// What the adapter gave.
    pub gathered: Gathered,
    /// The names and external ids, in lower case, of the tenants that the configuration reads from the same files.
    /// Their records are used there, so that leaving them out here needs no note.
    pub shared_by: Arc<BTreeSet<String>>,
}

impl Part {
    fn new(scope: &str, expect: Expect, gathered: Gathered) -> Self {
        Self { scope: scope.to_owned(), expect, gathered, shared_by: Arc::default() }
    }

    /// Reads a source.
    pub fn read(kind: &Kind, source: &Source<'_>, expect: Expect) -> Self {
        Self::new(source.scope, expect, kinds::gather(kind, source))
    }

    /// Reads a source, with a pause when its pace says so.
    pub async fn read_in_slices(kind: &Kind, source: &Source<'_>, expect: Expect) -> Self {
        Self::new(source.scope, expect, kinds::gather_in_slices(kind, source).await)
    }

    /// A source that cannot be read: bad news, and its scope is expected, so that its tenant is never calmer for it.
    pub fn unreadable(scope: &str, expect: Expect, place: &str, why: &str) -> Self {
        let mut gathered = Gathered::default();
        gathered.bad_news(
            "source_unreadable",
            "high",
            format!("{place} cannot be read"),
            format!("Failed to read {place}: {why}"),
        );
        gathered.records.expected_scopes.push(scope.to_owned());
        Self::new(scope, expect, gathered)
    }
}

/// The scopes of a source whose expected policy types are those that were seen. A store may have seen more.
pub fn scopes_by_sight(part: &Part) -> BTreeSet<String> {
    if part.expect != Expect::SeenIn30Days {
        return BTreeSet::new();
    }
    let all = part.gathered.tenants.values().chain([&part.gathered.records]);
    let scopes = all.flat_map(|records| {
        let of_sets = records.sets.iter().map(|set| set.scope.as_deref().unwrap_or_default());
        of_sets.chain(records.expected_scopes.iter().map(String::as_str))
    });
    scopes.chain([part.scope.as_str()]).map(ToOwned::to_owned).collect()
}

/// The tenant of a plan with all its sources, and the notes of the sources, in their order.
///
/// Records of tenants that a source names and the plan does not are left out, with a note.
pub fn tenant(plan: &TenantPlan, parts: Vec<Part>, now: Timestamp) -> (Tenant, Vec<Vec<Note>>) {
    pace::run(tenant_in_slices(plan, parts, now, &WithoutPauses))
}

/// Like [`tenant`], with pauses among many records.
pub async fn tenant_in_slices(
    plan: &TenantPlan,
    parts: Vec<Part>,
    now: Timestamp,
    pace: &dyn Pace,
) -> (Tenant, Vec<Vec<Note>>) {
    let mut tenant = empty(plan);
    let mut collections = Collections::default();
    let mut notes = Vec::new();
    for part in parts {
        let Part { scope, expect, mut gathered, shared_by } = part;
        if let Some(unnamed) = gathered.tenants.remove("") {
            let counts = [
                counted(unnamed.sets.len() as u64, "backup set", "backup sets"),
                counted(unnamed.schedules.len() as u64, "schedule", "schedules"),
                counted(unnamed.runs.len() as u64, "restore run", "restore runs"),
            ];
            gathered.bad_news(
                "records_without_tenant",
                "high",
                "Records name no tenant",
                format!(
                    "Several tenants read the same files, in which {} name no tenant, so they count for none. \
                     Name the tenant in each record, or give each tenant files of its own.",
                    counts.join(", ")
                ),
            );
        }
        let is_used_nowhere = |name: &&str| !shared_by.contains(&name.to_lowercase());
        let names: Vec<_> = gathered.tenants.keys().map(String::as_str).filter(is_used_nowhere).collect();
        if !names.is_empty() {
            let message = format!(
                "Records of other tenants were not used: {}.",
                crate::notes::quoted(&names.join(", "))
            );
            gathered.notes.warning("other_tenants", None, message);
        }
        let rules = Rules { scope: &scope, expect: &expect, now, pace };
        collections.add(&mut tenant, gathered.records, &rules, &mut gathered.notes).await;
        notes.push(gathered.notes.into_vec());
    }
    (tenant, notes)
}

/// The tenants that a source itself names, in the order of their names, and its notes. Bad news about no tenant in particular is bad
/// news for each.
pub fn tenants(part: Part, now: Timestamp) -> (Vec<Tenant>, Vec<Note>) {
    pace::run(tenants_in_slices(part, now, &WithoutPauses))
}

/// Like [`tenants`], with pauses among many records.
pub async fn tenants_in_slices(part: Part, now: Timestamp, pace: &dyn Pace) -> (Vec<Tenant>, Vec<Note>) {
    let Part { scope, expect, mut gathered, shared_by: _ } = part;
    let mut tenants = Vec::new();
    let unnamed = std::mem::take(&mut gathered.records);
    let shared = Records {
        signals: unnamed.signals.clone(),
        expected_scopes: unnamed.expected_scopes.clone(),
        ..Records::default()
    };
    let mut named = std::mem::take(&mut gathered.tenants);
    if named.is_empty()
        || !(unnamed.sets.is_empty() && unnamed.runs.is_empty() && unnamed.schedules.is_empty())
    {
        // Records without a tenant are evidence too.
        named.insert(String::new(), unnamed);
    }
    for (name, mut records) in named {
        // Nobody can say which of them the bad news is about.
        for signal in &shared.signals {
            if !records.signals.contains(signal) {
                records.signals.push(signal.clone());
            }
        }
        records.expected_scopes.extend(shared.expected_scopes.iter().cloned());
        let name = if name.is_empty() { "Unnamed tenant".to_owned() } else { name };
        let mut tenant = empty(&TenantPlan { name, ..TenantPlan::default() });
        let rules = Rules { scope: &scope, expect: &expect, now, pace };
        Collections::default().add(&mut tenant, records, &rules, &mut gathered.notes).await;
        tenants.push(tenant);
    }
    (tenants, gathered.notes.into_vec())
}

/// Makes the ids of a snapshot's tenants differ; a collision takes the next free number.
pub fn settle_ids(tenants: &mut [Tenant]) {
    let mut ids = Ids::default();
    for tenant in tenants {
        tenant.id = ids.claim_number(tenant.id).0;
    }
}

fn empty(plan: &TenantPlan) -> Tenant {
    let external_id = plan.external_id.clone().unwrap_or_else(|| plan.name.clone());
    // The resolver refuses these as route keys.
    let external_id = if matches!(external_id.as_str(), "" | "." | "..") {
        format!("tenant-{external_id}")
    } else {
        external_id
    };
    let text = |value: &Option<String>| value.clone().map(Text::from);
    Tenant {
        id: id("tenant", &external_id),
        external_id: external_id.into(),
        name: plan.name.clone().into(),
        environment: text(&plan.environment),
        domain: text(&plan.domain),
        labels: (!plan.labels.is_empty()).then(|| plan.labels.iter().cloned().map(Text::from).collect()),
        status: "active".into(),
        profile: text(&plan.profile),
        ..Tenant::default()
    }
}

/// How a source's records are added to a tenant.
struct Rules<'r> {
    scope: &'r str,
    expect: &'r Expect,
    now: Timestamp,
    pace: &'r dyn Pace,
}

impl Rules<'_> {
    /// Offers the shell a pause now and then; `index` is that of a record.
    async fn pause_after(&self, index: usize) {
        const SLICE: usize = 500;
        if index % SLICE == SLICE - 1
            && let Some(pause) = self.pace.in_file()
        {
            pause.await;
        }
    }
}

/// The ids of a tenant's collections.
#[derive(Default)]
struct Collections {
    sets: Ids,
    schedules: Ids,
    runs: Ids,
}

impl Collections {
    async fn add(
        &mut self,
        tenant: &mut Tenant,
        records: Records,
        rules: &Rules<'_>,
        notes: &mut crate::Notes,
    ) {
        let Records { mut sets, schedules, runs, mut signals, expected_scopes } = records;
        let &Rules { scope, expect, now, .. } = rules;
        let mut scopes: BTreeSet<String> = BTreeSet::new();
        for (index, set) in sets.iter().enumerate() {
            rules.pause_after(index).await;
            let scope = set.scope.as_deref().unwrap_or_default();
            if !scopes.contains(scope) {
                scopes.insert(scope.to_owned());
            }
        }
        scopes.extend(expected_scopes.iter().cloned());
        if scopes.is_empty() && *expect != Expect::Nothing {
            scopes.insert(scope.to_owned());
        }
        for expected in expected_scopes {
            tenant.scopes.entry(expected).or_default().expected = Some(true);
        }
        for scope in scopes {
            let types = expected_types(expect, &sets, &scope, now);
            if let Some(types) = types {
                tenant.scopes.entry(scope).or_default().expected_policy_types =
                    Some(types.into_iter().map(Text::from).collect());
            }
        }
        let has_no_time =
            |set: &&BackupSet| set.completed_at.is_none() && matches!(&*set.status, "completed" | "partial");
        let is_told = signals.iter().any(|signal| &*signal.key == "rows_unreadable");
        if let Some(set) = sets.iter().find(has_no_time).filter(|_| !is_told) {
            let scope = set.scope.as_deref().unwrap_or_default();
            signals.push(Signal {
                domain: "operations".into(),
                key: "backup_without_time".into(),
                urgency: "high".into(),
                title: format!("A backup of {scope} does not say when it was made").into(),
                body: Some("It does not count, and an older one may look current without it. The notes of the gathering name it.".into()),
                url: None,
            });
        }
        let mut claim = |ids: &mut Ids, id: &mut u64| {
            let (claimed, is_own) = ids.claim_number(*id);
            if !is_own {
                notes.warning(
                    "id_collision",
                    None,
                    format!("The id {id} is taken; the record has the id {claimed}."),
                );
            }
            *id = claimed;
        };
        for (index, set) in sets.iter_mut().enumerate() {
            rules.pause_after(index).await;
            claim(&mut self.sets, &mut set.id);
        }
        // Very many sets are not copied.
        if tenant.backup_sets.is_empty() {
            tenant.backup_sets = sets;
        } else {
            tenant.backup_sets.append(&mut sets);
        }
        for mut schedule in schedules {
            claim(&mut self.schedules, &mut schedule.id);
            tenant.backup_schedules.push(schedule);
        }
        for (index, mut run) in runs.into_iter().enumerate() {
            rules.pause_after(index).await;
            claim(&mut self.runs, &mut run.id);
            tenant.restore_runs.push(run);
        }
        for signal in signals {
            if !tenant.signals.contains(&signal) {
                tenant.signals.push(signal);
            }
        }
    }
}

fn expected_types(expect: &Expect, sets: &[BackupSet], scope: &str, now: Timestamp) -> Option<Vec<String>> {
    match expect {
        Expect::Nothing => None,
        Expect::Types(types) => Some(types.clone()),
        Expect::SeenIn30Days => {
            let since = moved(now, -SIGHT_SECONDS);
            let is_recent = |set: &&BackupSet| {
                let at = set.completed_at.as_ref().and_then(Instant::timestamp);
                set.scope.as_deref().unwrap_or_default() == scope && at.is_some_and(|at| at >= since)
            };
            let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
            for set in sets.iter().filter(is_recent) {
                seen.extend(
                    set.items.iter().flatten().filter_map(|item| Some((item.policy_type.as_deref()?, ()))),
                );
                let summary = set.quality.as_ref().and_then(|quality| quality.policy_types.as_ref());
                seen.extend(
                    summary
                        .into_iter()
                        .flatten()
                        .filter(|(_, count)| **count > 0)
                        .map(|(name, _)| (name.as_ref(), ())),
                );
            }
            Some(seen.into_keys().map(ToOwned::to_owned).collect())
        }
    }
}
