//! The tenants that a store already holds, for an import that adds to them.

use std::path::Path;

use posture_core::Id;
use sqlx::{Connection as _, Row as _, SqliteConnection};

use super::store::{Kind, OpenError, bound, check_own_files, connect, kind};
use crate::sources::ids::number;

/// How many tenants are read within one bound.
const WITHIN_BOUND: u64 = 1_000;

/// A store's tenants, read one at a time.
pub struct FormerTenants {
    connection: SqliteConnection,
    asked: u64,
    /// The place of the last tenant that [`FormerTenants::next`] looked at.
    place: Option<i64>,
}

impl FormerTenants {
    /// Opens a store; `None` if there is none yet.
    pub async fn open(store: &Path) -> Result<Option<Self>, OpenError> {
        if !store.is_file() {
            return Ok(None);
        }
        let failed = |error| OpenError::Failed { path: store.to_owned(), error };
        check_own_files(store).map_err(|error| failed(error.into()))?;
        let mut connection = SqliteConnection::connect_with(&connect(store).pragma("query_only", "on"))
            .await
            .map_err(failed)?;
        let kind = kind(&mut connection).await.map_err(failed)?.check(store)?;
        Ok((kind != Kind::Empty).then_some(Self { connection, asked: 0, place: None }))
    }

    /// A tenant as it was exported; `None` if the workspace has none with this external id that can be read.
    pub async fn tenant(&mut self, workspace: Id, external_id: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
        self.bound().await?;
        // The plus keeps SQLite from looking through all places for the external id.
        sqlx::query_scalar(
            "SELECT whole FROM tenants WHERE workspace_id = $1 AND external_id = $2 AND is_readable ORDER BY +place LIMIT 1",
        )
        .bind(number(workspace))
        .bind(external_id)
        .fetch_optional(&mut self.connection)
        .await
    }

    /// The external id and text of the next tenant that can be read, in the order of the export, without those that are left out.
    pub async fn next(
        &mut self,
        workspace: Id,
        is_left_out: impl Fn(&str) -> bool,
    ) -> Result<Option<(String, Vec<u8>)>, sqlx::Error> {
        loop {
            self.bound().await?;
            let row = sqlx::query(
                "SELECT place, external_id FROM tenants \
                 WHERE workspace_id = $1 AND place > $2 AND is_readable ORDER BY place LIMIT 1",
            );
            let row = row.bind(number(workspace)).bind(self.place.unwrap_or(-1));
            let Some(row) = row.fetch_optional(&mut self.connection).await? else { return Ok(None) };
            let place: i64 = row.try_get("place")?;
            self.place = Some(place);
            let external_id: Option<String> = row.try_get("external_id")?;
            let Some(external_id) = external_id.filter(|external_id| !is_left_out(external_id)) else {
                continue;
            };
            let text = sqlx::query_scalar("SELECT whole FROM tenants WHERE workspace_id = $1 AND place = $2");
            let text = text.bind(number(workspace)).bind(place).fetch_one(&mut self.connection).await?;
            return Ok(Some((external_id, text)));
        }
    }

    /// Bounds what the next statements may do.
    async fn bound(&mut self) -> Result<(), sqlx::Error> {
        if self.asked.is_multiple_of(WITHIN_BOUND) {
            bound(&mut self.connection).await?;
        }
        self.asked += 1;
        Ok(())
    }
}
