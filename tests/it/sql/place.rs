//! The statement at the cursor, and the place of a server's error.

use proptest::prelude::*;
use rrx::domain::sql::locate::{error_offset, statement_at};

use super::{dialects, hostile_text, mysql};

/// The statement at the `|` in a text.
fn at(marked: &str) -> Option<String> {
    let offset = marked.find('|').unwrap();
    let text = marked.replacen('|', "", 1);
    statement_at(&text, offset, mysql()).map(|span| text[span].to_owned())
}

#[test]
fn the_cursor_belongs_to_the_statement_around_it() {
    assert_eq!(at("SEL|ECT 1; SELECT 2").as_deref(), Some("SELECT 1"));
    assert_eq!(at("SELECT 1|; SELECT 2").as_deref(), Some("SELECT 1"));
    assert_eq!(at("SELECT 1;|\nSELECT 2").as_deref(), Some("SELECT 1"));
    assert_eq!(at("SELECT 1; | \nSELECT 2").as_deref(), Some("SELECT 1"));
    assert_eq!(at("SELECT 1; |SELECT 2").as_deref(), Some("SELECT 2"));
    assert_eq!(at("SELECT\n\n|\n1; SELECT 2").as_deref(), Some("SELECT\n\n\n1"));
}

#[test]
fn on_blank_lines_the_next_statement_is_meant_else_the_last() {
    assert_eq!(at("SELECT 1;\n|\nSELECT 2").as_deref(), Some("SELECT 2"));
    assert_eq!(at("SELECT 1;\n-- about| two\nSELECT 2").as_deref(), Some("SELECT 2"));
    assert_eq!(at("SELECT 1;\n\n|").as_deref(), Some("SELECT 1"));
    assert_eq!(at("|\n\nSELECT 1").as_deref(), Some("SELECT 1"));
    assert_eq!(at("|-- nothing"), None);
}

#[track_caller]
fn place(statement: &str, message: &str, code: u16, expected: Option<&str>) {
    let found = error_offset(statement, message, code, mysql()).map(|at| &statement[at..]);
    assert_eq!(found, expected);
}

#[test]
fn a_syntax_error_is_placed_by_its_text_and_line() {
    let near = |text: &str, line: usize| {
        format!(
            "You have an error in your SQL syntax; check the manual for the right syntax to use near '{text}' at line {line}"
        )
    };
    place("SELECT 1\nFROM\nWHERE x = 1", &near("WHERE x = 1", 3), 1064, Some("WHERE x = 1"));
    // The open quote counts, not the place at which the server stops.
    place("SELECT 'it's'", &near("s'", 1), 1064, Some("'"));
    place("SELECT 'it' s 'x'", &near("'x'", 1), 1064, Some("'x'"));
    place("SELECT 1 FROM ", &near("", 1), 1064, Some("FROM "));
    let long = format!("SELECT a FROM t WHERE {}", "x = 1 AND ".repeat(20));
    place(&long, &near(&long[9..89], 1), 1064, Some(&long[9..]));
    place("x x\nx x", &near("x x", 2), 1064, Some("x x"));
    place("SELECT 1", "garbage", 1064, None);
}

#[test]
fn an_unknown_name_is_placed_where_it_stands() {
    let statement = "SELECT s.nam, `nam` FROM study s WHERE nam = 1";
    place(statement, "Unknown column 's.nam' in 'field list'", 1054, Some(&statement[9..]));
    place(statement, "Unknown column 'nam' in 'where clause'", 1054, Some("nam = 1"));
    place(statement, "Unknown column 'gone' in 'field list'", 1054, None);
    place("SELECT 'nam', nam", "Unknown column 'nam' in 'field list'", 1054, Some("nam"));
    place("SELECT * FROM stdy", "Table 'demo.stdy' doesn't exist", 1146, Some("stdy"));
    place("SELECT * FROM demo.`stdy` x", "Table 'demo.stdy' doesn't exist", 1146, Some("`stdy` x"));
    place("SELECT fo(1)", "FUNCTION demo.fo does not exist", 1305, Some("fo(1)"));
    place("SELECT 1", "Lost connection", 2013, None);
}

proptest! {
    #[test]
    fn every_cursor_and_every_message_has_an_answer(text in hostile_text(), offset in 0_usize..200, message in ".{0,40}") {
        for dialect in dialects() {
            if let Some(span) = statement_at(&text, offset, dialect) {
                prop_assert!(text.get(span).is_some());
            }
            for code in [1064, 1054, 1146, 1305] {
                for words in [format!("near '{message}' at line 1"), format!("Unknown column '{message}' in 'where'")] {
                    if let Some(at) = error_offset(&text, &words, code, dialect) {
                        prop_assert!(text.is_char_boundary(at));
                    }
                }
            }
        }
    }
}
