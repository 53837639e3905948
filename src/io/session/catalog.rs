//! Reads the catalog with six queries over `information_schema` (no query for each table), on a separate connection, so
//! that the statement connection stays free. Values are read by position, because MySQL 8 returns labels in upper case.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mysql_async::{Conn, Row};
use tokio::time::timeout;

use super::convert::{number, sorted_names, text};
use super::error::SessionError;
use super::events::EventSender;
use super::internal_query;
use super::run_internal::run_catalog_query;
use super::secondary::SecondaryConnector;
use crate::domain::catalog::{
    Catalog, ColumnAccess, ForeignKey, Index, KeyRole, Routine, Schema, Table, TableColumn, TableKind,
};
use crate::domain::limits;

/// Opens a connection, reads the catalog, and closes the connection. `connection` contains its id while it is open, for
/// a KILL; otherwise 0.
pub(super) async fn read_catalog(
    secondary: &SecondaryConnector,
    generation: u64,
    connection: &AtomicU64,
    events: &EventSender,
) -> Result<Arc<Catalog>, SessionError> {
    // Another server has another catalog, and a KILL with its connection id would hit another user's statement here.
    let mut conn = secondary.open(events).await?.ok_or(SessionError::OtherServer)?;
    connection.store(u64::from(conn.id()), Ordering::Relaxed);
    // After a time-out the id stays: the session closes the connection by a KILL, because its query still runs.
    let rows = CatalogRows::read(&mut conn, events).await?;
    connection.store(0, Ordering::Relaxed);
    let _ = timeout(limits::KILL, conn.disconnect()).await;
    build_elsewhere(rows, generation).await
}

/// Reads the catalog on a connection that stays open.
pub(super) async fn read_catalog_on(
    conn: &mut Conn,
    generation: u64,
    events: &EventSender,
) -> Result<Arc<Catalog>, SessionError> {
    let rows = CatalogRows::read(conn, events).await?;
    build_elsewhere(rows, generation).await
}

/// Builds the catalog on another thread: sorting a large one takes tens of milliseconds, too long for a thread that serves
/// sockets.
async fn build_elsewhere(rows: CatalogRows, generation: u64) -> Result<Arc<Catalog>, SessionError> {
    let built = tokio::task::spawn_blocking(move || build(&rows, generation)).await;
    built.map(Arc::new).map_err(|_| SessionError::TimedOut(limits::CATALOG_STATEMENT))
}

/// The rows of all catalog queries.
struct CatalogRows {
    schemas: Vec<Row>,
    tables: Vec<Row>,
    columns: Vec<Row>,
    indexes: Vec<Row>,
    foreign_keys: Vec<Row>,
    routines: Vec<Row>,
}

impl CatalogRows {
    async fn read(conn: &mut Conn, events: &EventSender) -> Result<Self, SessionError> {
        Ok(Self {
            schemas: run_catalog_query(conn, &internal_query::schema_names(), events).await?,
            tables: run_catalog_query(conn, &internal_query::tables(), events).await?,
            columns: run_catalog_query(conn, &internal_query::columns(), events).await?,
            indexes: run_catalog_query(conn, &internal_query::indexes(), events).await?,
            foreign_keys: run_catalog_query(conn, &internal_query::foreign_keys(), events).await?,
            routines: run_catalog_query(conn, &internal_query::routines(), events).await?,
        })
    }
}

/// Identifies a table by its schema and its name.
type TableKey = (String, String);

fn table_key(row: &Row) -> TableKey {
    (text(row, 0).unwrap_or_default(), text(row, 1).unwrap_or_default())
}

fn build(rows: &CatalogRows, generation: u64) -> Catalog {
    let mut columns = columns(&rows.columns);
    let mut indexes = indexes(&rows.indexes);
    let mut foreign_keys = foreign_keys(&rows.foreign_keys);
    let mut tables: HashMap<String, Vec<Table>> = HashMap::new();
    for row in &rows.tables {
        let key = table_key(row);
        let mut table = table(row);
        table.columns = columns.remove(&key).unwrap_or_default();
        table.indexes = indexes.remove(&key).unwrap_or_default();
        table.foreign_keys = foreign_keys.remove(&key).unwrap_or_default();
        table.mark_foreign_keys();
        tables.entry(key.0).or_default().push(table);
    }
    let mut routines = routines(&rows.routines);
    let schemas = sorted_names(rows.schemas.iter().filter_map(|row| text(row, 0)))
        .into_iter()
        .map(|name| {
            let mut tables = tables.remove(&name).unwrap_or_default();
            tables.sort_by(|one, other| one.name.cmp(&other.name));
            Schema { is_system: is_system(&name), tables, routines: routines.remove(&name).unwrap_or_default(), name }
        })
        .collect();
    Catalog { generation, schemas }
}

fn is_system(schema: &str) -> bool {
    ["information_schema", "mysql", "performance_schema", "sys"]
        .iter()
        .any(|system| system.eq_ignore_ascii_case(schema))
}

fn table(row: &Row) -> Table {
    // `VIEW` and `SYSTEM VIEW` are views; `BASE TABLE`, `SEQUENCE` and `SYSTEM VERSIONED` count as tables.
    let is_view = text(row, 2).is_some_and(|kind| kind.to_ascii_uppercase().ends_with("VIEW"));
    let comment = text(row, 4).unwrap_or_default();
    Table {
        name: text(row, 1).unwrap_or_default(),
        kind: if is_view { TableKind::View } else { TableKind::Base },
        rows: number(row, 3),
        // The server returns this comment for a view without one.
        comment: if is_view && comment == "VIEW" { String::new() } else { comment },
        ..Table::default()
    }
}

fn columns(rows: &[Row]) -> HashMap<TableKey, Vec<TableColumn>> {
    let mut found: HashMap<TableKey, Vec<(u64, TableColumn)>> = HashMap::new();
    for row in rows {
        let column = TableColumn {
            name: text(row, 2).unwrap_or_default(),
            type_text: text(row, 4).unwrap_or_default(),
            is_nullable: text(row, 5).is_some_and(|value| value.eq_ignore_ascii_case("YES")),
            key: match text(row, 6).unwrap_or_default().as_str() {
                "PRI" => KeyRole::Primary,
                "UNI" => KeyRole::Unique,
                "MUL" => KeyRole::Indexed,
                _ => KeyRole::None,
            },
            default: text(row, 7),
            extra: text(row, 8).unwrap_or_default(),
            comment: text(row, 9).unwrap_or_default(),
            access: column_access(&text(row, 10).unwrap_or_default()),
        };
        found.entry(table_key(row)).or_default().push((number(row, 3).unwrap_or(0), column));
    }
    found.into_iter().map(|(table, columns)| (table, in_order(columns))).collect()
}

/// Reads a list such as `select,insert`.
fn column_access(privileges: &str) -> ColumnAccess {
    let may_read = privileges.split(',').any(|privilege| privilege.trim().eq_ignore_ascii_case("select"));
    if may_read || privileges.is_empty() { ColumnAccess::Readable } else { ColumnAccess::NotReadable }
}

fn in_order<T>(mut numbered: Vec<(u64, T)>) -> Vec<T> {
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, value)| value).collect()
}

/// An index whose columns are still being collected.
#[derive(Default)]
struct IndexRows {
    is_unique: bool,
    /// The columns, each with its position.
    columns: Vec<(u64, String)>,
}

fn indexes(rows: &[Row]) -> HashMap<TableKey, Vec<Index>> {
    let mut found: HashMap<TableKey, HashMap<String, IndexRows>> = HashMap::new();
    for row in rows {
        let table_indexes = found.entry(table_key(row)).or_default();
        let index = table_indexes.entry(text(row, 2).unwrap_or_default()).or_default();
        index.is_unique = number(row, 3) == Some(0);
        // An index over an expression (MySQL 8) has no column here.
        index.columns.push((number(row, 4).unwrap_or(0), text(row, 5).unwrap_or_else(|| "(expression)".into())));
    }
    found
        .into_iter()
        .map(|(table, indexes)| {
            let mut indexes: Vec<Index> = indexes
                .into_iter()
                .map(|(name, IndexRows { is_unique, columns })| Index { name, is_unique, columns: in_order(columns) })
                .collect();
            indexes.sort_by_key(|index| (index.name != "PRIMARY", !index.is_unique, index.name.clone()));
            (table, indexes)
        })
        .collect()
}

/// A foreign key whose columns are still being collected.
#[derive(Default)]
struct ForeignKeyRows {
    to_schema: String,
    to_table: String,
    /// Pairs of a column and the column that it refers to, each with its position.
    columns: Vec<(u64, (String, String))>,
}

fn foreign_keys(rows: &[Row]) -> HashMap<TableKey, Vec<ForeignKey>> {
    let mut found: HashMap<TableKey, HashMap<String, ForeignKeyRows>> = HashMap::new();
    for row in rows {
        let key = found.entry(table_key(row)).or_default().entry(text(row, 2).unwrap_or_default()).or_default();
        key.to_schema = text(row, 5).unwrap_or_default();
        key.to_table = text(row, 6).unwrap_or_default();
        let pair = (text(row, 4).unwrap_or_default(), text(row, 7).unwrap_or_default());
        key.columns.push((number(row, 3).unwrap_or(0), pair));
    }
    found
        .into_iter()
        .map(|(table, keys)| {
            let mut keys: Vec<ForeignKey> = keys
                .into_iter()
                .map(|(name, ForeignKeyRows { to_schema, to_table, columns })| {
                    let (columns, to_columns) = in_order(columns).into_iter().unzip();
                    ForeignKey { name, columns, to_schema, to_table, to_columns }
                })
                .collect();
            keys.sort_by(|one, other| one.name.cmp(&other.name));
            (table, keys)
        })
        .collect()
}

fn routines(rows: &[Row]) -> HashMap<String, Vec<Routine>> {
    let mut found: HashMap<String, Vec<Routine>> = HashMap::new();
    for row in rows {
        found.entry(text(row, 0).unwrap_or_default()).or_default().push(Routine {
            name: text(row, 1).unwrap_or_default(),
            kind: text(row, 2).unwrap_or_default(),
            comment: text(row, 3).unwrap_or_default(),
        });
    }
    for routines in found.values_mut() {
        routines.sort_by(|one, other| one.name.cmp(&other.name));
    }
    found
}
