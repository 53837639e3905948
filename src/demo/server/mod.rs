//! The replica: one account, one set of databases, connections that read them. What it answers is MariaDB 10.11's, what it
//! cannot answer so is refused with 1235.

mod bound;
mod connections;
mod engine;
mod explain;
mod image;
mod information_schema;
mod kill;
mod refreshed;
pub(crate) mod refuse;
mod session;
mod set;
mod show;
mod statement;
mod table;
mod tokens;
mod types;
pub(crate) mod variables;

use std::io;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::io::{AsyncRead, AsyncWrite};

use self::connections::Connections;
pub(crate) use self::engine::News;
use self::image::Image;
pub(crate) use self::session::{Reply, Session, Visitor};
pub(crate) use self::table::Table;
use super::schema::DemoSchema;
use super::translate::{Context, SqlError, Translated, Warnings};
use super::wire;
use crate::domain::profile::Secret;

/// Who translates select statements.
#[derive(Clone, Copy)]
pub struct Translator {
    /// From MySQL's words to SQLite's.
    pub translate: fn(&str, &Context<'_>) -> Result<Translated, SqlError>,
    /// Brings the functions that translated statements call, which tell there what they warn of.
    pub install: fn(&Connection, &Warnings) -> rusqlite::Result<()>,
    /// What a failure of SQLite is to the client; `None` for a fault of ours.
    pub error_of: fn(&rusqlite::Error) -> Option<SqlError>,
}

/// The one account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// The replica.
pub struct Server {
    schema: DemoSchema,
    image: Image,
    translator: Translator,
    account: Account,
    connections: Connections,
    started: jiff::Timestamp,
}

impl Server {
    /// Makes the databases of `schema`, has them filled, and adds the information schema.
    ///
    /// # Errors
    /// SQLite's while the data is made.
    pub fn new(
        mut schema: DemoSchema,
        fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
        translator: Translator,
        account: Account,
    ) -> rusqlite::Result<Self> {
        schema.databases.push(information_schema::definition());
        schema.databases.sort_by(|a, b| a.name.cmp(&b.name));
        let image = Image::make(&schema, translator.install, fill)?;
        let started = jiff::Timestamp::now();
        Ok(Self { schema, image, translator, account, connections: Connections::default(), started })
    }

    /// Serves one client from its greeting to its end. `host` is where it comes from, for the process list.
    ///
    /// # Errors
    /// The stream's, and a client that breaks the protocol.
    pub async fn serve<S>(self: &Arc<Self>, stream: S, host: String) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        wire::serve(Arc::clone(self), stream, host).await
    }

    /// Ends every connection.
    pub fn close(&self) {
        self.connections.close();
    }

    /// The account that may sign in.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }
}
