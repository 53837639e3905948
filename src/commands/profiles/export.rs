//! `rrx profiles export`: a profile to pass on, without secrets, its hops as another machine needs them and their keys pinned.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::cli::ExportCommand;
use crate::commands::print;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{self, Profile};
use crate::domain::protocol::Loaded;
use crate::io::session::{Outside, tunnel_context};
use crate::io::storage::atomic;
use crate::io::tunnel::{NoOneToAsk, TunnelContext, written_out};

/// Serves it.
///
/// # Errors
/// A profile that is not there, an `ssh_config` that cannot be read, a file that is there already.
pub async fn export(
    command: &ExportCommand,
    loaded: &Loaded,
    outside: &Outside,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Problem> {
    let profile = loaded.settings.require(&command.name)?;
    let route = written_out(&profile.route, &context(profile, outside)).await.map_err(|error| error.problem())?;
    let text = profile::export(profile, &route);
    let Some(file) = &command.output else {
        return print::text(out, &text);
    };
    atomic::create(file, text.as_bytes()).map_err(|error| {
        Problem::new(ProblemKind::Local, format!("{} cannot be written", file.display()))
            .because(error.to_string())
            .hint("name a file that is not there yet")
    })?;
    let pinned = route.iter().filter(|hop| !hop.host_key.is_empty()).count();
    print::text(
        err,
        &format!(
            "Wrote {} without secrets; {pinned} of {} hops with their host keys.\n",
            print::line(&file.display().to_string()),
            route.len()
        ),
    )
}

/// What reading a route needs: nobody is asked, nothing is told.
fn context(profile: &Profile, outside: &Outside) -> TunnelContext {
    let (event, _) = mpsc::channel(1);
    TunnelContext { agent: None, passphrase: None, ..tunnel_context(profile, outside, Arc::new(NoOneToAsk), event) }
}
