//! The shell of the TUI: runs the event loop around the pure `app`. It turns terminal input and worker events into messages,
//! passes effects to the workers, and draws the model.

mod clipboard;
mod debug_messages;
mod dispatch;
mod event_loop;
pub mod export;
mod frame_pacing;
mod inbox;
pub mod row_router;
mod signals;
mod user_editor;
mod watched;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;

use crate::app::action::Action;
use crate::app::layout::ScreenSize;
use crate::app::model::{Model, SettingsReading, Start};
use crate::app::ui::look::{Colours, TerminalLook};
use crate::app::ui::theme::Theme;
use crate::app::{Effect, Message, update};
use crate::domain::keys::Keymap;
use crate::domain::limits::INBOX;
use crate::domain::problem::Problem;
use crate::domain::profile::{Profile, Settings};
use crate::domain::protocol::{PanelSizes, StorageCmd};
use crate::io::storage::task::StorageReport;
use crate::io::terminal::{ColourCodes, Screen};

use dispatch::Dispatch;
pub use dispatch::ShellDeps;
use inbox::WorkerEvent;

/// What the TUI starts with.
#[derive(Debug)]
pub struct ShellStart {
    pub settings: Arc<Settings>,
    pub reading: SettingsReading,
    /// The profiles that the user can choose, including the built-in one.
    pub profiles: Vec<Arc<Profile>>,
    /// Problems found in settings and keymaps.
    pub problems: Vec<Problem>,
    /// The profile to connect to at once.
    pub profile: Option<String>,
    /// The first worksheet of the demo (title and text), used when the demo has none yet.
    pub first_worksheet: Option<(String, String)>,
    /// What the terminal can show.
    pub look: TerminalLook,
    pub keymap: Keymap<Action>,
    pub panel_sizes: PanelSizes,
    /// The working directory, safe for display; empty if it is unknown.
    pub directory: String,
}

/// How the TUI ended.
#[derive(Debug)]
pub struct ShellEnd {
    /// The exit code, or the panic of the event loop.
    pub outcome: std::thread::Result<u8>,
    /// What could not be written to its place.
    pub report: StorageReport,
}

/// Runs the TUI until the user quits.
///
/// # Errors
/// Returns a problem if there is no terminal.
pub async fn run(start: ShellStart, deps: ShellDeps) -> Result<ShellEnd, Problem> {
    let codes = match start.look.colours {
        Colours::None | Colours::Many => ColourCodes::Indexed,
        Colours::Sixteen => ColourCodes::Basic,
    };
    let mut screen = Screen::open(codes, &start.settings.command_line)?;
    let (width, height) = screen.size();
    let mut model = Model::new(Start {
        settings: start.settings,
        reading: start.reading,
        profiles: start.profiles,
        keymap: Arc::new(start.keymap),
        theme: Theme::new(start.look),
        size: ScreenSize { width, height },
        problems: start.problems,
        first_worksheet: start.first_worksheet,
        panel_sizes: start.panel_sizes,
        directory: start.directory,
    });
    let (sender, mut inbox) = mpsc::channel::<WorkerEvent>(INBOX);
    let mut dispatch = Dispatch::new(deps, sender);
    let mut effects = vec![Effect::Mouse(model.mouse.mode), Effect::Storage(StorageCmd::LoadLastUses)];
    if let Some(profile) = start.profile {
        effects.extend(update(&mut model, Message::Connect(profile)));
    }
    let event_loop = event_loop::run(&mut model, &mut screen, &mut inbox, &mut dispatch, effects);
    let ended = AssertUnwindSafe(event_loop).catch_unwind().await;
    drop(screen);
    inbox.close();
    if ended.is_err() {
        save_worksheets(&mut model, &mut dispatch);
    }
    let report = dispatch.finish(&mut model).await;
    Ok(ShellEnd { outcome: ended, report })
}

/// Saves the worksheets after a panic in the event loop, so that the last edits reach the disk.
fn save_worksheets(model: &mut Model, dispatch: &mut Dispatch) {
    model.worksheets.must_save = true;
    model.worksheets.saving.clear();
    let saving = catch_unwind(AssertUnwindSafe(|| update(model, Message::Terminate)));
    for effect in saving.unwrap_or_default() {
        if matches!(effect, Effect::Storage(_)) {
            // If the queue is full, it contains a save already.
            let _ = dispatch.run(effect);
        }
    }
}
