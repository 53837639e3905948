//! `rrx [PROFILE]`: opens the screen.

use std::io::{IsTerminal as _, Write as _};
use std::panic::resume_unwind;
use std::sync::Arc;

use super::common::built_in::BuiltInProfile;
use super::common::context::CommandContext;
use super::common::print::SafeWriter;
use super::common::runtime::block_on;
use super::common::{keymap, look, print};
use crate::app::model::SettingsReading;
use crate::app::ui::look::TerminalLook;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::LoadedSettings;
use crate::io::storage::panel_sizes;
use crate::io::storage::task::StorageReport;
use crate::io::store;
use crate::shell::{self, ShellDeps, ShellEnd, ShellStart};

/// Opens the screen, and connects to the profile if one is named.
///
/// # Errors
/// Returns a problem if there is no such profile, or no terminal.
pub fn execute(profile: Option<String>, context: &CommandContext) -> Result<u8, Problem> {
    let loaded = context.load_settings();
    if let Some(name) = &profile
        && let Err(problem) = loaded.settings.require(name)
    {
        // An error in the settings file can be the reason that the profile is missing.
        print::problems(&mut std::io::stderr(), &loaded.problems)?;
        return Err(problem);
    }
    let settings = ScreenSettings { loaded, reading: SettingsReading::WithEachConnection };
    open(settings, profile, context, context.built_in_profile())
}

/// The settings of the screen.
#[derive(Debug)]
pub struct ScreenSettings {
    pub loaded: LoadedSettings,
    pub reading: SettingsReading,
}

/// Opens the screen with these settings and this built-in profile.
///
/// # Errors
/// Returns a problem if there is no terminal.
pub fn open(
    settings: ScreenSettings,
    profile: Option<String>,
    context: &CommandContext,
    built_in: Option<BuiltInProfile>,
) -> Result<u8, Problem> {
    let env = &context.env;
    let ScreenSettings { loaded: LoadedSettings { settings, mut problems }, reading } = settings;
    let keys = keymap::load(&settings.ui, &env.paths);
    problems.extend(keys.problems);
    let mut profiles: Vec<_> = settings.profiles.iter().cloned().map(Arc::new).collect();
    profiles.extend(built_in.as_ref().map(|built_in| Arc::clone(&built_in.profile)));
    let (demo, first_worksheet) = built_in.map(|built_in| (built_in.context, built_in.first_worksheet)).unzip();
    let directory = std::env::current_dir().map(|directory| print::one_line(&directory.to_string_lossy()));
    let start = ShellStart {
        look: TerminalLook::choose(&settings.ui, &look::terminal_variables(env)),
        settings,
        reading,
        profiles,
        problems,
        profile,
        first_worksheet,
        keymap: keys.keymap,
        panel_sizes: panel_sizes::load(&env.paths.state),
        directory: directory.unwrap_or_default(),
    };
    let deps =
        ShellDeps { env: Arc::clone(env), demo, store: store::StoreOptions::spilling_to(env.paths.state.clone()) };
    let ShellEnd { outcome, report } = block_on(shell::run(start, deps))?;
    print_report(&report);
    match outcome {
        Ok(code) if report.problems.is_empty() => Ok(code),
        Ok(code) => Ok(code.max(ProblemKind::Local.exit_code())),
        Err(panic) => resume_unwind(panic),
    }
}

/// Prints where unsaved texts are. Texts that could be written nowhere are printed themselves, but only to a terminal.
fn print_report(report: &StorageReport) {
    let mut stderr = std::io::stderr();
    // The terminal may be closed. The debug log has the problems too.
    let _ = print::problems(&mut stderr, &report.problems);
    if stderr.is_terminal() {
        for worksheet in &report.lost {
            let text = format!("-- worksheet {}\n{}\n", print::one_line(&worksheet.title), worksheet.text);
            let _ = SafeWriter::new(&mut stderr).write_all(text.as_bytes());
        }
    }
}
