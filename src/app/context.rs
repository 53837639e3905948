//! What every pane may read and none may write: profile, session, catalog, docs, snippets, keymap, settings, time.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::catalog::Catalog;
use crate::domain::docs::DocPack;
use crate::domain::keys::Keymap;
use crate::domain::limits::LAG_STALE;
use crate::domain::profile::{Profile, Settings};
use crate::domain::protocol::{Lag, Role, ServerFacts, SessionId};
use crate::domain::results::{Column, GlyphSet};
use crate::domain::snippets::Snippet;
use crate::domain::sql::Dialect;

use super::action::Action;
use super::layout::Layout;
use super::statement::current::Statements;
use super::statement::life::Statement;

/// Where the session stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ConnectionState {
    /// There is none.
    #[default]
    None,
    /// The ladder is being climbed.
    Connecting(SessionId),
    /// Connected.
    Connected(SessionId),
    /// It was there and is gone; the next attempt comes by itself.
    Waiting {
        /// Which attempt it will be, from 1.
        attempt: u32,
        /// When it begins.
        due: Duration,
    },
    /// It was there and is gone; an attempt is under way behind the screen.
    Reconnecting {
        /// The session that connects.
        session: SessionId,
        /// Which attempt it is.
        attempt: u32,
    },
    /// It was there and is gone, and nobody tries.
    Lost,
}

impl ConnectionState {
    /// The session that lives, connected or not yet.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match self {
            Self::Connected(session) | Self::Connecting(session) | Self::Reconnecting { session, .. } => Some(*session),
            Self::None | Self::Waiting { .. } | Self::Lost => None,
        }
    }
}

/// Read-only for panes.
#[derive(Debug)]
pub struct Context {
    /// The settings.
    pub settings: Arc<Settings>,
    /// Every profile that can be chosen, the built-in ones too.
    pub profiles: Vec<Arc<Profile>>,
    /// Bindings.
    pub keymap: Arc<Keymap<Action>>,
    /// Which glyphs the terminal can draw.
    pub glyphs: GlyphSet,
    /// The profile in use.
    pub profile: Option<Arc<Profile>>,
    /// Where its session stands.
    pub link: ConnectionState,
    /// What the server said of itself.
    pub facts: Option<Arc<ServerFacts>>,
    /// How far it is behind, and when that was read.
    pub lag: Option<(Lag, Duration)>,
    /// The current database, followed through USE.
    pub database: Option<String>,
    /// What exists there.
    pub catalog: Option<Arc<Catalog>>,
    /// Doc packs.
    pub docs: Arc<Vec<DocPack>>,
    /// Snippets.
    pub snippets: Arc<Vec<Snippet>>,
    /// The statements that have not ended.
    pub statements: Statements,
    /// The folder in which rrx was started: a file's name alone is one in it.
    pub folder: String,
    /// The layout.
    pub layout: Layout,
    /// Time since the program started.
    pub now: Duration,
}

/// The row to which a key refers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its schema.
    pub schema: String,
    /// Its table.
    pub table: String,
    /// The column that has the key's value.
    pub column: String,
}

impl Context {
    /// Returns the statement that is under way: from writing its begin record to its end.
    #[must_use]
    pub fn running(&self) -> Option<&Statement> {
        self.statements.current().filter(|statement| statement.is_running())
    }

    /// How the server reads text; MySQL's plain way before one is known.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.facts.as_ref().map_or_else(Dialect::default, |facts| facts.dialect)
    }

    /// The page about a table, in the first pack that has one.
    #[must_use]
    pub fn page(&self, schema: &str, table: &str) -> Option<&crate::domain::docs::DocPage> {
        let full = format!("{schema}.{table}");
        let pages = || self.docs.iter().flat_map(|pack| pack.pages.iter());
        pages().find(|page| page.object == full).or_else(|| pages().find(|page| page.object == table))
    }

    /// Where a column of a result refers to by a declared foreign key of one column.
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

    /// How far the replica is behind, as far as that is known now.
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

    /// The first key of an action, for hints and empty states.
    #[must_use]
    pub fn key(&self, action: Action) -> String {
        self.keymap.label(action.layer(), action).unwrap_or_else(|| "(no key)".into())
    }
}
