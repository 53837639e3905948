//! Translates one SELECT: its list, conditions, groups, order and limit.

use std::fmt::Write as _;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, LimitClause, NamedWindowExpr, OrderBy, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, TableFactor, UnaryOperator, Value, WildcardAdditionalOptions,
};

use super::errors::{SqlError, error, unknown_column, unsupported};
use super::expr::ExprContext;
use super::from::JoinedTables;
use super::order_limit::position;
use super::output::{OutputColumn, TranslatedSelect};
use super::scope::{Clause, Scope};
use super::translator::StatementTranslator;
use super::typed_sql::TypedSql;
use super::value_types::BitEncoding;
use super::value_types::Type;
use crate::domain::results::ColumnOrigin;

impl StatementTranslator<'_> {
    /// Translates a SELECT with its ORDER BY and LIMIT. `targets` are the types of a recursive table's columns.
    pub(super) fn select(
        &mut self,
        select: &Select,
        order: Option<&OrderBy>,
        limit: Option<&LimitClause>,
        parent: Option<&Scope<'_>>,
        targets: Option<&[Type]>,
    ) -> Result<TranslatedSelect, SqlError> {
        check_clauses(select)?;
        let is_dual = matches!(select.from.as_slice(), [only] if only.joins.is_empty() && is_dual(&only.relation));
        let JoinedTables { sql: from, relations, star } =
            if is_dual { self.from(&[], parent)? } else { self.from(&select.from, parent)? };
        let mut scope = Scope { relations, star, parent, ..Scope::default() };
        for definition in &select.named_window {
            match &definition.1 {
                NamedWindowExpr::WindowSpec(spec) => scope.windows.push((definition.0.value.clone(), spec.clone())),
                NamedWindowExpr::NamedWindow(_) => {
                    return Err(unsupported("a window that is defined by the name of another"));
                }
            }
        }
        let condition =
            select.selection.as_ref().map(|it| self.expr(it, ExprContext::new(&scope, Clause::Where))).transpose()?;
        scope.selected = self.list(select, &scope)?;
        let groups = self.groups(&select.group_by, &scope)?;
        let having =
            select.having.as_ref().map(|it| self.expr(it, ExprContext::new(&scope, Clause::Having))).transpose()?;
        let labels: Vec<(String, Type)> =
            scope.selected.iter().map(|(label, typed)| (label.clone(), typed.ty.clone())).collect();
        let (order_text, order_aggregates) = match order {
            Some(order) => self.order(order, &scope, &labels)?,
            None => (String::new(), false),
        };
        let (limit_text, is_limited_to_one) = self.limit(limit, &scope)?;
        let is_distinct = matches!(select.distinct, Some(Distinct::Distinct));
        let has_aggregate = order_aggregates
            || having.as_ref().is_some_and(|it| it.has_aggregate)
            || scope.selected.iter().any(|(_, typed)| typed.has_aggregate);
        let is_one_group = has_aggregate && groups.is_empty();

        // If the server uses a temporary table, it sends computed BIT values as bytes. That depends on the optimizer.
        let may_use_temporary_table = is_distinct
            || order.is_some()
            || !groups.is_empty()
            || scope.selected.iter().any(|(_, typed)| typed.has_window);
        let (mut parts, mut columns) = (Vec::new(), Vec::new());
        for (at, (label, typed)) in scope.selected.iter().enumerate() {
            let (value, ty) = match targets.and_then(|it| it.get(at)) {
                Some(target) => (typed.convert(target), target.clone()),
                None => (typed.clone(), typed.ty.clone()),
            };
            let text = if is_distinct { value.group_key() } else { value.rounded() };
            parts.push(format!("{text} AS \"${}\"", at + 1));
            let field = typed.field.as_ref().filter(|_| targets.is_none());
            columns.push(OutputColumn {
                name: label.clone(),
                ty: if is_one_group && field.is_some() { ty.nullable(true) } else { ty },
                table: field.map(|it| it.table.clone()).unwrap_or_default(),
                origin: field.map_or_else(ColumnOrigin::default, |it| it.origin.clone()),
                flags: field.map(|it| it.flags),
                bits: if typed.is_byte_literal()
                    || (is_distinct && order.is_some())
                    || (typed.bits == BitEncoding::Digits && may_use_temporary_table)
                {
                    BitEncoding::Unknown
                } else {
                    typed.bits
                },
            });
        }
        let mut sql = format!("SELECT {}{}", if is_distinct { "DISTINCT " } else { "" }, parts.join(", "));
        if !from.is_empty() {
            let _ = write!(sql, " FROM {from}");
        }
        let mut conditions: Vec<String> = condition.iter().map(TypedSql::condition).collect();
        let is_grouped = has_aggregate || !groups.is_empty();
        if let Some(having) = having.as_ref().filter(|_| !is_grouped) {
            // Without groups HAVING works like WHERE.
            if having.has_window || scope.selected.iter().any(|(_, typed)| typed.has_window) {
                return Err(unsupported("HAVING with window functions and without GROUP BY"));
            }
            conditions.push(having.condition());
        }
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        if !groups.is_empty() {
            let _ = write!(sql, " GROUP BY {}", groups.join(", "));
        }
        if let Some(having) = having.as_ref().filter(|_| is_grouped) {
            let _ = write!(sql, " HAVING {}", having.condition());
        }
        sql.push_str(&order_text);
        sql.push_str(&limit_text);
        let has_window = scope.selected.iter().any(|(_, typed)| typed.has_window);
        Ok(TranslatedSelect {
            sql,
            columns,
            is_single: is_one_group || is_limited_to_one || from.is_empty(),
            is_merged: !is_grouped && !is_distinct && limit.is_none() && !has_window && !from.is_empty(),
        })
    }

    fn list(&mut self, select: &Select, scope: &Scope<'_>) -> Result<Vec<(String, TypedSql)>, SqlError> {
        let texts = self.source.labels(select);
        let mut selected = Vec::new();
        for (at, item) in select.projection.iter().enumerate() {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let typed = self.expr(expr, ExprContext::new(scope, Clause::Select))?;
                    let text = texts.get(at).cloned().unwrap_or_else(|| expr.to_string());
                    selected.push((label(expr).unwrap_or(text), typed));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    selected.push((alias.value.clone(), self.expr(expr, ExprContext::new(scope, Clause::Select))?));
                }
                SelectItem::Wildcard(options) if has_no_options(options) => {
                    if scope.relations.is_empty() {
                        return Err(error(1096, "HY000", "No tables used"));
                    }
                    selected.extend(scope.star.iter().map(|field| (field.name.clone(), TypedSql::of_field(field))));
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(object), options)
                    if has_no_options(options) =>
                {
                    let parts: Vec<String> =
                        object.0.iter().filter_map(|part| part.as_ident()).map(|it| it.value.clone()).collect();
                    let Some(relation) = scope.relations.iter().find(|it| it.is_called(&parts)) else {
                        let database = self.database.as_ref().filter(|_| parts.len() == 1);
                        let shown = database.map_or_else(|| parts.join("."), |it| format!("{it}.{}", parts.join(".")));
                        return Err(error(1051, "42S02", format!("Unknown table '{shown}'")));
                    };
                    selected
                        .extend(relation.fields.iter().map(|field| (field.name.clone(), TypedSql::of_field(field))));
                }
                _ => return Err(unsupported("this syntax in the SELECT list")),
            }
        }
        Ok(selected)
    }

    fn groups(&mut self, group: &GroupByExpr, scope: &Scope<'_>) -> Result<Vec<String>, SqlError> {
        let GroupByExpr::Expressions(expressions, modifiers) = group else { return Err(unsupported("GROUP BY ALL")) };
        if !modifiers.is_empty() {
            return Err(unsupported("WITH ROLLUP"));
        }
        let mut keys = Vec::new();
        for expr in expressions {
            let key = match position(expr) {
                Some(at) => match at.checked_sub(1).and_then(|it| scope.selected.get(it)) {
                    Some((_, typed)) => typed.clone(),
                    None => return Err(unknown_column(&at.to_string(), Clause::Group.name())),
                },
                None => self.expr(expr, ExprContext::new(scope, Clause::Group))?,
            };
            if key.has_aggregate {
                return Err(error(1056, "42000", format!("Can't group on '{expr}'")));
            }
            if key.has_window {
                return Err(error(4015, "HY000", "Window function is allowed only in SELECT list and ORDER BY clause"));
            }
            // A constant makes one group. SQLite would read a number as a column position.
            keys.push(if key.literal.is_some() { format!("(0 + {})", key.integer()) } else { key.group_key() });
        }
        Ok(keys)
    }
}

/// Returns the label of an unnamed column or literal. Other expressions are labelled with their text.
fn label(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Nested(inner)
            if !matches!(inner.as_ref(), Expr::BinaryOp { .. } | Expr::Function(_) | Expr::Case { .. }) =>
        {
            label(inner)
        }
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => label(expr),
        Expr::Identifier(ident)
            if ident.quote_style.is_some()
                || (!super::functions::needs_no_brackets(&ident.value) && !ident.value.starts_with('@')) =>
        {
            Some(ident.value.clone())
        }
        Expr::CompoundIdentifier(parts) if !parts.first().is_some_and(|it| it.value.starts_with("@@")) => {
            parts.last().map(|it| it.value.clone())
        }
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                Some(text.trim_start_matches(|it: char| it.is_ascii_whitespace() || it.is_ascii_control()).to_owned())
            }
            Value::Number(digits, _) => Some(digits.clone()),
            Value::Null => Some("NULL".to_owned()),
            Value::Boolean(true) => Some("TRUE".to_owned()),
            Value::Boolean(false) => Some("FALSE".to_owned()),
            Value::Placeholder(_) => Some("?".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

fn is_dual(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::Table { name, alias: None, .. } if name.to_string().eq_ignore_ascii_case("dual"))
}

fn has_no_options(options: &WildcardAdditionalOptions) -> bool {
    options.opt_ilike.is_none()
        && options.opt_exclude.is_none()
        && options.opt_except.is_none()
        && options.opt_replace.is_none()
        && options.opt_rename.is_none()
        && options.opt_alias.is_none()
}

/// Checks for clauses of other databases, which the parser accepts.
fn check_clauses(select: &Select) -> Result<(), SqlError> {
    if select.into.is_some() {
        return Err(unsupported("SELECT … INTO"));
    }
    let has_unsupported_clause = select.top.is_some()
        || select.exclude.is_some()
        || !select.lateral_views.is_empty()
        || select.prewhere.is_some()
        || !select.connect_by.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.sort_by.is_empty()
        || select.qualify.is_some()
        || select.value_table_mode.is_some()
        || select.flavor != SelectFlavor::Standard
        || matches!(select.distinct, Some(Distinct::On(_)));
    if has_unsupported_clause { Err(unsupported("this syntax of SELECT")) } else { Ok(()) }
}
