//! SQL text: tokens, statements, the guard, places, quoting, colours, completion.

mod check;
mod complete;
mod errors;
mod format;
mod guard;
mod lex;
mod param;
mod parameters;
mod place;
mod quote;
mod split;

use rrx::domain::sql::{Dialect, ServerFamily, SqlMode};

pub fn mysql() -> Dialect {
    Dialect { server: ServerFamily::MySql, version: (8, 0, 36), sql_mode: SqlMode::default() }
}

pub fn mariadb() -> Dialect {
    Dialect { server: ServerFamily::MariaDb, version: (10, 11, 6), sql_mode: SqlMode::default() }
}

pub fn with_mode(dialect: Dialect, mode: &str) -> Dialect {
    Dialect { sql_mode: SqlMode::parse(mode), ..dialect }
}

pub fn dialects() -> Vec<Dialect> {
    let modes = ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"];
    let servers = [mysql(), mariadb(), Dialect { server: ServerFamily::Other, ..mysql() }];
    servers.iter().flat_map(|&server| modes.iter().map(move |mode| with_mode(server, mode))).collect()
}

/// Text that is likely to confuse: pieces of SQL in any order.
pub fn hostile_text() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "'", "\"", "`", "\\", ";", "--", "-- ", "#", "\n", "/*", "*/", "/*!", "/*!50000", "/*!80000", "/*!999999 ",
            "/*M!", "/*M!100100 ", "/*+", "@", "@@", "?", ".", "..", "e", "x'", "n'", "b'0", "0x", "1", "1e", "(", ")",
            ",", "$", "$$", "SELECT", "DELETE", "INTO", "OUTFILE", "FROM", "t", "WITH", "AS", "SET", "=", ":=", "DELIMITER",
            "GET_LOCK", "FOR", "UPDATE", "EXPLAIN", "ANALYZE", " ", "\0", "ä", "日", "\u{a0}", "😀", "SHOW", "USE", "a.b",
        ]).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => "[ -~]{0,6}",
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}
