//! The guard against a corpus, and against arbitrary text.

use proptest::prelude::*;
use rrx::domain::ids::SessionId;
use rrx::domain::sql::Dialect;
use rrx::domain::sql::guard::{Checked, Refusal, SessionPins, check};
use rrx::domain::sql::split::statements;

use super::{dialects, hostile_text, mariadb, mysql, with_mode};

fn guard(text: &str, dialect: Dialect) -> Result<Checked, Refusal> {
    check(text, dialect, SessionId(7), &SessionPins::default())
}

#[test]
fn reading_statements_pass() {
    for text in include_str!("allowed.sql").split("\n----\n") {
        for dialect in [mysql(), mariadb()] {
            let checked = guard(text, dialect).unwrap_or_else(|refusal| panic!("{text}\n{refusal:?}"));
            assert_eq!(checked.text(), text);
            assert_eq!((checked.session(), checked.dialect()), (SessionId(7), dialect));
        }
    }
}

#[test]
fn everything_else_is_refused_with_its_place_and_a_way_on() {
    for case in include_str!("refused.sql").split("\n----\n") {
        let (place, text) = case.split_once('\n').unwrap();
        let place = place.strip_prefix("-- at: ").unwrap_or_else(|| panic!("{case}"));
        for dialect in [mysql(), mariadb()] {
            let refusal = guard(text, dialect).expect_err(text);
            assert_eq!(&text[refusal.at.clone()], place, "{text}\n{refusal:?}");
            assert!(refusal.what.ends_with('.') && refusal.hint.ends_with('.'), "{refusal:?}");
        }
    }
}

#[test]
fn a_literal_that_is_two_statements_under_no_backslash_escapes_is_refused_there() {
    let text = r"SELECT 'a\'; DELETE FROM t; -- '";
    assert!(guard(text, mysql()).is_ok());
    let refusal = guard(text, with_mode(mysql(), "NO_BACKSLASH_ESCAPES")).unwrap_err();
    assert_eq!(&text[refusal.at], "DELETE FROM t");
}

#[test]
fn quotes_that_name_things_under_ansi_quotes_are_read_as_names() {
    let ansi = with_mode(mysql(), "ANSI_QUOTES");
    assert!(guard(r#"SELECT "into" FROM "for update""#, ansi).is_ok());
    assert!(guard(r#"SELECT "get_lock"('a', 1)"#, ansi).is_err());
    let text = r#"SELECT "\"; DELETE FROM t; -- ""#;
    assert!(guard(text, mysql()).is_ok());
    assert!(guard(text, ansi).is_err());
}

#[test]
fn an_executable_comment_is_code_only_where_its_server_runs_it() {
    let write = "SELECT 1 /*!80000 INTO OUTFILE '/tmp/x' */";
    assert!(guard(write, mysql()).is_err());
    assert!(guard(write, mariadb()).is_ok());
    assert!(guard("SELECT 1 /*!90000 + 1 */", mysql()).is_ok());
    assert!(guard("SELECT 1 /*M!100100 INTO OUTFILE 'x' */", mariadb()).is_err());
}

#[test]
fn a_comment_that_servers_read_differently_is_refused() {
    for text in ["SELECT 1 /*!800001 */", "SELECT 1 /*M! + 1 */", "SELECT 1 /*!99999 /* a */ ; DELETE FROM t */"] {
        assert!(guard(text, mysql()).is_err(), "{text}");
    }
    let other = Dialect { server: rrx::domain::sql::ServerFamily::Other, ..mysql() };
    assert!(guard("SELECT 1 /*! + 1 */", other).is_err());
    assert!(guard("SELECT 1 /* plain! */", other).is_ok());
}

/// A server may tell a version that is not its own: 5.7.0 of an Aurora 5.7.12, `--version=5.7.30` of a MariaDB 10.11.
#[test]
fn no_version_that_a_server_may_have_in_truth_reads_a_write() {
    let told = |version| Dialect { version, ..mariadb() };
    for text in [
        "SELECT 1 /*!50712 INTO OUTFILE '/tmp/x' */",
        "SELECT 1 /*!90000 INTO OUTFILE 'x' */",
        "/*!50000 EXPLAIN */ DELETE FROM t",
        "/*!90000 DELETE FROM t */",
        "SELECT 1 /*!50701 ; DELETE FROM t */",
        "SELECT /*!40000 1 */ /*!60000 , GET_LOCK('a', 1) */",
    ] {
        for version in [(0, 0, 0), (5, 7, 0), (8, 0, 36), (99, 0, 0)] {
            assert!(guard(text, Dialect { version, ..mysql() }).is_err(), "{version:?} {text}");
        }
    }
    for text in ["SELECT 1 /*M!100100 INTO OUTFILE 'x' */", "/*!100000 EXPLAIN */ DELETE FROM t"] {
        for version in [(0, 0, 0), (5, 7, 30), (10, 11, 6)] {
            assert!(guard(text, told(version)).is_err(), "{version:?} {text}");
        }
    }
    for text in ["/*!50000 SELECT 1 */", "SELECT /*!99999 STRAIGHT_JOIN */ 1", "SELECT '!50000', 'a!80000'"] {
        assert!(guard(text, mysql()).is_ok(), "{text}");
    }
    let many = (50_000..50_040).map(|version| format!("/*!{version} */")).collect::<Vec<_>>().concat();
    assert!(guard(&format!("SELECT 1 {many}"), mysql()).is_err());
}

#[test]
fn functions_with_effects_are_found_in_every_spelling() {
    for text in [
        "SELECT GET_LOCK('a', 1)",
        "SELECT get_lock ('a', 1)",
        "SELECT get_lock/* x */('a', 1)",
        "SELECT `GET_LOCK`('a', 1)",
        "SELECT g\u{c9}t_lock('a', 1)",
        "SELECT mariadb_schema.get_lock('a', 1)",
        "SHOW TABLES WHERE load_file('/etc/passwd') IS NOT NULL",
        "SET @x = (SELECT LOAD_FILE('/etc/passwd'))",
        "EXPLAIN SELECT * FROM (SELECT GET_LOCK('a', 1)) x",
    ] {
        assert!(guard(text, mysql()).is_err(), "{text}");
    }
}

#[test]
fn a_refused_set_names_its_reason_and_a_way_that_exists() {
    for (text, hint) in [
        ("SET time_zone = '+05:00'", "`session.time_zone`"),
        ("SET NAMES latin1", "CONVERT("),
        ("SET sql_select_limit = 5", "LIMIT"),
        ("SET max_execution_time = 0", "`limits`"),
        ("SET sql_log_bin = 0", "SHOW VARIABLES"),
        ("SET no_such_variable = 1", "SHOW VARIABLES"),
        ("SET wait_timeout = 1", "keeps the connection alive"),
        ("SET autocommit = 0", "Leave it out"),
    ] {
        let refusal = guard(text, mysql()).expect_err(text);
        assert!(refusal.hint.contains(hint), "{text}: {refusal:?}");
        assert!(!refusal.hint.contains("`session` table"), "{text}: {refusal:?}");
    }
}

#[test]
fn a_set_to_what_the_session_has_is_not_sent_and_a_time_limit_only_becomes_shorter() {
    let pins = SessionPins { time_zone: Some("+00:00".into()), statement_seconds: Some(60) };
    let check = |text: &str| check(text, mysql(), SessionId(7), &pins);
    for text in ["SET time_zone = '+00:00'", "SET SESSION autocommit = ON", "SET TRANSACTION READ ONLY, READ ONLY"] {
        let checked = check(text).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
        assert!(!checked.is_to_be_sent() && checked.note().is_some(), "{text}");
    }
    assert!(check("SET autocommit = 1, @a = 1").unwrap().is_to_be_sent());
    for (text, passes) in [
        ("SET max_execution_time = 60000", true),
        ("SET max_execution_time = 60001", false),
        ("SET max_statement_time = 59.5", true),
        ("SET max_statement_time = -1", false),
        ("SET max_execution_time = DEFAULT", false),
    ] {
        assert_eq!(check(text).is_ok(), passes, "{text}");
    }
}

proptest! {
    #[test]
    fn what_the_guard_lets_through_is_exactly_one_statement(text in hostile_text()) {
        for dialect in dialects() {
            if guard(&text, dialect).is_ok() {
                prop_assert_eq!(statements(&text, dialect).len(), 1, "{}", text);
            }
        }
    }

    #[test]
    fn what_passes_at_one_version_passes_at_all(text in hostile_text(), versions in prop::collection::vec((0_u16..12, 0_u16..100, 0_u16..100), 4)) {
        let text = format!("SELECT {text}");
        for dialect in [mysql(), mariadb()] {
            let passes: Vec<bool> =
                versions.iter().map(|&version| guard(&text, Dialect { version, ..dialect }).is_ok()).collect();
            prop_assert!(passes.iter().all(|&passed| passed == passes[0]), "{}", text);
        }
    }

    #[test]
    fn a_refusal_names_a_place_inside_the_text(text in hostile_text(), prefix in prop::sample::select(vec![
        "", "SELECT ", "WITH a AS (SELECT 1) ", "SET ", "EXPLAIN ", "SHOW ", "SELECT * FROM t ",
    ])) {
        let text = format!("{prefix}{text}");
        for dialect in dialects() {
            if let Err(refusal) = guard(&text, dialect) {
                prop_assert!(text.get(refusal.at.clone()).is_some(), "{:?}", refusal);
                prop_assert!(!refusal.what.is_empty() && !refusal.hint.is_empty());
            }
        }
    }
}
