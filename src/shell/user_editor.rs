//! Runs the user's own editor while the event loop goes on: rows arrive, the session stays alive, and nothing is drawn.

use std::path::PathBuf;

use tokio::sync::oneshot;

use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{EditorEnd, EditorJob};
use crate::io::env::HostEnv;
use crate::io::host::editor::{EditedText, EditorProcess, UserEditor};

/// The editor that has the terminal. Dropping it ends the editor.
#[derive(Debug)]
pub(super) struct RunningEditor {
    profile: Option<String>,
    worksheet: String,
    process: EditorProcess,
    /// A text that is not taken from here stays in its file.
    end: oneshot::Receiver<Result<EditedText, Problem>>,
}

/// Returns the editor of this user. Its files are in the private directory of state, or else where temporary files are.
pub(super) fn of(env: &HostEnv) -> UserEditor {
    let temporary: PathBuf = std::env::temp_dir().join(format!("rrx-editor-{}", env.sockets.own_uid));
    UserEditor::choose(env.variable, vec![env.paths.state.join("editor"), temporary])
}

impl RunningEditor {
    /// Starts the editor. The terminal must be restored, and nothing else may read it.
    pub(super) fn start(editor: UserEditor, job: EditorJob) -> Self {
        let process = EditorProcess::default();
        let (sender, end) = oneshot::channel();
        let EditorJob { profile, worksheet, text } = job;
        let of_thread = process.clone();
        // Not a task: it may run for hours, and the end of rrx must not wait for it.
        let thread = std::thread::Builder::new().name("editor".into());
        if let Err(error) = thread.spawn(move || sender.send(editor.edit(&text, &of_thread))) {
            tracing::debug!(%error, "no thread for the editor");
        }
        Self { profile, worksheet, process, end }
    }

    /// Waits for the end of the editor.
    pub(super) async fn end(&mut self) -> EditorEnd {
        let lost = || Problem::new(ProblemKind::Local, "The editor was not started").hint("try again");
        let outcome = (&mut self.end).await.unwrap_or_else(|_| Err(lost()));
        let (profile, worksheet) = (self.profile.take(), std::mem::take(&mut self.worksheet));
        EditorEnd { profile, worksheet, outcome: outcome.map(EditedText::take) }
    }
}

impl Drop for RunningEditor {
    fn drop(&mut self) {
        self.process.hang_up();
    }
}
