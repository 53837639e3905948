//! EXPLAIN in the traditional format, made from SQLite's query plan: the tables in order, with the keys that are used.

use std::collections::HashMap;

use rusqlite::types::Value;

use super::errors;
use super::information_schema::cells::{number, optional_text, text};
use super::result_table::{ResultTable, nullable_number_column, nullable_text_column, text_column};
use super::select_task;
use super::session::Session;
use super::tokens::{Token, TokenKind, tokenize};
use crate::demo::translate::SqlError;
use crate::domain::results::Column;

/// Runs EXPLAIN of a SELECT statement.
pub(super) async fn run(session: &mut Session, statement: &str, tokens: &[Token]) -> Result<ResultTable, SqlError> {
    let is_select =
        tokens.first().is_some_and(|token| token.is_sign('(') || token.is_word("SELECT") || token.is_word("WITH"));
    if !is_select {
        return Err(errors::unsupported("EXPLAIN of a statement that is not a SELECT"));
    }
    let translated = session.statement_context().translate(statement, &[])?;
    let sqlite = session.take_sqlite().await?;
    let plan = select_task::query_all(&sqlite, &format!("EXPLAIN QUERY PLAN {}", translated.sql), 4);
    session.return_sqlite(sqlite);
    let plan = plan.map_err(|error| errors::from_sqlite(&error))?;
    let nodes: Vec<PlanNode> = plan.into_iter().filter_map(PlanNode::parse).collect();
    Ok(plan_table(session, &nodes, &TableNames::parse(&translated.sql, tokens)))
}

/// A node of SQLite's plan, which is a tree.
struct PlanNode {
    id: i64,
    parent: i64,
    text: String,
}

impl PlanNode {
    fn parse(row: Vec<Value>) -> Option<Self> {
        match <[Value; 4]>::try_from(row) {
            Ok([Value::Integer(id), Value::Integer(parent), _, Value::Text(text)]) => Some(Self { id, parent, text }),
            _ => None,
        }
    }
}

/// One SELECT of the statement.
#[derive(Clone, Copy)]
struct PlanSelect {
    id: i64,
    /// The value of `select_type`.
    kind: &'static str,
}

/// Returns the columns of the traditional format.
pub(super) fn columns() -> Vec<Column> {
    vec![
        nullable_number_column("id", 3),
        text_column("select_type", 19),
        nullable_text_column("table", 64),
        nullable_text_column("type", 10),
        nullable_text_column("possible_keys", 4096),
        nullable_text_column("key", 64),
        nullable_text_column("key_len", 4096),
        nullable_text_column("ref", 2048),
        nullable_number_column("rows", 10),
        text_column("Extra", 255),
    ]
}

fn plan_table(session: &Session, nodes: &[PlanNode], names: &TableNames) -> ResultTable {
    let mut table = ResultTable::new(columns());
    let is_nested = nodes.iter().any(|node| nested_kind(&node.text).is_some());
    let outermost = PlanSelect { id: 1, kind: if is_nested { "PRIMARY" } else { "SIMPLE" } };
    let mut selects: HashMap<i64, PlanSelect> = HashMap::new();
    let mut first_rows: HashMap<i64, usize> = HashMap::new();
    let mut last = outermost.id;
    for node in nodes {
        let mut select = selects.get(&node.parent).copied().unwrap_or(outermost);
        if let Some(kind) = nested_kind(&node.text) {
            last += 1;
            select = PlanSelect { id: last, kind };
        }
        selects.insert(node.id, select);
        if let Some(step) = PlanStep::parse(&node.text) {
            let first = *first_rows.entry(select.id).or_insert(table.rows.len());
            let is_first = first == table.rows.len();
            // A complete primary key gives one row: `const` in the first table, `eq_ref` in a joined table.
            let access = if step.access == "eq_ref" && is_first { "const" } else { step.access };
            table.rows.push(vec![
                number(select.id),
                text(select.kind),
                text(names.original(step.table)),
                text(access),
                optional_text(step.key),
                optional_text(step.key),
                Value::Null,
                optional_text(step.reference(is_first)),
                step.rows(session, names).map_or(Value::Null, number),
                text(step.extra(is_first)),
            ]);
        } else if node.text.starts_with("USE TEMP B-TREE") {
            let is_sort = node.text.contains("ORDER BY");
            let note = if is_sort { "Using filesort" } else { "Using temporary" };
            // SQLite reports it after the tables that it sorts, MariaDB with the first of them.
            let first = first_rows.get(&select.id).and_then(|first| table.rows.get_mut(*first));
            if let Some(Value::Text(extra)) = first.and_then(|row| row.last_mut())
                && !extra.contains(note)
            {
                *extra = if extra.is_empty() { note.into() } else { format!("{extra}; {note}") };
            }
        }
    }
    table.rows.sort_by_key(|row| if let Some(Value::Integer(id)) = row.first() { *id } else { 0 });
    if table.rows.is_empty() {
        let mut row = vec![number(1), text("SIMPLE")];
        row.resize(9, Value::Null);
        row.push(text("No tables used"));
        table.rows.push(row);
    }
    table
}

/// Returns the `select_type` of the SELECT that begins with this line, if one does. In SQLite the first part of a UNION is
/// the outer SELECT itself.
fn nested_kind(line: &str) -> Option<&'static str> {
    let is_from_translator = line.ends_with(')') && line.contains(" (subquery-");
    if is_from_translator || line.starts_with("LEFT-MOST SUBQUERY") || line.starts_with("COMPOUND QUERY") {
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
struct PlanStep<'a> {
    table: &'a str,
    access: &'static str,
    key: Option<&'a str>,
    compared: Option<&'a str>,
    is_covered: bool,
}

impl<'a> PlanStep<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (verb, rest) = line.split_once(' ')?;
        // Subqueries that the translator added, and rows without a table, do not belong to the statement.
        let is_ignored = ["CONSTANT ROW", "(subquery-", "(join-"].iter().any(|prefix| rest.starts_with(prefix));
        if (verb != "SCAN" && verb != "SEARCH") || is_ignored {
            return None;
        }
        let (table, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_primary = rest.contains("PRIMARY KEY");
        let index = rest.split_once("INDEX ").map(|(_, after)| after.split(' ').next().unwrap_or(after));
        // SQLite indexes are named `table.key`, because index names are unique in a database.
        let key = index.map(|index| index.rsplit('.').next().unwrap_or(index));
        let key = key.filter(|key| !key.starts_with("sqlite_autoindex") && !rest.contains("AUTOMATIC"));
        let key = if is_primary { Some("PRIMARY") } else { key };
        let compared = rest.split_once('(').map(|(_, condition)| condition.trim_end_matches(')'));
        let access = match (verb, compared) {
            ("SEARCH", Some(condition)) if is_primary && condition.contains('=') => "eq_ref",
            ("SEARCH", Some(condition)) if condition.contains("=?") => "ref",
            ("SEARCH", _) => "range",
            _ if rest.contains("COVERING INDEX") => "index",
            _ => "ALL",
        };
        Some(Self { table, access, key, compared, is_covered: rest.contains("COVERING INDEX") })
    }

    /// SQLite does not say whether a scan has a condition. In a joined table it nearly always has one.
    fn extra(&self, is_first: bool) -> String {
        let has_condition = self.compared.is_some() && self.access == "range" || !is_first && self.access == "ALL";
        let condition = has_condition.then_some("Using where");
        let covered = self.is_covered.then_some("Using index");
        condition.into_iter().chain(covered).collect::<Vec<_>>().join("; ")
    }

    /// Returns what the key is compared with: a constant in the first table, a value of earlier tables in the others.
    fn reference(&self, is_first: bool) -> Option<&'static str> {
        let is_equal = matches!(self.access, "eq_ref" | "ref");
        is_equal.then_some(if is_first { "const" } else { "func" })
    }

    /// Estimates the number of rows: 1 for a complete primary key, a fraction of the table for other keys.
    fn rows(&self, session: &Session, names: &TableNames) -> Option<i64> {
        let (database, table, _) = names.0.get(self.table)?;
        let all = session.server.image.sizes.of(database, table).rows;
        Some(match self.access {
            "eq_ref" => 1,
            "ref" => (all / 20).max(1),
            "range" => (all / 4).max(1),
            _ => all,
        })
    }
}

/// Maps the table aliases of the translated statement (`"db"."table" AS "t1"`) to the database, the table and the name in the
/// original statement.
struct TableNames(HashMap<String, (String, String, String)>);

impl TableNames {
    fn parse(translated: &str, statement: &[Token]) -> Self {
        let tokens = tokenize(translated);
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut names = HashMap::new();
        for window in tokens.windows(5) {
            if let [database, point, table, word, alias] = window
                && point.is_sign('.')
                && word.is_word("AS")
                && [database, table, alias].iter().all(|token| token.kind == TokenKind::String)
            {
                let nth = seen.entry(table.text.clone()).or_default();
                let shown = alias_of(statement, &table.text, *nth).unwrap_or_else(|| table.text.clone());
                *nth += 1;
                names.insert(alias.text.clone(), (database.text.clone(), table.text.clone(), shown));
            }
        }
        Self(names)
    }

    /// Returns the name in the original statement. An unknown name is a derived table.
    fn original(&self, name: &str) -> String {
        self.0.get(name).map_or_else(|| "<derived>".into(), |(_, _, shown)| shown.clone())
    }
}

/// Returns the alias of the nth mention of a table after FROM, JOIN, a comma, a point or a bracket.
fn alias_of(statement: &[Token], table: &str, nth: usize) -> Option<String> {
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
        let follows = ["FROM", "JOIN", "STRAIGHT_JOIN"].iter().any(|word| before.is_word(word));
        name.text == table && (follows || [',', '.', '('].iter().any(|&sign| before.is_sign(sign)))
    };
    let positions: Vec<usize> =
        statement.windows(2).enumerate().filter(|(_, pair)| is_mention(pair)).map(|(position, _)| position).collect();
    let mut after = statement.get(positions.get(nth)? + 2..)?.iter().filter(|token| !token.is_word("AS"));
    let alias = after.next()?;
    let is_alias =
        matches!(alias.kind, TokenKind::Word | TokenKind::Name) && !NO_ALIAS.iter().any(|word| alias.is_word(word));
    is_alias.then(|| alias.text.clone())
}
