//! Translates queries: common table expressions, set operations, and views.

use std::rc::Rc;

use sqlparser::ast::{Cte, LimitClause, OrderBy, Query, SetExpr, SetOperator, SetQuantifier, With};

use super::errors::{SqlError, error, unsupported};
use super::output::{OutputColumn, TranslatedSelect, check_distinct_names, fields};
use super::relation::Field;
use super::scope::Scope;
use super::statement_text::StatementText;
use super::translator::{CommonTable, StatementTranslator};
use super::typed_sql::TypedSql;
use super::value_types::{BitEncoding, Type};
use crate::domain::results::ColumnOrigin;

/// How deeply views and subqueries may nest.
const MAX_DEPTH: u32 = 30;

impl StatementTranslator<'_> {
    /// Translates the statement of a view in the view's own database, without the names of the outer statement.
    pub(super) fn translate_view(&mut self, text: &str, database: &str) -> Result<TranslatedSelect, SqlError> {
        let (source, query) = StatementText::parse(text)?;
        let source = std::mem::replace(&mut self.source, Rc::new(source));
        let database = self.database.replace(database.to_owned());
        let ctes = std::mem::take(&mut self.ctes);
        let rows = self.query(&query, None);
        (self.source, self.database, self.ctes) = (source, database, ctes);
        rows
    }

    /// Translates a query. `parent` is the scope of the statement around a subquery.
    pub(super) fn query(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Result<TranslatedSelect, SqlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(unsupported("statements nested this deeply"));
        }
        let known = self.ctes.len();
        let rows = self.query_without_depth_check(query, parent);
        self.ctes.truncate(known);
        self.depth -= 1;
        rows
    }

    fn query_without_depth_check(
        &mut self,
        query: &Query,
        parent: Option<&Scope<'_>>,
    ) -> Result<TranslatedSelect, SqlError> {
        if !query.locks.is_empty() || query.for_clause.is_some() {
            return Err(unsupported("locking reads"));
        }
        if query.fetch.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return Err(unsupported("this syntax of SELECT"));
        }
        let with = match &query.with {
            Some(with) => self.with(with, parent)?,
            None => String::new(),
        };
        let rows = self.body(&query.body, query.order_by.as_ref(), query.limit_clause.as_ref(), parent, None)?;
        Ok(TranslatedSelect { sql: format!("{with}{}", rows.sql), ..rows })
    }

    fn with(&mut self, with: &With, parent: Option<&Scope<'_>>) -> Result<String, SqlError> {
        let mut parts = Vec::new();
        for cte in &with.cte_tables {
            if cte.from.is_some()
                || cte.materialized.is_some()
                || !cte.alias.columns.iter().all(|it| it.data_type.is_none())
            {
                return Err(unsupported("this syntax of WITH"));
            }
            let sql_name = self.new_alias();
            let (rows, named) = match cte.query.body.as_ref() {
                SetExpr::SetOperation { op: SetOperator::Union, set_quantifier, left, right } if with.recursive => {
                    self.recursive(cte, &sql_name, *set_quantifier, (left, right), parent)?
                }
                _ => {
                    let rows = self.query(&cte.query, parent)?;
                    let columns = renamed(cte, &rows.columns)?;
                    let named = CommonTable {
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
    ) -> Result<(TranslatedSelect, CommonTable), SqlError> {
        let query = &cte.query;
        if query.order_by.is_some() || query.limit_clause.is_some() || query.with.is_some() {
            return Err(unsupported("ORDER BY, LIMIT or WITH in a recursive table"));
        }
        let all = match quantifier {
            SetQuantifier::All => " ALL",
            SetQuantifier::None | SetQuantifier::Distinct => "",
            _ => return Err(unsupported("this syntax of UNION")),
        };
        let first = self.body(left, None, None, parent, None)?;
        let mut columns = renamed(cte, &first.columns)?;
        for column in &mut columns {
            column.ty.is_nullable = true;
            column.flags = None;
        }
        let named = CommonTable {
            name: cte.alias.name.value.clone(),
            sql_name: sql_name.to_owned(),
            columns,
            is_merged: false,
        };
        let known = self.ctes.len();
        self.ctes.push(named.clone());
        let types: Vec<Type> = named.columns.iter().map(|it| it.ty.clone()).collect();
        let recursive = self.body(right, None, None, parent, Some(&types));
        self.ctes.truncate(known);
        let recursive = recursive?;
        if recursive.columns.len() != first.columns.len() {
            return Err(different_column_counts());
        }
        Ok((
            TranslatedSelect {
                sql: format!("{} UNION{all} {}", first.sql, recursive.sql),
                is_single: false,
                is_merged: false,
                columns: named.columns.clone(),
            },
            named,
        ))
    }

    /// Translates a query body with its ORDER BY and LIMIT. `targets` are the types of a recursive table's columns.
    fn body(
        &mut self,
        body: &SetExpr,
        order: Option<&OrderBy>,
        limit: Option<&LimitClause>,
        parent: Option<&Scope<'_>>,
        targets: Option<&[Type]>,
    ) -> Result<TranslatedSelect, SqlError> {
        match body {
            SetExpr::Select(select) => self.select(select, order, limit, parent, targets),
            SetExpr::Query(query) => {
                let rows = self.query(query, parent)?;
                if order.is_none() && limit.is_none() {
                    return Ok(rows);
                }
                self.order_and_limit(rows, order, limit, parent)
            }
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                let rows = self.set_operation(*op, *set_quantifier, left, right, parent)?;
                if order.is_none() && limit.is_none() {
                    return Ok(rows);
                }
                self.order_and_limit(rows, order, limit, parent)
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
    ) -> Result<TranslatedSelect, SqlError> {
        let (operator, is_distinct) = match (op, quantifier) {
            (SetOperator::Union, SetQuantifier::All) => ("UNION ALL", false),
            (SetOperator::Union, SetQuantifier::None | SetQuantifier::Distinct) => ("UNION", true),
            (SetOperator::Except, SetQuantifier::None | SetQuantifier::Distinct) => ("EXCEPT", true),
            (SetOperator::Intersect, SetQuantifier::None | SetQuantifier::Distinct) => ("INTERSECT", true),
            _ => return Err(unsupported("this set operation")),
        };
        let (left, right) = (self.body(left, None, None, parent, None)?, self.body(right, None, None, parent, None)?);
        if left.columns.len() != right.columns.len() {
            return Err(different_column_counts());
        }
        let mut columns = Vec::new();
        for (a, b) in left.columns.iter().zip(&right.columns) {
            let ty = a.ty.common_type(&b.ty).ok_or_else(|| unsupported("values of these types in one column"))?;
            columns.push(OutputColumn {
                name: a.name.clone(),
                ty: Type { wire: ty.wire.filter(|_| ty.is_integer()), ..ty },
                table: String::new(),
                origin: ColumnOrigin::default(),
                flags: None,
                bits: BitEncoding::Bytes,
            });
        }
        let branch = |rows: &TranslatedSelect| {
            let list = rows.columns.iter().zip(&columns).enumerate().map(|(at, (from, to))| {
                let label = format!("\"${}\"", at + 1);
                let value = TypedSql::new(label.clone(), from.ty.clone()).exact().convert(&to.ty);
                let value = if is_distinct { value.group_key() } else { value.rounded() };
                format!("{value} AS {label}")
            });
            format!("SELECT {} FROM ({})", list.collect::<Vec<_>>().join(", "), rows.sql)
        };
        let sql = if operator == "UNION" {
            // SQLite's UNION keeps the last of equal rows, the server the first.
            let list = columns.iter().enumerate().map(|(at, column)| {
                let label = format!("\"${}\"", at + 1);
                format!("{} AS {label}", TypedSql::new(label.clone(), column.ty.clone()).exact().group_key())
            });
            let list = list.collect::<Vec<_>>().join(", ");
            format!("SELECT DISTINCT {list} FROM ({} UNION ALL {})", branch(&left), branch(&right))
        } else {
            format!("SELECT * FROM ({} {operator} {})", branch(&left), branch(&right))
        };
        Ok(TranslatedSelect { sql, columns, is_single: false, is_merged: false })
    }

    /// Adds ORDER BY and LIMIT to a complete query. Names refer to its column labels.
    fn order_and_limit(
        &mut self,
        rows: TranslatedSelect,
        order: Option<&OrderBy>,
        limit: Option<&LimitClause>,
        parent: Option<&Scope<'_>>,
    ) -> Result<TranslatedSelect, SqlError> {
        let table = self.new_alias();
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
        Ok(TranslatedSelect { sql, is_single: rows.is_single || is_single, is_merged: false, columns: rows.columns })
    }
}

/// Applies the column list of a common table expression.
fn renamed(cte: &Cte, columns: &[OutputColumn]) -> Result<Vec<OutputColumn>, SqlError> {
    let mut columns = columns.to_vec();
    if !cte.alias.columns.is_empty() {
        if cte.alias.columns.len() != columns.len() {
            return Err(error(4002, "HY000", "WITH column list and SELECT field list have different column counts"));
        }
        for (column, alias) in columns.iter_mut().zip(&cte.alias.columns) {
            column.name.clone_from(&alias.name.value);
        }
    }
    check_distinct_names(&columns)?;
    Ok(columns)
}

fn different_column_counts() -> SqlError {
    error(1222, "21000", "The used SELECT statements have a different number of columns")
}
