//! Handles the requests of panes and dialogs, and sends each action to its pane. Only here panes come together.

pub(super) mod borders;
pub(super) mod external_editor;
pub(super) mod files;
mod inspector;
mod mouse_mode;
mod panels;
mod parameters;
mod results;
mod running;
mod search;
mod show;
mod tables;
mod worksheets;

pub(super) use tables::table_here;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::problem::Problem;
use crate::domain::protocol::{AfterSettings, ExportCmd, HostCmd, IfExists, SessionCmd, StorageCmd};
use crate::domain::snippets::Snippet;

use super::action::{Action, AppAction, GridAction, LineAction, ListAction, WorksheetAction};
use super::available::{cover_of, obstacle, panel_of};
use super::context::ConnectionState;
use super::dialogs::{
    ActivityDialog, Availability, ConfirmDialog, DatabasesDialog, FindDialog, HelpDialog, PagesDialog, PaletteDialog,
    PaletteEntry, SaveSnippetDialog, SnippetsDialog,
};
use super::effect::Effect;
use super::focus::Focus;
use super::layout::InspectorChoice;
use super::model::Model;
use super::panes::connect::Connect;
use super::panes::inspector::InspectorContent;
use super::panes::worksheet::NamedTable;
use super::panes::{PaneContext, with};
use super::paste_register::{NOTHING_TO_PASTE, Pasted, too_long_to_paste};
use super::quit;
use super::quitting::Quitting;
use super::request::{Dialog, DialogShape, Request};

/// History entries that are read at most.
const HISTORY: usize = 500;
/// Requests that one message can cause at most. More would mean that two panes request each other without end.
const MAX_REQUESTS: usize = 64;

/// Sends an action to the pane of its layer.
pub(super) fn act(model: &mut Model, action: Action, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match action {
        Action::App(action) => {
            model.worksheets.completion.close();
            act_app(model, action, requests, effects);
        }
        Action::List(action) => with!(model, requests, effects, overlays.act(action)),
        Action::Line(action) => act_line(model, action, requests, effects),
        Action::Connect(action) => {
            if let Some(connect) = &mut model.connect {
                connect.act(action, &mut PaneContext { context: &model.context, requests, effects });
            }
        }
        Action::Explorer(action) => with!(model, requests, effects, explorer.act(action)),
        Action::Filter(action) => with!(model, requests, effects, explorer.act_filter(action)),
        Action::Worksheet(action) => {
            with!(model, requests, effects, worksheets.act(action));
            follow(model);
        }
        Action::Completion(action) => with!(model, requests, effects, worksheets.act_completion(action)),
        Action::Grid(action) => with!(model, requests, effects, grid.act(action)),
        Action::Inspector(action) => with!(model, requests, effects, inspector.act(action)),
    }
}

/// Sends an action to the line of text that takes the keys.
fn act_line(model: &mut Model, action: LineAction, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if action == LineAction::Paste {
        match model.context.register.newest() {
            Pasted::Text(text) => super::paste::on_paste(model, &text, requests, effects),
            Pasted::TooLong(bytes) => model.notice(too_long_to_paste(bytes)),
            Pasted::Nothing => model.notice(NOTHING_TO_PASTE),
        }
    } else if model.overlays.is_modal() {
        with!(model, requests, effects, overlays.act_line(action));
    } else if let Some(connect) = &mut model.connect {
        connect.act_line(action);
    } else if model.focus == Focus::Explorer && model.explorer.is_typing {
        with!(model, requests, effects, explorer.act_filter_line(action));
    }
}

/// Shows the table at the worksheet's cursor in the inspector, if that is visible or appears by itself.
pub(super) fn follow(model: &mut Model) {
    let layout = &model.context.layout;
    let appears = layout.has_inspector_side() && model.options.inspector != InspectorChoice::Hidden;
    if (layout.inspector.is_some() || appears)
        && let Some(NamedTable { schema, table }) = model.worksheets.table(&model.context)
    {
        model.inspector.follow(InspectorContent::Table { schema, table }, &model.context);
    }
}

fn act_app(model: &mut Model, action: AppAction, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if let Some(cover) = cover_of(model, action) {
        return refuse_covered(model, action, cover);
    }
    match action {
        AppAction::Palette => requests.push(open(palette(model))),
        AppAction::Help => {
            let (layers, takes_text) = model.layers();
            let actions = Action::all().filter(|action| obstacle(model, *action).is_none()).collect();
            let taken = model.keys_of_vim();
            requests.push(open(HelpDialog { layers, takes_text, taken, actions }));
        }
        AppAction::Quit => requests.push(match quit_question(model) {
            Some(question) => Request::Confirm { question, yes: Box::new(Request::Quit), no: None },
            None => Request::Quit,
        }),
        AppAction::Stop => stop(model, requests, effects),
        AppAction::Run => {
            with!(model, requests, effects, worksheets.run());
        }
        AppAction::RunAll => with!(model, requests, effects, worksheets.run_all()),
        AppAction::Explain => super::explain::explain_here(model, requests),
        AppAction::Back
        | AppAction::NextPanel
        | AppAction::PreviousPanel
        | AppAction::FocusExplorer
        | AppAction::FocusWorksheet
        | AppAction::FocusResults
        | AppAction::FocusInspector
        | AppAction::ToggleExplorer
        | AppAction::ToggleInspector
        | AppAction::EnlargePanel
        | AppAction::ShrinkPanel
        | AppAction::ResetPanels
        | AppAction::Zoom => panels::act(model, action, requests, effects),
        AppAction::ToggleMouse => mouse_mode::toggle(model, effects),
        AppAction::Snippets => requests.push(open(SnippetsDialog)),
        AppAction::SaveSnippet => match model.worksheets.statement() {
            Some((_, statement)) => requests.push(open(SaveSnippetDialog { statement: statement.to_owned() })),
            None => requests.push(Request::Notice("Put the cursor on a statement first.".into())),
        },
        AppAction::History => {
            let owner = model.context.file_owner();
            effects.push(Effect::Storage(StorageCmd::LoadHistory { owner, max: HISTORY }));
        }
        AppAction::Activity => {
            let dialog = ActivityDialog::new(&model.notices.activity, model.recent_messages());
            requests.push(open(dialog));
        }
        AppAction::Pages => requests.push(open(PagesDialog)),
        AppAction::Find => requests.push(open(FindDialog::default())),
        AppAction::Profiles => {
            // A session that is still connecting would take the screen from the list or the form.
            requests.push(Request::Decline);
            model.connect = Some(Connect::at_current_profile(&model.context));
            requests.push(Request::ListProfiles);
        }
        AppAction::Reconnect => {
            super::connection::read_settings(model, AfterSettings::Reconnect, requests, effects);
        }
        AppAction::Refresh => match model.context.link {
            ConnectionState::Connected(session) => {
                effects.push(Effect::Session(session, SessionCmd::LoadCatalog));
                model.notice("Reloading the catalog …");
            }
            ConnectionState::None
            | ConnectionState::Connecting(_)
            | ConnectionState::Waiting { .. }
            | ConnectionState::Reconnecting { .. }
            | ConnectionState::Lost => {
                let key = model.context.key(Action::App(AppAction::Reconnect));
                model.notice(format!("Not connected, so the catalog cannot be reloaded. {key} reconnects."));
            }
        },
        AppAction::NewWorksheet
        | AppAction::CloseWorksheet
        | AppAction::ReopenWorksheet
        | AppAction::ReopenList
        | AppAction::NextWorksheet
        | AppAction::PreviousWorksheet
        | AppAction::Rename => worksheets::act(model, action, requests, effects),
        AppAction::OpenFile | AppAction::SaveFile | AppAction::SaveFileAs => {
            files::act(model, action, requests, effects);
        }
        AppAction::ExternalEditor => external_editor::open(model, requests, effects),
        AppAction::UseDatabase => requests.push(open(DatabasesDialog)),
        AppAction::Ddl => tables::run_about(model, |table| format!("SHOW CREATE TABLE {table}"), requests),
        AppAction::CountRows => tables::run_about(model, |table| format!("SELECT COUNT(*) FROM {table}"), requests),
        AppAction::Theme => {
            let name = model.turn_theme();
            model.notice(format!("Theme: {name}. The setting theme in [ui] keeps it."));
        }
        AppAction::Redraw => effects.push(Effect::Redraw),
    }
}

/// Says that an action would not be visible now, and how to close what covers its panel.
fn refuse_covered(model: &mut Model, action: AppAction, cover: &str) {
    let mut notice = format!("\"{}\" cannot be done now: {cover}.", action.help().trim_end_matches('…'));
    if model.overlays.is_modal() {
        notice = format!("{notice} {} closes it.", model.context.key(Action::List(ListAction::Close)));
    }
    model.notice(notice);
}

/// Makes the palette. The actions of the panel in focus come first, then those that work everywhere; in the worksheet the
/// other way round.
fn palette(model: &Model) -> PaletteDialog {
    let own = model.focus.layer();
    let mut actions: Vec<Action> = Action::all()
        .filter(|action| !matches!(action.layer(), "list" | "line" | "filter" | "connect" | "completion"))
        .filter(|action| *action != Action::App(AppAction::Palette))
        .collect();
    // The worksheet's own actions edit text. Of those in other panels, the results are what most users think of.
    let group = |action: &Action| match action {
        Action::Worksheet(_) if model.focus == Focus::Worksheet => 2,
        action if action.layer() == own => 0,
        Action::App(_) => 1,
        Action::Grid(_) => 3,
        _ => 4,
    };
    actions.sort_by_key(group);
    let entry = |action| {
        let availability = match (obstacle(model, action), panel_of(action)) {
            (Some(why), _) => Availability::Not(why),
            (None, Some(panel)) if panel != model.focus => Availability::In(panel),
            (None, _) => Availability::Here,
        };
        PaletteEntry { action, availability }
    };
    PaletteDialog { entries: actions.into_iter().map(entry).collect() }
}

/// Stops the first of these that is under way: the statement, the export, a job of the results, reconnecting. Copies the
/// selection if nothing is.
fn stop(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if super::statement::stop(model, requests, effects) {
        return;
    }
    if let Some(export) = model.grid.exporting() {
        effects.push(Effect::Export(ExportCmd::Cancel(export.job.id)));
        model.notice("Stopping the export …");
    } else if !with!(model, requests, effects, grid.stop_job())
        && !super::reconnect::stop(model, effects)
        && !super::left_statements::stop(model, effects)
        && !stop_catalog(model, effects)
    {
        if let Some(copy) = copy_of_stop_key(model) {
            act(model, copy, requests, effects);
        } else {
            let key = model.context.key(Action::App(AppAction::Quit));
            model.notice(format!("Nothing is running and nothing is selected. {key} quits rrx."));
        }
    }
}

/// Returns the action by which the stop key copies while nothing runs: the selection in the worksheet, the cells in the results.
fn copy_of_stop_key(model: &Model) -> Option<Action> {
    if model.overlays.is_modal() || model.connect.is_some() {
        return None;
    }
    match model.focus {
        Focus::Worksheet => {
            let sheet = model.worksheets.sheet()?;
            sheet.editor.selection().map(|_| Action::Worksheet(WorksheetAction::Copy))
        }
        Focus::Grid => model.grid.front().map(|_| Action::Grid(GridAction::Copy)),
        Focus::Explorer | Focus::Inspector => None,
    }
}

/// Stops a load of the catalog that takes long. Returns whether there is one.
fn stop_catalog(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    let ConnectionState::Connected(session) = model.context.link else { return false };
    let is_loading = model.context.catalog_load().is_some();
    if is_loading {
        effects.push(Effect::Session(session, SessionCmd::StopCatalog));
        model.notice("Stopping the load of the catalog …");
    }
    is_loading
}

/// Returns what the user is asked before rrx quits; `None` if nothing would be stopped or left running.
fn quit_question(model: &Model) -> Option<String> {
    if model.quitting != Quitting::No {
        None
    } else if model.context.running().is_some() {
        Some("A statement is running. Stop it and quit?".into())
    } else if model.grid.exporting().is_some() {
        Some("Rows are being written to a file. Stop that and quit?".into())
    } else {
        model.left.quit_question(model.context.now)
    }
}

/// Handles requests, and the requests that these cause.
pub(super) fn run_requests(model: &mut Model, requests: Vec<Request>, effects: &mut Vec<Effect>) {
    let mut waiting: std::collections::VecDeque<Request> = requests.into();
    for _ in 0..MAX_REQUESTS {
        let next = waiting.pop_front().or_else(|| results::show_worksheet(model, effects));
        let next = next.or_else(|| results::close_stale_inspector(model));
        let Some(request) = next.or_else(|| results::follow_cursor(model, effects)) else { break };
        let mut more = Vec::new();
        handle(model, request, &mut more, effects);
        waiting.extend(more);
    }
}

fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::Connect(name) => {
            super::connection::read_settings(model, AfterSettings::Connect(name), requests, effects);
        }
        Request::ListProfiles => super::connection::read_settings(model, AfterSettings::List, requests, effects),
        Request::Decline => super::connection::stop_connecting(model, effects),
        request @ (Request::Run { .. }
        | Request::RunAll(_)
        | Request::Explain(_)
        | Request::Explained(..)
        | Request::KeepParameters(_)
        | Request::UseDatabase(_)
        | Request::ConfirmRun(_)
        | Request::DeclineRun(_)
        | Request::RestoreVariables
        | Request::VariableRestored(_)
        | Request::Follow { .. }) => running::handle(model, request, requests, effects),
        Request::Insert(text) => {
            let mut cx = PaneContext { context: &model.context, requests, effects };
            model.worksheets.insert(&text, &mut cx);
            model.worksheets.settle(&mut cx);
        }
        Request::ShowTable { schema, table } => {
            model.inspector.follow(InspectorContent::Table { schema, table }, &model.context);
        }
        Request::OpenTable { schema, table } => {
            inspector::open_docs(model, InspectorContent::Table { schema, table }, requests);
        }
        Request::OpenPage { object } => inspector::open_page(model, object, requests),
        Request::ShowInspector => inspector::show(model, requests),
        Request::HideInspector => inspector::hide(model, requests),
        Request::LeaveInspector => inspector::leave(model, requests),
        Request::LeaveResultDetails => panels::leave_result_details(model, requests),
        Request::Do(action) => act(model, action, requests, effects),
        Request::Confirm { question, yes, no } => requests.push(open(ConfirmDialog { question, yes: Some(yes), no })),
        Request::Copy(copy) if copy.text.is_empty() => {
            // Terminals ignore an empty copy, so the clipboard would keep its old text.
            let what = if copy.from.is_some() { "The value" } else { "The text" };
            model.notice(format!("{what} is empty. Nothing was copied."));
        }
        Request::Copy(copy) => {
            model.context.register.put(copy.text.clone());
            effects.push(Effect::Host(HostCmd::Copy { copy, refused: None }));
        }
        Request::Kill { text, join } => model.context.register.kill(&text, join),
        request @ (Request::FindText(_) | Request::KeepFound | Request::EndFind | Request::ReplaceText { .. }) => {
            search::handle(model, request, requests, effects);
        }
        request @ (Request::CopyAs(_)
        | Request::FilterBy(_)
        | Request::SearchBy(_)
        | Request::SearchInspector(_)
        | Request::Plot(_)
        | Request::Zone(_)
        | Request::OpenExport
        | Request::Export { .. }
        | Request::ExportTo(_)
        | Request::RunForExport { .. }
        | Request::ShowProfile { .. }
        | Request::ShowChart { .. }
        | Request::ShowRow(_)
        | Request::OpenField(_)
        | Request::CopyField(_)
        | Request::FollowValue { .. }
        | Request::ShowValue { .. }
        | Request::ShowWarnings
        | Request::Jump { .. }) => results::handle(model, request, requests, effects),
        Request::SaveSnippet { name, statement } => match Snippet::from_statement(&name, &statement) {
            Ok(snippet) => {
                let owner = model.context.file_owner();
                effects.push(Effect::Storage(StorageCmd::SaveSnippet { owner, snippet, if_exists: IfExists::Fail }));
            }
            Err(problem) => model.notice(problem.to_string()),
        },
        Request::Compare { first, second } => inspector::compare(model, first, &second, requests),
        Request::ShowObject(object) => show_object(model, object, requests, effects),
        request @ (Request::NewWorksheet { .. }
        | Request::ShowWorksheet(_)
        | Request::Reopen(_)
        | Request::Rename(_)) => worksheets::handle(model, request, requests, effects),
        request @ (Request::OpenFile(_)
        | Request::SaveFileAs { .. }
        | Request::AskFileName(_)
        | Request::WriteFile(_)
        | Request::ReloadFile { .. }
        | Request::KeepText(_)) => files::handle(model, request, requests, effects),
        Request::OpenDialog(dialog) if !model.may_interrupt() => put_off(model, dialog, requests),
        Request::OpenDialog(dialog) => with!(model, requests, effects, overlays.open(dialog, model.focus)),
        Request::RefreshDialogs => with!(model, requests, effects, overlays.refresh()),
        Request::Compute(work) => effects.push(Effect::Compute(model.jobs.start(work))),
        Request::LoadSnippets => super::connection::load_snippets(model, effects),
        // The panel is there, but the keys still go to the text.
        Request::Focus(_) if !model.may_interrupt() => requests.push(Request::Settle),
        Request::Focus(focus) => panels::move_focus(model, focus, requests, effects),
        Request::FocusMain => panels::move_focus(model, model.main_panel(), requests, effects),
        Request::Settle => panels::settle(model, requests, effects),
        Request::CloseConnect => close_connect(model),
        Request::Notice(text) => model.notice(text),
        Request::Problem(problem) => report_problem(model, problem),
        Request::Quit => quit::quit(model, requests, effects),
        Request::Stay => quit::stay(model),
    }
}

/// Closes the connection screen, if there is a session to go back to.
fn close_connect(model: &mut Model) {
    if model.context.has_session() {
        model.connect = None;
    } else {
        let key = model.context.key(Action::App(AppAction::Quit));
        model.notice(format!("Choose a profile. {key} quits rrx."));
    }
}

fn show_object(model: &mut Model, object: ObjectRef, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if model.may_interrupt() {
        // First, because the explorer is higher while it has the focus.
        panels::move_focus(model, Focus::Explorer, requests, effects);
    }
    model.explorer.show(object, &model.context);
    requests.push(Request::Settle);
    if let Some((schema, table)) = model.explorer.table(&model.context) {
        requests.push(Request::ShowTable { schema, table });
    }
}

fn open(dialog: impl Dialog + 'static) -> Request {
    Request::OpenDialog(Box::new(dialog))
}

/// Closes a dialog that an event wants to open while the user types: the next key would be its answer.
fn put_off(model: &mut Model, mut dialog: Box<dyn Dialog>, requests: &mut Vec<Request>) {
    model.notice(match dialog.shape() {
        DialogShape::Confirm => format!("Not done, because you were typing: {}", dialog.explanation()),
        DialogShape::List | DialogShape::Line => {
            format!("\"{}\" did not open, because you were typing.", dialog.title())
        }
    });
    requests.extend(dialog.dismiss());
}

/// Reports a problem as a notice, in the activity, and in the inspector if the user does not work there. The focus stays where
/// it is: the user may be typing.
pub(super) fn report_problem(model: &mut Model, problem: Problem) {
    model.add_activity(problem.to_string());
    let is_busy = model.focus == Focus::Inspector || model.inspector.is_pinned;
    let is_covered = model.overlays.is_modal() || model.connect.is_some();
    if model.context.layout.inspector.is_some() && !is_covered && !is_busy {
        model.notice(problem.what.clone());
    } else {
        let why = problem.because.first().map_or_else(String::new, |why| format!(": {why}"));
        let next = problem.hint.as_ref().map_or_else(String::new, |hint| format!(" Next: {hint}."));
        let mut notice = format!("{}{why}.{next}", problem.what.trim_end_matches('.'));
        if !is_covered {
            let more = if is_busy { AppAction::Activity } else { AppAction::ToggleInspector };
            notice = format!("{notice} {} shows more.", model.context.key(Action::App(more)));
        }
        model.notice(notice);
    }
    if !is_busy {
        model.inspector.show(InspectorContent::Problem(problem), &model.context);
    }
}
