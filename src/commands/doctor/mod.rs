//! `rrx doctor`: walks the way to a replica as connecting does, and tells each rung, what is probably wrong and what to do
//! next. It sends no statement of the user's, and changes nothing but a host key that the command line accepts.

mod bundle;
mod report;
mod walk;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

pub use report::{FORMAT, Report, VERSION};
pub use walk::{Step, Walk};

use super::headless::Interrupts;
use super::print;
use crate::domain::problem::Problem;
use crate::domain::profile::Profile;
use crate::io::session::SessionEnv;
use crate::io::storage::Clock;

/// What `rrx doctor` is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoctorArgs {
    /// Fingerprints of host keys that may be recorded.
    pub accept: Vec<String>,
    /// The file for a report that can be passed on.
    pub bundle: Option<PathBuf>,
    /// What of it is told.
    pub names: Names,
    /// How it is printed.
    pub shape: Shape,
}

/// What a bundle tells of hosts and people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// Their names.
    #[default]
    Plain,
    /// A word in place of each, the same one wherever it stands in the bundle.
    Hashed,
}

/// How the report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shape {
    /// Line by line, as the rungs are climbed.
    #[default]
    Text,
    /// The same, with the rung that is being tried on the last line.
    Terminal,
    /// One JSON document at the end.
    Json,
}

/// Where it walks.
pub struct Site {
    /// The profile.
    pub profile: Arc<Profile>,
    /// What the session needs of the machine.
    pub outside: SessionEnv,
    /// The time of day.
    pub clock: Clock,
    /// What stops it.
    pub stop: Interrupts,
}

/// Walks, tells, and answers with the exit code: 0 where every rung holds (warnings are told and change nothing), 3 where
/// one fails, else that of the problem.
///
/// # Errors
/// Where the output or the bundle cannot be written.
pub async fn run(args: &DoctorArgs, mut site: Site, out: &mut (dyn Write + Send)) -> Result<u8, Problem> {
    if let Some(path) = &args.bundle {
        bundle::refuse_existing(path)?;
    }
    if args.shape != Shape::Json {
        print::text(out, &report::heading(&site.profile))?;
    }
    let profile = Arc::clone(&site.profile);
    let mut told = Ok(());
    let mut tell = |step: &Step| {
        if told.is_ok() {
            told = match args.shape {
                Shape::Text => print::text(out, &report::settled(step, &profile)),
                Shape::Terminal => print::text(out, &report::moving(step, &profile)),
                Shape::Json => Ok(()),
            };
        }
    };
    let walk =
        walk::walk(Arc::clone(&site.profile), site.outside.clone(), &args.accept, &mut site.stop, &mut tell).await;
    told?;
    let report = Report { profile: &site.profile, walk: &walk, accept: &args.accept, time: (site.clock)() };
    match args.shape {
        Shape::Json => print::json(out, &report.json())?,
        Shape::Text | Shape::Terminal => print::text(out, &report.words())?,
    }
    if let Some(path) = &args.bundle {
        bundle::write(path, &report, &site.outside, args.names)?;
        if args.shape != Shape::Json {
            print::text(out, &format!("\nWritten for a ticket: {}\n", print::line(&path.display().to_string())))?;
        }
    }
    Ok(report.exit_code())
}
