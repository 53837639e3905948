//! The model: the whole state of the TUI. Only `update` changes it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::compute::{ComputeJob, ComputeSlot, ComputeWork, Generation};
use crate::domain::keys::{Chord, EditingStyle, Keymap, Matcher};
use crate::domain::mouse::MouseMode;
use crate::domain::problem::Problem;
use crate::domain::profile::{Profile, Settings};
use crate::domain::protocol::{ExportId, PanelSizes, ResultId, SessionId};

use super::action::{Action, AppAction, CompletionAction};
use super::context::{ConnectionState, Context};
use super::dialogs::{ActivityLine, Overlays};
use super::due_writes::DueWrites;
use super::effect::Effect;
use super::explain_state::Explain;
use super::focus::Focus;
use super::layout::{DetailsOf, InspectorChoice, Layout, LayoutClass, LayoutOptions, MainPanel, ScreenSize};
use super::left_statements_state::LeftStatements;
use super::mouse_state::Mouse;
use super::panes::connect::Connect;
use super::panes::explorer::Explorer;
use super::panes::grid::Grid;
use super::panes::inspector::{Inspector, InspectorContent};
use super::panes::worksheet::{PanelUse, Worksheets, Wrapping};
use super::paste_register::PasteRegister;
use super::plan_check_state::PlanCheck;
use super::quitting::Quitting;
use super::reconnect_state::Reconnect;
use super::session_restore::SessionRestore;
use super::statement::current::Statements;
use super::ui::draw::wrap;
use super::ui::look::TerminalLook;
use super::ui::theme::Theme;

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub at: Duration,
}

/// The input of [`Model::new`].
#[derive(Debug)]
pub struct Start {
    pub settings: Arc<Settings>,
    pub reading: SettingsReading,
    /// All profiles that can be chosen, including the built-in ones.
    pub profiles: Vec<Arc<Profile>>,
    pub keymap: Arc<Keymap<Action>>,
    pub theme: Theme,
    pub size: ScreenSize,
    /// Problems with settings and keymaps.
    pub problems: Vec<Problem>,
    /// Title and text of the first worksheet of the demo. It is opened if the demo has no worksheet yet.
    pub first_worksheet: Option<(String, String)>,
    pub panel_sizes: PanelSizes,
    /// The directory in which rrx was started, made safe for display; empty if it is unknown.
    pub directory: String,
}

/// When the settings file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsReading {
    /// At the start only: the demo does not use the user's profiles.
    Once,
    /// Again when the profiles are listed, and before each connection that the user starts.
    WithEachConnection,
}

/// The whole state of the TUI.
#[derive(Debug)]
pub struct Model {
    /// The state that all panes can read.
    pub context: Context,
    /// What the user typed last for parameters, by profile and name.
    pub parameters: BTreeMap<String, BTreeMap<String, String>>,
    /// The panel in focus.
    pub focus: Focus,
    /// Which panels the user has chosen to see.
    pub options: LayoutOptions,
    pub size: ScreenSize,
    /// The connection screen. While it is open, it covers the panels.
    pub connect: Option<Connect>,
    pub overlays: Overlays,
    pub explorer: Explorer,
    pub worksheets: Worksheets,
    pub grid: Grid,
    pub inspector: Inspector,
    /// The keys of an unfinished key sequence.
    pub matcher: Matcher,
    /// How the TUI draws: colours and glyphs.
    pub theme: Theme,
    /// What the terminal can show, before the user switched the theme.
    pub terminal: TerminalLook,
    pub notices: Notices,
    pub reading: SettingsReading,
    /// The problems that were reported when the settings were read last.
    pub settings_problems: Vec<Problem>,
    pub ids: NextIds,
    pub jobs: ComputeJobs,
    pub reconnect: Reconnect,
    pub restore: SessionRestore,
    pub explain: Explain,
    pub plan_check: PlanCheck,
    pub left: LeftStatements,
    /// Effects that a full queue refused and that must happen. They are sent again with the next clock message.
    pub refused: Vec<Effect>,
    /// Local writes that failed.
    pub due: DueWrites,
    /// Title and text of a worksheet for the demo, until the demo has a worksheet.
    pub demo_worksheet: Option<(String, String)>,
    /// The panel that had the focus when the inspector was opened. Closing the inspector returns there.
    pub inspector_opened_from: Focus,
    /// When the user has moved a border, if that is not saved.
    pub sizes_moved_at: Option<Duration>,
    pub mouse: Mouse,
    pub quitting: Quitting,
    pub input: InputState,
}

/// What the user does, as far as an event must not disturb it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputState {
    /// The current message is a key, the mouse, a paste or a demand of the user.
    Current,
    /// The user was typing or editing text at the last input.
    Typing,
    /// The last input was an action, such as running a statement.
    #[default]
    Acting,
}

/// The notice on the screen, and the activity.
#[derive(Debug, Default)]
pub struct Notices {
    /// The notice above the hints. The next key removes it.
    pub current: Option<Notice>,
    /// What rrx sent and reported, oldest first.
    pub activity: Vec<ActivityLine>,
    /// The last messages, oldest first.
    pub recent: VecDeque<Notice>,
}

/// The ids that sessions, results, exports and runs of several statements get next.
#[derive(Debug)]
pub struct NextIds {
    session: u32,
    result: u64,
    export: u64,
    run: u64,
}

impl Default for NextIds {
    fn default() -> Self {
        Self { session: 1, result: 1, export: 1, run: 1 }
    }
}

impl NextIds {
    /// Returns a session id that was never used.
    pub(super) fn session(&mut self) -> SessionId {
        self.session += 1;
        SessionId(self.session - 1)
    }

    /// Returns a result id that was never used.
    pub(super) fn result(&mut self) -> ResultId {
        self.result += 1;
        ResultId(self.result - 1)
    }

    /// Returns an export id that was never used.
    pub(super) fn export(&mut self) -> ExportId {
        self.export += 1;
        ExportId(self.export - 1)
    }

    /// Returns the number of a new run of several statements.
    pub(super) fn run(&mut self) -> u64 {
        self.run += 1;
        self.run - 1
    }
}

/// The compute jobs whose results are awaited.
#[derive(Debug, Default)]
pub struct ComputeJobs {
    last: Generation,
    /// The newest job of each slot.
    waiting: BTreeMap<ComputeSlot, Generation>,
}

impl ComputeJobs {
    /// Makes a job with a new generation. Results of older jobs of its slot are ignored from then on.
    pub(super) fn start(&mut self, work: ComputeWork) -> ComputeJob {
        self.last.0 += 1;
        self.waiting.insert(work.slot(), self.last);
        ComputeJob { generation: self.last, work }
    }

    /// Ends the job of a slot. Returns whether it is the newest one, so that its result counts.
    pub(super) fn finish(&mut self, slot: ComputeSlot, generation: Generation) -> bool {
        let is_newest = self.waiting.get(&slot) == Some(&generation);
        if is_newest {
            self.waiting.remove(&slot);
        }
        is_newest
    }
}

impl Model {
    /// Makes a model that shows the list of profiles.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let options = LayoutOptions { sizes: start.panel_sizes, ..LayoutOptions::default() };
        let wrapping = if start.settings.ui.wrap { Wrapping::On } else { Wrapping::Off };
        let mode = if start.settings.ui.mouse { MouseMode::On } else { MouseMode::Off };
        let mouse = Mouse { mode, ..Mouse::default() };
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
                attempt: None,
                last_uses: BTreeMap::new(),
                facts: None,
                lag: None,
                database: None,
                catalog: None,
                column_names: None,
                catalog_loads_since: None,
                docs: Arc::default(),
                snippets: Arc::default(),
                statements: Statements::default(),
                directory: start.directory,
                register: PasteRegister::default(),
                layout,
                now: Duration::ZERO,
            },
            parameters: BTreeMap::new(),
            focus: Focus::Worksheet,
            options,
            size: start.size,
            connect: Some(Connect::default()),
            overlays: Overlays::default(),
            explorer: Explorer::default(),
            worksheets: Worksheets { wrapping, ..Worksheets::default() },
            grid: Grid::default(),
            inspector: Inspector::default(),
            matcher: Matcher::default(),
            theme: start.theme,
            terminal: start.theme.look(),
            notices: Notices { current: notice, activity, recent: VecDeque::new() },
            reading: start.reading,
            settings_problems: start.problems,
            ids: NextIds::default(),
            jobs: ComputeJobs::default(),
            reconnect: Reconnect::default(),
            restore: SessionRestore::default(),
            explain: Explain::default(),
            plan_check: PlanCheck::default(),
            left: LeftStatements::default(),
            refused: Vec::new(),
            due: DueWrites::default(),
            demo_worksheet: start.first_worksheet,
            inspector_opened_from: Focus::Worksheet,
            sizes_moved_at: None,
            mouse,
            quitting: Quitting::default(),
            input: InputState::default(),
        }
    }

    /// Computes the layout again. Returns whether it has changed.
    pub(super) fn solve(&mut self) -> bool {
        let text_lines = self.worksheets.sheet().map_or(1, |sheet| sheet.editor.lines().len());
        self.options = LayoutOptions {
            focus: self.focus,
            main: match self.focus {
                Focus::Worksheet => MainPanel::Worksheet,
                Focus::Grid => MainPanel::Results,
                Focus::Explorer | Focus::Inspector => self.options.main,
            },
            has_details: self.inspector.content != InspectorContent::Nothing,
            details_of: match self.inspector.result {
                Some(_) if !self.inspector.is_pinned => DetailsOf::Result,
                Some(_) | None => DetailsOf::Object,
            },
            text_lines: u16::try_from(text_lines).unwrap_or(u16::MAX),
            message_lines: self.message_lines(),
            ..self.options
        };
        let layout = Layout::solve(self.size, self.options);
        let is_new = layout != self.context.layout;
        self.context.layout = layout;
        is_new
    }

    /// Returns the lines that the current message needs; 0 without one.
    fn message_lines(&self) -> u16 {
        let room = usize::from(self.size.width).saturating_sub(2);
        let lines = self.notices.current.as_ref().map_or(0, |notice| wrap(&notice.text, room).len());
        u16::try_from(lines).unwrap_or(u16::MAX)
    }

    /// Switches to the next theme. Returns its name in the settings.
    pub(super) fn turn_theme(&mut self) -> &'static str {
        let (look, name) = self.theme.look().next_theme(self.terminal);
        self.theme = Theme::new(look);
        name
    }

    /// Shows a notice.
    pub(super) fn notice(&mut self, text: impl Into<String>) {
        /// Messages that are kept at most.
        const MOST: usize = 50;
        let notice = Notice { text: text.into(), at: self.context.now };
        if self.notices.recent.len() >= MOST {
            self.notices.recent.pop_front();
        }
        self.notices.recent.push_back(notice.clone());
        self.notices.current = Some(notice);
    }

    /// Returns the last messages as lines of the activity, oldest first.
    pub(super) fn recent_messages(&self) -> impl Iterator<Item = ActivityLine> {
        self.notices.recent.iter().map(|notice| ActivityLine { at: milliseconds(notice.at), text: notice.text.clone() })
    }

    /// Adds a line to the activity. Drops the oldest lines of a long one.
    pub(super) fn add_activity(&mut self, what: impl Into<String>) {
        /// Lines that are kept at most.
        const MOST: usize = 2_000;
        if self.notices.activity.len() >= MOST {
            self.notices.activity.drain(..MOST / 4);
        }
        self.notices.activity.push(ActivityLine { at: milliseconds(self.context.now), text: what.into() });
    }

    /// Reports a problem as this notice, in the activity and in the inspector. The focus stays where it is: the user may be typing.
    pub(super) fn report_with(&mut self, problem: Problem, notice: String) {
        self.add_activity(problem.to_string());
        self.notice(notice);
        self.inspector.follow(InspectorContent::Problem(problem), &self.context);
    }

    /// Adds problems to the activity, and shows the first one as a notice.
    pub(super) fn report_all(&mut self, problems: &[Problem]) {
        for problem in problems {
            self.add_activity(problem.to_string());
        }
        if let Some(first) = problems.first() {
            let key = self.context.key(Action::App(AppAction::Activity));
            self.notice(format!("{} ({} in all. {key} lists them.)", first.what, problems.len()));
        }
    }

    /// Returns the layers of the keymap for what is in focus, nearest first, and whether typed characters are text there.
    #[must_use]
    pub fn layers(&self) -> (Vec<&'static str>, bool) {
        if let Some(layers) = self.overlays.layers() {
            return (layers, true);
        }
        if let Some(connect) = &self.connect {
            return (connect.layers(), connect.takes_text());
        }
        if self.focus == Focus::Explorer && self.explorer.is_typing {
            return (vec!["filter", "line", "app"], true);
        }
        if self.focus == Focus::Worksheet && self.worksheets.completion.is_open() {
            return (vec![CompletionAction::LAYER, self.focus.layer(), "app"], true);
        }
        (vec![self.focus.layer(), "app"], self.focus == Focus::Worksheet)
    }

    /// Closes the popup of the completion if what it is about has changed.
    pub(super) fn check_completion(&mut self) {
        let is_in_use = self.focus == Focus::Worksheet && !self.overlays.is_modal() && self.connect.is_none();
        let focus = if is_in_use { PanelUse::InFocus } else { PanelUse::Elsewhere };
        self.worksheets.check_completion(focus, &self.context);
    }

    /// Returns whether keys go to the vim machine of the worksheets first.
    #[must_use]
    pub fn has_vim_keys(&self) -> bool {
        self.context.keymap.editing() == EditingStyle::Vim
            && self.focus == Focus::Worksheet
            && self.connect.is_none()
            && !self.overlays.is_modal()
    }

    /// Returns the first keys of bindings that vim uses now, so that the keymap does not get them.
    pub(super) fn keys_of_vim(&self) -> BTreeSet<Chord> {
        if !self.has_vim_keys() {
            return BTreeSet::new();
        }
        let keymap = &self.context.keymap;
        let firsts = Action::all().flat_map(|action| {
            keymap.chords(action.layer(), action).filter_map(|chords| chords.first().copied()).collect::<Vec<_>>()
        });
        let all: BTreeSet<Chord> = firsts.collect();
        all.into_iter().filter(|chord| self.worksheets.vim.takes(*chord)).collect()
    }

    /// Returns whether the focus may move, and a dialog may open. An event must not do that while the user types.
    #[must_use]
    pub fn may_interrupt(&self) -> bool {
        match self.input {
            InputState::Current | InputState::Acting => true,
            InputState::Typing => false,
        }
    }

    /// Returns whether the focus can go to this panel now.
    #[must_use]
    pub fn can_show(&self, focus: Focus) -> bool {
        let options = self.options;
        match focus {
            Focus::Worksheet | Focus::Grid => true,
            Focus::Explorer => options.explorer || options.zoom || self.context.layout.class != LayoutClass::Wide,
            Focus::Inspector => match options.inspector {
                InspectorChoice::Automatic => options.has_details,
                InspectorChoice::Shown => true,
                InspectorChoice::Hidden => options.zoom,
            },
        }
    }

    /// Returns the panel of the middle that was in focus last.
    pub(super) fn main_panel(&self) -> Focus {
        match self.options.main {
            MainPanel::Worksheet => Focus::Worksheet,
            MainPanel::Results => Focus::Grid,
        }
    }

    /// Returns whether only one panel is visible, so that another one is shown by moving the focus to it.
    pub(super) fn shows_one_panel(&self) -> bool {
        self.options.zoom || self.context.layout.class == LayoutClass::Single
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
