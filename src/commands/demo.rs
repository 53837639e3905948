//! `rrx demo`: opens the screen on the embedded replica, or serves the replica to other clients.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use super::common::context::CommandContext;
use super::common::demo_profile;
use super::common::runtime::block_on;
use super::tui;
use crate::app::model::SettingsReading;
use crate::cli::DemoCommand;
use crate::demo::Options;
use crate::domain::problem::Problem;
use crate::domain::profile::Settings;
use crate::domain::protocol::LoadedSettings;
use crate::io::storage::paths::Paths;

/// Runs `rrx demo`.
///
/// # Errors
/// Returns a problem if the demo cannot start, or if there is no terminal.
pub fn execute(command: &DemoCommand, context: &CommandContext) -> Result<u8, Problem> {
    let mut err = std::io::stderr();
    let paths = &context.env.paths;
    if let Some(address) = command.listen {
        return block_on(listen(command, address, paths, &mut err));
    }
    let built_in = demo_profile::profile(command.subjects, &context.env);
    let name = built_in.profile.name.clone();
    let settings = tui::ScreenSettings { loaded: ui_settings(context.load_settings()), reading: SettingsReading::Once };
    let code = tui::open(settings, Some(name), context, Some(built_in))?;
    // The demo has ended already, so a closed stderr does not matter.
    let _ = err.write_all(closing_message(paths).as_bytes());
    Ok(code)
}

/// Reduces the user's settings to those of the user interface: the demo does not use their profiles, nor report problems in them.
fn ui_settings(loaded: LoadedSettings) -> LoadedSettings {
    let Settings { ui, command_line, .. } = loaded.settings.as_ref().clone();
    let settings = Settings { ui, command_line, ..Settings::default() };
    let problems = loaded.problems.into_iter().filter(|problem| !problem.what.contains("[profile")).collect();
    LoadedSettings { settings: Arc::new(settings), problems }
}

/// Serves the replica to other clients until Ctrl-C (`rrx demo --listen`).
///
/// # Errors
/// Returns a problem if the demo cannot start.
pub async fn listen(
    command: &DemoCommand,
    address: SocketAddr,
    paths: &Paths,
    err: &mut dyn Write,
) -> Result<u8, Problem> {
    let options = Options { subjects: command.subjects, directory: paths.demo().state, listen: Some(address) };
    let running = demo_profile::launch(options).await?;
    let address = running.listen.unwrap_or(address);
    let _ = writeln!(
        err,
        "The demo replica listens on {address}. Press Ctrl-C to stop it.\n\n  \
         MYSQL_PWD={} mariadb --skip-ssl -h {} -P {} -u {} {}\n",
        running.password.reveal(),
        address.ip(),
        address.port(),
        running.profile.user,
        running.profile.database.clone().unwrap_or_default()
    );
    let _ = tokio::signal::ctrl_c().await;
    Ok(0)
}

/// Returns the message at the end of the demo.
#[must_use]
pub fn closing_message(paths: &Paths) -> String {
    format!(
        "That was the demo. Its worksheets and snippets are kept in\n  {}\n\
         Connect other clients to it with\n  rrx demo --listen 127.0.0.1:3307\n\
         To connect to your own replica\n  {}\n  {}\n",
        paths.state.join("demo").display(),
        paths.command_line.with("profiles add NAME"),
        paths.command_line.with("NAME")
    )
}
