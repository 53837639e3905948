//! The model: everything that the TUI knows. Panes are fields; only `update` changes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::compute::{ComputeJob, ComputeSlot, ComputeWork, Generation};
use crate::domain::keys::{Keymap, Matcher};
use crate::domain::problem::Problem;
use crate::domain::profile::{Profile, Settings};
use crate::domain::protocol::{ExportId, ResultId, SessionId, StorageCmd};

use super::action::{Action, AppAction};
use super::context::{ConnectionState, Context};
use super::dialogs::{ActivityLine, Overlays};
use super::focus::Focus;
use super::layout::{Layout, LayoutClass, LayoutOptions, ScreenSize};
use super::panes::connect::Connect;
use super::panes::explorer::Explorer;
use super::panes::grid::Grid;
use super::panes::inspector::Inspector;
use super::panes::worksheet::Worksheets;
use super::reconnect_state::Reconnect;
use super::statement::current::Statements;
use super::ui::theme::Theme;

/// The line above the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it says.
    pub text: String,
    /// When it came.
    pub at: Duration,
}

/// What the TUI starts with.
#[derive(Debug)]
pub struct Start {
    /// The settings.
    pub settings: Arc<Settings>,
    /// Profiles that can be chosen.
    pub profiles: Vec<Arc<Profile>>,
    /// Bindings.
    pub keymap: Arc<Keymap<Action>>,
    /// Colours.
    pub theme: Theme,
    /// The terminal.
    pub size: ScreenSize,
    /// What was wrong with settings and keymaps.
    pub problems: Vec<Problem>,
    /// A worksheet for the demo where it has none yet: title and text.
    pub first_worksheet: Option<(String, String)>,
    /// The folder in which rrx was started, as it is shown; empty where it is not known.
    pub folder: String,
}

/// Everything that the TUI knows.
#[derive(Debug)]
pub struct Model {
    /// What panes may read.
    pub context: Context,
    /// The panel in focus.
    pub focus: Focus,
    /// What the user chose to see.
    pub options: LayoutOptions,
    /// The terminal's size.
    pub size: ScreenSize,
    /// The connection screen; it covers the rest while it is open.
    pub connect: Option<Connect>,
    /// The open dialogs.
    pub overlays: Overlays,
    /// Schemas and tables.
    pub explorer: Explorer,
    /// SQL text.
    pub worksheets: Worksheets,
    /// Rows.
    pub grid: Grid,
    /// Documentation and details.
    pub inspector: Inspector,
    /// The open key sequence.
    pub matcher: Matcher,
    /// What is told besides.
    pub aside: Aside,
}

/// What belongs to no pane: ids, notices, the activity, colours.
#[derive(Debug)]
pub struct Aside {
    /// Colours.
    pub theme: Theme,
    /// The line above the keys.
    pub notice: Option<Notice>,
    /// What rrx sent and said, oldest first.
    pub activity: Vec<ActivityLine>,
    /// The next session.
    pub next_session: u32,
    /// The next result.
    pub next_result: u64,
    /// The last job.
    pub last_job: Generation,
    /// The job of each slot whose answer is waited for.
    pub jobs: BTreeMap<ComputeSlot, Generation>,
    /// The next export.
    pub next_export: u64,
    /// The last run of several.
    pub next_run: u64,
    /// End records that a full queue refused; they are tried again.
    pub late: Vec<StorageCmd>,
    /// A worksheet for the demo where it has none yet.
    pub first_worksheet: Option<(String, String)>,
    /// What is remembered from one session to the next.
    pub again: Reconnect,
    /// The panel from which the inspector was opened.
    pub came_from: Focus,
    /// The exit code, once leaving waits only for the last save.
    pub leaving: Option<u8>,
}

impl Model {
    /// A model that shows the picker of profiles.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let options =
            LayoutOptions { explorer: true, inspector: true, zoom: false, focus: Focus::Worksheet, split: 42 };
        let layout = Layout::solve(start.size, options);
        let activity = start.problems.iter().map(|problem| ActivityLine { at: 0, text: problem.to_string() }).collect();
        let activity_action = Action::App(AppAction::Activity);
        let key = start.keymap.label(activity_action.layer(), activity_action).unwrap_or_else(|| "(no key)".into());
        let notice = start.problems.first().map(|problem| Notice {
            text: format!("{} ({} in all; {key} lists them)", problem.what, start.problems.len()),
            at: Duration::ZERO,
        });
        Self {
            context: Context {
                settings: start.settings,
                profiles: start.profiles,
                keymap: start.keymap,
                glyphs: start.theme.glyphs(),
                profile: None,
                link: ConnectionState::None,
                facts: None,
                lag: None,
                database: None,
                catalog: None,
                docs: Arc::default(),
                snippets: Arc::default(),
                statements: Statements::default(),
                folder: start.folder,
                layout,
                now: Duration::ZERO,
            },
            focus: Focus::Worksheet,
            options,
            size: start.size,
            connect: Some(Connect::default()),
            overlays: Overlays::default(),
            explorer: Explorer::default(),
            worksheets: Worksheets::default(),
            grid: Grid::default(),
            inspector: Inspector::default(),
            matcher: Matcher::default(),
            aside: Aside {
                theme: start.theme,
                notice,
                activity,
                next_session: 1,
                next_result: 1,
                last_job: Generation::default(),
                jobs: BTreeMap::new(),
                next_export: 1,
                next_run: 0,
                late: Vec::new(),
                first_worksheet: start.first_worksheet,
                again: Reconnect::default(),
                came_from: Focus::Worksheet,
                leaving: None,
            },
        }
    }

    /// Solves the layout anew.
    pub(super) fn solve(&mut self) {
        self.options.focus = self.focus;
        self.context.layout = Layout::solve(self.size, self.options);
    }

    /// A session id that was never used.
    pub(super) fn new_session(&mut self) -> SessionId {
        self.aside.next_session += 1;
        SessionId(self.aside.next_session - 1)
    }

    /// A result id that was never used.
    pub(super) fn new_result(&mut self) -> ResultId {
        self.aside.next_result += 1;
        ResultId(self.aside.next_result - 1)
    }

    /// An export id that was never used.
    pub(super) fn new_export(&mut self) -> ExportId {
        self.aside.next_export += 1;
        ExportId(self.aside.next_export - 1)
    }

    /// A job of a number that was never used; older jobs of its slot are forgotten.
    pub(super) fn new_job(&mut self, work: ComputeWork) -> ComputeJob {
        self.aside.last_job.0 += 1;
        let generation = self.aside.last_job;
        self.aside.jobs.insert(work.slot(), generation);
        ComputeJob { generation, work }
    }

    /// Tells the user something in one line.
    pub(super) fn notice(&mut self, text: impl Into<String>) {
        self.aside.notice = Some(Notice { text: text.into(), at: self.context.now });
    }

    /// Adds a line to the activity; the oldest go.
    pub(super) fn happened(&mut self, what: impl Into<String>) {
        /// Lines kept.
        const MOST: usize = 2_000;
        if self.aside.activity.len() >= MOST {
            self.aside.activity.drain(..MOST / 4);
        }
        let at = u64::try_from(self.context.now.as_millis()).unwrap_or(u64::MAX);
        self.aside.activity.push(ActivityLine { at, text: what.into() });
    }

    /// Layers of the keymap for what is in focus, nearest first, and whether characters are text there.
    #[must_use]
    pub fn layers(&self) -> (Vec<&'static str>, bool) {
        if self.overlays.is_modal() {
            return (vec!["list", "app"], true);
        }
        if let Some(connect) = &self.connect {
            return (vec!["connect", "app"], connect.takes_text());
        }
        if self.focus == Focus::Explorer && self.explorer.is_typing {
            return (vec!["filter", "app"], true);
        }
        (vec![self.focus.layer(), "app"], self.focus == Focus::Worksheet)
    }

    /// Whether this panel can be reached now.
    #[must_use]
    pub fn can_show(&self, focus: Focus) -> bool {
        match (self.context.layout.room, focus) {
            (LayoutClass::Wide, Focus::Explorer) => self.options.explorer || self.options.zoom,
            (LayoutClass::Wide, Focus::Inspector) => self.options.inspector || self.options.zoom,
            _ => true,
        }
    }
}
