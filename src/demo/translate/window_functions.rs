//! Window functions and the OVER clause.

use sqlparser::ast::{
    Expr, Function, OrderByExpr, Value, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowSpec, WindowType,
};

use super::errors::{SqlError, error, unsupported, wrong_count};
use super::expr::{ExprContext, without_brackets};
use super::order_limit::direction;
use super::scope::Clause;
use super::translator::StatementTranslator;
use super::typed_sql::TypedSql;
use super::value_types::Type;

/// A function that requires OVER.
pub(super) struct WindowFunction {
    name: &'static str,
    min_arguments: usize,
    max_arguments: usize,
    /// Whether the window must have ORDER BY.
    needs_order: bool,
}

const fn window_function(name: &'static str, min: usize, max: usize, needs_order: bool) -> WindowFunction {
    WindowFunction { name, min_arguments: min, max_arguments: max, needs_order }
}

const WINDOW_FUNCTIONS: &[WindowFunction] = &[
    window_function("ROW_NUMBER", 0, 0, false),
    window_function("RANK", 0, 0, true),
    window_function("DENSE_RANK", 0, 0, true),
    window_function("PERCENT_RANK", 0, 0, true),
    window_function("CUME_DIST", 0, 0, true),
    window_function("NTILE", 1, 1, true),
    window_function("LAG", 1, 2, true),
    window_function("LEAD", 1, 2, true),
    window_function("FIRST_VALUE", 1, 1, false),
    window_function("LAST_VALUE", 1, 1, false),
    window_function("NTH_VALUE", 2, 2, false),
];

/// Finds a window function. The name is in upper case.
pub(super) fn find_window_function(name: &str) -> Option<&'static WindowFunction> {
    WINDOW_FUNCTIONS.iter().find(|function| function.name == name)
}

impl StatementTranslator<'_> {
    /// Translates a call of a window function.
    pub(super) fn window_function(
        &mut self,
        window_function: &WindowFunction,
        function: &Function,
        at: ExprContext<'_, '_>,
    ) -> Result<TypedSql, SqlError> {
        let WindowFunction { name, min_arguments, max_arguments, needs_order } = *window_function;
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
        if matches!(name, "LAG" | "LEAD") && arguments.len() > max_arguments {
            return Err(unsupported(format!("{name} with a default")));
        }
        if !(min_arguments..=max_arguments).contains(&arguments.len()) {
            return Err(wrong_count(&name.to_ascii_lowercase()));
        }
        let counted = Type::bigint().nullable(false);
        let rank = Type { length: 17, decimals: 10, ..Type::double() };
        let (ty, mut list) = match name {
            "ROW_NUMBER" | "RANK" | "DENSE_RANK" => (counted, Vec::new()),
            "PERCENT_RANK" | "CUME_DIST" => (rank, Vec::new()),
            "NTILE" => (Type::bigint(), Vec::new()),
            _ => match arguments.first() {
                Some(value) => (value.ty.clone().nullable(true), vec![value.rounded()]),
                None => return Err(wrong_count(name)),
            },
        };
        list.extend(arguments.iter().skip(list.len()).map(TypedSql::integer));
        let typed = TypedSql::new(format!("{}({}){over}", name.to_ascii_lowercase(), list.join(", ")), ty)
            .exact()
            .with_parts(&arguments);
        Ok(TypedSql { has_window: true, ..typed })
    }

    /// Returns ` OVER (…)`, and whether the window has ORDER BY.
    pub(super) fn over(&mut self, over: &WindowType, at: ExprContext<'_, '_>) -> Result<(String, bool), SqlError> {
        if !matches!(at.clause, Clause::Select | Clause::Order) || at.is_aggregated {
            return Err(error(4015, "HY000", "Window function is allowed only in SELECT list and ORDER BY clause"));
        }
        let spec = match over {
            WindowType::WindowSpec(spec) => spec.clone(),
            WindowType::NamedWindow(name) => find_window(&name.value, at)?,
        };
        let spec = match &spec.window_name {
            None => spec,
            Some(base) => {
                let base = find_window(&base.value, at)?;
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
                keys.push(self.expr(key, ExprContext { clause: Clause::Group, ..at })?.group_key());
            }
            parts.push(format!("PARTITION BY {}", keys.join(", ")));
        }
        if !spec.order_by.is_empty() {
            parts.push(self.ordered(&spec.order_by, ExprContext { clause: Clause::Order, ..at })?);
        }
        if let Some(frame) = &spec.window_frame {
            parts.push(frame_text(frame)?);
        }
        Ok((format!(" OVER ({})", parts.join(" ")), !spec.order_by.is_empty()))
    }

    /// Returns the `ORDER BY …` of a window or an aggregate, which has no column positions.
    pub(super) fn ordered(&mut self, terms: &[OrderByExpr], at: ExprContext<'_, '_>) -> Result<String, SqlError> {
        let mut keys = Vec::new();
        for term in terms {
            let key = self.expr(&term.expr, at)?;
            keys.push(format!("{}{}", key.sort_key(), direction(term)?));
        }
        Ok(format!("ORDER BY {}", keys.join(", ")))
    }
}

/// Finds a window of the WINDOW clause.
fn find_window(name: &str, at: ExprContext<'_, '_>) -> Result<WindowSpec, SqlError> {
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
        let count = |expr: &Expr| match without_brackets(expr) {
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
