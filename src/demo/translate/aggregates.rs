//! Aggregate functions: COUNT, SUM, AVG, MIN, MAX, `GROUP_CONCAT`, STD and VARIANCE. With OVER all but the last three.

use sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Value,
};

use super::collation;
use super::context::Variable;
use super::errors::{SqlError, group_function, unsupported, wrong_count};
use super::expr::ExprContext;
use super::floats::NOT_FIXED;
use super::scope::Clause;
use super::sqlite_functions::SEPARATOR;
use super::translator::StatementTranslator;
use super::typed_sql::{TypedSql, quoted};
use super::value_types::{Type, ValueKind};

/// The default of `group_concat_max_len`, in bytes.
const GROUP_CONCAT_MAX_LEN: i64 = 1_048_576;

const AGGREGATES: &[&str] = &[
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "GROUP_CONCAT",
    "STD",
    "STDDEV",
    "STDDEV_POP",
    "STDDEV_SAMP",
    "VARIANCE",
    "VAR_POP",
    "VAR_SAMP",
];

/// Returns whether a function is an aggregate. The name is in upper case.
pub(super) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.contains(&name)
}

impl StatementTranslator<'_> {
    /// Translates an aggregate, with or without OVER.
    pub(super) fn aggregate(
        &mut self,
        name: &str,
        function: &Function,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        if matches!(at.clause, Clause::Where | Clause::On | Clause::Group | Clause::Limit)
            || (at.is_aggregated && function.over.is_none())
        {
            return Err(group_function());
        }
        let FunctionArguments::List(list) = &function.args else { return Err(wrong_count(name)) };
        let is_distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let over = match &function.over {
            Some(over) => self.over(over, at)?.0,
            None => String::new(),
        };
        let argument_context = ExprContext { is_aggregated: function.over.is_none(), ..at };
        let is_star = matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
        let arguments = if is_star { Vec::new() } else { self.arguments(&function.args, argument_context)? };
        if name != "GROUP_CONCAT" && !list.clauses.is_empty() {
            return Err(unsupported(format!("this syntax of {name}")));
        }
        if is_distinct && !over.is_empty() {
            return Err(unsupported("DISTINCT in a window"));
        }
        let distinct = if is_distinct { "DISTINCT " } else { "" };
        let aggregate = match (name, arguments.as_slice()) {
            ("COUNT", []) if is_star => TypedSql::new(format!("COUNT(*){over}"), Type::bigint().nullable(false)),
            ("COUNT", [value]) => {
                let counted = if is_distinct { value.group_key() } else { value.sql.clone() };
                TypedSql::new(format!("COUNT({distinct}{counted}){over}"), Type::bigint().nullable(false))
            }
            ("COUNT", [_, _, ..]) if is_distinct => {
                let any_null =
                    arguments.iter().map(|it| format!("{} IS NULL", it.sql)).collect::<Vec<_>>().join(" OR ");
                let all = arguments
                    .iter()
                    .map(|it| format!("quote({})", it.rounded()))
                    .collect::<Vec<_>>()
                    .join(" || ',' || ");
                let sql = format!(
                    "COUNT(DISTINCT CASE WHEN {any_null} THEN NULL ELSE {all} END COLLATE {})",
                    collation::TEXT
                );
                TypedSql::new(sql, Type::bigint().nullable(false))
            }
            ("SUM", [value]) => sum(value, distinct, &over)?,
            ("AVG", [value]) => average(value, distinct, &over)?,
            ("MIN" | "MAX", [value]) if value.ty.kind == ValueKind::Null => {
                return Err(unsupported(format!("{name} of NULL")));
            }
            // The server compares them by number or by text, depending on the execution plan.
            ("MIN" | "MAX", [value]) if matches!(value.ty.kind, ValueKind::Enum(_) | ValueKind::Set(_)) => {
                return Err(unsupported(format!("{name} of an ENUM or SET")));
            }
            ("MIN" | "MAX", [value]) if over.is_empty() => min_or_max(name, value, &over).computed(),
            ("MIN" | "MAX", [value]) => min_or_max(name, value, &over),
            ("GROUP_CONCAT", [_, ..]) => {
                if !over.is_empty() {
                    return Err(unsupported("GROUP_CONCAT with OVER"));
                }
                self.group_concat(&arguments, is_distinct, &list.clauses, argument_context)?
            }
            ("STD" | "STDDEV" | "STDDEV_POP" | "STDDEV_SAMP" | "VARIANCE" | "VAR_POP" | "VAR_SAMP", [value]) => {
                if !over.is_empty() {
                    return Err(unsupported(format!("{name} with OVER")));
                }
                let decimals = match value.ty.kind {
                    ValueKind::Decimal => value.ty.decimals + 4,
                    _ if value.ty.is_integer() => 4,
                    _ => NOT_FIXED,
                };
                TypedSql::new(format!("my_spread({}, '{name}')", value.double()), Type { decimals, ..Type::double() })
            }
            _ => return Err(wrong_count(name)),
        };
        let typed = aggregate.with_parts(&arguments);
        Ok(if over.is_empty() {
            TypedSql { has_aggregate: true, has_window: typed.has_window, ..typed }
        } else {
            TypedSql { has_window: true, ..typed }
        })
    }

    fn group_concat(
        &mut self,
        values: &[TypedSql],
        is_distinct: bool,
        clauses: &[FunctionArgumentClause],
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        if values.iter().any(|it| matches!(it.ty.kind, ValueKind::Binary | ValueKind::Bit(_))) {
            return Err(unsupported("GROUP_CONCAT of bytes"));
        }
        let (mut separator, mut order) = (",".to_owned(), String::new());
        for clause in clauses {
            match clause {
                FunctionArgumentClause::Separator(value) => match &value.value {
                    Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => separator.clone_from(text),
                    _ => return Err(unsupported("this SEPARATOR")),
                },
                FunctionArgumentClause::OrderBy(terms) => order = format!(" {}", self.ordered(terms, at)?),
                _ => return Err(unsupported("this syntax of GROUP_CONCAT")),
            }
        }
        if separator.contains(SEPARATOR) {
            return Err(unsupported("this SEPARATOR"));
        }
        let joined = values.iter().map(TypedSql::printed).collect::<Vec<_>>().join(" || ");
        let max_bytes = match (self.context.variables)("group_concat_max_len") {
            Some(Variable::Integer(bytes)) => bytes,
            Some(Variable::Text(_)) | None => GROUP_CONCAT_MAX_LEN,
        };
        // SQLite supports DISTINCT only with one argument, so the limit and the separator are packed before each value.
        let packed = format!("({} || {joined})", quoted(&format!("{max_bytes}{SEPARATOR}{separator}{SEPARATOR}")));
        let sql = if is_distinct {
            format!("my_group_concat(DISTINCT {packed} COLLATE {}{order})", collation::TEXT)
        } else {
            format!("my_group_concat({packed}{order})")
        };
        Ok(TypedSql::new(sql, Type::text(u32::try_from(max_bytes / 4).unwrap_or(u32::MAX))))
    }
}

/// Digits that a decimal which is not rounded yet keeps in a sum, in addition to its type.
const EXTRA_SUM_DIGITS: u8 = 5;

/// Returns an exact sum as decimal text, and its scale. SQLite sums integers exactly, so decimals are scaled to integers.
fn exact_sum(value: &TypedSql, distinct: &str, over: &str) -> Option<(String, u8)> {
    match value.ty.kind {
        ValueKind::Int | ValueKind::Bit(_) | ValueKind::Year => {
            Some((format!("CAST(SUM({distinct}{}){over} AS TEXT)", value.sql), 0))
        }
        ValueKind::Decimal => {
            let digits = if value.is_exact { value.ty.decimals } else { value.ty.decimals + EXTRA_SUM_DIGITS };
            let sum = format!("my_unscaled(SUM({distinct}my_scaled({}, {digits})){over}, {digits})", value.sql);
            Some((sum, value.ty.decimals))
        }
        _ => None,
    }
}

fn sum(value: &TypedSql, distinct: &str, over: &str) -> Result<TypedSql, SqlError> {
    if value.ty.is_temporal() {
        return Err(unsupported("SUM of dates and times"));
    }
    Ok(match exact_sum(value, distinct, over) {
        Some((sql, scale)) => {
            let is_exact = value.ty.is_integer() || value.is_exact;
            TypedSql {
                is_exact,
                ..TypedSql::new(sql, Type::decimal(value.ty.whole_digits() + u32::from(scale) + 22, scale))
            }
        }
        None => double_sum("my_real_sum", value, 0, distinct, over)?,
    })
}

fn average(value: &TypedSql, distinct: &str, over: &str) -> Result<TypedSql, SqlError> {
    if value.ty.is_temporal() {
        return Err(unsupported("AVG of dates and times"));
    }
    Ok(match exact_sum(value, distinct, over) {
        Some((sum, scale)) => {
            let sql = format!("my_dec_div({sum}, CAST(COUNT({distinct}{}){over} AS TEXT))", value.sql);
            let digits = (scale + 4).min(super::decimal::MAX_SCALE);
            TypedSql::new(sql, Type::decimal(value.ty.whole_digits() + u32::from(scale) + 4, digits))
        }
        None => double_sum("my_real_avg", value, 4, distinct, over)?,
    })
}

/// Sums floating-point numbers one after another like the server. SQLite's own SUM compensates rounding errors.
fn double_sum(
    function: &str,
    value: &TypedSql,
    extra_digits: u8,
    distinct: &str,
    over: &str,
) -> Result<TypedSql, SqlError> {
    if !over.is_empty() {
        return Err(unsupported("sums of floating-point numbers in a window"));
    }
    let decimals =
        if value.ty.is_textual() { NOT_FIXED } else { value.ty.decimals.saturating_add(extra_digits).min(NOT_FIXED) };
    Ok(TypedSql::new(format!("{function}({distinct}{})", value.double()), Type { decimals, ..Type::double() }))
}

fn min_or_max(name: &str, value: &TypedSql, over: &str) -> TypedSql {
    let ty = value.ty.clone().nullable(true);
    match ty.kind {
        ValueKind::Text | ValueKind::Enum(_) | ValueKind::Set(_) => {
            TypedSql::new(format!("{name}({} COLLATE {}){over}", value.sql, collation::TEXT), Type { wire: None, ..ty })
        }
        ValueKind::Decimal => {
            TypedSql::new(format!("{name}({} COLLATE {}){over}", value.rounded(), collation::DECIMAL), ty).exact()
        }
        ValueKind::Time => {
            TypedSql::new(format!("my_time_text({name}({}){over}, {})", value.time_micros(), ty.decimals), ty)
        }
        _ => TypedSql::new(format!("{name}({}){over}", value.sql), ty),
    }
}
