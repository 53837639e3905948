//! The built-in profile of the demo: how its replica starts, and its own snippets and doc pack.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::built_in::BuiltInProfile;
use crate::demo::{Options, Running, data, outline, start};
use crate::domain::docs::DocPack;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::snippets::Snippet;
use crate::io::env::HostEnv;
use crate::io::session::PrepareProfile;

/// Returns the demo profile with this number of subjects in each study. Nothing is started yet.
#[must_use]
pub fn profile(subjects: u32, env: &HostEnv) -> BuiltInProfile {
    let paths = env.paths.demo();
    let options = Options { subjects, directory: paths.state.clone(), listen: None };
    let profile = Arc::new(outline(&options.directory));
    let mut context = env.context_in(paths);
    context.session.prepare = Some(start_on_connect(options));
    // The demo does not depend on the user's SSH configuration.
    context.session.ssh_config = None;
    context.storage.demo_pack = doc_pack;
    context.storage.bundled_snippets = snippets;
    BuiltInProfile { profile, context, first_worksheet: ("start here".into(), data::first_worksheet().into()) }
}

/// Starts the replica.
///
/// # Errors
/// Returns a problem if it cannot start.
pub async fn launch(options: Options) -> Result<Running, Problem> {
    start(options).await.map_err(|error| {
        Problem::new(ProblemKind::Local, "The demo cannot start")
            .because(error.to_string())
            .hint("set RRX_HOME to another directory for its files")
    })
}

/// Returns a function that starts the replica at the first connection. The replica runs until the function is dropped.
fn start_on_connect(options: Options) -> Arc<PrepareProfile> {
    let running: Arc<OnceCell<Running>> = Arc::default();
    Arc::new(move |_| {
        let (running, options) = (Arc::clone(&running), options.clone());
        Box::pin(async move {
            let running = running.get_or_try_init(|| launch(options)).await?;
            Ok(Arc::new(running.profile.clone()))
        })
    })
}

#[expect(clippy::unnecessary_wraps, reason = "other contexts have no pack")]
fn doc_pack() -> Option<DocPack> {
    let (pack, _) = DocPack::read(data::pack_files());
    Some(pack)
}

/// Returns the snippets of the demo. A test checks that all of them can be parsed.
fn snippets() -> Vec<Snippet> {
    data::snippets().filter_map(|(name, text)| Snippet::parse(name, text).ok()).collect()
}
