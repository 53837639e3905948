//! `rrx run`: runs statements without a screen. Only results go to stdout (or a file); messages go to stderr. The exit code shows
//! whether the result is complete.

mod arguments;
mod output;
mod plan_check;
mod writer_thread;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write};
use std::sync::Arc;

use tokio::sync::mpsc;

pub use self::arguments::{PlanPolicy, RequestedRows, RunArgs, Stdout};
use self::output::{Outputs, RowSink, RunEnd};
use self::plan_check::PlanCheck;
use self::writer_thread::WriterThread;
use super::common::context::CommandContext;
use super::common::headless::{HeadlessDeps, HeadlessSession, Waited};
use super::common::interrupts::Interrupts;
use super::common::print;
use super::common::runtime::block_on;
use super::snippets;
use crate::cli::{RunCommand, StatementSource};
use crate::domain::access_log::{AuthorizedStatement, ExportRecord};
use crate::domain::export::{ExportFormat, ExportOptions, SessionZone};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{End, Limit, RunReport, ServerFacts, count_repeats};
use crate::domain::quantity::counted;
use crate::domain::sql::Dialect;
use crate::domain::sql::effects::Effects;
use crate::domain::sql::split::split;
use crate::io::env::ProfileContext;
use crate::io::host::prompts::Prompts;
use crate::io::session::SessionEnv;
use crate::io::storage::access_log::AccessLog;
use crate::io::storage::snippets as snippet_files;

/// What a run needs.
pub struct RunDeps {
    pub profile: Arc<Profile>,
    pub session: SessionEnv,
    pub prompts: Prompts,
    pub log: AccessLog,
    pub interrupts: Interrupts,
}

/// Runs `rrx run`. Returns the exit code.
///
/// # Errors
/// Returns a problem if the statement or the profile cannot be used.
pub fn execute(command: &RunCommand, context: &CommandContext) -> Result<u8, Problem> {
    let loaded = context.load_settings_and_report()?;
    let name = command.profile.as_deref().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::new(ProblemKind::Settings, "No profile is named").hint(format!(
            "add -p PROFILE; `{}` lists the profiles, and `-p demo` always works",
            context.command_line().with("profiles list")
        )));
    }
    let (profile, profile_context) = context.find_profile(name, &loaded)?;
    let snippet = match command.source() {
        StatementSource::Snippet(name) => Some(snippet_text(&name, &profile, &profile_context)?),
        StatementSource::Text(_) | StatementSource::File(_) | StatementSource::Stdin => None,
    };
    let args = RunArgs::read(command, snippet, std::io::stdin())?;
    if let Some(refusal) = profile.refusal() {
        return Err(refusal);
    }
    let env = &context.env;
    block_on(async {
        let deps = RunDeps {
            profile,
            log: AccessLog::open(&profile_context.paths.state, env.clock)?,
            session: profile_context.session,
            prompts: env.prompts,
            interrupts: Interrupts::listen()?,
        };
        let stdout = if std::io::stdout().is_terminal() { Stdout::Terminal } else { Stdout::Other };
        Ok(run(&args, deps, std::io::stdout(), stdout, &mut std::io::stderr()).await)
    })
}

/// Returns the statement of a snippet, from the user's directory or from those of the profile.
fn snippet_text(name: &str, profile: &Profile, context: &ProfileContext) -> Result<String, Problem> {
    let user_directory = context.paths.snippets();
    snippet_files::write_missing(&user_directory, (context.storage.bundled_snippets)());
    let directories: Vec<_> = std::iter::once(user_directory).chain(profile.snippets.iter().cloned()).collect();
    let (all, problems) = snippet_files::load(&directories);
    print::problems(&mut std::io::stderr(), &problems)?;
    snippets::find(name, &all, &context.paths.command_line).map(|snippet| snippet.statement.clone())
}

/// Runs the statements one after the other, up to the first one that fails. Returns the exit code.
pub async fn run<W: Write + Send + 'static>(
    args: &RunArgs,
    deps: RunDeps,
    out: W,
    stdout: Stdout,
    err: &mut (dyn Write + Send),
) -> u8 {
    match run_statements(args, deps, out, stdout, err).await {
        Ok(code) => code,
        Err(problem) => {
            let _ = print::problems(err, std::slice::from_ref(&problem));
            problem.kind.exit_code()
        }
    }
}

async fn run_statements<W: Write + Send + 'static>(
    args: &RunArgs,
    deps: RunDeps,
    out: W,
    stdout: Stdout,
    err: &mut (dyn Write + Send),
) -> Result<u8, Problem> {
    let format = args.choose_format(stdout)?;
    let RunDeps { profile, session, prompts, mut log, mut interrupts } = deps;
    // Only one batch waits here. The writer thread has a longer queue, after the task that drops rows when interrupted.
    let (sender, rows) = mpsc::channel(1);
    let headless = HeadlessDeps { profile: Arc::clone(&profile), session, prompts };
    let Waited::Done(mut session) = HeadlessSession::connect(headless, sender, &mut interrupts).await? else {
        return Ok(ProblemKind::Interrupted.exit_code());
    };
    print::problems(err, &warnings(&session.facts().warnings))?;
    print_zone_note(session.facts(), err)?;
    let mut checked = check_from(args, &session, 0)?;
    refuse_several_results(args, format, checked.results())?;
    let mut results = checked.results();
    let sink = match stdout {
        Stdout::Terminal => RowSink::Terminal(print::SafeWriter::new(out)),
        Stdout::Other => RowSink::Stdout(out),
    };
    let outputs = Outputs::open(args, sink)?;
    let options = ExportOptions {
        formulas: args.formulas,
        line_end: args.line_end,
        zone: SessionZone::of(&session.facts().time_zone),
        ..ExportOptions::plain(format)
    };
    let writer = WriterThread::start(rows, options, outputs, interrupts.token())?;
    let bounds = args.bounds(&profile);
    let mut code = 0;
    let mut failed = None;
    let (mut exported, mut exported_rows) = (Vec::new(), 0);
    while code == 0 && failed.is_none() {
        if let Some((start, statement)) = checked.statements.pop_front() {
            let text =
                Some(statement.checked()).filter(|checked| checked.has_rows()).map(|checked| checked.text().to_owned());
            let mut check =
                PlanCheck { args, profile: &profile, log: &mut log, interrupts: &mut interrupts, err: &mut *err };
            if let Err(problem) = check.check(&mut session, &statement).await {
                failed = Some(problem);
                continue;
            }
            match session.run(statement, bounds, &mut log, &mut interrupts).await {
                Ok(report) => {
                    exported.extend(text);
                    exported_rows += report.rows;
                    match judge(args, start, &report, interrupts.is_interrupted(), err) {
                        Ok(judged) => code = judged,
                        Err(problem) => failed = Some(problem),
                    }
                }
                Err(problem) => failed = Some(problem),
            }
        } else if let Some(from) = checked.rest {
            let rest = check_from(args, &session, from)
                .and_then(|rest| refuse_several_results(args, format, results + rest.results()).map(|()| rest));
            match rest {
                Ok(rest) => {
                    results += rest.results();
                    checked = rest;
                }
                Err(problem) => failed = Some(problem),
            }
        } else {
            break;
        }
        let remaining = checked.statements.len() as u64;
        if code == 0 && failed.is_none() && interrupts.is_interrupted() && remaining > 0 {
            failed = Some(Problem::new(
                ProblemKind::Interrupted,
                format!("Interrupted: {} did not run", counted(remaining, "statement")),
            ));
        }
    }
    session.close().await;
    // Closing the session ended the queue of rows, so the writer thread ends too, unless its reader stalls.
    let (ended, written) = writer.wait(&mut interrupts).await.finish(args, RunEnd { code, failed }, err);
    let Some(file) = written else { return ended };
    let record = ExportRecord {
        id: String::new(),
        time: String::new(),
        os_user: String::new(),
        profile: profile.name.clone(),
        statement: exported.join(";\n"),
        path: file.path.display().to_string(),
        format: format.to_string(),
        rows: exported_rows,
        bytes: file.bytes,
        sha256: file.sha256,
    };
    let recorded = log.export(record).map_err(|error| {
        Problem::new(ProblemKind::Local, "The file is written, but its record in the access log is not")
            .because(error.to_string())
            .hint("free some space on the disk of the access log, then run the command again")
    });
    match (ended, recorded) {
        (Ok(0), Err(problem)) => Err(problem),
        (ended, Err(problem)) => {
            print::problems(err, &[problem])?;
            ended
        }
        (ended, Ok(())) => ended,
    }
}

/// Refuses several results if the format, or a file of columns, can contain only one.
fn refuse_several_results(args: &RunArgs, format: ExportFormat, results: usize) -> Result<(), Problem> {
    if results <= 1 || !(format.is_single_result() || args.columns.is_some()) {
        return Ok(());
    }
    let (what, hint) = if format.is_single_result() {
        (format!("A file in the format {format} can contain only one result"), "choose tsv, jsonl, sql or markdown")
    } else {
        ("A file of columns can describe only one result".to_owned(), "omit --columns")
    };
    Err(Problem::new(ProblemKind::Settings, what)
        .because(format!("{results} of the statements have a result"))
        .hint(format!("run them one at a time, or {hint}")))
}

/// Says that times are not in the server's own zone, if they are not.
fn print_zone_note(facts: &ServerFacts, err: &mut dyn Write) -> Result<(), Problem> {
    let Some(zone) = &facts.server_time_zone else { return Ok(()) };
    let here = &facts.time_zone;
    print::text(
        err,
        &format!("rrx: note: times are in {here}; the server's own time zone is {zone} (session.time_zone)\n"),
    )
}

/// Reports the end of one statement to the user. Returns its exit code.
fn judge(
    args: &RunArgs,
    start: usize,
    report: &RunReport,
    was_interrupted: bool,
    err: &mut dyn Write,
) -> Result<u8, Problem> {
    if report.warning_count > 0 {
        print::text(err, &warning_text(report))?;
    }
    if let Some(note) = report.note {
        print::text(err, &format!("rrx: note: {note}\n"))?;
    }
    if args.is_as_requested(&report.end) {
        if args.is_strict && report.warning_count > 0 {
            print::text(err, "rrx: --strict: the statement counts as failed because of its warnings\n")?;
            return Ok(ProblemKind::Statement.exit_code());
        }
        return Ok(0);
    }
    let problem = match &report.end {
        End::Complete => return Ok(0),
        End::Broken(problem) => with_left(with_position(problem.clone(), &args.text, start), report),
        End::Limit(limit) => limit_problem(report, *limit),
        End::Cancelled if was_interrupted => {
            Problem::new(ProblemKind::Interrupted, format!("Interrupted after {}", counted(report.rows, "row")))
        }
        // The output was closed. The writer thread knows whether that is an error.
        End::Cancelled => return Ok(ProblemKind::Local.exit_code()),
    };
    let printed = print::problems(err, std::slice::from_ref(&problem));
    // If the terminal was closed, the message cannot be printed. That is not another error.
    printed
        .map(|()| problem.kind.exit_code())
        .or_else(|error| if was_interrupted { Ok(problem.kind.exit_code()) } else { Err(error) })
}

/// Adds what may still run on the server after the connection was lost.
fn with_left(problem: Problem, report: &RunReport) -> Problem {
    match &report.left {
        Some(left) => problem.because(format!(
            "the statement may still run on the server, on connection {}, until its time limit or KILL {0}",
            left.connection
        )),
        None => problem,
    }
}

fn warning_text(report: &RunReport) -> String {
    let mut text = format!("rrx: {}\n", counted(u64::from(report.warning_count), "warning"));
    for (warning, times) in count_repeats(&report.warnings) {
        let (level, message) = (print::one_line(&warning.level), print::one_line(&warning.message));
        let repeated = if times > 1 { format!(" ({times} times)") } else { String::new() };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {level} {}: {message}{repeated}", warning.code);
    }
    if !report.warnings.is_empty() && report.warnings.len() < usize::from(report.warning_count) {
        let _ = writeln!(text, "  … the server keeps only the first {}", report.warnings.len());
    }
    text
}

fn limit_problem(report: &RunReport, limit: Limit) -> Problem {
    let (kind, hint) = match limit {
        Limit::Rows(_) => (ProblemKind::Cut, "use --limit N for fewer rows, or --all for all of them"),
        Limit::Bytes(_) | Limit::Memory(_) => (ProblemKind::Cut, "raise `limits.bytes` in the profile, or select less"),
        Limit::FirstRow(_) => (ProblemKind::TimeLimit, "use --timeout SECONDS for more time, or narrow the statement"),
        Limit::Fetch(_) => (ProblemKind::TimeLimit, "raise `limits.fetch_seconds` in the profile, or select less"),
    };
    let what = match limit {
        Limit::FirstRow(_) => "The statement was stopped before its first row".to_owned(),
        _ => format!("The result is cut after {}; there are more", counted(report.rows, "row")),
    };
    Problem::new(kind, what).because(format!("the {limit} ended it")).hint(hint)
}

/// Statements that the guard has passed.
struct CheckedStatements {
    /// Each with its first byte in the text.
    statements: VecDeque<(usize, AuthorizedStatement)>,
    /// Where the text goes on after a SET of `sql_mode`: only the new mode tells how the server reads it.
    rest: Option<usize>,
}

impl CheckedStatements {
    /// Returns how many of them return rows.
    fn results(&self) -> usize {
        self.statements.iter().filter(|(_, statement)| statement.checked().has_rows()).count()
    }
}

/// Splits the text from this byte on, and passes every statement through the guard before the first one is sent.
fn check_from(args: &RunArgs, session: &HeadlessSession, from: usize) -> Result<CheckedStatements, Problem> {
    let dialect: Dialect = session.facts().dialect;
    let text = &args.text;
    let pieces = split(text.get(from..).unwrap_or_default(), dialect).map_err(|line| {
        let problem = Problem::new(ProblemKind::Refused, line.to_string()).hint("end each statement with ;");
        with_position(problem.at(line.at.start), text, from)
    })?;
    if pieces.is_empty() && from == 0 {
        return Err(Problem::new(ProblemKind::Settings, "There is no statement to run")
            .hint("pass one with -e, -f or on standard input"));
    }
    let mut checked = CheckedStatements { statements: VecDeque::with_capacity(pieces.len()), rest: None };
    let last = pieces.len();
    for (number, piece) in (1..).zip(pieces) {
        let start = from + piece.span.start;
        let statement = text.get(start..from + piece.span.end).unwrap_or_default();
        let authorized = session
            .authorize(statement, args.reference.as_deref())
            .map_err(|problem| with_position(problem, text, start))?;
        let sets_mode = Effects::of(statement, dialect).assigned("sql_mode").is_some();
        checked.statements.push_back((start, authorized));
        if sets_mode && number < last {
            checked.rest = Some(from + piece.extent.end);
            break;
        }
    }
    Ok(checked)
}

/// Adds line and column to a problem that has a position.
fn with_position(problem: Problem, text: &str, start: usize) -> Problem {
    let Some(at) = problem.at else { return problem };
    let before = text.get(..start + at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    problem.because(format!("line {line}, column {column}"))
}

fn warnings(facts: &[String]) -> Vec<Problem> {
    facts.iter().map(|fact| Problem::new(ProblemKind::Finding, format!("Warning: {fact}"))).collect()
}
