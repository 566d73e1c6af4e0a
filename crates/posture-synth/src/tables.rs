//! The same workspace as rows of the product's PostgreSQL tables, in the text form of `COPY`.
//!
//! The tables have no columns for signals, capabilities and the optional features, so a plan for tables has none of them.
//! It is also one without damage, because the tables refuse most of it.

use posture_core::Timestamp;
use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, Instant, RestoreRun, Tenant, Text,
};
use serde::Serialize;
use serde_json::json;

use crate::plan::{WORKSPACE_ID, WORKSPACE_NAME, WORKSPACE_SLUG};

/// Rows of one table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns that rows give, separated by commas.
    pub columns: &'static str,
    /// The rows, one a line.
    pub rows: String,
}

/// Rows of every table that a workspace lives in.
#[derive(Clone, Debug)]
pub struct Tables {
    workspaces: Table,
    tenants: Table,
    sets: Table,
    items: Table,
    schedules: Table,
    operations: Table,
    runs: Table,
}

impl Default for Tables {
    fn default() -> Self {
        let table = |name, columns| Table { name, columns, rows: String::new() };
        Self {
            workspaces: table("workspaces", "id, name, slug"),
            tenants: table(
                "tenants",
                "id, workspace_id, external_id, tenant_id, name, environment, domain, status",
            ),
            sets: table(
                "backup_sets",
                "id, tenant_id, workspace_id, name, status, item_count, created_at, completed_at, deleted_at",
            ),
            items: table(
                "backup_items",
                "id, tenant_id, backup_set_id, policy_identifier, policy_type, platform, payload, assignments, metadata, captured_at",
            ),
            schedules: table(
                "backup_schedules",
                "id, tenant_id, name, is_enabled, frequency, time_of_day, timezone, days_of_week, last_run_at, last_run_status, \
                 next_run_at, created_at, deleted_at",
            ),
            operations: table(
                "operation_runs",
                "id, workspace_id, tenant_id, type, status, outcome, created_at, started_at, completed_at",
            ),
            runs: table(
                "restore_runs",
                "id, tenant_id, workspace_id, backup_set_id, operation_run_id, status, is_dry_run, results, metadata, created_at, \
                 started_at, completed_at, deleted_at",
            ),
        }
    }
}

impl Tables {
    /// Every table with its rows so far; none comes before one that its rows name.
    pub fn all(&self) -> [&Table; 7] {
        [
            &self.workspaces,
            &self.tenants,
            &self.sets,
            &self.items,
            &self.schedules,
            &self.operations,
            &self.runs,
        ]
    }

    /// How many bytes the rows so far have.
    pub fn bytes(&self) -> usize {
        self.all().iter().map(|table| table.rows.len()).sum()
    }

    /// Adds the workspace itself.
    pub fn add_workspace(&mut self) {
        self.workspaces.add(&[WORKSPACE_ID.into(), WORKSPACE_NAME.into(), WORKSPACE_SLUG.into()]);
    }

    /// Adds a tenant and all its records.
    pub fn add(&mut self, tenant: &Tenant) {
        let Tenant { id, workspace_id, external_id, name, environment, domain, status, .. } = tenant;
        self.tenants.add(&[
            (*id).into(),
            (*workspace_id).into(),
            external_id.into(),
            external_id.into(),
            name.into(),
            environment.into(),
            domain.into(),
            status.into(),
        ]);
        tenant.backup_sets.iter().for_each(|set| self.add_set(tenant, set));
        tenant.backup_schedules.iter().for_each(|schedule| self.add_schedule(schedule));
        tenant.restore_runs.iter().for_each(|run| self.add_run(tenant, run));
    }

    fn add_set(&mut self, tenant: &Tenant, set: &BackupSet) {
        self.sets.add(&[
            set.id.into(),
            set.tenant_id.into(),
            tenant.workspace_id.into(),
            (&set.name).into(),
            (&set.status).into(),
            set.item_count.into(),
            (&set.created_at).into(),
            (&set.completed_at).into(),
            (&set.deleted_at).into(),
        ]);
        set.items.iter().flatten().for_each(|item| self.add_item(tenant, item));
    }

    fn add_item(&mut self, tenant: &Tenant, item: &BackupItem) {
        // The content of a payload is never read; it is there because rows with one are further apart.
        let payload = json!({
            "@odata.type": format!("#microsoft.graph.{}", item.policy_type.as_deref().unwrap_or_default()),
            "id": item.policy_identifier,
            "displayName": item.display_name,
            "version": 1,
        });
        let assignments = json!([{ "target": { "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": item.policy_identifier } }]);
        self.items.add(&[
            item.id.into(),
            tenant.id.into(),
            item.backup_set_id.into(),
            (&item.policy_identifier).into(),
            (&item.policy_type).into(),
            (&item.platform).into(),
            Cell::json(&payload),
            Cell::json(&assignments),
            item.metadata.as_ref().map_or(Cell::Null, Cell::json),
            (&item.captured_at).into(),
        ]);
    }

    fn add_schedule(&mut self, schedule: &BackupSchedule) {
        self.schedules.add(&[
            schedule.id.into(),
            schedule.tenant_id.into(),
            (&schedule.name).into(),
            schedule.is_enabled.into(),
            (&schedule.frequency).into(),
            (&schedule.time_of_day).into(),
            (&schedule.timezone).into(),
            Cell::json(&schedule.days_of_week),
            (&schedule.last_run_at).into(),
            (&schedule.last_run_status).into(),
            (&schedule.next_run_at).into(),
            (&schedule.created_at).into(),
            (&schedule.deleted_at).into(),
        ]);
    }

    fn add_run(&mut self, tenant: &Tenant, run: &RestoreRun) {
        if let Some(operation) = &run.operation_run {
            self.operations.add(&[
                operation.id.into(),
                tenant.workspace_id.into(),
                tenant.id.into(),
                "restore".into(),
                (&operation.status).into(),
                (&operation.outcome).into(),
                (&run.created_at).into(),
                (&run.started_at).into(),
                (&run.completed_at).into(),
            ]);
        }
        self.runs.add(&[
            run.id.into(),
            run.tenant_id.into(),
            tenant.workspace_id.into(),
            run.backup_set_id.into(),
            run.operation_run.as_ref().and_then(|operation| operation.id).into(),
            (&run.status).into(),
            run.is_dry_run.into(),
            run.results.as_ref().map_or(Cell::Null, Cell::json),
            run.metadata.as_ref().map_or(Cell::Null, Cell::json),
            (&run.created_at).into(),
            (&run.started_at).into(),
            (&run.completed_at).into(),
            (&run.deleted_at).into(),
        ]);
    }
}

impl Table {
    /// Adds a row with a cell for each column.
    fn add(&mut self, cells: &[Cell<'_>]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.rows.push('\t');
            }
            match cell {
                Cell::Null => self.rows.push_str("\\N"),
                Cell::Text(text) => push_escaped(&mut self.rows, text),
                Cell::Made(text) => push_escaped(&mut self.rows, text),
            }
        }
        self.rows.push('\n');
    }
}

fn push_escaped(rows: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\\' => rows.push_str("\\\\"),
            '\t' => rows.push_str("\\t"),
            '\n' => rows.push_str("\\n"),
            '\r' => rows.push_str("\\r"),
            other => rows.push(other),
        }
    }
}

/// A column's value in one row.
enum Cell<'t> {
    Null,
    Text(&'t str),
    Made(String),
}

impl Cell<'_> {
    fn json(value: &impl Serialize) -> Self {
        serde_json::to_string(value).map_or(Self::Null, Self::Made)
    }
}

impl<'t> From<&'t str> for Cell<'t> {
    fn from(text: &'t str) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Made(number.to_string())
    }
}

impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Text(if value { "t" } else { "f" })
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Made(at.to_string())
    }
}

impl<'t> From<&'t Text> for Cell<'t> {
    fn from(text: &'t Text) -> Self {
        Self::Text(text)
    }
}

impl<'t> From<&'t Instant> for Cell<'t> {
    fn from(written: &'t Instant) -> Self {
        match written {
            Instant::At(at) => (*at).into(),
            Instant::Invalid(text) => Self::Text(text),
        }
    }
}

impl<'t, T> From<&'t Option<T>> for Cell<'t>
where
    &'t T: Into<Cell<'t>>,
{
    fn from(value: &'t Option<T>) -> Self {
        value.as_ref().map_or(Self::Null, Into::into)
    }
}

impl<'t, T: Into<Cell<'t>>> From<Option<T>> for Cell<'t> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
