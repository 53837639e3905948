//! From the command line to a command, and from its outcome to an exit code. Words go to stderr, rows to stdout.

use std::io::IsTerminal as _;
#[cfg(feature = "demo")]
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;

#[cfg(feature = "demo")]
use super::demo::{self, BuiltIn};
use super::doctor::{self, DoctorArgs, Names, Shape};
use super::headless::Interrupts;
use super::outside::Place;
use super::statement::{self, RunArgs, Site, Stdout};
use super::tui::{self, Outside, TuiStart};
use super::tunnel::{self, TunnelArgs};
use super::{completions, host_key, keymap, keys, log, look, man, print, profiles, secret, snippets, ssh_key};
use crate::app::action::Action;
use crate::app::ui::look::Look;
#[cfg(feature = "demo")]
use crate::cli::DemoCommand;
use crate::cli::{Cli, Command, DoctorCommand, ProfilesCommand, RunCommand, StatementSource, TunnelCommand};
use crate::domain::keys::Keymap;
use crate::domain::limits;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{CommandLine, Profile, Secret};
use crate::domain::protocol::Loaded;
use crate::io::host::clipboard::Surroundings;
use crate::io::host::core_dumps;
use crate::io::host::debug_log::{self, Statements};
use crate::io::runtime::clock;
use crate::io::storage::access_log::{AccessLog, os_user};
use crate::io::storage::paths::Paths;
use crate::io::storage::stored::StoredDates;
use crate::io::storage::{self, keyring, settings};
use crate::io::store;

/// Time for what blocks a thread when all is done.
const LEFT_BEHIND: Duration = Duration::from_millis(200);

/// What a build without the demo has in its place.
#[cfg(not(feature = "demo"))]
struct BuiltIn {
    profile: Arc<Profile>,
    place: Place,
    first_worksheet: (String, String),
}

/// Reads the command line, does what it says, and answers with the exit code.
#[must_use]
pub fn main() -> u8 {
    if let Err(error) = core_dumps::turn_off() {
        let problem = Problem::new(ProblemKind::Local, "A crash of rrx may write a core dump with secrets in it")
            .because(format!("core dumps cannot be turned off: {}", error.desc()))
            .hint("`ulimit -c 0` before rrx turns them off");
        let _ = print::problems(&mut std::io::stderr(), &[problem]);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap knows which of help and error it is, and where each goes.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    match debug_log(&cli).and_then(|()| start(cli)) {
        Ok(code) => code,
        Err(problem) => {
            let _ = print::problems(&mut std::io::stderr(), std::slice::from_ref(&problem));
            problem.kind.exit_code()
        }
    }
}

/// Starts the debug log where the command line asks for one.
fn debug_log(cli: &Cli) -> Result<(), Problem> {
    let Some(file) = cli.log.clone() else {
        return if cli.log_statements {
            Err(Problem::new(ProblemKind::Settings, "--log-statements stands alone")
                .because("it adds to a debug log, and no --log FILE starts one")
                .hint("add --log FILE"))
        } else {
            Ok(())
        };
    };
    let statements = if cli.log_statements { Statements::Logged } else { Statements::Hidden };
    debug_log::start(&debug_log::Options { file, statements }, clock::now)
}

fn start(cli: Cli) -> Result<u8, Problem> {
    let paths = Paths::find(cli.config.as_deref())?;
    let presence = if cli.config.is_some() { settings::Presence::Wanted } else { settings::Presence::Optional };
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    if let (Some(profile), Some(_)) = (&cli.profile, &cli.command) {
        return Err(Problem::new(
            ProblemKind::Settings,
            format!("\"{}\" stands before a command", print::line(profile)),
        )
        .because("a profile alone opens the screen; a command takes it behind its own name")
        .hint(format!(
            "`{}`, or for example `{}`",
            paths.command_line.with("PROFILE"),
            paths.command_line.with("run -p PROFILE")
        )));
    }
    let Some(command) = cli.command else {
        let loaded = settings::load(&paths, presence);
        if let Some(name) = &cli.profile
            && let Err(problem) = loaded.settings.require(name)
        {
            // A profile may be missing because of what is wrong in the file.
            print::problems(&mut err, &loaded.problems)?;
            return Err(problem);
        }
        return screen(loaded, cli.profile, &paths, built_in(&paths));
    };
    let done = |done: Result<(), Problem>| done.map(|()| 0);
    match command {
        Command::Profiles(command) => done(profiles_command(command, &settings::load(&paths, presence), &paths)),
        Command::Secret(command) => {
            let loaded = settings::load(&paths, presence);
            print::problems(&mut err, &loaded.problems)?;
            let ring = (keyring::system(), &StoredDates::of(&paths.state, clock::now));
            let ask = |prompt: &str| given_secret(prompt, &paths.command_line);
            done(secret::run(&command, &loaded, ring, ask, &mut err))
        }
        Command::SshKey(command) => {
            let machine = nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned());
            let comment = format!("{}@{}", os_user(), machine.unwrap_or_else(|_| "localhost".into()));
            let here = ssh_key::Here { home: paths.home.clone(), comment };
            done(ssh_key::run(&command, &here, storage::secrets::ask, &mut out, &mut err))
        }
        Command::Snippets(command) => {
            done(snippets::run(&command, &settings::load(&paths, presence), &paths, &mut out, &mut err))
        }
        Command::Log(command) => done(log::run(command, &paths, &mut out, &mut err)),
        Command::Keys => {
            let loaded = settings::load(&paths, presence);
            print::problems(&mut err, &loaded.problems)?;
            let keys = keymap::load(&loaded.settings.ui, &paths);
            print::problems(&mut err, &keys.problems)?;
            keys::run(&key_rows(&keys.keymap), &mut out)?;
            done(print::text(&mut err, &format!("{}\n", keys.source)))
        }
        Command::Completions { shell } => done(completions::run(shell, &mut out)),
        Command::Man { command } => done(man::run(command.as_deref(), &mut out)),
        #[cfg(feature = "demo")]
        Command::Demo(command) => demo_command(&command, settings::load(&paths, presence), &paths),
        Command::Doctor(command) => doctor_command(&command, &settings::load(&paths, presence), &paths),
        Command::Tunnel(command) => tunnel_command(&command, &settings::load(&paths, presence), &paths),
        Command::Run(command) => headless(&command, &settings::load(&paths, presence), &paths),
    }
}

/// The built-in profile, where it is compiled in.
#[cfg(feature = "demo")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature there is none")]
fn built_in(paths: &Paths) -> Option<BuiltIn> {
    Some(demo::built_in(crate::demo::data::SUBJECTS, paths))
}

#[cfg(not(feature = "demo"))]
fn built_in(_paths: &Paths) -> Option<BuiltIn> {
    None
}

/// `rrx profiles`.
fn profiles_command(command: ProfilesCommand, loaded: &Loaded, paths: &Paths) -> Result<(), Problem> {
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let stdin = std::io::stdin();
    let is_terminal = stdin.is_terminal();
    let mut talk = profiles::Talk { input: &mut stdin.lock(), err: &mut err, is_terminal };
    let dates = StoredDates::of(&paths.state, clock::now);
    let ring = (keyring::system(), &dates);
    match command {
        ProfilesCommand::List(form) => profiles::list(form, loaded, paths, &mut out, talk.err),
        ProfilesCommand::Add(command) => profiles::add(&command, paths, ring, &mut talk),
        ProfilesCommand::Import(command) => profiles::import(&command, paths, ring, &mut talk),
        ProfilesCommand::Export(command) => {
            let outside = Place::own(paths).session;
            wait_for(profiles::export(&command, loaded, &outside, &mut out, talk.err))
        }
    }
}

/// A secret that the user gives: typed on the terminal, or the first line of what is piped in.
fn given_secret(prompt: &str, rrx: &CommandLine) -> Result<Secret, Problem> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() { storage::secrets::ask(prompt) } else { storage::secrets::read(stdin.lock(), rrx) }
}

/// `rrx run`.
fn headless(command: &RunCommand, loaded: &Loaded, paths: &Paths) -> Result<u8, Problem> {
    let mut err = std::io::stderr();
    print::problems(&mut err, &loaded.problems)?;
    let name = command.profile.as_deref().unwrap_or_default();
    if name.is_empty() {
        return Err(Problem::new(ProblemKind::Settings, "No profile is named").hint(format!(
            "add -p PROFILE; `{}` lists them, and `-p demo` is always there",
            paths.command_line.with("profiles list")
        )));
    }
    let (profile, place) = find(name, loaded, paths)?;
    let snippet = match command.source() {
        StatementSource::Snippet(name) => Some(snippet_text(&name, &profile, &place)?),
        StatementSource::Text(_) | StatementSource::File(_) | StatementSource::Stdin => None,
    };
    let args = RunArgs::read(command, snippet, std::io::stdin())?;
    if let Some(refusal) = profile.refusal() {
        return Err(refusal);
    }
    wait_for(async {
        let log = AccessLog::open(&place.paths.state, clock::now)?;
        let site = Site { profile, outside: place.session, log, stop: Interrupts::listen()? };
        let stdout = if std::io::stdout().is_terminal() { Stdout::Terminal } else { Stdout::Other };
        Ok(run::run(&args, site, (std::io::stdout(), stdout), &mut err).await)
    })
}

/// A profile of the settings, or the built-in one, with its place.
fn find(name: &str, loaded: &Loaded, paths: &Paths) -> Result<(Arc<Profile>, Place), Problem> {
    match built_in(paths).filter(|built_in| built_in.profile.name == name) {
        Some(built_in) => Ok((built_in.profile, built_in.place)),
        None => Ok((Arc::new(loaded.settings.require(name)?.clone()), Place::own(paths))),
    }
}

/// `rrx doctor`.
fn doctor_command(command: &DoctorCommand, loaded: &Loaded, paths: &Paths) -> Result<u8, Problem> {
    print::problems(&mut std::io::stderr(), &loaded.problems)?;
    let only = match loaded.settings.profiles.as_slice() {
        [only] => only.name.as_str(),
        _ => "",
    };
    let name = command.profile.as_deref().unwrap_or(only);
    if name.is_empty() {
        return Err(Problem::new(ProblemKind::Settings, "No profile is named").hint(format!(
            "`{}`; `{}` lists them, and `{}` always works",
            paths.command_line.with("doctor PROFILE"),
            paths.command_line.with("profiles list"),
            paths.command_line.with("doctor demo")
        )));
    }
    let (profile, place) = find(name, loaded, paths)?;
    let accept: Result<Vec<String>, String> =
        command.accept_host_key.iter().map(|text| host_key::fingerprint(text)).collect();
    let accept = accept
        .map_err(|why| Problem::new(ProblemKind::Settings, "--accept-host-key names no fingerprint").because(why))?;
    let args = DoctorArgs {
        accept,
        bundle: command.bundle.clone(),
        names: if command.anonymize { Names::Hashed } else { Names::Plain },
        shape: match (command.form.json, std::io::stdout().is_terminal()) {
            (true, _) => Shape::Json,
            (false, true) => Shape::Terminal,
            (false, false) => Shape::Text,
        },
    };
    wait_for(async {
        let site = doctor::Site { profile, outside: place.session, clock: clock::now, stop: Interrupts::listen()? };
        doctor::run(&args, site, &mut std::io::stdout()).await
    })
}

/// `rrx tunnel`.
fn tunnel_command(command: &TunnelCommand, loaded: &Loaded, paths: &Paths) -> Result<u8, Problem> {
    print::problems(&mut std::io::stderr(), &loaded.problems)?;
    let (profile, place) = find(&command.profile, loaded, paths)?;
    let place_wanted = match (&command.socket, &command.listen) {
        (Some(path), _) => tunnel::Place::Socket(path.clone()),
        (None, Some(text)) => tunnel::Place::listening(text)?,
        (None, None) => tunnel::Place::Port(0),
    };
    // Asked before signals are listened to: Ctrl-C ends a question as usual.
    let reason = tunnel::permit(&profile, &paths.config, command.reason.clone())?;
    let args = TunnelArgs {
        place: place_wanted,
        reason,
        shape: match (command.json, std::io::stderr().is_terminal()) {
            (true, _) => tunnel::Shape::Json,
            (false, true) => tunnel::Shape::Terminal,
            (false, false) => tunnel::Shape::Lines,
        },
    };
    // One thread, so that bytes are not handed from one to another; the log is written on a thread of its own.
    wait_on(tokio::runtime::Builder::new_multi_thread().worker_threads(1), async {
        let stop = Interrupts::listen()?;
        let log = AccessLog::open(&place.paths.state, clock::now)?;
        let site = tunnel::Site { profile, outside: place.session, log };
        let (mut out, mut err, rest) = tunnel::outlets(std::io::stdout(), std::io::stderr(), args.shape.left_out());
        let ended = tunnel::run(&args, site, stop, &mut out, &mut err).await;
        drop((out, err));
        rest.wait(limits::LAST_WORDS);
        ended
    })
}

/// The statement of a snippet, from the user's folder or one of the profile's.
fn snippet_text(name: &str, profile: &Profile, place: &Place) -> Result<String, Problem> {
    let own = place.paths.snippets();
    storage::snippets::plant(&own, (place.lent.planted)());
    let folders: Vec<_> = std::iter::once(own).chain(profile.snippets.iter().cloned()).collect();
    let (all, problems) = storage::snippets::load(&folders);
    print::problems(&mut std::io::stderr(), &problems)?;
    snippets::find(name, &all, &place.paths.command_line).map(|snippet| snippet.statement.clone())
}

/// `rrx demo`: the screen on the embedded replica, or the replica alone for other clients.
#[cfg(feature = "demo")]
fn demo_command(command: &DemoCommand, own: Loaded, paths: &Paths) -> Result<u8, Problem> {
    let mut err = std::io::stderr();
    if let Some(at) = command.listen {
        return wait_for(demo::listen(command, at, paths, &mut err));
    }
    let built_in = demo::built_in(command.subjects, paths);
    let code = screen(demo::manners(own), Some(built_in.profile.name.clone()), paths, Some(built_in))?;
    let _ = err.write_all(demo::farewell(paths).as_bytes());
    Ok(code)
}

/// Opens the screen.
fn screen(loaded: Loaded, profile: Option<String>, paths: &Paths, built_in: Option<BuiltIn>) -> Result<u8, Problem> {
    let Loaded { settings, mut problems } = loaded;
    let keys = keymap::load(&settings.ui, paths);
    problems.extend(keys.problems);
    let mut profiles: Vec<_> = settings.profiles.iter().cloned().map(Arc::new).collect();
    profiles.extend(built_in.as_ref().map(|built_in| Arc::clone(&built_in.profile)));
    let (demo, first_worksheet) = built_in.map(|built_in| (built_in.place, built_in.first_worksheet)).unzip();
    let start = TuiStart {
        look: Look::choose(&settings.ui, &look::said()),
        settings,
        profiles,
        problems,
        profile,
        first_worksheet,
        keymap: keys.keymap,
    };
    let outside = Outside {
        store: store::Options::spilling_to(paths.state.clone()),
        own: Place::own(paths),
        demo,
        here: Surroundings::of_this_process(),
    };
    wait_for(tui::run(start, outside))
}

/// Runs a task to its end. What still blocks a thread then, such as a name server that does not answer, is left behind.
fn wait_for<T>(work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    wait_on(&mut tokio::runtime::Builder::new_multi_thread(), work)
}

fn wait_on<T>(
    threads: &mut tokio::runtime::Builder,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let runtime = threads.enable_all().build().map_err(|error| {
        Problem::new(ProblemKind::Local, "The program could not start its tasks").because(error.to_string())
    })?;
    let ended = runtime.block_on(work);
    runtime.shutdown_timeout(LEFT_BEHIND);
    ended
}

fn key_rows(keymap: &Keymap<Action>) -> Vec<keys::Row> {
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
