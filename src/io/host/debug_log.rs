//! The debug log (`--log FILE`): one line for each event, in a file that only the user can read. Off by default.
//!
//! Code reports with the macros of `tracing`; without a log they cost one comparison. A secret has no `Debug` and no
//! `Display` that shows it, so it cannot be reported. Texts of statements have a separate target ([`STATEMENT_TEXT`]),
//! which only `--log-statements` enables.
//!
//! A line is `TIME LEVEL target span{fields}: message key=value …`. Values from outside are quoted and escaped, so that
//! none of them can end a line, start a field, or reach a terminal as a control character.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::own_file::{self, OwnFileUse};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::is_safe;

/// The target of events that contain the text of a statement, or a server's message about one.
pub const STATEMENT_TEXT: &str = "rrx::statement_text";

/// The environment variable that selects what is logged.
const VARIABLE: &str = "RRX_LOG";

/// The level without [`VARIABLE`].
const DEFAULT_LEVEL: &str = "debug";

/// Whether the texts of statements are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedStatements {
    /// Only numbers: rows, bytes, times, error codes.
    Omitted,
    /// Texts and numbers.
    Included,
}

/// The options of the command line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOptions {
    pub file: PathBuf,
    pub statements: LoggedStatements,
}

/// Starts the log of this process. `RRX_LOG` selects the levels; without it, everything down to `debug` is logged.
///
/// # Errors
/// Returns a problem if the file cannot be used, if `RRX_LOG` cannot be read, or if a log was started before.
pub fn start(options: &LogOptions, clock: fn() -> SystemTime) -> Result<(), Problem> {
    let levels = std::env::var_os(VARIABLE).map(|levels| levels.to_string_lossy().into_owned());
    let layer = LineLog { file: Mutex::new(open(&options.file)?), clock };
    let filter = filter(levels.as_deref().unwrap_or(DEFAULT_LEVEL), options.statements)?;
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter));
    tracing::subscriber::set_global_default(subscriber).map_err(|error| {
        Problem::new(ProblemKind::Settings, "The debug log is already on").because(error.to_string())
    })?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), process = std::process::id(), "log started");
    Ok(())
}

/// Opens the file for appending, and makes it readable only for its owner.
fn open(path: &Path) -> Result<File, Problem> {
    let refused = |because: String| {
        Problem::new(ProblemKind::Settings, format!("The debug log {} cannot be written", path.display()))
            .because(because)
            .hint("give --log the name of a new file, or of an earlier log, in a directory of yours")
    };
    let opened = own_file::open(path, OwnFileUse::DebugLog).map_err(|error| refused(error.to_string()))?;
    Ok(opened.file)
}

/// Returns the filter for rrx's targets. Other crates are never logged, because their messages may contain secrets.
fn filter(levels: &str, statements: LoggedStatements) -> Result<Targets, Problem> {
    let refused = |because: String| {
        Problem::new(ProblemKind::Settings, format!("{VARIABLE} cannot be read"))
            .because(because)
            .hint(format!("for example {VARIABLE}=trace, or {VARIABLE}=info,rrx::io::session=trace"))
    };
    let requested: Targets =
        levels.parse().map_err(|_| refused("a level is error, warn, info, debug, trace or off".into()))?;
    let mut filter = Targets::new().with_target("rrx", requested.default_level().unwrap_or(LevelFilter::OFF));
    for (target, level) in &requested {
        if target != "rrx" && !target.starts_with("rrx::") {
            return Err(refused(format!("\"{}\" is neither a level nor a part of rrx", escaped(target))));
        }
        filter = filter.with_target(target, level);
    }
    let texts = match statements {
        LoggedStatements::Omitted => LevelFilter::OFF,
        LoggedStatements::Included => LevelFilter::TRACE,
    };
    Ok(filter.with_target(STATEMENT_TEXT, texts))
}

/// Writes each event as one line, with one system call.
struct LineLog {
    file: Mutex<File>,
    clock: fn() -> SystemTime,
}

/// The fields of a span, as they are written.
struct SpanFields(String);

impl<S> Layer<S> for LineLog
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(SpanFields(fields.pairs));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = context.span(id)
            && let Some(SpanFields(known)) = span.extensions_mut().get_mut::<SpanFields>()
        {
            known.push_str(&fields.pairs);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        let mut line = format!("{} {:5} {}", timestamp((self.clock)()), metadata.level(), metadata.target());
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            let _ = write!(line, " {}", span.name());
            if let Some(SpanFields(known)) = span.extensions().get::<SpanFields>() {
                let _ = write!(line, "{{{}}}", known.trim_start());
            }
        }
        let _ = writeln!(line, ": {}{}", escaped(&fields.message), fields.pairs);
        // A failed write must not stop the program, and there is no place to report it.
        let _ = self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}

/// Formats the time in UTC, to the microsecond.
fn timestamp(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map_or_else(|_| "?".into(), |time| format!("{time:.6}"))
}

/// Collects the fields of one event or span.
#[derive(Default)]
struct Fields {
    message: String,
    /// ` key=value` for each field.
    pairs: String,
}

impl Fields {
    fn push(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
            return;
        }
        let is_plain = !value.is_empty() && value.chars().all(is_plain);
        let _ = if is_plain {
            write!(self.pairs, " {}={value}", field.name())
        } else {
            write!(self.pairs, " {}=\"{}\"", field.name(), escaped(value))
        };
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, &format!("{value:?}"));
    }
}

/// Returns whether a value with this character needs no quotes.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '_' | '/' | '@')
}

/// Escapes a text, so that it stays inside its quotes and on its line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_safe(c) => out.push(c),
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::time::Duration;

    use tracing::{debug, debug_span, trace};

    use super::*;

    fn clock() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(1_800_000_000_000_001)
    }

    /// Returns the text of the log after `report` has run.
    fn logged(levels: &str, statements: LoggedStatements, report: impl FnOnce()) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let layer = LineLog { file: Mutex::new(open(&path).unwrap()), clock };
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter(levels, statements).unwrap()));
        tracing::subscriber::with_default(subscriber, report);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_line_has_time_level_place_message_and_fields() {
        let text = logged("debug", LoggedStatements::Omitted, || {
            let _span = debug_span!(target: "rrx::test", "session", id = 3).entered();
            debug!(target: "rrx::test", host = "db.example.com", rows = 7, reason = "not yet", "step done");
            trace!(target: "rrx::test", "too fine");
        });
        assert_eq!(
            text,
            "2027-01-15T08:00:00.000001Z DEBUG rrx::test session{id=3}: step done host=db.example.com rows=7 \
             reason=\"not yet\"\n"
        );
    }

    #[test]
    fn no_value_can_forge_a_line_or_a_field() {
        let hostile = "a\" rows=1\n2027 ERROR rrx: forged\r\u{1b}[2J\u{202e}\u{85}\u{2028}";
        let text = logged("trace", LoggedStatements::Omitted, || {
            debug!(target: "rrx::test", hostile, shown = ?hostile, "{hostile}");
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.trim_end_matches('\n').chars().all(is_safe), "{text:?}");
        assert!(!text.contains(" rows=1\n") && text.contains("hostile=\"a\\\" rows=1\\n2027"), "{text}");
    }

    #[test]
    fn texts_of_statements_are_logged_only_on_request() {
        let report = || trace!(target: STATEMENT_TEXT, text = "SELECT 1", "statement");
        for levels in ["trace", "rrx::statement_text=trace", "trace,rrx::statement_text=trace", "rrx=trace"] {
            assert_eq!(logged(levels, LoggedStatements::Omitted, report), "", "{levels}");
            assert!(logged(levels, LoggedStatements::Included, report).contains("SELECT 1"), "{levels}");
        }
    }

    #[test]
    fn other_crates_are_never_logged() {
        let report = || tracing::error!(target: "mysql_async", "secret");
        assert_eq!(logged("trace", LoggedStatements::Included, report), "");
        for levels in ["trace,mysql_async=trace", "rrxy=debug", "verbose"] {
            assert!(filter(levels, LoggedStatements::Omitted).is_err(), "{levels}");
        }
    }

    #[test]
    fn only_a_private_regular_file_is_written_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        std::fs::write(&path, "before\n").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        open(&path).unwrap().write_all(b"after\n").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before\nafter\n");
        nix::unistd::mkfifo(&directory.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        symlink("/dev/null", directory.path().join("null")).unwrap();
        for name in ["pipe", "null", ".", "no/such/directory"] {
            let problem = open(&directory.path().join(name)).unwrap_err();
            assert!(problem.kind.exit_code() == 2 && problem.hint.is_some() && !problem.because.is_empty(), "{name}");
        }
    }
}
