SELECT 1
----
select 'DELETE FROM t; DROP TABLE x'
----
SELECT `into`, `for update` FROM `call`
----
SELECT t.call, t.into, t.delete, t.set FROM t
----
SELECT t.lock, t.procedure FROM t
----
SELECT * FROM query
----
SELECT 1 AS `update`
----
SELECT ';' , "a;b", `c;d` /* ; */
----
-- a comment; with a semicolon
SELECT 1
----
/* first */ SELECT 1 /* last */
----
# note
SELECT 1 -- end
----
SELECT /*! SQL_NO_CACHE */ 1
----
SELECT /*!50000 STRAIGHT_JOIN */ 1
----
SELECT /*!40001 SQL_NO_CACHE */ * FROM t
----
SELECT /*+ MAX_EXECUTION_TIME(1000) */ * FROM t
----
SELECT /*+ SET_VAR(sort_buffer_size = 16M) */ * FROM t
----
SELECT /*+ SET_VAR(optimizer_switch='mrr=off') QB_NAME(`a`) */ * FROM t
----
SELECT /*+ NO_INDEX_MERGE(t) */ 1
----
( SELECT 1 )
----
((SELECT 1) UNION (SELECT 2)) ORDER BY 1
----
SELECT 1 UNION ALL SELECT 2
----
(SELECT 1) LIMIT 1
----
VALUES ROW(1, 2), ROW(3, 4)
----
TABLE study
----
TABLE study ORDER BY id LIMIT 5
----
WITH a AS (SELECT 1 AS x) SELECT * FROM a
----
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n
----
WITH a AS (SELECT 1), b (x, y) AS (SELECT 1, 2) SELECT * FROM a, b
----
WITH `delete` AS (SELECT 1) SELECT * FROM `delete`
----
WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM a
----
WITH a AS ((SELECT 1) UNION (SELECT 2)) (SELECT * FROM a)
----
WITH a AS (VALUES ROW(1)) TABLE a
----
WITH RECURSIVE c AS (SELECT 1 AS x) CYCLE x RESTRICT SELECT * FROM c
----
SHOW TABLES
----
SHOW FULL COLUMNS FROM study
----
SHOW CREATE TABLE study
----
SHOW CREATE PROCEDURE p
----
SHOW PROCEDURE STATUS
----
SHOW FUNCTION STATUS LIKE 'a%'
----
SHOW VARIABLES LIKE 'sql_mode'
----
SHOW GLOBAL STATUS
----
SHOW ENGINE INNODB STATUS
----
SHOW PROCESSLIST
----
SHOW GRANTS FOR CURRENT_USER
----
SHOW WARNINGS
----
SHOW PROFILE FOR QUERY 1
----
DESCRIBE study
----
DESC study name
----
DESC `update`
----
EXPLAIN SELECT 1
----
EXPLAIN FORMAT=JSON SELECT * FROM t
----
EXPLAIN FORMAT = TREE SELECT * FROM t
----
EXPLAIN EXTENDED SELECT 1
----
EXPLAIN PARTITIONS SELECT 1
----
EXPLAIN ANALYZE SELECT 1
----
EXPLAIN ANALYZE FORMAT=TREE SELECT 1
----
EXPLAIN ANALYZE WITH a AS (SELECT 1) SELECT * FROM a
----
EXPLAIN FOR CONNECTION 5
----
EXPLAIN (SELECT 1)
----
EXPLAIN study
----
ANALYZE SELECT 1
----
ANALYZE FORMAT=JSON SELECT 1
----
USE clinspark
----
USE `odd name`
----
HELP 'SELECT'
----
SET @x = 1
----
SET @x := (SELECT MAX(id) FROM t), @y = 2
----
SET SESSION sort_buffer_size = 1000000
----
SET sort_buffer_size = 1, join_buffer_size = 2
----
SET @@session.group_concat_max_len = 1024
----
SET @@optimizer_switch = 'mrr=off'
----
SET LOCAL optimizer_trace = 'enabled=on', @a = CONCAT('a', ',', 'b')
----
SELECT @x := @x + 1
----
SELECT SLEEP(1), BENCHMARK(10, MD5('a'))
----
SELECT IS_FREE_LOCK('a'), IS_USED_LOCK('a')
----
SELECT REPLACE(a, 'b', 'c'), INSERT(a, 1, 2, 'x') FROM t
----
SELECT (REPLACE(a, 'b', 'c')) FROM t
----
SELECT get_lock FROM t
----
SELECT load_file, nextval FROM t
----
SELECT SUBSTRING(a FROM 1 FOR 2) FROM t
----
SELECT * FROM t FOR SYSTEM_TIME ALL
----
SELECT * FROM t USE INDEX FOR JOIN (i)
----
SELECT * FROM t FORCE INDEX FOR ORDER BY (i)
----
SELECT N'a', _utf8mb4'b', x'4D', b'01', 0x4D, 1e5, .5
----
SELECT \N
----
SELECT 'a\'b', 'c''d'
----
SELECT a->>'$.b' FROM t
----
SELECT 1--1
----
SELECT 1 /*!99999 */
----
SELECT '日本', "ä", `größe` FROM t
----
SELECT next, value, t.next FROM t
----
SELECT next value FROM t
----
SELECT PREVIOUS VALUE FOR s
----
SELECT LASTVAL(s)
----
SELECT ?
----
SET sql_mode = ''
----
SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'
----
SET @@session.sql_mode = (SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))
----
SET @@`sql_mode` = ''
----
SET `sql_mode` = ''
----
SET NAMES utf8mb4
----
SET NAMES 'utf8mb4' COLLATE 'utf8mb4_bin'
----
SET CHARACTER SET utf8mb4
----
SET CHARSET 'utf8mb4'
----
SET autocommit = 1
----
SET @@autocommit = ON
----
SET SESSION TRANSACTION READ ONLY
----
SET TRANSACTION ISOLATION LEVEL READ COMMITTED
----
SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY
----
SET transaction_isolation = 'READ-COMMITTED', tx_isolation = 'SERIALIZABLE'
----
SET SQL_BIG_SELECTS = 1, SQL_SAFE_UPDATES = 0, foreign_key_checks = 0
----
SET max_execution_time = 1000
----
SET max_statement_time = 0.5
----
SET collation_connection = utf8mb4_unicode_ci
----
SET sql_select_limit = DEFAULT
----
SET ROLE reader
----
SET ROLE ALL EXCEPT writer
----
CHECKSUM TABLE a, b QUICK
----
XA RECOVER
----
SELECT SUM(a) AS $total FROM t ORDER BY $total
----
SHOW CREATE TABLE information_schema.INNODB_CMP_RESET
----
SELECT 'INNODB_CMP_RESET'
----
SELECT * FROM information_schema.INNODB_CMP
----
SET timestamp = 1700000000
----
SET ROLE ALL
----
SET ROLE 'a'@'b', `c`
----
SET ROLE DEFAULT