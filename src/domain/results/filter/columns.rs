//! Finds the column that a filter names.

use std::ops::Range;

use super::fault::FilterFault;
use crate::domain::results::column::Column;

/// Finds a column by name: exactly first, then without regard to letter case.
///
/// # Errors
/// When there is no such column, or more than one.
pub(super) fn find_column(
    columns: &[Column],
    table: Option<&str>,
    name: &str,
    at: Range<usize>,
) -> Result<usize, FilterFault> {
    let of_table = |column: &Column| table.is_none_or(|table| column.table.eq_ignore_ascii_case(table));
    let found = |is: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let columns = columns.iter().enumerate();
        columns.filter(|(_, column)| is(&column.name) && of_table(column)).map(|(at, _)| at).collect()
    };
    let exact = found(&|other| other == name);
    let all = if exact.is_empty() { found(&|other| other.to_lowercase() == name.to_lowercase()) } else { exact };
    match all.as_slice() {
        [one] => Ok(*one),
        [] if table.is_some() && !names_with_table(columns, name).is_empty() => {
            let hint = format!("the result has {}", names_with_table(columns, name).join(", "));
            Err(FilterFault::new(at, format!("There is no column `{name}` of `{}`", table.unwrap_or_default()), hint))
        }
        [] => {
            let near = similar_name(columns, name);
            let hint = near.map_or_else(
                || "the header shows the names; put a name that is not a plain word in backticks".to_owned(),
                |near| format!("did you mean {near}?"),
            );
            Err(FilterFault::new(at, format!("There is no column `{name}`"), hint))
        }
        many => {
            let numbers: Vec<String> = many.iter().map(|at| format!("#{}", at + 1)).collect();
            Err(FilterFault::new(
                at,
                format!("{} columns have the name `{name}`", many.len()),
                format!("choose one by its number: {}", numbers.join(", ")),
            ))
        }
    }
}

/// Returns the columns of this name in any table, as they can be written in a filter.
fn names_with_table(columns: &[Column], name: &str) -> Vec<String> {
    let columns = columns.iter().enumerate();
    let named = columns.filter(|(_, column)| column.name.to_lowercase() == name.to_lowercase());
    named
        .map(|(at, column)| match column.table.as_str() {
            "" => format!("#{}", at + 1),
            table => format!("{table}.{}", column.name),
        })
        .collect()
}

/// Returns the column name with the longest common beginning.
fn similar_name<'a>(columns: &'a [Column], name: &str) -> Option<&'a str> {
    let common = |other: &str| {
        let pairs = other.chars().zip(name.chars());
        pairs.take_while(|(a, b)| a.to_lowercase().eq(b.to_lowercase())).count()
    };
    let best = columns.iter().max_by_key(|column| common(&column.name))?;
    (common(&best.name) >= 2).then_some(best.name.as_str())
}
