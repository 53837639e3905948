//! `rrx doctor`: connects to a replica and reports for each connection step whether it works, what is probably wrong, and what
//! to do next. It sends no statement of the user, and changes nothing except that it records a host key that the command line
//! accepts.

mod anonymizer;
mod bundle;
mod check;
mod report;
mod report_text;

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;
use std::sync::Arc;

pub use self::anonymizer::NamesInBundle;
use self::check::{CheckedStep, check_connection};
use self::report::Report;
use super::common::context::CommandContext;
use super::common::headless::HeadlessDeps;
use super::common::host_key;
use super::common::interrupts::Interrupts;
use super::common::print;
use super::common::runtime::block_on;
use crate::cli::DoctorCommand;
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::runtime::clock::Clock;

/// The arguments of `rrx doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorArgs {
    /// Fingerprints of the host keys that may be recorded.
    pub accept: Vec<String>,
    /// The file for a report to share.
    pub bundle: Option<PathBuf>,
    pub names: NamesInBundle,
    pub style: ReportStyle,
}

/// How the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportStyle {
    /// One line for each step when it is finished.
    Text,
    /// The same, with the running step on the last line.
    Terminal,
    /// One JSON document at the end.
    Json,
}

/// Runs `rrx doctor`. Returns the exit code.
///
/// # Errors
/// Returns a problem if there is no such profile, or if the output or the bundle cannot be written.
pub fn execute(command: &DoctorCommand, context: &CommandContext) -> Result<u8, Problem> {
    let loaded = context.load_settings_and_report()?;
    let only = match loaded.settings.profiles.as_slice() {
        [only] => only.name.as_str(),
        _ => "",
    };
    let name = command.profile.as_deref().unwrap_or(only);
    if name.is_empty() {
        let rrx = context.command_line();
        return Err(Problem::new(ProblemKind::Settings, "No profile is named").hint(format!(
            "run `{}`; `{}` lists the profiles, and `{}` always works",
            rrx.with("doctor PROFILE"),
            rrx.with("profiles list"),
            rrx.with("doctor demo")
        )));
    }
    let (profile, profile_context) = context.find_profile(name, &loaded)?;
    let accept: Result<Vec<String>, String> =
        command.accept_host_key.iter().map(|text| host_key::parse_fingerprint(text)).collect();
    let accept = accept.map_err(|why| {
        Problem::new(ProblemKind::Settings, "--accept-host-key needs a complete fingerprint").because(why)
    })?;
    let args = DoctorArgs {
        accept,
        bundle: command.bundle.clone(),
        names: if command.anonymize { NamesInBundle::Hashed } else { NamesInBundle::Plain },
        style: match (command.format.json, std::io::stdout().is_terminal()) {
            (true, _) => ReportStyle::Json,
            (false, true) => ReportStyle::Terminal,
            (false, false) => ReportStyle::Text,
        },
    };
    let env = &context.env;
    let deps = HeadlessDeps { profile, session: profile_context.session, prompts: env.prompts };
    block_on(async { run(&args, &deps, env.clock, &mut std::io::stdout()).await })
}

/// Checks the connection and prints the report. Returns the exit code: 0 if all checks passed (also with warnings), 3 if a step
/// failed, or else that of the problem.
///
/// # Errors
/// Returns a problem if the output or the bundle cannot be written.
async fn run(
    args: &DoctorArgs,
    deps: &HeadlessDeps,
    clock: Clock,
    out: &mut (dyn Write + Send),
) -> Result<u8, Problem> {
    let mut interrupts = Interrupts::listen()?;
    if let Some(path) = &args.bundle {
        bundle::refuse_existing(path)?;
    }
    if args.style != ReportStyle::Json {
        print::text(out, &report_text::heading(&deps.profile))?;
    }
    let profile = Arc::clone(&deps.profile);
    let mut printed = Ok(());
    let mut print_step = |step: &CheckedStep| {
        if printed.is_ok() {
            printed = match args.style {
                ReportStyle::Text => print::text(out, &report_text::finished_step(step, &profile)),
                ReportStyle::Terminal => print::text(out, &report_text::step_on_terminal(step, &profile)),
                ReportStyle::Json => Ok(()),
            };
        }
    };
    let check = check_connection(deps.clone(), &args.accept, &mut interrupts, &mut print_step).await;
    printed?;
    let report = Report { profile: &deps.profile, check: &check, accept: &args.accept, time: clock() };
    match args.style {
        ReportStyle::Json => print::json(out, &report.json())?,
        ReportStyle::Text | ReportStyle::Terminal => print::text(out, &report_text::summary(&report))?,
    }
    if let Some(path) = &args.bundle {
        bundle::write(path, &report, &deps.session, args.names)?;
        if args.style != ReportStyle::Json {
            print::text(out, &format!("\nWrote the bundle {}\n", print::one_line(&path.display().to_string())))?;
        }
    }
    Ok(report.exit_code())
}
