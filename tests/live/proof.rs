//! The proof: what a session shows from the embedded replica is what it shows from a real MariaDB that holds the same
//! data, cell by cell and with the same types. Both are reached as users reach a replica: guard, tunnel, driver.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, OptsBuilder};
use rrx::demo::{Options, Running, data, start};
use rrx::domain::profile::{Profile, SecretSource, TlsMode};
use rrx::domain::protocol::{End, Rows, Warning};
use rrx::domain::results::{Column, TypeClass};
use rrx::domain::sql::{Policy, guard};

use crate::harness::{self, ID, Live, wide};
use crate::loaded::{self, Loaded};
use crate::rig::{Rig, Sshd, SshdOptions};

/// How many statements of the list must be answered equally: the replica must not fall back on refusing.
const EQUAL_AT_LEAST: usize = 280;
/// How a statement is refused that the replica does not know.
const UNKNOWN: (u16, &str, &str) = (1235, "42000", "not supported by the demo replica: ");

/// What is told of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    name: String,
    class: TypeClass,
    is_unsigned: bool,
    /// The scale of a decimal, the digits of a moment's seconds, those after the point of a floating number.
    digits: Option<u8>,
}

/// What a statement is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Rows { columns: Vec<Told>, rows: Vec<Vec<Option<Vec<u8>>>>, warned: BTreeSet<String>, warning_count: u16 },
    Refused { code: u16, state: String, message: String },
}

/// A server as a user has it, and its bare address for what the guard would not send.
struct Side {
    live: Live,
    bare: Conn,
}

impl Side {
    async fn connect(profile: Profile, port: u16, password: &str) -> Self {
        let live = harness::connect(profile).await.unwrap();
        let options = OptsBuilder::default().ip_or_hostname(loaded::ADDRESS).tcp_port(port).prefer_socket(false);
        let options = options.user(Some(loaded::ACCOUNT)).pass(Some(password)).db_name(Some(data::MAIN));
        Self { live, bare: Conn::new(options).await.unwrap() }
    }

    async fn answer(&mut self, text: &str) -> Answer {
        if guard::check(text, self.live.facts.dialect, Policy::default(), ID).is_err() {
            return self.refusal(text).await;
        }
        let result = self.live.start(text, wide()).await;
        let (mut columns, mut rows) = (Vec::new(), Vec::new());
        loop {
            match self.live.piece().await {
                Rows::Open { columns: header, .. } => columns = header.iter().map(Told::of).collect(),
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
                let warned = report.warnings.iter().map(words).collect();
                Answer::Rows { columns, rows, warned, warning_count: report.warning_count }
            }
            End::Broken(problem) => {
                let error = problem.server.unwrap_or_else(|| panic!("{text}: {}", problem.what));
                Answer::Refused { code: error.code, state: error.state, message: error.message }
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    /// What the guard stops is no statement that selects: a server refuses it.
    async fn refusal(&mut self, text: &str) -> Answer {
        match self.bare.query_drop(text).await {
            Err(Error::Server(error)) => {
                Answer::Refused { code: error.code, state: error.state, message: error.message }
            }
            other => panic!("the guard stops {text}, the server says {other:?}"),
        }
    }
}

/// A warning without the place that MariaDB adds where the value came right out of a column.
fn words(warning: &Warning) -> String {
    let message = warning.message.split(" for column ").next().unwrap_or_default();
    format!("{} {} {message}", warning.level, warning.code)
}

impl Told {
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

impl Answer {
    /// Whether it is what the replica says of a statement that it does not know.
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Refused { code, state, message } if (*code, state.as_str()) == (UNKNOWN.0, UNKNOWN.1) && message.starts_with(UNKNOWN.2))
    }

    /// The rows in an order of their own, where the statement asks for none.
    fn sorted(mut self) -> Self {
        if let Self::Rows { rows, .. } = &mut self {
            rows.sort();
        }
        self
    }

    /// The rows without the values of some columns.
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

/// What differs between the replica's answer and the real one: columns first, then the first ten cells.
fn differences(replica: &Answer, real: &Answer) -> Vec<String> {
    let (columns, rows, real_columns, real_rows, warned) = match (replica, real) {
        (
            Answer::Rows { columns, rows, warned, .. },
            Answer::Rows { columns: others, rows: other_rows, warned: its_warned, .. },
        ) => (columns, rows, others, other_rows, (warned, its_warned)),
        // The words of an error name accounts, places and versions: they are the server's own.
        (Answer::Refused { code, state, .. }, Answer::Refused { code: other, state: its, .. })
            if (code, state) == (other, its) =>
        {
            return Vec::new();
        }
        _ => return vec![format!("the replica: {}, MariaDB: {}", shown(replica), shown(real))],
    };
    let mut told = Vec::new();
    for at in 0..columns.len().max(real_columns.len()) {
        let (one, other) = (columns.get(at), real_columns.get(at));
        if one != other {
            told.push(format!("column {}: the replica tells {one:?}, MariaDB {other:?}", at + 1));
        }
    }
    if warned.0 != warned.1 {
        let (ours, theirs) = (warned.0.iter().take(5), warned.1.iter().take(5));
        told.push(format!(
            "the replica warns {:?}, MariaDB {:?}",
            ours.collect::<Vec<_>>(),
            theirs.collect::<Vec<_>>()
        ));
    }
    if rows.len() != real_rows.len() {
        told.push(format!("the replica gives {} rows, MariaDB {}", rows.len(), real_rows.len()));
    }
    let cells = rows.iter().zip(real_rows).enumerate().flat_map(|(row, (ours, theirs))| {
        ours.iter().zip(theirs).enumerate().filter(|(_, (a, b))| a != b).map(move |(at, (a, b))| (row, at, a, b))
    });
    for (row, at, ours, theirs) in cells.take(10) {
        let name = columns.get(at).map_or("", |it| it.name.as_str());
        told.push(format!(
            "row {}, column {name}: the replica gives {}, MariaDB {}",
            row + 1,
            cell(ours.as_deref()),
            cell(theirs.as_deref())
        ));
    }
    told
}

fn cell(value: Option<&[u8]>) -> String {
    value.map_or_else(|| "NULL".to_owned(), |bytes| format!("'{}'", bytes.escape_ascii()))
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Rows { columns, rows, .. } => {
            let first = rows.first().map(|row| row.iter().map(|it| cell(it.as_deref())).collect::<Vec<_>>().join(", "));
            format!("{} rows of {} columns, first {first:?}", rows.len(), columns.len())
        }
        Answer::Refused { code, state, message } => format!("error {code} ({state}) {message}"),
    }
}

/// Both servers with the same data.
struct Both {
    replica: Side,
    real: Side,
    _demo: Running,
    _loaded: Loaded,
    _sshd: Sshd,
}

impl Both {
    async fn start(subjects: u32, folder: &Path) -> Self {
        let listen = Some("127.0.0.1:0".parse().unwrap());
        let demo = start(Options { subjects, folder: folder.into(), listen }).await.unwrap();
        let replica = Side::connect(demo.profile.clone(), demo.listen.unwrap().port(), demo.password.reveal()).await;
        // The real server says the replica's version, so that even VERSION() is compared.
        let version = replica.live.facts.version.clone();
        let (loaded, sshd, profile) = tokio::task::block_in_place(|| {
            let loaded = Loaded::listening(subjects, &version);
            let rig = Rig::start();
            let permit = vec![format!("{}:{}", loaded::ADDRESS, loaded.port())];
            let sshd = rig.own_sshd(&SshdOptions { permit, ..SshdOptions::default() });
            let profile = Profile {
                route: vec![rig.hop(sshd.port(), &sshd.known_hosts())],
                host: loaded::ADDRESS.into(),
                port: loaded.port(),
                user: loaded::ACCOUNT.into(),
                // The harness takes an environment variable's name for the secret itself.
                password: Some(SecretSource::Env(loaded::PASSWORD.into())),
                tls: TlsMode::Disabled,
                ca: None,
                database: Some(data::MAIN.into()),
                ..rig.profile()
            };
            (loaded, sshd, profile)
        });
        let real = Side::connect(profile, loaded.port(), loaded::PASSWORD).await;
        assert_eq!(replica.live.facts.version, real.live.facts.version);
        assert_eq!(replica.live.facts.dialect, real.live.facts.dialect);
        Self { replica, real, _demo: demo, _loaded: loaded, _sshd: sshd }
    }

    async fn answers(&mut self, text: &str) -> (Answer, Answer) {
        (self.replica.answer(text).await, self.real.answer(text).await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_statements_give_a_session_the_same_columns_and_cells_as_a_real_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = Both::start(data::SUBJECTS, folder.path()).await;
    let (mut found, mut count, mut cells) = (String::new(), 0, 0);
    for (name, text) in data::snippets() {
        let (mut replica, mut real) = both.answers(text.trim_end().trim_end_matches(';')).await;
        assert!(matches!(&real, Answer::Rows { rows, .. } if !rows.is_empty()), "{name}: {}", shown(&real));
        if name == "schema-overview" {
            // InnoDB estimates how many rows and pages a table has, from a sample of its own files, and says so in
            // these two columns; the order is by the second. The replica counts what it holds. Everything else of the
            // statement is compared, table by table.
            (replica, real) = (replica.without(&["approx_rows", "kib"]), real.without(&["approx_rows", "kib"]));
            (replica, real) = (replica.sorted(), real.sorted());
        }
        for difference in differences(&replica, &real) {
            writeln!(found, "{name}: {difference}").unwrap();
        }
        if let Answer::Rows { columns, rows, .. } = &real {
            cells += columns.len() * rows.len();
        }
        count += 1;
    }
    println!("{count} statements, {cells} cells compared");
    assert_eq!(count, 20);
    assert!(found.is_empty(), "\n{found}");
}

/// The statements of the list: one in a line.
fn statements() -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../fixtures/demo/statements.sql").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with("-- ")).map(|line| line.trim_end_matches(';'))
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_as_people_type_them_are_answered_as_by_a_real_server_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = Both::start(data::SUBJECTS, folder.path()).await;
    let (mut found, mut equal, mut refused) = (String::new(), 0, BTreeMap::<String, usize>::new());
    for text in statements() {
        let (mut replica, mut real) = both.answers(text).await;
        if let Answer::Refused { message, .. } = &replica
            && replica.is_unknown()
        {
            *refused.entry(message.clone()).or_default() += 1;
            continue;
        }
        if !text.to_ascii_uppercase().contains("ORDER BY") {
            // An order that nobody asked for is no part of the answer.
            (replica, real) = (replica.sorted(), real.sorted());
        }
        let differences = differences(&replica, &real);
        equal += usize::from(differences.is_empty());
        for difference in differences {
            writeln!(found, "{text}\n    {difference}").unwrap();
        }
    }
    println!("{equal} statements answered equally, {} refused: {refused:#?}", refused.values().sum::<usize>());
    assert!(found.is_empty(), "\n{found}");
    assert!(equal >= EQUAL_AT_LEAST, "{equal} of the statements are answered, at least {EQUAL_AT_LEAST} must be");
}

/// How often a value is read is told where a plan leaves no choice: once for each row that is read.
#[tokio::test(flavor = "multi_thread")]
async fn warnings_are_counted_as_by_a_real_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = Both::start(data::SUBJECTS, folder.path()).await;
    for text in [
        "SELECT value FROM item_data WHERE id < 1000 ORDER BY id",
        "SELECT CAST(value AS DECIMAL(10,2)) FROM item_data WHERE id <= 2000 ORDER BY id",
        "SELECT CAST(value AS SIGNED), value + 0 FROM item_data WHERE id <= 10 ORDER BY id",
        "SELECT COUNT(*) FROM item_data WHERE value > 5 AND id < 500",
        "SELECT AVG(value) FROM item_data",
        "SELECT 1 / 0, 5 DIV 0, 5 % 0",
        "SELECT DATE('abc'), CAST('12 ' AS SIGNED)",
    ] {
        let (replica, real) = both.answers(text).await;
        let (Answer::Rows { warning_count: ours, .. }, Answer::Rows { warning_count: its, .. }) = (&replica, &real)
        else {
            panic!("{text}: {} {}", shown(&replica), shown(&real));
        };
        assert_eq!(ours, its, "{text}");
        assert_eq!(*its == 0, text.starts_with("SELECT value"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_group_and_the_lists_of_warnings_are_those_of_a_real_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = Both::start(data::SUBJECTS, folder.path()).await;
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
        let [replica, real] = [&mut both.replica, &mut both.real].map(|side| side.bare.query(text));
        let (replica, real): (Result<Vec<mysql_async::Row>, _>, Result<Vec<mysql_async::Row>, _>) =
            (replica.await, real.await);
        let told = |answer: Result<Vec<mysql_async::Row>, Error>| match answer {
            Ok(rows) => rows.into_iter().map(|row| format!("{:?}", row.unwrap())).collect(),
            Err(Error::Server(error)) => vec![format!("{} {}", error.code, error.message)],
            Err(other) => panic!("{text}: {other:?}"),
        };
        assert_eq!(told(replica), told(real), "{text}");
    }
}
