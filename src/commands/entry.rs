//! From the command line to a command, and from its outcome to an exit code. Words go to stderr, rows to stdout.

use std::io::{IsTerminal as _, Write};
#[cfg(feature = "demo")]
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Parser as _;

use super::headless::Interrupts;
use super::outside::outside as session_outside;
use super::run::{self, RunArgs, Site, Stdout};
use super::tui::{self, Outside, TuiStart};
use super::{completions, keys, log, man, print, profiles, snippets};
use crate::app::action::Action;
use crate::app::styles;
#[cfg(feature = "demo")]
use crate::cli::DemoCommand;
use crate::cli::{Cli, Command, RunCommand, StatementSource};
use crate::domain::docs::DocPack;
use crate::domain::port::Loaded;
use crate::domain::problem::{Kind, Problem};
use crate::domain::profile::Profile;
#[cfg(feature = "demo")]
use crate::domain::{port::Replace, snippets::Snippet};
use crate::io::host::clipboard::Multiplexer;
use crate::io::runtime::clock;
use crate::io::session::CatalogAt;
use crate::io::storage::accesslog::AccessLog;
use crate::io::storage::paths::Paths;
use crate::io::storage::settings;
use crate::io::storage::task::Lent;
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
        Command::Demo(command) => demo(&command, &paths),
        Command::Run(command) => headless(&command, &settings::load(&paths, presence), &paths),
    }
}

/// `rrx run`.
fn headless(command: &RunCommand, loaded: &Loaded, paths: &Paths) -> Result<u8, Problem> {
    let mut err = std::io::stderr();
    print::problems(&mut err, &loaded.problems)?;
    let snippet = match command.source() {
        StatementSource::Snippet(name) => Some(snippet_text(&name, command.profile.as_deref(), loaded, paths)?),
        StatementSource::Text(_) | StatementSource::File(_) | StatementSource::Stdin => None,
    };
    let args = RunArgs::read(command, snippet, std::io::stdin())?;
    let name = command.profile.clone().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::new(Kind::Settings, "No profile is named")
            .hint("add -p PROFILE; `rrx profiles list` lists them, and `-p demo` is always there"));
    }
    runtime()?.block_on(async {
        let home = home_of(&name, paths);
        let (profile, _running) = profile_of(&name, loaded, &home).await?;
        if let Some(refusal) = profile.refusal() {
            return Err(refusal);
        }
        let log = AccessLog::open(&home.state, clock::now)?;
        let site =
            Site { profile, outside: session_outside(&home, CatalogAt::Request), log, stop: Interrupts::listen()? };
        let stdout = if std::io::stdout().is_terminal() { Stdout::Terminal } else { Stdout::Other };
        Ok(run::run(&args, site, (std::io::stdout(), stdout), &mut err).await)
    })
}

/// The text of a snippet of this name.
fn snippet_text(name: &str, profile: Option<&str>, loaded: &Loaded, paths: &Paths) -> Result<String, Problem> {
    let mut folders = vec![paths.snippets()];
    folders.extend(
        profile.and_then(|name| loaded.settings.profile(name)).into_iter().flat_map(|own| own.snippets.clone()),
    );
    let (all, problems) = crate::io::storage::snippets::load(&folders);
    print::problems(&mut std::io::stderr(), &problems)?;
    all.into_iter().find(|snippet| snippet.name == name).map(|snippet| snippet.statement).ok_or_else(|| {
        Problem::new(Kind::Settings, format!("There is no snippet `{name}`")).hint("`rrx snippets list` lists them")
    })
}

/// Where the files of a profile lie: the demo keeps everything in a folder of its own.
fn home_of(profile: &str, paths: &Paths) -> Paths {
    if cfg!(feature = "demo") && profile == "demo" { paths.demo() } else { paths.clone() }
}

/// The embedded replica while it runs; nothing without the feature.
#[cfg(feature = "demo")]
type Running = crate::demo::Running;
#[cfg(not(feature = "demo"))]
type Running = ();

#[cfg(feature = "demo")]
async fn profile_of(name: &str, loaded: &Loaded, home: &Paths) -> Result<(Arc<Profile>, Option<Running>), Problem> {
    if name != "demo" {
        return loaded.settings.require(name).map(|profile| (Arc::new(profile.clone()), None));
    }
    let running = start_demo(crate::demo::data::SUBJECTS, None, home).await?;
    Ok((Arc::new(running.profile.clone()), Some(running)))
}

#[cfg(not(feature = "demo"))]
async fn profile_of(name: &str, loaded: &Loaded, _home: &Paths) -> Result<(Arc<Profile>, Option<Running>), Problem> {
    loaded.settings.require(name).map(|profile| (Arc::new(profile.clone()), None))
}

#[cfg(feature = "demo")]
async fn start_demo(subjects: u32, listen: Option<SocketAddr>, home: &Paths) -> Result<Running, Problem> {
    let options = crate::demo::Options { subjects, folder: home.state.clone(), listen };
    crate::demo::start(options).await.map_err(|error| {
        Problem::new(Kind::Local, "The demo did not start")
            .because(error.to_string())
            .hint("RRX_HOME=FOLDER names another place for its files")
    })
}

/// `rrx demo`: the screen on the embedded replica, or the replica alone for other clients.
#[cfg(feature = "demo")]
fn demo(command: &DemoCommand, paths: &Paths) -> Result<u8, Problem> {
    let home = paths.demo();
    let mut err = std::io::stderr();
    let runtime = runtime()?;
    let listen = command.listen;
    if listen.is_some() {
        return runtime.block_on(async {
            let running = start_demo(command.subjects, listen, &home).await?;
            let at = running.listen.unwrap_or(running.jump_host);
            let _ = writeln!(
                err,
                "The demo replica listens on {at}. Ctrl-C ends it.\n\n  MYSQL_PWD={} mariadb --skip-ssl -h {} -P {} -u {} {}\n",
                running.password.reveal(),
                at.ip(),
                at.port(),
                running.profile.user,
                running.profile.database.clone().unwrap_or_default()
            );
            let _ = tokio::signal::ctrl_c().await;
            Ok(0)
        });
    }
    plant_snippets(&home)?;
    let code = runtime.block_on(async {
        let running = start_demo(command.subjects, None, &home).await?;
        let profile = Arc::new(running.profile.clone());
        let start = TuiStart {
            settings: Arc::default(),
            profiles: vec![Arc::clone(&profile)],
            problems: Vec::new(),
            profile: Some(profile.name.clone()),
            first_worksheet: Some(("start here".into(), crate::demo::data::first_worksheet().into())),
            has_colour: has_colour(),
            keymap: None,
        };
        tui::run(start, outside(home.clone())).await
    })?;
    let _ = writeln!(
        err,
        "That was the demo. Its worksheets and snippets stay in {}.\n\
         Next: `rrx demo --listen 127.0.0.1:3307` serves it to other clients; for a replica of your own write a profile into\n\
         {} (`rrx profiles list` checks it) and start `rrx PROFILE`.",
        home.state.display(),
        paths.config.display()
    );
    Ok(code)
}

/// The demo's statements as snippets, written once: what the user changed stays.
#[cfg(feature = "demo")]
fn plant_snippets(home: &Paths) -> Result<(), Problem> {
    for (name, text) in crate::demo::data::snippets() {
        let snippet = Snippet::parse(name, text).map_err(|error| {
            Problem::new(Kind::Local, format!("The demo's snippet {name} is broken")).because(error.to_string())
        })?;
        // A file that exists is the user's by now.
        let _ = crate::io::storage::snippets::save(&home.snippets(), &snippet, Replace::Forbidden);
    }
    Ok(())
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
    let session = session_outside(&paths, CatalogAt::Request);
    Outside {
        store,
        paths,
        lent: Lent { clock: clock::now, demo_pack },
        session,
        inside: if is_set("TMUX") { Multiplexer::Tmux } else { Multiplexer::None },
    }
}

#[cfg(feature = "demo")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
fn demo_pack() -> Option<DocPack> {
    let (pack, _) = DocPack::read(crate::demo::data::pack_files());
    Some(pack)
}

#[cfg(not(feature = "demo"))]
fn demo_pack() -> Option<DocPack> {
    None
}

fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Kind::Local, "The program could not start its tasks").because(error.to_string()))
}

/// `NO_COLOR` (no-color.org): set and not empty means none.
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
