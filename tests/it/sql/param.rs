//! Where a statement waits for values.

use proptest::prelude::*;
use rrx::domain::ids::SessionId;
use rrx::domain::sql::lex::{TokenKind, lex};
use rrx::domain::sql::{Param, guard};

use super::{dialects, hostile_text, mariadb, mysql, with_mode};

#[test]
fn a_mark_is_a_place_unless_it_is_text_or_a_name_or_a_comment() {
    for (text, places) in [
        ("SELECT * FROM t WHERE id = ? LIMIT 200", vec![27]),
        ("SELECT ?,? FROM t", vec![7, 9]),
        ("SELECT '?', \"?\", `?`, 'it''s ?', 'a\\'?' FROM t", vec![]),
        ("SELECT 1 /* ? */ + ? -- ?\n# ?\n", vec![19]),
        ("SELECT @`?`, _utf8mb4'?', n'?'", vec![]),
        ("SELECT 1 /*! + ? */", vec![15]),
        ("SELECT 1 /*!99999 + ? */", vec![]),
        ("", vec![]),
    ] {
        for dialect in [mysql(), mariadb()] {
            assert_eq!(Param::offsets(text, dialect), places, "{text}");
        }
    }
    let text = r"SELECT 'a\', ?, 'b'";
    assert_eq!(Param::offsets(text, with_mode(mysql(), "NO_BACKSLASH_ESCAPES")), [13]);
}

#[test]
fn the_guard_lets_places_through_and_refuses_what_only_looks_like_one() {
    for dialect in [mysql(), mariadb()] {
        let guard = |text| guard::check(text, dialect, SessionId(1), &rrx::domain::sql::SessionPins::default());
        let text = "SELECT * FROM `a`.`b` WHERE `id` = ? AND name <> '?' LIMIT ? /* ? */";
        assert_eq!(guard(text).unwrap().text(), text);
        assert!(guard("SELECT ?a FROM t").is_err());
        assert!(guard("PREPARE rrx FROM @rrx_text").is_err());
        assert!(guard("EXECUTE rrx USING @rrx_1").is_err());
        assert!(guard("DELETE FROM t WHERE id = ?").is_err());
    }
}

#[test]
fn values_become_literals_with_the_same_meaning() {
    let text = |text: &str| Param::Text(text.into());
    for (statement, values, written) in [
        ("SELECT 1", vec![], "SELECT 1"),
        ("SELECT ?, '?', ? -- ?", vec![text("it's \\ ?"), Param::Null], "SELECT 'it''s \\\\ ?', '?', NULL -- ?"),
        ("SELECT CAST(? AS DECIMAL(3, 1))", vec![text("12.5")], "SELECT CAST('12.5' AS DECIMAL(3, 1))"),
        (
            "a=? LIMIT ?",
            vec![Param::Bytes(vec![0, 255]), Param::Unsigned(u64::MAX)],
            "a=x'00FF' LIMIT 18446744073709551615",
        ),
        ("SELECT 5-?", vec![Param::Integer(-5)], "SELECT 5- -5"),
        ("SELECT ? 'label'", vec![text("a")], "SELECT ('a') 'label'"),
    ] {
        assert_eq!(Param::with_literals(statement, &values, mysql()).as_deref(), Some(written));
    }
    assert_eq!(Param::with_literals("SELECT ?", &[], mysql()), None);
    assert_eq!(Param::with_literals("SELECT ?", &[Param::Null, Param::Null], mysql()), None);
    let plain = with_mode(mysql(), "NO_BACKSLASH_ESCAPES");
    assert_eq!(Param::with_literals("SELECT ?", &[text("a\\b")], plain).as_deref(), Some("SELECT 'a\\b'"));
}

fn any_value() -> impl Strategy<Value = Param> {
    prop_oneof![
        Just(Param::Null),
        any::<i64>().prop_map(Param::Integer),
        any::<u64>().prop_map(Param::Unsigned),
        hostile_text().prop_map(Param::Text),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(Param::Bytes),
    ]
}

proptest! {
    #[test]
    fn literals_leave_no_place_and_change_no_other_token(
        parts in prop::collection::vec((any_value(), prop::sample::select(vec![",", " ", "+", "-", " FROM t ", "/**/", ")"])), 0..5),
    ) {
        for dialect in dialects() {
            let statement: String = parts.iter().flat_map(|(_, after)| ["?", after]).collect();
            let values: Vec<Param> = parts.iter().map(|(value, _)| value.clone()).collect();
            let written = Param::with_literals(&statement, &values, dialect).unwrap();
            prop_assert_eq!(Param::offsets(&written, dialect), Vec::<usize>::new());
            let others = |text: &str| -> Vec<String> {
                let tokens = lex(text, dialect);
                let kept = tokens.iter().filter(|token| !token.is_ignored() && matches!(token.text(text), "," | "+" | ")" | "FROM" | "t"));
                kept.map(|token| token.text(text).to_owned()).collect()
            };
            prop_assert_eq!(others(&written), others(&statement));
        }
    }

    #[test]
    fn any_text_takes_its_values(text in hostile_text(), value in any_value()) {
        for dialect in dialects() {
            let values = vec![value.clone(); Param::offsets(&text, dialect).len()];
            prop_assert!(Param::with_literals(&text, &values, dialect).is_some());
        }
    }

    #[test]
    fn each_place_is_a_mark_outside_of_every_other_token(text in hostile_text()) {
        for dialect in dialects() {
            let tokens = lex(&text, dialect);
            for place in Param::offsets(&text, dialect) {
                prop_assert_eq!(text.as_bytes()[place], b'?');
                let token = tokens.iter().find(|token| token.span.contains(&place)).unwrap();
                prop_assert_eq!((token.kind, token.span.len()), (TokenKind::Parameter, 1));
            }
        }
    }
}
