//! Errors in place: the marked token, the words, the offer.

use proptest::prelude::*;
use rrx::domain::catalog::{Catalog, NameCase, Routine, Schema, Table, TableColumn};
use rrx::domain::sql::errors::{ErrorMark, ReportedError, mark_error, open_text, verb_offer};
use rrx::domain::sql::scope::KnownNames;

use super::{dialects, hostile_text, mysql, with_mode};

fn catalog() -> Catalog {
    let table = |name: &str, columns: &str| Table {
        name: name.to_owned(),
        columns: columns
            .split(' ')
            .map(|name| TableColumn { name: name.to_owned(), ..TableColumn::default() })
            .collect(),
        ..Table::default()
    };
    let demo = Schema {
        name: "demo".to_owned(),
        tables: vec![
            table("form", "id subject_id name canceled"),
            table("order", "id from"),
            table("study", "id name status"),
            table("subject", "id study_id screening_number status canceled"),
        ],
        routines: vec![Routine { name: "age_at".to_owned(), kind: "FUNCTION".to_owned(), ..Routine::default() }],
        ..Schema::default()
    };
    let archive =
        Schema { name: "archive".to_owned(), tables: vec![table("old_forms", "id name")], ..Schema::default() };
    Catalog { generation: 1, schemas: vec![archive, demo] }
}

fn marked(statement: &str, code: u16, message: &str) -> Option<ErrorMark> {
    let catalog = catalog();
    let known = KnownNames { catalog: &catalog, database: Some("demo"), name_case: NameCase::Distinguished };
    mark_error(statement, ReportedError { code, message }, mysql(), known)
}

/// Returns the statement with the offer taken, or the words of the mark.
fn outcome(statement: &str, mark: &ErrorMark) -> String {
    match &mark.offer {
        Some(offer) => {
            let mut text = statement.to_owned();
            text.replace_range(offer.span.clone(), &offer.replacement);
            text
        }
        None => mark.message.clone().unwrap_or_default(),
    }
}

#[track_caller]
fn check(statement: &str, code: u16, message: &str, expected: (&str, &str)) {
    let mark = marked(statement, code, message).unwrap_or_else(|| panic!("{statement}: no mark"));
    assert_eq!((&statement[mark.span.clone()], outcome(statement, &mark).as_str()), expected, "{statement}");
}

fn near(text: &str) -> String {
    format!(
        "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right \
         syntax to use near '{text}' at line 1"
    )
}

/// A misspelled keyword, the text that MySQL 5.7 to 9 and MariaDB 10.6 to 11 report, and the statement after the offer.
#[test]
fn a_misspelled_keyword_is_replaced() {
    for (statement, tail, word, expected) in [
        ("SELEC * FROM study", "SELEC * FROM study", "SELEC", "SELECT * FROM study"),
        ("selec * from study", "selec * from study", "selec", "select * from study"),
        ("SELECT id FRM study", "study", "FRM", "SELECT id FROM study"),
        ("SELECT id FROM study WHER id = 1", "id = 1", "WHER", "SELECT id FROM study WHERE id = 1"),
        ("SELECT id FROM study WHER study.id = 1", "study.id = 1", "WHER", "SELECT id FROM study WHERE study.id = 1"),
        ("SELECT id FROM study GROPU BY id", "BY id", "GROPU", "SELECT id FROM study GROUP BY id"),
        (
            "SELECT * FROM study s JOIM form f ON 1",
            "JOIM form f ON 1",
            "JOIM",
            "SELECT * FROM study s JOIN form f ON 1",
        ),
        ("SELECT * FROM study JOIM form ON 1", "form ON 1", "JOIM", "SELECT * FROM study JOIN form ON 1"),
        ("SELECT COUNT(*) FORM study", "study", "FORM", "SELECT COUNT(*) FROM study"),
        ("SELECT * FROM study WHERE id = 1 ADN id", "ADN id", "ADN", "SELECT * FROM study WHERE id = 1 AND id"),
        ("SELECT * FROM study ORDR BY id", "BY id", "ORDR", "SELECT * FROM study ORDER BY id"),
        ("SELECT * FROM study ORDER YB id", "YB id", "YB", "SELECT * FROM study ORDER BY id"),
        ("SELECT * FROM study LIMTI 5", "5", "LIMTI", "SELECT * FROM study LIMIT 5"),
        ("SELECT * FROM study WHERE id = 1 LIMTI 5", "LIMTI 5", "LIMTI", "SELECT * FROM study WHERE id = 1 LIMIT 5"),
        ("SELECT * FROM study WHERE name LIEK 'x'", "LIEK 'x'", "LIEK", "SELECT * FROM study WHERE name LIKE 'x'"),
        ("SELECT * FROM study WHERE name IS NUL", "NUL", "NUL", "SELECT * FROM study WHERE name IS NULL"),
        ("SELECT CASE WEHN id THEN 2 END", "id THEN 2 END", "WEHN", "SELECT CASE WHEN id THEN 2 END"),
        ("SELECT CASE WHEN id THNE 2 END", "THNE 2 END", "THNE", "SELECT CASE WHEN id THEN 2 END"),
        ("SELECT id FROM study HAVNG id > 1", "id > 1", "HAVNG", "SELECT id FROM study HAVING id > 1"),
        ("SELECT id FROM form UNOIN SELECT 1", "SELECT 1", "UNOIN", "SELECT id FROM form UNION SELECT 1"),
        (
            "SELECT 1 FROM study WHERE id BETWEN 1 AND 2",
            "BETWEN 1 AND 2",
            "BETWEN",
            "SELECT 1 FROM study WHERE id BETWEEN 1 AND 2",
        ),
        (
            "SELECT 1 FROM study WHERE id BETWEEN 1 ADN 2",
            "ADN 2",
            "ADN",
            "SELECT 1 FROM study WHERE id BETWEEN 1 AND 2",
        ),
        (
            "SELECT 1 FROM study s LFET JOIN form f ON 1",
            "LFET JOIN form f ON 1",
            "LFET",
            "SELECT 1 FROM study s LEFT JOIN form f ON 1",
        ),
        (
            "SELECT 1 FROM study s LEFT JION form f ON 1",
            "JION form f ON 1",
            "JION",
            "SELECT 1 FROM study s LEFT JOIN form f ON 1",
        ),
        (
            "SELECT 1 FROM study s JOIN form f NO f.id = 1",
            "NO f.id = 1",
            "NO",
            "SELECT 1 FROM study s JOIN form f ON f.id = 1",
        ),
        ("SELECT 1 FROM study ORDER BY 1 DSEC", "DSEC", "DSEC", "SELECT 1 FROM study ORDER BY 1 DESC"),
        ("SELECT 1 FROM study WHERE id NTO IN (1)", "NTO IN (1)", "NTO", "SELECT 1 FROM study WHERE id NOT IN (1)"),
        ("SELECT 1 WHERE EXITS (SELECT 1)", "SELECT 1)", "EXITS", "SELECT 1 WHERE EXISTS (SELECT 1)"),
        ("SHOW TABELS", "TABELS", "TABELS", "SHOW TABLES"),
        ("SHWO TABLES", "SHWO TABLES", "SHWO", "SHOW TABLES"),
        ("DESCRIB study", "DESCRIB study", "DESCRIB", "DESCRIBE study"),
        ("SELECT CONUT(*) FROM study", "*) FROM study", "CONUT", "SELECT COUNT(*) FROM study"),
        ("SELECT COUNT (*) FROM study", "*) FROM study", "COUNT", "SELECT COUNT(*) FROM study"),
        ("SELECT id, FROM study", "FROM study", ",", "SELECT id FROM study"),
    ] {
        check(statement, 1064, &near(tail), (word, expected));
    }
}

#[test]
fn a_syntax_error_without_a_near_keyword_marks_the_whole_token() {
    check("SELECT id name status FROM study", 1064, &near("status FROM study"), ("status", ""));
    check("SELECT id) FROM study", 1064, &near(") FROM study"), (")", "This parenthesis was not opened."));
    check("SELECT 'a' = = 'b'", 1064, &near("= 'b'"), ("=", ""));
    // A table that is named like a misspelled keyword is none.
    check("SELECT * FROM form ^ 1", 1064, &near("^ 1"), ("^", ""));
}

#[test]
fn a_statement_that_ends_too_early_says_what_is_open() {
    for (statement, word, words) in [
        ("SELECT * FROM study WHERE id IN (1, 2", "(", "the parenthesis opened in line 1 is not closed."),
        ("SELECT *\nFROM study WHERE (id = 1", "(", "the parenthesis opened in line 2 is not closed."),
        ("SELECT CASE WHEN 1 THEN 2", "CASE", "the CASE in line 1 has no END."),
        ("SELECT * FROM study WHERE", "WHERE", "something is missing after WHERE."),
        ("SELECT * FROM study WHERE id =  ", "=", "something is missing after =."),
        ("SELECT * FROM study JOIN", "JOIN", "something is missing after JOIN."),
        ("SELECT", "SELECT", "something is missing after SELECT."),
    ] {
        let expected = format!("The statement ends too early: {words}");
        check(statement, 1064, &near(""), (word, &expected));
    }
    let expected = "The parenthesis opened in line 1 is not closed.";
    check("SELECT COUNT(id FROM study", 1064, &near("FROM study"), ("(", expected));
    check(
        "SELECT CASE WHEN 1 THEN 2 FROM study",
        1064,
        &near("FROM study"),
        ("CASE", "The CASE in line 1 has no END."),
    );
}

#[test]
fn an_open_quote_or_comment_is_marked_where_it_opens() {
    let mark = |text: &str| {
        let mark = open_text(text, mysql())?;
        Some((text[mark.span.clone()].to_owned(), mark.span.start, mark.message.unwrap()))
    };
    let is = |text: &str, at: usize, words: &str| Some((text.to_owned(), at, words.to_owned()));
    assert_eq!(mark("SELECT\n'abc FROM t"), is("'", 7, "The text that opens in line 2 is not closed."));
    assert_eq!(mark("SELECT n'abc"), is("n'", 7, "The text that opens in line 1 is not closed."));
    assert_eq!(mark("SELECT \"abc"), is("\"", 7, "The text that opens in line 1 is not closed."));
    assert_eq!(mark("SELECT `abc"), is("`", 7, "The quoted name that opens in line 1 is not closed."));
    assert_eq!(mark("SELECT 1 /* abc"), is("/*", 9, "The comment that opens in line 1 is not closed."));
    assert_eq!(mark("SELECT 1 /*! abc"), is("/*!", 9, "The executable comment that opens in line 1 is not closed."));
    assert_eq!(mark("SELECT 'it''s' /* b */"), None);
    check(
        "SELECT 'abc FROM study",
        1064,
        &near("'abc FROM study"),
        ("'", "The text that opens in line 1 is not closed."),
    );
    assert_eq!(open_text(r"SELECT 'a\'", with_mode(mysql(), "NO_BACKSLASH_ESCAPES")), None);
}

#[test]
fn an_unknown_table_is_replaced_by_the_nearest() {
    for (statement, message, word, expected) in [
        ("SELECT * FROM subjct", "Table 'demo.subjct' doesn't exist", "subjct", "SELECT * FROM subject"),
        (
            "SELECT subjct FROM demo.subjct",
            "Table 'demo.subjct' doesn't exist",
            "subjct",
            "SELECT subjct FROM demo.subject",
        ),
        ("SELECT * FROM Subject", "Table 'demo.Subject' doesn't exist", "Subject", "SELECT * FROM subject"),
        ("SELECT * FROM `subjct`", "Table 'demo.subjct' doesn't exist", "`subjct`", "SELECT * FROM `subject`"),
        ("SELECT * FROM ordr", "Table 'demo.ordr' doesn't exist", "ordr", "SELECT * FROM `order`"),
        ("SELECT * FROM dmo.subject", "Table 'dmo.subject' doesn't exist", "dmo", "SELECT * FROM demo.subject"),
        (
            "SELECT * FROM old_forms",
            "Table 'demo.old_forms' doesn't exist",
            "old_forms",
            "SELECT * FROM archive.old_forms",
        ),
        (
            "WITH recent AS (SELECT 1) SELECT * FROM recnt",
            "Table 'demo.recnt' doesn't exist",
            "recnt",
            "WITH recent AS (SELECT 1) SELECT * FROM recent",
        ),
        (
            "SELECT * FROM visits",
            "Table 'demo.visits' doesn't exist",
            "visits",
            "There is no table visits in the database demo.",
        ),
    ] {
        check(statement, 1146, message, (word, expected));
    }
    check("SELECT * FROM dmo.subject", 1049, "Unknown database 'dmo'", ("dmo", "SELECT * FROM demo.subject"));
    check("USE dmo", 1049, "Unknown database 'dmo'", ("dmo", "USE demo"));
    check("SELECT d.* FROM subject s", 1051, "Unknown table 'd'", ("d", "No table of this query is named d."));
    check(
        "SELECT subject.* FROM subject s",
        1051,
        "Unknown table 'demo.subject'",
        ("subject", "SELECT s.* FROM subject s"),
    );
    check(
        "SELECT sx.id FROM subject s",
        1109,
        "Unknown table 'sx' in field list",
        ("sx", "SELECT s.id FROM subject s"),
    );
}

#[test]
fn an_unknown_column_is_replaced_by_the_nearest_in_scope() {
    for (statement, message, word, expected) in [
        (
            "SELECT s.statu FROM subject s",
            "Unknown column 's.statu' in 'field list'",
            "statu",
            "SELECT s.status FROM subject s",
        ),
        (
            "SELECT s.statu FROM subject s",
            "Unknown column 's.statu' in 'SELECT'",
            "statu",
            "SELECT s.status FROM subject s",
        ),
        (
            "SELECT statu FROM subject s",
            "Unknown column 'statu' in 'field list'",
            "statu",
            "SELECT status FROM subject s",
        ),
        (
            "SELECT demo.subject.statu FROM subject",
            "Unknown column 'demo.subject.statu' in 'field list'",
            "statu",
            "SELECT demo.subject.status FROM subject",
        ),
        (
            "SELECT id FROM subject WHERE id = statu",
            "Unknown column 'statu' in 'where clause'",
            "statu",
            "SELECT id FROM subject WHERE id = status",
        ),
        (
            "SELECT 1 FROM subject s JOIN study t ON t.id = s.stud_id",
            "Unknown column 's.stud_id' in 'on clause'",
            "stud_id",
            "SELECT 1 FROM subject s JOIN study t ON t.id = s.study_id",
        ),
        (
            "SELECT subject.id FROM subject s",
            "Unknown column 'subject.id' in 'field list'",
            "subject",
            "SELECT s.id FROM subject s",
        ),
        (
            "SELECT sub.id FROM subject subj",
            "Unknown column 'sub.id' in 'field list'",
            "sub",
            "SELECT subj.id FROM subject subj",
        ),
        (
            "SELECT s.name FROM subject s JOIN study t ON 1",
            "Unknown column 's.name' in 'field list'",
            "name",
            "SELECT t.name FROM subject s JOIN study t ON 1",
        ),
        (
            "SELECT id AS number FROM study ORDER BY numbr",
            "Unknown column 'numbr' in 'order clause'",
            "numbr",
            "SELECT id AS number FROM study ORDER BY number",
        ),
        ("SELECT fro FROM `order`", "Unknown column 'fro' in 'field list'", "fro", "SELECT `from` FROM `order`"),
        (
            "SELECT DISTINT name FROM study",
            "Unknown column 'DISTINT' in 'field list'",
            "DISTINT",
            "SELECT DISTINCT name FROM study",
        ),
        (
            "SELECT id FROM study WHERE status = Active",
            "Unknown column 'Active' in 'where clause'",
            "Active",
            "SELECT id FROM study WHERE status = 'Active'",
        ),
        (
            "SELECT weight FROM study",
            "Unknown column 'weight' in 'field list'",
            "weight",
            "study has no column weight.",
        ),
        (
            "SELECT weight FROM study s, form f",
            "Unknown column 'weight' in 'field list'",
            "weight",
            "No table of this query has a column weight.",
        ),
    ] {
        check(statement, 1054, message, (word, expected));
    }
}

#[test]
fn an_unknown_column_of_a_subquery_or_an_outer_query_has_an_offer() {
    for (statement, message, word, expected) in [
        (
            "SELECT d.nam FROM (SELECT name FROM study) d",
            "Unknown column 'd.nam' in 'field list'",
            "nam",
            "SELECT d.name FROM (SELECT name FROM study) d",
        ),
        (
            "SELECT id FROM study s WHERE EXISTS (SELECT 1 FROM form f WHERE f.study = s.idd)",
            "Unknown column 's.idd' in 'where clause'",
            "idd",
            "SELECT id FROM study s WHERE EXISTS (SELECT 1 FROM form f WHERE f.study = s.id)",
        ),
    ] {
        check(statement, 1054, message, (word, expected));
    }
}

#[test]
fn of_two_equal_names_the_one_in_the_clause_is_marked() {
    let statement = "SELECT nam AS x FROM study WHERE nam = 1";
    assert_eq!(marked(statement, 1054, "Unknown column 'nam' in 'where clause'").unwrap().span, 33..36);
    assert_eq!(marked(statement, 1054, "Unknown column 'nam' in 'field list'").unwrap().span, 7..10);
}

#[test]
fn other_errors_mark_what_they_name() {
    let two = "SELECT id FROM subject s JOIN form f ON f.subject_id = s.id";
    check(two, 1052, "Column 'id' in field list is ambiguous", ("id", &two.replacen("id", "s.id", 1)));
    check("SELECT 1 FROM study s JOIN form s", 1066, "Not unique table/alias: 's'", ("s", ""));
    let grouped = "SELECT s.status, s.name FROM study s GROUP BY s.status";
    let message = "Expression #2 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'demo.s.name' which is \
                   not functionally dependent on columns in GROUP BY clause";
    check(grouped, 1055, message, ("name", ""));
    check("SELECT age_ta(1)", 1305, "FUNCTION demo.age_ta does not exist", ("age_ta", "SELECT age_at(1)"));
    check(
        "select uper(name) from study",
        1305,
        "FUNCTION demo.uper does not exist",
        ("uper", "select upper(name) from study"),
    );
    check(
        "SELECT sum (id) FROM study",
        1630,
        "FUNCTION demo.sum does not exist. Check the 'Function Name'",
        ("sum", "SELECT sum(id) FROM study"),
    );
    check("SELECT @@sql_mod", 1193, "Unknown system variable 'sql_mod'", ("@@sql_mod", ""));
    check(
        "SELECT 1 FROM study WHERE d > '2024-13-01'",
        1525,
        "Incorrect DATE value: '2024-13-01'",
        ("'2024-13-01'", ""),
    );
    check("SELECT LEFT('x')", 1582, "Incorrect parameter count in the call to native function 'LEFT'", ("LEFT", ""));
    assert_eq!(marked("SELECT 1", 2013, "Lost connection"), None);
    assert_eq!(marked("SELECT 1", 1054, "Unknown column 'gone' in 'field list'"), None);
}

#[test]
fn the_first_word_of_a_refused_statement_has_an_offer() {
    let offer = |text: &str| verb_offer(text, mysql()).map(|offer| offer.text);
    assert_eq!(offer("SELEC 1").as_deref(), Some("Replace SELEC with SELECT"));
    assert_eq!(offer("shwo tables").as_deref(), Some("Replace shwo with show"));
    assert_eq!(offer("(slect 1)").as_deref(), Some("Replace slect with select"));
    assert_eq!(offer("DELETE FROM t"), None);
    assert_eq!(offer("`SELEC` 1"), None);
    assert_eq!(offer(""), None);
}

proptest! {
    #[test]
    fn every_mark_and_offer_is_in_the_text(text in hostile_text(), message in ".{0,30}", line in 0_usize..3) {
        let catalog = catalog();
        let known = KnownNames { catalog: &catalog, database: Some("demo"), name_case: NameCase::Ignored };
        let messages = [near(&message), format!("near '{message}' at line {line}"), format!("Unknown column '{message}' in 'on clause'")];
        for dialect in dialects() {
            for words in &messages {
                for code in [1064, 1054, 1052, 1146, 1109, 1049, 1305, 1630, 1066, 1525, 1055] {
                    let error = ReportedError { code, message: words };
                    if let Some(mark) = mark_error(&text, error, dialect, known) {
                        prop_assert!(text.get(mark.span).is_some());
                        prop_assert!(mark.offer.is_none_or(|offer| text.get(offer.span).is_some()));
                    }
                }
            }
            if let Some(offer) = verb_offer(&text, dialect) {
                prop_assert!(text.get(offer.span).is_some());
            }
        }
    }
}
