//! Statements.

use proptest::prelude::*;
use rrx::domain::ids::SessionId;
use rrx::domain::sql::split::{StatementEnd, split, statements};
use rrx::domain::sql::{Dialect, SessionPins, guard};

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

#[test]
fn each_statement_says_how_it_ended() {
    use StatementEnd::{Go, Semicolon, Text, Vertical};
    let ends = |text: &str| statements(text, mysql()).iter().map(|statement| statement.end).collect::<Vec<_>>();
    assert_eq!(ends("SELECT 1; SELECT 2\\G SELECT 3\\g SELECT 4"), [Semicolon, Vertical, Go, Text]);
    assert_eq!(ends("SELECT 1\\G;"), [Vertical]);
    assert_eq!(ends("SELECT 1 -- \\G\n ;"), [Semicolon]);
    assert_eq!(ends("SELECT '\\\\G', \"\\G\" -- end"), [Text]);
    assert_eq!(ends(""), []);
}

/// Stored programs, each one statement up to the mark `|`, or to the end.
const PROGRAMS: &[&str] = &[
    "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END|; SELECT 3",
    "CREATE PROCEDURE p()\nBEGIN\n  IF a THEN SELECT 1; ELSEIF b THEN SELECT 2; ELSE SELECT 3; END IF;\n  SELECT 4;\nEND|; SELECT 5",
    "CREATE PROCEDURE p() BEGIN WHILE i < 3 DO SET i = i + 1; END WHILE; SELECT i; END|; SELECT 2",
    "CREATE PROCEDURE p() BEGIN REPEAT SET i = i + 1; UNTIL i > 3 END REPEAT; SELECT i; END|; SELECT 2",
    "CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP l; SELECT 1; END|; SELECT 2",
    "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE; SELECT 2; END|; SELECT 3",
    "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN a THEN 1 END, `end`; SELECT end; SELECT 2; END|; SELECT 3",
    "CREATE PROCEDURE p() BEGIN BEGIN SELECT 1; END; SELECT 2; END p|; SELECT 3",
    "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SELECT 1; END; SELECT 2; END|; SELECT 3",
    "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR NOT FOUND IF a THEN SELECT 1; END IF; SELECT 2; END|; SELECT 3",
    "CREATE PROCEDURE p() BEGIN IF EXISTS (SELECT 1) THEN SELECT IF(a, 1, 2); END IF; SELECT 2; END|; SELECT 3",
    "CREATE DEFINER = `a`@`b` PROCEDURE p() BEGIN SELECT 1; SELECT 2; END|; SELECT 3",
    "CREATE DEFINER=user@localhost FUNCTION f() RETURNS INT BEGIN SET @x = 1; RETURN 1; END|; SELECT 3",
    "CREATE OR REPLACE FUNCTION f() RETURNS INT DETERMINISTIC RETURN IF(1, 2, 3)|; SELECT 3",
    "CREATE PROCEDURE IF NOT EXISTS p() SELECT 1|; SELECT 3",
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1|; SELECT 3",
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.x = 1; SET NEW.y = 2; END|; SELECT 3",
    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.x THEN SET NEW.x = 1; SET NEW.y = 2; END IF|; SELECT 3",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN SELECT 1; SELECT 2; END|; SELECT 3",
    "ALTER EVENT e DO BEGIN SELECT 1; SELECT 2; END|; SELECT 3",
    "CREATE PROCEDURE p() LOOP SELECT 1; SELECT 2; END LOOP|; SELECT 3",
    "/*!50003 CREATE*/ /*!50003 PROCEDURE p() BEGIN SELECT 1; SELECT 2; END */|; SELECT 3",
    "create procedure p() begin select 1; select 2; end|; select 3",
    "CREATE PROCEDURE p() BEGIN SELECT 1\\G SELECT 2; END|; SELECT 3",
    // Not closed, or not clear: up to the end of the text.
    "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; SELECT 3",
    "CREATE PROCEDURE p() BEGIN SELECT begin; SELECT 2; END; SELECT 3",
    "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END //\nSELECT 3 //",
    "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END //\nDELIMITER |;\nSELECT 3",
];

#[test]
fn a_stored_program_is_one_statement_that_the_guard_refuses() {
    let check = |text: &str, dialect: Dialect| guard::refusal(text, dialect, &SessionPins::default());
    for program in PROGRAMS {
        let text = program.replace('|', "");
        let end = program.find('|').unwrap_or(text.len());
        for dialect in [mysql(), mariadb()] {
            let found = statements(&text, dialect);
            assert_eq!(text[found[0].span.clone()].trim_end(), text[..end].trim_end(), "{dialect:?}");
            assert_eq!(found.len(), if end < text.len() { 2 } else { 1 }, "{text}");
            let refusal = check(&text[found[0].span.clone()], dialect).unwrap();
            let reason = if text.starts_with("DELIMITER") { "for stored programs" } else { "on" };
            assert!(refusal.what.contains(reason) && !refusal.what.contains("statements, and only one"), "{refusal:?}");
        }
    }
    let reason = |text: &str| check(text, mysql()).unwrap().what;
    let stores = "CREATE PROCEDURE stores a program on the server, and rrx only reads.";
    assert_eq!(reason("CREATE PROCEDURE p() BEGIN SELECT 1; END"), stores);
    assert_eq!(reason("CREATE DEFINER = a PROCEDURE p() SELECT 1"), stores);
    assert_eq!(reason("CREATE TABLE event (a INT)"), "CREATE changes the schema, and rrx only reads.");
    assert!(guard::check("SELECT 1; END", mysql(), SessionId(1), &SessionPins::default()).is_err());
}

#[test]
fn other_statements_end_at_their_semicolon() {
    for text in [
        "CREATE TABLE event (begin INT); SELECT 1",
        "CREATE VIEW v AS SELECT CASE WHEN 1 THEN 2 END; SELECT 1",
        "BEGIN; SELECT 1",
        "SELECT begin FROM t; SELECT 1",
        "SELECT IF(a, 1, 2); SELECT 1",
        "DROP PROCEDURE IF EXISTS p; SELECT 1",
        "SHOW CREATE PROCEDURE p; SELECT 1",
        "DELIMITER ;\nSELECT 1",
        "DELIMITER //\nDELIMITER ;\nSELECT 1",
    ] {
        for dialect in [mysql(), mariadb()] {
            let found = statements(text, dialect);
            assert_eq!(&text[found[found.len() - 1].span.clone()], "SELECT 1", "{text}");
        }
    }
    let text = "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3";
    assert_eq!(statements(text, mariadb()).len(), 2);
    let oracle = with_mode(mariadb(), "ORACLE");
    assert_eq!(statements("CREATE PROCEDURE p AS x INT; BEGIN SELECT 1; END; SELECT 3", oracle).len(), 1);
}

/// Statements of a body, with blocks in them.
fn body() -> impl Strategy<Value = String> {
    let simple = prop::sample::select(vec![
        "SELECT 1",
        "SELECT CASE WHEN a THEN 1 ELSE 2 END",
        "SET @x = IF(a, 1, 2)",
        "SELECT end",
        "SELECT `begin`, 'END;'",
        "LEAVE l",
        "DECLARE x INT DEFAULT 0",
        "SELECT a /* END; */",
        "BEGIN END",
        "SELECT t.end, t.begin FROM t",
    ]);
    let simple = simple.prop_map(str::to_owned);
    simple.prop_recursive(4, 24, 4, |inner| {
        (prop::collection::vec(inner, 1..4), 0_usize..8).prop_map(|(statements, form)| {
            let list = statements.join("; ") + ";";
            match form {
                0 => format!("BEGIN {list} END"),
                1 => format!("IF a THEN {list} ELSE {list} END IF"),
                2 => format!("WHILE a DO {list} END WHILE"),
                3 => format!("REPEAT {list} UNTIL a END REPEAT"),
                4 => format!("l: LOOP {list} END LOOP l"),
                5 => format!("CASE a WHEN 1 THEN {list} END CASE"),
                6 => format!("DECLARE EXIT HANDLER FOR NOT FOUND BEGIN {list} END"),
                _ => format!("IF (a) THEN {list} ELSEIF b THEN {list} END IF"),
            }
        })
    })
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

    #[test]
    fn no_statement_of_a_body_stands_alone(statements_of_body in prop::collection::vec(body(), 1..4)) {
        let program = format!("CREATE PROCEDURE p() BEGIN {}; END", statements_of_body.join("; "));
        for dialect in dialects() {
            for text in [program.clone(), format!("{program}; SELECT 3"), format!("SELECT 0; {program};")] {
                for statement in statements(&text, dialect) {
                    let alone = &text[statement.span];
                    let is_known = ["SELECT 0", "SELECT 3"].contains(&alone) || alone.starts_with("CREATE PROCEDURE");
                    prop_assert!(is_known, "{alone} of {text}");
                    prop_assert!(!alone.starts_with("CREATE") || alone.contains(program.as_str()), "{alone} of {text}");
                }
            }
        }
    }
}
