//! One module per page. The overview is the first view; all others are drawn by the program's second part.

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::path;

pub mod backup_schedules;
pub mod backup_set;
pub mod backup_sets;
pub mod changes;
pub mod compare;
pub mod forecast;
pub mod open;
pub mod overview;
pub mod record_page;
pub mod registry;
pub mod restore_run;
pub mod restore_runs;
pub mod tenant;
pub mod trend;
pub mod unknown;
pub mod unknown_tenant;
pub mod what_if;
pub mod workspaces;

pub use backup_schedules::BackupSchedules;
pub use backup_set::BackupSet;
pub use backup_sets::BackupSets;
pub use changes::Changes;
pub use compare::Compare;
pub use forecast::Forecast;
pub use open::OpenSnapshot;
pub use overview::Overview;
pub use registry::{ChooseTenant, Registry};
pub use restore_run::RestoreRun;
pub use restore_runs::RestoreRuns;
pub use tenant::Tenant;
pub use trend::Trend;
pub use unknown::UnknownPage;
pub use what_if::WhatIf;
pub use workspaces::Workspaces;

/// The page of the current address, unless that is the overview.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=|| UnknownPage().into_any()>
            <Route path=path!("/admin/workspaces") view=Workspaces/>
            <Route path=path!("/admin/choose-tenant") view=ChooseTenant/>
            <Route path=path!("/admin/tenants") view=Registry/>
            <Route path=path!("/admin/changes") view=Changes/>
            <Route path=path!("/admin/trend") view=Trend/>
            <Route path=path!("/admin/forecast") view=Forecast/>
            <Route path=path!("/admin/what-if") view=WhatIf/>
            <Route path=path!("/admin/t/:external_id") view=Tenant/>
            <Route path=path!("/admin/t/:external_id/backup-sets") view=BackupSets/>
            <Route path=path!("/admin/t/:external_id/backup-sets/:id") view=BackupSet/>
            <Route path=path!("/admin/t/:external_id/backup-schedules") view=BackupSchedules/>
            <Route path=path!("/admin/t/:external_id/restore-runs") view=RestoreRuns/>
            <Route path=path!("/admin/t/:external_id/restore-runs/:id") view=RestoreRun/>
            <Route path=path!("/open") view=OpenSnapshot/>
            <Route path=path!("/compare") view=Compare/>
        </FlatRoutes>
    }
}
