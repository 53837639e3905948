//! Tests of the analysis over a small catalog.

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::{Catalog, NameCase, Schema, Table, TableColumn};
use crate::domain::sql::Dialect;

/// Tables `t (id, a, b)`, `u (id, t_id, c)` and `v (id, d)`; the columns of `w` are not loaded.
fn catalog() -> Catalog {
    let table = |name: &str, columns: &[&str]| Table {
        name: name.to_owned(),
        columns: columns
            .iter()
            .map(|name| TableColumn { name: (*name).to_owned(), ..TableColumn::default() })
            .collect(),
        ..Table::default()
    };
    let tables = vec![
        table("t", &["id", "a", "b"]),
        table("u", &["id", "t_id", "c"]),
        table("v", &["id", "d"]),
        table("w", &[]),
    ];
    let other = Schema { name: "o".to_owned(), tables: vec![table("x", &["id", "e"])], ..Schema::default() };
    let schemas = vec![Schema { name: "s".to_owned(), tables, ..Schema::default() }, other];
    Catalog { generation: 0, schemas }
}

fn known(catalog: &Catalog) -> KnownNames<'_> {
    KnownNames { catalog, database: Some("s"), name_case: NameCase::Distinguished }
}

/// Returns the references with what they mean, such as `t.a:t`.
fn refs(text: &str) -> String {
    let catalog = catalog();
    let scope = read(text, None, Dialect::default(), known(&catalog));
    let name = |id: SourceId| scope.source(id).and_then(|source| scope.source_name(source)).unwrap_or("?").to_owned();
    let shown = scope.all_refs().map(|(id, column)| {
        let meaning = match scope.resolve(id) {
            ColumnResolution::One { source, .. } => name(source),
            ColumnResolution::Item { .. } => "item".to_owned(),
            ColumnResolution::Several(sources) => sources.into_iter().map(name).collect::<Vec<_>>().join("+"),
            ColumnResolution::NoColumn => "none".to_owned(),
            ColumnResolution::NoTable => "no table".to_owned(),
            ColumnResolution::Unknown => "unknown".to_owned(),
        };
        format!("{}:{meaning}", text.get(column.span.clone()).unwrap())
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// Returns the place of the cursor `|`: clause, whether an operand has ended, and the sources in scope.
fn place(marked: &str) -> String {
    let catalog = catalog();
    let cursor = marked.find('|').unwrap();
    let text = marked.replacen('|', "", 1);
    let scope = read(&text, Some(cursor), Dialect::default(), known(&catalog));
    let position = scope.position.as_ref().unwrap();
    let mut out = vec![format!("{:?}", position.clause)];
    if position.is_after_operand {
        out.push("after".to_owned());
    }
    if !position.qualifier.is_empty() {
        out.push(format!("{}.", position.qualifier.join(".")));
    }
    if let Some(compared) = position.compared.and_then(|id| scope.column_ref(id)) {
        out.push(format!("={}", compared.name));
    }
    if let Some((call, argument)) = position.call {
        out.push(format!("{}#{argument}", scope.call(call).unwrap().name));
    }
    for (level, id) in scope.sources_at_cursor() {
        let source = scope.source(id).unwrap();
        let (columns, is_complete) = scope.columns_of(source);
        let columns: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let open = if is_complete { "" } else { ".." };
        out.push(format!("[{level} {} {}{open}]", scope.source_name(source).unwrap_or("?"), columns.join(" ")));
    }
    out.join(" ")
}

fn check(wrong: &mut Vec<String>, text: &str, found: &str, expected: &str) {
    if found != expected {
        wrong.push(format!("{text}\n  found    {found}\n  expected {expected}"));
    }
}

#[test]
fn every_reference_is_found_and_means_a_source() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("SELECT a, t.b, z FROM t", "a:t, t.b:t, z:none"),
        ("SELECT id, t.id, q.id FROM t JOIN u ON u.t_id = t.id", "id:t+u, t.id:t, q.id:no table, u.t_id:u, t.id:t"),
        ("SELECT x.a AS a1, COUNT(*) n FROM t x GROUP BY a1 ORDER BY n, x.b", "x.a:x, a1:item, n:item, x.b:x"),
        ("SELECT id FROM t JOIN u USING (id)", "id:t, id:t"),
        ("SELECT id FROM t NATURAL JOIN u", "id:t"),
        (
            "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.t_id = t.id AND b = c)",
            "a:t, u.t_id:u, t.id:t, b:t, c:u",
        ),
        ("SELECT d.k, d.b FROM (SELECT a AS k FROM t) d", "d.k:d, d.b:none, a:t"),
        ("SELECT * FROM (SELECT * FROM t) d WHERE d.a = 1 AND zz", "d.a:d, zz:none"),
        (
            "WITH q AS (SELECT a, b x FROM t), r (m, n) AS (SELECT * FROM q) SELECT m, r.n, x FROM r",
            "a:t, b:t, m:r, r.n:r, x:none",
        ),
        (
            "WITH RECURSIVE q AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM q WHERE n < 9) SELECT q.n, z FROM q",
            "n:q, n:q, q.n:q, z:none",
        ),
        ("SELECT a FROM t UNION SELECT c FROM u ORDER BY a, b", "a:t, c:u, a:item, b:none"),
        ("(SELECT a FROM t) UNION (SELECT c FROM u) ORDER BY a", "a:t, c:u, a:item"),
        ("SELECT w.a, b FROM w", "w.a:unknown, b:unknown"),
        ("SELECT missing.a FROM missing", "missing.a:unknown"),
        ("SELECT e, x.e, o.x.e, s.x.e FROM o.x", "e:x, x.e:x, o.x.e:x, s.x.e:no table"),
        ("SELECT l.m FROM t, LATERAL (SELECT t.a + 1 AS m) l", "l.m:l, t.a:t"),
        (
            "SELECT j.k FROM t, JSON_TABLE(t.a, '$[*]' COLUMNS (k INT PATH '$.k', o FOR ORDINALITY)) AS j",
            "j.k:j, t.a:t",
        ),
        ("SELECT a FROM ((SELECT a FROM t) UNION (SELECT c FROM u)) x", "a:x, a:t, c:u"),
        ("SELECT a FROM t WHERE a IN ((SELECT a FROM t) UNION (SELECT c FROM u)) AND b", "a:t, a:t, a:t, c:u, b:t"),
        ("SELECT id FROM t JOIN u ON id = 1 JOIN v ON d = a", "id:t+u+v, id:t+u, d:v, a:t"),
        ("UPDATE t SET a = b WHERE id = 1", "a:t, b:t, id:t"),
        ("DELETE FROM t WHERE a = 1", "a:t"),
        ("SELECT t.*, q.* FROM t", "t.*:t, q.*:no table"),
        (
            "SELECT MAX(a) OVER (PARTITION BY b ORDER BY id) m, LAG(a) OVER w FROM t WINDOW w AS (ORDER BY b)",
            "a:t, b:t, id:t, a:t, b:t",
        ),
    ] {
        check(&mut wrong, text, &refs(text), expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_of_the_grammar_are_no_references() {
    for text in [
        "SELECT DATE '2024-01-01' + INTERVAL 1 DAY, CAST(1 AS SIGNED), CONVERT(1, CHAR), CONVERT('x' USING utf8mb4) FROM t",
        "SELECT TIMESTAMPDIFF(MONTH, NOW(), SYSDATE()), EXTRACT(YEAR FROM NOW()), GET_FORMAT(DATE, 'USA') FROM t",
        "SELECT 'x' COLLATE utf8mb4_bin c, _utf8mb4'x', :p, @v, TRIM(BOTH 'x' FROM 'y'), {d '2024-01-01'} FROM t LIMIT 1",
        "SELECT CASE WHEN 1 THEN 2 ELSE 3 END x, 1 IS UNKNOWN FROM t USE INDEX FOR ORDER BY (i) FOR UPDATE OF t",
        "SELECT SUM(1) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t PARTITION (p0) WINDOW w AS ()",
        "SELECT * FROM t WHERE MATCH (`x`.`y`) AGAINST ('z' IN BOOLEAN MODE)",
        "SHOW COLUMNS FROM t WHERE Field = 'x'",
        "SET @a = 1, sql_mode = ANSI",
        "USE s",
        "EXPLAIN FORMAT = JSON SELECT 1",
        "CALL p(x)",
    ] {
        let found = refs(text);
        assert!(found.is_empty() || found == "`x`.`y`:no table", "{text}: {found}");
    }
}

#[test]
fn the_place_of_the_cursor_is_found_in_half_typed_text() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("|", "Start"),
        ("SELECT |", "SelectList"),
        ("SELECT | FROM t", "SelectList [0 t id a b]"),
        ("SELECT x.| FROM t x", "SelectList x. [0 x id a b]"),
        ("SELECT x.\nFROM t x WHERE x.|", "Where x. [0 x id a b]"),
        ("SELECT a fr|", "SelectList after"),
        ("SELECT a, FROM t WHERE |", "Where [0 t id a b]"),
        ("SELECT * FROM |", "From"),
        ("SELECT * FROM t |", "AfterTable [0 t id a b]"),
        ("SELECT * FROM t JOIN |", "From [0 t id a b]"),
        ("SELECT * FROM t JOIN u ON |", "On [0 t id a b] [0 u id t_id c]"),
        ("SELECT * FROM t JOIN u ON t.id = | JOIN v", "On =id [0 t id a b] [0 u id t_id c]"),
        ("SELECT * FROM t JOIN u USING (|", "Using [0 t id a b] [0 u id t_id c]"),
        ("SELECT * FROM t WHERE a = |", "Where =a [0 t id a b]"),
        ("SELECT * FROM t WHERE a IN (1, |", "Where =a [0 t id a b]"),
        ("SELECT * FROM t WHERE a = 1 |", "Where after [0 t id a b]"),
        ("SELECT CASE a WHEN | FROM t", "SelectList =a [0 t id a b]"),
        ("SELECT COUNT(| FROM t WHERE a", "SelectList COUNT#0 [0 t id a b]"),
        ("SELECT IFNULL(a, (1 + |)) FROM t", "SelectList IFNULL#1 [0 t id a b]"),
        ("SELECT IFNULL(a, (SELECT | FROM u)) FROM t", "SelectList [0 u id t_id c] [1 t id a b]"),
        ("SELECT * FROM t WHERE id IN (SELECT MAX( FROM u WHERE |) AND a = 1", "Where [0 u id t_id c] [1 t id a b]"),
        ("SELECT * FROM (SELECT a, b x FROM t) d WHERE |", "Where [0 d a x]"),
        ("SELECT * FROM (SELECT | FROM t) d JOIN u", "SelectList [0 t id a b]"),
        ("WITH q AS (SELECT | FROM t) SELECT * FROM q", "SelectList [0 t id a b]"),
        ("WITH q AS (SELECT a FROM t) SELECT | FROM q", "SelectList [0 q a]"),
        ("SELECT a FROM t GROUP BY |", "GroupBy [0 t id a b]"),
        ("SELECT a FROM t ORDER |", "OrderBy [0 t id a b]"),
        ("SELECT a FROM t UNION |", "Start [0 t id a b]"),
        ("FROM t WHERE |", "Where [0 t id a b]"),
        ("SELECT | FROM t\n\nSELECT c FROM u", "SelectList [0 t id a b]"),
        ("SELECT a FROM t WHERE a =\nSELECT | FROM u", "SelectList [0 u id t_id c]"),
        ("SELECT a FROM t\nWITH q AS (SELECT c FROM u) SELECT | FROM q", "SelectList [0 q c]"),
        ("SELECT * FROM w WHERE |", "Where [0 w ..]"),
        ("SHOW |", "Show"),
        ("USE |", "Use"),
        ("DESC |", "Describe"),
        ("SELECT * FROM t LIMIT |", "Limit [0 t id a b]"),
        ("SELECT * FROM t, LATERAL (SELECT |) x", "SelectList [1 t id a b]"),
        ("SELECT a, ROW_NUMBER() OVER (PARTITION BY |) FROM t", "Window [0 t id a b]"),
        ("SELECT GROUP_CONCAT(a ORDER BY |) FROM t", "SelectList GROUP_CONCAT#0 [0 t id a b]"),
    ] {
        check(&mut wrong, text, &place(text), expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tables_know_how_they_are_joined_and_what_they_are() {
    let catalog = catalog();
    let text =
        "SELECT * FROM t, u x JOIN v ON 1 LEFT JOIN w USING (id) CROSS JOIN nope JOIN no.where2 NATURAL JOIN t z";
    let scope = read(text, None, Dialect::default(), known(&catalog));
    let shown = scope.all_sources().map(|(_, source)| {
        let SourceKind::Table(name) = &source.kind else { return "?".to_owned() };
        let resolution = match name.resolution {
            TableResolution::Found(_) => "",
            TableResolution::NoTable => "!",
            TableResolution::NoSchema => "!!",
            TableResolution::Unknown => "?",
        };
        let condition = if source.has_condition { " on" } else { "" };
        format!("{:?} {}{resolution}{condition}", source.join, &text[source.span.clone()])
    });
    assert_eq!(
        shown.collect::<Vec<_>>().join(", "),
        "First t, Comma u, Inner v on, Left w on, Cross nope!, Inner no.where2!!, Natural t"
    );
}

#[test]
fn a_derived_table_has_the_span_of_its_parentheses() {
    let catalog = catalog();
    let text = "SELECT * FROM (SELECT a FROM t) AS d (k)";
    let scope = read(text, None, Dialect::default(), known(&catalog));
    let (_, source) = scope.all_sources().next().unwrap();
    assert_eq!(&text[source.span.clone()], "(SELECT a FROM t)");
    assert_eq!(source.column_names, ["k"]);
}

#[test]
fn long_and_deep_texts_are_read_in_little_time_and_memory() {
    let catalog = catalog();
    let names = known(&catalog);
    for piece in [
        "(",
        "(SELECT * FROM ",
        "t,",
        "a.b,",
        "SELECT a ",
        "WITH q AS (",
        "CASE ",
        "JOIN t ",
        "f(",
        "t JOIN (",
        "UNION ",
    ] {
        let text = format!("SELECT * FROM t WHERE a {}", piece.repeat(3000));
        let scope = read(&text, Some(text.len()), Dialect::default(), names);
        assert!(scope.position.is_some(), "{piece}");
        let _ = scope.sources_at_cursor();
        scope.all_refs().take(50).for_each(|(id, _)| drop(scope.resolve(id)));
    }
}

proptest! {
    #[test]
    fn any_text_is_analyzed(
        text in "(select |from |join |left |on |with |as |using |union |lateral |in |case |when |end |group by |order by |x|y|t|u|d|[(),.`*='{}]| ){0,40}",
        cursor in 0_usize..200,
    ) {
        let catalog = catalog();
        let cursor = cursor.min(text.len());
        let scope = read(&text, Some(cursor), Dialect::default(), known(&catalog));
        prop_assert!(scope.position.is_some());
        for (id, column) in scope.all_refs() {
            prop_assert!(text.get(column.span.clone()).is_some());
            let _ = scope.resolve(id);
        }
        for (_, source) in scope.all_sources() {
            prop_assert!(text.get(source.span.clone()).is_some());
            let _ = scope.columns_of(source);
        }
    }
}
