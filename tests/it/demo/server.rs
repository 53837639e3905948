//! The replica as a MySQL driver sees it.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row, Value};

use super::small_replica::{client, code_and_state, options, replica, rows, server_error};

/// Waits until a connection runs a statement.
async fn until_running(watcher: &mut Conn, id: u32) {
    loop {
        let list = rows(watcher, "SHOW PROCESSLIST").await;
        if list.iter().any(|row| row[0] == id.to_string() && row[4] == "Query") {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn values_and_types_are_the_same_as_text_and_as_bound_values() {
    let mut client = client(replica().await).await;
    let statement = "SELECT id, code, price, locked, at, bytes FROM shop.kinds ORDER BY id";
    let text: Vec<Row> = client.query(statement).await.unwrap();
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    let first = vec![
        bytes(b"1"),
        bytes(b"one"),
        bytes(b"12.5000"),
        bytes(&[1]),
        bytes(b"2024-01-31 08:05:00.250"),
        bytes(&[0, 255]),
    ];
    let second = vec![bytes(b"2"), bytes(b"zwei"), Value::NULL, bytes(&[0]), Value::NULL, Value::NULL];
    let columns = text[0].columns();
    assert_eq!(text.into_iter().map(Row::unwrap).collect::<Vec<_>>(), [first, second]);
    let price = &columns[2];
    assert_eq!(
        (price.name_str(), price.org_name_str(), price.org_table_str()),
        ("price".into(), "price".into(), "kinds".into())
    );
    assert_eq!((price.decimals(), price.column_length()), (4, 14));

    let bound: Vec<Row> = client.exec(statement, ()).await.unwrap();
    let first = vec![
        Value::Int(1),
        bytes(b"one"),
        bytes(b"12.5000"),
        bytes(&[1]),
        Value::Date(2024, 1, 31, 8, 5, 0, 250_000),
        bytes(&[0, 255]),
    ];
    let second = vec![Value::Int(2), bytes(b"zwei"), Value::NULL, bytes(&[0]), Value::NULL, Value::NULL];
    assert_eq!(bound.into_iter().map(Row::unwrap).collect::<Vec<_>>(), [first, second]);
}

#[tokio::test]
async fn values_are_bound_to_a_prepared_statement() {
    let mut client = client(replica().await).await;
    let prepared = client.prep("SELECT ?, ?, ?").await.unwrap();
    assert_eq!(prepared.num_params(), 3);
    let row: Option<(String, Option<String>, String)> =
        client.exec_first(&prepared, (-5, None::<i64>, "x")).await.unwrap();
    assert_eq!(row, Some(("-5".into(), None, "x".into())));
    let row: Option<(String, String, String)> = client.exec_first(&prepared, ("a", "b", 1.5)).await.unwrap();
    assert_eq!(row, Some(("a".into(), "b".into(), "1.5".into())));
}

#[tokio::test]
async fn user_variables_are_bound_to_a_named_statement() {
    let mut client = client(replica().await).await;
    let set = "/* a */ SET @text = ?, @a = CAST(? AS SIGNED), @b = UNHEX(?), @c = ?";
    client.exec_drop(set, ("SELECT ?, ?, ?", -5, "6974", None::<i64>)).await.unwrap();
    client.query_drop("PREPARE named FROM @text").await.unwrap();
    let expected = [["-5", "it", "NULL"]];
    assert_eq!(rows(&mut client, "/* b */ EXECUTE named USING @a, @B, @c").await, expected);
    assert_eq!(rows(&mut client, "EXECUTE named USING @a, @b, @c").await, expected);
    client.query_drop("SET @text = NULL, @a = NULL").await.unwrap();
    assert_eq!(rows(&mut client, "EXECUTE named USING @a, @b, @c").await, [["NULL", "it", "NULL"]]);
    client.query_drop("DEALLOCATE PREPARE named").await.unwrap();
    for (statement, code) in [
        ("EXECUTE named USING @a", 1243),
        ("DEALLOCATE PREPARE named", 1243),
        ("PREPARE named FROM @text", 1065),
        ("PREPARE named", 1064),
        ("SET @x = 1", 1235),
        ("SET @x = ?", 1064),
        ("SET @x = NULL, autocommit = 1", 1064),
    ] {
        assert_eq!(server_error(&mut client, statement).await.0, code, "{statement}");
    }
    client.exec_drop("SET @text = ?", ("SELECT secret FROM shop.secret",)).await.unwrap();
    assert_eq!(server_error(&mut client, "PREPARE named FROM @text").await.0, 1142);
}

#[tokio::test]
async fn only_the_account_with_its_password_signs_in() {
    let at = replica().await;
    for opts in [options(at).pass(Some("wrong")), options(at).pass(None::<&str>), options(at).user(Some("root"))] {
        assert_eq!(code_and_state(Conn::new(opts).await.unwrap_err()), (1045, "28000".into()));
    }
    assert_eq!(code_and_state(Conn::new(options(at).db_name(Some("nope"))).await.unwrap_err()), (1049, "42000".into()));
    let client = Conn::new(options(at).db_name(None::<&str>)).await.unwrap();
    assert_eq!(client.server_version(), (10, 11, 0));
}

#[tokio::test]
async fn a_killed_statement_ends_with_1317_and_the_connection_stays_open() {
    let at = replica().await;
    let mut victim = client(at).await;
    let mut killer = client(at).await;
    let id = victim.id();
    for statement in ["SELECT count(*) FROM shop.many AS a, shop.many AS b, shop.many AS c", "SELECT SLEEP(3600)"] {
        let running = tokio::spawn(async move {
            let error = victim.query_drop(statement).await.unwrap_err();
            (victim, code_and_state(error))
        });
        until_running(&mut killer, id).await;
        killer.query_drop(format!("KILL QUERY {id}")).await.unwrap();
        let (back, error) = running.await.unwrap();
        assert_eq!(error, (1317, "70100".into()), "{statement}");
        victim = back;
        assert_eq!(rows(&mut victim, "SELECT 1").await, [["1"]]);
    }
    assert_eq!(server_error(&mut killer, "KILL QUERY 99999").await, (1094, "HY000".into()));
}

#[tokio::test]
async fn a_kill_between_statements_does_not_affect_the_next() {
    let at = replica().await;
    let mut idle = client(at).await;
    let mut killer = client(at).await;
    killer.query_drop(format!("KILL QUERY {}", idle.id())).await.unwrap();
    assert_eq!(rows(&mut idle, "SELECT count(*) FROM shop.many").await, [["20000"]]);
}

#[tokio::test]
async fn a_killed_connection_ends() {
    let at = replica().await;
    let mut victim = client(at).await;
    let mut killer = client(at).await;
    killer.query_drop(format!("KILL {}", victim.id())).await.unwrap();
    assert!(victim.query_drop("SELECT 1").await.is_err());
}

#[tokio::test]
async fn a_statement_over_its_time_ends_with_1969() {
    let mut client = client(replica().await).await;
    client.query_drop("SET SESSION max_statement_time = 0.05").await.unwrap();
    let statement = "SELECT count(*) FROM shop.many AS a, shop.many AS b, shop.many AS c";
    assert_eq!(server_error(&mut client, statement).await, (1969, "70100".into()));
    assert_eq!(rows(&mut client, "SELECT 1").await, [["1"]]);
}

#[tokio::test]
async fn rows_wait_for_a_client_that_does_not_read() {
    let at = replica().await;
    let mut reader = client(at).await;
    let mut watcher = client(at).await;
    let id = reader.id();
    let mut result = reader.query_iter("SELECT a.id FROM shop.many AS a, shop.many AS b LIMIT 1000000").await.unwrap();
    assert!(result.next().await.unwrap().is_some());
    until_running(&mut watcher, id).await;
    let mut count = 1;
    while result.next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 1_000_000);
}

#[tokio::test]
async fn writes_are_refused_as_the_server_would() {
    let mut client = client(replica().await).await;
    assert_eq!(server_error(&mut client, "INSERT INTO kinds VALUES (1)").await, (1290, "HY000".into()));
    client.query_drop("SET SESSION TRANSACTION READ ONLY").await.unwrap();
    assert_eq!(server_error(&mut client, "DELETE FROM kinds").await, (1792, "25006".into()));
    assert_eq!(rows(&mut client, "SELECT @@tx_read_only").await, [["1"]]);
    assert_eq!(server_error(&mut client, "SET GLOBAL read_only = 0").await, (1227, "42000".into()));
    assert_eq!(server_error(&mut client, "START TRANSACTION READ WRITE").await, (1290, "HY000".into()));
    for accepted in ["START TRANSACTION READ ONLY", "COMMIT", "BEGIN", "ROLLBACK"] {
        client.query_drop(accepted).await.unwrap();
    }
}

#[tokio::test]
async fn several_statements_in_one_text_run_until_one_fails() {
    let mut client = client(replica().await).await;
    let mut several =
        client.query_iter("SET time_zone = '+01:00'; SELECT ';' ; SHOW TABLES FROM nope; SELECT 4").await.unwrap();
    assert!(several.collect::<Row>().await.unwrap().is_empty());
    assert_eq!(several.collect::<String>().await.unwrap(), [";"]);
    assert_eq!(code_and_state(several.collect::<Row>().await.unwrap_err()).0, 1049);
    drop(several);
    // The connection is still usable, and the first statement took effect.
    assert_eq!(rows(&mut client, "SELECT @@time_zone, 5;").await, [["+01:00", "5"]]);
}

#[tokio::test]
async fn errors_carry_their_numbers_and_states() {
    let mut client = client(replica().await).await;
    for (statement, code, state) in [
        ("SELEC 1", 1064, "42000"),
        ("SELECT 'open", 1064, "42000"),
        ("", 1065, "42000"),
        ("USE nope", 1049, "42000"),
        ("SHOW TABLES FROM nope", 1049, "42000"),
        ("DESCRIBE nope", 1146, "42S02"),
        ("DESCRIBE secret", 1142, "42000"),
        ("SELECT id FROM secret", 1142, "42000"),
        ("SHOW CREATE VIEW kinds", 1347, "HY000"),
        ("SET nonsense = 1", 1193, "HY000"),
        ("SET read_only = 0", 1229, "HY000"),
        ("SET @x = 1", 1235, "42000"),
        ("SET NAMES nonsense", 1115, "42000"),
        ("SET sql_mode = 'ANSI_QUOTES'", 1235, "42000"),
        ("CALL x()", 1235, "42000"),
    ] {
        assert_eq!(server_error(&mut client, statement).await, (code, state.to_owned()), "{statement}");
    }
    assert_eq!(rows(&mut client, "SHOW COUNT(*) WARNINGS").await, [["1"]]);
    assert_eq!(rows(&mut client, "SHOW WARNINGS").await[0][..2], ["Error", "1235"]);
}

#[tokio::test]
async fn a_set_with_several_assignments_takes_effect_completely_or_not_at_all() {
    let mut client = client(replica().await).await;
    client
        .query_drop("SET SESSION sql_mode = 'STRICT_TRANS_TABLES', time_zone = '+02:00', NAMES utf8mb4, @@session.group_concat_max_len := 2000, autocommit = 1")
        .await
        .unwrap();
    let read = "SELECT @@sql_mode, @@time_zone, @@group_concat_max_len, @@autocommit";
    assert_eq!(rows(&mut client, read).await, [["STRICT_TRANS_TABLES", "+02:00", "2000", "1"]]);
    assert_eq!(server_error(&mut client, "SET time_zone = '+05:00', nonsense = 1").await.0, 1193);
    assert_eq!(rows(&mut client, "SELECT @@time_zone").await, [["+02:00"]]);
    client
        .query_drop("SET sql_mode = DEFAULT, net_write_timeout = @@net_read_timeout, group_concat_max_len = 2+2")
        .await
        .unwrap();
    assert_eq!(rows(&mut client, "SELECT @@net_write_timeout, @@group_concat_max_len").await, [["30", "4"]]);
}

#[tokio::test]
async fn objects_are_shown_as_mariadb_shows_them() {
    let mut client = client(replica().await).await;
    assert_eq!(rows(&mut client, "SHOW DATABASES").await, [["information_schema"], ["shop"]]);
    assert_eq!(
        rows(&mut client, "SHOW FULL TABLES").await,
        [["codes", "VIEW"], ["kinds", "BASE TABLE"], ["many", "BASE TABLE"]]
    );
    assert_eq!(rows(&mut client, "SHOW TABLES LIKE 'k%'").await, [["kinds"]]);
    assert_eq!(
        rows(&mut client, "DESC kinds").await[..4],
        [
            ["id", "bigint(20)", "NO", "PRI", "NULL", "auto_increment"],
            ["code", "varchar(32)", "NO", "UNI", "it's", ""],
            ["price", "decimal(12,4)", "YES", "", "NULL", ""],
            ["locked", "bit(1)", "NO", "", "b'0'", ""],
        ]
    );
    assert_eq!(
        rows(&mut client, "SHOW KEYS FROM many WHERE Key_name = 'kind_id'").await[0][..5],
        ["many", "1", "kind_id", "1", "kind_id"]
    );
    let ddl = &rows(&mut client, "SHOW CREATE TABLE shop.many").await[0][1];
    assert_eq!(
        ddl,
        "CREATE TABLE `many` (\n  `id` bigint(20) NOT NULL AUTO_INCREMENT,\n  `kind_id` bigint(20) NOT NULL,\n  PRIMARY KEY (`id`),\n  \
         KEY `kind_id` (`kind_id`),\n  CONSTRAINT `many_ibfk_1` FOREIGN KEY (`kind_id`) REFERENCES `kinds` (`id`)\n) ENGINE=InnoDB AUTO_INCREMENT=20001 \
         DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"
    );
    assert_eq!(
        rows(
            &mut client,
            "SHOW VARIABLES WHERE Variable_name IN ('version', 'READ_ONLY') OR Variable_name LIKE 'sql\\_s%'"
        )
        .await,
        [
            ["read_only", "ON"],
            ["sql_safe_updates", "OFF"],
            ["sql_select_limit", "18446744073709551615"],
            ["version", "10.11.0-MariaDB-rrx-demo"],
        ]
    );
    assert_eq!(
        rows(&mut client, "SHOW TABLE STATUS LIKE 'many'").await[0][..5],
        ["many", "InnoDB", "10", "Dynamic", "20000"]
    );
    for empty in ["SHOW TRIGGERS", "SHOW EVENTS", "SHOW PROCEDURE STATUS", "SHOW PLUGINS", "SHOW WARNINGS"] {
        assert!(rows(&mut client, empty).await.is_empty(), "{empty}");
    }
    for not_empty in
        ["SHOW GRANTS", "SHOW ENGINES", "SHOW COLLATION", "SHOW CHARACTER SET", "SHOW STATUS", "SHOW SLAVE STATUS"]
    {
        assert!(!rows(&mut client, not_empty).await.is_empty(), "{not_empty}");
    }
}

#[tokio::test]
async fn the_information_schema_can_be_read() {
    let mut client = client(replica().await).await;
    assert_eq!(
        rows(
            &mut client,
            "SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' ORDER BY 1"
        )
        .await,
        [["codes", "NULL"], ["kinds", "2"], ["many", "20000"]]
    );
    assert_eq!(
        rows(&mut client, "SELECT COLUMN_NAME, COLUMN_TYPE, COLUMN_DEFAULT, COLUMN_KEY FROM information_schema.COLUMNS WHERE TABLE_NAME = 'kinds' AND ORDINAL_POSITION < 4").await,
        [["id", "bigint(20)", "NULL", "PRI"], ["code", "varchar(32)", "'it''s'", "UNI"], ["price", "decimal(12,4)", "NULL", ""]]
    );
    let id = client.id().to_string();
    assert_eq!(
        rows(&mut client, "SELECT ID, USER, DB, COMMAND FROM information_schema.PROCESSLIST").await,
        [[id.as_str(), "RO_USER", "shop", "Query"]]
    );
}

#[tokio::test]
async fn explain_has_the_traditional_format() {
    let mut client = client(replica().await).await;
    let plan = rows(&mut client, r#"EXPLAIN SELECT id FROM "shop"."many" AS "t1" WHERE id = 5"#).await;
    assert_eq!(plan, [["1", "SIMPLE", "many", "const", "PRIMARY", "PRIMARY", "NULL", "const", "1", ""]]);
    let plan = rows(&mut client, "EXPLAIN SELECT 1").await;
    assert_eq!(plan[0][9], "No tables used");
}

#[tokio::test]
async fn sql_select_limit_limits_the_rows_of_the_session() {
    let mut client = client(replica().await).await;
    client.query_drop("SET SQL_SELECT_LIMIT = 3").await.unwrap();
    assert_eq!(rows(&mut client, "SELECT id FROM shop.many").await.len(), 3);
}
