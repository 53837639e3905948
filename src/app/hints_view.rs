//! Draws the hints: the bottom line with the keys that work now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::editing::split_at_column;
use crate::domain::editing::vim::{PromptKind, VimPrompt};
use crate::domain::keys::label_of;
use crate::domain::protocol::Question;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::action::{Action, AppAction, ListAction};
use super::context::{ConnectionState, Context};
use super::dialogs::list_action;
use super::focus::Focus;
use super::model::Model;
use super::notice_view::has_lines;
use super::panes::connect::{Connect, ConnectAction, ConnectStage};
use super::panes::explorer::{ExplorerAction, FilterAction};
use super::panes::grid::{GridAction, ResultSearch};
use super::panes::inspector::InspectorAction;
use super::panes::worksheet::{CompletionAction, Worksheet, WorksheetAction};
use super::request::DialogShape;
use super::ui::draw::{clip, parts, rect, wrap};

/// Draws the bottom line: the keys that work here, most useful first, as many as fit.
pub(super) fn hints(model: &Model, buffer: &mut Buffer) {
    let (context, theme) = (&model.context, model.theme);
    let area = rect(context.layout.hints, buffer);
    if let Some(prompt) = vim_prompt(model) {
        return vim_line(prompt, model, area, buffer);
    }
    if !model.matcher.open().is_empty() {
        let keys = format!(" {} … ", label_of(model.matcher.open()));
        parts(buffer, (area.x, area.y), area.right(), [(keys.as_str(), theme.key()), ("Esc cancels", theme.dim())]);
        return;
    }
    if let Some(notice) = model.notices.current.as_ref().filter(|_| !has_lines(model)) {
        let text = wrap(&notice.text, usize::MAX / 2).concat();
        let text = clip(&text, usize::from(area.width).saturating_sub(1));
        parts(buffer, (area.x, area.y), area.right(), [(" ", theme.text()), (text.as_str(), theme.warning())]);
        return;
    }
    for hint in placed_hints(model) {
        let texts = [(hint.key.as_str(), theme.key()), (" ", theme.dim()), (hint.label, theme.dim())];
        parts(buffer, (area.x + hint.x, area.y), area.right(), texts);
    }
}

/// Returns the command or the search of vim that is being typed.
fn vim_prompt(model: &Model) -> Option<&VimPrompt> {
    model.worksheets.vim.prompt().filter(|_| model.has_vim_keys())
}

/// Draws the command or the search of vim that is being typed, with its cursor. Of a long one, the part around the cursor is shown.
fn vim_line(prompt: &VimPrompt, model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme;
    let sign = match prompt.kind {
        PromptKind::Command => ":",
        PromptKind::SearchForward => "/",
        PromptKind::SearchBackward => "?",
    };
    let room = usize::from(area.width).saturating_sub(3);
    let (before, after) = split_at_column(&prompt.text, prompt.cursor);
    let before = visible(before).into_owned();
    let mut cells = 0;
    let fits = |(_, sign): &(usize, char)| {
        cells += sign.encode_utf8(&mut [0; 4]).cells();
        cells <= room
    };
    let start = before.char_indices().rev().take_while(fits).last().map_or(before.len(), |(at, _)| at);
    let before = before.get(start..).unwrap_or_default();
    let (at_cursor, after) = split_at_column(after, 1);
    let at_cursor = if at_cursor.is_empty() { " ".to_owned() } else { visible(at_cursor).into_owned() };
    let after = visible(after).into_owned();
    let texts = [
        (" ", theme.text()),
        (sign, theme.key()),
        (before, theme.text()),
        (at_cursor.as_str(), theme.cursor()),
        (after.as_str(), theme.text()),
    ];
    parts(buffer, (area.x, area.y), area.right(), texts);
}

/// Returns the keys of vim that beginners look for in the worksheet, with a label for each.
fn vim_hints(model: &Model) -> &'static [(&'static str, &'static str)] {
    if !model.has_vim_keys() {
        &[]
    } else if model.worksheets.takes_commands(&model.context) {
        &[("i", "insert"), (":", "command")]
    } else {
        &[("Esc", "normal mode")]
    }
}

/// A hint on the bottom line.
struct PlacedHint {
    /// `None` for a key of vim.
    action: Option<Action>,
    key: String,
    label: &'static str,
    /// Its first cell on the line.
    x: u16,
    width: u16,
}

/// Returns the hints that fit on the bottom line, from left to right.
fn placed_hints(model: &Model) -> Vec<PlacedHint> {
    /// Cells between two hints.
    const GAP: u16 = 3;
    let room = model.context.layout.hints.width;
    let mut hints: Vec<PlacedHint> = Vec::new();
    let mut x = 1_u16;
    let of_actions = hint_actions(model, usize::from(room))
        .into_iter()
        .filter_map(|(action, label)| Some((Some(action), model.context.keymap.label(action.layer(), action)?, label)));
    let mut all: Vec<(Option<Action>, String, &'static str)> = of_actions.collect();
    let first = all.len().min(1);
    all.splice(first..first, vim_hints(model).iter().map(|(key, label)| (None, (*key).to_owned(), *label)));
    for (action, key, label) in all {
        let width = u16::try_from(key.cells() + label.cells() + 1).unwrap_or(u16::MAX);
        if x.saturating_add(width) > room {
            break;
        }
        hints.push(PlacedHint { action, key, label, x, width });
        x += width + GAP;
    }
    hints
}

/// Returns the action of the hint at a cell of the screen, if hints are shown.
pub(super) fn hint_at(model: &Model, (x, y): (u16, u16)) -> Option<Action> {
    let area = model.context.layout.hints;
    let is_covered = vim_prompt(model).is_some()
        || !model.matcher.open().is_empty()
        || (model.notices.current.is_some() && !has_lines(model));
    if y != area.y || is_covered {
        return None;
    }
    let hints = placed_hints(model);
    let hint = hints.into_iter().find(|hint| (area.x + hint.x..area.x + hint.x + hint.width).contains(&x))?;
    hint.action
}

/// Returns the actions that the bottom line names, with a label for each. Help and commands come after the first few,
/// so that they are visible at every width.
fn hint_actions(model: &Model, width: usize) -> Vec<(Action, &'static str)> {
    use AppAction as A;
    let context = &model.context;
    let app = |action, label| (Action::App(action), label);
    if let Some(overlay) = model.overlays.modal() {
        let close = |hint| (Action::List(ListAction::Close), hint);
        if overlay.dialog.shape() == DialogShape::Confirm {
            return vec![close(overlay.dialog.enter_hint())];
        }
        let back = if overlay.dialog.has_step_before() { "back" } else { "close" };
        let mut keys = vec![(Action::List(ListAction::Choose), overlay.dialog.enter_hint())];
        let items = overlay.dialog.item_hints().into_iter().filter(|_| !overlay.items.is_empty());
        keys.extend(items.map(|(action, hint)| (Action::List(list_action(action)), hint)));
        keys.push(close(back));
        if overlay.has_more_items(context) {
            keys.push((Action::List(ListAction::PageDown), "more"));
        }
        return keys;
    }
    if let Some(connect) = &model.connect {
        let scroll = connect.scroll_hints(context).into_iter().map(|(action, label)| (Action::Connect(action), label));
        let mut keys: Vec<_> = scroll.chain(connect_hints(connect, context)).collect();
        keys.extend([app(A::Quit, "quit"), app(A::Help, "keys")]);
        return keys;
    }
    if model.focus == Focus::Worksheet && model.worksheets.completion.is_open() {
        return completion_hints(model);
    }
    let mut keys = urgent_hints(model);
    match model.focus {
        Focus::Explorer if model.explorer.is_typing => keys.extend([
            (Action::Filter(FilterAction::Done), "keep the filter"),
            (Action::Filter(FilterAction::Clear), "clear it"),
            (Action::Filter(FilterAction::Down), "next"),
        ]),
        Focus::Explorer => keys.extend([
            (Action::Explorer(ExplorerAction::Open), "open"),
            (Action::Explorer(ExplorerAction::Preview), "preview"),
            (Action::Explorer(ExplorerAction::Filter), "filter"),
            (Action::Explorer(ExplorerAction::Insert), "insert name"),
            (Action::Explorer(ExplorerAction::Detail), "details"),
            (Action::Explorer(ExplorerAction::System), "system"),
        ]),
        Focus::Worksheet => {
            let has_offer = model.worksheets.sheet().and_then(Worksheet::offered).is_some();
            keys.extend(has_offer.then_some((Action::Worksheet(WorksheetAction::TakeOffer), "fix")));
            keys.extend([
                app(A::Run, "run"),
                app(A::NextPanel, "next panel"),
                app(A::Snippets, "snippets"),
                (Action::Worksheet(WorksheetAction::Docs), "table docs"),
                app(A::SaveSnippet, "save snippet"),
            ]);
        }
        Focus::Grid => keys.extend(grid_hints(model)),
        Focus::Inspector => {
            let (is_row, is_field) = (model.inspector.is_row(), model.inspector.is_field_of_row());
            keys.extend(is_row.then_some((Action::Inspector(InspectorAction::Toggle), "value")));
            keys.push((Action::Inspector(InspectorAction::Leave), if is_field { "back" } else { "close" }));
            keys.extend(is_field.then_some((Action::Inspector(InspectorAction::Back), "row")));
            if model.inspector.is_longer(context) {
                keys.push((Action::Inspector(InspectorAction::PageDown), "more"));
            }
            if model.inspector.has_example(context) {
                keys.push((Action::Inspector(InspectorAction::Example), "example"));
            }
            if model.inspector.has_folds() {
                keys.extend([
                    (Action::Inspector(InspectorAction::Toggle), "fold"),
                    (Action::Inspector(InspectorAction::FoldAll), "fold all"),
                    (Action::Inspector(InspectorAction::UnfoldAll), "unfold all"),
                ]);
            }
            if model.inspector.has_formats() {
                keys.push((Action::Inspector(InspectorAction::Format), "next format"));
            }
            keys.push((Action::Inspector(InspectorAction::Copy), if is_row { "copy value" } else { "copy" }));
            keys.extend(is_row.then_some((Action::Inspector(InspectorAction::CopyAll), "copy row")));
            let pin = if model.inspector.is_pinned { "follow" } else { "keep" };
            keys.push((Action::Inspector(InspectorAction::Pin), pin));
        }
    }
    let first = if width < 72 { 1 } else { 3 };
    let at = keys.len().min(first);
    keys.splice(at..at, [app(A::Help, "keys"), app(A::Palette, "commands")]);
    keys.extend([
        app(A::NextPanel, "next panel"),
        app(A::ToggleExplorer, "explorer"),
        app(A::ToggleInspector, "inspector"),
        app(A::Zoom, "zoom"),
        app(A::Quit, "quit"),
    ]);
    let mut seen = std::collections::BTreeSet::new();
    keys.retain(|(action, _)| seen.insert(*action));
    keys
}

/// Returns the keys of the completion's popup.
fn completion_hints(model: &Model) -> Vec<(Action, &'static str)> {
    use CompletionAction as C;
    let accept = if model.worksheets.completion.has_choice() { C::AcceptChosen } else { C::Accept };
    let keys = [(accept, "take it"), (C::Next, "choose"), (C::Close, "close")];
    let app = [(Action::App(AppAction::Help), "keys"), (Action::App(AppAction::Run), "run")];
    keys.into_iter().map(|(action, hint)| (Action::Completion(action), hint)).chain(app).collect()
}

/// Returns the keys for what is under way: a panel that hides the others, a statement, an export, a load, a lost link.
fn urgent_hints(model: &Model) -> Vec<(Action, &'static str)> {
    use AppAction as A;
    let app = |action, label| (Action::App(action), label);
    let mut keys = Vec::new();
    if model.options.zoom {
        keys.push(app(A::Zoom, "all panels"));
    }
    if model.context.running().is_some() {
        keys.push(app(A::Stop, "stop"));
    } else if model.grid.exporting().is_some() {
        keys.push(app(A::Stop, "stop export"));
    } else if model.context.catalog_load().is_some() {
        keys.push(app(A::Stop, "stop loading"));
    }
    match model.context.link {
        ConnectionState::Waiting { .. } | ConnectionState::Reconnecting { .. } => {
            keys.extend([app(A::Reconnect, "connect now"), app(A::Stop, "stop trying")]);
        }
        ConnectionState::Lost => keys.push(app(A::Reconnect, "reconnect")),
        ConnectionState::None | ConnectionState::Connecting(_) | ConnectionState::Connected(_) => {}
    }
    keys
}

/// Returns the keys of the results. Those for the cell under the cursor come first.
fn grid_hints(model: &Model) -> Vec<(Action, &'static str)> {
    let mut keys = Vec::new();
    let result = model.grid.front();
    let tab_keys = match model.grid.tabs().0.len() {
        0 | 1 => None,
        _ => Some([
            (Action::Grid(GridAction::NextResult), "next result"),
            (Action::Grid(GridAction::PreviousResult), "previous result"),
        ]),
    };
    if result.is_some_and(|result| result.came_from.is_some()) {
        keys.push((Action::Grid(GridAction::Return), "back"));
    }
    if result.is_some_and(|result| result.late_problem().is_some()) {
        keys.push((Action::Grid(GridAction::Warnings), "error"));
    }
    if result.is_none_or(|result| result.count() == 0) {
        // Without rows only these keys do something.
        if result.is_some_and(|result| result.view.is_some()) {
            keys.push((Action::Grid(GridAction::Unsorted), "all rows"));
            keys.push((Action::Grid(GridAction::Filter), "filter"));
        }
        if result.is_some_and(|result| result.warnings.0 > 0) {
            keys.push((Action::Grid(GridAction::Warnings), "warnings"));
        }
        keys.extend(tab_keys.into_iter().flatten());
        return keys;
    }
    let is_key = result.is_some_and(|result| {
        let column = result.columns.as_ref().zip(result.column()).and_then(|(columns, at)| columns.get(at));
        column.is_some_and(|column| model.context.refers_to(column).is_some())
    });
    // A key that leads to another row is worth more than the usual keys.
    keys.extend(is_key.then_some((Action::Grid(GridAction::Open), "follow")));
    keys.extend([
        (Action::Grid(GridAction::Export), "export"),
        (Action::Grid(GridAction::Chart), "chart"),
        (Action::Grid(GridAction::CopyAs), "copy as"),
        (Action::Grid(GridAction::Row), "row"),
        (Action::Grid(GridAction::Open), "value"),
    ]);
    let has_matches = |search: &ResultSearch| search.found.is_none_or(|(cells, ..)| cells > 0);
    if result.is_some_and(|result| result.search.as_ref().is_some_and(has_matches)) {
        keys.push((Action::Grid(GridAction::Next), "next match"));
    }
    if model.grid.front().is_some_and(|result| result.warnings.0 > 0) {
        keys.push((Action::Grid(GridAction::Warnings), "warnings"));
    }
    keys.push((Action::Grid(GridAction::Copy), "copy"));
    keys.extend(tab_keys.into_iter().flatten());
    keys.extend([
        (Action::Grid(GridAction::Sort), "sort"),
        (Action::Grid(GridAction::Filter), "filter"),
        (Action::Grid(GridAction::Search), "search"),
        (Action::Grid(GridAction::Profile), "describe"),
        (Action::Grid(GridAction::JumpColumn), "go to column"),
    ]);
    keys
}

/// Returns the keys of the connection screen.
fn connect_hints(connect: &Connect, context: &Context) -> Vec<(Action, &'static str)> {
    match &connect.stage {
        ConnectStage::Choosing => {
            let enter = if connect.is_on_session(context) { "back to the session" } else { "connect" };
            let close = match (connect.is_filtered(), context.has_session()) {
                (true, _) => Some("clear the filter"),
                (false, true) => Some("back"),
                (false, false) => None,
            };
            let mut keys = vec![(Action::Connect(ConnectAction::Connect), enter)];
            keys.extend(close.map(|close| (Action::Connect(ConnectAction::Close), close)));
            keys.push((Action::Connect(ConnectAction::Add), "add a profile"));
            keys
        }
        ConnectStage::Adding => vec![
            (Action::Connect(ConnectAction::Down), "next field"),
            (Action::Connect(ConnectAction::Save), "save"),
            (Action::Connect(ConnectAction::Close), "profiles"),
        ],
        ConnectStage::Connecting | ConnectStage::ReadingSettings => {
            vec![(Action::Connect(ConnectAction::Close), "stop")]
        }
        ConnectStage::Asking(Question::HostKey { .. } | Question::RunCommand { .. }) => vec![
            (Action::Connect(ConnectAction::Accept), "accept"),
            (Action::Connect(ConnectAction::Decline), "decline"),
        ],
        ConnectStage::Asking(Question::Secret { .. } | Question::RetrySecret { .. } | Question::Hop(_)) => {
            vec![(Action::Connect(ConnectAction::Connect), "answer"), (Action::Connect(ConnectAction::Close), "cancel")]
        }
        ConnectStage::Failed(_) => vec![
            (Action::Connect(ConnectAction::Connect), "try again"),
            (Action::Connect(ConnectAction::Close), "profiles"),
        ],
    }
}
