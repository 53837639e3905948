//! Named parameters: where they are found, how they are bound, their types and typed values.

use proptest::prelude::*;
use rrx::domain::ids::SessionId;
use rrx::domain::sql::lex::{TokenKind, lex};
use rrx::domain::sql::parameters::{
    DecimalNumber, ParameterShape, ParameterType, ParameterValue, ParameterValues, ScalarValue, bind, final_text,
    guess_type, named_parameters, parameter_uses, parse_value,
};
use rrx::domain::sql::{Dialect, Param, SessionPins, guard};

use super::{dialects, hostile_text, mariadb, mysql, with_mode};

fn names(text: &str, dialect: Dialect) -> Vec<String> {
    named_parameters(text, dialect).into_iter().map(|parameter| parameter.name).collect()
}

#[test]
fn a_parameter_is_a_colon_with_a_name() {
    for (text, expected) in [
        ("SELECT * FROM t WHERE id = :id AND a > :from AND b < :from", vec!["id", "from"]),
        ("SELECT :b, :a, :b", vec!["b", "a"]),
        ("SELECT * FROM t WHERE id=:id", vec!["id"]),
        ("SELECT * FROM t WHERE id IN(:id1,:_x)", vec!["id1", "_x"]),
        ("SELECT * FROM t WHERE id IN:ids", vec!["ids"]),
        ("SELECT :größe", vec!["größe"]),
        ("SELECT :Id, :id", vec!["Id", "id"]),
        ("SELECT 1 /*! + :x */", vec!["x"]),
    ] {
        assert_eq!(names(text, mysql()), expected, "{text}");
    }
    let spans = named_parameters("SELECT :a, :a", mysql()).remove(0).spans;
    assert_eq!(spans, [7..9, 11..13]);
}

#[test]
fn what_only_looks_like_a_parameter_is_none() {
    for text in [
        "SELECT '12:30', ':x', \":x\", `:x`, 'it''s :x', 'a\\':x'",
        "SELECT @v, @x := 1, @x:=y, @@x, @`:x`, @x:y",
        "SELECT 1 /* :x */ -- :x\n# :x\n",
        "SELECT /*+ MAX_EXECUTION_TIME(:x) */ 1",
        "SELECT a->'$.x:y', a->>'$.\":x\"', JSON_OBJECT('a', '{\"b\":c}')",
        "SELECT a::int, a::x",
        "label:LOOP",
        "SELECT 12:mm, 12:30, x:y, `x`:y, 'x':y",
        "SELECT : x, :1, :1a, :, :$a, :a$b, :'x', :`x`, :@x",
        "SELECT a ?:b",
        "SELECT n:n'x', :n'x', :x'41'",
        "SELECT 1 /*!99999 + :x */",
    ] {
        for dialect in [mysql(), mariadb()] {
            assert_eq!(names(text, dialect), Vec::<String>::new(), "{text}");
        }
    }
    assert_eq!(names(r"SELECT 'a\', :x, 'b'", with_mode(mysql(), "NO_BACKSLASH_ESCAPES")), ["x"]);
}

fn values() -> ParameterValues {
    let list =
        |numbers: &[i64]| ParameterValue::List(numbers.iter().map(|&number| ScalarValue::Integer(number)).collect());
    let one = ParameterValue::One;
    [
        ("id", one(ScalarValue::Integer(42))),
        ("neg", one(ScalarValue::Integer(-1))),
        ("name", one(ScalarValue::Text("O'Neil\\".into()))),
        ("null", one(ScalarValue::Null)),
        ("price", one(ScalarValue::Decimal(DecimalNumber::parse("12.50").unwrap()))),
        ("day", one(ScalarValue::Date("2024-12-31".into()))),
        ("yes", one(ScalarValue::Boolean(true))),
        ("big", one(ScalarValue::Unsigned(u64::MAX))),
        ("ids", list(&[1, 2, 3])),
        ("none", list(&[])),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

#[test]
fn values_are_bound_in_the_order_of_their_places() {
    let bound = bind("SELECT * FROM t WHERE a = :name AND b IN (:ids) OR a = :name", &values(), mysql()).unwrap();
    assert_eq!(bound.text, "SELECT * FROM t WHERE a = ? AND b IN (?, ?, ?) OR a = ?");
    let (name, number) = (Param::Text("O'Neil\\".into()), Param::Integer);
    assert_eq!(bound.params, [name.clone(), number(1), number(2), number(3), name]);
    let bound = bind("SELECT :yes, :big, :null, :day", &values(), mysql()).unwrap();
    let expected = [Param::Integer(1), Param::Unsigned(u64::MAX), Param::Null, Param::Text("2024-12-31".into())];
    assert_eq!(bound.params, expected);
}

#[test]
fn each_form_is_written_as_sent_and_as_shown() {
    for (text, sent, shown) in [
        ("SELECT :price", "SELECT CAST(? AS DECIMAL(4, 2))", "SELECT 12.50"),
        ("SELECT :name, :null, :yes", "SELECT ?, ?, ?", "SELECT 'O''Neil\\\\', NULL, TRUE"),
        ("SELECT 1-:neg", "SELECT 1-?", "SELECT 1- -1"),
        ("a IN (:none)", "a IN (NULL)", "a IN (NULL)"),
        ("a IN (1, :none)", "a IN (1, NULL)", "a IN (1, NULL)"),
        (
            "a NOT IN (:none)",
            "a NOT IN (SELECT NULL FROM DUAL WHERE FALSE)",
            "a NOT IN (SELECT NULL FROM DUAL WHERE FALSE)",
        ),
        ("a IN (:ids, 7)", "a IN (?, ?, ?, 7)", "a IN (1, 2, 3, 7)"),
        ("a IN (:id)", "a IN (?)", "a IN (42)"),
        ("FIELD(a, :ids)", "FIELD(a, ?, ?, ?)", "FIELD(a, 1, 2, 3)"),
        ("SELECT 1 LIMIT :id", "SELECT 1 LIMIT ?", "SELECT 1 LIMIT 42"),
        ("SELECT 1 LIMIT 5 OFFSET :id", "SELECT 1 LIMIT 5 OFFSET ?", "SELECT 1 LIMIT 5 OFFSET 42"),
        ("WHERE a AND:id", "WHERE a AND ?", "WHERE a AND 42"),
        ("d > :day - INTERVAL :id DAY", "d > ? - INTERVAL ? DAY", "d > '2024-12-31' - INTERVAL 42 DAY"),
    ] {
        assert_eq!(bind(text, &values(), mysql()).unwrap().text, sent, "{text}");
        assert_eq!(final_text(text, &values(), mysql()).unwrap(), shown, "{text}");
    }
    let plain = with_mode(mysql(), "NO_BACKSLASH_ESCAPES");
    assert_eq!(final_text("SELECT :name", &values(), plain).unwrap(), "SELECT 'O''Neil\\'");
    // A text without parameters stays as it is, with its own marks.
    assert_eq!(bind("SELECT ? FROM t", &values(), mysql()).unwrap().text, "SELECT ? FROM t");
}

#[test]
fn a_place_that_takes_a_value_is_not_refused() {
    for text in [
        "SELECT :id",
        "SELECT DISTINCT :id AS x FROM t",
        "SELECT EXTRACT(YEAR FROM :day), TRIM(LEADING 'x' FROM :name), SUBSTRING(:name FROM 2)",
        "SELECT a FROM t WHERE a <=> :id",
        "SELECT CAST(:id AS CHAR), CONVERT(:name USING utf8mb4), CHAR(:id)",
        "SELECT a FROM t JOIN u ON t.a = :id WHERE MATCH (b) AGAINST (:name IN BOOLEAN MODE)",
        "SELECT a FROM t ORDER BY a = :id, FIELD(a, :ids) DESC, a + :id LIMIT 3",
        "SELECT a FROM t GROUP BY a HAVING COUNT(*) > :id",
        "SELECT SUM(a) OVER (ORDER BY b ROWS :id PRECEDING) FROM t",
        "SELECT JSON_EXTRACT(a, :name), a LIKE :name ESCAPE '!' FROM t",
        "SELECT CASE WHEN :yes THEN :id ELSE :neg END",
        "SELECT * FROM (SELECT :id AS a) d WHERE NOT :yes OR (:id) = 1",
        "SELECT a FROM t FOR SYSTEM_TIME AS OF TIMESTAMP :day",
        "SHOW TABLES WHERE Tables_in_x = :name",
        "WITH c AS (SELECT :id AS n) SELECT n FROM c WHERE n BETWEEN :neg AND :id",
        "SELECT a FROM t WHERE (SELECT :id) IN (SELECT b FROM u WHERE c = :name)",
        "SELECT a, (SELECT 1 LIMIT 1), :id FROM t",
    ] {
        let bound = bind(text, &values(), mysql());
        assert!(bound.is_ok(), "{text}: {bound:?}");
    }
}

#[test]
fn a_place_without_a_value_says_what_is_expected() {
    for (text, marked, expected) in [
        ("SELECT * FROM :name", ":name", "the name of a table"),
        ("SELECT * FROM a, :name", ":name", "the name of a table"),
        ("SELECT * FROM a JOIN :name ON 1", ":name", "the name of a table"),
        ("SHOW COLUMNS FROM :name", ":name", "the name of a table or database"),
        ("DESCRIBE :name", ":name", "the name of a table"),
        ("USE :name", ":name", "the name of a database"),
        ("SELECT a.:name FROM a", ":name", "a part of a name"),
        ("SELECT :name.a FROM a", ":name", "a part of a name"),
        ("SELECT :name(1)", ":name", "the name of a function"),
        ("SELECT a AS :name", ":name", "an alias or a type"),
        ("SELECT `a` :name", ":name", "an operator, an alias, or ASC or DESC"),
        ("SELECT 1 :name", ":name", "an operator"),
        ("SELECT a FROM t ORDER BY :name", ":name", "a column in ORDER BY or GROUP BY"),
        ("SELECT a FROM t ORDER BY a, :name DESC", ":name", "a column in ORDER BY or GROUP BY"),
        ("SELECT a FROM t GROUP BY :name HAVING 1", ":name", "a column in ORDER BY or GROUP BY"),
        ("SELECT a FROM t ORDER BY a :name", ":name", "an operator, an alias, or ASC or DESC"),
        ("SELECT a COLLATE :name", ":name", "the name of a collation"),
        ("SELECT CONVERT(a USING :name)", ":name", "the name of a character set"),
        ("SELECT DATE :day", ":day", "a literal"),
        ("SELECT _utf8mb4 :name", ":name", "a literal text"),
        ("SELECT a->:name", ":name", "a literal path"),
        ("SELECT NOW() - INTERVAL 1 :name", ":name", "a unit such as DAY"),
        ("SHOW TABLES LIKE :name", ":name", "a literal pattern"),
        ("SELECT GROUP_CONCAT(a SEPARATOR :name) FROM t", ":name", "a literal text"),
        ("SELECT CAST(a AS DECIMAL(:id))", ":id", "the size of a type"),
        ("SELECT a FROM t JOIN u USING (:name)", ":name", "a list of names"),
        (":name", ":name", "a statement"),
    ] {
        let error = bind(text, &values(), mysql()).unwrap_err();
        assert_eq!(&text[error.at.clone()], marked, "{text}");
        assert_eq!(error.what, format!("{marked} stands where the server expects {expected}."), "{text}");
        assert_eq!(final_text(text, &values(), mysql()), Err(error));
    }
    let frame = "SELECT SUM(a) OVER (ORDER BY b ROWS :id PRECEDING) FROM t";
    let error = bind(frame, &values(), mariadb()).unwrap_err();
    assert_eq!(error.what, ":id stands where the server expects a literal number.");
}

#[test]
fn a_value_that_does_not_fit_is_refused() {
    for (text, what) in [
        ("SELECT :missing", ":missing has no value."),
        ("SELECT ?, :id", "The statement has both named parameters and ?."),
        ("SELECT a = :ids", ":ids is a list, and one value is expected here."),
        ("SELECT 1 LIMIT :neg", ":neg is a number of rows."),
        ("SELECT 1 LIMIT :name", ":name is a number of rows."),
        ("SELECT 1 LIMIT :null", ":null is a number of rows."),
        ("SELECT a NOT IN (1, :none)", ":none is an empty list."),
        ("SELECT FIELD(a, :none)", ":none is an empty list."),
    ] {
        assert_eq!(bind(text, &values(), mysql()).unwrap_err().what, what, "{text}");
    }
}

#[test]
fn an_offset_of_the_sent_text_leads_to_the_typed_text() {
    let typed = "SELECT * FROM t WHERE a IN (:ids) AND x = :price AND nosuch = 1";
    let bound = bind(typed, &values(), mysql()).unwrap();
    for word in ["WHERE", "AND x", "AND nosuch", "nosuch", "= 1"] {
        let sent = bound.text.find(word).unwrap();
        assert_eq!(bound.source_map.typed_offset(sent), typed.find(word).unwrap(), "{word}");
    }
    let inside = bound.text.find("AS DECIMAL").unwrap();
    assert_eq!(bound.source_map.typed_offset(inside), typed.find(":price").unwrap());
    assert_eq!(bound.source_map.typed_offset(bound.text.len()), typed.len());
    let sent = bound.text.find("nosuch").unwrap();
    assert_eq!(&typed[bound.source_map.typed_range(sent..sent + 6)], "nosuch");
    // A space that keeps two tokens apart belongs to the value.
    let spaced = bind("SELECT:id@x, y", &values(), mysql()).unwrap();
    assert_eq!(spaced.text, "SELECT ? @x, y");
    assert_eq!([8, 9, 13].map(|sent| spaced.source_map.typed_offset(sent)), [6, 9, 13]);
    let sent = bound.text.find("CAST").unwrap();
    assert_eq!(&typed[bound.source_map.typed_range(sent..sent + 4)], ":price");
}

fn guessed(text: &str, name: &str) -> (ParameterType, ParameterShape, Option<String>) {
    let column = std::cell::RefCell::new(None);
    let (value_type, shape) = guess_type(&parameter_uses(text, name, mysql()), |span| {
        let name = text[span].to_owned();
        let types =
            [("s.id", "bigint unsigned"), ("created", "datetime(6)"), ("born", "date"), ("price", "decimal(10,2)")];
        let of_name = types.iter().find(|(column, _)| *column == name).map(|(_, text)| (*text).to_owned());
        *column.borrow_mut() = Some(name);
        of_name
    });
    (value_type, shape, column.into_inner())
}

#[test]
fn a_type_is_guessed_from_the_compared_column() {
    use ParameterShape::{List, One};
    use ParameterType::{Date, DateTime, Decimal, Integer, Text};
    for (text, value_type, shape) in [
        ("SELECT 1 FROM s WHERE s.id = :x", Integer, One),
        ("SELECT 1 FROM s WHERE :x <= s.id", Integer, One),
        ("SELECT 1 FROM s WHERE created > :x", DateTime, One),
        ("SELECT 1 FROM s WHERE s.id IN (:x)", Integer, List),
        ("SELECT 1 FROM s WHERE s.id NOT IN (:x)", Integer, List),
        ("SELECT 1 FROM s WHERE s.id IN (1, :x)", Integer, One),
        ("SELECT 1 FROM s WHERE other IN (:x)", Text, List),
        ("SELECT 1 FROM s WHERE born BETWEEN :x AND :y", Date, One),
        ("SELECT 1 FROM s WHERE born NOT BETWEEN :y AND :x", Date, One),
        ("SELECT 1 FROM s WHERE :x BETWEEN born AND died", Date, One),
        ("SELECT 1 FROM s WHERE :x IS NULL OR s.id = :x", Integer, One),
        ("SELECT 1 FROM s HAVING MAX(price) > :x", Decimal, One),
        ("SELECT 1 FROM s WHERE YEAR(created) = :x", Integer, One),
        ("SELECT 1 FROM s WHERE created > NOW() - INTERVAL :x DAY", Integer, One),
        ("SELECT 1 FROM s WHERE s.id LIKE :x", Text, One),
        ("SELECT 1 FROM s LIMIT :x", Integer, One),
        ("SELECT CAST(:x AS DATE)", Date, One),
        ("SELECT :x", Text, One),
        ("SELECT 1 FROM s WHERE 1 = :x", Text, One),
    ] {
        let (found, found_shape, _) = guessed(text, "x");
        assert_eq!((found, found_shape), (value_type, shape), "{text}");
    }
    assert_eq!(guessed("SELECT 1 FROM s WHERE `a`.`b` = :x", "x").2.as_deref(), Some("`a`.`b`"));
}

#[test]
fn typed_values_are_read_by_their_type() {
    use ParameterType::{Boolean, Date, DateTime, Decimal, Integer, Text, Time};
    let shown = |input: &str, value_type| match parse_value(input, value_type, ParameterShape::One) {
        Ok(ParameterValue::One(value)) => value.literal(mysql()),
        Ok(ParameterValue::List(_)) => "a list".to_owned(),
        Err(error) => error.what,
    };
    for (input, value_type, expected) in [
        ("abc", Text, "'abc'"),
        (" a b ", Text, "' a b '"),
        ("", Text, "''"),
        ("'O''Neil'", Text, "'O''Neil'"),
        ("O'Neil", Text, "'O''Neil'"),
        ("NULL", Text, "NULL"),
        ("'NULL'", Text, "'NULL'"),
        ("null", Text, "'null'"),
        ("null", Integer, "NULL"),
        (" 42 ", Integer, "42"),
        ("-9223372036854775808", Integer, "-9223372036854775808"),
        ("18446744073709551615", Integer, "18446744073709551615"),
        ("18446744073709551616", Integer, "18446744073709551616 is outside of the range of a whole number."),
        ("4.5", Integer, "4.5 is not a whole number such as 42."),
        ("", Integer, "Enter a whole number such as 42, or NULL."),
        ("12.50", Decimal, "12.50"),
        ("-.5", Decimal, "-0.5"),
        ("12,5", Decimal, "12,5 is not a number: write a point, and no separator for thousands."),
        ("1e5", Decimal, "1e5 is not a number such as 12.5."),
        ("2024-2-29", Date, "'2024-02-29'"),
        ("2023-02-29", Date, "2023-02-29 is not a date such as 2024-12-31."),
        ("31.12.2024", Date, "31.12.2024 is not a date such as 2024-12-31."),
        ("0000-00-00", Date, "'0000-00-00'"),
        ("2024-12-31 8:30", DateTime, "'2024-12-31 08:30:00'"),
        ("2024-12-31T08:30:15.5", DateTime, "'2024-12-31 08:30:15.5'"),
        ("2024-12-31", DateTime, "'2024-12-31'"),
        ("2024-12-31 24:00", DateTime, "2024-12-31 24:00 is not a date and time such as 2024-12-31 08:30."),
        ("-838:59:59", Time, "'-838:59:59'"),
        ("8:30", Time, "'08:30:00'"),
        ("8:60", Time, "8:60 is not a time such as 08:30 or 08:30:15."),
        ("yes", Boolean, "TRUE"),
        ("0", Boolean, "FALSE"),
        ("2", Boolean, "2"),
        ("-128", Boolean, "-128"),
        ("255", Boolean, "255"),
        ("256", Boolean, "256 is not true or false, or a code such as 2."),
        ("maybe", Boolean, "maybe is not true or false, or a code such as 2."),
    ] {
        assert_eq!(shown(input, value_type), expected, "{input}");
    }
}

#[test]
fn a_list_has_commas_or_line_ends_between_its_values() {
    let count = |input: &str, value_type| parse_value(input, value_type, ParameterShape::List);
    let texts = |input: &str| match count(input, ParameterType::Text).unwrap() {
        ParameterValue::List(values) => values.iter().map(|value| value.literal(mysql())).collect::<Vec<_>>().join("|"),
        ParameterValue::One(_) => "one".to_owned(),
    };
    assert_eq!(texts("a, b\nc\r\n"), "'a'|'b'|'c'");
    assert_eq!(texts("'a, b', 'it''s', x'y, ''"), "'a, b'|'it''s'|'x''y'|''");
    assert_eq!(texts("NULL, 'NULL'"), "NULL|'NULL'");
    assert_eq!(texts(" , \n"), "");
    let error = count("1, 2, x", ParameterType::Integer).unwrap_err();
    assert_eq!(error.what, "x is not a whole number such as 42.");
}

#[test]
fn a_bound_statement_passes_the_guard() {
    let text = "SELECT * FROM t WHERE a NOT IN (:none) AND b IN (:ids) AND c = :price LIMIT :id";
    let bound = bind(text, &values(), mysql()).unwrap();
    guard::check(&bound.text, mysql(), SessionId(1), &SessionPins::default()).unwrap();
    assert_eq!(Param::offsets(&bound.text, mysql()).len(), bound.params.len());
}

/// The tokens that the grammar reads, without parameters and what replaces them.
fn kept_tokens(text: &str, dialect: Dialect) -> Vec<(TokenKind, String)> {
    let spans: Vec<_> = named_parameters(text, dialect).into_iter().flat_map(|parameter| parameter.spans).collect();
    lex(text, dialect)
        .into_iter()
        .filter(|token| token.kind != TokenKind::Space && token.kind != TokenKind::Parameter)
        .filter(|token| !spans.iter().any(|span| span.start <= token.span.start && token.span.end <= span.end))
        .map(|token| (token.kind, token.text(text).to_owned()))
        .collect()
}

/// Pieces of statements with parameters, next to hostile ones.
fn text_with_parameters() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            ":a", ":b", ":", "::", ":=", " :a ", "IN (", "(", ")", ",", "=", "-", "SELECT ", " FROM ", " WHERE ", " LIMIT ", "x", "1",
            " ORDER BY ", " AND ", "'", "`", "--", "-- ", "/*", "*/", "#", "\n", "\\", "@", "@@", ".", "?", "\"", " ", "DATE ", "->",
        ]).prop_map(str::to_owned),
        1 => hostile_text(),
    ];
    prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_parameter_is_never_inside_of_a_literal_name_or_comment(text in text_with_parameters()) {
        for dialect in dialects() {
            let tokens = lex(&text, dialect);
            for parameter in named_parameters(&text, dialect) {
                for span in parameter.spans {
                    let inside: Vec<TokenKind> = tokens.iter()
                        .filter(|token| token.span.start < span.end && span.start < token.span.end)
                        .map(|token| token.kind)
                        .collect();
                    prop_assert_eq!(inside, [TokenKind::Operator, TokenKind::Word]);
                    prop_assert_eq!(&text[span], format!(":{}", parameter.name));
                }
            }
        }
    }

    #[test]
    fn binding_keeps_all_other_tokens(text in text_with_parameters()) {
        let one = |text: &str| ParameterValue::One(ScalarValue::Text(text.to_owned()));
        let values: ParameterValues = [("a".to_owned(), one("it's")), ("b".to_owned(), one("-1"))].into();
        for dialect in dialects() {
            let Ok(bound) = bind(&text, &values, dialect) else { continue };
            prop_assert_eq!(kept_tokens(&bound.text, dialect), kept_tokens(&text, dialect), "{}", bound.text);
            prop_assert!(named_parameters(&bound.text, dialect).is_empty());
            prop_assert_eq!(Param::offsets(&bound.text, dialect).len() >= bound.params.len(), true);
            for offset in 0..=bound.text.len() {
                prop_assert!(bound.source_map.typed_offset(offset) <= text.len());
            }
            let shown = final_text(&text, &values, dialect).unwrap();
            let strings = |text: &str| lex(text, dialect).iter().filter(|token| token.kind == TokenKind::String).count();
            let marks = bound.params.len();
            prop_assert_eq!(strings(&shown), strings(&text) + marks, "{}", shown);
        }
    }

    #[test]
    fn every_input_is_a_value_or_an_error(input in "[-+0-9:. ',\\PC]{0,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]{0,15}") {
        for value_type in ParameterType::ALL {
            for shape in [ParameterShape::One, ParameterShape::List] {
                let Ok(value) = parse_value(&input, value_type, shape) else { continue };
                let values: ParameterValues = [("a".to_owned(), value)].into();
                for dialect in dialects() {
                    let shown = final_text("x IN (:a)", &values, dialect).unwrap();
                    prop_assert!(lex(&shown, dialect).iter().all(|token| !token.is_broken));
                }
            }
        }
    }

    #[test]
    fn every_use_has_a_guess(text in text_with_parameters()) {
        for name in ["a", "b"] {
            let uses = parameter_uses(&text, name, mysql());
            let spans = named_parameters(&text, mysql()).into_iter().find(|parameter| parameter.name == name);
            prop_assert_eq!(uses.len(), spans.map_or(0, |parameter| parameter.spans.len()));
            let _ = guess_type(&uses, |span| text.get(span).map(str::to_owned));
        }
    }
}
