//! Gathers a fixture and derives the report of its records.

use posture_core::export::snapshot::{Head, ScopeRules, Snapshot, Tenant, Workspace};
use posture_core::{Form, Options, Timestamp, derive};
use posture_gather::kinds::{self, gather};
use posture_gather::{Gathered, MemoryTree, Note, Records, Settings, Source, Tree};
use serde_json::Value;

/// The instant of every gathering here.
pub(crate) const NOW: &str = "2026-04-08T06:00:00Z";

/// A source with a tenant and settings; the rest is as a configuration without further keys gives it.
pub(crate) struct Config<'a> {
    pub(crate) kind: &'a str,
    /// The name of the folder that is gathered.
    pub(crate) name: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) is_shared: bool,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) settings: Settings,
    pub(crate) now: &'a str,
}

impl<'a> Config<'a> {
    pub(crate) fn new(kind: &'a str) -> Self {
        Self {
            kind,
            name: "",
            tenant: "Contoso",
            is_shared: false,
            external_id: None,
            settings: Settings::new(),
            now: NOW,
        }
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(key.to_owned(), value.into());
        self
    }

    pub(crate) fn gather(&self, tree: &dyn Tree) -> Gathered {
        let kind = kinds::of_name(self.kind).unwrap();
        kind.check(&self.settings).unwrap();
        let source = Source {
            name: self.name,
            tenant: self.tenant,
            is_shared: self.is_shared,
            external_id: self.external_id,
            settings: &self.settings,
            ..Source::new(kind, tree, Timestamp::parse(self.now).unwrap())
        };
        gather(kind, &source)
    }

    pub(crate) fn gathered(&self, tree: &dyn Tree) -> Outcome {
        let gathered = self.gather(tree);
        let report = report_at(&gathered, self.now);
        Outcome { gathered, report }
    }
}

/// The result of a gathering, and the report on it.
pub(crate) struct Outcome {
    pub(crate) gathered: Gathered,
    report: Value,
}

impl Outcome {
    /// The part of the first tenant's report at a path like `/backup_health/posture`.
    pub(crate) fn tenant(&self, path: &str) -> &Value {
        self.part(&format!("/tenants/0{path}"))
    }

    /// The part of the report at a path.
    pub(crate) fn part(&self, path: &str) -> &Value {
        self.report.pointer(path).unwrap_or_else(|| panic!("{path} in {:#}", self.report))
    }

    pub(crate) fn posture(&self) -> &str {
        self.tenant("/backup_health/posture").as_str().unwrap()
    }

    pub(crate) fn recovery(&self) -> &str {
        self.tenant("/recovery_evidence/overview_state").as_str().unwrap()
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.part("/overview/calmness/is_calm").as_bool().unwrap()
    }

    pub(crate) fn is_claimed_healthy(&self) -> bool {
        self.tenant("/backup_health/healthy_claim_allowed").as_bool().unwrap()
    }

    /// How many of the governing set's items have this family or unknown.
    pub(crate) fn quality(&self, name: &str) -> u64 {
        let quality = self.tenant("/backup_health/quality");
        ["families", "unknowns"].iter().filter_map(|part| quality[part][name].as_u64()).sum()
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.gathered.notes.clone().into_vec()
    }

    /// Whether a note has this code, and names this path if one is given.
    #[track_caller]
    pub(crate) fn has_note(&self, code: &str, path: Option<&str>) {
        let notes = self.notes();
        let is_there = notes
            .iter()
            .any(|note| note.code == code && path.is_none_or(|path| note.path.as_deref() == Some(path)));
        assert!(is_there, "{code} {path:?} in {notes:#?}");
    }

    /// Whether the tenant has a signal with this key.
    pub(crate) fn has_signal(&self, key: &str) -> bool {
        self.gathered.records.signals.iter().any(|signal| signal.key == key)
    }
}

/// The report on one gathering, as of the instant of the gathering.
pub(crate) fn report_at(gathered: &Gathered, now: &str) -> Value {
    let bytes = snapshot(gathered, now);
    let report = derive(&bytes, Form::Json, &Options::default()).unwrap();
    serde_json::to_value(report).unwrap()
}

/// The bytes of a snapshot of one gathering. The configured tenant comes first.
pub(crate) fn snapshot(gathered: &Gathered, now: &str) -> Vec<u8> {
    let configured = ("Contoso", &gathered.records);
    let named = gathered.tenants.iter().map(|(name, records)| (name.as_str(), records));
    let tenants = std::iter::once(configured)
        .filter(|(_, records)| !records.is_empty() || gathered.tenants.is_empty())
        .chain(named)
        .enumerate()
        .map(|(index, (name, records))| tenant(index, name, records))
        .collect();
    let head = Head {
        exported_at: now.to_owned().into(),
        exporter: None,
        since: None,
        policy: None,
        workspace: Workspace { id: 1, name: "Test".into(), slug: None },
        checked_domains: Some(vec!["operations".into()]),
    };
    let mut bytes = Vec::new();
    Snapshot { head, tenants }.write(Form::Json, &mut bytes).unwrap();
    bytes
}

fn tenant(index: usize, name: &str, records: &Records) -> Tenant {
    let expected = || ScopeRules { expected: Some(true), ..ScopeRules::default() };
    Tenant {
        id: index as u64 + 1,
        external_id: format!("tenant-{index}").into(),
        name: name.to_owned().into(),
        status: "active".into(),
        scopes: records.expected_scopes.iter().map(|scope| (scope.clone(), expected())).collect(),
        backup_sets: records.sets.clone(),
        backup_schedules: records.schedules.clone(),
        restore_runs: records.runs.clone(),
        signals: records.signals.clone(),
        ..Tenant::default()
    }
}

/// A tree of these files.
pub(crate) fn tree<B: AsRef<[u8]>>(files: impl IntoIterator<Item = (impl AsRef<str>, B)>) -> MemoryTree {
    files.into_iter().fold(MemoryTree::new(), |tree, (path, bytes)| tree.with(path.as_ref(), bytes))
}

/// Text as Windows PowerShell's `Out-File` writes it: UTF-16 with a byte-order mark and CRLF.
pub(crate) fn utf16(text: &str) -> Vec<u8> {
    let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
