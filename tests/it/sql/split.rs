//! Statements.

use proptest::prelude::*;
use rrx::domain::sql::split::{split, statements};

use super::{dialects, hostile_text, mariadb, mysql, with_mode};

fn texts(text: &str) -> Vec<String> {
    split(text, mysql()).unwrap().into_iter().map(|statement| text[statement.span].to_owned()).collect()
}

#[test]
fn statements_end_at_a_semicolon_outside_of_literals_names_and_comments() {
    assert_eq!(texts("SELECT 1; SELECT 2"), ["SELECT 1", "SELECT 2"]);
    assert_eq!(texts("SELECT ';', `;`, \";\" /* ; */ -- ;\n , 3;"), ["SELECT ';', `;`, \";\" /* ; */ -- ;\n , 3"]);
    assert_eq!(texts("/* before */ SELECT 1 /* in */ + 1 -- after\n;"), ["SELECT 1 /* in */ + 1"]);
    assert_eq!(texts("/*! SELECT 1; */ SELECT 2"), ["/*! SELECT 1", "*/ SELECT 2"]);
}

#[test]
fn pieces_of_blanks_and_comments_are_no_statements() {
    assert_eq!(texts(";; -- a\n ; /* b */ ; /*! */ ; # c"), Vec::<String>::new());
    assert_eq!(texts("SELECT 1 /* open"), ["SELECT 1 /* open"]);
}

#[test]
fn a_literal_of_one_dialect_is_two_statements_of_another() {
    let text = r"SELECT 'a\'; DELETE FROM t; -- '";
    assert_eq!(statements(text, mysql()).len(), 1);
    assert_eq!(statements(text, with_mode(mysql(), "NO_BACKSLASH_ESCAPES")).len(), 2);
    let text = "SELECT 1 /*!80000 ; DELETE FROM t */";
    assert_eq!(statements(text, mariadb()).len(), 1);
    assert_eq!(statements(text, mysql()).len(), 2);
}

#[test]
fn a_delimiter_line_is_refused_with_its_place() {
    let text = "SELECT 1;\nDELIMITER //\nSELECT 2 //";
    assert_eq!(&text[split(text, mysql()).unwrap_err().at], "DELIMITER //");
    assert!(split("SELECT delimiter FROM t", mysql()).is_ok());
}

proptest! {
    #[test]
    fn the_shares_of_all_statements_joined_are_the_text(text in hostile_text()) {
        for dialect in dialects() {
            let found = statements(&text, dialect);
            let joined: String = found.iter().map(|statement| &text[statement.extent.clone()]).collect();
            if !found.is_empty() {
                prop_assert_eq!(joined, text.clone());
            }
            for statement in found {
                prop_assert!(statement.extent.start <= statement.span.start && statement.span.end <= statement.extent.end);
                prop_assert!(!statement.span.is_empty());
            }
        }
    }

    #[test]
    fn statements_written_one_after_the_other_come_back(count in 1_usize..8, glue in prop::sample::select(vec![";", "; ", ";\n", " ;; -- x\n"])) {
        let pieces = ["SELECT ';'", "SHOW TABLES", "SELECT `a;b` /* ; */ FROM t", "SELECT '\\';'"];
        let wanted: Vec<&str> = (0..count).map(|at| pieces[at % pieces.len()]).collect();
        let text = wanted.join(glue);
        let found: Vec<&str> = statements(&text, mysql()).into_iter().map(|statement| &text[statement.span]).collect();
        prop_assert_eq!(found, wanted);
    }
}
