//! EXPLAIN as the traditional table, drawn plainly from SQLite's own plan: which table in which order, by which key.

use rusqlite::types::Value;

use super::engine;
use super::information_schema::{maybe, number as n, text as t};
use super::refuse;
use super::session::Session;
use super::table::{Table, number_or_null, text, text_or_null};
use super::tokens::{Kind, Token};
use crate::demo::schema::Table as BaseTable;
use crate::demo::translate::SqlError;
use crate::domain::results::Column;

/// EXPLAIN of a select statement.
pub(super) async fn answer(session: &mut Session, statement: &str, tokens: &[Token]) -> Result<Table, SqlError> {
    let is_select = tokens.first().is_some_and(|token| token.is_sign('(') || token.is("SELECT") || token.is("WITH"));
    if !is_select {
        return Err(refuse::unsupported("EXPLAIN of a statement that is not a SELECT"));
    }
    let translated = session.moment().translate(statement, &[])?;
    let handle = session.take_handle().await?;
    let plan = engine::collect(&handle, &format!("EXPLAIN QUERY PLAN {}", translated.sql), 4);
    session.keep_handle(handle);
    let plan = plan.map_err(|error| refuse::from_sqlite(&error))?;
    let lines: Vec<String> = plan
        .into_iter()
        .filter_map(|row| match row.into_iter().nth(3) {
            Some(Value::Text(line)) => Some(line),
            _ => None,
        })
        .collect();
    Ok(draw(session, &lines, tokens))
}

/// The traditional table's columns.
pub(super) fn columns() -> Vec<Column> {
    vec![
        number_or_null("id", 3),
        text("select_type", 19),
        text_or_null("table", 64),
        text_or_null("type", 10),
        text_or_null("possible_keys", 4096),
        text_or_null("key", 64),
        text_or_null("key_len", 4096),
        text_or_null("ref", 2048),
        number_or_null("rows", 10),
        text("Extra", 255),
    ]
}

fn draw(session: &Session, lines: &[String], tokens: &[Token]) -> Table {
    let mut table = Table::new(columns());
    let is_nested = lines
        .iter()
        .any(|line| ["SUBQUERY", "COMPOUND", "CO-ROUTINE", "MATERIALIZE"].iter().any(|word| line.contains(word)));
    let (mut id, mut kind) = (1, if is_nested { "PRIMARY" } else { "SIMPLE" });
    let mut sorts = Vec::new();
    for line in lines {
        if let Some(step) = Step::read(line) {
            let extra = step.extra(std::mem::take(&mut sorts));
            let rows = step.rows(session, tokens);
            table.rows.push(vec![
                n(id),
                t(kind),
                t(step.table),
                // A whole primary key is one row; in a table that is joined, one for each row before.
                t(if step.access == "eq_ref" && table.rows.is_empty() { "const" } else { step.access }),
                maybe(step.key),
                maybe(step.key),
                Value::Null,
                maybe(step.compared.map(|_| "const")),
                rows.map_or(Value::Null, n),
                t(extra),
            ]);
        } else if line.contains("TEMP B-TREE") {
            sorts.push(if line.contains("GROUP BY") || line.contains("DISTINCT") {
                "Using temporary"
            } else {
                "Using filesort"
            });
            // SQLite tells it after the tables that it sorts, MariaDB beside the first of them.
            if let Some(Value::Text(extra)) = table.rows.first_mut().and_then(|row| row.last_mut()) {
                let sort = sorts.pop().unwrap_or_default();
                if !extra.contains(sort) {
                    *extra = if extra.is_empty() { sort.into() } else { format!("{extra}; {sort}") };
                }
            }
        } else if line.contains("SUBQUERY") || line.starts_with("CO-ROUTINE") || line.starts_with("MATERIALIZE") {
            id += 1;
            kind = if line.starts_with("CORRELATED") {
                "DEPENDENT SUBQUERY"
            } else if line.contains("SUBQUERY") {
                "SUBQUERY"
            } else {
                "DERIVED"
            };
        } else if line.contains("UNION") {
            id += 1;
            kind = "UNION";
        }
    }
    if table.rows.is_empty() {
        let mut row = vec![n(1), t("SIMPLE")];
        row.resize(9, Value::Null);
        row.push(t("No tables used"));
        table.rows.push(row);
    }
    table
}

/// One `SCAN` or `SEARCH` of SQLite's plan.
struct Step<'a> {
    table: &'a str,
    access: &'static str,
    key: Option<&'a str>,
    compared: Option<&'a str>,
    is_covered: bool,
}

impl<'a> Step<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (verb, rest) = line.split_once(' ')?;
        if (verb != "SCAN" && verb != "SEARCH") || rest.starts_with("CONSTANT ROW") {
            return None;
        }
        let (table, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        // A table without an alias is told with its database.
        let table = table.rsplit('.').next().unwrap_or(table);
        let is_primary = rest.contains("PRIMARY KEY");
        let index = rest.split_once("INDEX ").map(|(_, after)| after.split(' ').next().unwrap_or(after));
        // An index of SQLite is named by its database, a key by its table: what is before the point is the table's.
        let key = index.map(|index| index.rsplit('.').next().unwrap_or(index));
        let key = key.filter(|key| !key.starts_with("sqlite_autoindex") && !rest.contains("AUTOMATIC"));
        let key = if is_primary { Some("PRIMARY") } else { key };
        let compared = rest.split_once('(').map(|(_, inside)| inside.trim_end_matches(')'));
        let access = match (verb, compared) {
            ("SEARCH", Some(inside)) if is_primary && inside.contains('=') => "eq_ref",
            ("SEARCH", Some(inside)) if inside.contains("=?") => "ref",
            ("SEARCH", _) => "range",
            _ if rest.contains("COVERING INDEX") => "index",
            _ => "ALL",
        };
        Some(Self { table, access, key, compared, is_covered: rest.contains("COVERING INDEX") })
    }

    fn extra(&self, mut sorts: Vec<&str>) -> String {
        if self.compared.is_some() && self.access == "range" {
            sorts.insert(0, "Using where");
        }
        if self.is_covered {
            sorts.push("Using index");
        }
        sorts.join("; ")
    }

    /// An estimate: all rows of the table, one for a unique key, a few else.
    fn rows(&self, session: &Session, tokens: &[Token]) -> Option<i64> {
        let (database, table) = base(session, self.table, tokens)?;
        let all = session.server.image.extents.of(&database, &table.name).rows;
        Some(match self.access {
            "eq_ref" => 1,
            "ref" => (all / 20).max(1),
            "range" => (all / 4).max(1),
            _ => all,
        })
    }
}

/// The table behind a name or alias: the word before the alias that is a table's name.
fn base<'a>(session: &'a Session, alias: &str, tokens: &[Token]) -> Option<(String, &'a BaseTable)> {
    let databases = &session.server.schema.databases;
    let of_name = |name: &str| {
        let current = databases.iter().filter(|database| Some(&database.name) == session.database.as_ref());
        current.chain(databases).find_map(|database| Some((database.name.clone(), database.table(name)?)))
    };
    let is_name = |token: &&Token| matches!(token.kind, Kind::Word | Kind::Name) && !token.is("AS");
    let names: Vec<&Token> = tokens.iter().filter(is_name).collect();
    let before = names.windows(2).find_map(|pair| match pair {
        [table, name] if name.text == alias => of_name(&table.text),
        _ => None,
    });
    before.or_else(|| of_name(alias))
}
