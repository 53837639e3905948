//! The replica itself: its schema, data and account, and the list of its connections.

use rusqlite::Connection;

use super::connections::Connections;
use super::image::DatabaseImage;
use super::information_schema;
use crate::demo::schema::DemoSchema;
use crate::demo::translate::{Context, SqlError, Translated, Warnings};
use crate::domain::profile::Secret;

/// The functions that translate SELECT statements for SQLite.
#[derive(Clone, Copy)]
pub struct Translator {
    /// Translates a MySQL statement to a SQLite one.
    pub translate: fn(&str, &Context<'_>) -> Result<Translated, SqlError>,
    /// Registers the SQL functions that translated statements call. They report their warnings to the given list.
    pub install: fn(&Connection, &Warnings) -> rusqlite::Result<()>,
    /// Converts an error of SQLite to the server's error. Returns `None` for a fault of the demo itself.
    pub error_of: fn(&rusqlite::Error) -> Option<SqlError>,
}

/// The only account of the replica.
#[derive(Debug, Clone)]
pub struct Account {
    pub user: String,
    pub password: Secret,
}

pub struct Server {
    pub(super) schema: DemoSchema,
    pub(super) image: DatabaseImage,
    pub(super) translator: Translator,
    pub(super) account: Account,
    pub(super) connections: Connections,
    started: jiff::Timestamp,
}

impl Server {
    /// Creates the databases of `schema`, lets `load` fill them, and adds the information schema.
    ///
    /// # Errors
    /// Returns SQLite's error if the data cannot be created.
    pub fn new(
        mut schema: DemoSchema,
        load: impl FnOnce(&Connection) -> rusqlite::Result<()>,
        translator: Translator,
        account: Account,
    ) -> rusqlite::Result<Self> {
        schema.databases.push(information_schema::definition());
        schema.databases.sort_by(|a, b| a.name.cmp(&b.name));
        let image = DatabaseImage::create(&schema, translator.install, load)?;
        let started = jiff::Timestamp::now();
        Ok(Self { schema, image, translator, account, connections: Connections::default(), started })
    }

    /// Closes every connection.
    pub fn close(&self) {
        self.connections.close();
    }

    /// Returns the account that may sign in.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// Returns the seconds since the start.
    pub(super) fn uptime(&self) -> i64 {
        jiff::Timestamp::now().as_second() - self.started.as_second()
    }
}
