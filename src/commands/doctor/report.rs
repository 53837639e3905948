//! What a walk found, as words and as JSON. It knows no session.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::walk::{Step, Walk};
use crate::commands::print::{block, line};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Profile, TlsMode};
use crate::domain::protocol::{ConnectionStep, Lag, Role, ServerFacts, StepState};
use crate::domain::sql::{Dialect, Server};
use crate::io::storage::access_log::written_time;

/// What the JSON document calls itself.
pub const FORMAT: &str = "rrx-doctor";
/// The version of its form; it grows when a reader of the one before could misread it.
pub const VERSION: u32 = 1;
/// The exit code of a rung that failed, whatever kind of problem it is.
const FAILED_RUNG: u8 = 3;

/// A walk, and what it was made for.
pub struct Report<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// What was found.
    pub walk: &'a Walk,
    /// Fingerprints that the command line accepts.
    pub accept: &'a [String],
    /// When.
    pub time: SystemTime,
}

/// The first line.
pub(super) fn heading(profile: &Profile) -> String {
    format!("{} ({}): the way to {}:{}\n", profile.name, profile.environment.word(), line(&profile.host), profile.port)
}

/// A rung that is settled, as its line; nothing for one that is being tried or not needed.
pub(super) fn settled(step: &Step, profile: &Profile) -> String {
    let rung = named(step, profile);
    match &step.state {
        StepState::Trying(_) | StepState::Skipped => String::new(),
        StepState::Done(words, took) => format!("  ok      {rung:<10} {}  {}\n", line(words), time(*took)),
        StepState::Failed(problem) => {
            let told = block(&problem.to_string()).replace('\n', "\n        ");
            format!("  FAILED  {rung:<10} {told}\n")
        }
    }
}

/// The same on a terminal, where the last line is the rung that is being tried.
pub(super) fn moving(step: &Step, profile: &Profile) -> String {
    match &step.state {
        StepState::Trying(words) => {
            format!("\r\u{1b}[K  …       {:<10} {}", named(step, profile), clipped(&line(words)))
        }
        StepState::Skipped => String::new(),
        StepState::Done(..) | StepState::Failed(_) => format!("\r\u{1b}[K{}", settled(step, profile)),
    }
}

/// So short that no terminal of ordinary width breaks the line.
fn clipped(words: &str) -> String {
    words.chars().take(50).collect()
}

/// The rung's word, with the hop's number where there are several (`ssh_config` may bring more than the profile names).
fn named(step: &Step, profile: &Profile) -> String {
    match hop(step) {
        Some(number) if number > 1 || profile.route.len() > 1 => format!("{} {number}", step.rung.word()),
        Some(_) | None => step.rung.word().to_owned(),
    }
}

/// The number of the hop that a rung is about, from 1; none for the rungs past the hops.
fn hop(step: &Step) -> Option<usize> {
    (step.rung < ConnectionStep::Forward).then_some(step.hop + 1)
}

fn time(took: Duration) -> String {
    match took.as_secs_f64() * 1000.0 {
        milliseconds if milliseconds < 10.0 => format!("{milliseconds:.1} ms"),
        milliseconds => format!("{milliseconds:.0} ms"),
    }
}

impl Report<'_> {
    /// The exit code. Warnings do not change it: the code for findings is that of checks that were asked for.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match &self.walk.problem {
            None => 0,
            Some(problem) if problem.kind == ProblemKind::Interrupted => problem.kind.exit_code(),
            Some(_) if self.walk.has_failed_rung() => FAILED_RUNG,
            Some(problem) => problem.kind.exit_code(),
        }
    }

    /// What is said below the rungs.
    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        if let Some(problem) = self.walk.problem.as_ref().filter(|_| !self.walk.has_failed_rung()) {
            push(&mut text, &format!("  FAILED  {}", block(&problem.to_string()).replace('\n', "\n        ")));
        }
        for met in &self.walk.keys {
            let what = if met.is_accepted {
                format!("Recorded in {}: the host key of", line(&met.recorded_in))
            } else {
                "Not known: the host key of".into()
            };
            push(&mut text, &format!("\n{what} {}, {}\n{}", line(&met.host), line(&met.algorithm), met.fingerprint));
            for row in &met.art {
                push(&mut text, row);
            }
        }
        if let Some(facts) = &self.walk.facts {
            push(&mut text, "");
            for (name, value) in self.facts(facts) {
                push(&mut text, &format!("  {name:<10} {}", line(&value)));
            }
        }
        for warning in self.warnings() {
            push(&mut text, &format!("  warning    {}", line(&warning)));
        }
        push(&mut text, &self.verdict());
        text
    }

    fn verdict(&self) -> String {
        let failed = self.walk.steps.iter().find(|step| matches!(step.state, StepState::Failed(_)));
        match (&self.walk.problem, failed) {
            (None, _) => "\nEvery rung holds.".into(),
            (Some(_), Some(step)) => format!("\nThe way ends at: {}.", named(step, self.profile)),
            (Some(problem), None) => format!("\n{}.", line(problem.what.trim_end_matches('.'))),
        }
    }

    fn facts(&self, facts: &ServerFacts) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("server", format!("{} {}", facts.product, facts.version)),
            ("role", role(facts.role).into()),
            ("lag", self.walk.lag.as_ref().map_or_else(|| "not told in time".into(), Lag::beside_its_name)),
            ("identity", facts.identity.clone()),
            ("account", facts.account.clone()),
            ("database", facts.database.clone().unwrap_or_else(|| "none".into())),
            ("TLS", self.tls(facts)),
            ("time zone", facts.time_zone.clone()),
            ("dialect", dialect(facts.dialect)),
        ];
        if let Some(fastest) = self.fastest() {
            let count = self.walk.sent.len();
            rows.push(("latency", format!("{} for the fastest of {count} statements of rrx's own", time(fastest))));
        }
        rows
    }

    fn tls(&self, facts: &ServerFacts) -> String {
        let checked = match self.profile.tls {
            TlsMode::VerifyIdentity => "certificate and name verified",
            TlsMode::VerifyCa => "certificate verified, whatever its name",
            TlsMode::Required | TlsMode::Preferred | TlsMode::Disabled => "certificate not verified",
        };
        facts.tls.as_ref().map_or_else(|| "none".into(), |version| format!("{version}, {checked}"))
    }

    /// The fastest answer to a statement of our own: little more than one round trip.
    fn fastest(&self) -> Option<Duration> {
        self.walk.sent.iter().filter(|sent| sent.error.is_none()).map(|sent| sent.took).min()
    }

    /// What works and deserves a word.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(facts) = &self.walk.facts {
            warnings.extend(facts.warnings.iter().cloned());
            if facts.tls.is_none() {
                warnings
                    .push("statements and rows travel in the clear past the last hop: set tls in the profile".into());
            } else if !matches!(self.profile.tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
                warnings.push(
                    "TLS does not prove which server answers: set ca and tls = \"verify-identity\" in the profile"
                        .into(),
                );
            }
            if facts.role != Role::Replica {
                warnings.push("this server does not say that it is a read replica".into());
            }
        }
        if let Some(refusal) = self.profile.refusal() {
            warnings.push(format!("{}: rrx opens no session for statements with it", refusal.what));
        }
        for wanted in self.accept {
            if !self.walk.keys.iter().any(|met| met.is_accepted && met.fingerprint == *wanted) {
                warnings.push(format!("no unknown host key was {wanted}: nothing was recorded for it"));
            }
        }
        warnings
    }

    /// The whole report as one document.
    #[must_use]
    pub fn json(&self) -> Value {
        let profile = self.profile;
        let outcome = match (&self.walk.problem, self.exit_code()) {
            (None, _) => "ok",
            (Some(_), 130) => "interrupted",
            (Some(_), _) => "failed",
        };
        json!({
            "format": FORMAT,
            "version": VERSION,
            "rrx": env!("CARGO_PKG_VERSION"),
            "time": Timestamp::try_from(self.time).map(written_time).ok(),
            "profile": profile.name,
            "environment": profile.environment.word(),
            "route": profile.route.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "host": profile.host,
            "port": profile.port,
            "user": profile.user,
            "outcome": outcome,
            "exit": self.exit_code(),
            "rungs": self.walk.steps.iter().map(rung).collect::<Vec<_>>(),
            "problem": self.walk.problem.as_ref().map(problem),
            "host_keys": self.walk.keys.iter().map(|met| json!({
                "host": met.host,
                "algorithm": met.algorithm,
                "fingerprint": met.fingerprint,
                "randomart": met.art,
                "recorded_in": met.recorded_in,
                "accepted": met.is_accepted,
            })).collect::<Vec<_>>(),
            "server": self.walk.facts.as_ref().map(|facts| server(facts)),
            "lag": self.walk.lag.as_ref().map(Lag::words),
            "warnings": self.warnings(),
            "fastest_milliseconds": self.fastest().map(milliseconds),
            "statements": self.walk.sent.iter().map(|sent| json!({
                "text": sent.text,
                "milliseconds": milliseconds(sent.took),
                "error": sent.error,
            })).collect::<Vec<_>>(),
        })
    }
}

fn rung(step: &Step) -> Value {
    let (state, found, took, why) = match &step.state {
        StepState::Trying(words) => ("unfinished", Some(words.clone()), None, None),
        StepState::Done(words, took) => ("ok", Some(words.clone()), Some(milliseconds(*took)), None),
        StepState::Skipped => ("skipped", None, None, None),
        StepState::Failed(why) => ("failed", None, None, Some(problem(why))),
    };
    json!({
        "hop": hop(step),
        "rung": word(step.rung),
        "state": state,
        "found": found,
        "milliseconds": took,
        "problem": why,
    })
}

/// A rung's name for programs: one word that does not change with the screen's.
fn word(rung: ConnectionStep) -> &'static str {
    match rung {
        ConnectionStep::Resolve => "resolve",
        ConnectionStep::Reach => "reach",
        ConnectionStep::HostKey => "host-key",
        ConnectionStep::SignIn => "sign-in",
        ConnectionStep::Forward => "forward",
        ConnectionStep::MySql => "mysql",
        ConnectionStep::Guard => "guard",
        ConnectionStep::Catalog => "catalog",
    }
}

fn problem(problem: &Problem) -> Value {
    json!({
        "what": problem.what,
        "because": problem.because,
        "server": problem.server.as_ref().map(|error| json!({
            "code": error.code, "state": error.state, "message": error.message,
        })),
        "next": problem.hint,
    })
}

fn server(facts: &ServerFacts) -> Value {
    json!({
        "product": facts.product,
        "version": facts.version,
        "identity": facts.identity,
        "role": role(facts.role),
        "account": facts.account,
        "connection": facts.connection_id,
        "database": facts.database,
        "time_zone": facts.time_zone,
        "tls": facts.tls,
        "dialect": dialect(facts.dialect),
        "warnings": facts.warnings,
    })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Replica => "REPLICA",
        Role::Writer => "WRITER",
        Role::Unknown => "unknown",
    }
}

fn dialect(dialect: Dialect) -> String {
    let family = match dialect.server {
        Server::MySql => "MySQL",
        Server::MariaDb => "MariaDB",
        Server::Other => "MySQL-like",
    };
    let (major, minor, patch) = dialect.version;
    let mut words = format!("{family} {major}.{minor}.{patch}");
    let mode = dialect.sql_mode;
    for (is_on, name) in [
        (mode.ansi_quotes, "ANSI_QUOTES"),
        (mode.no_backslash_escapes, "NO_BACKSLASH_ESCAPES"),
        (mode.pipes_as_concat, "PIPES_AS_CONCAT"),
        (mode.ignore_space, "IGNORE_SPACE"),
    ] {
        if is_on {
            // Writing to a string cannot fail.
            let _ = write!(words, ", {name}");
        }
    }
    words
}

fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

fn push(text: &mut String, more: &str) {
    text.push_str(more);
    text.push('\n');
}
