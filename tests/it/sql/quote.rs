//! Quoting.

use proptest::prelude::*;
use rrx::domain::sql::lex::{TokenKind, lex};
use rrx::domain::sql::quote::{binary_literal, identifier, literal, qualified};

use super::{dialects, mysql, with_mode};

#[test]
fn names_are_quoted_only_where_they_must_be() {
    assert_eq!(identifier("study"), "study");
    assert_eq!(identifier("order"), "`order`");
    assert_eq!(identifier("Groups"), "`Groups`");
    assert_eq!(identifier("2nd"), "`2nd`");
    assert_eq!(identifier("a b"), "`a b`");
    assert_eq!(identifier("a`b"), "`a``b`");
    assert_eq!(identifier("größe"), "`größe`");
    assert_eq!(identifier(""), "``");
    assert_eq!(qualified("demo", "query"), "demo.query");
}

#[test]
fn literals_are_written_for_their_dialect() {
    assert_eq!(literal("it's \\ \n", mysql()), r"'it''s \\ \n'");
    assert_eq!(literal("it's \\", with_mode(mysql(), "NO_BACKSLASH_ESCAPES")), r"'it''s \'");
    assert_eq!(binary_literal(&[0, 255]), "x'00FF'");
}

proptest! {
    #[test]
    fn a_quoted_name_or_literal_is_one_token(text in any::<String>()) {
        for dialect in dialects() {
            let name = identifier(&text);
            let tokens = lex(&name, dialect);
            prop_assert_eq!(tokens.len(), 1, "{}", name);
            prop_assert!(!tokens[0].is_broken);
            let value = literal(&text, dialect);
            let tokens = lex(&value, dialect);
            prop_assert_eq!(tokens.len(), 1, "{}", value);
            prop_assert!(tokens[0].kind == TokenKind::String && !tokens[0].is_broken);
        }
    }
}
