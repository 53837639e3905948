//! Tests of the origins of result columns on any server: tables, views, subqueries, WITH clauses, aliases.

use rrx::domain::protocol::End;

use crate::harness::TestSession;

/// Returns the statements that create a table and views of it.
pub fn tables() -> &'static str {
    "CREATE DATABASE IF NOT EXISTS origins; USE origins; DROP VIEW IF EXISTS film_list, nested, kept, plain; DROP TABLE IF EXISTS film; \
     CREATE TABLE film (film_id INT PRIMARY KEY, title VARCHAR(20)); INSERT INTO film VALUES (1, 'x'); \
     CREATE ALGORITHM=MERGE VIEW film_list AS SELECT film_id AS FID, title AS t, UPPER(title) AS u FROM film; \
     CREATE ALGORITHM=MERGE VIEW nested AS SELECT FID AS nid FROM film_list; \
     CREATE ALGORITHM=TEMPTABLE VIEW kept AS SELECT film_id AS fid, title FROM film; \
     CREATE ALGORITHM=MERGE VIEW plain AS SELECT film_id, title FROM film"
}

/// Checks that each origin names a column that exists, and that columns of tables and views have one.
pub async fn check_origins(live: &mut TestSession) {
    for (statement, expected) in [
        ("SELECT film_id AS x, title FROM origins.film f", "film.film_id, film.title"),
        ("SELECT * FROM origins.film", "film.film_id, film.title"),
        ("SELECT a.title, b.title FROM origins.film a JOIN origins.film b USING (film_id)", "film.title, film.title"),
        ("SELECT FID, t FROM origins.film_list", "film_list.FID, film_list.t"),
        ("SELECT l.FID AS z FROM origins.film_list AS l", "film_list.FID"),
        ("SELECT nid FROM origins.nested n", "nested.nid"),
        ("SELECT fid, title FROM origins.kept", "kept.fid, kept.title"),
        ("SELECT film_id FROM origins.plain p", "plain.film_id"),
        ("SELECT * FROM (SELECT film_id AS x FROM origins.film) d", "-"),
        ("SELECT * FROM (SELECT film_id AS x FROM origins.film LIMIT 1) AS d", "-"),
        ("WITH c AS (SELECT film_id AS x FROM origins.film) SELECT x FROM c", "-"),
        ("SELECT film_id + 1, 'text' FROM origins.film", "-, -"),
    ] {
        let ran = live.run(statement).await;
        assert_eq!(ran.report.end, End::Complete, "{statement}");
        let mut shown = Vec::new();
        for column in ran.columns.unwrap().iter() {
            let origin = &column.origin;
            if origin.table.is_empty() {
                shown.push("-".to_owned());
                continue;
            }
            shown.push(format!("{}.{}", origin.table, origin.column));
            let check = format!("SELECT `{}` FROM `origins`.`{}`", origin.column, origin.table);
            assert_eq!(live.run(&check).await.report.end, End::Complete, "{statement}: {check}");
        }
        assert_eq!(shown.join(", "), expected, "{statement}");
    }
}
