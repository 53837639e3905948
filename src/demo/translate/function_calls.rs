//! Decides how a function call is translated.

use sqlparser::ast::{Expr, Function, FunctionArguments};

use super::aggregates::is_aggregate;
use super::casts::{self, CastDirection};
use super::errors::{NO_ROUTINE, SqlError, unsupported, wrong_count};
use super::expr::{ExprContext, expressions};
use super::functions;
use super::translator::StatementTranslator;
use super::typed_sql::TypedSql;
use super::window_functions::find_window_function;

impl StatementTranslator<'_> {
    /// Translates a function call.
    pub(super) fn function(&mut self, function: &Function, at: ExprContext<'_, '_>) -> Result<TypedSql, SqlError> {
        let [name] = function.name.0.as_slice() else { return Err(unsupported("stored functions")) };
        let typed_name = name.to_string();
        let name = typed_name.trim_matches('`').to_ascii_uppercase();
        if function.filter.is_some()
            || function.null_treatment.is_some()
            || !function.within_group.is_empty()
            || function.uses_odbc_syntax
        {
            return Err(unsupported(format!("this syntax of {name}")));
        }
        if !matches!(function.parameters, FunctionArguments::None) {
            return Err(unsupported(format!("this syntax of {name}")));
        }
        if let Some(window_function) = find_window_function(&name) {
            return self.window_function(window_function, function, at);
        }
        if is_aggregate(&name) {
            return self.aggregate(&name, function, at);
        }
        if function.over.is_some() {
            return Err(unsupported(format!("{name} with OVER")));
        }
        if let FunctionArguments::List(list) = &function.args
            && (!list.clauses.is_empty() || list.duplicate_treatment.is_some())
        {
            return Err(unsupported(format!("this syntax of {name}")));
        }
        match name.as_str() {
            "DATE_ADD" | "DATE_SUB" | "ADDDATE" | "SUBDATE" => {
                let is_subtraction = name.ends_with("SUB") || name.starts_with("SUB");
                let direction = if is_subtraction { CastDirection::Back } else { CastDirection::Forward };
                match expressions(&function.args)?.as_slice() {
                    [base, Expr::Interval(interval)] => {
                        let base = self.expr(base, at)?;
                        self.add_interval(&base, interval, direction, at)
                    }
                    [base, days] if name.ends_with("DATE") => {
                        let (base, days) = (self.expr(base, at)?, self.expr(days, at)?);
                        casts::add_interval(&base, "DAY", &days, direction)
                    }
                    _ => Err(unsupported(format!("this syntax of {name}"))),
                }
            }
            "TIMESTAMPDIFF" | "TIMESTAMPADD" => match expressions(&function.args)?.as_slice() {
                [Expr::Identifier(unit), first, second] => {
                    let (first, second) = (self.expr(first, at)?, self.expr(second, at)?);
                    if name == "TIMESTAMPDIFF" {
                        functions::timestampdiff(&unit.value, &first, &second)
                    } else {
                        casts::add_interval(&second, &unit.value.to_ascii_uppercase(), &first, CastDirection::Forward)
                    }
                }
                _ => Err(wrong_count(&typed_name)),
            },
            _ => {
                let arguments = match self.arguments(&function.args, at) {
                    Ok(arguments) => arguments,
                    // An unknown function is reported before an error in its arguments.
                    Err(inner) => {
                        let outer = functions::call(self.context, &typed_name, &[]);
                        return Err(outer.err().filter(|it| it.code == NO_ROUTINE).unwrap_or(inner));
                    }
                };
                functions::call(self.context, &typed_name, &arguments)
            }
        }
    }
}
