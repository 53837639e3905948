//! What every pane can read and none can change: profile, session, catalog, docs, snippets, keymap, settings, time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::catalog::{Catalog, NameCase};
use crate::domain::docs::{DocPack, DocPage, page_about};
use crate::domain::keys::Keymap;
use crate::domain::limits::{LAG_STALE, PROGRESS_AFTER};
use crate::domain::profile::{Environment, Profile, Settings};
use crate::domain::protocol::{FileOwner, Lag, PrivilegeScope, Role, ServerFacts, SessionId};
use crate::domain::results::{AxisOrder, Column, GlyphSet};
use crate::domain::snippets::Snippet;
use crate::domain::sql::complete::CompletionIndex;
use crate::domain::sql::scope::KnownNames;
use crate::domain::sql::{Dialect, ServerFamily, quote};

use super::action::{Action, AppAction, LineAction};
use super::layout::Layout;
use super::paste_register::PasteRegister;
use super::statement::current::Statements;
use super::statement::life::Statement;

/// The state of the session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ConnectionState {
    /// There is no session.
    #[default]
    None,
    /// The first connection is being made.
    Connecting(SessionId),
    Connected(SessionId),
    /// The link was lost. The next attempt starts by itself.
    Waiting {
        /// The number of the next attempt, from 1.
        attempt: u32,
        due: Duration,
    },
    /// The link was lost. An attempt is under way while the screen stays as it is.
    Reconnecting {
        /// The session that is connecting.
        session: SessionId,
        /// The number of the attempt, from 1.
        attempt: u32,
    },
    /// The link was lost, and rrx does not reconnect by itself.
    Lost,
}

impl ConnectionState {
    /// Returns the session that is connected or connecting.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::Connected(session) | Self::Connecting(session) | Self::Reconnecting { session, .. } => Some(*session),
            Self::None | Self::Waiting { .. } | Self::Lost => None,
        }
    }
}

/// A session that is connecting while another one stays. It takes the other's place once it is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub session: SessionId,
    pub profile: Arc<Profile>,
}

/// The state that all panes share. Panes only read it.
#[derive(Debug)]
pub struct Context {
    pub settings: Arc<Settings>,
    /// All profiles that can be chosen, including the built-in ones.
    pub profiles: Vec<Arc<Profile>>,
    pub keymap: Arc<Keymap<Action>>,
    /// The glyphs that the terminal can draw.
    pub glyphs: GlyphSet,
    /// The profile in use.
    pub profile: Option<Arc<Profile>>,
    /// The state of its session.
    pub link: ConnectionState,
    /// A connection to another profile that is being made while the session stays.
    pub attempt: Option<Attempt>,
    /// When each profile last worked, in the time zone of this machine.
    pub last_uses: BTreeMap<String, String>,
    /// What the server reported about itself when it was connected.
    pub facts: Option<Arc<ServerFacts>>,
    /// The replica's lag, and when it was read.
    pub lag: Option<(Lag, Duration)>,
    /// The current database. `USE` changes it.
    pub database: Option<String>,
    pub catalog: Option<Arc<Catalog>>,
    /// The names of all columns of the catalog for completions, once they are read.
    pub column_names: Option<Arc<CompletionIndex>>,
    /// Since when the catalog is being loaded, if it is.
    pub catalog_loads_since: Option<Duration>,
    pub docs: Arc<Vec<DocPack>>,
    pub snippets: Arc<Vec<Snippet>>,
    /// The statements that have not ended.
    pub statements: Statements,
    /// The directory in which rrx was started. A file name without a path is a file in it.
    pub directory: String,
    /// What was cut or copied last, in any panel.
    pub register: PasteRegister,
    pub layout: Layout,
    /// Time since the program started.
    pub now: Duration,
}

/// The column to which a foreign key refers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub schema: String,
    pub table: String,
    pub column: String,
}

impl Context {
    /// Returns the statement that is under way: from writing its begin record to its end.
    #[must_use]
    pub fn running(&self) -> Option<&Statement> {
        self.statements.current().filter(|statement| statement.is_running())
    }

    /// Returns how long the catalog has been loading, if that is long enough to be shown.
    #[must_use]
    pub fn catalog_load(&self) -> Option<Duration> {
        let load = self.now.saturating_sub(self.catalog_loads_since?);
        (load >= PROGRESS_AFTER).then_some(load)
    }

    /// Returns how the server reads SQL. Without a server it is MySQL's default.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.facts.as_ref().map_or_else(Dialect::default, |facts| facts.dialect)
    }

    /// Returns what names of a statement can mean. Before the catalog is loaded there are no tables.
    #[must_use]
    pub fn known_names(&self) -> KnownNames<'_> {
        static NO_TABLES: Catalog = Catalog { generation: 0, schemas: Vec::new() };
        KnownNames {
            catalog: self.catalog.as_deref().unwrap_or(&NO_TABLES),
            database: self.database.as_deref(),
            name_case: self.names(),
        }
    }

    /// Returns the page about a table from the first pack that has one.
    #[must_use]
    pub fn page(&self, schema: &str, table: &str) -> Option<&DocPage> {
        page_about(&self.docs, schema, table, self.names())
    }

    /// Returns the table that a page is about: in the schema that the page names, or in the current one.
    #[must_use]
    pub fn table_of_page(&self, object: &str) -> Option<(String, String)> {
        let catalog = self.catalog.as_ref()?;
        let qualified =
            object.split_once('.').and_then(|(schema, table)| catalog.find_table(schema, table, self.names()));
        let current = self.database.as_deref();
        let found = qualified.or_else(|| catalog.find_table(current?, object, self.names()));
        found.map(|(schema, table)| (schema.name.clone(), table.name.clone()))
    }

    /// Returns what a statement selects to get all columns of a table: `*`, or their names if the server could refuse `*`.
    #[must_use]
    pub fn all_columns(&self, schema: &str, table: &str) -> String {
        let privileges = self.facts.as_ref().map_or(PrivilegeScope::WholeTables, |facts| facts.privileges);
        let table = self.catalog.as_ref().and_then(|catalog| catalog.table(schema, table));
        let columns = match (privileges, table) {
            (PrivilegeScope::MaybeColumns, Some(table)) => {
                table.star_columns().map(|column| quote::identifier(&column.name)).collect::<Vec<_>>().join(", ")
            }
            (PrivilegeScope::WholeTables, _) | (PrivilegeScope::MaybeColumns, None) => String::new(),
        };
        if columns.is_empty() { "*".to_owned() } else { columns }
    }

    /// Returns the name of a table as a statement writes it: with its database unless that is the current one.
    #[must_use]
    pub fn table_name(&self, schema: &str, table: &str) -> String {
        let table = quote::identifier(table);
        let is_current = self.database.as_deref() == Some(schema);
        if is_current { table } else { format!("{}.{table}", quote::identifier(schema)) }
    }

    /// Returns in which order the server prints coordinates.
    #[must_use]
    pub fn axes(&self) -> AxisOrder {
        let Dialect { server, version, .. } = self.dialect();
        match server {
            ServerFamily::MySql if version >= (8, 0, 0) => AxisOrder::ReferenceSystem,
            ServerFamily::MySql | ServerFamily::MariaDb | ServerFamily::Other => AxisOrder::Stored,
        }
    }

    /// Returns how the server compares names of tables.
    #[must_use]
    pub fn names(&self) -> NameCase {
        self.facts.as_ref().map_or_else(NameCase::default, |facts| facts.names)
    }

    /// Returns the column to which a column of a result refers. Only declared foreign keys of one column count.
    #[must_use]
    pub fn refers_to(&self, column: &Column) -> Option<Reference> {
        let origin = &column.origin;
        let table = self.catalog.as_ref()?.table(&origin.schema, &origin.table)?;
        let key = table
            .foreign_keys
            .iter()
            .find(|key| key.columns.len() == 1 && key.columns.first() == Some(&origin.column))?;
        let to = key.to_columns.first()?.clone();
        Some(Reference { schema: key.to_schema.clone(), table: key.to_table.clone(), column: to })
    }

    /// Returns the replica's lag, as far as it is known now.
    #[must_use]
    pub fn lag(&self) -> Option<Lag> {
        let facts = self.facts.as_ref().filter(|_| matches!(self.link, ConnectionState::Connected(_)))?;
        let (lag, read) = self.lag.as_ref().filter(|_| facts.role != Role::Writer)?;
        let age = self.now.saturating_sub(*read);
        if age > LAG_STALE {
            return Some(Lag::Unknown(format!("not read for {} s", age.as_secs())));
        }
        Some(lag.clone())
    }

    /// Returns whether the server accepts no writes but has no source. An older answer counts too: this does not change often.
    #[must_use]
    pub fn is_without_source(&self) -> bool {
        matches!(self.lag, Some((Lag::NotReplicating, _)))
            && self.facts.as_ref().is_some_and(|facts| facts.role == Role::Replica)
    }

    /// Returns the session whose connection the user sees being made.
    #[must_use]
    pub fn connecting(&self) -> Option<SessionId> {
        match (&self.attempt, &self.link) {
            (Some(attempt), _) => Some(attempt.session),
            (None, ConnectionState::Connecting(session)) => Some(*session),
            (
                None,
                ConnectionState::None
                | ConnectionState::Connected(_)
                | ConnectionState::Waiting { .. }
                | ConnectionState::Reconnecting { .. }
                | ConnectionState::Lost,
            ) => None,
        }
    }

    /// Returns whose files the profile in use reads and writes.
    #[must_use]
    pub fn file_owner(&self) -> FileOwner {
        match &self.profile {
            Some(profile) if profile.environment == Environment::Demo => FileOwner::Demo,
            Some(_) | None => FileOwner::User,
        }
    }

    /// Returns whether there is a session to go back to, also if its link is lost.
    #[must_use]
    pub fn has_session(&self) -> bool {
        match self.link {
            ConnectionState::Connected(_)
            | ConnectionState::Waiting { .. }
            | ConnectionState::Reconnecting { .. }
            | ConnectionState::Lost => true,
            ConnectionState::None | ConnectionState::Connecting(_) => false,
        }
    }

    /// Returns what an empty result panel and its actions say.
    #[must_use]
    pub fn no_result(&self) -> String {
        let key = self.key(Action::App(AppAction::Run));
        format!("There is no result yet. {key} runs the statement at the cursor.")
    }

    /// Returns what Esc says in a panel in which it has nothing to go back to.
    #[must_use]
    pub fn no_step_back(&self) -> String {
        let key = self.key(Action::App(AppAction::FocusWorksheet));
        format!("There is no step back here. {key} goes to the worksheet.")
    }

    /// Returns what a list says that the typed text leaves empty.
    #[must_use]
    pub fn no_matches(&self) -> String {
        let key = self.key(Action::Line(LineAction::DeleteToStart));
        format!("No matches. {key} deletes what you typed.")
    }

    /// Returns the first key of an action, for hints and messages.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.keymap.label(action.layer(), action).unwrap_or_else(|| "(no key)".into())
    }
}
