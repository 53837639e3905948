//! The pass over a statement: its state, common table expressions, set operations, and the order and limit around them.

use std::rc::Rc;

use sqlparser::ast::{
    Cte, Expr, LimitClause, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier, Value, With,
};

use super::aggregate::{direction, position, row_count};
use super::errors::{error, unknown_column, unsupported};
use super::expr::At;
use super::parse::Source;
use super::scope::{Clause, Field, Relation, Scope};
use super::types::Type;
use super::value::{Typed, name};
use super::{Context, SqlError};
use crate::domain::results::{Column, ColumnOrigin, flag};

/// How deep views and subqueries may nest.
const MAX_DEPTH: u32 = 30;

/// A column that a subquery gives.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) table: String,
    pub(super) origin: ColumnOrigin,
    /// `Some` for a plain column of a table.
    pub(super) flags: Option<u16>,
    /// How the server sends a BIT.
    pub(super) bits: Bits,
}

/// How the server sends a BIT of the outermost SELECT; inside, it is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bits {
    /// As its bytes: so a column's.
    Bytes,
    /// As digits: so where an expression made it.
    Digits,
    /// In one way or the other: its optimizer decides.
    Unknown,
}

/// A subquery: its text and what it gives. Its columns are called `$1`, `$2`, …
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) sql: String,
    pub(super) columns: Vec<Shown>,
    /// Whether it can give one row at most.
    pub(super) is_single: bool,
    /// Whether the server would merge it into the statement around it rather than keep its rows.
    pub(super) is_merged: bool,
}

/// A common table expression that can be named.
#[derive(Clone)]
pub(super) struct Named {
    name: String,
    sql_name: String,
    columns: Vec<Shown>,
    is_merged: bool,
}

/// The state of one translation.
pub(super) struct Pass<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) source: Rc<Source>,
    /// The database of names without one: a view has its own.
    pub(super) database: Option<String>,
    ctes: Vec<Named>,
    next: usize,
    depth: u32,
}

impl<'a> Pass<'a> {
    pub(super) fn new(context: &'a Context<'a>, source: Rc<Source>) -> Self {
        Self { context, source, database: context.database.map(str::to_owned), ctes: Vec::new(), next: 0, depth: 0 }
    }

    /// A name of our own for a table of the SQLite statement.
    pub(super) fn fresh(&mut self) -> String {
        self.next += 1;
        format!("\"t{}\"", self.next)
    }

    /// The common table expression of this name.
    pub(super) fn cte(&self, name: &str) -> Option<Named> {
        self.ctes.iter().rev().find(|it| it.name == name).cloned()
    }

    /// Understands another text (a view's) in its own database, without the names around.
    pub(super) fn elsewhere(&mut self, text: &str, database: &str) -> Result<Rows, SqlError> {
        let (source, query) = Source::read(text)?;
        let source = std::mem::replace(&mut self.source, Rc::new(source));
        let database = self.database.replace(database.to_owned());
        let ctes = std::mem::take(&mut self.ctes);
        let rows = self.query(&query, None);
        (self.source, self.database, self.ctes) = (source, database, ctes);
        rows
    }

    /// Understands a query.
    pub(super) fn query(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Result<Rows, SqlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(unsupported("a statement nested as deeply as this"));
        }
        let known = self.ctes.len();
        let rows = self.query_inside(query, parent);
        self.ctes.truncate(known);
        self.depth -= 1;
        rows
    }

    fn query_inside(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Result<Rows, SqlError> {
        if !query.locks.is_empty() || query.for_clause.is_some() {
            return Err(unsupported("locking reads"));
        }
        if query.fetch.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return Err(unsupported("this form of SELECT"));
        }
        let with = match &query.with {
            Some(with) => self.with(with, parent)?,
            None => String::new(),
        };
        let rows = self.body(&query.body, query.order_by.as_ref(), query.limit_clause.as_ref(), parent, None)?;
        Ok(Rows { sql: format!("{with}{}", rows.sql), ..rows })
    }

    fn with(&mut self, with: &With, parent: Option<&Scope<'_>>) -> Result<String, SqlError> {
        let mut parts = Vec::new();
        for cte in &with.cte_tables {
            if cte.from.is_some()
                || cte.materialized.is_some()
                || !cte.alias.columns.iter().all(|it| it.data_type.is_none())
            {
                return Err(unsupported("this form of WITH"));
            }
            let sql_name = self.fresh();
            let (rows, named) = match cte.query.body.as_ref() {
                SetExpr::SetOperation { op: SetOperator::Union, set_quantifier, left, right } if with.recursive => {
                    self.recursive(cte, &sql_name, *set_quantifier, (left, right), parent)?
                }
                _ => {
                    let rows = self.query(&cte.query, parent)?;
                    let columns = renamed(cte, &rows.columns)?;
                    let named = Named {
                        name: cte.alias.name.value.clone(),
                        sql_name: sql_name.clone(),
                        columns,
                        is_merged: rows.is_merged,
                    };
                    (rows, named)
                }
            };
            let list = (1..=named.columns.len()).map(|it| format!("\"${it}\"")).collect::<Vec<_>>().join(", ");
            parts.push(format!("{sql_name}({list}) AS ({})", rows.sql));
            self.ctes.push(named);
        }
        Ok(format!("WITH RECURSIVE {} ", parts.join(", ")))
    }

    fn recursive(
        &mut self,
        cte: &Cte,
        sql_name: &str,
        quantifier: SetQuantifier,
        (left, right): (&SetExpr, &SetExpr),
        parent: Option<&Scope<'_>>,
    ) -> Result<(Rows, Named), SqlError> {
        let query = &cte.query;
        if query.order_by.is_some() || query.limit_clause.is_some() || query.with.is_some() {
            return Err(unsupported("ORDER BY, LIMIT or WITH in a recursive table"));
        }
        let all = match quantifier {
            SetQuantifier::All => " ALL",
            SetQuantifier::None | SetQuantifier::Distinct => "",
            _ => return Err(unsupported("this form of UNION")),
        };
        let seed = self.body(left, None, None, parent, None)?;
        let mut columns = renamed(cte, &seed.columns)?;
        for column in &mut columns {
            column.ty.is_nullable = true;
            column.flags = None;
        }
        let named =
            Named { name: cte.alias.name.value.clone(), sql_name: sql_name.to_owned(), columns, is_merged: false };
        let known = self.ctes.len();
        self.ctes.push(named.clone());
        let types: Vec<Type> = named.columns.iter().map(|it| it.ty.clone()).collect();
        let step = self.body(right, None, None, parent, Some(&types));
        self.ctes.truncate(known);
        let step = step?;
        if step.columns.len() != seed.columns.len() {
            return Err(different_columns());
        }
        Ok((
            Rows {
                sql: format!("{} UNION{all} {}", seed.sql, step.sql),
                is_single: false,
                is_merged: false,
                columns: named.columns.clone(),
            },
            named,
        ))
    }

    /// A body with what stands around it. `targets` are the types that a recursive step must give.
    fn body(
        &mut self,
        body: &SetExpr,
        order: Option<&OrderBy>,
        limit: Option<&LimitClause>,
        parent: Option<&Scope<'_>>,
        targets: Option<&[Type]>,
    ) -> Result<Rows, SqlError> {
        match body {
            SetExpr::Select(select) => self.select(select, order, limit, parent, targets),
            SetExpr::Query(query) => {
                let rows = self.query(query, parent)?;
                if order.is_none() && limit.is_none() {
                    return Ok(rows);
                }
                self.around(rows, order, limit, parent)
            }
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                let rows = self.set_operation(*op, *set_quantifier, left, right, parent)?;
                if order.is_none() && limit.is_none() {
                    return Ok(rows);
                }
                self.around(rows, order, limit, parent)
            }
            SetExpr::Values(_) => Err(unsupported("VALUES")),
            _ => Err(unsupported("statements other than SELECT")),
        }
    }

    fn set_operation(
        &mut self,
        op: SetOperator,
        quantifier: SetQuantifier,
        left: &SetExpr,
        right: &SetExpr,
        parent: Option<&Scope<'_>>,
    ) -> Result<Rows, SqlError> {
        let (word, is_distinct) = match (op, quantifier) {
            (SetOperator::Union, SetQuantifier::All) => ("UNION ALL", false),
            (SetOperator::Union, SetQuantifier::None | SetQuantifier::Distinct) => ("UNION", true),
            (SetOperator::Except, SetQuantifier::None | SetQuantifier::Distinct) => ("EXCEPT", true),
            (SetOperator::Intersect, SetQuantifier::None | SetQuantifier::Distinct) => ("INTERSECT", true),
            _ => return Err(unsupported("this set operation")),
        };
        let (left, right) = (self.body(left, None, None, parent, None)?, self.body(right, None, None, parent, None)?);
        if left.columns.len() != right.columns.len() {
            return Err(different_columns());
        }
        let mut columns = Vec::new();
        for (a, b) in left.columns.iter().zip(&right.columns) {
            let ty = a.ty.meet(&b.ty).ok_or_else(|| unsupported("values of these types in one column"))?;
            columns.push(Shown {
                name: a.name.clone(),
                ty: Type { wire: ty.wire.filter(|_| ty.is_whole()), ..ty },
                table: String::new(),
                origin: ColumnOrigin::default(),
                flags: None,
                bits: Bits::Bytes,
            });
        }
        let arm = |rows: &Rows| {
            let list = rows.columns.iter().zip(&columns).enumerate().map(|(at, (from, to))| {
                let label = format!("\"${}\"", at + 1);
                let value = Typed::new(label.clone(), from.ty.clone()).exact().convert(&to.ty);
                let value = if is_distinct { value.same_key() } else { value.settled() };
                format!("{value} AS {label}")
            });
            format!("SELECT {} FROM ({})", list.collect::<Vec<_>>().join(", "), rows.sql)
        };
        let sql = if word == "UNION" {
            // SQLite's own UNION keeps the last of equal rows, the server the first.
            let list = columns.iter().enumerate().map(|(at, column)| {
                let label = format!("\"${}\"", at + 1);
                format!("{} AS {label}", Typed::new(label.clone(), column.ty.clone()).exact().same_key())
            });
            let list = list.collect::<Vec<_>>().join(", ");
            format!("SELECT DISTINCT {list} FROM ({} UNION ALL {})", arm(&left), arm(&right))
        } else {
            format!("SELECT * FROM ({} {word} {})", arm(&left), arm(&right))
        };
        Ok(Rows { sql, columns, is_single: false, is_merged: false })
    }

    /// Order and limit around rows that are finished: names are the rows' labels.
    fn around(
        &mut self,
        rows: Rows,
        order: Option<&OrderBy>,
        limit: Option<&LimitClause>,
        parent: Option<&Scope<'_>>,
    ) -> Result<Rows, SqlError> {
        let table = self.fresh();
        let star: Vec<Rc<Field>> = fields(&rows.columns, &table, "").into_iter().map(Rc::new).collect();
        let scope = Scope { star, parent, ..Scope::default() };
        let list = (1..=rows.columns.len()).map(|it| format!("\"${it}\"")).collect::<Vec<_>>().join(", ");
        let mut sql = format!("SELECT {list} FROM ({}) AS {table}", rows.sql);
        let labels: Vec<(String, Type)> = rows.columns.iter().map(|it| (it.name.clone(), it.ty.clone())).collect();
        if let Some(order) = order {
            let (text, _) = self.order(order, &scope, &labels)?;
            sql.push_str(&text);
        }
        let (limit, is_single) = self.limit(limit, &scope)?;
        sql.push_str(&limit);
        Ok(Rows { sql, is_single: rows.is_single || is_single, is_merged: false, columns: rows.columns })
    }

    /// ` ORDER BY …`, and whether it has an aggregate.
    pub(super) fn order(
        &mut self,
        order: &OrderBy,
        scope: &Scope<'_>,
        labels: &[(String, Type)],
    ) -> Result<(String, bool), SqlError> {
        let OrderByKind::Expressions(terms) = &order.kind else { return Err(unsupported("ORDER BY ALL")) };
        if order.interpolate.is_some() {
            return Err(unsupported("this order"));
        }
        let (mut keys, mut has_aggregate) = (Vec::new(), false);
        for term in terms {
            let output = |at: usize, ty: &Type| Typed::new(format!("\"${}\"", at + 1), ty.clone()).exact();
            let key = if let Some(at) = position(&term.expr) {
                match at.checked_sub(1).and_then(|it| labels.get(it)) {
                    Some((_, ty)) => output(at - 1, ty),
                    None => return Err(unknown_column(&at.to_string(), Clause::Order.word())),
                }
            } else {
                let label = match &term.expr {
                    Expr::Identifier(ident) => {
                        labels.iter().position(|(label, _)| label.eq_ignore_ascii_case(&ident.value))
                    }
                    _ => None,
                };
                match label.and_then(|at| labels.get(at).map(|(_, ty)| output(at, ty))) {
                    Some(typed) => typed,
                    None => self.expr(&term.expr, At::new(scope, Clause::Order))?,
                }
            };
            has_aggregate |= key.has_aggregate;
            keys.push(format!("{}{}", key.order_key(), direction(term)?));
        }
        Ok((format!(" ORDER BY {}", keys.join(", ")), has_aggregate))
    }

    /// ` LIMIT …`, and whether it leaves one row at most.
    pub(super) fn limit(&mut self, limit: Option<&LimitClause>, scope: &Scope<'_>) -> Result<(String, bool), SqlError> {
        let at = At::new(scope, Clause::Limit);
        let (limit, offset) = match limit {
            None => return Ok((String::new(), false)),
            Some(LimitClause::LimitOffset { limit: Some(limit), offset, limit_by }) if limit_by.is_empty() => {
                (limit, offset.as_ref().map(|it| &it.value))
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => (limit, Some(offset)),
            Some(_) => return Err(unsupported("this form of LIMIT")),
        };
        let limit = self.rows_of(limit, at)?;
        let offset = offset.map(|it| self.rows_of(it, at)).transpose()?;
        let offset = offset.map(|it| format!(" OFFSET {it}")).unwrap_or_default();
        Ok((format!(" LIMIT {limit}{offset}"), limit <= 1))
    }

    /// A count of LIMIT; `18446744073709551615` is how people write "all".
    fn rows_of(&mut self, expr: &Expr, at: At<'_, '_>) -> Result<i64, SqlError> {
        match expr {
            Expr::Value(value) => match &value.value {
                Value::Number(digits, false) if digits.parse::<u64>().is_ok() => {
                    Ok(digits.parse::<i64>().unwrap_or(i64::MAX))
                }
                _ => row_count(&self.expr(expr, at)?),
            },
            _ => row_count(&self.expr(expr, at)?),
        }
    }
}

impl Named {
    /// The relation that it is in FROM.
    pub(super) fn relation(&self, alias: &str, table: &str, database: Option<&str>) -> (String, Relation) {
        (format!("{} AS {table}", self.sql_name), relation(&self.columns, self.is_merged, alias, table, database))
    }
}

/// The relation of a subquery in FROM. The server tells where columns come from in two ways: of a table that it merged
/// it names the alias as their table, of one that it keeps the table beneath.
pub(super) fn relation(
    columns: &[Shown],
    is_merged: bool,
    alias: &str,
    table: &str,
    database: Option<&str>,
) -> Relation {
    let mut made = Vec::new();
    for mut field in fields(columns, table, alias) {
        if is_merged {
            field.origin = ColumnOrigin {
                schema: database.unwrap_or("").to_owned(),
                table: alias.to_owned(),
                column: field.name.clone(),
            };
        } else {
            field.origin.schema = String::new();
            field.origin.column.clone_from(&field.name);
            field.flags &= !(flag::PRIMARY_KEY | flag::UNIQUE_KEY | flag::MULTIPLE_KEY | flag::AUTO_INCREMENT);
        }
        made.push(Rc::new(field));
    }
    Relation { alias: alias.to_owned(), database: None, fields: made }
}

fn fields(columns: &[Shown], table: &str, alias: &str) -> Vec<Field> {
    let field = |(at, column): (usize, &Shown)| Field {
        name: column.name.clone(),
        sql: format!("{table}.\"${}\"", at + 1),
        ty: column.ty.clone(),
        table: alias.to_owned(),
        origin: column.origin.clone(),
        flags: column.flags.unwrap_or(0),
    };
    columns.iter().enumerate().map(field).collect()
}

fn renamed(cte: &Cte, columns: &[Shown]) -> Result<Vec<Shown>, SqlError> {
    let mut columns = columns.to_vec();
    if !cte.alias.columns.is_empty() {
        if cte.alias.columns.len() != columns.len() {
            return Err(error(4002, "HY000", "WITH column list and SELECT field list have different column counts"));
        }
        for (column, alias) in columns.iter_mut().zip(&cte.alias.columns) {
            column.name.clone_from(&alias.name.value);
        }
    }
    distinct_names(&columns)?;
    Ok(columns)
}

/// Refuses a table with two columns of one name.
pub(super) fn distinct_names(columns: &[Shown]) -> Result<(), SqlError> {
    for (at, column) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|it| it.name.eq_ignore_ascii_case(&column.name)) {
            return Err(error(1060, "42S21", format!("Duplicate column name '{}'", column.name)));
        }
    }
    Ok(())
}

fn different_columns() -> SqlError {
    error(1222, "21000", "The used SELECT statements have a different number of columns")
}

impl Shown {
    /// What the client is told.
    pub(super) fn column(&self) -> Column {
        let column = self.ty.column(self.name.clone());
        match self.flags {
            None => column,
            Some(flags) => {
                let kept = if self.ty.is_number() { column.flags & !flag::BINARY } else { column.flags };
                Column { table: self.table.clone(), origin: self.origin.clone(), flags: kept | flags, ..column }
            }
        }
    }
}

/// A quoted name of a table in a database.
pub(super) fn table_name(database: &str, table: &str) -> String {
    format!("{}.{}", name(database), name(table))
}
