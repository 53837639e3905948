//! The access log: what is on disk, who may read it, and how it is read back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rrx::domain::access_log::{
    self, BadRecord, BeginRecord, CopyRecord, EndRecord, ExportRecord, LogRecord, RecordSink, StatementTarget,
    TunnelEvent, TunnelRecord,
};
use rrx::io::host::user::user_name;
use rrx::io::storage::access_log::{AccessLog, FILE_NAME};
use rrx::io::storage::history;

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_123)
}

fn begin(statement: &str) -> BeginRecord {
    BeginRecord {
        id: String::new(),
        time: String::new(),
        os_user: "somebody else".into(),
        profile: "eu".into(),
        account: "RO_USER@%".into(),
        server: "uuid-1".into(),
        database: Some("clinspark".into()),
        statement: statement.into(),
        params: Vec::new(),
        reference: None,
    }
}

fn entry(id: &str) -> EndRecord {
    EndRecord { id: id.into(), time: String::new(), milliseconds: 12, rows: 3, end: "complete".into() }
}

fn append(log: &mut AccessLog, statement: &str) -> BeginRecord {
    let mut stamped = begin(statement);
    log.stamp(&mut stamped);
    log.append(&stamped).unwrap();
    stamped
}

fn text(state: &Path) -> String {
    fs::read_to_string(state.join(FILE_NAME)).unwrap()
}

#[test]
fn a_begin_record_is_one_line_on_disk_with_version_kind_time_and_user() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    let stamped = append(&mut log, "SELECT 'a\nb'");
    let text = text(state.path());
    assert_eq!(text.matches('\n').count(), 1);
    assert!(text.starts_with(r#"{"v":1,"kind":"begin","id":""#), "{text}");
    assert_eq!(stamped.time, "2026-09-21T14:13:20.123Z");
    assert_eq!(stamped.os_user, user_name());
    assert_eq!(access_log::read(&text), Ok(LogRecord::Begin(stamped)));
}

#[test]
fn the_log_and_its_folder_are_for_the_user_only() {
    let root = tempfile::tempdir().unwrap();
    let state = root.path().join("a/state");
    let _log = AccessLog::open(&state, noon).unwrap();
    assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(state.join(FILE_NAME)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_log_that_others_could_read_is_closed_to_them() {
    let state = tempfile::tempdir().unwrap();
    let path = state.path().join(FILE_NAME);
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let _log = AccessLog::open(state.path(), noon).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_history_is_newest_first_and_joins_begin_and_end() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    let first = append(&mut log, "SELECT 1");
    let second = append(&mut log, "SELECT 2");
    log.end(entry(&first.id)).unwrap();
    let read = history::read(state.path(), 10);
    assert_eq!(read.problems, []);
    assert_eq!(read.statements.len(), 2);
    assert_eq!((&read.statements[0].begin, &read.statements[0].end), (&second, &None));
    assert_eq!(read.statements[1].begin, first);
    assert_eq!(read.statements[1].end.as_ref().map(|end| end.rows), Some(3));
    assert_eq!(history::read(state.path(), 1).statements.len(), 1);
}

#[test]
fn a_tunnels_records_are_lines_of_their_own_and_leave_the_statements_as_they_are() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    let first = append(&mut log, "SELECT 1");
    let record = |id: &str, event| TunnelRecord {
        id: id.into(),
        time: String::new(),
        os_user: String::new(),
        profile: "eu".into(),
        account: "RO_USER".into(),
        server: "replica:3306".into(),
        event,
    };
    let opened = TunnelEvent::Opened { at: "127.0.0.1:4000".into(), reason: Some("T-1".into()) };
    let id = log.tunnel(record("", opened)).unwrap();
    let left = TunnelEvent::Disconnected { client: 1, up: 2, down: 3, milliseconds: 4, end: "closed".into() };
    assert_eq!(log.tunnel(record(&id, left.clone())).unwrap(), id);
    log.end(entry(&first.id)).unwrap();
    let text = text(state.path());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].starts_with(r#"{"v":1,"kind":"tunnel","id":""#), "{}", lines[1]);
    assert!(lines[1].contains(r#""event":"opened","at":"127.0.0.1:4000","reason":"T-1""#), "{}", lines[1]);
    let read = history::read(state.path(), 10);
    assert_eq!(read.problems, []);
    assert_eq!((read.statements.len(), read.statements[0].end.as_ref().map(|end| end.rows)), (1, Some(3)));
    assert_eq!((&read.tunnels[0].event, &read.tunnels[0].id, read.tunnels.len()), (&left, &id, 2));
    assert_eq!(read.tunnels[0].os_user, user_name());
}

#[test]
fn an_exports_record_names_the_file_and_its_sum_and_leaves_the_statements_as_they_are() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    let first = append(&mut log, "SELECT 1");
    log.end(entry(&first.id)).unwrap();
    let record = ExportRecord {
        id: String::new(),
        time: String::new(),
        os_user: "somebody else".into(),
        profile: "eu".into(),
        statement: "SELECT 1".into(),
        path: "/home/you/a\n.csv".into(),
        format: "csv".into(),
        rows: 1,
        bytes: 4,
        sha256: "ab".repeat(32),
    };
    log.export(record.clone()).unwrap();
    let text = text(state.path());
    assert!(text.lines().last().unwrap().starts_with(r#"{"v":1,"kind":"export","id":""#), "{text}");
    let read = history::read(state.path(), 10);
    assert_eq!((read.problems.len(), read.statements.len(), read.exports.len()), (0, 1, 1));
    let written = &read.exports[0];
    assert_eq!(written.os_user, user_name());
    assert!(!written.id.is_empty() && written.id != first.id && !written.time.is_empty());
    let filled = ExportRecord { id: written.id.clone(), time: written.time.clone(), os_user: user_name(), ..record };
    assert_eq!(*written, filled);
}

#[test]
fn a_copys_record_says_what_went_where() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    let record = CopyRecord {
        id: String::new(),
        time: String::new(),
        os_user: "somebody else".into(),
        profile: "eu".into(),
        statement: "SELECT 1".into(),
        what: "18 values".into(),
        bytes: 40,
        to: "the terminal (OSC 52)".into(),
    };
    log.copy(record).unwrap();
    assert!(text(state.path()).starts_with(r#"{"v":1,"kind":"copy","id":""#));
    let read = history::read(state.path(), 10);
    assert_eq!((read.problems.len(), read.copies.len()), (0, 1));
    assert_eq!(read.copies[0].os_user, user_name());
    assert_eq!(read.copies[0].describe(), "copied 18 values (40 bytes) to the terminal (OSC 52)");
}

#[test]
fn an_absent_log_is_an_empty_history() {
    let state = tempfile::tempdir().unwrap();
    assert_eq!(history::read(&state.path().join("none"), 10), history::History::default());
}

#[test]
fn bad_lines_are_named_by_number_and_the_others_are_read() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    append(&mut log, "SELECT 1");
    let path = state.path().join(FILE_NAME);
    let good = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("{good}rubbish\n\n{{\"v\":9,\"kind\":\"begin\"}}\n\u{1}\n{{\"v\":1,\"kind\":\"weather\"}}\n"),
    )
    .unwrap();
    append(&mut log, "SELECT 2");
    let read = history::read(state.path(), 10);
    let statements: Vec<_> = read.statements.iter().map(|past| past.begin.statement.as_str()).collect();
    assert_eq!(statements, ["SELECT 2", "SELECT 1"]);
    let named: Vec<_> = read.problems.iter().map(|problem| problem.what.clone()).collect();
    let expected: Vec<_> =
        [6, 5, 4, 2].iter().map(|line| format!("{}: line {line} cannot be read", path.display())).collect();
    assert_eq!(named, expected);
    assert!(read.problems[2].because[0].contains("format 9"), "{:?}", read.problems[2]);
}

#[test]
fn a_line_torn_by_a_crash_does_not_take_the_next_one_with_it() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    append(&mut log, "SELECT 1");
    let path = state.path().join(FILE_NAME);
    let mut torn = fs::read(&path).unwrap();
    torn.extend_from_slice(b"{\"v\":1,\"kind\":\"be");
    fs::write(&path, torn).unwrap();
    append(&mut log, "SELECT 2");
    let read = history::read(state.path(), 10);
    assert_eq!(read.statements.len(), 2);
    assert_eq!(read.problems.len(), 1);
    assert!(read.problems[0].what.ends_with("line 2 cannot be read"));
}

#[test]
fn a_log_moved_away_is_begun_anew_instead_of_written_into_nowhere() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    append(&mut log, "SELECT 1");
    fs::rename(state.path().join(FILE_NAME), state.path().join("old")).unwrap();
    append(&mut log, "SELECT 2");
    assert!(text(state.path()).contains("SELECT 2"));
    fs::remove_file(state.path().join(FILE_NAME)).unwrap();
    append(&mut log, "SELECT 3");
    assert!(text(state.path()).contains("SELECT 3"));
}

#[test]
fn many_writers_lose_no_line_and_make_no_id_twice() {
    let state = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let state = state.path();
            scope.spawn(move || {
                let mut log = AccessLog::open(state, noon).unwrap();
                for number in 0..25 {
                    append(&mut log, &format!("SELECT {writer}, {number}, '{}'", "x".repeat(9000)));
                }
            });
        }
    });
    let read = history::read(state.path(), 1000);
    assert_eq!(read.problems, []);
    let ids: std::collections::HashSet<_> = read.statements.iter().map(|past| past.begin.id.clone()).collect();
    assert_eq!((read.statements.len(), ids.len()), (200, 200));
}

#[test]
fn a_log_that_cannot_be_opened_is_a_problem_that_names_it() {
    let state = tempfile::tempdir().unwrap();
    fs::create_dir(state.path().join(FILE_NAME)).unwrap();
    let problem: rrx::domain::problem::Problem = AccessLog::open(state.path(), noon).unwrap_err().into();
    assert_eq!(problem.kind.exit_code(), 6);
    assert!(problem.because[0].contains(FILE_NAME));
}

#[test]
fn a_line_of_a_newer_form_is_refused_by_its_number() {
    assert_eq!(access_log::read(r#"{"v":2,"kind":"begin"}"#), Err(BadRecord::Newer(2)));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(line in ".*") {
        let _ = access_log::read(&line);
    }

    #[test]
    fn any_statement_comes_back_as_it_was(statement in "(?s).*") {
        let mut record = begin(&statement);
        record.id = "1".into();
        let line = access_log::write_begin(&record).unwrap();
        proptest::prop_assert_eq!(line.matches('\n').count(), 1);
        proptest::prop_assert_eq!(access_log::read(&line), Ok(LogRecord::Begin(record)));
    }
}

#[test]
fn a_permit_comes_only_with_a_record_of_exactly_what_was_checked() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    let (dialect, session) = (rrx::domain::sql::Dialect::default(), rrx::domain::ids::SessionId(1));
    let target = StatementTarget {
        session,
        dialect,
        pins: rrx::domain::sql::SessionPins::default(),
        profile: "eu".into(),
        account: "RO_USER@%".into(),
        server: "uuid-1".into(),
        database: None,
        reference: None,
    };
    let refused = access_log::authorize("DELETE FROM t", Vec::new(), target.clone()).unwrap_err();
    assert_eq!((refused.kind, refused.at), (rrx::domain::problem::ProblemKind::Refused, Some(0)));
    let statement = access_log::authorize("SELECT 1", Vec::new(), target).unwrap();
    let permit = log.begin(statement.in_database(Some("other".into()))).unwrap();
    let read = history::read(state.path(), 1);
    assert_eq!(read.statements[0].begin.statement, "SELECT 1");
    assert_eq!(read.statements[0].begin.database.as_deref(), Some("other"));
    assert_eq!((permit.id(), permit.checked().text()), (read.statements[0].begin.id.as_str(), "SELECT 1"));
}

#[test]
fn an_end_is_written_in_the_same_words_whoever_writes_it() {
    use rrx::domain::problem::{Problem, ProblemKind, ServerError};
    use rrx::domain::protocol::{End, Limit};
    let server = ServerError { code: 1054, state: "42S22".into(), message: "Unknown column 'x'".into() };
    for (end, words) in [
        (End::Complete, "complete"),
        (End::Cancelled, "cancelled"),
        (End::Limit(Limit::Rows(10)), "cut: row limit (10 rows)"),
        (End::Limit(Limit::Fetch(9)), "cut: time limit (9 s for fetching)"),
        (
            End::Broken(Problem::new(ProblemKind::Statement, "w").server(server)),
            "failed: ERROR 1054 (42S22): Unknown column 'x'",
        ),
        (
            End::Broken(Problem::new(ProblemKind::Lost, "The link is lost")),
            "broken, not known to have finished: The link is lost",
        ),
    ] {
        assert_eq!(super::model::report(end, 3).end_record("7".into()).end, words);
    }
}

#[test]
fn the_history_has_the_time_with_its_zone() {
    let state = tempfile::tempdir().unwrap();
    let mut log = AccessLog::open(state.path(), noon).unwrap();
    append(&mut log, "SELECT 1");
    let entry = &history::read(state.path(), 1).statements[0];
    let here = jiff::Timestamp::try_from(noon()).unwrap().to_zoned(jiff::tz::TimeZone::system());
    assert_eq!(entry.local_time, here.strftime("%m-%d %H:%M %Z").to_string());
    let today = rrx::domain::calendar::days_of(here.year().into(), here.month().into(), here.day().into());
    assert_eq!(entry.began.map(|began| began.describe(today)), Some(here.strftime("today %H:%M").to_string()));
}
