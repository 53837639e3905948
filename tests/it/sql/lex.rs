//! Tokens.

use proptest::prelude::*;
use rrx::domain::sql::Dialect;
use rrx::domain::sql::highlight::{HighlightClass, classes};
use rrx::domain::sql::lex::{TokenKind, lex};

use super::{dialects, hostile_text, mariadb, mysql, with_mode};

/// `word:SELECT` for each token but blanks; `!` marks a broken one.
fn show(text: &str, dialect: Dialect) -> String {
    lex(text, dialect)
        .iter()
        .filter(|token| token.kind != TokenKind::Space)
        .map(|token| {
            let kind = match token.kind {
                TokenKind::Word => "word",
                TokenKind::QuotedIdentifier => "name",
                TokenKind::String => "string",
                TokenKind::Number => "number",
                TokenKind::HexOrBit => "hex",
                TokenKind::Variable => "var",
                TokenKind::Parameter => "param",
                TokenKind::Operator => "op",
                TokenKind::Punctuation => "mark",
                TokenKind::Space => "space",
                TokenKind::LineComment => "line",
                TokenKind::BlockComment => "block",
                TokenKind::Hint => "hint",
                TokenKind::CodeOpen => "open",
                TokenKind::CodeClose => "close",
                TokenKind::ClientEnd => "end",
                TokenKind::Stray => "stray",
            };
            format!("{}{kind}:{}", if token.is_broken { "!" } else { "" }, token.text(text))
        })
        .collect::<Vec<_>>()
        .join(" | ")
}

#[track_caller]
fn check(dialect: Dialect, text: &str, expected: &str) {
    assert_eq!(show(text, dialect), expected, "{text}");
}

#[test]
fn literals_end_where_the_server_ends_them() {
    let my = mysql();
    check(my, r"'a\'b' 'c''d'", r"string:'a\'b' | string:'c''d'");
    check(with_mode(my, "NO_BACKSLASH_ESCAPES"), r"'a\' b", r"string:'a\' | word:b");
    check(my, r#""it's" x"#, r#"string:"it's" | word:x"#);
    check(with_mode(my, "ANSI_QUOTES"), r#""a\" x"#, r#"name:"a\" | word:x"#);
    check(my, r"`a\` `b``c`", r"name:`a\` | name:`b``c`");
    check(my, "_utf8mb4'x' n'y' N'z'", "word:_utf8mb4 | string:'x' | string:n'y' | string:N'z'");
    check(my, "'open", "!string:'open");
    check(my, "`open", "!name:`open");
    check(my, "'日本' ä", "string:'日本' | word:ä");
}

#[test]
fn numbers_and_names_are_told_apart() {
    let my = mysql();
    check(my, "1 1.5 .5 1e5 1E-5 1.", "number:1 | number:1.5 | number:.5 | number:1e5 | number:1E-5 | number:1.");
    check(
        my,
        "1a 1e 0xFF 0xFG 0b01 0b2 0X1",
        "word:1a | word:1e | hex:0xFF | word:0xFG | hex:0b01 | word:0b2 | word:0X1",
    );
    check(my, "x'4D' b'01' x'4' x'4G'", "hex:x'4D' | hex:b'01' | !hex:x'4' | !hex:x'4 | word:G | !string:'");
    check(
        my,
        "t.1a t.x't' t.e5",
        "word:t | mark:. | word:1a | word:t | mark:. | word:x | string:'t' | word:t | mark:. | word:e5",
    );
    check(my, "1.5e'x'", "!number:1.5e | string:'x'");
}

#[test]
fn variables_parameters_and_operators_are_single_tokens() {
    let my = mysql();
    check(
        my,
        "@a @'b c' @`d` @@e @@session.f ?",
        "var:@a | var:@'b c' | var:@`d` | var:@@e | var:@@session.f | param:?",
    );
    check(
        my,
        "a<=>b:=c->>'$.x'||d",
        "word:a | op:<=> | word:b | op::= | word:c | op:->> | string:'$.x' | op:|| | word:d",
    );
    check(my, "\\N \\G", "op:\\N | end:\\G");
    check(my, "root@localhost", "word:root | var:@localhost");
}

#[test]
fn comments_end_where_the_server_ends_them() {
    let my = mysql();
    check(my, "1--1 --\t x\n2", "number:1 | op:- | op:- | number:1 | line:--\t x | number:2");
    check(my, "a#b\nc --", "word:a | line:#b | word:c | line:--");
    check(my, "/**/ /*/ x */ y /* ; ' */", "block:/**/ | block:/*/ x */ | word:y | block:/* ; ' */");
    check(my, "/* open", "!block:/* open");
    check(my, "SELECT /*+ NO_INDEX(t) */ 1", "word:SELECT | hint:/*+ NO_INDEX(t) */ | number:1");
    check(my, "2*/*c*/3", "number:2 | op:* | block:/*c*/ | number:3");
    check(my, "-- a\0b", "line:-- a | stray:\0 | word:b");
}

#[test]
fn executable_comments_are_code_where_the_server_runs_them() {
    check(mysql(), "/*! a */ b", "open:/*! | word:a | close:*/ | word:b");
    check(mysql(), "/*!80000 a*/", "open:/*!80000 | word:a | close:*/");
    check(mysql(), "/*!80037 a*/ b", "block:/*!80037 a*/ | word:b");
    check(mysql(), "/*!1234 a*/", "open:/*! | number:1234 | word:a | close:*/");
    check(mysql(), "/*!99999 /* in */ out */ b", "block:/*!99999 /* in */ out */ | word:b");
    check(mysql(), "/*!50000 /* in */ code */ b", "open:/*!50000 | block:/* in */ | word:code | close:*/ | word:b");
    check(mysql(), "/*M! a */", "block:/*M! a */");
    check(mysql(), "/*!80000 a", "!open:/*!80000 | word:a");
    check(mysql(), "/*! a; b */", "!open:/*! | word:a | mark:; | word:b | op:* | op:/");
    check(mariadb(), "/*M! a */", "open:/*M! | word:a | close:*/");
    check(mariadb(), "/*M!101100 a*/ /*M!110000 b*/", "open:/*M!101100 | word:a | close:*/ | block:/*M!110000 b*/");
    check(
        mariadb(),
        "/*!50699 a*/ /*!50700 b*/ /*!80000 c*/",
        "open:/*!50699 | word:a | close:*/ | block:/*!50700 b*/ | block:/*!80000 c*/",
    );
    check(
        mariadb(),
        "/*!100100 a*/ /*M!50701 b*/",
        "open:/*!100100 | word:a | close:*/ | open:/*M!50701 | word:b | close:*/",
    );
}

#[test]
fn colours_follow_the_meaning_of_words() {
    let text = "SELECT count(*), t.call /* c */ FROM `a` WHERE x = :since AND y > 'z' OR f(@v) < 1.5 #";
    let found: Vec<(&str, HighlightClass)> =
        classes(text, mysql()).into_iter().map(|(span, class)| (&text[span], class)).collect();
    for expected in [
        ("SELECT", HighlightClass::Keyword),
        ("count", HighlightClass::Function),
        ("call", HighlightClass::Identifier),
        ("/* c */", HighlightClass::Comment),
        ("`a`", HighlightClass::Identifier),
        (":since", HighlightClass::Parameter),
        ("'z'", HighlightClass::String),
        ("f", HighlightClass::Function),
        ("@v", HighlightClass::Variable),
        ("1.5", HighlightClass::Number),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    assert_eq!(classes("'open", mysql()), vec![(0..5, HighlightClass::Error)]);
}

proptest! {
    #[test]
    fn the_spans_of_the_tokens_joined_are_the_text(text in hostile_text()) {
        for dialect in dialects() {
            let mut at = 0;
            for token in lex(&text, dialect) {
                prop_assert_eq!(token.span.start, at);
                prop_assert!(token.span.end > at && text.is_char_boundary(token.span.end));
                at = token.span.end;
            }
            prop_assert_eq!(at, text.len());
            let _ = classes(&text, dialect);
        }
    }
}
