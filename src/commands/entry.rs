//! From the command line to a command, and from its outcome to an exit code. Words go to stderr, rows to stdout.

use std::io::{IsTerminal as _, Write};
use std::path::Path;
use std::sync::Arc;

use clap::Parser as _;

use super::tui::{self, Outside, TuiStart};
use super::{completions, keys, log, man, profiles, snippets};
use crate::app::action::Action;
use crate::app::styles;
use crate::cli::{Cli, Command};
use crate::domain::docs::DocPack;
use crate::domain::port::Loaded;
use crate::domain::problem::Problem;
use crate::io::host::clipboard::Multiplexer;
use crate::io::runtime::clock;
use crate::io::session::{self, CatalogAt};
use crate::io::storage::atomic::read_bytes;
use crate::io::storage::paths::Paths;
use crate::io::storage::task::Lent;
use crate::io::storage::{secrets, settings};
use crate::io::store;

/// Reads the command line, does what it says, and answers with the exit code.
#[must_use]
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap knows which of help and error it is, and where each goes.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    match start(cli) {
        Ok(code) => code,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "rrx: {problem}");
            problem.kind.exit_code()
        }
    }
}

fn start(cli: Cli) -> Result<u8, Problem> {
    let paths = Paths::find(cli.config.as_deref())?;
    let presence = if cli.config.is_some() { settings::Presence::Wanted } else { settings::Presence::Optional };
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let Some(command) = cli.command else {
        let loaded = settings::load(&paths, presence);
        if let Some(name) = &cli.profile {
            loaded.settings.require(name)?;
        }
        return screen(loaded, cli.profile, paths);
    };
    let done = |done: Result<(), Problem>| done.map(|()| 0);
    match command {
        Command::Profiles(command) => {
            done(profiles::run(command, &settings::load(&paths, presence), &paths, &mut out, &mut err))
        }
        Command::Snippets(command) => {
            done(snippets::run(&command, &settings::load(&paths, presence), &paths, &mut out, &mut err))
        }
        Command::Log(command) => done(log::run(command, &paths, &mut out, &mut err)),
        Command::Keys => {
            let loaded = settings::load(&paths, presence);
            done(keys::run(&key_rows(&loaded.settings.ui.keymap), &mut out))
        }
        Command::Completions { shell } => done(completions::run(shell, &mut out)),
        Command::Man { command } => done(man::run(command.as_deref(), &mut out)),
        #[cfg(feature = "demo")]
        Command::Demo(_) => Err(Problem::new(crate::domain::problem::Kind::Local, "The demo is not wired yet")),
        Command::Run(_) => Err(Problem::new(crate::domain::problem::Kind::Local, "rrx run is not wired yet")),
    }
}

/// Opens the screen.
fn screen(loaded: Loaded, profile: Option<String>, paths: Paths) -> Result<u8, Problem> {
    let profiles = loaded.settings.profiles.iter().cloned().map(Arc::new).collect();
    let start = TuiStart {
        settings: Arc::clone(&loaded.settings),
        profiles,
        problems: loaded.problems,
        profile,
        first_worksheet: None,
        has_colour: has_colour(),
        keymap: None,
    };
    let outside = outside(paths);
    runtime()?.block_on(tui::run(start, outside))
}

fn outside(paths: Paths) -> Outside {
    let store = store::Options::spilling_to(paths.state.clone());
    Outside {
        store,
        paths,
        lent: Lent { clock: clock::now, demo_pack },
        session: session::Outside {
            read: Arc::new(read_if_there),
            secret: Arc::new(secrets::bring),
            catalog: CatalogAt::Request,
        },
        inside: if is_set("TMUX") { Multiplexer::Tmux } else { Multiplexer::None },
    }
}

/// A file's bytes; a file that is not there is `None`.
fn read_if_there(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    match read_bytes(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn demo_pack() -> Option<DocPack> {
    None
}

fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Problem::new(crate::domain::problem::Kind::Local, "The program could not start its tasks")
            .because(error.to_string())
    })
}

/// NO_COLOR (no-color.org): set and not empty means none.
fn has_colour() -> bool {
    !is_set("NO_COLOR") && std::io::stdout().is_terminal()
}

#[expect(clippy::disallowed_methods, reason = "the two variables that tell about the terminal, read once at the start")]
fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}

fn key_rows(style: &str) -> Vec<keys::Row> {
    let (keymap, _) = styles::keymap(style, None);
    Action::all()
        .map(|action| {
            let written: Vec<String> = keymap
                .chords(action.layer(), action)
                .map(|chords| chords.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
                .collect();
            keys::Row {
                context: action.layer().to_owned(),
                keys: written.join(", "),
                action: format!("{}.{}", action.layer(), action.word()),
                help: action.help().to_owned(),
            }
        })
        .collect()
}
