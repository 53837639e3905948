//! The demo: the built-in profile of every command, whose replica starts when a session connects to it, and `rrx demo`.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::outside::Place;
use crate::cli::DemoCommand;
use crate::demo::{Options, Running, data, outline, start};
use crate::domain::docs::DocPack;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::{Profile, Settings};
use crate::domain::protocol::Loaded;
use crate::domain::snippets::Snippet;
use crate::io::session::Prepare;
use crate::io::storage::paths::Paths;

/// The built-in profile, with a place of its own: it touches neither the user's settings nor the user's files.
pub struct BuiltIn {
    /// What a list shows of it.
    pub profile: Arc<Profile>,
    /// Where it lives.
    pub place: Place,
    /// The worksheet of its first start: title and text.
    pub first_worksheet: (String, String),
}

/// The built-in profile with so many subjects in each study. Nothing of it is started yet.
#[must_use]
pub fn built_in(subjects: u32, paths: &Paths) -> BuiltIn {
    let paths = paths.demo();
    let options = Options { subjects, folder: paths.state.clone(), listen: None };
    let profile = Arc::new(outline(&options.folder));
    let mut place = Place::own(&paths);
    place.session.prepare = Some(prepare(options));
    // The demo touches nothing of the user's.
    place.session.ssh_config = None;
    place.lent.demo_pack = pack;
    place.lent.planted = snippets;
    BuiltIn { profile, place, first_worksheet: ("start here".into(), data::first_worksheet().into()) }
}

/// What the demo takes of the user's settings: how the screen looks and which keys it has. Their profiles are none of its
/// business, nor is what is wrong in these.
#[must_use]
pub fn manners(own: Loaded) -> Loaded {
    let Settings { ui, command_line, .. } = own.settings.as_ref().clone();
    let settings = Settings { profiles: Vec::new(), ui, command_line };
    let problems = own.problems.into_iter().filter(|problem| !problem.what.contains("[profile")).collect();
    Loaded { settings: Arc::new(settings), problems }
}

/// Starts the replica with the first connecting; it runs for as long as this is held.
fn prepare(options: Options) -> Arc<Prepare> {
    let running: Arc<OnceCell<Running>> = Arc::default();
    Arc::new(move |_| {
        let (running, options) = (Arc::clone(&running), options.clone());
        Box::pin(async move {
            let running = running.get_or_try_init(|| launch(options)).await?;
            Ok(Arc::new(running.profile.clone()))
        })
    })
}

async fn launch(options: Options) -> Result<Running, Problem> {
    start(options).await.map_err(|error| {
        Problem::new(ProblemKind::Local, "The demo did not start")
            .because(error.to_string())
            .hint("RRX_HOME=FOLDER names another place for its files")
    })
}

/// `rrx demo --listen`: serves the replica to other clients until Ctrl-C.
///
/// # Errors
/// What keeps it from starting.
pub async fn listen(command: &DemoCommand, at: SocketAddr, paths: &Paths, err: &mut dyn Write) -> Result<u8, Problem> {
    let options = Options { subjects: command.subjects, folder: paths.demo().state, listen: Some(at) };
    let running = launch(options).await?;
    let at = running.listen.unwrap_or(at);
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
}

/// What is said when `rrx demo` has ended.
#[must_use]
pub fn farewell(paths: &Paths) -> String {
    format!(
        "That was the demo. Its worksheets and snippets stay in\n  {}\n\
         Other clients reach it with\n  rrx demo --listen 127.0.0.1:3307\n\
         For a replica of your own write a profile into\n  {}\n\
         (`{}` checks it) and start `{}`.\n",
        paths.demo().state.display(),
        paths.config.display(),
        paths.command_line.with("profiles list"),
        paths.command_line.with("PROFILE")
    )
}

#[expect(clippy::unnecessary_wraps, reason = "a place without a pack has none")]
fn pack() -> Option<DocPack> {
    let (pack, _) = DocPack::read(data::pack_files());
    Some(pack)
}

/// The demo's statements; a test holds that every one of them can be read.
fn snippets() -> Vec<Snippet> {
    data::snippets().filter_map(|(name, text)| Snippet::parse(name, text).ok()).collect()
}
