//! Plans of real servers, and hostile ones: tree, table, findings, estimates.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rrx::domain::plan::{ExplainFormat, Plan, TraditionalRows, Unexplainable, explainable, limit_of, query_that_runs};
use rrx::domain::screen_width::ScreenWidth as _;
use rrx::domain::sql::{Dialect, ServerFamily, SqlMode};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plan")
}

fn dialect() -> Dialect {
    Dialect { server: ServerFamily::MySql, version: (8, 0, 36), sql_mode: SqlMode::default() }
}

/// The answers of one server, each with the name of its statement.
fn json_plans(server: &str) -> Vec<(String, Plan)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(fixtures().join(server)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(path).unwrap();
            (name, Plan::from_json(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        })
        .collect()
}

const SERVERS: [&str; 3] = ["mariadb-10.11", "mysql-9.7-version-1", "mysql-9.7-version-2"];

fn json_plan(server: &str, name: &str) -> Plan {
    json_plans(server).into_iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("{server} {name}")).1
}

/// The answer of a batch client: a line of column names, then the rows.
fn rows_plan(name: &str) -> Plan {
    let text = fs::read_to_string(fixtures().join("rows").join(format!("{name}.tsv"))).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let columns = lines.next().unwrap();
    let rows: Vec<Vec<Option<String>>> =
        lines.map(|row| row.into_iter().map(|cell| (cell != "NULL").then_some(cell)).collect()).collect();
    Plan::from_rows(&TraditionalRows { columns: &columns, rows: &rows }).unwrap()
}

fn findings(plan: &Plan) -> Vec<String> {
    plan.findings().into_iter().map(|finding| finding.text).collect()
}

#[test]
fn a_full_scan_is_found_on_every_server_with_its_rows_and_the_condition() {
    for server in SERVERS {
        let plan = json_plan(server, "scan");
        let found = findings(&plan);
        assert!(found[0].starts_with("Full scan of item, about "), "{server}: {found:?}");
        assert!(found[0].contains("No key serves ") && found[0].contains("'s5'"), "{server}: {found:?}");
        assert!((29_000..31_000).contains(&plan.rows_examined(None)), "{server}");
    }
}

#[test]
fn a_join_without_a_key_is_found_on_every_server() {
    for (server, text) in SERVERS.iter().zip(["block nested loop", "hash join", "hash join"]) {
        let found = findings(&json_plan(server, "hash"));
        let joins: Vec<&String> = found.iter().filter(|text| text.starts_with("Join without a key: ")).collect();
        assert!(joins.len() == 1 && joins[0].contains(text), "{server}: {found:?}");
        assert!(found.iter().any(|text| text.starts_with("Sorts the rows without a key (filesort)")), "{found:?}");
    }
    // A block nested loop compares each pair; a hash join reads both tables once.
    assert_eq!(json_plan("mariadb-10.11", "hash").rows_examined(None), 500 + 500 * 30_250);
    assert_eq!(json_plan("mysql-9.7-version-1", "hash").rows_examined(None), 500 + 29_880);
    assert_eq!(json_plan("mysql-9.7-version-2", "hash").rows_examined(None), 500 + 29_880);
    assert_eq!(rows_plan("mariadb-hash").rows_examined(None), 500 + 500 * 30_250);
    assert_eq!(rows_plan("mysql-hash").rows_examined(None), 500 + 29_880);
}

#[test]
fn a_join_without_a_condition_is_the_first_finding() {
    for server in ["mariadb-10.11", "mysql-9.7-version-1"] {
        let plan = json_plan(server, "cross");
        assert!(findings(&plan)[0].starts_with("No join condition: "), "{server}: {:?}", findings(&plan));
        assert_eq!(plan.rows_examined(None), 500 + 500 * 1_000, "{server}");
    }
}

#[test]
fn sorts_temporary_tables_merges_and_dependent_subqueries_are_found() {
    for server in SERVERS {
        let has = |name: &str, text: &str| {
            let found = findings(&json_plan(server, name));
            assert!(found.iter().any(|finding| finding.contains(text)), "{server} {name}: {found:?}");
        };
        has("join", "(filesort)");
        has("join", "in a temporary table");
        has("merge", "Merges several indexes of orders (");
        has("dependent", "A subquery runs again for each row.");
        has("nothing", "No row can match: Impossible WHERE.");
        assert_eq!(findings(&json_plan(server, "const")), Vec::<String>::new(), "{server}");
        assert_eq!(findings(&json_plan(server, "none")), Vec::<String>::new(), "{server}");
    }
}

#[test]
fn a_dependent_subquery_counts_for_each_row_and_a_derived_table_once() {
    assert_eq!(json_plan("mysql-9.7-version-1", "dependent").rows_examined(None), 1_000 + 1_000 * 10);
    // Version 2 has the LIMIT 5 in the plan.
    assert_eq!(json_plan("mysql-9.7-version-2", "dependent").rows_examined(None), 5 + 52);
    assert_eq!(json_plan("mariadb-10.11", "derived").rows_examined(None), 1_000 + 1_000 * 10 + 10_266);
    assert_eq!(rows_plan("mariadb-derived").rows_examined(None), 1_000 + 1_000 * 10 + 10_266);
}

#[test]
fn a_limit_ends_a_statement_only_if_its_rows_come_one_by_one() {
    let examined = |name: &str, limit| json_plan("mysql-9.7-version-1", name).rows_examined(Some(limit));
    // 10 % of the rows match.
    assert_eq!(examined("scan", 10), 100);
    assert_eq!(examined("window", 10), 10_266);
    assert_eq!(examined("hash", 10), 500 + 29_880);
    // MariaDB does not say how many rows match.
    assert_eq!(json_plan("mariadb-10.11", "scan").rows_examined(Some(10)), 30_250);
}

#[test]
fn the_limit_of_a_statement_is_found_unless_it_reads_all_rows_first() {
    for (text, limit) in [
        ("SELECT * FROM t LIMIT 10", Some(10)),
        ("select * from t limit 5, 10", Some(15)),
        ("SELECT * FROM t ORDER BY a LIMIT 10 OFFSET 90", Some(100)),
        ("TABLE t LIMIT 3", Some(3)),
        ("SELECT * FROM t", None),
        ("SELECT * FROM (SELECT * FROM t LIMIT 3) x", None),
        ("SELECT COUNT(*) FROM t LIMIT 1", None),
        ("SELECT (max(a)) FROM t LIMIT 1", None),
        ("SELECT DISTINCT a FROM t LIMIT 1", None),
        ("SELECT a FROM t GROUP BY a LIMIT 1", None),
        ("SELECT a FROM t UNION SELECT 1 LIMIT 1", None),
        ("SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1", None),
        ("SELECT 'LIMIT 5' FROM t", None),
        ("SELECT a FROM t LIMIT ?", None),
        ("WITH a AS (SELECT 1) SELECT * FROM a LIMIT 1", None),
        ("SELECT a FROM t LIMIT 18446744073709551615, 18446744073709551615", Some(u64::MAX)),
    ] {
        assert_eq!(limit_of(text, dialect()), limit, "{text}");
    }
}

#[test]
fn queries_have_a_plan_and_an_explain_before_them_is_left_out() {
    let part = |text: &str| explainable(text, dialect()).map(|range| text[range].to_owned());
    for text in ["SELECT 1", "(SELECT 1) UNION (SELECT 2)", "WITH a AS (SELECT 1) SELECT * FROM a", "TABLE t"] {
        assert_eq!(part(text).unwrap(), text);
        assert_eq!(part(&format!("EXPLAIN FORMAT = JSON {text}")).unwrap(), text);
        assert_eq!(part(&format!("desc extended {text}")).unwrap(), text);
    }
    assert_eq!(part("/* why */ SELECT 1").unwrap(), "SELECT 1");
    assert_eq!(part("UPDATE t SET a = 1"), Err(Unexplainable::Write("UPDATE".into())));
    assert_eq!(part("EXPLAIN DELETE FROM t"), Err(Unexplainable::Write("DELETE".into())));
    for text in ["SHOW TABLES", "SET @a = 1", "USE shop", "DESCRIBE t", "CALL p()"] {
        assert!(matches!(part(text), Err(Unexplainable::NoQuery(_))), "{text}");
    }
    assert_eq!(part(" -- nothing\n"), Err(Unexplainable::Empty));
    assert_eq!(part("EXPLAIN"), Err(Unexplainable::Empty));
}

#[test]
fn an_explain_that_runs_its_query_is_a_query_that_runs() {
    let query = |text| query_that_runs(text, dialect());
    for text in ["SELECT 1", "(SELECT 1) UNION (SELECT 2)", "/* why */ TABLE t", "WITH a AS (SELECT 1) SELECT * FROM a"]
    {
        assert_eq!(query(text), Some(text));
    }
    for text in [
        "EXPLAIN ANALYZE SELECT 1",
        "explain /* a */ analyze format = tree SELECT 1",
        "DESC FORMAT=JSON ANALYZE SELECT 1",
        "ANALYZE SELECT 1",
        "ANALYZE FORMAT=JSON SELECT 1",
    ] {
        assert_eq!(query(text), Some("SELECT 1"), "{text}");
    }
    assert_eq!(query("EXPLAIN ANALYZE FOR SCHEMA a SELECT 1"), Some("FOR SCHEMA a SELECT 1"));
    assert_eq!(query("ANALYZE (SELECT 1)"), Some("(SELECT 1)"));
    for text in ["EXPLAIN SELECT 1", "EXPLAIN FORMAT=JSON SELECT 1", "SHOW TABLES", "DESCRIBE t", "ANALYZE TABLE t", ""]
    {
        assert_eq!(query(text), None, "{text}");
    }
    assert_eq!(explainable("ANALYZE SELECT 1", dialect()), Ok(8..16));
}

#[test]
fn the_format_is_that_of_the_server() {
    assert_eq!(ExplainFormat::best(ServerFamily::MySql).prefix(), "EXPLAIN FORMAT=JSON ");
    assert_eq!(ExplainFormat::best(ServerFamily::Other).prefix(), "EXPLAIN FORMAT=TRADITIONAL ");
}

#[test]
fn a_tree_has_a_line_for_each_step_with_its_rows_as_a_bar() {
    let plan = json_plan("mysql-9.7-version-1", "hash");
    let lines: Vec<String> = plan.tree_lines(60).iter().map(|line| line.text().trim_end().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "SELECT #1",
            "└ Sort (filesort, temporary table)",
            "  └ Join",
            "    ├ Read all rows of n                    500 ███████▎",
            "    └ Read all rows of i, hash join      29,880 ████████████",
            "        10 % match",
            "        where (`shop`.`i`.`sku` = `shop`.`n`.`sku`)",
        ]
    );
    let lines: Vec<String> = plan.table_lines(60).iter().map(|line| line.text().trim_end().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "table  access    key    rows  match",
            "n      all rows          500  100 %  ███████▎",
            "i      all rows       29,880   10 %  ████████████",
        ]
    );
}

#[test]
fn no_line_is_wider_than_the_panel_and_none_has_control_characters() {
    for server in SERVERS {
        for (name, plan) in json_plans(server) {
            for width in [1, 2, 5, 10, 20, 36, 60, 76, 150] {
                check_lines(&plan, width, &name);
            }
        }
    }
}

fn check_lines(plan: &Plan, width: usize, name: &str) {
    let mut lines = plan.finding_lines(width);
    lines.extend(plan.tree_lines(width));
    lines.extend(plan.table_lines(width));
    assert!(!lines.is_empty());
    for line in lines {
        let text = line.text();
        // A line of the tree needs a cell for its text.
        assert!(text.cells() <= width.max(24), "{name} {width}: {text:?}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

#[test]
fn a_deep_plan_is_read_or_refused_and_never_ends_the_program() {
    for depth in [10, 60, 127, 200, 100_000] {
        let block = format!("{}{{}}{}", "{\"query_block\":".repeat(depth), "}".repeat(depth));
        let path = format!(
            "{}{{\"operation\":\"x\"}}{}",
            "{\"operation\":\"x\",\"inputs\":[".repeat(depth / 2),
            "]}".repeat(depth / 2)
        );
        for text in [block, path] {
            match Plan::from_json(&text) {
                Ok(plan) => check_lines(&plan, 80, "deep"),
                Err(error) => assert!(depth > 100, "{depth}: {error}"),
            }
        }
    }
}

#[test]
fn what_is_no_plan_is_refused_with_the_reason() {
    assert!(Plan::from_json("").unwrap_err().to_string().starts_with("the plan is not valid JSON"));
    for text in ["1", "[]", "{}", "{\"a\":{}}"] {
        let reason = Plan::from_json(text).unwrap_err().to_string();
        assert_eq!(reason, "the server's answer has an unknown format", "{text}");
    }
    let rows = TraditionalRows { columns: &["EXPLAIN".to_owned()], rows: &[vec![Some("-> Table scan".into())]] };
    assert!(Plan::from_rows(&rows).is_err());
}

/// JSON of the members that plans have, with values of any kind.
fn hostile_json() -> impl Strategy<Value = serde_json::Value> {
    let name = prop::sample::select(vec![
        "query_block",
        "query_plan",
        "operation",
        "inputs",
        "nested_loop",
        "table",
        "table_name",
        "access_type",
        "key",
        "rows",
        "filtered",
        "rows_examined_per_scan",
        "block-nl-join",
        "filesort",
        "sort_key",
        "select_id",
        "message",
        "subqueries",
        "dependent",
        "query_specifications",
        "union_result",
        "limit",
        "limit_offset",
        "condition",
        "estimated_rows",
        "join_algorithm",
        "subquery",
        "possible_keys",
        "used_key_parts",
        "ref",
        "index_merge",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(|number| serde_json::json!(number)),
        any::<i64>().prop_map(serde_json::Value::from),
        prop::sample::select(vec![
            "ALL",
            "index",
            "join",
            "filter",
            "limit",
            "hash",
            "table",
            "-1",
            "1e400",
            "<derived2>"
        ])
        .prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::vec((name.clone(), inner), 0..8).prop_map(|members| {
                serde_json::Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn hostile_json_never_panics(value in hostile_json(), width in 0_usize..120) {
        for text in [
            value.to_string(),
            serde_json::json!({ "query_block": value }).to_string(),
            serde_json::json!({ "operation": "x", "access_type": "join", "inputs": [value] }).to_string(),
        ] {
            if let Ok(plan) = Plan::from_json(&text) {
                let _ = plan.rows_examined(Some(5));
                check_lines(&plan, width, "hostile");
            }
        }
    }

    #[test]
    fn hostile_rows_never_panic(
        rows in prop::collection::vec(prop::collection::vec(prop::option::of(prop_oneof![
            any::<String>(),
            prop::sample::select(vec!["1", "2", "PRIMARY", "UNION", "DERIVED", "DEPENDENT SUBQUERY", "<derived2>", "ALL",
                "UNION RESULT", "Using where; Using filesort"]).prop_map(str::to_owned),
        ]), 0..8), 0..12),
        width in 0_usize..120,
    ) {
        let columns = ["id", "select_type", "table", "type", "rows", "Extra"].map(str::to_owned);
        if let Ok(plan) = Plan::from_rows(&TraditionalRows { columns: &columns, rows: &rows }) {
            let _ = plan.rows_examined(None);
            check_lines(&plan, width, "hostile");
        }
    }

    #[test]
    fn any_text_is_explainable_or_not_and_has_a_limit_or_not(text in hostile_sql()) {
        if let Ok(range) = explainable(&text, dialect()) {
            prop_assert!(text.get(range).is_some());
        }
        let _ = limit_of(&text, dialect());
    }
}

/// Pieces of statements in any order.
pub fn hostile_sql() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "EXPLAIN", "FORMAT", "=", "JSON", "SELECT", "(", ")", "LIMIT", "10", ",", "OFFSET", "COUNT", "/*", "*/", "'",
        "-- ", "\n", "DESC", "t", "ä", "/*!50000", "UNION", "WITH",
    ]);
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.join(" "))
}
