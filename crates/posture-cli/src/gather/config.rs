//! `gather.toml`: workspaces, tenants and their sources.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use posture_core::GREATEST_NUMBER;
use posture_core::export::snapshot::{Policy, Rules, ScopeRules, Text, Workspace};
use posture_core::policy::{
    GREATEST_ATTENTION_LIMIT, GREATEST_CLOCK_SKEW_SECONDS, GREATEST_EVIDENCE_DAYS, GREATEST_FRESHNESS_HOURS,
    GREATEST_GRACE_MINUTES, LEAST_FRESHNESS_HOURS,
};
use posture_core::words::nearest;
use posture_engine::input::read_small_regular;
use posture_gather::Settings;
use posture_gather::assemble::{Expect, TenantPlan};
use posture_gather::kinds::{nearest_name, of_name};
use posture_gather::notes::quoted;
use serde_json::Value;
use toml::de::DeTable;

use super::places::check;
use super::sources::{SourceConfig, TenantSources};
use super::toml_table::{File, Table};
use crate::failure::Failure;
use crate::remedy::unread;
use crate::text;

/// How long a store keeps what its sources forget, unless stated.
const KEEP_DAYS: u64 = 400;
const FRESHNESS_HOURS: RangeInclusive<u64> = LEAST_FRESHNESS_HOURS..=GREATEST_FRESHNESS_HOURS;

/// What is gathered.
pub(super) struct Config {
    pub(super) workspace: Workspace,
    pub(super) policy: Option<Policy>,
    pub(super) keep_days: u64,
    pub(super) tenants: Vec<TenantSources>,
    /// Whether it names all tenants of its workspace; without a configuration file, it names one source.
    pub(super) is_whole: bool,
}

/// A source that the command line names.
pub(super) struct OneSource<'a> {
    pub(super) kind: &'a str,
    pub(super) path: &'a Path,
    pub(super) tenant: Option<&'a str>,
    pub(super) external_id: Option<&'a str>,
    pub(super) scope: Option<&'a str>,
    pub(super) settings: &'a [String],
}

impl Config {
    /// One source, of one tenant or of those it names.
    pub(super) fn of_source(one: &OneSource<'_>) -> Result<Self, Failure> {
        let kind = of_name(one.kind).ok_or_else(|| Failure::Refused(unknown_kind(one.kind)))?;
        let mut settings = Settings::new();
        for stated in one.settings {
            let Some((key, value)) = stated.split_once('=') else {
                return Err(Failure::Refused(format!("--set {}: write KEY=VALUE.", quoted(stated))));
            };
            let number = value.parse::<u64>().map(Value::from);
            settings.insert(key.to_owned(), number.unwrap_or_else(|_| Value::from(value)));
        }
        kind.check(&settings).map_err(|error| Failure::Refused(format!("--set: {error}")))?;
        let source = SourceConfig {
            kind,
            path: one.path.to_owned(),
            scope: one.scope.unwrap_or(kind.name).to_owned(),
            is_scope_stated: one.scope.is_some(),
            expect: Expect::Nothing,
            settings,
            base: PathBuf::new(),
        };
        let plan = one.tenant.map(|name| TenantPlan {
            name: name.to_owned(),
            external_id: one.external_id.map(ToOwned::to_owned),
            ..TenantPlan::default()
        });
        Ok(Self {
            workspace: Workspace { id: 1, name: "Workspace".into(), slug: None },
            policy: None,
            keep_days: KEEP_DAYS,
            tenants: vec![TenantSources { plan, sources: vec![source] }],
            is_whole: false,
        })
    }

    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let bytes = read_small_regular(path).map_err(|error| {
            let why = if error.kind() == io::ErrorKind::NotFound {
                format!("there is no such file. {}", text::NO_GATHER_CONFIG)
            } else {
                unread(&error).to_string()
            };
            Failure::Refused(format!("Failed to read {name}: {why}"))
        })?;
        let text = posture_gather::text::decode(bytes)
            .map_err(|error| Failure::Refused(format!("Failed to read {name}: {error}.")))?;
        Self::of_text(path, &text)
    }

    /// Reads the text of a file.
    pub(super) fn of_text(path: &Path, text: &str) -> Result<Self, Failure> {
        let file = File { path, text };
        let document = DeTable::parse(text).map_err(|error| {
            file.error(error.span().map_or(0, |span| span.start), &format!("{}.", error.message()))
        })?;
        let mut root = Table::new(file, "the file", 0, document.get_ref());
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        let workspace = match root.table("workspace")? {
            Some(mut table) => {
                let workspace = Workspace {
                    id: table.number("id", 1..=GREATEST_NUMBER)?.unwrap_or(1),
                    name: table.text("name")?.map_or("Workspace".into(), Text::from),
                    slug: table.text("slug")?.map(Text::from),
                };
                table.end()?;
                workspace
            }
            None => Workspace { id: 1, name: "Workspace".into(), slug: None },
        };
        let policy = root.table("policy")?.map(policy).transpose()?;
        let keep_days = root.number("keep_days", 1..=36_500)?.unwrap_or(KEEP_DAYS);
        let mut tenants = Vec::new();
        let (mut taken, mut offsets) = (HashSet::new(), Vec::new());
        let profiles = policy.as_ref().map(|policy| &policy.profiles);
        for table in root.tables("tenant", "[[tenant]]")? {
            offsets.push(table.offset_of("name"));
            let tenant = tenant(table, &base, profiles, &mut taken)?;
            tenants.push(tenant);
        }
        root.end()?;
        if tenants.is_empty() {
            return Err(file.error(0, "The file has no [[tenant]]."));
        }
        check(&tenants)
            .map_err(|(tenant, why)| file.error(offsets.get(tenant).copied().unwrap_or_default(), &why))?;
        Ok(Self { workspace, policy, keep_days, tenants, is_whole: true })
    }
}

fn unknown_kind(word: &str) -> String {
    let near = nearest_name(word).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    format!("{} is not a kind of source.{near} `posture gather --kinds` lists them.", quoted(word))
}

fn policy(mut table: Table<'_>) -> Result<Policy, Failure> {
    let clock_skew_seconds = table.number("clock_skew_seconds", 0..=GREATEST_CLOCK_SKEW_SECONDS)?;
    let attention_limit = table.number("attention_limit", 1..=GREATEST_ATTENTION_LIMIT)?;
    let mut profiles = BTreeMap::new();
    for (name, mut profile) in table.named_tables("profiles")? {
        profiles.insert(name, rules(&mut profile)?);
        profile.end()?;
    }
    let rules = rules(&mut table)?;
    table.end()?;
    Ok(Policy { rules, clock_skew_seconds, attention_limit, profiles })
}

fn rules(table: &mut Table<'_>) -> Result<Rules, Failure> {
    Ok(Rules {
        freshness_hours: table.number("freshness_hours", FRESHNESS_HOURS)?,
        schedule_grace_minutes: table.number("schedule_grace_minutes", 0..=GREATEST_GRACE_MINUTES)?,
        restore_evidence_days: table.number("restore_evidence_days", 1..=GREATEST_EVIDENCE_DAYS)?,
        scopes: scopes(table)?,
    })
}

fn scopes(table: &mut Table<'_>) -> Result<BTreeMap<String, ScopeRules>, Failure> {
    let mut scopes = BTreeMap::new();
    for (name, mut scope) in table.named_tables("scopes")? {
        let rules = ScopeRules {
            freshness_hours: scope.number("freshness_hours", FRESHNESS_HOURS)?,
            expected: scope.truth("expected")?,
            expected_policy_types: scope
                .texts("expected_policy_types")?
                .map(|types| types.into_iter().map(Text::from).collect()),
        };
        scope.end()?;
        scopes.insert(name, rules);
    }
    Ok(scopes)
}

fn tenant(
    mut table: Table<'_>,
    base: &Path,
    profiles: Option<&BTreeMap<String, Rules>>,
    taken: &mut HashSet<String>,
) -> Result<TenantSources, Failure> {
    let profile_at = table.offset_of("profile");
    let plan = TenantPlan {
        name: table.required_text("name")?,
        external_id: table.text("external_id")?,
        profile: table.text("profile")?,
        environment: table.text("environment")?,
        domain: table.text("domain")?,
        labels: table.texts("labels")?.unwrap_or_default(),
    };
    let route_key = plan.external_id.clone().unwrap_or_else(|| plan.name.clone());
    if !taken.insert(route_key.clone()) {
        let message = format!("Two tenants have the external id or name {}.", quoted(&route_key));
        return Err(table.error(&message));
    }
    if let Some(profile) =
        plan.profile.as_ref().filter(|profile| profiles.is_none_or(|known| !known.contains_key(*profile)))
    {
        let known: Vec<_> = profiles.into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect();
        let near = nearest(profile, known.iter().copied());
        let message = match near {
            Some(near) => format!("The policy has no profile {}. Did you mean {near}?", quoted(profile)),
            None if known.is_empty() => format!(
                "The policy has no profile {}. Add [policy.profiles.NAME], or delete this line.",
                quoted(profile)
            ),
            None => format!("The policy has no profile {}; it has {}.", quoted(profile), known.join(", ")),
        };
        return Err(table.error_at(profile_at, &message));
    }
    let mut sources: Vec<SourceConfig> = Vec::new();
    for source in table.tables("source", "[[tenant.source]]")? {
        sources.push(self::source(source, base, &plan.name, &sources)?);
    }
    if sources.is_empty() {
        return Err(table.error(&format!("The tenant {} has no [[tenant.source]].", quoted(&plan.name))));
    }
    table.end()?;
    Ok(TenantSources { plan: Some(plan), sources })
}

fn source(
    mut table: Table<'_>,
    base: &Path,
    tenant: &str,
    others: &[SourceConfig],
) -> Result<SourceConfig, Failure> {
    let kind_at = table.offset_of("kind");
    let word = table.required_text("kind")?;
    let kind = of_name(&word).ok_or_else(|| table.error_at(kind_at, &unknown_kind(&word)))?;
    let path = base.join(table.required_text("path")?);
    let stated = table.text("scope")?;
    let scope = stated.clone().unwrap_or_else(|| kind.name.to_owned());
    if others.iter().any(|other| other.scope == scope) {
        let message = format!(
            "The tenant {} has two sources with the scope {}. Give each source of one kind a scope of its own.",
            quoted(tenant),
            quoted(&scope)
        );
        return Err(table.error(&message));
    }
    let expect = match table.texts_or("expect_types", "seen-30d")? {
        None => Expect::Nothing,
        Some(None) => Expect::SeenIn30Days,
        Some(Some(types)) => Expect::Types(types),
    };
    let offsets: BTreeMap<_, _> = kind.keys.iter().map(|key| (key.name, table.offset_of(key.name))).collect();
    let settings = table.rest_of_kind(kind)?;
    kind.check(&settings).map_err(|error| {
        let key = match &error {
            posture_gather::SourceError::Value { key, .. } => offsets.get(key).copied(),
            posture_gather::SourceError::UnknownKey { .. } => None,
        };
        let message = error.to_string();
        key.map_or_else(|| table.error(&message), |offset| table.error_at(offset, &message))
    })?;
    let is_scope_stated = stated.is_some();
    Ok(SourceConfig { kind, path, scope, is_scope_stated, expect, settings, base: base.to_owned() })
}
