//! Tests of bound key values on any server: a table with a unique key of each type, and a statement with a value for each key.

use rrx::domain::protocol::End;
use rrx::domain::sql::Param;

use crate::harness::TestSession;

/// A text with characters that need escaping in any literal.
pub const HOSTILE: &str = r#"it's "\' OR 1=1 -- é💠"#;

/// Returns the statements that create the table.
pub fn table() -> String {
    let quoted = HOSTILE.replace('\\', "\\\\").replace('\'', "''");
    format!(
        "CREATE DATABASE followed; CREATE TABLE followed.t (id BIGINT PRIMARY KEY, big BIGINT UNSIGNED UNIQUE, \
         name VARCHAR(80) CHARACTER SET utf8mb4 UNIQUE, old VARCHAR(80) CHARACTER SET latin1 UNIQUE, uid BINARY(16) UNIQUE, \
         born DATE UNIQUE, at DATETIME(6) UNIQUE, price DECIMAL(30,10) UNIQUE) ENGINE=InnoDB; \
         INSERT INTO followed.t VALUES \
         (-9007199254740993, 18446744073709551615, '{quoted}', 'déjà', x'00010a0d095c27227fff80c3285b5d0f', '2024-02-29', \
         '2024-02-29 23:59:59.999999', '12345678901234567890.0123456789'), \
         (-9007199254740992, 18446744073709551614, 'it', 'vu', x'00010a0d095c27227fff80c3285b5d10', '2024-02-28', \
         '2024-02-29 23:59:59.999998', '12345678901234567890.0123456788'), \
         (9223372036854775807, 9223372036854775808, '', 'x', x'00000000000000000000000000000000', '1000-01-01', \
         '1000-01-01', 0), (1, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
    )
}

/// Looks up each value, and checks that the result has one row and that the server uses the index.
pub async fn check_lookups(live: &mut TestSession) {
    let text = |text: &str| Param::Text(text.into());
    let first = "-9007199254740993";
    let uid = [0, 1, 10, 13, 9, 0x5c, 0x27, 0x22, 0x7f, 0xff, 0x80, 0xc3, 0x28, 0x5b, 0x5d, 0x0f].to_vec();
    for (column, value, id) in [
        ("id", Param::Integer(-9_007_199_254_740_993), first),
        ("id", text(first), first),
        ("id", Param::Integer(i64::MAX), "9223372036854775807"),
        ("big", Param::Unsigned(u64::MAX), first),
        ("big", Param::Unsigned(1 << 63), "9223372036854775807"),
        ("name", text(HOSTILE), first),
        ("name", text(""), "9223372036854775807"),
        ("old", text("déjà"), first),
        ("uid", Param::Bytes(uid), first),
        ("uid", Param::Bytes(vec![0; 16]), "9223372036854775807"),
        ("born", text("2024-02-29"), first),
        ("at", text("2024-02-29 23:59:59.999999"), first),
        ("price", text("12345678901234567890.0123456789"), first),
    ] {
        let statement = format!("SELECT id, '?' FROM followed.t WHERE {column} = ? /* ? */ LIMIT 200");
        let ran = live.run_with(&statement, vec![value.clone()]).await;
        assert_eq!(ran.report.end, End::Complete, "{column} {value:?}");
        assert_eq!(ran.rows, [[Some(id.to_owned()), Some("?".to_owned())]], "{column} {value:?}");
        let plan = format!("EXPLAIN FORMAT=TRADITIONAL SELECT id FROM followed.t WHERE {column} = ?");
        let plan = live.run_with(&plan, vec![value.clone()]).await;
        assert_eq!(plan.report.end, End::Complete, "{column} {value:?}");
        let at = plan.columns.unwrap().iter().position(|it| it.name == "type").unwrap();
        assert_eq!(plan.rows[0][at].as_deref(), Some("const"), "{column} {value:?}");
    }
    let none = live.run_with("SELECT id FROM followed.t WHERE big = ?", vec![Param::Null]).await;
    assert_eq!((none.report.end, none.rows.len()), (End::Complete, 0));
    let null = live.run_with("SELECT id FROM followed.t WHERE big <=> ?", vec![Param::Null]).await;
    assert_eq!(null.value(), "1");
}

/// Checks that a statement that fails in preparation or execution leaves no variables, and that the next statement works.
pub async fn check_failures(live: &mut TestSession) {
    for (statement, code, at) in [
        ("SELECT 1 +\n FROM DUAL WHERE 1 = ?", 1064, Some(12)),
        ("SELECT nothing FROM followed.t WHERE id = ?", 1054, Some(7)),
        ("SELECT (SELECT 1 UNION SELECT 2) = ?", 1242, None),
    ] {
        let ran = live.run_with(statement, vec![Param::Integer(5)]).await;
        let End::Broken(problem) = ran.report.end else { panic!("{statement}: {:?}", ran.report.end) };
        assert_eq!((problem.server.unwrap().code, problem.at), (code, at), "{statement}");
        assert_eq!(live.run("SELECT 6 * 7").await.value(), "42");
        assert_eq!(live.run("SELECT @rrx_text IS NULL AND @rrx_1 IS NULL").await.value(), "1");
    }
    let prepared = live.internal_queries.iter().filter(|text| text.contains("*/ PREPARE rrx")).count();
    let deallocated = live.internal_queries.iter().filter(|text| text.contains("DEALLOCATE")).count();
    // Two of the statements cannot be prepared.
    assert_eq!(deallocated + 2, prepared);
}
