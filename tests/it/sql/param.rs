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

proptest! {
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
