//! The entry point: starts the command on the command line, and turns its outcome into an exit code. Results go to stdout,
//! messages to stderr.

use std::sync::Arc;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::commands::common::context::CommandContext;
use crate::commands::common::print;
#[cfg(feature = "demo")]
use crate::commands::demo;
use crate::commands::{completions, doctor, keys, log, man, profiles, run, secret, snippets, ssh_key, tui, tunnel};
use crate::domain::problem::{Problem, ProblemKind};
use crate::io::env::HostEnv;
use crate::io::host::core_dumps;
use crate::io::host::debug_log::{self, LoggedStatements};
use crate::io::host::shell_command;
use crate::io::runtime::clock;
use crate::io::storage::paths::Paths;

/// Reads the command line and runs its command. Returns the exit code.
#[must_use]
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout and errors to stderr.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    if let Err(error) = core_dumps::turn_off() {
        let problem = Problem::new(ProblemKind::Local, "A crash of rrx could write a core dump that contains secrets")
            .because(format!("core dumps cannot be turned off: {}", error.desc()))
            .hint("run `ulimit -c 0` before you start rrx");
        let _ = print::problems(&mut std::io::stderr(), &[problem]);
    }
    let outcome = start_debug_log(&cli).and_then(|()| run_command(cli));
    shell_command::end_all();
    outcome.unwrap_or_else(|problem| {
        let _ = print::problems(&mut std::io::stderr(), std::slice::from_ref(&problem));
        problem.kind.exit_code()
    })
}

/// Starts the debug log if the command line asks for one.
fn start_debug_log(cli: &Cli) -> Result<(), Problem> {
    let Some(file) = cli.log.clone() else {
        return if cli.log_statements {
            Err(Problem::new(ProblemKind::Settings, "--log-statements needs --log")
                .because("it adds statement texts to a debug log, and no --log FILE starts one")
                .hint("add --log FILE"))
        } else {
            Ok(())
        };
    };
    let statements = if cli.log_statements { LoggedStatements::Included } else { LoggedStatements::Omitted };
    debug_log::start(&debug_log::LogOptions { file, statements }, clock::now)
}

fn run_command(cli: Cli) -> Result<u8, Problem> {
    let paths = Paths::find(cli.config.as_deref())?;
    let context = CommandContext { env: Arc::new(HostEnv::of_this_process(paths)) };
    let Some(command) = cli.command else { return tui::execute(cli.profile, &context) };
    if let Some(profile) = &cli.profile {
        return Err(profile_before_command(profile, &context));
    }
    let done = |outcome: Result<(), Problem>| outcome.map(|()| 0);
    match command {
        #[cfg(feature = "demo")]
        Command::Demo(command) => demo::execute(&command, &context),
        Command::Run(command) => run::execute(&command, &context),
        Command::Doctor(command) => doctor::execute(&command, &context),
        Command::Tunnel(command) => tunnel::execute(&command, &context),
        Command::Profiles(command) => done(profiles::execute(command, &context)),
        Command::Secret(command) => done(secret::execute(&command, &context)),
        Command::SshKey(command) => done(ssh_key::execute(&command, &context)),
        Command::Snippets(command) => done(snippets::execute(&command, &context)),
        Command::Log(command) => done(log::execute(command, &context)),
        Command::Keys => done(keys::execute(&context)),
        Command::Completions { shell } => done(completions::run(shell, &mut std::io::stdout())),
        Command::Man { command } => done(man::run(command.as_deref(), &mut std::io::stdout())),
    }
}

fn profile_before_command(profile: &str, context: &CommandContext) -> Problem {
    let rrx = context.command_line();
    Problem::new(ProblemKind::Settings, format!("\"{}\" comes before a command", print::one_line(profile)))
        .because("a profile alone opens the screen; a command takes the profile after its own name")
        .hint(format!("run `{}`, or for example `{}`", rrx.with("PROFILE"), rrx.with("run -p PROFILE")))
}
