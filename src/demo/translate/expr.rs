//! Translates expressions: names, literals, operators, and functions with a special syntax.

use sqlparser::ast::{
    BinaryOperator, CastKind, CeilFloorKind, DateTimeField, Expr, FunctionArg, FunctionArgExpr, FunctionArguments,
    Interval, TrimWhereField, UnaryOperator, Value,
};

use super::arithmetic;
use super::casts::{self, CastDirection};
use super::comparison::compare;
use super::errors::{SqlError, operand_columns, syntax, unsupported};
use super::functions;
use super::scope::{Clause, Scope};
use super::translator::StatementTranslator;
use super::typed_sql::{TypedSql, quoted};
use super::value_types::Type;

/// The context of an expression.
#[derive(Clone, Copy)]
pub(super) struct ExprContext<'s, 'p> {
    pub(super) scope: &'s Scope<'p>,
    pub(super) clause: Clause,
    /// Whether it is an argument of an aggregate.
    pub(super) is_aggregated: bool,
}

impl<'s, 'p> ExprContext<'s, 'p> {
    pub(super) fn new(scope: &'s Scope<'p>, clause: Clause) -> Self {
        Self { scope, clause, is_aggregated: false }
    }
}

impl StatementTranslator<'_> {
    /// Translates one expression.
    pub(super) fn expr(&mut self, expr: &Expr, at: ExprContext<'_, '_>) -> Result<TypedSql, SqlError> {
        match expr {
            Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.starts_with('@') => {
                self.variable(std::slice::from_ref(&ident.value))
            }
            Expr::Identifier(ident) if ident.quote_style.is_none() && functions::needs_no_brackets(&ident.value) => {
                functions::call(self.context, &ident.value, &[])
            }
            Expr::Identifier(ident) => {
                self.source.check_not_reserved(ident)?;
                at.scope.resolve(std::slice::from_ref(&ident.value), at.clause)
            }
            Expr::CompoundIdentifier(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.value.clone()).collect();
                if parts.first().is_some_and(|first| first.starts_with("@@")) {
                    return self.variable(&parts);
                }
                at.scope.resolve(&parts, at.clause)
            }
            Expr::Nested(inner) => self.expr(inner, at),
            Expr::Value(value) => self.value(value),
            Expr::Prefixed { prefix, value }
                if matches!(prefix.value.to_ascii_lowercase().as_str(), "_utf8mb4" | "_utf8") =>
            {
                self.expr(value, at)
            }
            Expr::TypedString(typed) => casts::typed_string(typed),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr, at),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, at),
            Expr::IsNull(inner) => self.is_test(inner, at, |it| format!("({} IS NULL)", it.sql)),
            Expr::IsNotNull(inner) => self.is_test(inner, at, |it| format!("({} IS NOT NULL)", it.sql)),
            Expr::IsUnknown(inner) => self.is_test(inner, at, |it| format!("({} IS NULL)", it.condition())),
            Expr::IsNotUnknown(inner) => self.is_test(inner, at, |it| format!("({} IS NOT NULL)", it.condition())),
            Expr::IsTrue(inner) => self.is_test(inner, at, |it| format!("({} IS TRUE)", it.condition())),
            Expr::IsNotTrue(inner) => self.is_test(inner, at, |it| format!("({} IS NOT TRUE)", it.condition())),
            Expr::IsFalse(inner) => self.is_test(inner, at, |it| format!("({} IS FALSE)", it.condition())),
            Expr::IsNotFalse(inner) => self.is_test(inner, at, |it| format!("({} IS NOT FALSE)", it.condition())),
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated, at),
            Expr::InSubquery { expr, subquery, negated } => self.in_query(expr, subquery, *negated, at),
            Expr::Between { expr, negated, low, high } => {
                let value = self.expr(expr, at)?;
                let (low, high) = (self.expr(low, at)?, self.expr(high, at)?);
                let (above, below) = (compare(&value, ">=", &low)?, compare(&value, "<=", &high)?);
                let not = if *negated { "NOT " } else { "" };
                let sql = format!("({not}({} AND {}))", above.sql, below.sql);
                Ok(TypedSql::boolean(sql, above.ty.is_nullable || below.ty.is_nullable).with_parts([&above, &below]))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                let (value, pattern) = (self.expr(expr, at)?, self.expr(pattern, at)?);
                let escape = match escape_char {
                    Some(escape) => self.expr(escape, at)?.printed(),
                    None => quoted("\\"),
                };
                let not = if *negated { "NOT " } else { "" };
                let sql = format!("({not}my_like({}, {}, {escape}))", value.printed(), pattern.printed());
                Ok(TypedSql::boolean(sql, value.ty.is_nullable || pattern.ty.is_nullable)
                    .with_parts([&value, &pattern]))
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), at)
            }
            Expr::Exists { subquery, negated } => {
                let rows = self.query(subquery, Some(at.scope))?;
                let not = if *negated { "NOT " } else { "" };
                Ok(TypedSql::boolean(format!("({not}EXISTS ({}))", rows.sql), false))
            }
            Expr::Subquery(query) => self.scalar_query(query, at),
            Expr::Tuple(_) => Err(operand_columns(1)),
            Expr::Function(function) => self.function(function, at),
            other => self.keyword_expr(other, at),
        }
    }

    /// Translates expressions with keywords: CAST, EXTRACT, SUBSTRING, TRIM and the like.
    fn keyword_expr(&mut self, expr: &Expr, at: ExprContext<'_, '_>) -> Result<TypedSql, SqlError> {
        match expr {
            Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => {
                casts::cast(&self.expr(expr, at)?, data_type)
            }
            Expr::Convert { is_try: false, expr, data_type, charset, target_before_value: false, styles }
                if styles.is_empty() =>
            {
                let value = self.expr(expr, at)?;
                match (data_type, charset) {
                    (Some(ty), None) => casts::cast(&value, ty),
                    (None, Some(charset)) if charset.to_string().to_ascii_lowercase().starts_with("utf8") => {
                        Ok(TypedSql::new(value.printed(), Type::text(value.ty.length).nullable(value.ty.is_nullable))
                            .with_parts([&value]))
                    }
                    _ => Err(unsupported("CONVERT to this character set")),
                }
            }
            Expr::Extract { field, expr, .. } => {
                let value = self.expr(expr, at)?;
                functions::extract(self.context, &unit_name(field), value)
            }
            Expr::Ceil { expr, field } => self.ceil_or_floor("CEIL", expr, field, at),
            Expr::Floor { expr, field } => self.ceil_or_floor("FLOOR", expr, field, at),
            Expr::Position { expr, r#in } => {
                let arguments = [self.expr(expr, at)?, self.expr(r#in, at)?];
                functions::call(self.context, "LOCATE", &arguments)
            }
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                let mut arguments = vec![self.expr(expr, at)?];
                for part in [substring_from, substring_for].into_iter().flatten() {
                    arguments.push(self.expr(part, at)?);
                }
                if arguments.len() < 2 {
                    return Err(syntax(")", 1));
                }
                functions::call(self.context, "SUBSTRING", &arguments)
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters: None } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "LTRIM",
                    Some(TrimWhereField::Trailing) => "RTRIM",
                    Some(TrimWhereField::Both) | None => "TRIM",
                };
                let mut arguments = vec![self.expr(expr, at)?];
                if let Some(what) = trim_what {
                    arguments.push(self.expr(what, at)?);
                }
                functions::trim(name, &arguments)
            }
            Expr::Collate { expr, collation } => {
                let name = collation.to_string().to_ascii_lowercase();
                if name.starts_with("utf8") && name.ends_with("_general_ci") || name == "utf8mb4_unicode_ci" {
                    return self.expr(expr, at);
                }
                Err(unsupported(format!("COLLATE {name}")))
            }
            Expr::Interval(_) => Err(unsupported("INTERVAL in this place")),
            Expr::RLike { .. } => Err(unsupported("REGEXP")),
            Expr::MatchAgainst { .. } => Err(unsupported("MATCH … AGAINST")),
            Expr::AnyOp { .. } | Expr::AllOp { .. } => Err(unsupported("ANY and ALL")),
            other => Err(unsupported(format!("the expression {other}"))),
        }
    }

    /// Translates a test such as `IS NULL`, which is never NULL itself.
    fn is_test(
        &mut self,
        inner: &Expr,
        at: ExprContext<'_, '_>,
        build: impl Fn(&TypedSql) -> String,
    ) -> Result<TypedSql, SqlError> {
        let value = self.expr(inner, at)?;
        Ok(TypedSql::boolean(build(&value), false).with_parts([&value]))
    }

    /// Translates CEIL and FLOOR.
    fn ceil_or_floor(
        &mut self,
        name: &str,
        expr: &Expr,
        field: &CeilFloorKind,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {
                let value = self.expr(expr, at)?;
                functions::call(self.context, name, &[value])
            }
            _ => Err(super::errors::wrong_count(name)),
        }
    }

    fn unary(&mut self, op: UnaryOperator, expr: &Expr, at: ExprContext<'_, '_>) -> Result<TypedSql, SqlError> {
        if op == UnaryOperator::Minus && is_min_bigint(expr) {
            return Ok(TypedSql::int(i128::from(i64::MIN)));
        }
        let value = self.expr(expr, at)?;
        match op {
            UnaryOperator::Plus => Ok(value),
            UnaryOperator::Minus => Ok(arithmetic::negated(&value)),
            UnaryOperator::Not | UnaryOperator::BangNot => {
                Ok(TypedSql::boolean(format!("(NOT {})", value.condition()), value.ty.is_nullable).with_parts([&value]))
            }
            _ => Err(unsupported(format!("the operator {op}"))),
        }
    }

    pub(super) fn binary(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        if let (Expr::Tuple(a), Expr::Tuple(b)) = (without_brackets(left), without_brackets(right)) {
            return self.tuples(a, op, b, at);
        }
        if let Expr::Interval(interval) = right {
            let base = self.expr(left, at)?;
            return match op {
                BinaryOperator::Plus => self.add_interval(&base, interval, CastDirection::Forward, at),
                BinaryOperator::Minus => self.add_interval(&base, interval, CastDirection::Back, at),
                _ => Err(unsupported("INTERVAL in this place")),
            };
        }
        if let (Expr::Interval(interval), BinaryOperator::Plus) = (left, op) {
            let base = self.expr(right, at)?;
            return self.add_interval(&base, interval, CastDirection::Forward, at);
        }
        let (a, b) = (self.expr(left, at)?, self.expr(right, at)?);
        let logical = |operator: &str| {
            let sql = format!("({} {operator} {})", a.condition(), b.condition());
            Ok(TypedSql::boolean(sql, a.ty.is_nullable || b.ty.is_nullable).with_parts([&a, &b]))
        };
        match op {
            BinaryOperator::And => logical("AND"),
            BinaryOperator::Or => logical("OR"),
            BinaryOperator::Xor => {
                let sql = format!("((NOT {}) <> (NOT {}))", a.branch_condition(), b.branch_condition());
                Ok(TypedSql::boolean(sql, a.ty.is_nullable || b.ty.is_nullable).with_parts([&a, &b]))
            }
            BinaryOperator::Eq => compare(&a, "=", &b),
            BinaryOperator::NotEq => compare(&a, "<>", &b),
            BinaryOperator::Lt => compare(&a, "<", &b),
            BinaryOperator::LtEq => compare(&a, "<=", &b),
            BinaryOperator::Gt => compare(&a, ">", &b),
            BinaryOperator::GtEq => compare(&a, ">=", &b),
            BinaryOperator::Spaceship => compare(&a, "IS", &b),
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::MyIntegerDivide => arithmetic::operate(op, &a, &b),
            _ => Err(unsupported(format!("the operator {op}"))),
        }
    }

    /// Translates `base ± INTERVAL`.
    pub(super) fn add_interval(
        &mut self,
        base: &TypedSql,
        interval: &Interval,
        direction: CastDirection,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        let Some(unit) = interval.leading_field.as_ref().map(unit_name).filter(|_| interval.last_field.is_none())
        else {
            return Err(unsupported("the unit of this INTERVAL"));
        };
        let value = self.expr(&interval.value, at)?;
        casts::add_interval(base, &unit, &value, direction)
    }

    /// Translates the arguments of a call.
    pub(super) fn arguments(
        &mut self,
        arguments: &FunctionArguments,
        at: ExprContext<'_, '_>,
    ) -> Result<Vec<TypedSql>, SqlError> {
        let mut values = Vec::new();
        for argument in expressions(arguments)? {
            values.push(self.expr(argument, at)?);
        }
        Ok(values)
    }
}

/// Returns the arguments of a call as expressions.
pub(super) fn expressions(arguments: &FunctionArguments) -> Result<Vec<&Expr>, SqlError> {
    match arguments {
        FunctionArguments::None => Ok(Vec::new()),
        FunctionArguments::Subquery(_) => Err(unsupported("a subquery without brackets of its own")),
        FunctionArguments::List(list) => {
            let plain = |argument: &FunctionArg| matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)));
            if !list.args.iter().all(plain) {
                return Err(unsupported("named arguments and *"));
            }
            Ok(list
                .args
                .iter()
                .filter_map(
                    |it| if let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = it { Some(expr) } else { None },
                )
                .collect())
        }
    }
}

/// Returns whether this is the absolute value of the smallest BIGINT, which only fits with its minus sign.
fn is_min_bigint(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(&value.value, Value::Number(digits, false) if digits == "9223372036854775808"))
}

/// Returns the expression without brackets around it.
pub(super) fn without_brackets(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => without_brackets(inner),
        other => other,
    }
}

/// Returns the name of a unit as functions use it.
pub(super) fn unit_name(field: &DateTimeField) -> String {
    field.to_string().to_ascii_uppercase()
}
