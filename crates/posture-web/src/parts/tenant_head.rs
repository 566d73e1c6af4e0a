use leptos::prelude::*;
use posture_core::vocabulary::Capability;
use posture_core::{TenantReport, paths};

use super::badge::Badge;
use super::page_head::Crumb;
use crate::text;
use crate::tone::{backup_tone, recovery_tone};

/// A kind of a tenant's records, with a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Backup sets.
    BackupSets,
    /// Backup schedules.
    BackupSchedules,
    /// Restore runs.
    RestoreRuns,
}

impl Section {
    const ALL: [Self; 3] = [Self::BackupSets, Self::BackupSchedules, Self::RestoreRuns];

    /// What it is called.
    pub fn label(self) -> &'static str {
        match self {
            Self::BackupSets => text::BACKUP_SETS,
            Self::BackupSchedules => text::BACKUP_SCHEDULES,
            Self::RestoreRuns => text::RESTORE_RUNS,
        }
    }

    /// What it takes to open it.
    pub fn capability(self) -> Capability {
        match self {
            Self::BackupSets => Capability::BackupSetsView,
            Self::BackupSchedules => Capability::BackupSchedulesView,
            Self::RestoreRuns => Capability::RestoreRunsView,
        }
    }

    /// Where its list is.
    pub fn url(self, route_key: &str) -> String {
        match self {
            Self::BackupSets => paths::backup_sets(route_key, None),
            Self::BackupSchedules => paths::backup_schedules(route_key, None),
            Self::RestoreRuns => paths::restore_runs(route_key, None),
        }
    }
}

/// The way to a tenant's page, or to a page below it.
pub fn tenant_crumbs(workspace: &str, below: Option<&TenantReport>) -> Vec<Crumb> {
    let mut crumbs = vec![
        (workspace.to_owned(), paths::OVERVIEW.to_owned()),
        (text::TENANTS.to_owned(), paths::TENANTS.to_owned()),
    ];
    crumbs.extend(below.map(|tenant| (tenant.tenant_label.clone(), paths::tenant(&tenant.tenant_route_key))));
    crumbs
}

/// The tenant's dashboard and its records side by side; `here` is the one shown, the dashboard if `None`. `is_list` if it
/// is the list itself.
pub fn tenant_sections(route_key: &str, here: Option<Section>, is_list: bool) -> AnyView {
    let link = |url: String, label: &'static str, current: Option<&'static str>| {
        view! { <a class="choice" href=url aria-current=current>{label}</a> }.into_any()
    };
    let dashboard = link(paths::tenant(route_key), text::DASHBOARD, here.is_none().then_some("page"));
    let current = |section| (here == Some(section)).then_some(if is_list { "page" } else { "true" });
    let sections =
        Section::ALL.map(|section| link(section.url(route_key), section.label(), current(section)));
    view! { <nav class="choices sections" aria-label=text::RECORDS>{dashboard}{sections.into_iter().collect_view()}</nav> }.into_any()
}

/// Both verdicts of a tenant in a line, on pages about something else.
pub fn tenant_verdicts(tenant: &TenantReport) -> AnyView {
    let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
    view! {
        <dl class="verdicts">
            <div><dt>{text::BACKUP_POSTURE}</dt><dd><Badge tone=backup_tone(health) label=health.headline.clone()/></dd></div>
            <div><dt>{text::RECOVERY_EVIDENCE}</dt><dd><Badge tone=recovery_tone(tenant) label=evidence.headline.clone()/></dd></div>
        </dl>
    }
    .into_any()
}
