//! The transition table of a statement, as a test: every phase and every event.

use std::collections::VecDeque;
use std::time::Duration;

use super::life::{Statement, StatementAction, StatementEvent, StatementPhase, StatementStart};
use super::origin::{StatementOrigin, StatementQueue};
use super::run_text::{RowDisplay, RunText};
use crate::domain::access_log::{AuthorizedStatement, BeginRecord, RecordSink, StatementTarget, authorize, record};
use crate::domain::ids::{ResultId, SessionId};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Spilling;
use crate::domain::protocol::{End, Limit, RunBounds, RunReport};
use crate::domain::sql::parameters::SourceMap;
use crate::domain::sql::split::StatementEnd;
use crate::domain::sql::{Dialect, SessionPins};

struct NoLog;

impl RecordSink for NoLog {
    type Error = ();

    fn stamp(&mut self, begin: &mut BeginRecord) {
        begin.id = "7".into();
    }

    fn append(&mut self, _: &BeginRecord) -> Result<(), ()> {
        Ok(())
    }
}

fn authorized() -> AuthorizedStatement {
    let target = StatementTarget {
        session: SessionId(1),
        dialect: Dialect::default(),
        pins: SessionPins::default(),
        profile: "eu".into(),
        account: "u".into(),
        server: "s".into(),
        database: None,
        reference: None,
    };
    authorize("SELECT 1", Vec::new(), target).unwrap()
}

fn broken() -> End {
    End::Broken(Problem::new(ProblemKind::Lost, "lost"))
}

fn report(end: End) -> RunReport {
    RunReport::without_rows(end)
}

const PHASES: [&str; 8] =
    ["Authorizing", "Recording", "Sent", "Streaming", "Cancelling unsent", "Cancelling", "Abandoned", "Ended"];
const EVENTS: [&str; 12] = [
    "Confirmed",
    "Declined",
    "Permitted",
    "NotPermitted",
    "RowsArrived",
    "Complete",
    "Cut",
    "Cancelled",
    "Failed",
    "Cancel",
    "SessionEnded",
    "WorksheetClosed",
];

/// Makes a statement with two others after it, and brings it into a phase by events.
fn in_phase(phase: &str) -> Statement {
    let bounds = RunBounds {
        rows: None,
        bytes: None,
        first_row: Duration::ZERO,
        fetch: Duration::ZERO,
        spilling: Spilling::Allowed,
    };
    let run = |at, text: &str| RunText::new(at, text, StatementEnd::Semicolon);
    let waiting: VecDeque<RunText> = [run(9, "SELECT 2"), run(18, "SELECT 3")].into();
    let start = StatementStart {
        result: ResultId(1),
        origin: StatementOrigin::Several { run: 1, at: 0 },
        location: Some(("sheet-1".into(), 0)),
        bounds,
        since: Duration::ZERO,
        source_map: SourceMap::default(),
        rows: RowDisplay::Table,
        typed: String::new(),
        queue: StatementQueue { run: 1, worksheet: "sheet-1".into(), waiting },
    };
    let mut statement = Statement::new(start, authorized());
    let path: &[&str] = match phase {
        "Authorizing" => &[],
        "Recording" => &["Confirmed"],
        "Sent" => &["Confirmed", "Permitted"],
        "Streaming" => &["Confirmed", "Permitted", "RowsArrived"],
        "Cancelling unsent" => &["Confirmed", "Cancel"],
        "Cancelling" => &["Confirmed", "Permitted", "Cancel"],
        "Abandoned" => &["Confirmed", "SessionEnded"],
        _ => &["Declined"],
    };
    for event in path {
        let _ = statement.handle(event_of(event));
    }
    statement
}

fn event_of(name: &str) -> StatementEvent {
    match name {
        "Confirmed" => StatementEvent::Confirmed,
        "Declined" => StatementEvent::Declined,
        "Permitted" => StatementEvent::Permitted(record(&mut NoLog, authorized()).unwrap()),
        "NotPermitted" => StatementEvent::NotPermitted(Problem::new(ProblemKind::Local, "disk full")),
        "RowsArrived" => StatementEvent::RowsArrived,
        "Complete" => StatementEvent::Ended(report(End::Complete)),
        "Cut" => StatementEvent::Ended(report(End::Limit(Limit::Rows(1)))),
        "Cancelled" => StatementEvent::Ended(report(End::Cancelled)),
        "Failed" => StatementEvent::Ended(report(broken())),
        "Cancel" => StatementEvent::Cancel,
        "SessionEnded" => StatementEvent::SessionEnded(report(broken())),
        _ => StatementEvent::WorksheetClosed,
    }
}

fn name_of(phase: &StatementPhase) -> &'static str {
    match phase {
        StatementPhase::Authorizing(_) => "Authorizing",
        StatementPhase::Recording => "Recording",
        StatementPhase::Sent { .. } => "Sent",
        StatementPhase::Streaming { .. } => "Streaming",
        StatementPhase::Cancelling { record: None } => "Cancelling unsent",
        StatementPhase::Cancelling { record: Some(_) } => "Cancelling",
        StatementPhase::Abandoned => "Abandoned",
        StatementPhase::Ended => "Ended",
    }
}

/// Returns a short name of an action. `write` and `finish` have the end that they report.
fn name_of_action(action: &StatementAction) -> String {
    let end = |report: &RunReport| match &report.end {
        End::Complete => "complete",
        End::Limit(_) => "cut",
        End::Cancelled => "cancelled",
        End::Broken(_) => "broken",
    };
    match action {
        StatementAction::Record(_) => "record".into(),
        StatementAction::Send(_) => "send".into(),
        StatementAction::CancelOnServer => "cancel".into(),
        StatementAction::WriteEnd { report, .. } => format!("write-{}", end(report)),
        StatementAction::Finish(report) => format!("finish-{}", end(report)),
        StatementAction::RunNext(queue) => format!("next-of-{}", queue.waiting.len()),
        StatementAction::ReportDropped(count) => format!("drop-{count}"),
    }
}

/// What each phase does with each event: the next phase, and the actions. An event without a line changes nothing.
const TABLE: &str = "
Authorizing Confirmed > Recording record
Authorizing Declined > Ended drop-2
Authorizing Cancel > Ended drop-2
Authorizing SessionEnded > Ended drop-2
Authorizing WorksheetClosed > Ended drop-2

Recording Permitted > Sent send
Recording NotPermitted > Ended finish-broken drop-2
Recording Complete > Ended finish-complete next-of-2
Recording Cut > Ended finish-cut next-of-2
Recording Cancelled > Ended finish-cancelled drop-2
Recording Failed > Ended finish-broken drop-2
Recording Cancel > Cancelling unsent
Recording SessionEnded > Abandoned finish-broken drop-2
Recording WorksheetClosed > Recording drop-2

Sent RowsArrived > Streaming
Sent Complete > Ended write-complete finish-complete next-of-2
Sent Cut > Ended write-cut finish-cut next-of-2
Sent Cancelled > Ended write-cancelled finish-cancelled drop-2
Sent Failed > Ended write-broken finish-broken drop-2
Sent Cancel > Cancelling cancel
Sent SessionEnded > Ended write-broken finish-broken drop-2
Sent WorksheetClosed > Sent drop-2

Streaming Complete > Ended write-complete finish-complete next-of-2
Streaming Cut > Ended write-cut finish-cut next-of-2
Streaming Cancelled > Ended write-cancelled finish-cancelled drop-2
Streaming Failed > Ended write-broken finish-broken drop-2
Streaming Cancel > Cancelling cancel
Streaming SessionEnded > Ended write-broken finish-broken drop-2
Streaming WorksheetClosed > Streaming drop-2

Cancelling unsent Permitted > Ended write-cancelled finish-cancelled drop-2
Cancelling unsent NotPermitted > Ended finish-broken drop-2
Cancelling unsent Complete > Ended finish-complete drop-2
Cancelling unsent Cut > Ended finish-cut drop-2
Cancelling unsent Cancelled > Ended finish-cancelled drop-2
Cancelling unsent Failed > Ended finish-broken drop-2
Cancelling unsent SessionEnded > Abandoned finish-broken drop-2
Cancelling unsent WorksheetClosed > Cancelling unsent drop-2

Cancelling Complete > Ended write-complete finish-complete drop-2
Cancelling Cut > Ended write-cut finish-cut drop-2
Cancelling Cancelled > Ended write-cancelled finish-cancelled drop-2
Cancelling Failed > Ended write-broken finish-broken drop-2
Cancelling Cancel > Cancelling cancel
Cancelling SessionEnded > Ended write-broken finish-broken drop-2
Cancelling WorksheetClosed > Cancelling drop-2

Abandoned Permitted > Ended write-cancelled
Abandoned NotPermitted > Ended
Abandoned Complete > Ended
Abandoned Cut > Ended
Abandoned Cancelled > Ended
Abandoned Failed > Ended
";

#[test]
fn every_phase_handles_every_event() {
    let mut lines: Vec<&str> = TABLE.lines().filter(|line| !line.is_empty()).collect();
    for phase in PHASES {
        for event in EVENTS {
            let mut statement = in_phase(phase);
            assert_eq!(name_of(statement.phase()), phase);
            let actions = statement.handle(event_of(event));
            let after = name_of(statement.phase());
            let names: Vec<String> = actions.iter().map(name_of_action).collect();
            let line = format!("{phase} {event} > {after} {}", names.join(" "));
            let line = line.trim_end();
            if after == phase && actions.is_empty() {
                let prefix = format!("{phase} {event} > ");
                assert!(!TABLE.lines().any(|line| line.starts_with(&prefix)), "the table has a line for {prefix}…");
            } else {
                let at = lines.iter().position(|expected| *expected == line);
                assert!(at.is_some(), "not in the table: {line}");
                if let Some(at) = at {
                    lines.remove(at);
                }
            }
        }
    }
    assert_eq!(lines, Vec::<&str>::new(), "these lines of the table do not happen");
}

#[test]
fn a_statement_that_ends_drops_its_queue() {
    for phase in PHASES {
        for event in EVENTS {
            let mut statement = in_phase(phase);
            let _ = statement.handle(event_of(event));
            if matches!(statement.phase(), StatementPhase::Ended | StatementPhase::Abandoned) {
                let actions = statement.handle(StatementEvent::WorksheetClosed);
                assert_eq!(actions, Vec::new(), "{phase} {event}: its queue is not empty");
            }
        }
    }
}
