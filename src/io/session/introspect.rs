//! Reads the catalog by five statements over `information_schema`, none per table, on a connection of its own, so that
//! the worksheet's is free. Values are taken by place, never by label: MySQL 8 prints labels in upper case.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mysql_async::{Conn, Row};
use tokio::time::timeout;

use super::ask::ask;
use super::connect::Recipe;
use super::convert::{number, text};
use super::events::Teller;
use super::fault::Fault;
use super::further::Further;
use super::link::Link;
use super::own;
use crate::domain::catalog::{Catalog, ForeignKey, Index, KeyPart, Routine, Schema, Table, TableColumn, TableKind};
use crate::domain::limits;

/// Opens a connection, reads, closes it. `connection` holds the connection's own while it is open, for a KILL.
pub(super) async fn read(
    (recipe, link): (&Recipe, &Link),
    further: &Further,
    generation: u64,
    connection: &AtomicU64,
    tell: &Teller,
) -> Result<Arc<Catalog>, Fault> {
    // The catalog of another server is another catalog, and a KILL by its number would hit somebody else here.
    let mut conn = further.open((recipe, link), None, tell).await?.ok_or(Fault::OtherServer)?;
    connection.store(u64::from(conn.id()), Ordering::Relaxed);
    // Where this fails by a time-out the number stays: the session ends the connection, since its statement still runs.
    let answers = Answers::read(&mut conn, tell).await?;
    connection.store(0, Ordering::Relaxed);
    let _ = timeout(limits::KILL, conn.disconnect()).await;
    // Sorting a large catalog takes tens of milliseconds: not on a thread that serves sockets.
    let built = tokio::task::spawn_blocking(move || build(&answers, generation)).await;
    built.map(Arc::new).map_err(|_| Fault::TimedOut(limits::OWN_STATEMENT))
}

/// What the server answered, row by row.
struct Answers {
    schemas: Vec<Row>,
    tables: Vec<Row>,
    columns: Vec<Row>,
    indexes: Vec<Row>,
    foreign_keys: Vec<Row>,
    routines: Vec<Row>,
}

impl Answers {
    async fn read(conn: &mut Conn, tell: &Teller) -> Result<Self, Fault> {
        Ok(Self {
            schemas: ask(conn, &own::schema_names(), tell).await?,
            tables: ask(conn, &own::tables(), tell).await?,
            columns: ask(conn, &own::columns(), tell).await?,
            indexes: ask(conn, &own::indexes(), tell).await?,
            foreign_keys: ask(conn, &own::foreign_keys(), tell).await?,
            routines: ask(conn, &own::routines(), tell).await?,
        })
    }
}

/// A table's place: its schema and its name.
type Place = (String, String);

fn place(row: &Row) -> Place {
    (text(row, 0).unwrap_or_default(), text(row, 1).unwrap_or_default())
}

fn build(answers: &Answers, generation: u64) -> Catalog {
    let mut columns = columns(&answers.columns);
    let mut indexes = indexes(&answers.indexes);
    let mut foreign_keys = foreign_keys(&answers.foreign_keys);
    let mut tables: HashMap<String, Vec<Table>> = HashMap::new();
    for row in &answers.tables {
        let place = place(row);
        let mut table = table(row);
        table.columns = columns.remove(&place).unwrap_or_default();
        table.indexes = indexes.remove(&place).unwrap_or_default();
        table.foreign_keys = foreign_keys.remove(&place).unwrap_or_default();
        mark_foreign(&mut table);
        tables.entry(place.0).or_default().push(table);
    }
    let mut routines = routines(&answers.routines);
    let schemas = in_alphabet(answers.schemas.iter().filter_map(|row| text(row, 0)))
        .into_iter()
        .map(|name| {
            let mut tables = tables.remove(&name).unwrap_or_default();
            tables.sort_by(|one, other| one.name.cmp(&other.name));
            Schema { is_system: is_system(&name), tables, routines: routines.remove(&name).unwrap_or_default(), name }
        })
        .collect();
    Catalog { generation, schemas }
}

/// The names of schemas as people look for them: MySQL 8 tells them in the order in which they were made.
pub(super) fn in_alphabet(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn is_system(schema: &str) -> bool {
    ["information_schema", "mysql", "performance_schema", "sys"]
        .iter()
        .any(|system| system.eq_ignore_ascii_case(schema))
}

fn table(row: &Row) -> Table {
    // `BASE TABLE`, `SEQUENCE` and `SYSTEM VERSIONED` are read like tables; `VIEW` and `SYSTEM VIEW` are views.
    let is_view = text(row, 2).is_some_and(|kind| kind.to_ascii_uppercase().ends_with("VIEW"));
    let comment = text(row, 4).unwrap_or_default();
    Table {
        name: text(row, 1).unwrap_or_default(),
        kind: if is_view { TableKind::View } else { TableKind::Base },
        rows: number(row, 3),
        // The server writes this word where a view has no comment of its own.
        comment: if is_view && comment == "VIEW" { String::new() } else { comment },
        ..Table::default()
    }
}

fn columns(rows: &[Row]) -> HashMap<Place, Vec<TableColumn>> {
    let mut found: HashMap<Place, Vec<(u64, TableColumn)>> = HashMap::new();
    for row in rows {
        let column = TableColumn {
            name: text(row, 2).unwrap_or_default(),
            type_text: text(row, 4).unwrap_or_default(),
            is_nullable: text(row, 5).is_some_and(|word| word.eq_ignore_ascii_case("YES")),
            key: match text(row, 6).unwrap_or_default().as_str() {
                "PRI" => KeyPart::Primary,
                "UNI" => KeyPart::Unique,
                "MUL" => KeyPart::Indexed,
                _ => KeyPart::None,
            },
            default: text(row, 7),
            extra: text(row, 8).unwrap_or_default(),
            comment: text(row, 9).unwrap_or_default(),
        };
        found.entry(place(row)).or_default().push((number(row, 3).unwrap_or(0), column));
    }
    found.into_iter().map(|(place, columns)| (place, in_order(columns))).collect()
}

fn in_order<T>(mut numbered: Vec<(u64, T)>) -> Vec<T> {
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, value)| value).collect()
}

fn indexes(rows: &[Row]) -> HashMap<Place, Vec<Index>> {
    type Parts = (bool, Vec<(u64, String)>);
    let mut parts: HashMap<Place, HashMap<String, Parts>> = HashMap::new();
    for row in rows {
        let of_table = parts.entry(place(row)).or_default();
        let index = of_table.entry(text(row, 2).unwrap_or_default()).or_default();
        index.0 = number(row, 3) == Some(0);
        // An index over an expression (MySQL 8) has no column here.
        index.1.push((number(row, 4).unwrap_or(0), text(row, 5).unwrap_or_else(|| "(expression)".into())));
    }
    parts
        .into_iter()
        .map(|(place, indexes)| {
            let mut indexes: Vec<Index> = indexes
                .into_iter()
                .map(|(name, (is_unique, columns))| Index { name, is_unique, columns: in_order(columns) })
                .collect();
            indexes.sort_by_key(|index| (index.name != "PRIMARY", !index.is_unique, index.name.clone()));
            (place, indexes)
        })
        .collect()
}

fn foreign_keys(rows: &[Row]) -> HashMap<Place, Vec<ForeignKey>> {
    type Parts = (String, String, Vec<(u64, (String, String))>);
    let mut parts: HashMap<Place, HashMap<String, Parts>> = HashMap::new();
    for row in rows {
        let key = parts.entry(place(row)).or_default().entry(text(row, 2).unwrap_or_default()).or_default();
        key.0 = text(row, 5).unwrap_or_default();
        key.1 = text(row, 6).unwrap_or_default();
        let pair = (text(row, 4).unwrap_or_default(), text(row, 7).unwrap_or_default());
        key.2.push((number(row, 3).unwrap_or(0), pair));
    }
    parts
        .into_iter()
        .map(|(place, keys)| {
            let mut keys: Vec<ForeignKey> = keys
                .into_iter()
                .map(|(name, (to_schema, to_table, pairs))| {
                    let (columns, to_columns) = in_order(pairs).into_iter().unzip();
                    ForeignKey { name, columns, to_schema, to_table, to_columns }
                })
                .collect();
            keys.sort_by(|one, other| one.name.cmp(&other.name));
            (place, keys)
        })
        .collect()
}

/// A column of a foreign key is shown as one, unless it is part of the primary or of a unique key.
fn mark_foreign(table: &mut Table) {
    for column in &mut table.columns {
        let is_foreign = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        if is_foreign && matches!(column.key, KeyPart::None | KeyPart::Indexed) {
            column.key = KeyPart::Foreign;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_stand_in_the_order_of_their_names_and_not_in_that_of_their_making() {
        let told = ["mysql", "information_schema", "performance_schema", "sys", "zoo", "clinic"];
        let names = in_alphabet(told.into_iter().map(str::to_owned));
        assert_eq!(names, ["clinic", "information_schema", "mysql", "performance_schema", "sys", "zoo"]);
    }
}
