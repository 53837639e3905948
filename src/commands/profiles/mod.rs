//! `rrx profiles`: lists, adds, imports and exports profiles. It connects to nothing and shows no secret.

mod add;
mod draft;
mod export;
mod import;
mod interview;
mod list;
mod source;

pub use add::add;
pub use export::export;
pub use import::import;
pub use interview::Interview;
pub use list::list;

use std::io::IsTerminal as _;

use super::common::context::CommandContext;
use super::common::runtime::block_on;
use crate::cli::ProfilesCommand;
use crate::domain::problem::Problem;
use crate::io::env::{HostEnv, SecretStore};

/// What the commands that add and import profiles need.
#[derive(Clone, Copy)]
pub struct ProfilesDeps<'a> {
    pub env: &'a HostEnv,
    pub secrets: SecretStore<'a>,
}

/// Runs `rrx profiles`.
///
/// # Errors
/// Returns a problem if the command fails; then the settings file is unchanged.
pub fn execute(command: ProfilesCommand, context: &CommandContext) -> Result<(), Problem> {
    let env = &context.env;
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let stdin = std::io::stdin();
    let is_terminal = stdin.is_terminal();
    let dates = env.stored_dates();
    let deps = ProfilesDeps { env, secrets: SecretStore { keyring: env.keyring, dates: &dates } };
    match command {
        ProfilesCommand::List(format) => list(format, &context.load_settings(), &env.paths, &mut out, &mut err),
        ProfilesCommand::Add(command) => {
            add(&command, deps, &mut Interview { input: &mut stdin.lock(), err: &mut err, is_terminal })
        }
        ProfilesCommand::Import(command) => {
            import(&command, deps, &mut Interview { input: &mut stdin.lock(), err: &mut err, is_terminal })
        }
        ProfilesCommand::Export(command) => {
            let session = env.profile_context().session;
            block_on(export(&command, &context.load_settings(), &session, &mut out, &mut err))
        }
    }
}
