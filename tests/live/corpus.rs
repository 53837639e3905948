//! A corpus of benign statements: rrx answers each as the server's own client does, or refuses it by a rule. The statements are in
//! `tests/fixtures/sql/corpus.txt`: a blank line begins a new session, `~` marks a statement whose rows differ from run to run,
//! `!` one that rrx refuses.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rrx::domain::access_log;
use rrx::domain::profile::Profile;
use rrx::domain::protocol::End;
use rrx::domain::results::{WireType, bit_number};

use crate::harness::{TestSession, connect_in, session_target, unlimited};

/// The tables of the corpus, in the database `corpus`.
pub const SCHEMA: &str = include_str!("../fixtures/sql/corpus_schema.sql");

/// What a statement returned: its rows in the form of the batch client, or the number of the server's error.
type Answer = Result<String, u16>;

/// Returns the command of the client, signed in with the account of the profile: another account would see other things.
pub fn client(host: &str, port: u16, account: &str, password: &str) -> Command {
    let mut command = Command::new("mariadb");
    command
        .args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4", "--ssl"])
        .args([format!("--host={host}"), format!("--port={port}"), format!("--user={account}")])
        .env("MYSQL_PWD", password);
    command
}

/// Runs the whole corpus in rrx and in the client.
pub async fn check_corpus(profile: &Profile, client: impl Fn() -> Command) {
    let corpus = include_str!("../fixtures/sql/corpus.txt");
    let (mut count, mut wrong) = (0, Vec::new());
    for group in corpus.trim_end().split("\n\n") {
        let statements: Vec<String> = group.lines().map(|line| line.replace('␤', "\n")).collect();
        let mut live = connect_in(profile.clone(), "corpus").await.unwrap();
        let expected = answers_of_client(&mut client(), &statements);
        for (statement, expected) in statements.iter().zip(expected) {
            count += 1;
            let found = answer(&mut live, statement).await;
            let is_right = match (&found, statement.as_bytes().first()) {
                (None, first) => first == Some(&b'!'),
                (Some(_), Some(b'!')) => false,
                (Some(found), Some(b'~')) => found.is_ok() == expected.is_ok(),
                (Some(found), _) => *found == expected,
            };
            if !is_right {
                wrong.push(format!("{statement}\n   rrx    {found:?}\n   client {expected:?}"));
            }
        }
        live.close().await;
    }
    assert!(count >= 300, "{count} statements");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns the answer of a statement in rrx; `None` if the guard refuses it.
async fn answer(live: &mut TestSession, statement: &str) -> Option<Answer> {
    let text = statement.trim_start_matches(['~', '!', ' ']);
    let text = text.strip_suffix("\\G").unwrap_or(text);
    access_log::authorize(text, Vec::new(), session_target(&live.facts)).ok()?;
    let ran = live.run_within(text, unlimited()).await;
    if let End::Broken(problem) = &ran.report.end {
        let server = problem.server.as_ref().unwrap_or_else(|| panic!("{statement}: {problem}"));
        return Some(Err(server.code));
    }
    let columns = ran.columns.unwrap_or_default();
    let mut text = String::new();
    for row in &ran.raw {
        let cells = row.iter().zip(columns.iter()).map(|(cell, column)| match cell {
            None => "NULL".to_owned(),
            Some(value) if column.wire == WireType::Bit => bit_number(value).unwrap_or_default().to_string(),
            Some(value) => String::from_utf8_lossy(value).into_owned(),
        });
        text.push_str(&cells.collect::<Vec<_>>().join("\t"));
        text.push('\n');
    }
    Some(Ok(text))
}

/// Runs the statements of a session in the client, up to each one in turn, and returns the answer of each.
fn answers_of_client(client: &mut Command, statements: &[String]) -> Vec<Answer> {
    const MARK: &str = "the end of a statement of the corpus";
    let mut script = String::from("USE corpus;\n");
    for statement in statements {
        let text = statement.trim_start_matches(['~', '!', ' ']);
        // What rrx refuses is not run at all.
        let text = if statement.starts_with('!') { "SELECT 1" } else { text };
        script.push_str(text);
        script.push_str(if text.ends_with("\\G") { "\n" } else { "\n;\n" });
        for part in ["system echo '", MARK, "' | tee /dev/stderr\n"] {
            script.push_str(part);
        }
    }
    let mut child = client
        .args(["--force", "--line-numbers", "--unbuffered"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    // BIT(1) is a raw byte, which rrx shows as a number.
    let rows = String::from_utf8_lossy(&output.stdout).replace('\u{0}', "0").replace('\u{1}', "1");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let mark = format!("{MARK}\n");
    let answers: Vec<Answer> = rows
        .split(mark.as_str())
        .zip(errors.split(mark.as_str()))
        .map(|(rows, error)| match error.split_once("ERROR ") {
            Some((_, error)) => Err(error.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0)),
            None => Ok(rows.to_owned()),
        })
        .take(statements.len())
        .collect();
    assert_eq!(answers.len(), statements.len(), "{statements:?}\n{rows}\n{errors}");
    answers
}

/// A table of BIT columns. Some of the values are digits too.
pub const BITS: &str = "CREATE TABLE b (id INT PRIMARY KEY, b1 BIT(1), b4 BIT(4), b8 BIT(8), b16 BIT(16), b64 BIT(64), \
    nn BIT(8) NOT NULL); INSERT INTO b VALUES (1, b'1', b'1010', 49, 12593, b'1', 49), (2, b'0', b'11', 200, 300, ~0, 55), \
    (3, NULL, NULL, NULL, NULL, NULL, 50), (4, 1, 9, 5, 48, 9223372036854775808, 255), (5, 0, 0, 0, 0, 0, 0)";

/// Expressions over the columns of [`BITS`]. `{}` is the column.
const BIT_EXPRESSIONS: [&str; 16] = [
    "{}",
    "IF(id > 0, {}, {})",
    "IF(id = 1, {}, NULL)",
    "CASE WHEN id > 0 THEN {} ELSE {} END",
    "COALESCE({}, {})",
    "COALESCE({}, nn)",
    "IFNULL({}, {})",
    "NULLIF({}, 7)",
    "GREATEST({}, {})",
    "LEAST({}, {})",
    "(SELECT {} FROM b x WHERE x.id = b.id)",
    "FIRST_VALUE({}) OVER (ORDER BY id)",
    "LAG({}) OVER (ORDER BY id)",
    "MAX({}) OVER ()",
    "(SELECT MAX({}) FROM b x WHERE x.id = b.id)",
    "(SELECT MIN({}) FROM b x)",
];

/// Compares each expression with the number that the server computes from it. `hint` stands in the outer SELECT of a derived table.
pub async fn check_bits(live: &mut TestSession, more: &[&str], hint: &str) {
    let mut wrong = Vec::new();
    for column in ["b1", "b4", "b8", "b16", "b64", "nn"] {
        for expression in BIT_EXPRESSIONS.iter().chain(more) {
            let expression = expression.replace("{}", column);
            let sources = [
                format!("SELECT {expression}, ({expression}) + 0 FROM b ORDER BY id"),
                format!("SELECT {expression} AS x, ({expression}) + 0 y FROM b ORDER BY id"),
                format!("SELECT MAX({column}), MAX({column}) + 0 FROM b GROUP BY id ORDER BY id"),
                format!("SELECT {hint} x, x + 0 FROM (SELECT {expression} AS x FROM b) d"),
                format!("SELECT {column}, {column} + 0, COUNT(*) FROM b GROUP BY {column}"),
                format!("SELECT x, x + 0 FROM (SELECT {column} AS x FROM b UNION SELECT nn FROM b) d"),
            ];
            for text in sources {
                let ran = live.run(&text).await;
                assert_eq!(ran.report.end, End::Complete, "{text}");
                for row in &ran.raw {
                    let number = row[0].as_deref().and_then(bit_number).map(|number| number.to_string());
                    let computed = row[1].as_deref().map(|text| String::from_utf8_lossy(text).into_owned());
                    if number != computed {
                        wrong.push(format!("{text}: {number:?}, not {computed:?}"));
                    }
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
