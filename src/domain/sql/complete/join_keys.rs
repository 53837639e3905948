//! Finds the columns by which two tables can be joined: declared keys, else columns whose names fit.

use crate::domain::catalog::{ColumnAccess, ForeignKey, Table, TableColumn};

/// Pairs of columns: of the first table, and of the second one.
pub(super) type ColumnPairs<'c> = Vec<(&'c str, &'c str)>;

/// A table with the name of its schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct SchemaTable<'c> {
    pub schema: &'c str,
    pub table: &'c Table,
}

/// A join that is offered. Its text is made when it is among the best.
#[derive(Debug, Clone)]
pub(super) struct JoinOffer<'c> {
    pub new: SchemaTable<'c>,
    /// The name of the table that is there, in the statement.
    pub old: &'c str,
    pub pairs: ColumnPairs<'c>,
}

/// Whether two tables have a key between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JoinPaths<'c> {
    Declared(Vec<ColumnPairs<'c>>),
    /// Columns whose names fit, the best first.
    ByName(Vec<ColumnPairs<'c>>),
}

impl<'c> JoinPaths<'c> {
    /// Returns the pairs of columns, one for each way to join.
    pub(super) fn pairs(self) -> Vec<ColumnPairs<'c>> {
        match self {
            Self::Declared(pairs) | Self::ByName(pairs) => pairs,
        }
    }
}

/// Returns the ways to join a new table with one that is there.
pub(super) fn join_paths<'c>(new: SchemaTable<'c>, old: SchemaTable<'c>) -> JoinPaths<'c> {
    let declared = declared(new, old);
    if declared.is_empty() { JoinPaths::ByName(by_name(new.table, old.table)) } else { JoinPaths::Declared(declared) }
}

/// Returns the pairs of all declared keys, in both directions.
pub(super) fn declared<'c>(new: SchemaTable<'c>, old: SchemaTable<'c>) -> Vec<ColumnPairs<'c>> {
    let is_same_table = new.schema == old.schema && new.table.name == old.table.name;
    let mut found: Vec<ColumnPairs<'c>> = keys_to(new.table, old).map(pairs_of).collect();
    for key in keys_to(old.table, new) {
        found.push(pairs_of(key).into_iter().map(|(from, to)| (to, from)).collect());
    }
    found.retain(|pairs| !pairs.is_empty());
    if is_same_table {
        found.dedup();
    }
    found
}

fn keys_to<'c>(from: &'c Table, to: SchemaTable<'c>) -> impl Iterator<Item = &'c ForeignKey> {
    from.foreign_keys.iter().filter(move |key| {
        key.to_table.eq_ignore_ascii_case(&to.table.name) && key.to_schema.eq_ignore_ascii_case(to.schema)
    })
}

fn pairs_of(key: &ForeignKey) -> ColumnPairs<'_> {
    key.columns.iter().map(String::as_str).zip(key.to_columns.iter().map(String::as_str)).collect()
}

/// Returns the pairs of columns whose names fit, the best first: `x_id` and `x.id`, `x_id` and `x.x_id`, equal `x_id`, `a_x_id`
/// and `x.x_id`.
pub(super) fn by_name<'c>(new: &'c Table, old: &'c Table) -> Vec<ColumnPairs<'c>> {
    let mut found: Vec<(u8, (&str, &str))> = Vec::new();
    each_by_name(new, old, |rank, pair| found.push((rank, pair)));
    found.sort_by_key(|(rank, _)| *rank);
    let mut pairs: Vec<ColumnPairs<'c>> = Vec::new();
    for (_, pair) in found {
        if !pairs.iter().any(|other| other.as_slice() == [pair]) {
            pairs.push(vec![pair]);
        }
    }
    pairs
}

/// Returns the best pair of columns whose names fit.
pub(super) fn best_by_name<'c>(new: &'c Table, old: &'c Table) -> Option<(&'c str, &'c str)> {
    let mut best: Option<(u8, (&str, &str))> = None;
    each_by_name(new, old, |rank, pair| {
        if best.is_none_or(|(other, _)| rank < other) {
            best = Some((rank, pair));
        }
    });
    best.map(|(_, pair)| pair)
}

/// Calls a function with each pair of columns whose names fit, and with its rank: the best is 0.
fn each_by_name<'c>(new: &'c Table, old: &'c Table, mut add: impl FnMut(u8, (&'c str, &'c str))) {
    if let Some(target) = identifier_of(old) {
        for column in key_columns(new) {
            if let Some(rank) = reference_rank(&column.name, &old.name, &target.name) {
                add(rank, (&column.name, &target.name));
            }
        }
    }
    if let Some(target) = identifier_of(new) {
        for column in key_columns(old) {
            if let Some(rank) = reference_rank(&column.name, &new.name, &target.name) {
                add(rank, (&target.name, &column.name));
            }
        }
    }
    for column in key_columns(new).filter(|column| column.name.len() > ID.len()) {
        if let Some(other) = key_columns(old).find(|other| other.name.eq_ignore_ascii_case(&column.name)) {
            add(2, (&column.name, &other.name));
        }
    }
}

const ID: &str = "_id";

/// Returns the columns that look like a key.
fn key_columns(table: &Table) -> impl Iterator<Item = &TableColumn> {
    table.columns.iter().filter(|column| column.access == ColumnAccess::Readable && ends_with_id(&column.name))
}

fn ends_with_id(name: &str) -> bool {
    let from = name.len().saturating_sub(ID.len());
    name.eq_ignore_ascii_case("id") || name.get(from..).is_some_and(|end| end.eq_ignore_ascii_case(ID))
}

/// Returns the column that identifies the rows of a table: `id`, or `x_id` in the table `x`.
fn identifier_of(table: &Table) -> Option<&TableColumn> {
    let mut columns = key_columns(table);
    columns.find(|column| column.name.eq_ignore_ascii_case("id") || is_table_id(&column.name, &table.name))
}

fn is_table_id(column: &str, table: &str) -> bool {
    let base = column.get(..column.len().saturating_sub(ID.len()));
    base.is_some_and(|base| !base.is_empty() && is_table_name(base, table))
}

/// Whether a table has this name, or its plural.
fn is_table_name(base: &str, table: &str) -> bool {
    base.eq_ignore_ascii_case(table)
        || (table.len() == base.len() + 1
            && table.get(..base.len()).is_some_and(|start| start.eq_ignore_ascii_case(base))
            && table.ends_with(['s', 'S']))
}

/// Returns how well the name of a column fits the identifier of a table, the best first.
fn reference_rank(column: &str, table: &str, identifier: &str) -> Option<u8> {
    if is_table_id(column, table) {
        return Some(0);
    }
    // `condition_concept_id` and `concept.concept_id`, `parent_sample_id` and `sample.id`.
    let base = column.get(..column.len().saturating_sub(ID.len()))?;
    let start = base.len().checked_sub(table.len() + 1)?;
    let is_suffix = base.get(start..start + 1) == Some("_")
        && base.get(start + 1..).is_some_and(|end| end.eq_ignore_ascii_case(table));
    (is_suffix && (identifier.eq_ignore_ascii_case("id") || is_table_id(identifier, table))).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[&str]) -> Table {
        let column = |name: &&str| TableColumn { name: (*name).to_owned(), ..TableColumn::default() };
        Table { name: name.to_owned(), columns: columns.iter().map(column).collect(), ..Table::default() }
    }

    fn shown(pairs: &[ColumnPairs<'_>]) -> String {
        let one = |pairs: &ColumnPairs<'_>| pairs.iter().map(|(a, b)| format!("{a}={b}")).collect::<Vec<_>>().join(" ");
        pairs.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn names_join_tables_without_keys() {
        let person = table("person", &["person_id", "gender_concept_id", "care_site_id"]);
        let visit = table("visit", &["visit_id", "person_id", "care_site_id"]);
        let concept = table("concept", &["concept_id"]);
        let orders = table("orders", &["id", "customer_id"]);
        let customers = table("customers", &["id", "name"]);
        assert_eq!(shown(&by_name(&visit, &person)), "person_id=person_id, care_site_id=care_site_id");
        assert_eq!(shown(&by_name(&concept, &person)), "concept_id=gender_concept_id");
        assert_eq!(shown(&by_name(&orders, &customers)), "customer_id=id");
        assert_eq!(shown(&by_name(&customers, &orders)), "id=customer_id");
        assert_eq!(shown(&by_name(&customers, &person)), "");
    }

    #[test]
    fn a_declared_key_is_read_in_both_directions_with_all_its_columns() {
        let mut child = table("child", &["a", "b"]);
        child.foreign_keys.push(ForeignKey {
            name: "k".to_owned(),
            columns: vec!["a".to_owned(), "b".to_owned()],
            to_schema: "s".to_owned(),
            to_table: "parent".to_owned(),
            to_columns: vec!["x".to_owned(), "y".to_owned()],
        });
        let parent = table("parent", &["x", "y"]);
        let (child, parent) = (SchemaTable { schema: "s", table: &child }, SchemaTable { schema: "s", table: &parent });
        assert_eq!(shown(&join_paths(child, parent).pairs()), "a=x b=y");
        assert_eq!(shown(&join_paths(parent, child).pairs()), "x=a y=b");
    }
}
