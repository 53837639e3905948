//! The report of a check as text: one line for each step, then the facts, the warnings and the verdict.

use super::check::CheckedStep;
use super::report::{Report, duration};
use crate::commands::common::hop_messages;
use crate::commands::common::print::{multi_line, one_line};
use crate::domain::problem::Problem;
use crate::domain::profile::Profile;
use crate::domain::protocol::StepState;

/// How many characters of a running step fit on the line of an ordinary terminal.
const RUNNING_WIDTH: usize = 50;

/// Returns the first line.
pub(super) fn heading(profile: &Profile) -> String {
    let (name, environment) = (&profile.name, profile.environment.label());
    format!("{name} ({environment}): connection to {}:{}\n", one_line(&profile.host), profile.port)
}

/// Returns the line of a finished step; an empty text for a running or skipped step.
pub(super) fn finished_step(step: &CheckedStep, profile: &Profile) -> String {
    let name = step_name(step, profile);
    match &step.state {
        StepState::Trying(_) | StepState::Skipped => String::new(),
        StepState::Done(found, took) => format!("  ok      {name:<10} {}  {}\n", one_line(found), duration(*took)),
        StepState::Failed(problem) => {
            format!("  FAILED  {name:<10} {}\n", indented(problem))
        }
    }
}

/// Returns a problem with its causes and what to do below its first line.
fn indented(problem: &Problem) -> String {
    multi_line(&problem.to_string()).replace('\n', "\n        ")
}

/// Does the same as [`finished_step`] for a terminal, where the last line shows the running step.
pub(super) fn step_on_terminal(step: &CheckedStep, profile: &Profile) -> String {
    match &step.state {
        StepState::Trying(activity) => {
            let activity: String = one_line(activity).chars().take(RUNNING_WIDTH).collect();
            format!("\r\u{1b}[K  …       {:<10} {activity}", step_name(step, profile))
        }
        StepState::Skipped => String::new(),
        StepState::Done(..) | StepState::Failed(_) => format!("\r\u{1b}[K{}", finished_step(step, profile)),
    }
}

/// Returns the name of a step, with the number of the hop if there are several (`ssh_config` can add hops to the profile's).
fn step_name(step: &CheckedStep, profile: &Profile) -> String {
    match step.hop_number() {
        Some(number) if number > 1 || profile.route.len() > 1 => format!("{} {number}", step.step.name()),
        Some(_) | None => step.step.name().to_owned(),
    }
}

/// Returns the text after the steps.
pub(super) fn summary(report: &Report<'_>) -> String {
    let check = report.check;
    let mut lines = Vec::new();
    if let Some(problem) = check.problem.as_ref().filter(|_| check.failed_step().is_none()) {
        lines.push(format!("  FAILED  {}", indented(problem)));
    }
    for key in &check.keys {
        let what = if key.is_accepted {
            format!("Recorded in {}: the host key of", one_line(&key.recorded_in))
        } else {
            "Unknown: the host key of".into()
        };
        lines.push(format!("\n{what} {}, {}\n{}", one_line(&key.host), one_line(&key.algorithm), key.fingerprint));
        lines.extend(key.randomart.iter().cloned());
    }
    lines.extend(check.messages.iter().map(|message| format!("\n{}", hop_messages::text(message).trim_end())));
    if let Some(facts) = &check.facts {
        lines.push(String::new());
        lines.extend(
            report.fact_rows(facts).into_iter().map(|(name, value)| format!("  {name:<10} {}", one_line(&value))),
        );
    }
    lines.extend(report.warnings().iter().map(|warning| format!("  warning    {}", one_line(warning))));
    lines.push(verdict(report));
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

fn verdict(report: &Report<'_>) -> String {
    match (&report.check.problem, report.check.failed_step()) {
        (None, _) => match report.profile.refusal() {
            Some(refusal) => {
                format!("  FAILED  {}\n\nThe connection works, but rrx refuses the profile.", indented(&refusal))
            }
            None => "\nAll checks passed.".into(),
        },
        (Some(_), Some(step)) => format!("\nThe connection failed at the step: {}.", step_name(step, report.profile)),
        (Some(problem), None) => format!("\n{}.", one_line(problem.what.trim_end_matches('.'))),
    }
}
