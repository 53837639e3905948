//! The report of a check: exit code, facts, warnings, and the JSON document.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::check::{CheckedStep, ConnectionCheck};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Profile, TlsMode};
use crate::domain::protocol::{ConnectionStep, Lag, Role, ServerFacts, StepState};
use crate::domain::sql::{Dialect, ServerFamily};
use crate::io::storage::access_log::format_time;

/// The name of the JSON format.
const FORMAT: &str = "rrx-doctor";
/// The version of the JSON format. It increases when a program for the previous version could misread the document.
const VERSION: u32 = 2;
/// The exit code for a failed step. It does not depend on the kind of the problem.
const FAILED_STEP: u8 = 3;

/// A check, with its profile and its arguments.
pub(super) struct Report<'a> {
    pub(super) profile: &'a Profile,
    pub(super) check: &'a ConnectionCheck,
    /// The fingerprints that the command line accepts.
    pub(super) accept: &'a [String],
    pub(super) time: SystemTime,
}

impl CheckedStep {
    /// Returns the number of the hop, from 1; `None` for the steps after the hops.
    pub(super) fn hop_number(&self) -> Option<usize> {
        (self.step < ConnectionStep::Forward).then_some(self.hop + 1)
    }
}

impl Report<'_> {
    /// Returns the exit code. Warnings do not change it.
    pub(super) fn exit_code(&self) -> u8 {
        match &self.check.problem {
            None => self.profile.refusal().map_or(0, |refusal| refusal.kind.exit_code()),
            Some(problem) if problem.kind == ProblemKind::Interrupted => problem.kind.exit_code(),
            Some(_) if self.check.failed_step().is_some() => FAILED_STEP,
            Some(problem) => problem.kind.exit_code(),
        }
    }

    /// Returns the role of the server. A server that does not replicate is no replica.
    fn role_text(&self, by_variables: Role) -> &'static str {
        match (by_variables, &self.check.lag) {
            (Role::Replica, Some(Lag::NotReplicating)) => "READ-ONLY, not replicating",
            (by_variables, _) => role(by_variables),
        }
    }

    /// Returns the facts about the server, each with its name.
    pub(super) fn fact_rows(&self, facts: &ServerFacts) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("server", format!("{} {}", facts.product, facts.version)),
            ("role", self.role_text(facts.role).into()),
            ("lag", self.check.lag.as_ref().map_or_else(|| "not known in time".into(), Lag::value_text)),
            ("identity", facts.identity.clone()),
            ("account", facts.account.clone()),
            ("database", facts.database.clone().unwrap_or_else(|| "none".into())),
            ("TLS", self.tls(facts)),
            ("time zone", time_zone(facts)),
            ("SQL mode", if facts.sql_mode.is_empty() { "none".into() } else { facts.sql_mode.clone() }),
            ("dialect", dialect(facts.dialect)),
        ];
        if let Some(fastest) = self.fastest() {
            let count = self.check.sent.len();
            rows.push(("latency", format!("{} (fastest of {count} statements that rrx sent)", duration(fastest))));
        }
        rows
    }

    fn tls(&self, facts: &ServerFacts) -> String {
        let checked = match self.profile.tls {
            TlsMode::VerifyIdentity => "certificate and name verified",
            TlsMode::VerifyCa => "certificate verified, name not checked",
            TlsMode::Required | TlsMode::Preferred | TlsMode::Disabled => "certificate not verified",
        };
        facts.tls.as_ref().map_or_else(|| "none".into(), |version| format!("{version}, {checked}"))
    }

    /// Returns the time of the fastest statement that rrx sent: little more than one round trip.
    fn fastest(&self) -> Option<Duration> {
        self.check.sent.iter().filter(|sent| sent.error.is_none()).map(|sent| sent.took).min()
    }

    /// Returns warnings about settings that work but should be changed.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(facts) = &self.check.facts {
            warnings.extend(facts.warnings.iter().cloned());
            if facts.tls.is_none() {
                warnings
                    .push("statements and rows are not encrypted after the last hop: set tls in the profile".into());
            } else if !matches!(self.profile.tls, TlsMode::VerifyCa | TlsMode::VerifyIdentity) {
                warnings
                    .push("TLS does not verify the server: set ca and tls = \"verify-identity\" in the profile".into());
            }
            let mode = facts.dialect.sql_mode;
            if mode.ansi_quotes || mode.no_backslash_escapes || mode.pipes_as_concat {
                warnings.push(format!(
                    "the SQL mode is unusual ({}): \"x\" may be a name, \\ an ordinary character, and || may join texts",
                    dialect(facts.dialect).split_once(", ").map_or("", |(_, flags)| flags)
                ));
            }
            if facts.role != Role::Replica {
                warnings.push("the server does not report that it is a read replica".into());
            }
        }
        for accepted in self.accept {
            if !self.check.keys.iter().any(|key| key.is_accepted && key.fingerprint == *accepted) {
                warnings.push(format!("no unknown host key has the fingerprint {accepted}, so nothing was recorded"));
            }
        }
        warnings
    }

    /// Returns the report as one JSON document.
    pub(super) fn json(&self) -> Value {
        let profile = self.profile;
        let outcome = match (&self.check.problem, self.exit_code()) {
            (None, 0) => "ok",
            (None, _) => "refused",
            (Some(_), 130) => "interrupted",
            (Some(_), _) => "failed",
        };
        json!({
            "format": FORMAT,
            "version": VERSION,
            "rrx": env!("CARGO_PKG_VERSION"),
            "time": Timestamp::try_from(self.time).map(format_time).ok(),
            "profile": profile.name,
            "environment": profile.environment.label(),
            "route": profile.route.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "host": profile.host,
            "port": profile.port,
            "user": profile.user,
            "outcome": outcome,
            "exit": self.exit_code(),
            "steps": self.check.steps.iter().map(step_json).collect::<Vec<_>>(),
            "problem": self.check.problem.clone().or_else(|| self.profile.refusal()).as_ref().map(problem_json),
            "host_keys": self.check.keys.iter().map(|key| json!({
                "host": key.host,
                "algorithm": key.algorithm,
                "fingerprint": key.fingerprint,
                "randomart": key.randomart,
                "recorded_in": key.recorded_in,
                "accepted": key.is_accepted,
            })).collect::<Vec<_>>(),
            "hop_messages": self.check.messages.iter().map(|message| json!({
                "hop": message.hop,
                "lines": message.lines,
            })).collect::<Vec<_>>(),
            "server": self.check.facts.as_ref().map(|facts| server_json(facts)),
            "lag": self.check.lag.as_ref().map(Lag::describe),
            "warnings": self.warnings(),
            "fastest_milliseconds": self.fastest().map(milliseconds),
            "statements": self.check.sent.iter().map(|sent| json!({
                "text": sent.text,
                "milliseconds": milliseconds(sent.took),
                "error": sent.error,
            })).collect::<Vec<_>>(),
        })
    }
}

/// Formats a duration in milliseconds.
pub(super) fn duration(took: Duration) -> String {
    match took.as_secs_f64() * 1000.0 {
        milliseconds if milliseconds < 10.0 => format!("{milliseconds:.1} ms"),
        milliseconds => format!("{milliseconds:.0} ms"),
    }
}

fn step_json(step: &CheckedStep) -> Value {
    let (state, found, took, why) = match &step.state {
        StepState::Trying(activity) => ("unfinished", Some(activity.clone()), None, None),
        StepState::Done(found, took) => ("ok", Some(found.clone()), Some(milliseconds(*took)), None),
        StepState::Skipped => ("skipped", None, None, None),
        StepState::Failed(why) => ("failed", None, None, Some(problem_json(why))),
    };
    json!({
        "hop": step.hop_number(),
        "step": step_id(step.step),
        "state": state,
        "found": found,
        "milliseconds": took,
        "problem": why,
    })
}

/// Returns the name of a step for programs. It never changes, even if the name on the screen does.
fn step_id(step: ConnectionStep) -> &'static str {
    match step {
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

fn problem_json(problem: &Problem) -> Value {
    json!({
        "what": problem.what,
        "because": problem.because,
        "server": problem.server.as_ref().map(|error| json!({
            "code": error.code, "state": error.state, "message": error.message,
        })),
        "next": problem.hint,
    })
}

fn server_json(facts: &ServerFacts) -> Value {
    json!({
        "product": facts.product,
        "version": facts.version,
        "identity": facts.identity,
        "role": role(facts.role),
        "account": facts.account,
        "connection": facts.connection_id,
        "database": facts.database,
        "time_zone": facts.time_zone,
        "server_time_zone": facts.server_time_zone,
        "sql_mode": facts.sql_mode,
        "tls": facts.tls,
        "dialect": dialect(facts.dialect),
        "warnings": facts.warnings,
    })
}

fn time_zone(facts: &ServerFacts) -> String {
    match &facts.server_time_zone {
        None => facts.time_zone.clone(),
        Some(server) => format!("{}; the server's own is {server}", facts.time_zone),
    }
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
        ServerFamily::MySql => "MySQL",
        ServerFamily::MariaDb => "MariaDB",
        ServerFamily::Other => "MySQL-like",
    };
    let (major, minor, patch) = dialect.version;
    let mut text = format!("{family} {major}.{minor}.{patch}");
    let mode = dialect.sql_mode;
    for (is_on, name) in [
        (mode.ansi_quotes, "ANSI_QUOTES"),
        (mode.no_backslash_escapes, "NO_BACKSLASH_ESCAPES"),
        (mode.pipes_as_concat, "PIPES_AS_CONCAT"),
        (mode.ignore_space, "IGNORE_SPACE"),
    ] {
        if is_on {
            // Writing to a string cannot fail.
            let _ = write!(text, ", {name}");
        }
    }
    text
}

fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}
