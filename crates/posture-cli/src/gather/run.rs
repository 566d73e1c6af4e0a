//! Gathering: tenant by tenant, source by source.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use posture_core::Timestamp;
use posture_core::export::snapshot::{Head, Tenant};
use posture_core::words::counted;
use posture_gather::assemble::{Part, scopes_by_sight, tenant, tenants};
use posture_gather::ids::Ids;
use posture_gather::notes::quoted;
use posture_gather::{Files, Note, Source};
use serde_json::Value;

use super::config::Config;
use super::output::{NoteFormat, print};
use super::places::{Places, Root};
use super::shells;
use super::sources::{SourceConfig, TenantSources};

/// Gathers the tenants of a configuration one after the other, and prints the notes of each.
pub(super) struct Gathering<'a> {
    config: &'a Config,
    /// Who reads which files.
    sharing: Sharing,
    places: Places,
    exported_at: Timestamp,
    notes: NoteFormat,
    next: usize,
    ready: VecDeque<GatheredTenant>,
    ids: Ids,
    summary: Summary,
}

/// A tenant, and its scopes whose expected policy types are those that were seen.
pub(super) struct GatheredTenant {
    pub(super) tenant: Tenant,
    pub(super) by_sight: BTreeSet<String>,
}

/// The result of a gathering.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Summary {
    pub(super) tenants: usize,
    pub(super) sources: usize,
    pub(super) sets: usize,
    pub(super) schedules: usize,
    pub(super) runs: usize,
    pub(super) signals: usize,
    /// Sources that could not be read, or not in full.
    pub(super) unreadable: usize,
}

impl Summary {
    pub(super) fn text(self) -> String {
        let Self { tenants, sources, sets, schedules, runs, signals, unreadable } = self;
        let count = |number: usize, one: &str, many: &str| counted(number as u64, one, many);
        format!(
            "{} from {}: {}, {}, {}, {}; {} cannot be read in full",
            count(tenants, "tenant", "tenants"),
            count(sources, "source", "sources"),
            count(sets, "backup set", "backup sets"),
            count(schedules, "schedule", "schedules"),
            count(runs, "restore run", "restore runs"),
            count(signals, "signal", "signals"),
            count(unreadable, "source", "sources")
        )
    }
}

impl<'a> Gathering<'a> {
    pub(super) fn new(config: &'a Config, exported_at: Timestamp, notes: NoteFormat) -> Self {
        let places = Places::of(&config.tenants);
        Self {
            config,
            sharing: sharing(config, &places),
            places,
            exported_at,
            notes,
            next: 0,
            ready: VecDeque::new(),
            ids: Ids::default(),
            summary: Summary::default(),
        }
    }

    /// Everything of the snapshot but its tenants.
    pub(super) fn head(&self) -> Head {
        Head {
            exported_at: self.exported_at.into(),
            exporter: Some("posture gather".into()),
            since: None,
            policy: self.config.policy.clone(),
            workspace: self.config.workspace.clone(),
            checked_domains: None,
        }
    }

    /// What was gathered until now.
    pub(super) fn summary(&self) -> Summary {
        self.summary
    }

    fn gather(&mut self, of: &TenantSources) {
        let plan = of.plan.as_ref();
        let parts: Vec<_> = of.sources.iter().map(|source| self.part(of, source)).collect();
        self.summary.sources += parts.len();
        let by_sight: BTreeSet<_> = parts.iter().flat_map(scopes_by_sight).collect();
        let (gathered, notes) = match plan {
            Some(plan) => {
                let (tenant, notes) = tenant(plan, parts, self.exported_at);
                (vec![tenant], notes)
            }
            None => {
                let mut gathered = Vec::new();
                let mut notes = Vec::new();
                for part in parts {
                    let (named, of_part) = tenants(part, self.exported_at);
                    gathered.extend(named);
                    notes.push(of_part);
                }
                (gathered, notes)
            }
        };
        let name = plan.map_or("", |plan| plan.name.as_str());
        for (source, notes) in of.sources.iter().zip(notes) {
            self.summary.unreadable += usize::from(notes.iter().any(Note::is_of_unreadable));
            print(name, source.kind.name, &notes, self.notes);
        }
        for mut tenant in gathered {
            tenant.id = self.ids.claim_number(tenant.id).0;
            self.summary.tenants += 1;
            self.summary.sets += tenant.backup_sets.len();
            self.summary.schedules += tenant.backup_schedules.len();
            self.summary.runs += tenant.restore_runs.len();
            self.summary.signals += tenant.signals.len();
            self.ready.push_back(GatheredTenant { tenant, by_sight: by_sight.clone() });
        }
    }

    fn part(&self, of: &TenantSources, config: &SourceConfig) -> Part {
        let place = config.path.display().to_string();
        let opened = match shells::open(config.kind, &config.path) {
            Ok(opened) => opened,
            Err(why) => {
                let name =
                    config.path.file_name().map_or(place.clone(), |name| name.to_string_lossy().into_owned());
                return Part::unreadable(
                    &config.scope,
                    config.expect.clone(),
                    &quoted(&name),
                    &format!("{why}."),
                );
            }
        };
        let mut settings = config.settings.clone();
        if let Some(part) = opened.part {
            settings.entry("folder".to_owned()).or_insert(Value::from(part));
        }
        let shared_by = self.sharing.get(&self.places.root(config)).cloned().unwrap_or_default();
        let own: Vec<_> = of.plan.iter().flat_map(|plan| plan.words_in(&config.settings)).collect();
        let source = Source {
            is_shared: shared_by.iter().any(|word| !own.contains(word)),
            name: &shells::name_of(&config.path),
            scope: &config.scope,
            is_scope_stated: config.is_scope_stated,
            tenant: of.plan.as_ref().map_or("", |plan| plan.name.as_str()),
            external_id: of.plan.as_ref().and_then(|plan| plan.external_id.as_deref()),
            settings: &settings,
            files: &files(config),
            ..Source::new(config.kind, &*opened.tree, self.exported_at)
        };
        Part { shared_by, ..Part::read(config.kind, &source, config.expect.clone()) }
    }
}

/// The names and external ids, in lower case, of the tenants of each kind and path.
type Sharing = BTreeMap<Root, Arc<BTreeSet<String>>>;

fn sharing(config: &Config, places: &Places) -> Sharing {
    let mut words: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for TenantSources { plan, sources } in &config.tenants {
        for source in sources {
            let known = words.entry(places.root(source)).or_default();
            known.extend(plan.iter().flat_map(|plan| plan.words_in(&source.settings)));
        }
    }
    words.into_iter().map(|(files, known)| (files, Arc::new(known))).collect()
}

/// The files that the settings of a source name.
fn files(config: &SourceConfig) -> Files {
    let mut files = BTreeMap::new();
    for key in config.kind.keys.iter().filter(|key| key.is_file) {
        if let Some(path) = config.settings.get(key.name).and_then(Value::as_str) {
            files.insert(key.name.to_owned(), shells::read_named(&config.base.join(path)));
        }
    }
    files
}

impl Iterator for Gathering<'_> {
    type Item = GatheredTenant;

    fn next(&mut self) -> Option<GatheredTenant> {
        loop {
            if let Some(tenant) = self.ready.pop_front() {
                return Some(tenant);
            }
            let config = self.config;
            let of = config.tenants.get(self.next)?;
            self.next += 1;
            self.gather(of);
        }
    }
}
