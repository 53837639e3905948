//! ORDER BY and LIMIT.

use sqlparser::ast::{Expr, LimitClause, OrderBy, OrderByExpr, OrderByKind, OrderBySort, Value};

use super::errors::{SqlError, unknown_column, unsupported};
use super::expr::ExprContext;
use super::scope::{Clause, Scope};
use super::translator::StatementTranslator;
use super::typed_sql::{Literal, TypedSql};
use super::value_types::Type;

impl StatementTranslator<'_> {
    /// Returns ` ORDER BY …`, and whether it has an aggregate. `labels` are the names and types of the result columns.
    pub(super) fn order(
        &mut self,
        order: &OrderBy,
        scope: &Scope<'_>,
        labels: &[(String, Type)],
    ) -> Result<(String, bool), SqlError> {
        let OrderByKind::Expressions(terms) = &order.kind else { return Err(unsupported("ORDER BY ALL")) };
        if order.interpolate.is_some() {
            return Err(unsupported("this syntax of ORDER BY"));
        }
        let (mut keys, mut has_aggregate) = (Vec::new(), false);
        for term in terms {
            let output = |at: usize, ty: &Type| TypedSql::new(format!("\"${}\"", at + 1), ty.clone()).exact();
            let key = if let Some(at) = position(&term.expr) {
                match at.checked_sub(1).and_then(|it| labels.get(it)) {
                    Some((_, ty)) => output(at - 1, ty),
                    None => return Err(unknown_column(&at.to_string(), Clause::Order.name())),
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
                    None => self.expr(&term.expr, ExprContext::new(scope, Clause::Order))?,
                }
            };
            has_aggregate |= key.has_aggregate;
            keys.push(format!("{}{}", key.sort_key(), direction(term)?));
        }
        Ok((format!(" ORDER BY {}", keys.join(", ")), has_aggregate))
    }

    /// Returns ` LIMIT …`, and whether at most one row is left.
    pub(super) fn limit(&mut self, limit: Option<&LimitClause>, scope: &Scope<'_>) -> Result<(String, bool), SqlError> {
        let at = ExprContext::new(scope, Clause::Limit);
        let (limit, offset) = match limit {
            None => return Ok((String::new(), false)),
            Some(LimitClause::LimitOffset { limit: Some(limit), offset, limit_by }) if limit_by.is_empty() => {
                (limit, offset.as_ref().map(|it| &it.value))
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => (limit, Some(offset)),
            Some(_) => return Err(unsupported("this syntax of LIMIT")),
        };
        let limit = self.limit_number(limit, at)?;
        let offset = offset.map(|it| self.limit_number(it, at)).transpose()?;
        let offset = offset.map(|it| format!(" OFFSET {it}")).unwrap_or_default();
        Ok((format!(" LIMIT {limit}{offset}"), limit <= 1))
    }

    /// Evaluates a number of LIMIT. `18446744073709551615` means "all rows".
    fn limit_number(&mut self, expr: &Expr, at: ExprContext<'_, '_>) -> Result<i64, SqlError> {
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

/// Returns ` DESC` or an empty text.
pub(super) fn direction(term: &OrderByExpr) -> Result<&'static str, SqlError> {
    if term.options.nulls_first.is_some() || term.with_fill.is_some() {
        return Err(unsupported("NULLS FIRST and NULLS LAST"));
    }
    match &term.options.sort {
        None | Some(OrderBySort::Asc) => Ok(""),
        Some(OrderBySort::Desc) => Ok(" DESC"),
        Some(OrderBySort::Using(_)) => Err(unsupported("this syntax of ORDER BY")),
    }
}

/// Returns the column position that an expression means (`ORDER BY 2`).
pub(super) fn position(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, false) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the value of a constant row count.
fn row_count(typed: &TypedSql) -> Result<i64, SqlError> {
    match &typed.literal {
        Some(Literal::Int(count @ 0..)) => Ok(i64::try_from(*count).unwrap_or(i64::MAX)),
        _ => Err(unsupported("LIMIT with an expression")),
    }
}
