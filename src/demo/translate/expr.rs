//! Understands expressions: names, literals, operators, forms with a syntax of their own. Functions are in their table.

use sqlparser::ast::{
    BinaryOperator, CastKind, CeilFloorKind, DateTimeField, Expr, FunctionArg, FunctionArgExpr, FunctionArguments,
    Interval, TrimWhereField, UnaryOperator, Value,
};

use super::SqlError;
use super::arithmetic;
use super::casts;
use super::compare::compared;
use super::errors::{operand_columns, syntax, unsupported};
use super::functions;
use super::pass::Pass;
use super::scope::{Clause, Scope};
use super::types::Type;
use super::value::{Typed, quoted};

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct At<'s, 'p> {
    pub(super) scope: &'s Scope<'p>,
    pub(super) clause: Clause,
    /// Whether it is inside an aggregate's brackets.
    pub(super) is_aggregated: bool,
}

impl<'s, 'p> At<'s, 'p> {
    pub(super) fn new(scope: &'s Scope<'p>, clause: Clause) -> Self {
        Self { scope, clause, is_aggregated: false }
    }
}

impl Pass<'_> {
    /// Understands one expression.
    pub(super) fn expr(&mut self, expr: &Expr, at: At<'_, '_>) -> Result<Typed, SqlError> {
        match expr {
            Expr::Identifier(ident) if ident.quote_style.is_none() && ident.value.starts_with('@') => {
                self.variable(std::slice::from_ref(&ident.value))
            }
            Expr::Identifier(ident) if ident.quote_style.is_none() && functions::is_bare(&ident.value) => {
                functions::call(self.context, &ident.value, &[])
            }
            Expr::Identifier(ident) => {
                self.source.refuse_reserved(ident)?;
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
            Expr::IsNull(inner) => self.suffixed(inner, at, |it| format!("({} IS NULL)", it.sql)),
            Expr::IsNotNull(inner) => self.suffixed(inner, at, |it| format!("({} IS NOT NULL)", it.sql)),
            Expr::IsUnknown(inner) => self.suffixed(inner, at, |it| format!("({} IS NULL)", it.condition())),
            Expr::IsNotUnknown(inner) => self.suffixed(inner, at, |it| format!("({} IS NOT NULL)", it.condition())),
            Expr::IsTrue(inner) => self.suffixed(inner, at, |it| format!("({} IS TRUE)", it.condition())),
            Expr::IsNotTrue(inner) => self.suffixed(inner, at, |it| format!("({} IS NOT TRUE)", it.condition())),
            Expr::IsFalse(inner) => self.suffixed(inner, at, |it| format!("({} IS FALSE)", it.condition())),
            Expr::IsNotFalse(inner) => self.suffixed(inner, at, |it| format!("({} IS NOT FALSE)", it.condition())),
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated, at),
            Expr::InSubquery { expr, subquery, negated } => self.in_query(expr, subquery, *negated, at),
            Expr::Between { expr, negated, low, high } => {
                let value = self.expr(expr, at)?;
                let (low, high) = (self.expr(low, at)?, self.expr(high, at)?);
                let (above, below) = (compared(&value, ">=", &low)?, compared(&value, "<=", &high)?);
                let not = if *negated { "NOT " } else { "" };
                let sql = format!("({not}({} AND {}))", above.sql, below.sql);
                Ok(Typed::truth_of(sql, above.ty.is_nullable || below.ty.is_nullable).of([&above, &below]))
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                let (value, pattern) = (self.expr(expr, at)?, self.expr(pattern, at)?);
                let escape = match escape_char {
                    Some(escape) => self.expr(escape, at)?.printed(),
                    None => quoted("\\"),
                };
                let not = if *negated { "NOT " } else { "" };
                let sql = format!("({not}my_like({}, {}, {escape}))", value.printed(), pattern.printed());
                Ok(Typed::truth_of(sql, value.ty.is_nullable || pattern.ty.is_nullable).of([&value, &pattern]))
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), at)
            }
            Expr::Exists { subquery, negated } => {
                let rows = self.query(subquery, Some(at.scope))?;
                let not = if *negated { "NOT " } else { "" };
                Ok(Typed::truth_of(format!("({not}EXISTS ({}))", rows.sql), false))
            }
            Expr::Subquery(query) => self.scalar_query(query, at),
            Expr::Tuple(_) => Err(operand_columns(1)),
            Expr::Function(function) => self.function(function, at),
            other => self.worded(other, at),
        }
    }

    /// Forms that are written in words: CAST, EXTRACT, SUBSTRING, TRIM and the like.
    fn worded(&mut self, expr: &Expr, at: At<'_, '_>) -> Result<Typed, SqlError> {
        match expr {
            Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => {
                casts::cast(self.context, &self.expr(expr, at)?, data_type)
            }
            Expr::Convert { is_try: false, expr, data_type, charset, target_before_value: false, styles }
                if styles.is_empty() =>
            {
                let value = self.expr(expr, at)?;
                match (data_type, charset) {
                    (Some(ty), None) => casts::cast(self.context, &value, ty),
                    (None, Some(charset)) if charset.to_string().to_ascii_lowercase().starts_with("utf8") => {
                        Ok(Typed::new(value.printed(), Type::text(value.ty.length).nullable(value.ty.is_nullable))
                            .of([&value]))
                    }
                    _ => Err(unsupported("CONVERT to this character set")),
                }
            }
            Expr::Extract { field, expr, .. } => {
                let value = self.expr(expr, at)?;
                functions::extract(self.context, &unit_name(field), value)
            }
            Expr::Ceil { expr, field } => self.rounded("CEIL", expr, field, at),
            Expr::Floor { expr, field } => self.rounded("FLOOR", expr, field, at),
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
            other => Err(unsupported(format!("the form {other}"))),
        }
    }

    fn suffixed(&mut self, inner: &Expr, at: At<'_, '_>, build: impl Fn(&Typed) -> String) -> Result<Typed, SqlError> {
        let value = self.expr(inner, at)?;
        Ok(Typed::truth_of(build(&value), false).of([&value]))
    }

    fn rounded(&mut self, name: &str, expr: &Expr, field: &CeilFloorKind, at: At<'_, '_>) -> Result<Typed, SqlError> {
        match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {
                let value = self.expr(expr, at)?;
                functions::call(self.context, name, &[value])
            }
            _ => Err(super::errors::wrong_count(name)),
        }
    }

    fn unary(&mut self, op: UnaryOperator, expr: &Expr, at: At<'_, '_>) -> Result<Typed, SqlError> {
        if op == UnaryOperator::Minus && is_lowest(expr) {
            return Ok(Typed::int(i128::from(i64::MIN)));
        }
        let value = self.expr(expr, at)?;
        match op {
            UnaryOperator::Plus => Ok(value),
            UnaryOperator::Minus => Ok(arithmetic::negated(&value)),
            UnaryOperator::Not | UnaryOperator::BangNot => {
                Ok(Typed::truth_of(format!("(NOT {})", value.condition()), value.ty.is_nullable).of([&value]))
            }
            _ => Err(unsupported(format!("the operator {op}"))),
        }
    }

    pub(super) fn binary(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        if let (Expr::Tuple(a), Expr::Tuple(b)) = (plain(left), plain(right)) {
            return self.tuples(a, op, b, at);
        }
        if let Expr::Interval(interval) = right {
            let base = self.expr(left, at)?;
            return match op {
                BinaryOperator::Plus => self.moved(&base, interval, false, at),
                BinaryOperator::Minus => self.moved(&base, interval, true, at),
                _ => Err(unsupported("INTERVAL in this place")),
            };
        }
        if let (Expr::Interval(interval), BinaryOperator::Plus) = (left, op) {
            let base = self.expr(right, at)?;
            return self.moved(&base, interval, false, at);
        }
        let (a, b) = (self.expr(left, at)?, self.expr(right, at)?);
        let logical = |word: &str| {
            let sql = format!("({} {word} {})", a.condition(), b.condition());
            Ok(Typed::truth_of(sql, a.ty.is_nullable || b.ty.is_nullable).of([&a, &b]))
        };
        match op {
            BinaryOperator::And => logical("AND"),
            BinaryOperator::Or => logical("OR"),
            BinaryOperator::Xor => {
                let sql = format!("((NOT {}) <> (NOT {}))", a.choice(), b.choice());
                Ok(Typed::truth_of(sql, a.ty.is_nullable || b.ty.is_nullable).of([&a, &b]))
            }
            BinaryOperator::Eq => compared(&a, "=", &b),
            BinaryOperator::NotEq => compared(&a, "<>", &b),
            BinaryOperator::Lt => compared(&a, "<", &b),
            BinaryOperator::LtEq => compared(&a, "<=", &b),
            BinaryOperator::Gt => compared(&a, ">", &b),
            BinaryOperator::GtEq => compared(&a, ">=", &b),
            BinaryOperator::Spaceship => compared(&a, "IS", &b),
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::MyIntegerDivide => arithmetic::operate(op, &a, &b),
            _ => Err(unsupported(format!("the operator {op}"))),
        }
    }

    /// `base ± INTERVAL`.
    pub(super) fn moved(
        &mut self,
        base: &Typed,
        interval: &Interval,
        is_back: bool,
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        let Some(unit) = interval.leading_field.as_ref().map(unit_name).filter(|_| interval.last_field.is_none())
        else {
            return Err(unsupported("an INTERVAL of this form"));
        };
        let value = self.expr(&interval.value, at)?;
        casts::moved(base, &unit, &value, is_back)
    }

    /// The arguments of a call, an interval excepted.
    pub(super) fn arguments(&mut self, arguments: &FunctionArguments, at: At<'_, '_>) -> Result<Vec<Typed>, SqlError> {
        let mut values = Vec::new();
        for argument in expressions(arguments)? {
            values.push(self.expr(argument, at)?);
        }
        Ok(values)
    }
}

/// The plain expressions of a call.
pub(super) fn expressions(arguments: &FunctionArguments) -> Result<Vec<&Expr>, SqlError> {
    match arguments {
        FunctionArguments::None => Ok(Vec::new()),
        FunctionArguments::Subquery(_) => Err(unsupported("a subquery without its own brackets")),
        FunctionArguments::List(list) => {
            let plain = |argument: &FunctionArg| matches!(argument, FunctionArg::Unnamed(FunctionArgExpr::Expr(_)));
            if !list.args.iter().all(plain) {
                return Err(unsupported("arguments of this form"));
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

/// Whether a minus before this number makes the lowest whole number, which has no positive twin.
fn is_lowest(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(&value.value, Value::Number(digits, false) if digits == "9223372036854775808"))
}

/// Without brackets around it.
pub(super) fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => plain(inner),
        other => other,
    }
}

/// A unit's name as the functions know it.
pub(super) fn unit_name(field: &DateTimeField) -> String {
    field.to_string().to_ascii_uppercase()
}
