//! Rows of values, IN, subqueries as values, CASE.

use std::fmt::Write as _;

use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, Query};

use super::SqlError;
use super::compare::{compared, form, in_form};
use super::errors::{operand_columns, unsupported};
use super::expr::{At, plain};
use super::functions;
use super::pass::Pass;
use super::value::Typed;

impl Pass<'_> {
    pub(super) fn tuples(
        &mut self,
        left: &[Expr],
        op: &BinaryOperator,
        right: &[Expr],
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
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
            _ => return Err(unsupported("ordering rows of values")),
        };
        Ok(Typed::truth_of(sql, parts.iter().any(|it| it.ty.is_nullable)).of(&parts))
    }

    pub(super) fn in_list(
        &mut self,
        expr: &Expr,
        list: &[Expr],
        is_negated: bool,
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        let not = if is_negated { "NOT " } else { "" };
        if let Expr::Tuple(row) = plain(expr) {
            let mut parts = Vec::new();
            for candidate in list {
                let Expr::Tuple(candidate) = plain(candidate) else { return Err(operand_columns(row.len())) };
                parts.push(self.tuples(row, &BinaryOperator::Eq, candidate, at)?);
            }
            let any = parts.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>().join(" OR ");
            return Ok(Typed::truth_of(format!("({not}({any}))"), true).of(&parts));
        }
        let value = self.expr(expr, at)?;
        let mut candidates = Vec::new();
        for candidate in list {
            candidates.push(self.expr(candidate, at)?);
        }
        let mut forms = Vec::new();
        for candidate in &candidates {
            forms.push(form(&value, candidate)?);
        }
        let is_nullable = value.ty.is_nullable || candidates.iter().any(|it| it.ty.is_nullable);
        let sql = match forms.first() {
            Some(first) if forms.iter().all(|it| it == first) => {
                let inside = candidates.iter().map(|it| in_form(it, *first)).collect::<Vec<_>>().join(", ");
                format!("({} {not}IN ({inside}))", in_form(&value, *first))
            }
            _ => {
                let parts = candidates
                    .iter()
                    .map(|it| Ok(compared(&value, "=", it)?.sql))
                    .collect::<Result<Vec<_>, SqlError>>()?;
                format!("({not}({}))", parts.join(" OR "))
            }
        };
        Ok(Typed::truth_of(sql, is_nullable).of(&candidates).of([&value]))
    }

    pub(super) fn in_query(
        &mut self,
        expr: &Expr,
        query: &Query,
        is_negated: bool,
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        let row = match plain(expr) {
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
            let candidate = Typed::new(format!("\"${}\"", number + 1), column.ty.clone()).exact();
            let form = form(&value, &candidate)?;
            left.push(in_form(&value, form));
            right.push(in_form(&candidate, form));
            values.push(value);
        }
        let not = if is_negated { "NOT " } else { "" };
        let left = if left.len() == 1 { left.concat() } else { format!("({})", left.join(", ")) };
        let sql = format!("({left} {not}IN (SELECT {} FROM ({})))", right.join(", "), rows.sql);
        Ok(Typed::truth_of(sql, true).of(&values))
    }

    pub(super) fn scalar_query(&mut self, query: &Query, at: At<'_, '_>) -> Result<Typed, SqlError> {
        let rows = self.query(query, Some(at.scope))?;
        let [column] = rows.columns.as_slice() else { return Err(operand_columns(1)) };
        let sql = if rows.is_single {
            format!("({})", rows.sql)
        } else {
            // SQLite would take the first of several rows; the server refuses.
            format!("(SELECT my_single(\"$1\", COUNT(*)) FROM ({}))", rows.sql)
        };
        Ok(Typed::new(sql, column.ty.clone().nullable(true)).exact().made())
    }

    pub(super) fn case(
        &mut self,
        operand: Option<&Expr>,
        branches: &[CaseWhen],
        other: Option<&Expr>,
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        let operand = operand.map(|it| self.expr(it, at)).transpose()?;
        let (mut conditions, mut results) = (Vec::new(), Vec::new());
        for branch in branches {
            let condition = self.expr(&branch.condition, at)?;
            conditions.push(match &operand {
                Some(operand) => compared(operand, "=", &condition)?,
                None => condition,
            });
            results.push(self.expr(&branch.result, at)?);
        }
        results.push(match other {
            Some(other) => self.expr(other, at)?,
            None => Typed::null(),
        });
        let mut ty = functions::unified(&results)?;
        ty.is_nullable = results.iter().any(|it| it.ty.is_nullable);
        let results: Vec<Typed> = results.iter().map(|it| it.convert(&ty)).collect();
        let mut sql = String::from("(CASE");
        for (condition, result) in conditions.iter().zip(&results) {
            let _ = write!(sql, " WHEN {} THEN {}", condition.choice(), result.sql);
        }
        if let Some(last) = results.last() {
            let _ = write!(sql, " ELSE {} END)", last.sql);
        }
        let is_exact = results.iter().all(|it| it.is_exact);
        Ok(Typed { is_exact, ..Typed::new(sql, ty).of(&conditions).of(&results) }.made())
    }
}
