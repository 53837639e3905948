//! The arguments of `rrx run`: the statement's text, the format, and the limits.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cli::{RunCommand, StatementSource};
use crate::commands::common::print;
use crate::domain::export::{ExportFormat, Formulas, LineEnd};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{End, Limit, RunBounds};
use crate::io::storage::atomic;

/// How many rows are requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedRows {
    /// As many as the profile allows; a longer result is cut.
    Profile,
    /// At most this many; such a result counts as complete. The profile's limit still applies.
    AtMost(u64),
    /// All, without the profile's row limit.
    All,
}

/// Whether stdout is a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stdout {
    /// A terminal: the default format is a table.
    Terminal,
    /// A file or a pipe.
    Other,
}

/// What to do about plans that read too many rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPolicy {
    /// Refuse the statement.
    Refuse,
    /// Read no plan.
    Ignore,
}

/// The arguments of `rrx run`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunArgs {
    /// One or more statements.
    pub text: String,
    /// `None` means that the file name decides, or else whether stdout is a terminal.
    pub format: Option<ExportFormat>,
    pub rows: RequestedRows,
    /// The file for the rows; `None` means stdout.
    pub output: Option<PathBuf>,
    /// The time to the first row, instead of the profile's.
    pub timeout: Option<Duration>,
    /// The ticket or protocol for the access log.
    pub reference: Option<String>,
    /// Whether a statement with warnings counts as failed.
    pub is_strict: bool,
    /// What happens to a statement whose plan reads too many rows.
    pub plans: PlanPolicy,
    /// What happens to formulas in CSV and TSV.
    pub formulas: Formulas,
    /// How the lines of CSV end.
    pub line_end: LineEnd,
    /// The file that describes the columns.
    pub columns: Option<PathBuf>,
}

impl RunArgs {
    /// Reads the statements. The caller passes the text of a snippet.
    ///
    /// # Errors
    /// Returns a problem if the file or standard input cannot be read as text.
    pub fn read(command: &RunCommand, snippet: Option<String>, stdin: impl Read) -> Result<Self, Problem> {
        let read_problem =
            |what: String, error: &std::io::Error| Problem::new(ProblemKind::Settings, what).because(error.to_string());
        let text = match (snippet, command.source()) {
            (Some(text), _) | (None, StatementSource::Text(text)) => text,
            (None, StatementSource::File(path)) => read_file(&path)
                .map_err(|error| read_problem(format!("The file {} cannot be read", path.display()), &error))?,
            (None, StatementSource::Stdin) => atomic::read_text_from(stdin)
                .map_err(|error| read_problem("Standard input cannot be read".into(), &error))?,
            (None, StatementSource::Snippet(name)) => {
                return Err(Problem::new(
                    ProblemKind::Settings,
                    format!("There is no snippet \"{}\"", print::one_line(&name)),
                ));
            }
        };
        // A byte order mark is not part of the statement.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Self {
            text,
            format: command.format,
            rows: match (command.all, command.limit) {
                (true, _) => RequestedRows::All,
                (false, Some(max)) => RequestedRows::AtMost(max),
                (false, None) => RequestedRows::Profile,
            },
            // `-` means stdout. `/dev/stdout` does too: opened as a file it would have its own write position.
            output: command.output.clone().filter(|path| !is_stdout(path)),
            timeout: command.timeout.map(Duration::from_secs),
            reference: command.reference.clone(),
            is_strict: command.strict,
            plans: if command.any_plan { PlanPolicy::Ignore } else { PlanPolicy::Refuse },
            formulas: if command.no_formulas { Formulas::Escaped } else { Formulas::Kept },
            line_end: if command.crlf { LineEnd::CrLf } else { LineEnd::Lf },
            columns: command.columns.clone(),
        })
    }

    /// Chooses the format: the requested one, or that of the file's extension, or a table on a terminal and TSV otherwise.
    ///
    /// # Errors
    /// Returns a problem if this build lacks the format, or if it is binary and stdout is a terminal.
    pub(super) fn choose_format(&self, stdout: Stdout) -> Result<ExportFormat, Problem> {
        let is_on_terminal = self.output.is_none() && stdout == Stdout::Terminal;
        let format = match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, Some(path)) => format_by_name(path)?,
            (None, None) if is_on_terminal => ExportFormat::Table,
            (None, None) => ExportFormat::Tsv,
        };
        if format.is_binary() && is_on_terminal {
            return Err(Problem::new(
                ProblemKind::Settings,
                format!("The format {format} cannot be shown on a terminal"),
            )
            .hint("write it to a file with -o FILE"));
        }
        if self.line_end == LineEnd::CrLf && format != ExportFormat::Csv {
            return Err(Problem::new(ProblemKind::Settings, format!("--crlf has no effect on the format {format}"))
                .hint("omit --crlf, or add --format csv"));
        }
        format.missing_feature().map_or(Ok(format), Err)
    }

    pub(super) fn bounds(&self, profile: &Profile) -> RunBounds {
        RunBounds {
            rows: match self.rows {
                RequestedRows::Profile => Some(profile.limits.rows),
                RequestedRows::AtMost(max) => Some(max.min(profile.limits.rows)),
                RequestedRows::All => None,
            },
            bytes: Some(profile.limits.bytes),
            first_row: self.timeout.unwrap_or(profile.limits.first_row),
            fetch: profile.limits.fetch,
            spilling: profile.spill,
        }
    }

    /// Returns whether a result ended as the caller requested.
    pub(super) fn is_as_requested(&self, end: &End) -> bool {
        match (self.rows, end) {
            (_, End::Complete) => true,
            (RequestedRows::AtMost(max), End::Limit(Limit::Rows(rows))) => max == *rows,
            _ => false,
        }
    }
}

/// Returns whether a path means stdout.
pub(super) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

/// Reads a statement from a file or a named pipe.
fn read_file(path: &Path) -> std::io::Result<String> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_file() || metadata.is_dir() {
        return atomic::read_text(path);
    }
    atomic::read_text_from(std::fs::File::open(path)?)
}

/// Chooses the format by the extension of a file; TSV if the name has none.
fn format_by_name(path: &Path) -> Result<ExportFormat, Problem> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match ExportFormat::from_file_name(&name) {
        Some(format) => Ok(format),
        // An end without letters, such as a date, is no extension.
        None if !extension.contains(|character: char| character.is_ascii_alphabetic()) => Ok(ExportFormat::Tsv),
        None => Err(Problem::new(
            ProblemKind::Settings,
            format!("rrx cannot tell the format from the name {}", print::one_line(&name)),
        )
        .because(format!("no format has the extension .{}", print::one_line(extension)))
        .hint(format!("use --format NAME; the names are {}", ExportFormat::list()))),
    }
}
