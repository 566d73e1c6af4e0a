//! The product's database as a source of evidence.

use std::collections::BTreeSet;
use std::str::FromStr as _;
use std::sync::Arc;

use async_trait::async_trait;
use posture_core::reading::reader::Workspace;
use posture_core::{Id, Timestamp};
use sqlx::ConnectOptions as _;
use sqlx::Row as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};

use super::answer;
use super::options::PostgresOptions;
use super::session::{Purpose, Session, Turns, failed};
use super::single_flight::SingleFlight;
use super::state::{self, State};
use crate::sources::ids::{id, numbers, only};
use crate::sources::{
    Evidence, EvidenceSource, EvidenceVersion, Extent, Listing, Memberships, Query, Reach, Served,
    SourceError, TenantScope,
};

/// A PostgreSQL database with the product's tables.
#[derive(Clone, Debug)]
pub struct PostgresSource {
    pool: PgPool,
    turns: Turns,
    name: String,
    options: PostgresOptions,
    versions: Arc<SingleFlight>,
}

/// Why an address is not one that the driver can use.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is not a PostgreSQL URL.
    #[error("Failed to read the database address: {0}. Write it as postgres://USER@HOST/DATABASE.")]
    Invalid(String),
    /// It has a parameter of other drivers.
    #[error("Failed to read the database address: parameter {0} is not supported. Remove it.")]
    NotSupported(&'static str),
}

impl PostgresSource {
    /// Takes a database by its address. Connections are opened when needed, so the database need not be running yet.
    pub fn new(address: &str, options: PostgresOptions) -> Result<Self, AddressError> {
        let connect = connect_options(address)?;
        let name =
            format!("PostgreSQL database {}", connect.get_database().unwrap_or(connect.get_username()));
        let pool =
            PgPoolOptions::new().max_connections(options.connections).acquire_timeout(options.patience);
        Ok(Self {
            pool: pool.connect_lazy_with(connect),
            turns: Turns::new(options.connections),
            name,
            options,
            versions: Arc::default(),
        })
    }

    async fn session(&self, purpose: Purpose) -> Result<Session, SourceError> {
        Session::begin(&self.pool, &self.turns, purpose, self.options).await
    }

    /// A workspace as seen by a new transaction. On an error about the evidence the connection is released.
    async fn state(&self, query: &Query, purpose: Purpose) -> Result<(Session, State), SourceError> {
        let mut session = self.session(purpose).await?;
        match State::read(&mut session, query).await {
            Ok(state) => Ok((session, state)),
            Err(error) if error.is_of_evidence() => {
                session.end().await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    fn listing(&self, row: &PgRow, exported_at: Timestamp) -> Result<Listing, sqlx::Error> {
        let (id, archived_at) = (id(row.try_get("id")?), row.try_get::<Option<String>, _>("archived_at")?);
        let tenants: i64 = row.try_get("tenants")?;
        let (name, slug): (Option<String>, Option<String>) = (row.try_get("name")?, row.try_get("slug")?);
        let refusal = match (id, &name, archived_at) {
            (None, _, _) => Some("The workspace's id is not a number from 1 to 9007199254740991.".to_owned()),
            (Some(_), _, Some(at)) => Some(state::archived(&at)),
            (Some(_), None, None) => Some("The workspace has no name.".to_owned()),
            (Some(_), Some(_), None) => None,
        };
        let named = id.zip(name).filter(|_| refusal.is_none());
        let workspace = named.map(|(id, name)| Workspace { id, name, slug });
        let served =
            workspace.map(|workspace| Served { workspace, tenants: tenants.unsigned_abs(), exported_at });
        let source = self.name.clone();
        Ok(Listing { served, workspace_id: id, source, is_shared_source: true, refusal })
    }
}

/// Reads no row, by an index, and asks each server that holds tenants.
const ASK_EVERY_SERVER: &str = "SELECT FROM tenants WHERE workspace_id = 0 AND external_id = ''";

const NOT_READABLE: &str = "The role may not read every row of the tables that evidence is made of.";

/// The parameters of an address that the driver knows. It would log others with their values, and any value may be a password.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Further parameters of libpq, which are rejected by name: some change how safe a connection is, so none is ignored.
const NOT_SUPPORTED: [&str; 43] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "passfile",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkeylogfile",
    "sslnegotiation",
    "sslpassword",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "tty",
    "uselibpqcompat",
];

/// The driver's error without what it quotes: the value of a parameter may be a password.
fn without_values(error: &sqlx::Error) -> AddressError {
    let message = error.to_string();
    let message = message.trim_start_matches("error with configuration: ");
    let quoted = message.find('"').zip(message.rfind('"')).filter(|(start, end)| start < end);
    let message = quoted.map_or_else(
        || message.to_owned(),
        |(start, end)| format!("{}\"…\"{}", &message[..start], &message[end + 1..]),
    );
    AddressError::Invalid(message)
}

/// Checks that an address is one of a database, and that its parameters are supported.
pub fn check_address(address: &str) -> Result<(), AddressError> {
    let wrong = |what: String| Err(AddressError::Invalid(what));
    if !["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)) {
        return wrong("it starts with neither postgres:// nor postgresql://".to_owned());
    }
    let query = address.split_once('?').map_or("", |(_, query)| query);
    for (place, parameter) in query.split('&').enumerate() {
        let key = parameter.split('=').next().unwrap_or_default();
        // The driver skips an empty parameter.
        if parameter.is_empty() || PARAMETERS.contains(&key) || key.starts_with("options[") {
            continue;
        }
        if let Some(known) = NOT_SUPPORTED.into_iter().find(|known| *known == key) {
            return Err(AddressError::NotSupported(known));
        }
        return wrong(format!("parameter {} after the question mark is unknown", place + 1));
    }
    parsed(address).map(drop)
}

fn parsed(address: &str) -> Result<PgConnectOptions, AddressError> {
    PgConnectOptions::from_str(address).map_err(|error| without_values(&error))
}

/// How to connect to the database at an address.
pub(super) fn connect_options(address: &str) -> Result<PgConnectOptions, AddressError> {
    check_address(address)?;
    // For poolers: statements are unnamed, so nothing outlives a transaction, and the float setting, which they reject, is not sent.
    let connect = parsed(address)?
        .application_name("posture")
        .extra_float_digits(None::<i8>)
        .statement_cache_capacity(0);
    // Reading a large workspace takes long; do not log that as a slow statement with its whole text.
    Ok(connect.disable_statement_logging())
}

#[async_trait]
impl EvidenceSource for PostgresSource {
    async fn workspaces(&self, reach: &Reach) -> Result<Vec<Listing>, SourceError> {
        let (ids, whole, tenants) = match reach {
            Reach::Everything => (None, None, Vec::new()),
            Reach::Workspaces(scopes) => {
                let whole: BTreeSet<Id> = scopes
                    .iter()
                    .filter(|(_, scope)| **scope == TenantScope::All)
                    .map(|(id, _)| *id)
                    .collect();
                let tenants: BTreeSet<Id> = scopes.values().filter_map(only).flatten().copied().collect();
                (Some(numbers(scopes.keys())), Some(numbers(&whole)), numbers(&tenants))
            }
        };
        let mut session = self.session(Purpose::Answer).await?;
        let exported_at = state::step(session.instant.at);
        let query = sqlx::query(include_str!("workspaces.sql")).bind(ids).bind(whole).bind(tenants);
        let rows = session.rows(query).await?;
        session.end().await?;
        rows.iter().map(|row| self.listing(row, exported_at)).collect::<Result<_, _>>().map_err(failed)
    }

    async fn version(&self, query: &Query) -> Result<EvidenceVersion, SourceError> {
        let read = async {
            let (session, state) = self.state(query, Purpose::Answer).await?;
            session.end().await?;
            Ok(state.evidence_version)
        };
        self.versions.version(query, read).await
    }

    async fn open(&self, query: &Query) -> Result<Evidence, SourceError> {
        let purpose = match query.extent {
            Extent::Tenant(_) => Purpose::Answer,
            Extent::Slim | Extent::SlimSince(_) | Extent::Verdicts(_) | Extent::Whole => Purpose::Workspace,
        };
        let (session, state) = self.state(query, purpose).await?;
        answer::open(session, state, query.clone(), self.options).await
    }

    async fn memberships(&self, user: &str) -> Result<Option<Memberships>, SourceError> {
        let mut session = self.session(Purpose::Answer).await?;
        let rows = session.rows(sqlx::query(include_str!("memberships.sql")).bind(user)).await?;
        session.end().await?;
        let mut memberships = Memberships::default();
        for row in rows {
            let (workspace, tenant, role): (i64, Option<i64>, String) = (
                row.try_get(0).map_err(failed)?,
                row.try_get(1).map_err(failed)?,
                row.try_get(2).map_err(failed)?,
            );
            let Some(workspace) = id(workspace) else { continue };
            match tenant {
                None => drop(memberships.workspaces.insert(workspace, role)),
                Some(tenant) => {
                    let Some(tenant) = id(tenant) else { continue };
                    memberships.tenants.entry(workspace).or_default().insert(tenant, role);
                }
            }
        }
        Ok(Some(memberships))
    }

    async fn check(&self) -> Result<(), SourceError> {
        let mut session = self.session(Purpose::Readiness).await?;
        let rows = session.rows(sqlx::query(include_str!("readiness.sql"))).await?;
        let is_readable = rows.first().map(|row| row.try_get("is_readable")).transpose().map_err(failed)?;
        if session.is_divided {
            session.run(ASK_EVERY_SERVER).await?;
        }
        session.end().await?;
        if is_readable == Some(true) { Ok(()) } else { Err(SourceError::failed(NOT_READABLE)) }
    }
}
