//! `rrx run`: statements without a screen. Rows on stdout (or in a file) and nothing else, words on stderr, and an exit
//! code that tells whether the rows are all there.

mod output;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use self::output::{Places, Pouring, Sink};
use super::headless::{Headless, Interrupts, Waited};
use super::print;
use crate::cli::{RowForm, RunCommand, StatementSource};
use crate::domain::export::{Format, Formulas, Manner, SessionZone};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{End, Limit, RunBounds, RunReport, times};
use crate::domain::sql::split::split;
use crate::domain::sql::{Checked, Dialect};
use crate::domain::words::counted;
use crate::io::session::Outside;
use crate::io::storage::access_log::AccessLog;
use crate::io::storage::atomic;

/// How many rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsWanted {
    /// As many as the profile allows; more is a cut.
    Profile,
    /// At most so many, which counts as complete; the profile's limit still holds.
    AtMost(u64),
    /// All, whatever the profile's row limit.
    All,
}

/// What `rrx run` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunArgs {
    /// One or more statements.
    pub text: String,
    /// The form of the rows; a table on a terminal and TSV elsewhere where it is absent.
    pub format: Option<Format>,
    /// How many rows.
    pub rows: RowsWanted,
    /// The file for the rows; stdout without one.
    pub output: Option<PathBuf>,
    /// Time to the first row in place of the profile's.
    pub timeout: Option<Duration>,
    /// The ticket or protocol that this is for.
    pub reference: Option<String>,
    /// Whether a statement with warnings has failed.
    pub is_strict: bool,
    /// Formulas in CSV and TSV.
    pub formulas: Formulas,
    /// The file for what the columns are.
    pub columns: Option<PathBuf>,
}

/// Whether a path is a name of stdout.
fn is_stdout(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

/// The text of a file, or of a pipe that has its name.
fn read_statement(path: &Path) -> std::io::Result<String> {
    let kind = std::fs::metadata(path)?;
    if kind.is_file() || kind.is_dir() {
        return atomic::read_text(path);
    }
    atomic::read_text_from(std::fs::File::open(path)?)
}

impl RunArgs {
    /// Reads the statement from where the command line says. Snippets are the caller's: their text is given.
    ///
    /// # Errors
    /// Where the file or standard input cannot be read as text.
    pub fn read(command: &RunCommand, snippet: Option<String>, stdin: impl Read) -> Result<Self, Problem> {
        let unreadable =
            |what: String, error: &std::io::Error| Problem::new(ProblemKind::Settings, what).because(error.to_string());
        let text = match (snippet, command.source()) {
            (Some(text), _) | (None, StatementSource::Text(text)) => text,
            (None, StatementSource::File(path)) => read_statement(&path)
                .map_err(|error| unreadable(format!("The file {} cannot be read", path.display()), &error))?,
            (None, StatementSource::Stdin) => atomic::read_text_from(stdin)
                .map_err(|error| unreadable("Standard input cannot be read".into(), &error))?,
            (None, StatementSource::Snippet(name)) => {
                return Err(Problem::new(
                    ProblemKind::Settings,
                    format!("There is no snippet \"{}\"", print::line(&name)),
                ));
            }
        };
        // A byte order mark is the editor's, not the statement's.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Self {
            text,
            format: command.format.map(|form| match form {
                RowForm::Table => Format::Table,
                RowForm::Csv => Format::Csv,
                RowForm::Tsv => Format::Tsv,
                RowForm::Json => Format::Json,
                RowForm::Jsonl => Format::JsonLines,
                RowForm::Markdown => Format::Markdown,
                RowForm::Sql => Format::Sql,
                RowForm::Parquet => Format::Parquet,
                RowForm::Xlsx => Format::Xlsx,
            }),
            rows: match (command.all, command.limit) {
                (true, _) => RowsWanted::All,
                (false, Some(most)) => RowsWanted::AtMost(most),
                (false, None) => RowsWanted::Profile,
            },
            // As everywhere else `-` is stdout; the other name would open it anew, with a place in it of its own.
            output: command.output.clone().filter(|path| !is_stdout(path)),
            timeout: command.timeout.map(Duration::from_secs),
            reference: command.reference.clone(),
            is_strict: command.strict,
            formulas: if command.no_formulas { Formulas::Defused } else { Formulas::Kept },
            columns: command.columns.clone(),
        })
    }

    /// The form: the one asked for, else by the ending of the file, else what stdout is good for.
    ///
    /// # Errors
    /// Where this build does not have it, or it is nothing for a terminal.
    fn form(&self, stdout: Stdout) -> Result<Format, Problem> {
        let is_shown = self.output.is_none() && stdout == Stdout::Terminal;
        let format = match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, Some(path)) => by_name(path)?,
            (None, None) if is_shown => Format::Table,
            (None, None) => Format::Tsv,
        };
        if format.is_binary() && is_shown {
            return Err(Problem::new(ProblemKind::Settings, format!("The form {format} is nothing for a terminal"))
                .hint("write it into a file with -o FILE"));
        }
        format.absence().map_or(Ok(format), Err)
    }

    fn bounds(&self, profile: &Profile) -> RunBounds {
        RunBounds {
            rows: match self.rows {
                RowsWanted::Profile => Some(profile.limits.rows),
                RowsWanted::AtMost(most) => Some(most.min(profile.limits.rows)),
                RowsWanted::All => None,
            },
            bytes: Some(profile.limits.bytes),
            first_row: self.timeout.unwrap_or(profile.limits.first_row),
            fetch: profile.limits.fetch,
        }
    }

    /// Whether this end is what the caller asked for.
    fn is_as_asked(&self, end: &End) -> bool {
        match (self.rows, end) {
            (_, End::Complete) => true,
            (RowsWanted::AtMost(most), End::Limit(Limit::Rows(rows))) => most == *rows,
            _ => false,
        }
    }
}

/// The form of a file by its ending; TSV where its name has none.
fn by_name(path: &Path) -> Result<Format, Problem> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match Format::of_name(&name) {
        Some(format) => Ok(format),
        // A date is no ending.
        None if !ending.contains(|character: char| character.is_ascii_alphabetic()) => Ok(Format::Tsv),
        None => Err(Problem::new(ProblemKind::Settings, format!("The ending of {} says no form", print::line(&name)))
            .because(format!("nothing is written as .{}", print::line(ending)))
            .hint("add --format csv (or tsv, json, jsonl, markdown, sql, table, parquet, xlsx)")),
    }
}

/// Where it runs.
pub struct Site {
    /// The profile, demo included.
    pub profile: Arc<Profile>,
    /// What the session needs of the machine.
    pub outside: Outside,
    /// The access log, open.
    pub log: AccessLog,
    /// What stops it.
    pub stop: Interrupts,
}

/// What stdout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stdout {
    /// A terminal: a table is the form where none is asked for.
    Terminal,
    /// A file or a pipe.
    Other,
}

/// Runs the statements one after the other, up to the first that fails; answers with the exit code.
pub async fn run<W: Write + Send + 'static>(
    args: &RunArgs,
    site: Site,
    out: (W, Stdout),
    err: &mut (dyn Write + Send),
) -> u8 {
    let outcome = perform(args, site, out, err).await;
    match outcome {
        Ok(code) => code,
        Err(problem) => {
            let _ = print::problems(err, std::slice::from_ref(&problem));
            problem.kind.exit_code()
        }
    }
}

async fn perform<W: Write + Send + 'static>(
    args: &RunArgs,
    mut site: Site,
    (out, stdout): (W, Stdout),
    err: &mut (dyn Write + Send),
) -> Result<u8, Problem> {
    let format = args.form(stdout)?;
    // The queue stands behind the hand that lets rows fall after a stop.
    let (send, rows) = mpsc::channel(1);
    let session = Headless::connect(Arc::clone(&site.profile), site.outside.clone(), send, &mut site.stop).await?;
    let Waited::Done(mut session) = session else { return Ok(ProblemKind::Interrupted.exit_code()) };
    print::problems(err, &warnings(&session.facts().warnings))?;
    let statements = check_all(args, &session)?;
    let results = statements.iter().filter(|(_, checked)| checked.has_rows()).count();
    if results > 1 && (format.holds_one() || args.columns.is_some()) {
        let (what, next) = if format.holds_one() {
            (format!("What is written as {format} holds one result"), "choose tsv, jsonl, sql or markdown")
        } else {
            ("A file of columns holds those of one result".to_owned(), "leave --columns away")
        };
        return Err(Problem::new(ProblemKind::Settings, what)
            .because(format!("these are {results} statements with one each"))
            .hint(format!("run them one by one, or {next}")));
    }
    let places = Places::open(
        args,
        match stdout {
            Stdout::Terminal => Sink::Terminal(print::Shown::new(out)),
            Stdout::Other => Sink::Stdout(out),
        },
    )?;
    let manner = Manner { format, formulas: args.formulas, zone: SessionZone::of(&session.facts().time_zone) };
    let pouring = Pouring::start(rows, manner, places, site.stop.token())?;
    let bounds = args.bounds(&site.profile);
    let mut code = 0;
    let mut failed = None;
    let mut left = statements.len() as u64;
    for (start, checked) in statements {
        match session.run(checked, bounds, &mut site.log, args.reference.as_deref(), &mut site.stop).await {
            Ok(report) => match judge(args, start, &report, site.stop.came(), err) {
                Ok(judged) => code = judged,
                Err(problem) => failed = Some(problem),
            },
            Err(problem) => failed = Some(problem),
        }
        if code != 0 || failed.is_some() {
            break;
        }
        left -= 1;
        if site.stop.came() && left > 0 {
            failed = Some(Problem::new(
                ProblemKind::Interrupted,
                format!("Interrupted: {} did not run", counted(left, "statement")),
            ));
            break;
        }
    }
    session.close().await;
    // The session is gone and with it the sending end: the thread comes to its end too, unless its reader stalls.
    pouring.wait(&mut site.stop).await.finish((args, format), code, failed, err)
}

/// What the user is told of the end of one statement, and the exit code that it makes.
fn judge(
    args: &RunArgs,
    start: usize,
    report: &RunReport,
    was_interrupted: bool,
    err: &mut dyn Write,
) -> Result<u8, Problem> {
    if report.warning_count > 0 {
        let mut words = format!("rrx: {}\n", counted(u64::from(report.warning_count), "warning"));
        for (warning, times) in times(&report.warnings) {
            let (level, message) = (print::line(&warning.level), print::line(&warning.message));
            let often = if times > 1 { format!(" ({times} times)") } else { String::new() };
            let _ = writeln!(words, "  {level} {}: {message}{often}", warning.code);
        }
        if report.warnings.len() < usize::from(report.warning_count) {
            let _ = writeln!(words, "  … the server keeps the first {} of them", report.warnings.len());
        }
        print::text(err, &words)?;
    }
    if args.is_as_asked(&report.end) {
        if args.is_strict && report.warning_count > 0 {
            print::text(err, "rrx: --strict: a statement with warnings has failed\n")?;
            return Ok(ProblemKind::Statement.exit_code());
        }
        return Ok(0);
    }
    let problem = match &report.end {
        End::Complete => return Ok(0),
        End::Broken(problem) => placed(problem.clone(), &args.text, start),
        End::Limit(limit) => cut(report, *limit),
        End::Cancelled if was_interrupted => {
            Problem::new(ProblemKind::Interrupted, format!("Interrupted after {} rows", report.rows))
        }
        // Nobody takes the rows any more; whether that is trouble the writing end knows.
        End::Cancelled => return Ok(ProblemKind::Local.exit_code()),
    };
    let told = print::problems(err, std::slice::from_ref(&problem));
    // Where it was the terminal's end that stopped it there is nobody to tell.
    told.map(|()| problem.kind.exit_code())
        .or_else(|error| if was_interrupted { Ok(problem.kind.exit_code()) } else { Err(error) })
}

fn cut(report: &RunReport, limit: Limit) -> Problem {
    let (kind, hint) = match limit {
        Limit::Rows(_) => (ProblemKind::Cut, "--limit N asks for fewer rows, --all for all of them"),
        Limit::Bytes(_) | Limit::Memory(_) => (ProblemKind::Cut, "raise `limits.bytes` of the profile, or select less"),
        Limit::FirstRow(_) => (ProblemKind::TimeLimit, "--timeout SECONDS gives it more time, or narrow the statement"),
        Limit::Fetch(_) => (ProblemKind::TimeLimit, "raise `limits.fetch_seconds` of the profile, or select less"),
    };
    let what = match limit {
        Limit::FirstRow(_) => "The statement was stopped before its first row".to_owned(),
        _ => format!("The result is cut after {} rows: there are more", report.rows),
    };
    Problem::new(kind, what).because(format!("the {limit} ended it")).hint(hint)
}

/// Splits the text and passes every statement through the guard before the first one is sent.
fn check_all(args: &RunArgs, session: &Headless) -> Result<Vec<(usize, Checked)>, Problem> {
    let dialect: Dialect = session.facts().dialect;
    let text = &args.text;
    let pieces = split(text, dialect).map_err(|line| {
        let problem = Problem::new(ProblemKind::Refused, line.to_string())
            .hint("write one statement after the other, each ended by ;");
        placed(problem.at(line.at.start), text, 0)
    })?;
    if pieces.is_empty() {
        return Err(Problem::new(ProblemKind::Settings, "There is no statement to run")
            .hint("give one with -e, -f or on standard input"));
    }
    let check = |piece: &crate::domain::sql::split::Statement| {
        let statement = text.get(piece.span.clone()).unwrap_or_default();
        let start = piece.span.start;
        session.check(statement).map(|checked| (start, checked)).map_err(|problem| placed(problem, text, start))
    };
    pieces.iter().map(check).collect()
}

/// Names line and column where a problem knows its place.
fn placed(problem: Problem, text: &str, start: usize) -> Problem {
    let Some(at) = problem.at else { return problem };
    let before = text.get(..start + at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    problem.because(format!("line {line}, column {column}"))
}

fn warnings(facts: &[String]) -> Vec<Problem> {
    facts.iter().map(|fact| Problem::new(ProblemKind::Finding, format!("Warning: {fact}"))).collect()
}
