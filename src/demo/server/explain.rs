//! EXPLAIN as the traditional table, drawn plainly from SQLite's own plan: which table in which order, by which key.

use std::collections::HashMap;

use rusqlite::types::Value;

use super::engine;
use super::information_schema::{maybe, number as n, text as t};
use super::refuse;
use super::session::Session;
use super::table::{Table, number_or_null, text, text_or_null};
use super::tokens::{Kind, Token, tokens};
use crate::demo::translate::SqlError;
use crate::domain::results::Column;

/// EXPLAIN of a select statement.
pub(super) async fn answer(session: &mut Session, statement: &str, words: &[Token]) -> Result<Table, SqlError> {
    let is_select = words.first().is_some_and(|token| token.is_sign('(') || token.is("SELECT") || token.is("WITH"));
    if !is_select {
        return Err(refuse::unsupported("EXPLAIN of a statement that is not a SELECT"));
    }
    let translated = session.moment().translate(statement, &[])?;
    let handle = session.take_handle().await?;
    let plan = engine::collect(&handle, &format!("EXPLAIN QUERY PLAN {}", translated.sql), 4);
    session.keep_handle(handle);
    let plan = plan.map_err(|error| refuse::from_sqlite(&error))?;
    let lines: Vec<Line> = plan.into_iter().filter_map(Line::read).collect();
    Ok(draw(session, &lines, &Names::read(&translated.sql, words)))
}

/// A line of SQLite's plan, which is a tree.
struct Line {
    node: i64,
    parent: i64,
    text: String,
}

impl Line {
    fn read(row: Vec<Value>) -> Option<Self> {
        match <[Value; 4]>::try_from(row) {
            Ok([Value::Integer(node), Value::Integer(parent), _, Value::Text(text)]) => {
                Some(Self { node, parent, text })
            }
            _ => None,
        }
    }
}

/// One select of the statement: its number and its kind.
#[derive(Clone, Copy)]
struct Select {
    id: i64,
    kind: &'static str,
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

fn draw(session: &Session, lines: &[Line], names: &Names) -> Table {
    let mut table = Table::new(columns());
    let is_nested = lines.iter().any(|line| nested(&line.text).is_some());
    let whole = Select { id: 1, kind: if is_nested { "PRIMARY" } else { "SIMPLE" } };
    let mut selects: HashMap<i64, Select> = HashMap::new();
    let mut firsts: HashMap<i64, usize> = HashMap::new();
    let mut last = whole.id;
    for line in lines {
        let mut select = selects.get(&line.parent).copied().unwrap_or(whole);
        if let Some(kind) = nested(&line.text) {
            last += 1;
            select = Select { id: last, kind };
        }
        selects.insert(line.node, select);
        if let Some(step) = Step::read(&line.text) {
            let first = *firsts.entry(select.id).or_insert(table.rows.len());
            let is_first = first == table.rows.len();
            // A whole primary key is one row; in a table that is joined, one for each row before.
            let access = if step.access == "eq_ref" && is_first { "const" } else { step.access };
            table.rows.push(vec![
                n(select.id),
                t(select.kind),
                t(names.shown(step.table)),
                t(access),
                maybe(step.key),
                maybe(step.key),
                Value::Null,
                maybe(step.reference(is_first)),
                step.rows(session, names).map_or(Value::Null, n),
                t(step.extra()),
            ]);
        } else if line.text.starts_with("USE TEMP B-TREE") {
            let is_sort = line.text.contains("ORDER BY");
            let words = if is_sort { "Using filesort" } else { "Using temporary" };
            // SQLite tells it after the tables that it sorts, MariaDB beside the first of them.
            let first = firsts.get(&select.id).and_then(|first| table.rows.get_mut(*first));
            if let Some(Value::Text(extra)) = first.and_then(|row| row.last_mut())
                && !extra.contains(words)
            {
                *extra = if extra.is_empty() { words.into() } else { format!("{extra}; {words}") };
            }
        }
    }
    table.rows.sort_by_key(|row| if let Some(Value::Integer(id)) = row.first() { *id } else { 0 });
    if table.rows.is_empty() {
        let mut row = vec![n(1), t("SIMPLE")];
        row.resize(9, Value::Null);
        row.push(t("No tables used"));
        table.rows.push(row);
    }
    table
}

/// The kind of select that begins with this line, if one does. SQLite's first part of a UNION is the outer select itself.
fn nested(line: &str) -> Option<&'static str> {
    let is_own = line.ends_with(')') && line.contains(" (subquery-");
    if is_own || line.starts_with("LEFT-MOST SUBQUERY") || line.starts_with("COMPOUND QUERY") {
        None
    } else if line.starts_with("CORRELATED") {
        Some("DEPENDENT SUBQUERY")
    } else if line.contains("SUBQUERY") {
        Some("SUBQUERY")
    } else if line.starts_with("CO-ROUTINE") || line.starts_with("MATERIALIZE") {
        Some("DERIVED")
    } else if ["UNION", "EXCEPT", "INTERSECT"].iter().any(|word| line.starts_with(word)) || line == "RIGHT" {
        Some("UNION")
    } else {
        None
    }
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
        // Wrappings of the translator's own, and rows without a table, are no step of the statement.
        let is_own = ["CONSTANT ROW", "(subquery-", "(join-"].iter().any(|own| rest.starts_with(own));
        if (verb != "SCAN" && verb != "SEARCH") || is_own {
            return None;
        }
        let (table, rest) = rest.split_once(' ').unwrap_or((rest, ""));
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

    fn extra(&self) -> String {
        let condition = (self.compared.is_some() && self.access == "range").then_some("Using where");
        let covered = self.is_covered.then_some("Using index");
        condition.into_iter().chain(covered).collect::<Vec<_>>().join("; ")
    }

    /// What the key is compared with: in the first table a constant, later something of the tables before.
    fn reference(&self, is_first: bool) -> Option<&'static str> {
        let is_equal = matches!(self.access, "eq_ref" | "ref");
        is_equal.then_some(if is_first { "const" } else { "func" })
    }

    /// An estimate: all rows of the table, one for a whole primary key, a few else.
    fn rows(&self, session: &Session, names: &Names) -> Option<i64> {
        let (database, table, _) = names.0.get(self.table)?;
        let all = session.server.image.extents.of(database, table).rows;
        Some(match self.access {
            "eq_ref" => 1,
            "ref" => (all / 20).max(1),
            "range" => (all / 4).max(1),
            _ => all,
        })
    }
}

/// The translator names every table anew (`"db"."table" AS "t1"`); this is the way back: from its name to the database, the
/// table and the name that the statement gave it.
struct Names(HashMap<String, (String, String, String)>);

impl Names {
    fn read(translated: &str, statement: &[Token]) -> Self {
        let inner = tokens(translated);
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut names = HashMap::new();
        for window in inner.windows(5) {
            if let [database, point, table, word, alias] = window
                && point.is_sign('.')
                && word.is("AS")
                && [database, table, alias].iter().all(|token| token.kind == Kind::String)
            {
                let nth = seen.entry(table.text.clone()).or_default();
                let shown = given(statement, &table.text, *nth).unwrap_or_else(|| table.text.clone());
                *nth += 1;
                names.insert(alias.text.clone(), (database.text.clone(), table.text.clone(), shown));
            }
        }
        Self(names)
    }

    /// The statement's own name; what is no table is a derived one.
    fn shown(&self, name: &str) -> String {
        self.0.get(name).map_or_else(|| "<derived>".into(), |(_, _, shown)| shown.clone())
    }
}

/// The alias of the nth mention of a table behind FROM, JOIN or a comma.
fn given(statement: &[Token], table: &str, nth: usize) -> Option<String> {
    const NO_ALIAS: &[&str] = &[
        "WHERE",
        "JOIN",
        "ON",
        "USING",
        "LEFT",
        "RIGHT",
        "INNER",
        "CROSS",
        "NATURAL",
        "STRAIGHT_JOIN",
        "GROUP",
        "ORDER",
        "HAVING",
        "LIMIT",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "WINDOW",
        "FORCE",
        "USE",
        "IGNORE",
        "FOR",
    ];
    let is_mention = |pair: &&[Token]| {
        let [before, name] = pair else { return false };
        let follows = ["FROM", "JOIN", "STRAIGHT_JOIN"].iter().any(|word| before.is(word));
        name.text == table && (follows || [',', '.', '('].iter().any(|&sign| before.is_sign(sign)))
    };
    let places: Vec<usize> =
        statement.windows(2).enumerate().filter(|(_, pair)| is_mention(pair)).map(|(place, _)| place).collect();
    let mut after = statement.get(places.get(nth)? + 2..)?.iter().filter(|token| !token.is("AS"));
    let alias = after.next()?;
    let is_alias = matches!(alias.kind, Kind::Word | Kind::Name) && !NO_ALIAS.iter().any(|word| alias.is(word));
    is_alias.then(|| alias.text.clone())
}
