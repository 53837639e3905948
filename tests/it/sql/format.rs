//! Formatting: what the result looks like, that it keeps every token, that it is stable.

use proptest::prelude::*;
use rrx::domain::sql::Dialect;
use rrx::domain::sql::format::{FormatError, KeywordCase, format, moved_offset};
use rrx::domain::sql::lex::{TokenKind, lex};

use super::{dialects, hostile_text, mariadb, mysql};

fn formatted(text: &str) -> String {
    format(text, mysql(), KeywordCase::AsTyped).unwrap()
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = formatted(text);
    assert_eq!(found, expected, "\n{found}\n");
    assert_eq!(formatted(&found), expected, "a second time");
}

#[test]
fn each_clause_begins_a_line() {
    check(
        "select s.id,s.name  from study s where s.id=1 and(s.a=2 or s.b is null) group by s.id,s.name having count(*)>1 order by 1 desc limit 5 offset 2",
        "select s.id, s.name\nfrom study s\nwhere s.id = 1\n  and (s.a = 2 or s.b is null)\ngroup by s.id, s.name\nhaving count(*) > 1\norder by 1 desc\nlimit 5 offset 2",
    );
    check("SELECT 1", "SELECT 1");
    check("  SELECT  1  ;  ", "  SELECT 1;  ");
    check("explain format=json select 1 from t", "explain format = json\nselect 1\nfrom t");
    check("SELECT a FROM t FOR UPDATE", "SELECT a\nFROM t\nFOR UPDATE");
}

#[test]
fn a_long_list_has_one_item_on_each_line() {
    check(
        "SELECT subject.screening_number, subject.randomization_number AS number, COUNT(DISTINCT form.id) AS forms FROM subject",
        "SELECT\n  subject.screening_number,\n  subject.randomization_number AS number,\n  COUNT(DISTINCT form.id) AS forms\nFROM subject",
    );
}

#[test]
fn joins_have_lines_of_their_own() {
    check(
        "select * from study s join subject x on x.study_id=s.id left outer join site t using(id) natural join u,v cross join w",
        "select *\nfrom study s\njoin subject x on x.study_id = s.id\nleft outer join site t using (id)\nnatural join u,\n  v\ncross join w",
    );
    check(
        "select left(a,2), right(b, 3) from study_event_definition as d inner join subject_form_instance as f on f.study_event_definition_id = d.id and f.canceled = 0 and f.x between 1 and 2",
        "select left(a, 2), right(b, 3)\nfrom study_event_definition as d\ninner join subject_form_instance as f\n  on f.study_event_definition_id = d.id\n  and f.canceled = 0\n  and f.x between 1 and 2",
    );
    check("select * from a, b where a.i = b.i", "select *\nfrom a, b\nwhere a.i = b.i");
}

#[test]
fn subqueries_are_indented_when_they_are_long() {
    check("SELECT a FROM t WHERE a IN (SELECT b FROM u)", "SELECT a\nFROM t\nWHERE a IN (SELECT b FROM u)");
    check(
        "SELECT a FROM (SELECT x.a, COUNT(*) AS n FROM subject_form_instance x WHERE x.canceled = 0 GROUP BY x.a) d WHERE n > 1",
        "SELECT a\nFROM (\n  SELECT x.a, COUNT(*) AS n\n  FROM subject_form_instance x\n  WHERE x.canceled = 0\n  GROUP BY x.a\n) d\nWHERE n > 1",
    );
    check(
        "with recursive c(n) as (select 1 union all select n+1 from c where n<5), d as (select 2) select * from c join d",
        "with recursive c(n) as (\n  select 1\n  union all\n  select n + 1\n  from c\n  where n < 5\n),\nd as (\n  select 2\n)\nselect *\nfrom c\njoin d",
    );
    check("(select 1) union (select 2) order by 1", "(select 1)\nunion\n(select 2)\norder by 1");
}

#[test]
fn long_expressions_are_broken() {
    check(
        "SELECT CASE WHEN status = 'Screened' THEN 'screened' WHEN status = 'Enrolled' THEN 'enrolled' ELSE 'other' END AS state FROM subject",
        "SELECT CASE\n  WHEN status = 'Screened' THEN 'screened'\n  WHEN status = 'Enrolled' THEN 'enrolled'\n  ELSE 'other'\nEND AS state\nFROM subject",
    );
    let list = (1000..1040).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let found = formatted(&format!("SELECT a FROM t WHERE id IN ({list})"));
    assert!(found.starts_with("SELECT a\nFROM t\nWHERE id IN (\n  1000, 1001,"), "{found}");
    assert!(found.ends_with(", 1039\n)"), "{found}");
    assert!(found.lines().count() < 8 && found.lines().all(|line| line.len() <= 88), "{found}");
    check(
        "SELECT ROW_NUMBER() OVER (PARTITION BY subject.screening_number ORDER BY subject.created_at DESC, subject.id) AS n FROM subject",
        "SELECT ROW_NUMBER() OVER (\n  PARTITION BY subject.screening_number\n  ORDER BY subject.created_at DESC, subject.id\n) AS n\nFROM subject",
    );
}

#[test]
fn mysql_text_keeps_its_tokens() {
    for (text, expected) in [
        (
            r"select 'a\\', 'it\'s', b'01', n'x', 0x41, x'41', 1.5e-3, .5",
            r"select 'a\\', 'it\'s', b'01', n'x', 0x41, x'41', 1.5e-3, .5",
        ),
        (
            "select _utf8mb4'x' collate utf8mb4_bin, _utf8mb4 'x'",
            "select _utf8mb4'x' collate utf8mb4_bin, _utf8mb4 'x'",
        ),
        ("select d -> '$.x', d->>'$.y'", "select d->'$.x', d->>'$.y'"),
        ("select @x:=1,@@global.y,@`a b`,@v", "select @x := 1, @@global.y, @`a b`, @v"),
        ("select a--1,a- -1,-1,- -1,a*-1,!a,~a,not -a", "select a - -1, a - -1, -1, - -1, a * -1, !a, ~a, not -a"),
        ("select :a,:b+1,t.`x y`,t . z,`t`.*", "select :a, :b + 1, t.`x y`, t . z, `t`.*"),
        (
            "select count (*),count(*),if (a,1,2),max(distinct a)",
            "select count (*), count(*), if (a, 1, 2), max(distinct a)",
        ),
        (
            "select /*+ MAX_EXECUTION_TIME(9) */ a /*!80000 , b */",
            "select /*+ MAX_EXECUTION_TIME(9) */ a /*!80000, b */",
        ),
        (
            "select {d '2024-01-01'}, null-1, a<=>b, a||b, 'x' 'y'",
            "select {d '2024-01-01'}, null - 1, a <=> b, a || b, 'x' 'y'",
        ),
        (
            "select now()-interval 3 day,a div 2,a mod 3,date '2024-01-01'",
            "select now() - interval 3 day, a div 2, a mod 3, date '2024-01-01'",
        ),
    ] {
        check(text, expected);
    }
    // The `*/` of no comment is two operators.
    assert_eq!(formatted("select a*/b"), "select a * / b");
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "select a, -- one\n b -- two\n-- about t\nfrom t # three\nwhere x=1 /* four */ and y=2",
        "select\n  a, -- one\n  b -- two\n-- about t\nfrom t # three\nwhere x = 1 /* four */\n  and y = 2",
    );
    check(
        "select a\n/* on its\n   own */\nfrom t where -- first\n a = 1\n -- second\n and b = 2",
        "select a\n/* on its\n   own */\nfrom t\nwhere -- first\na = 1\n  -- second\n  and b = 2",
    );
}

#[test]
fn a_comment_that_comes_to_stand_alone_stays_there() {
    check("select 1,/* a\n b */select 2", "select 1,\n/* a\n b */\nselect 2");
}

#[test]
fn what_is_between_statements_stays() {
    check("-- head\n\nselect 1 ;\n\n-- next\n\nselect 2;;\n", "-- head\n\nselect 1;\n\n-- next\n\nselect 2;;\n");
    check("select 1; select 2 ; /* x */ select 3", "select 1;\nselect 2;\n/* x */ select 3");
    check("select 1 -- end\n;select 2\\G\nselect 3", "select 1 -- end\n;\nselect 2\\G\nselect 3");
    // Other statements stay as they are.
    check("show   tables;\nset @x  =  (select 1)", "show   tables;\nset @x  =  (select 1)");
    check("", "");
    check("-- only a comment", "-- only a comment");
}

#[test]
fn keywords_are_written_in_upper_case_on_request() {
    let text = "select case when a then b end as `from`, t.`select`, date, count(*) from t left join u using (a) where a is not null";
    let found = format(text, mysql(), KeywordCase::Upper).unwrap();
    assert_eq!(
        found,
        "SELECT CASE WHEN a THEN b END AS `from`, t.`select`, date, count(*)\nFROM t\nLEFT JOIN u USING (a)\nWHERE a IS NOT NULL"
    );
    assert_eq!(format(&found, mysql(), KeywordCase::Upper).unwrap(), found);
}

#[test]
fn a_text_that_cannot_be_read_stays_as_it_is() {
    let error = |text: &str| format(text, mysql(), KeywordCase::AsTyped).unwrap_err();
    assert_eq!(error("select 1; select 'open"), FormatError::Unreadable(17..22));
    assert_eq!(error("select /* open"), FormatError::Unreadable(7..14));
    assert_eq!(error("select (1"), FormatError::Parenthesis(7..8));
    assert_eq!(error("select 1)"), FormatError::Parenthesis(8..9));
    assert_eq!(error("select \\ 1"), FormatError::Unreadable(7..8));
}

#[test]
fn the_cursor_keeps_its_place() {
    let text = "select a,b from   t where x=1";
    let found = formatted(text);
    for word in ["b", "t where", "x=1", "=1"] {
        let before = text.find(word).unwrap();
        let after = moved_offset(text, before + 1, &found);
        assert_eq!(found[..after].chars().next_back(), word.chars().next(), "{word}");
    }
    assert_eq!(moved_offset(text, 0, &found), 0);
    assert_eq!(moved_offset(text, text.len(), &found), found.len());
}

#[test]
fn a_large_text_takes_linear_time() {
    let list = (0..120_000).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
    let conditions = (0..40_000).map(|number| format!("a = 'x{number}'")).collect::<Vec<_>>().join(" or ");
    for text in [
        format!("select * from t where a in ({list})"),
        format!("select * from t where {conditions}"),
        format!("select {}1{}", "(".repeat(200_000), ")".repeat(200_000)),
        format!("select {}1{}", "(select ".repeat(60_000), ")".repeat(60_000)),
        format!("with a as {}select 1{}", "(with a as ".repeat(60_000), ")".repeat(60_000)),
        "select 1; ".repeat(60_000),
        format!("select a {}", "/* x */ ".repeat(100_000)),
        format!("select a {}", "left ".repeat(150_000)),
    ] {
        let found = formatted(&text);
        assert!(found.len() >= text.len() / 2);
    }
}

fn tokens(text: &str, dialect: Dialect) -> Vec<(TokenKind, String)> {
    let tokens = lex(text, dialect);
    let code = tokens.iter().filter(|token| token.kind != TokenKind::Space);
    code.map(|token| (token.kind, token.text(text).to_owned())).collect()
}

/// Pieces of queries, right and wrong.
fn query_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        20 => prop::sample::select(vec![
            "select ", "distinct ", " from ", " where ", " and ", " or ", " between ", " join ", " left ", " on ", " using ", " group by ",
            " order ", " by ", " limit ", " union all ", "with ", " as ", "case ", " when ", " then ", " else ", " end ", "(", ")", ",", ".",
            "-", "+", "*", "/", "=", "->", "->>", ":=", ":", ":a", "?", "@v", "a", "b", "long_name_of_a_column", "'text'", "'a\\\\'",
            "\"x\"", "`q`", "1", "1.5", ".5", "x'41'", "_utf8", "n'x'", "-- c\n", "# d\n", "/* e */", "/* f\n g */", "/*+ h */", "/*!80000 ",
            "*/", "\n", " ", "\n\n", ";", "\\G", "{", "}", " in ", "interval 1 day", " over (partition by ", "!", "||", " is null", "..",
        ]).prop_map(str::to_owned),
        1 => hostile_text(),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| format!("select {}", pieces.concat()))
}

/// Closes the parentheses of a text, so that more texts can be formatted.
fn balanced(text: &str, dialect: Dialect) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for token in lex(text, dialect) {
        match token.text(text) {
            "(" => depth += 1,
            ")" if depth == 0 => continue,
            ")" => depth -= 1,
            ";" | "\\G" | "\\g" => out.push_str(&")".repeat(std::mem::take(&mut depth))),
            _ => {}
        }
        out.push_str(token.text(text));
    }
    out.push('\n');
    out.push_str(&")".repeat(depth));
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn formatting_keeps_tokens_and_a_second_time_changes_nothing(text in query_text()) {
        for dialect in [mysql(), mariadb()] {
            let text = balanced(&text, dialect);
            match format(&text, dialect, KeywordCase::AsTyped) {
                Ok(once) => {
                    prop_assert_eq!(tokens(&once, dialect), tokens(&text, dialect), "{}", once);
                    let twice = format(&once, dialect, KeywordCase::AsTyped);
                    prop_assert_eq!(twice.as_ref(), Ok(&once), "from {}", text);
                    let upper = format(&text, dialect, KeywordCase::Upper).unwrap();
                    prop_assert_eq!(upper.to_ascii_lowercase(), once.to_ascii_lowercase());
                }
                Err(error) => prop_assert!(error != FormatError::Changed, "{}", text),
            }
        }
    }

    #[test]
    fn any_text_is_formatted_or_kept(text in hostile_text()) {
        for dialect in dialects() {
            if let Ok(once) = format(&text, dialect, KeywordCase::AsTyped) {
                prop_assert_eq!(tokens(&once, dialect), tokens(&text, dialect));
                let _ = moved_offset(&text, text.len() / 2, &once);
            }
        }
    }
}
