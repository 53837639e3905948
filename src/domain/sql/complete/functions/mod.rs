//! The functions of MySQL and MariaDB that people use, with parameters and help.
//!
//! Source: the manuals of MySQL 8.4 and MariaDB 11.

mod dates;
mod function;
mod numbers;
mod other;
mod text;

pub use function::{Function, FunctionKind, Servers};

/// Functions that most statements use, the most common first.
const COMMON: &[&str] = &[
    "COUNT",
    "SUM",
    "MAX",
    "MIN",
    "AVG",
    "COALESCE",
    "CONCAT",
    "CAST",
    "DATE",
    "DATE_FORMAT",
    "DATEDIFF",
    "DATE_ADD",
    "DATE_SUB",
    "IF",
    "IFNULL",
    "NOW",
    "NULLIF",
    "GROUP_CONCAT",
    "ROUND",
    "ROW_NUMBER",
    "SUBSTRING",
    "TRIM",
    "LENGTH",
    "LEFT",
    "LOWER",
    "UPPER",
    "REPLACE",
    "YEAR",
    "MONTH",
    "STR_TO_DATE",
    "TIMESTAMPDIFF",
    "JSON_EXTRACT",
    "CONCAT_WS",
    "CURDATE",
    "RANK",
    "LAG",
    "LEAD",
    "GREATEST",
    "LEAST",
    "FLOOR",
    "ABS",
    "FIND_IN_SET",
];

/// Returns all functions, the common ones first.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    let common = COMMON.iter().filter_map(|name| function_named(name));
    common.chain(all_functions().filter(|function| !COMMON.contains(&function.name)))
}

/// Returns all functions, those of one topic after the other.
fn all_functions() -> impl Iterator<Item = &'static Function> {
    numbers::NUMBERS.iter().chain(text::TEXT).chain(dates::DATES).chain(other::OTHER)
}

/// Returns the function with this name, in any case.
#[must_use]
pub fn function_named(name: &str) -> Option<&'static Function> {
    all_functions().find(|function| function.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::sql::{Dialect, ServerFamily};

    #[test]
    fn each_function_is_there_once_with_a_line_of_help() {
        let names: BTreeSet<&str> = functions().map(|function| function.name).collect();
        assert_eq!((names.len(), all_functions().count()), (functions().count(), functions().count()));
        assert!(names.len() >= 150, "{}", names.len());
        for function in functions() {
            assert_eq!(function.name, function.name.to_uppercase());
            assert!(function.help.ends_with('.') || function.help.ends_with(')'), "{}", function.name);
            assert_eq!(function.parameters.matches('[').count(), function.parameters.matches(']').count());
        }
        assert_eq!(function_named("coalesce").map(|function| function.name), Some("COALESCE"));
    }

    #[test]
    fn a_function_belongs_to_its_servers() {
        let is_there = |name: &str, server, version| {
            let dialect = Dialect { server, version, ..Dialect::default() };
            function_named(name).unwrap().servers.include(dialect)
        };
        assert!(is_there("LAG", ServerFamily::MySql, (8, 0, 36)) && !is_there("LAG", ServerFamily::MySql, (5, 7, 44)));
        assert!(is_there("LAG", ServerFamily::MariaDb, (10, 2, 0)));
        assert!(is_there("SFORMAT", ServerFamily::MariaDb, (11, 4, 2)));
        assert!(!is_there("SFORMAT", ServerFamily::MySql, (9, 0, 0)));
        assert!(!is_there("ANY_VALUE", ServerFamily::MariaDb, (11, 4, 2)));
        assert!(is_there("ABS", ServerFamily::Other, (5, 7, 0)));
    }
}
