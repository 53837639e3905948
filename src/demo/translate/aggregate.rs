//! Calls: which of them are aggregates, window functions or have arguments of their own form; the rest is in the table of functions.
//!
//! Known aggregates: COUNT, SUM, AVG, MIN, MAX, `GROUP_CONCAT`, STD and VARIANCE in their forms; with OVER all but the last two kinds.
//! Known window functions: `ROW_NUMBER`, RANK, `DENSE_RANK`, `PERCENT_RANK`, `CUME_DIST`, NTILE, LAG, LEAD, `FIRST_VALUE`, `LAST_VALUE`, `NTH_VALUE`.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    OrderByExpr, Value, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use super::casts;
use super::collation;
use super::errors::{error, group_function, unsupported, wrong_count};
use super::expr::{At, expressions, plain};
use super::functions;
use super::inside::SEPARATOR;
use super::pass::Pass;
use super::scope::Clause;
use super::types::{FREE, Kind, Type};
use super::value::{Literal, Typed, quoted};
use super::{SqlError, Variable};

/// The most bytes that `GROUP_CONCAT` makes where no variable says it.
const MOST_JOINED: i64 = 1_048_576;

/// Functions of windows alone: name, arguments at least and at most, whether they need ORDER BY.
const WINDOW: &[(&str, usize, usize, bool)] = &[
    ("ROW_NUMBER", 0, 0, false),
    ("RANK", 0, 0, true),
    ("DENSE_RANK", 0, 0, true),
    ("PERCENT_RANK", 0, 0, true),
    ("CUME_DIST", 0, 0, true),
    ("NTILE", 1, 1, true),
    ("LAG", 1, 2, true),
    ("LEAD", 1, 2, true),
    ("FIRST_VALUE", 1, 1, false),
    ("LAST_VALUE", 1, 1, false),
    ("NTH_VALUE", 2, 2, false),
];
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

impl Pass<'_> {
    /// Understands a call.
    pub(super) fn function(&mut self, function: &Function, at: At<'_, '_>) -> Result<Typed, SqlError> {
        let [name] = function.name.0.as_slice() else { return Err(unsupported("stored functions")) };
        let typed_name = name.to_string();
        let name = typed_name.trim_matches('`').to_ascii_uppercase();
        if function.filter.is_some()
            || function.null_treatment.is_some()
            || !function.within_group.is_empty()
            || function.uses_odbc_syntax
        {
            return Err(unsupported(format!("this form of {name}")));
        }
        if !matches!(function.parameters, FunctionArguments::None) {
            return Err(unsupported(format!("this form of {name}")));
        }
        if let Some(known) = WINDOW.iter().find(|it| it.0 == name) {
            return self.window_function(known, function, at);
        }
        if AGGREGATES.contains(&name.as_str()) {
            return self.aggregate(&name, function, at);
        }
        if function.over.is_some() {
            return Err(unsupported(format!("{name} with OVER")));
        }
        if let FunctionArguments::List(list) = &function.args
            && (!list.clauses.is_empty() || list.duplicate_treatment.is_some())
        {
            return Err(unsupported(format!("this form of {name}")));
        }
        match name.as_str() {
            "DATE_ADD" | "DATE_SUB" | "ADDDATE" | "SUBDATE" => {
                let is_back = name.ends_with("SUB") || name.starts_with("SUB");
                match expressions(&function.args)?.as_slice() {
                    [base, Expr::Interval(interval)] => {
                        let base = self.expr(base, at)?;
                        self.moved(&base, interval, is_back, at)
                    }
                    [base, days] if name.ends_with("DATE") => {
                        let (base, days) = (self.expr(base, at)?, self.expr(days, at)?);
                        casts::moved(&base, "DAY", &days, is_back)
                    }
                    _ => Err(unsupported(format!("this form of {name}"))),
                }
            }
            "TIMESTAMPDIFF" | "TIMESTAMPADD" => match expressions(&function.args)?.as_slice() {
                [Expr::Identifier(unit), first, second] => {
                    let (first, second) = (self.expr(first, at)?, self.expr(second, at)?);
                    if name == "TIMESTAMPDIFF" {
                        functions::timestampdiff(&unit.value, &first, &second)
                    } else {
                        casts::moved(&second, &unit.value.to_ascii_uppercase(), &first, false)
                    }
                }
                _ => Err(wrong_count(&typed_name)),
            },
            _ => {
                let arguments = match self.arguments(&function.args, at) {
                    Ok(arguments) => arguments,
                    // A name that is unknown is told before what is wrong inside its brackets.
                    Err(inner) => {
                        let outer = functions::call(self.context, &typed_name, &[]);
                        return Err(outer.err().filter(|it| it.code == super::errors::NO_ROUTINE).unwrap_or(inner));
                    }
                };
                functions::call(self.context, &typed_name, &arguments)
            }
        }
    }

    fn window_function(
        &mut self,
        known: &(&'static str, usize, usize, bool),
        function: &Function,
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        let (name, least, most, needs_order) = *known;
        let Some(over) = &function.over else {
            return Err(error(
                4008,
                "HY000",
                format!("Window function '{}' must have an OVER clause", name.to_ascii_lowercase()),
            ));
        };
        let (over, has_order) = self.over(over, at)?;
        if needs_order && !has_order {
            return Err(error(
                4018,
                "HY000",
                format!("No order list in window specification for '{}'", name.to_ascii_lowercase()),
            ));
        }
        let arguments = self.arguments(&function.args, at)?;
        if matches!(name, "LAG" | "LEAD") && arguments.len() > most {
            return Err(unsupported(format!("{name} with a default")));
        }
        if !(least..=most).contains(&arguments.len()) {
            return Err(wrong_count(&name.to_ascii_lowercase()));
        }
        let counted = Type::bigint().nullable(false);
        let rank = Type { length: 17, decimals: 10, ..Type::double() };
        let (ty, mut list) = match name {
            "ROW_NUMBER" | "RANK" | "DENSE_RANK" => (counted, Vec::new()),
            "PERCENT_RANK" | "CUME_DIST" => (rank, Vec::new()),
            "NTILE" => (Type::bigint(), Vec::new()),
            _ => match arguments.first() {
                Some(value) => (value.ty.clone().nullable(true), vec![value.settled()]),
                None => return Err(wrong_count(name)),
            },
        };
        list.extend(arguments.iter().skip(list.len()).map(Typed::whole));
        let typed =
            Typed::new(format!("{}({}){over}", name.to_ascii_lowercase(), list.join(", ")), ty).exact().of(&arguments);
        Ok(Typed { has_window: true, ..typed })
    }

    fn aggregate(&mut self, name: &str, function: &Function, at: At<'_, '_>) -> Result<Typed, SqlError> {
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
        let inside = At { is_aggregated: function.over.is_none(), ..at };
        let is_star = matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)]);
        let arguments = if is_star { Vec::new() } else { self.arguments(&function.args, inside)? };
        if name != "GROUP_CONCAT" && !list.clauses.is_empty() {
            return Err(unsupported(format!("this form of {name}")));
        }
        if is_distinct && !over.is_empty() {
            return Err(unsupported("DISTINCT in a window"));
        }
        let distinct = if is_distinct { "DISTINCT " } else { "" };
        let made = match (name, arguments.as_slice()) {
            ("COUNT", []) if is_star => Typed::new(format!("COUNT(*){over}"), Type::bigint().nullable(false)),
            ("COUNT", [value]) => {
                let counted = if is_distinct { value.same_key() } else { value.sql.clone() };
                Typed::new(format!("COUNT({distinct}{counted}){over}"), Type::bigint().nullable(false))
            }
            ("COUNT", [_, _, ..]) if is_distinct => {
                let some = arguments.iter().map(|it| format!("{} IS NULL", it.sql)).collect::<Vec<_>>().join(" OR ");
                let all = arguments
                    .iter()
                    .map(|it| format!("quote({})", it.settled()))
                    .collect::<Vec<_>>()
                    .join(" || ',' || ");
                let sql =
                    format!("COUNT(DISTINCT CASE WHEN {some} THEN NULL ELSE {all} END COLLATE {})", collation::TEXT);
                Typed::new(sql, Type::bigint().nullable(false))
            }
            ("SUM", [value]) => sum(value, distinct, &over)?,
            ("AVG", [value]) => average(value, distinct, &over)?,
            ("MIN" | "MAX", [value]) if value.ty.kind == Kind::Null => {
                return Err(unsupported(format!("{name} of NULL")));
            }
            // The server orders them by their numbers here, in a table of its own by their words.
            ("MIN" | "MAX", [value]) if matches!(value.ty.kind, Kind::Enum(_) | Kind::Set(_)) => {
                return Err(unsupported(format!("{name} of an ENUM or SET")));
            }
            ("MIN" | "MAX", [value]) if over.is_empty() => extreme(name, value, &over).made(),
            ("MIN" | "MAX", [value]) => extreme(name, value, &over),
            ("GROUP_CONCAT", [_, ..]) => {
                if !over.is_empty() {
                    return Err(unsupported("GROUP_CONCAT with OVER"));
                }
                self.group_concat(&arguments, is_distinct, &list.clauses, inside)?
            }
            ("STD" | "STDDEV" | "STDDEV_POP" | "STDDEV_SAMP" | "VARIANCE" | "VAR_POP" | "VAR_SAMP", [value]) => {
                if !over.is_empty() {
                    return Err(unsupported(format!("{name} with OVER")));
                }
                let decimals = match value.ty.kind {
                    Kind::Decimal => value.ty.decimals + 4,
                    _ if value.ty.is_whole() => 4,
                    _ => FREE,
                };
                Typed::new(format!("my_spread({}, '{name}')", value.real()), Type { decimals, ..Type::double() })
            }
            _ => return Err(wrong_count(name)),
        };
        let typed = made.of(&arguments);
        Ok(if over.is_empty() {
            Typed { has_aggregate: true, has_window: typed.has_window, ..typed }
        } else {
            Typed { has_window: true, ..typed }
        })
    }

    fn group_concat(
        &mut self,
        values: &[Typed],
        is_distinct: bool,
        clauses: &[FunctionArgumentClause],
        at: At<'_, '_>,
    ) -> Result<Typed, SqlError> {
        if values.iter().any(|it| matches!(it.ty.kind, Kind::Binary | Kind::Bit(_))) {
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
                _ => return Err(unsupported("this form of GROUP_CONCAT")),
            }
        }
        if separator.contains(SEPARATOR) {
            return Err(unsupported("this SEPARATOR"));
        }
        let joined = values.iter().map(Typed::printed).collect::<Vec<_>>().join(" || ");
        let most = match (self.context.variables)("group_concat_max_len") {
            Some(Variable::Integer(bytes)) => bytes,
            Some(Variable::Text(_)) | None => MOST_JOINED,
        };
        // One argument, because SQLite takes DISTINCT for one only: the limit and the separator stand before each value.
        let packed = format!("({} || {joined})", quoted(&format!("{most}{SEPARATOR}{separator}{SEPARATOR}")));
        let sql = if is_distinct {
            format!("my_group_concat(DISTINCT {packed} COLLATE {}{order})", collation::TEXT)
        } else {
            format!("my_group_concat({packed}{order})")
        };
        Ok(Typed::new(sql, Type::text(u32::try_from(most / 4).unwrap_or(u32::MAX))))
    }

    /// ` OVER (…)`, and whether it has an order.
    fn over(&mut self, over: &WindowType, at: At<'_, '_>) -> Result<(String, bool), SqlError> {
        if !matches!(at.clause, Clause::Select | Clause::Order) || at.is_aggregated {
            return Err(error(4015, "HY000", "Window function is allowed only in SELECT list and ORDER BY clause"));
        }
        let spec = match over {
            WindowType::WindowSpec(spec) => spec.clone(),
            WindowType::NamedWindow(name) => named(&name.value, at)?,
        };
        let spec = match &spec.window_name {
            None => spec,
            Some(base) => {
                let base = named(&base.value, at)?;
                WindowSpec {
                    window_name: None,
                    partition_by: if spec.partition_by.is_empty() { base.partition_by } else { spec.partition_by },
                    order_by: if spec.order_by.is_empty() { base.order_by } else { spec.order_by },
                    window_frame: spec.window_frame.or(base.window_frame),
                }
            }
        };
        let mut parts = Vec::new();
        if !spec.partition_by.is_empty() {
            let mut keys = Vec::new();
            for key in &spec.partition_by {
                keys.push(self.expr(key, At { clause: Clause::Group, ..at })?.same_key());
            }
            parts.push(format!("PARTITION BY {}", keys.join(", ")));
        }
        if !spec.order_by.is_empty() {
            parts.push(self.ordered(&spec.order_by, At { clause: Clause::Order, ..at })?);
        }
        if let Some(frame) = &spec.window_frame {
            parts.push(frame_text(frame)?);
        }
        Ok((format!(" OVER ({})", parts.join(" ")), !spec.order_by.is_empty()))
    }

    /// `ORDER BY …` of a window or an aggregate: expressions only.
    fn ordered(&mut self, terms: &[OrderByExpr], at: At<'_, '_>) -> Result<String, SqlError> {
        let mut keys = Vec::new();
        for term in terms {
            let key = self.expr(&term.expr, at)?;
            keys.push(format!("{}{}", key.order_key(), direction(term)?));
        }
        Ok(format!("ORDER BY {}", keys.join(", ")))
    }
}

/// ` DESC` or nothing.
pub(super) fn direction(term: &OrderByExpr) -> Result<&'static str, SqlError> {
    use sqlparser::ast::OrderBySort;
    if term.options.nulls_first.is_some() || term.with_fill.is_some() {
        return Err(unsupported("NULLS FIRST and NULLS LAST"));
    }
    match &term.options.sort {
        None | Some(OrderBySort::Asc) => Ok(""),
        Some(OrderBySort::Desc) => Ok(" DESC"),
        Some(OrderBySort::Using(_)) => Err(unsupported("this order")),
    }
}

fn named(name: &str, at: At<'_, '_>) -> Result<WindowSpec, SqlError> {
    let found = at.scope.windows.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
    found
        .map(|(_, spec)| spec.clone())
        .ok_or_else(|| error(4009, "HY000", format!("Window specification with name '{name}' is not defined")))
}

fn frame_text(frame: &WindowFrame) -> Result<String, SqlError> {
    let units = match frame.units {
        WindowFrameUnits::Rows => "ROWS",
        WindowFrameUnits::Range => "RANGE",
        WindowFrameUnits::Groups => return Err(unsupported("GROUPS frames")),
    };
    let bound = |bound: &WindowFrameBound| -> Result<String, SqlError> {
        let count = |expr: &Expr| match plain(expr) {
            Expr::Value(value) => match &value.value {
                Value::Number(digits, false) if digits.bytes().all(|it| it.is_ascii_digit()) && digits.len() < 18 => {
                    Ok(digits.clone())
                }
                _ => Err(unsupported("this frame")),
            },
            _ => Err(unsupported("this frame")),
        };
        Ok(match bound {
            WindowFrameBound::CurrentRow => "CURRENT ROW".to_owned(),
            WindowFrameBound::Preceding(None) => "UNBOUNDED PRECEDING".to_owned(),
            WindowFrameBound::Following(None) => "UNBOUNDED FOLLOWING".to_owned(),
            WindowFrameBound::Preceding(Some(expr)) => format!("{} PRECEDING", count(expr)?),
            WindowFrameBound::Following(Some(expr)) => format!("{} FOLLOWING", count(expr)?),
        })
    };
    let start = bound(&frame.start_bound)?;
    let end = frame.end_bound.as_ref().map(bound).transpose()?.unwrap_or_else(|| "CURRENT ROW".to_owned());
    Ok(format!("{units} BETWEEN {start} AND {end}"))
}

/// How many digits more than its type a decimal that is still being computed keeps when it is summed.
const OPEN_DIGITS: u8 = 5;

/// Sum and count as decimal text: SQLite sums whole numbers exactly, so decimals are summed as counts of their last digit.
fn exact_sum(value: &Typed, distinct: &str, over: &str) -> Option<(String, u8)> {
    match value.ty.kind {
        Kind::Int | Kind::Bit(_) | Kind::Year => Some((format!("CAST(SUM({distinct}{}){over} AS TEXT)", value.sql), 0)),
        Kind::Decimal => {
            let digits = if value.is_exact { value.ty.decimals } else { value.ty.decimals + OPEN_DIGITS };
            let sum = format!("my_unscaled(SUM({distinct}my_scaled({}, {digits})){over}, {digits})", value.sql);
            Some((sum, value.ty.decimals))
        }
        _ => None,
    }
}

fn sum(value: &Typed, distinct: &str, over: &str) -> Result<Typed, SqlError> {
    if value.ty.is_temporal() {
        return Err(unsupported("SUM of dates and times"));
    }
    Ok(match exact_sum(value, distinct, over) {
        Some((sql, scale)) => {
            let is_exact = value.ty.is_whole() || value.is_exact;
            Typed { is_exact, ..Typed::new(sql, Type::decimal(value.ty.whole_digits() + u32::from(scale) + 22, scale)) }
        }
        None => real_sum("my_real_sum", value, 0, distinct, over)?,
    })
}

fn average(value: &Typed, distinct: &str, over: &str) -> Result<Typed, SqlError> {
    if value.ty.is_temporal() {
        return Err(unsupported("AVG of dates and times"));
    }
    Ok(match exact_sum(value, distinct, over) {
        Some((sum, scale)) => {
            let sql = format!("my_dec_div({sum}, CAST(COUNT({distinct}{}){over} AS TEXT))", value.sql);
            let digits = (scale + 4).min(super::decimal::MAX_SCALE);
            Typed::new(sql, Type::decimal(value.ty.whole_digits() + u32::from(scale) + 4, digits))
        }
        None => real_sum("my_real_avg", value, 4, distinct, over)?,
    })
}

/// A sum of floating numbers, one after the other as the server adds them: SQLite's own carries the rounding along.
fn real_sum(function: &str, value: &Typed, more: u8, distinct: &str, over: &str) -> Result<Typed, SqlError> {
    if !over.is_empty() {
        return Err(unsupported("sums of floating numbers in a window"));
    }
    let decimals = if value.ty.is_textual() { FREE } else { value.ty.decimals.saturating_add(more).min(FREE) };
    Ok(Typed::new(format!("{function}({distinct}{})", value.real()), Type { decimals, ..Type::double() }))
}

fn extreme(name: &str, value: &Typed, over: &str) -> Typed {
    let ty = Type { ..value.ty.clone().nullable(true) };
    match ty.kind {
        Kind::Text | Kind::Enum(_) | Kind::Set(_) => {
            Typed::new(format!("{name}({} COLLATE {}){over}", value.sql, collation::TEXT), Type { wire: None, ..ty })
        }
        Kind::Decimal => {
            Typed::new(format!("{name}({} COLLATE {}){over}", value.settled(), collation::DECIMAL), ty).exact()
        }
        Kind::Time => Typed::new(format!("my_time_text({name}({}){over}, {})", value.clock(), ty.decimals), ty),
        _ => Typed::new(format!("{name}({}){over}", value.sql), ty),
    }
}

/// Whether an expression is a literal position (`ORDER BY 2`).
pub(super) fn position(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, false) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// A row count of LIMIT.
pub(super) fn row_count(typed: &Typed) -> Result<i64, SqlError> {
    match &typed.literal {
        Some(Literal::Int(count @ 0..)) => Ok(i64::try_from(*count).unwrap_or(i64::MAX)),
        _ => Err(unsupported("LIMIT of anything but a number")),
    }
}
