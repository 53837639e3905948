//! The embedded replica with the `mariadb` client, and its descriptions of tables compared with those of MariaDB.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use rrx::demo::{Options, Running, data, start};

use crate::demo_mariadb::DemoMariadb;

/// Subjects in each study, enough for every table to have rows.
const SUBJECTS: u32 = 3;

async fn start_demo(directory: &Path) -> Running {
    start_demo_with(SUBJECTS, directory).await
}

async fn start_demo_with(subjects: u32, directory: &Path) -> Running {
    let listen = Some("127.0.0.1:0".parse().unwrap());
    start(Options { subjects, directory: directory.into(), listen }).await.unwrap()
}

/// Returns the command of the real client with the account's credentials.
fn client(demo: &Running) -> Command {
    let at = demo.listen.unwrap();
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--skip-ssl", "--user=RO_USER", "--default-character-set=utf8mb4"]);
    command.arg(format!("--host={}", at.ip())).arg(format!("--port={}", at.port()));
    command.env("MYSQL_PWD", demo.password.reveal());
    command.args(["--batch", "--raw", "--skip-column-names"]);
    command
}

fn output(mut command: Command) -> Output {
    tokio::task::block_in_place(|| command.output().unwrap())
}

fn rows(demo: &Running, sql: &str) -> Vec<Vec<String>> {
    let mut command = client(demo);
    command.args(["-e", sql]);
    let output = output(command);
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_client_can_sign_in_and_run_statements() {
    let directory = tempfile::tempdir().unwrap();
    let demo = start_demo(directory.path()).await;
    let databases = ["clinspark_demo", "clinspark_demo_test", "information_schema", "reporting"];
    assert_eq!(rows(&demo, "SHOW DATABASES"), databases.map(|name| vec![name.to_owned()]));
    assert_eq!(rows(&demo, "USE clinspark_demo; SELECT COUNT(*) FROM study"), [["3"]]);
    assert_eq!(
        rows(&demo, "SELECT VERSION(), CURRENT_USER(), DATABASE()"),
        [["10.11.0-MariaDB-rrx-demo", "RO_USER@%", "NULL"]]
    );

    let mut command = client(&demo);
    command.args(["clinspark_demo", "-e", "\\s"]);
    let status = String::from_utf8(output(command).stdout).unwrap();
    for line in [
        "Current database:\tclinspark_demo",
        "Server version:\t\t10.11.0-MariaDB-rrx-demo",
        "Server characterset:\tutf8mb4",
    ] {
        assert!(status.contains(line), "{line} in\n{status}");
    }
    let mut command = client(&demo);
    command.env("MYSQL_PWD", "wrong").args(["-e", "SELECT 1"]);
    let refused = String::from_utf8(output(command).stderr).unwrap();
    assert!(
        refused.starts_with("ERROR 1045 (28000): Access denied for user 'RO_USER'@'127.0.0.1' (using password: YES)")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_client_prints_the_errors_of_a_real_server() {
    let directory = tempfile::tempdir().unwrap();
    let demo = start_demo(directory.path()).await;
    for (sql, error) in [
        ("SELECT * FROM nope", "ERROR 1146 (42S02) at line 1: Table 'clinspark_demo.nope' doesn't exist"),
        ("SELECT nope FROM study", "ERROR 1054 (42S22) at line 1: Unknown column 'nope'"),
        ("SELEC 1", "ERROR 1064 (42000) at line 1: You have an error in your SQL syntax"),
        ("USE nope", "ERROR 1049 (42000) at line 1: Unknown database 'nope'"),
        ("SELECT * FROM reporting.treatment_key", "ERROR 1142 (42000) at line 1: SELECT command denied to user"),
        (
            "DELETE FROM study",
            "ERROR 1290 (HY000) at line 1: The MariaDB server is running with the --read-only option",
        ),
        (
            "SET SESSION TRANSACTION READ ONLY; DELETE FROM study",
            "ERROR 1792 (25006) at line 1: Cannot execute statement",
        ),
        ("KILL 4000000", "ERROR 1094 (HY000) at line 1: Unknown thread id: 4000000"),
    ] {
        let mut command = client(&demo);
        command.args(["clinspark_demo", "-e", sql]);
        let stderr = String::from_utf8(output(command).stderr).unwrap();
        assert!(stderr.contains(error), "{sql}: {stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_client_kills_the_statement_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let demo = start_demo(directory.path()).await;
    for statement in ["SELECT SLEEP(3600)", "SELECT COUNT(*) FROM item_data a, item_data b, item_data c, item_data d"] {
        let mut command = client(&demo);
        command.args(["clinspark_demo", "-e", statement]).stderr(Stdio::piped()).stdout(Stdio::null());
        let running = command.spawn().unwrap();
        let id = loop {
            let list = rows(&demo, "SHOW PROCESSLIST");
            if let Some(row) = list.iter().find(|row| row[7] == statement) {
                break row[0].clone();
            }
        };
        assert!(rows(&demo, &format!("KILL QUERY {id}")).is_empty());
        let output = tokio::task::block_in_place(|| running.wait_with_output().unwrap());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("ERROR 1317 (70100) at line 1: Query execution was interrupted"), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_described_as_on_a_real_server() {
    let directory = tempfile::tempdir().unwrap();
    let demo = start_demo(directory.path()).await;
    let real = tokio::task::block_in_place(|| DemoMariadb::start(SUBJECTS));
    let of = "IN ('clinspark_demo', 'reporting')";
    let mut statements = vec![
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, ROW_FORMAT, TABLE_COLLATION, AUTO_INCREMENT, TABLE_COMMENT \
             FROM information_schema.TABLES WHERE TABLE_SCHEMA {of}"
        ),
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE, \
             CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION, \
             CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_TYPE, COLUMN_KEY, EXTRA, COLUMN_COMMENT, IS_GENERATED \
             FROM information_schema.COLUMNS WHERE TABLE_SCHEMA {of}"
        ),
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, NON_UNIQUE, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, NULLABLE, INDEX_TYPE \
             FROM information_schema.STATISTICS WHERE TABLE_SCHEMA {of}"
        ),
        format!(
            "SELECT CONSTRAINT_SCHEMA, CONSTRAINT_NAME, TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, POSITION_IN_UNIQUE_CONSTRAINT, \
             REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME \
             FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA {of}"
        ),
        format!(
            "SELECT CONSTRAINT_SCHEMA, CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE, TABLE_NAME, \
             REFERENCED_TABLE_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA {of}"
        ),
        format!(
            "SELECT CONSTRAINT_SCHEMA, CONSTRAINT_NAME, TABLE_NAME, CONSTRAINT_TYPE FROM information_schema.TABLE_CONSTRAINTS \
             WHERE TABLE_SCHEMA {of}"
        ),
    ];
    for database in ["clinspark_demo", "reporting"] {
        statements.push(format!("SHOW FULL TABLES FROM {database}"));
        for table in rows(&demo, &format!("SHOW FULL TABLES FROM {database}")) {
            let name = format!("{database}.`{}`", table[0]);
            statements.push(format!("SHOW COLUMNS FROM {name}"));
            if table[1] == "BASE TABLE" {
                statements.push(format!("SHOW CREATE TABLE {name}"));
            }
        }
    }
    // The demo hides the table that its account may not read. The real server is asked as root and shows it.
    let sorted = |mut rows: Vec<Vec<String>>| {
        rows.retain(|row| !row.iter().any(|cell| cell == "treatment_key"));
        rows.sort();
        rows
    };
    for statement in statements {
        let expected = tokio::task::block_in_place(|| real.rows(&statement));
        assert_eq!(sorted(rows(&demo, &statement)), sorted(expected), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_statements_print_the_same_but_for_estimated_sizes() {
    let directory = tempfile::tempdir().unwrap();
    let demo = start_demo_with(data::SUBJECTS, directory.path()).await;
    let real = tokio::task::block_in_place(|| DemoMariadb::start(data::SUBJECTS));
    let mut different = Vec::new();
    for (name, statement) in data::snippets() {
        let text = format!("USE clinspark_demo; {statement}");
        let expected = tokio::task::block_in_place(|| real.rows(&text));
        if rows(&demo, &text) != expected {
            different.push(name);
        }
    }
    assert_eq!(different, ["schema-overview"]);
}
