//! Reads the messages of MySQL and MariaDB: which name an error is about.

/// ERROR 1064: syntax error.
pub(super) const SYNTAX: u16 = 1064;
/// ERROR 1149: syntax error of older servers.
pub(super) const OLD_SYNTAX: u16 = 1149;

/// What kind of name a message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedKind {
    Column,
    Ambiguous,
    Table,
    /// A table before a dot that the statement does not read.
    Qualifier,
    Database,
    Function,
    /// A function with a space before its parenthesis.
    SpacedFunction,
    /// An alias that another table has.
    Alias,
    /// A value.
    Literal,
    Other,
}

/// The name in a message.
pub(super) struct Named {
    pub(super) kind: NamedKind,
    pub(super) name: String,
    /// The keyword of the clause that the message names.
    pub(super) clause: Option<&'static str>,
}

/// Returns the name that a message is about.
pub(super) fn named(code: u16, message: &str) -> Option<Named> {
    let kind = match code {
        1054 | 1247 => NamedKind::Column,
        1052 => NamedKind::Ambiguous,
        1146 => NamedKind::Table,
        1109 | 1051 => NamedKind::Qualifier,
        1049 => NamedKind::Database,
        1305 => NamedKind::Function,
        1630 => NamedKind::SpacedFunction,
        1066 => NamedKind::Alias,
        1292 | 1525 | 1411 => NamedKind::Literal,
        // Column without aggregate, key, duplicate column, call with a wrong count of arguments, variable, character set, collation.
        1055 | 1140 | 1176 | 1060 | 1582 | 1583 | 1193 | 1115 | 1273 | 1056 => NamedKind::Other,
        _ => return None,
    };
    let (name, rest) = match code {
        1305 | 1630 => routine(message)?,
        1055 | 1140 => quoted(message.split_once("nonaggregated column ").map_or(message, |(_, rest)| rest))?,
        1146 => message
            .strip_prefix("Table '")
            .and_then(|rest| rest.strip_suffix("' doesn't exist"))
            .map_or_else(|| quoted(message), |name| Some((name, "")))?,
        _ => quoted(message)?,
    };
    Some(Named { kind, name: name.to_owned(), clause: clause_word(rest) })
}

/// Returns the name in `FUNCTION db.name does not exist`.
fn routine(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once(' ')?;
    Some(rest.split_once(" does not exist").unwrap_or_else(|| rest.split_once(' ').unwrap_or((rest, ""))))
}

/// Returns the first quoted name of a message, and the rest of the message. A name may have quotes: it ends where a space or the end of
/// the message follows.
fn quoted(message: &str) -> Option<(&str, &str)> {
    let (_, rest) = message.split_once('\'')?;
    let is_end =
        |at: usize| rest.get(at + 1..).is_none_or(|after| after.is_empty() || after.starts_with([' ', ';', '.', ',']));
    let ends = rest.match_indices('\'').map(|(at, _)| at);
    let end = ends.clone().find(|at| is_end(*at)).or_else(|| ends.clone().next())?;
    Some((rest.get(..end)?, rest.get(end + 1..)?))
}

/// Returns the keyword of the clause that a message names: `in 'where clause'`.
fn clause_word(rest: &str) -> Option<&'static str> {
    let rest = rest.to_ascii_lowercase();
    let words = [
        ("where", "WHERE"),
        ("order", "ORDER"),
        ("group", "GROUP"),
        ("having", "HAVING"),
        ("'on", "ON"),
        ("on clause", "ON"),
        ("field list", "SELECT"),
        ("select", "SELECT"),
    ];
    words.iter().find(|(hint, _)| rest.contains(hint)).map(|(_, word)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_message_is_read() {
        for (code, message, name, clause) in [
            (1054, "Unknown column 's.statu' in 'field list'", "s.statu", Some("SELECT")),
            (1054, "Unknown column 's.statu' in 'SELECT'", "s.statu", Some("SELECT")),
            (1054, "Unknown column 'x' in 'where clause'", "x", Some("WHERE")),
            (1054, "Unknown column 'x' in 'WHERE'", "x", Some("WHERE")),
            (1054, "Unknown column 'x' in 'on clause'", "x", Some("ON")),
            (1054, "Unknown column 'it's' in 'order clause'", "it's", Some("ORDER")),
            (1054, "Unknown column 'x' in 'ORDER BY'", "x", Some("ORDER")),
            (1052, "Column 'id' in field list is ambiguous", "id", Some("SELECT")),
            (1052, "Column 'id' in 'where clause' is ambiguous", "id", Some("WHERE")),
            (1052, "Column 'id' in SELECT is ambiguous", "id", Some("SELECT")),
            (1146, "Table 'demo.it's' doesn't exist", "demo.it's", None),
            (1109, "Unknown table 'x' in field list", "x", Some("SELECT")),
            (1051, "Unknown table 'demo.x'", "demo.x", None),
            (1049, "Unknown database 'dmo'", "dmo", None),
            (1305, "FUNCTION demo.fo does not exist", "demo.fo", None),
            (1630, "FUNCTION demo.count does not exist. Check the 'Function Name Parsing'", "demo.count", None),
            (
                1055,
                "Expression #2 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'demo.s.id' which is not",
                "demo.s.id",
                None,
            ),
            (1066, "Not unique table/alias: 's'", "s", None),
        ] {
            let found = named(code, message).unwrap();
            assert_eq!((found.name.as_str(), found.clause), (name, clause), "{message}");
        }
        assert!(named(2013, "Lost connection").is_none() && named(1054, "no quotes").is_none());
    }
}
