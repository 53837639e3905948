//! Texts with several statements: the splitter finds what the server's own client sends. The texts are in
//! `tests/fixtures/sql/scripts.txt`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rrx::domain::sql::Dialect;
use rrx::domain::sql::lex::lex;
use rrx::domain::sql::split::statements;

/// Splits each text in both ways, also the whole corpus of statements. `client` is the client with its connection.
pub fn check_scripts(dialect: Dialect, client: impl Fn() -> Command) {
    let scripts = include_str!("../fixtures/sql/scripts.txt").split("\n====\n").skip(1).map(str::to_owned);
    // The client handles HELP and USE itself, and SHOW ENGINE prints lines like those of the client. Another sql_mode reads another text.
    let corpus = include_str!("../fixtures/sql/corpus.txt").split("\n\n").filter(|group| !group.contains("sql_mode"));
    let is_sent = |line: &&str| !["!", "HELP", "USE ", "~ SHOW ENGINE"].iter().any(|start| line.starts_with(start));
    let corpus = corpus.flat_map(str::lines).filter(is_sent);
    let corpus =
        corpus.map(|line| line.trim_start_matches(['~', ' ']).replace('␤', "\n") + "\n;\n").collect::<String>();
    let (mut count, mut wrong) = (0, Vec::new());
    for script in scripts.chain([corpus]) {
        let found: Vec<String> =
            statements(&script, dialect).into_iter().map(|statement| code(&script[statement.span], dialect)).collect();
        let sent = sent_by(&mut client(), &script);
        // It also sends comments alone.
        let sent: Vec<String> = sent.iter().map(|text| code(text, dialect)).filter(|text| !text.is_empty()).collect();
        count += sent.len();
        if found != sent {
            let first = found.iter().zip(&sent).find(|(found, sent)| found != sent);
            let start: String = script.chars().take(60).collect();
            wrong.push(format!("{start}: {} and {} statements, first {first:?}", found.len(), sent.len()));
        }
    }
    assert!(count >= 300, "{count} statements");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns the tokens that the server reads. The client leaves out some comments.
fn code(statement: &str, dialect: Dialect) -> String {
    let tokens = lex(statement, dialect);
    let read = tokens.iter().filter(|token| !token.is_ignored());
    read.map(|token| token.text(statement)).collect::<Vec<_>>().join(" ")
}

/// Returns the statements that the client sends: it prints each one between two lines.
fn sent_by(client: &mut Command, script: &str) -> Vec<String> {
    const LINE: &str = "--------------\n";
    let mut child = client
        .args(["--verbose", "--force", "--comments"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let script = script.to_owned();
    let writer = std::thread::spawn(move || input.write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split(LINE).skip(1).step_by(2).map(|statement| statement.trim_end().to_owned()).collect()
}
