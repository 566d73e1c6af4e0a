//! One module per page.

pub mod backup_schedules;
pub mod backup_set;
pub mod backup_sets;
pub mod choose_tenant;
pub mod compare;
pub mod forecast;
pub mod open;
pub mod overview;
pub mod record_page;
pub mod registry;
pub mod restore_run;
pub mod restore_runs;
pub mod tenant;
pub mod unknown;
pub mod unknown_tenant;
pub mod what_if;
pub mod workspaces;

pub use backup_schedules::BackupSchedules;
pub use backup_set::BackupSet;
pub use backup_sets::BackupSets;
pub use choose_tenant::ChooseTenant;
pub use compare::Compare;
pub use forecast::Forecast;
pub use open::OpenSnapshot;
pub use overview::Overview;
pub use registry::Registry;
pub use restore_run::RestoreRun;
pub use restore_runs::RestoreRuns;
pub use tenant::Tenant;
pub use unknown::UnknownPage;
pub use what_if::WhatIf;
pub use workspaces::Workspaces;
