//! Translates FROM: tables, views, derived tables and joins.

use std::rc::Rc;

use sqlparser::ast::{
    Ident, Join, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, TableAlias, TableFactor, TableWithJoins,
};

use super::comparison::compare;
use super::errors::{SqlError, ambiguous, error, no_table, unknown_column, unsupported};
use super::expr::ExprContext;
use super::output::{check_distinct_names, relation};
use super::relation::{Field, Relation};
use super::scope::{Clause, Scope};
use super::translator::StatementTranslator;
use super::typed_sql::{TypedSql, quoted_name};
use super::value_types::Type;
use crate::demo::schema::{self, Database};
use crate::domain::results::{ColumnOrigin, flag};

/// Tables in FROM that are joined.
pub(super) struct JoinedTables {
    pub(super) sql: String,
    pub(super) relations: Vec<Relation>,
    /// The columns of `*`.
    pub(super) star: Vec<Rc<Field>>,
}

impl StatementTranslator<'_> {
    /// Translates the FROM clause.
    pub(super) fn from(
        &mut self,
        items: &[TableWithJoins],
        parent: Option<&Scope<'_>>,
    ) -> Result<JoinedTables, SqlError> {
        let mut all = JoinedTables { sql: String::new(), relations: Vec::new(), star: Vec::new() };
        for item in items {
            let joined = self.joined(item, parent)?;
            let has_right = item
                .joins
                .iter()
                .any(|it| matches!(it.join_operator, JoinOperator::Right(_) | JoinOperator::RightOuter(_)));
            // JOIN has a higher precedence than the comma. This matters only for right joins.
            let text = if has_right && items.len() > 1 { format!("({})", joined.sql) } else { joined.sql };
            if !all.sql.is_empty() {
                all.sql.push_str(" JOIN ");
            }
            all.sql.push_str(&text);
            all.relations.extend(joined.relations);
            all.star.extend(joined.star);
        }
        check_unique_aliases(&all.relations)?;
        Ok(all)
    }

    fn joined(&mut self, item: &TableWithJoins, parent: Option<&Scope<'_>>) -> Result<JoinedTables, SqlError> {
        let mut left = self.factor(&item.relation, parent)?;
        for join in &item.joins {
            left = self.join(left, join, parent)?;
        }
        Ok(left)
    }

    fn join(&mut self, left: JoinedTables, join: &Join, parent: Option<&Scope<'_>>) -> Result<JoinedTables, SqlError> {
        if join.global {
            return Err(unsupported("this join"));
        }
        let right = self.factor(&join.relation, parent)?;
        let (join_type, constraint, optional) = match &join.join_operator {
            JoinOperator::Join(it)
            | JoinOperator::Inner(it)
            | JoinOperator::CrossJoin(it)
            | JoinOperator::StraightJoin(it) => ("JOIN", it, (false, false)),
            JoinOperator::Left(it) | JoinOperator::LeftOuter(it) => ("LEFT JOIN", it, (false, true)),
            JoinOperator::Right(it) | JoinOperator::RightOuter(it) => ("RIGHT JOIN", it, (true, false)),
            _ => return Err(unsupported("this kind of join")),
        };
        let is_right = join_type == "RIGHT JOIN";
        let mut relations = left.relations;
        relations.extend(right.relations);
        check_unique_aliases(&relations)?;
        let (condition, star) = match constraint {
            JoinConstraint::None if join_type != "JOIN" => return Err(unsupported("an outer join without ON")),
            JoinConstraint::None => (String::new(), concatenated(&left.star, &right.star)),
            JoinConstraint::On(condition) => {
                let star = concatenated(&left.star, &right.star);
                let scope = Scope { relations, star, parent, ..Scope::default() };
                let condition = self.expr(condition, ExprContext::new(&scope, Clause::On))?;
                relations = scope.relations;
                (format!(" ON {}", condition.condition()), scope.star)
            }
            JoinConstraint::Using(names) => {
                let names =
                    names.iter().map(last_name).collect::<Option<Vec<_>>>().ok_or_else(|| unsupported("this USING"))?;
                join_using(&left.star, &right.star, &names, is_right)?
            }
            JoinConstraint::Natural => {
                let has = |star: &[Rc<Field>], field: &Rc<Field>| {
                    star.iter().any(|it| it.name.eq_ignore_ascii_case(&field.name))
                };
                let names: Vec<String> =
                    left.star.iter().filter(|it| has(&right.star, it)).map(|it| it.name.clone()).collect();
                if names.is_empty() {
                    (String::new(), concatenated(&left.star, &right.star))
                } else {
                    join_using(&left.star, &right.star, &names, is_right)?
                }
            }
        };
        let condition = if condition.is_empty() && join_type != "JOIN" { " ON 1".to_owned() } else { condition };
        // Columns of the optional side of an outer join become nullable. A field's SQL is unique in a statement.
        let (left_optional, right_optional) = optional;
        let is_left = |field: &Rc<Field>| left.star.iter().any(|it| it.sql == field.sql);
        let with_nullability = |field: &Rc<Field>| {
            let is_optional = if is_left(field) { left_optional } else { right_optional };
            if is_optional { field.optional() } else { Rc::clone(field) }
        };
        if left_optional || right_optional {
            let left_count = relations.len() - table_count(&join.relation);
            for (at, relation) in relations.iter_mut().enumerate() {
                if (at < left_count && left_optional) || (at >= left_count && right_optional) {
                    relation.fields = relation.fields.iter().map(Field::optional).collect();
                }
            }
        }
        let star = star.iter().map(with_nullability).collect();
        Ok(JoinedTables { sql: format!("{} {join_type} {}{condition}", left.sql, right.sql), relations, star })
    }

    fn factor(&mut self, factor: &TableFactor, parent: Option<&Scope<'_>>) -> Result<JoinedTables, SqlError> {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                version: None,
                partitions,
                sample: None,
                json_path: None,
                with_ordinality: false,
                with_hints,
                ..
            } if partitions.is_empty() && with_hints.is_empty() => {
                let (sql, relation) = self.table(name, alias.as_ref())?;
                Ok(JoinedTables { sql, star: relation.fields.clone(), relations: vec![relation] })
            }
            TableFactor::Derived { lateral: false, subquery, alias, sample: None } => {
                let Some(alias) = alias else {
                    return Err(error(1248, "42000", "Every derived table must have its own alias"));
                };
                check_no_column_list(alias)?;
                let rows = self.query(subquery, parent)?;
                check_distinct_names(&rows.columns)?;
                let table = self.new_alias();
                let subquery =
                    relation(&rows.columns, rows.is_merged, &alias.name.value, &table, self.database.as_deref());
                Ok(JoinedTables {
                    sql: format!("({}) AS {table}", rows.sql),
                    star: subquery.fields.clone(),
                    relations: vec![subquery],
                })
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let joined = self.joined(table_with_joins, parent)?;
                let sql = if table_with_joins.joins.is_empty() { joined.sql } else { format!("({})", joined.sql) };
                Ok(JoinedTables { sql, ..joined })
            }
            _ => Err(unsupported("this table expression")),
        }
    }

    fn table(&mut self, object: &ObjectName, alias: Option<&TableAlias>) -> Result<(String, Relation), SqlError> {
        if let Some(alias) = alias {
            check_no_column_list(alias)?;
        }
        let parts: Vec<&Ident> = object
            .0
            .iter()
            .filter_map(|part| if let ObjectNamePart::Identifier(ident) = part { Some(ident) } else { None })
            .collect();
        let (database, table) = match parts.as_slice() {
            [table] => {
                self.source.check_not_reserved(table)?;
                (None, &table.value)
            }
            [database, table] => (Some(&database.value), &table.value),
            _ => return Err(unsupported("table names with more than two parts")),
        };
        let shown = alias.map_or_else(|| table.clone(), |it| it.name.value.clone());
        let sql_alias = self.new_alias();
        if database.is_none()
            && let Some(cte) = self.cte(table)
        {
            return Ok(cte.relation(&shown, &sql_alias, self.database.as_deref()));
        }
        let Some(database) = database.cloned().or_else(|| self.database.clone()) else {
            return Err(error(1046, "3D000", "No database selected"));
        };
        let is_information_schema = database.eq_ignore_ascii_case("information_schema");
        let Some(found) = self
            .context
            .schema
            .databases
            .iter()
            .find(|it| it.name == database || (is_information_schema && it.name.eq_ignore_ascii_case(&database)))
        else {
            return Err(no_table(&database, table));
        };
        let has_name = |name: &str| name == table || (is_information_schema && name.eq_ignore_ascii_case(table));
        if let Some(base) = found.tables.iter().find(|it| has_name(&it.name)) {
            if base.is_forbidden {
                let (user, host) = self.context.account.split_once('@').unwrap_or((self.context.account, "%"));
                let message = format!(
                    "SELECT command denied to user '{user}'@'{host}' for table `{}`.`{}`",
                    found.name, base.name
                );
                return Err(error(1142, "42000", message));
            }
            return Ok(base_relation(found, base, &shown, &sql_alias));
        }
        if let Some(view) = found.views.iter().find(|it| has_name(&it.name)) {
            let rows = self.translate_view(&view.statement, &found.name)?;
            let mut columns = rows.columns;
            for (column, named) in columns.iter_mut().zip(&view.columns) {
                column.name.clone_from(&named.name);
            }
            let mut subquery = relation(&columns, true, &shown, &sql_alias, Some(&found.name));
            subquery.database = Some(found.name.clone());
            for field in &mut subquery.fields {
                let mut view_field = Field::clone(field);
                view_field.origin.table.clone_from(&view.name);
                *field = Rc::new(view_field);
            }
            return Ok((format!("({}) AS {sql_alias}", rows.sql), subquery));
        }
        if is_information_schema {
            return Err(error(1109, "42S02", format!("Unknown table '{table}' in information_schema")));
        }
        Err(no_table(&database, table))
    }
}

/// Counts the tables of a table factor.
fn table_count(factor: &TableFactor) -> usize {
    match factor {
        TableFactor::NestedJoin { table_with_joins: nested, .. } => {
            table_count(&nested.relation) + nested.joins.iter().map(|it| table_count(&it.relation)).sum::<usize>()
        }
        _ => 1,
    }
}

fn check_no_column_list(alias: &TableAlias) -> Result<(), SqlError> {
    if alias.columns.is_empty() && alias.at.is_none() {
        Ok(())
    } else {
        Err(unsupported("column names after a table alias"))
    }
}

fn last_name(object: &ObjectName) -> Option<String> {
    match object.0.as_slice() {
        [ObjectNamePart::Identifier(ident)] => Some(ident.value.clone()),
        _ => None,
    }
}

fn concatenated(left: &[Rc<Field>], right: &[Rc<Field>]) -> Vec<Rc<Field>> {
    left.iter().chain(right).cloned().collect()
}

/// Returns the condition of USING and the columns of `*`: the common columns come first and only once.
fn join_using(
    left: &[Rc<Field>],
    right: &[Rc<Field>],
    names: &[String],
    is_right: bool,
) -> Result<(String, Vec<Rc<Field>>), SqlError> {
    let (mut conditions, mut star) = (Vec::new(), Vec::new());
    let find = |star: &[Rc<Field>], name: &str| {
        let mut found = star.iter().filter(|it| it.name.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some(field), None) => Ok(Rc::clone(field)),
            (Some(_), Some(_)) => Err(ambiguous(name, "FROM")),
            (None, _) => Err(unknown_column(name, "FROM")),
        }
    };
    for name in names {
        let (a, b) = (find(left, name)?, find(right, name)?);
        conditions.push(compare(&TypedSql::of_field(&a), "=", &TypedSql::of_field(&b))?.sql);
        star.push(if is_right { b } else { a });
    }
    let rest = |field: &&Rc<Field>| !names.iter().any(|it| it.eq_ignore_ascii_case(&field.name));
    let (first, second) = if is_right { (right, left) } else { (left, right) };
    star.extend(first.iter().filter(rest).cloned());
    star.extend(second.iter().filter(rest).cloned());
    Ok((format!(" ON {}", conditions.join(" AND ")), star))
}

fn check_unique_aliases(relations: &[Relation]) -> Result<(), SqlError> {
    for (at, relation) in relations.iter().enumerate() {
        let is_same = |it: &&Relation| {
            it.alias == relation.alias
                && (it.database == relation.database || it.database.is_none() || relation.database.is_none())
        };
        if relations.iter().take(at).any(|it| is_same(&it)) {
            return Err(error(1066, "42000", format!("Not unique table/alias: '{}'", relation.alias)));
        }
    }
    Ok(())
}

fn base_relation(database: &Database, table: &schema::Table, shown: &str, sql_alias: &str) -> (String, Relation) {
    let fields = table.columns.iter().map(|column| {
        Rc::new(Field {
            name: column.name.clone(),
            sql: format!("{sql_alias}.{}", quoted_name(&column.name)),
            ty: Type::of_column(&column.ty, column.is_nullable),
            table: shown.to_owned(),
            origin: ColumnOrigin {
                schema: database.name.clone(),
                table: table.name.clone(),
                column: column.name.clone(),
            },
            flags: column_flags(table, column),
        })
    });
    let fields = fields.collect();
    let relation = Relation { alias: shown.to_owned(), database: Some(database.name.clone()), fields };
    (format!("{}.{} AS {sql_alias}", quoted_name(&database.name), quoted_name(&table.name)), relation)
}

/// Returns the flags of a table's column that depend on its keys and its default.
fn column_flags(table: &schema::Table, column: &schema::Column) -> u16 {
    let mut flags = 0;
    for key in &table.keys {
        if !key.columns.contains(&column.name) {
            continue;
        }
        let is_first = key.columns.first() == Some(&column.name);
        if key.name == "PRIMARY" {
            flags |= flag::PRIMARY_KEY;
        } else if key.is_unique && key.columns.len() == 1 {
            flags |= flag::UNIQUE_KEY;
        } else if is_first {
            flags |= flag::MULTIPLE_KEY;
        }
    }
    if column.is_auto_increment {
        flags |= flag::AUTO_INCREMENT;
    } else if !column.is_nullable && column.default.is_none() {
        flags |= flag::NO_DEFAULT_VALUE;
    }
    flags
}
