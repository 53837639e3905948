//! Translates row values, IN, scalar subqueries and CASE.

use std::fmt::Write as _;

use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, Query};

use super::comparison::{as_compared, compare, comparison_type};
use super::errors::{SqlError, operand_columns, unsupported};
use super::expr::{ExprContext, without_brackets};
use super::functions;
use super::translator::StatementTranslator;
use super::typed_sql::TypedSql;

impl StatementTranslator<'_> {
    /// Translates a comparison of row values: `(a, b) = (c, d)`.
    pub(super) fn tuples(
        &mut self,
        left: &[Expr],
        op: &BinaryOperator,
        right: &[Expr],
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        if left.len() != right.len() {
            return Err(operand_columns(left.len()));
        }
        let mut parts = Vec::new();
        for (left, right) in left.iter().zip(right) {
            parts.push(self.binary(left, &BinaryOperator::Eq, right, at)?);
        }
        let all = parts.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>().join(" AND ");
        let sql = match op {
            BinaryOperator::Eq => format!("({all})"),
            BinaryOperator::NotEq => format!("(NOT ({all}))"),
            _ => return Err(unsupported("ordering row values")),
        };
        Ok(TypedSql::boolean(sql, parts.iter().any(|it| it.ty.is_nullable)).with_parts(&parts))
    }

    /// Translates `expr [NOT] IN (a, b, …)`.
    pub(super) fn in_list(
        &mut self,
        expr: &Expr,
        list: &[Expr],
        is_negated: bool,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        let not = if is_negated { "NOT " } else { "" };
        if let Expr::Tuple(row) = without_brackets(expr) {
            let mut parts = Vec::new();
            for candidate in list {
                let Expr::Tuple(candidate) = without_brackets(candidate) else {
                    return Err(operand_columns(row.len()));
                };
                parts.push(self.tuples(row, &BinaryOperator::Eq, candidate, at)?);
            }
            let any = parts.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>().join(" OR ");
            return Ok(TypedSql::boolean(format!("({not}({any}))"), true).with_parts(&parts));
        }
        let value = self.expr(expr, at)?;
        let mut candidates = Vec::new();
        for candidate in list {
            candidates.push(self.expr(candidate, at)?);
        }
        let mut types = Vec::new();
        for candidate in &candidates {
            types.push(comparison_type(&value, candidate)?);
        }
        let is_nullable = value.ty.is_nullable || candidates.iter().any(|it| it.ty.is_nullable);
        let sql = match types.first() {
            Some(first) if types.iter().all(|it| it == first) => {
                let list = candidates.iter().map(|it| as_compared(it, *first)).collect::<Vec<_>>().join(", ");
                format!("({} {not}IN ({list}))", as_compared(&value, *first))
            }
            _ => {
                let parts = candidates
                    .iter()
                    .map(|it| Ok(compare(&value, "=", it)?.sql))
                    .collect::<Result<Vec<_>, SqlError>>()?;
                format!("({not}({}))", parts.join(" OR "))
            }
        };
        Ok(TypedSql::boolean(sql, is_nullable).with_parts(&candidates).with_parts([&value]))
    }

    /// Translates `expr [NOT] IN (SELECT …)`.
    pub(super) fn in_query(
        &mut self,
        expr: &Expr,
        query: &Query,
        is_negated: bool,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        let row = match without_brackets(expr) {
            Expr::Tuple(row) => row.clone(),
            single => vec![single.clone()],
        };
        let rows = self.query(query, Some(at.scope))?;
        if rows.columns.len() != row.len() {
            return Err(operand_columns(row.len()));
        }
        let (mut left, mut right, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (number, (part, column)) in row.iter().zip(&rows.columns).enumerate() {
            let value = self.expr(part, at)?;
            let candidate = TypedSql::new(format!("\"${}\"", number + 1), column.ty.clone()).exact();
            let compared_as = comparison_type(&value, &candidate)?;
            left.push(as_compared(&value, compared_as));
            right.push(as_compared(&candidate, compared_as));
            values.push(value);
        }
        let not = if is_negated { "NOT " } else { "" };
        let left = if left.len() == 1 { left.concat() } else { format!("({})", left.join(", ")) };
        let sql = format!("({left} {not}IN (SELECT {} FROM ({})))", right.join(", "), rows.sql);
        Ok(TypedSql::boolean(sql, true).with_parts(&values))
    }

    /// Translates a subquery that is used as a value.
    pub(super) fn scalar_query(&mut self, query: &Query, at: ExprContext<'_, '_>) -> Result<TypedSql, SqlError> {
        let rows = self.query(query, Some(at.scope))?;
        let [column] = rows.columns.as_slice() else { return Err(operand_columns(1)) };
        let sql = if rows.is_single {
            format!("({})", rows.sql)
        } else {
            // SQLite would use the first of several rows; the server reports an error.
            format!("(SELECT my_single(\"$1\", COUNT(*)) FROM ({}))", rows.sql)
        };
        Ok(TypedSql::new(sql, column.ty.clone().nullable(true)).exact().computed())
    }

    pub(super) fn case(
        &mut self,
        operand: Option<&Expr>,
        branches: &[CaseWhen],
        other: Option<&Expr>,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        let operand = operand.map(|it| self.expr(it, at)).transpose()?;
        let (mut conditions, mut results) = (Vec::new(), Vec::new());
        for branch in branches {
            let condition = self.expr(&branch.condition, at)?;
            conditions.push(match &operand {
                Some(operand) => compare(operand, "=", &condition)?,
                None => condition,
            });
            results.push(self.expr(&branch.result, at)?);
        }
        results.push(match other {
            Some(other) => self.expr(other, at)?,
            None => TypedSql::null(),
        });
        let mut ty = functions::unified(&results)?;
        ty.is_nullable = results.iter().any(|it| it.ty.is_nullable);
        let results: Vec<TypedSql> = results.iter().map(|it| it.convert(&ty)).collect();
        let mut sql = String::from("(CASE");
        for (condition, result) in conditions.iter().zip(&results) {
            let _ = write!(sql, " WHEN {} THEN {}", condition.branch_condition(), result.sql);
        }
        if let Some(last) = results.last() {
            let _ = write!(sql, " ELSE {} END)", last.sql);
        }
        let is_exact = results.iter().all(|it| it.is_exact);
        Ok(TypedSql { is_exact, ..TypedSql::new(sql, ty).with_parts(&conditions).with_parts(&results) }.computed())
    }
}
