//! `rrx profiles export`: a profile to pass on, without secrets, its hops as another machine needs them and their keys pinned.

use std::io::Write;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::cli::ExportCommand;
use crate::commands::print;
use crate::domain::port::Loaded;
use crate::domain::problem::{Kind, Problem};
use crate::domain::profile;
use crate::io::session::Outside;
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
    let route = written_out(&profile.route, &context(outside)).await.map_err(|error| error.problem())?;
    let text = profile::export(profile, &route);
    let Some(file) = &command.output else {
        return print::text(out, &text);
    };
    atomic::create(file, text.as_bytes()).map_err(|error| {
        Problem::new(Kind::Local, format!("{} cannot be written", file.display()))
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
fn context(outside: &Outside) -> TunnelContext {
    let (news, _) = mpsc::channel(1);
    TunnelContext {
        os_user: outside.os_user.clone(),
        home: outside.home.clone(),
        agent: None,
        global_known_hosts: outside.global_known_hosts.clone(),
        ssh_config: outside.ssh_config.clone(),
        clock: outside.clock,
        read: Arc::clone(&outside.read),
        append: Arc::clone(&outside.append),
        is_own_socket: Arc::clone(&outside.is_own_socket),
        passphrase: None,
        asker: Arc::new(NoOneToAsk),
        news,
    }
}
