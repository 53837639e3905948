//! `rrx profiles export`: writes a profile without secrets, to share it. Its hops contain everything that another machine needs,
//! including their host keys.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::cli::ExportCommand;
use crate::commands::common::print;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{self, Profile};
use crate::domain::protocol::LoadedSettings;
use crate::io::session::{SessionEnv, tunnel_context};
use crate::io::storage::atomic;
use crate::io::tunnel::{NoPrompter, TunnelContext, portable_route};

/// Writes the profile to a new file or to standard output.
///
/// # Errors
/// Returns a problem if there is no such profile, if `ssh_config` cannot be read, or if the file exists.
pub async fn export(
    command: &ExportCommand,
    loaded: &LoadedSettings,
    env: &SessionEnv,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let profile = loaded.settings.require(&command.name)?;
    let route = portable_route(&profile.route, &silent_context(profile, env)).await.map_err(|error| error.problem())?;
    let text = profile::write_shared_profile(profile, &route);
    let Some(file) = &command.output else {
        return print::text(out, &text);
    };
    atomic::create(file, text.as_bytes()).map_err(|error| {
        Problem::new(ProblemKind::Local, format!("{} cannot be written", file.display()))
            .because(error.to_string())
            .hint("name a file that does not exist yet")
    })?;
    let with_key = route.iter().filter(|hop| !hop.host_key.is_empty()).count();
    print::text(
        err,
        &format!(
            "Wrote {} without secrets; {with_key} of {} hops have their host keys.\n",
            print::one_line(&file.display().to_string()),
            route.len()
        ),
    )
}

/// Returns a tunnel context that asks nothing and reports nothing. That is enough to read a route.
fn silent_context(profile: &Profile, env: &SessionEnv) -> TunnelContext {
    let (progress, _) = mpsc::channel(1);
    TunnelContext { agent: None, passphrase: None, ..tunnel_context(profile, env, Arc::new(NoPrompter), progress) }
}
