//! Checks the demo replica: a session returns the same cells, types and warnings from the embedded replica as from a real
//! MariaDB with the same data. Both are reached like a real replica: guard, tunnel, driver.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, OptsBuilder};
use rrx::demo::{Options, Running, data, start};
use rrx::domain::profile::{Profile, SecretSource, TlsMode};
use rrx::domain::protocol::{End, Rows, Warning};
use rrx::domain::results::{Column, TypeClass};
use rrx::domain::sql::guard;

use crate::demo_mariadb::{self, DemoMariadb};
use crate::harness::{self, ID, TestSession, unlimited};
use crate::rig::{Rig, Sshd, SshdOptions};

/// How many statements of the list must give the same result, so that the replica does not just refuse them.
const MIN_EQUAL: usize = 280;
/// The code, the state and the start of the message for a statement that the replica does not support.
const UNSUPPORTED: (u16, &str, &str) = (1235, "42000", "the demo replica does not support ");

/// The metadata of a result column that is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ColumnInfo {
    name: String,
    class: TypeClass,
    is_unsigned: bool,
    /// The scale of a decimal, the fractional digits of seconds, or the decimals of a floating-point number.
    digits: Option<u8>,
}

/// The result of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum StatementResult {
    Rows { columns: Vec<ColumnInfo>, rows: Vec<Vec<Option<Vec<u8>>>>, warnings: BTreeSet<String>, warning_count: u16 },
    Refused { code: u16, state: String, message: String },
}

/// A connection through the whole program, and a direct one for statements that the guard refuses.
struct ServerUnderTest {
    live: TestSession,
    direct: Conn,
}

impl ServerUnderTest {
    async fn connect(profile: Profile, port: u16, password: &str) -> Self {
        let live = harness::connect(profile).await.unwrap();
        let options = OptsBuilder::default().ip_or_hostname(demo_mariadb::ADDRESS).tcp_port(port).prefer_socket(false);
        let options = options.user(Some(demo_mariadb::ACCOUNT)).pass(Some(password)).db_name(Some(data::MAIN));
        Self { live, direct: Conn::new(options).await.unwrap() }
    }

    async fn run(&mut self, text: &str) -> StatementResult {
        if guard::check(text, self.live.facts.dialect, ID, &rrx::domain::sql::SessionPins::default()).is_err() {
            return self.run_directly(text).await;
        }
        let result = self.live.start(text, unlimited()).await;
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        loop {
            match self.live.next_rows().await {
                Rows::Open { columns: header, .. } => columns = header.iter().map(ColumnInfo::of).collect(),
                Rows::Batch { chunk, .. } => rows.extend((0..chunk.rows()).map(|row| {
                    let cell = |column| chunk.cell(row, column).unwrap().bytes().map(<[u8]>::to_vec);
                    (0..chunk.columns()).map(cell).collect::<Vec<_>>()
                })),
                Rows::End { .. } => break,
            }
        }
        let report = self.live.report(result).await;
        match report.end {
            End::Complete => {
                let warnings = report.warnings.iter().map(warning_text).collect();
                StatementResult::Rows { columns, rows, warnings, warning_count: report.warning_count }
            }
            End::Broken(problem) => {
                let error = problem.server.unwrap_or_else(|| panic!("{text}: {}", problem.what));
                StatementResult::Refused { code: error.code, state: error.state, message: error.message }
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    /// Runs a statement that the guard refuses. It is not a SELECT, so the server must refuse it, too.
    async fn run_directly(&mut self, text: &str) -> StatementResult {
        match self.direct.query_drop(text).await {
            Err(Error::Server(error)) => {
                StatementResult::Refused { code: error.code, state: error.state, message: error.message }
            }
            other => panic!("the guard refuses {text}, the server returns {other:?}"),
        }
    }
}

/// Returns a warning without the column that MariaDB adds for values of columns.
fn warning_text(warning: &Warning) -> String {
    let message = warning.message.split(" for column ").next().unwrap_or_default();
    format!("{} {} {message}", warning.level, warning.code)
}

impl ColumnInfo {
    fn of(column: &Column) -> Self {
        let class = column.class();
        let has_digits = matches!(class, TypeClass::Decimal | TypeClass::Float | TypeClass::Temporal);
        Self {
            name: column.name.clone(),
            class,
            is_unsigned: column.is_unsigned(),
            digits: has_digits.then_some(column.decimals),
        }
    }
}

impl StatementResult {
    /// Returns whether the replica does not support the statement.
    fn is_unsupported(&self) -> bool {
        matches!(self, Self::Refused { code, state, message } if (*code, state.as_str()) == (UNSUPPORTED.0, UNSUPPORTED.1) && message.starts_with(UNSUPPORTED.2))
    }

    /// Sorts the rows, for statements without ORDER BY.
    fn sorted(mut self) -> Self {
        if let Self::Rows { rows, .. } = &mut self {
            rows.sort();
        }
        self
    }

    /// Removes the values of some columns.
    fn without(mut self, names: &[&str]) -> Self {
        if let Self::Rows { columns, rows, .. } = &mut self {
            let exempt: Vec<usize> =
                names.iter().map(|name| columns.iter().position(|it| it.name == *name).unwrap()).collect();
            for row in rows {
                for at in &exempt {
                    row[*at] = None;
                }
            }
        }
        self
    }
}

/// Describes the differences between two results: columns, warnings, and the first ten cells.
fn differences(replica: &StatementResult, real: &StatementResult) -> Vec<String> {
    let (columns, rows, real_columns, real_rows, warnings) = match (replica, real) {
        (
            StatementResult::Rows { columns, rows, warnings, .. },
            StatementResult::Rows { columns: others, rows: other_rows, warnings: real_warnings, .. },
        ) => (columns, rows, others, other_rows, (warnings, real_warnings)),
        // The messages of errors contain accounts, hosts and versions, which differ.
        (StatementResult::Refused { code, state, .. }, StatementResult::Refused { code: other, state: its, .. })
            if (code, state) == (other, its) =>
        {
            return Vec::new();
        }
        _ => return vec![format!("the replica: {}, MariaDB: {}", describe(replica), describe(real))],
    };
    let mut found = Vec::new();
    for at in 0..columns.len().max(real_columns.len()) {
        let (one, other) = (columns.get(at), real_columns.get(at));
        if one != other {
            found.push(format!("column {}: the replica has {one:?}, MariaDB {other:?}", at + 1));
        }
    }
    if warnings.0 != warnings.1 {
        let (ours, theirs) = (warnings.0.iter().take(5), warnings.1.iter().take(5));
        found.push(format!(
            "the replica warns {:?}, MariaDB {:?}",
            ours.collect::<Vec<_>>(),
            theirs.collect::<Vec<_>>()
        ));
    }
    if rows.len() != real_rows.len() {
        found.push(format!("the replica gives {} rows, MariaDB {}", rows.len(), real_rows.len()));
    }
    let cells = rows.iter().zip(real_rows).enumerate().flat_map(|(row, (ours, theirs))| {
        ours.iter().zip(theirs).enumerate().filter(|(_, (a, b))| a != b).map(move |(at, (a, b))| (row, at, a, b))
    });
    for (row, at, ours, theirs) in cells.take(10) {
        let name = columns.get(at).map_or("", |it| it.name.as_str());
        found.push(format!(
            "row {}, column {name}: the replica gives {}, MariaDB {}",
            row + 1,
            cell(ours.as_deref()),
            cell(theirs.as_deref())
        ));
    }
    found
}

fn cell(value: Option<&[u8]>) -> String {
    value.map_or_else(|| "NULL".to_owned(), |bytes| format!("'{}'", bytes.escape_ascii()))
}

fn describe(result: &StatementResult) -> String {
    match result {
        StatementResult::Rows { columns, rows, .. } => {
            let first = rows.first().map(|row| row.iter().map(|it| cell(it.as_deref())).collect::<Vec<_>>().join(", "));
            format!("{} rows of {} columns, first {first:?}", rows.len(), columns.len())
        }
        StatementResult::Refused { code, state, message } => format!("error {code} ({state}) {message}"),
    }
}

/// Both servers with the same data.
struct ServerPair {
    replica: ServerUnderTest,
    real: ServerUnderTest,
    _demo: Running,
    _mariadb: DemoMariadb,
    _sshd: Sshd,
}

impl ServerPair {
    async fn start(subjects: u32, directory: &Path) -> Self {
        let listen = Some("127.0.0.1:0".parse().unwrap());
        let demo = start(Options { subjects, directory: directory.into(), listen }).await.unwrap();
        let replica =
            ServerUnderTest::connect(demo.profile.clone(), demo.listen.unwrap().port(), demo.password.reveal()).await;
        // The real server reports the replica's version, so that VERSION() can be compared.
        let version = replica.live.facts.version.clone();
        let (mariadb, sshd, profile) = tokio::task::block_in_place(|| {
            let mariadb = DemoMariadb::listening(subjects, &version);
            let rig = Rig::start();
            let permit = vec![format!("{}:{}", demo_mariadb::ADDRESS, mariadb.port())];
            let sshd = rig.start_sshd(&SshdOptions { permit, ..SshdOptions::default() });
            let profile = Profile {
                route: vec![rig.hop(sshd.port(), &sshd.known_hosts())],
                host: demo_mariadb::ADDRESS.into(),
                port: mariadb.port(),
                user: demo_mariadb::ACCOUNT.into(),
                // The harness uses the name of the environment variable as the secret.
                password: Some(SecretSource::Env(demo_mariadb::PASSWORD.into())),
                tls: TlsMode::Disabled,
                ca: None,
                database: Some(data::MAIN.into()),
                ..rig.profile()
            };
            (mariadb, sshd, profile)
        });
        let real = ServerUnderTest::connect(profile, mariadb.port(), demo_mariadb::PASSWORD).await;
        assert_eq!(replica.live.facts.version, real.live.facts.version);
        assert_eq!(replica.live.facts.dialect, real.live.facts.dialect);
        Self { replica, real, _demo: demo, _mariadb: mariadb, _sshd: sshd }
    }

    async fn run(&mut self, text: &str) -> (StatementResult, StatementResult) {
        (self.replica.run(text).await, self.real.run(text).await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_snippets_give_the_same_columns_and_cells_as_a_real_server() {
    let directory = tempfile::tempdir().unwrap();
    let mut servers = ServerPair::start(data::SUBJECTS, directory.path()).await;
    let (mut found, mut count, mut cells) = (String::new(), 0, 0);
    for (name, text) in data::snippets() {
        let (mut replica, mut real) = servers.run(text.trim_end().trim_end_matches(';')).await;
        assert!(matches!(&real, StatementResult::Rows { rows, .. } if !rows.is_empty()), "{name}: {}", describe(&real));
        if name == "schema-overview" {
            // InnoDB estimates these two columns from samples, and the replica counts. The rows are sorted by the second
            // one. Everything else is compared.
            (replica, real) = (replica.without(&["approx_rows", "kib"]), real.without(&["approx_rows", "kib"]));
            (replica, real) = (replica.sorted(), real.sorted());
        }
        for difference in differences(&replica, &real) {
            writeln!(found, "{name}: {difference}").unwrap();
        }
        if let StatementResult::Rows { columns, rows, .. } = &real {
            cells += columns.len() * rows.len();
        }
        count += 1;
    }
    println!("{count} statements, {cells} cells compared");
    assert_eq!(count, 20);
    assert!(found.is_empty(), "\n{found}");
}

/// Returns the statements of the list, one on each line.
fn statements() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../fixtures/demo/statements.sql").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with("-- ")).map(|line| line.trim_end_matches(';'))
}

#[tokio::test(flavor = "multi_thread")]
async fn typical_statements_give_the_result_of_a_real_server_or_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut servers = ServerPair::start(data::SUBJECTS, directory.path()).await;
    let (mut found, mut equal, mut refused) = (String::new(), 0, BTreeMap::<String, usize>::new());
    for text in statements() {
        let (mut replica, mut real) = servers.run(text).await;
        if let StatementResult::Refused { message, .. } = &replica
            && replica.is_unsupported()
        {
            *refused.entry(message.clone()).or_default() += 1;
            continue;
        }
        if !text.to_ascii_uppercase().contains("ORDER BY") {
            // Without ORDER BY the order is undefined.
            (replica, real) = (replica.sorted(), real.sorted());
        }
        let differences = differences(&replica, &real);
        equal += usize::from(differences.is_empty());
        for difference in differences {
            writeln!(found, "{text}\n    {difference}").unwrap();
        }
    }
    println!("{equal} statements with equal results, {} refused: {refused:#?}", refused.values().sum::<usize>());
    assert!(found.is_empty(), "\n{found}");
    assert!(equal >= MIN_EQUAL, "{equal} statements have equal results, at least {MIN_EQUAL} must have them");
}

/// Compares the numbers of warnings, for statements in which the execution plan does not matter.
#[tokio::test(flavor = "multi_thread")]
async fn warnings_are_counted_as_on_a_real_server() {
    let directory = tempfile::tempdir().unwrap();
    let mut servers = ServerPair::start(data::SUBJECTS, directory.path()).await;
    for text in [
        "SELECT value FROM item_data WHERE id < 1000 ORDER BY id",
        "SELECT CAST(value AS DECIMAL(10,2)) FROM item_data WHERE id <= 2000 ORDER BY id",
        "SELECT CAST(value AS SIGNED), value + 0 FROM item_data WHERE id <= 10 ORDER BY id",
        "SELECT COUNT(*) FROM item_data WHERE value > 5 AND id < 500",
        "SELECT AVG(value) FROM item_data",
        "SELECT 1 / 0, 5 DIV 0, 5 % 0",
        "SELECT DATE('abc'), CAST('12 ' AS SIGNED)",
    ] {
        let (replica, real) = servers.run(text).await;
        let (StatementResult::Rows { warning_count: ours, .. }, StatementResult::Rows { warning_count: theirs, .. }) =
            (&replica, &real)
        else {
            panic!("{text}: {} {}", describe(&replica), describe(&real));
        };
        assert_eq!(ours, theirs, "{text}");
        assert_eq!(*theirs == 0, text.starts_with("SELECT value"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_groups_and_lists_of_warnings_are_those_of_a_real_server() {
    let directory = tempfile::tempdir().unwrap();
    let mut servers = ServerPair::start(data::SUBJECTS, directory.path()).await;
    for text in [
        "SET SESSION group_concat_max_len = 9",
        "SELECT GROUP_CONCAT(name ORDER BY id), GROUP_CONCAT(id ORDER BY id SEPARATOR 'ä') FROM study",
        "SHOW WARNINGS",
        "SHOW COUNT(*) WARNINGS",
        "SHOW ERRORS",
        "SELECT AVG(value) FROM item_data",
        "SHOW COUNT(*) WARNINGS",
        "SELECT CAST(@@warning_count AS CHAR)",
        "SELECT id FROM item_data WHERE (SELECT id FROM study) = 1 / 0",
        "SHOW ERRORS",
        "SHOW COUNT(*) ERRORS",
        "SELECT COUNT(*) FROM study",
        "SHOW WARNINGS",
        "SET SESSION sql_mode = 'STRICT_TRANS_TABLES'",
        "SELECT 1 / 0",
        "SHOW WARNINGS",
    ] {
        let [replica, real] = [&mut servers.replica, &mut servers.real].map(|server| server.direct.query(text));
        let (replica, real): (Result<Vec<mysql_async::Row>, _>, Result<Vec<mysql_async::Row>, _>) =
            (replica.await, real.await);
        let text_of = |result: Result<Vec<mysql_async::Row>, Error>| match result {
            Ok(rows) => rows.into_iter().map(|row| format!("{:?}", row.unwrap())).collect(),
            Err(Error::Server(error)) => vec![format!("{} {}", error.code, error.message)],
            Err(other) => panic!("{text}: {other:?}"),
        };
        assert_eq!(text_of(replica), text_of(real), "{text}");
    }
}
