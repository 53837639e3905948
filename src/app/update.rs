//! Changes the model for each message. It does not block, and it uses no clock, file, network or terminal.

use crate::domain::access_log::CopyRecord;
use crate::domain::compute::{ComputeResult, ComputeWork, Computed};
use crate::domain::keys::{Chord, Key, KeyMatch, Matcher};
use crate::domain::profile::Environment;
use crate::domain::protocol::{
    ConnectionStep, CopyText, End, ExportEvent, HostCmd, HostEvent, ResultId, SavedWorksheet, SessionCmd, SessionEvent,
    SessionId, StepState, StorageCmd, StorageEvent, StoreEvent,
};

use super::action::{Action, AppAction, CompletionAction};
use super::context::ConnectionState;
use super::dialogs::HistoryDialog;
use super::due_writes::Failure;
use super::effect::Effect;
use super::focus::Focus;
use super::message::Message;
use super::model::{InputState, Model};
use super::panes::grid::ResultSet;
use super::panes::worksheet::{NamedTable, VimKey};
use super::panes::{PaneContext, with};
use super::request::{DialogShape, Request};
use super::statement::origin::StatementOrigin;

/// Handles one message. Returns the effects that the shell has to run.
#[must_use]
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut requests = Vec::new();
    let before = model.input;
    let mut after = before;
    if is_of_user(&message) {
        (model.input, after) = (InputState::Current, InputState::Acting);
    }
    match message {
        Message::Key(chord) => after = on_key(model, chord, &mut requests, &mut effects).unwrap_or(before),
        Message::Mouse(event) => {
            after = super::mouse::on_mouse(model, event, &mut requests, &mut effects).unwrap_or(before);
        }
        Message::Paste(text) => {
            after = InputState::Typing;
            super::paste::on_paste(model, &text, &mut requests, &mut effects);
        }
        Message::Resize(size) => {
            model.size = size;
            model.mouse.drag = None;
            model.solve();
            if let Some(connect) = &mut model.connect {
                connect.on_resize();
            }
            requests.push(Request::Settle);
        }
        Message::Clock(now) => on_clock(model, now, &mut requests, &mut effects),
        Message::Session(id, event) => on_session(model, id, event, &mut requests, &mut effects),
        Message::Result(id, event) => on_result(model, id, event, &mut requests, &mut effects),
        Message::Export(id, event) => {
            let (requests, effects) = (&mut requests, &mut effects);
            let is_unwritten = matches!(event, ExportEvent::Cancelled | ExportEvent::Failed(_));
            with!(model, requests, effects, grid.on_export(id, event));
            if is_unwritten {
                super::statement::on_export_stopped(model, requests, effects);
            }
        }
        Message::Storage(event) => on_storage(model, event, &mut requests, &mut effects),
        Message::Computed(computed) => on_computed(model, computed),
        Message::Host(event) => on_host(model, event, &mut requests, &mut effects),
        Message::WorkerLost { worker, why } => {
            super::worker_loss::on_worker_lost(model, worker, &why, &mut requests, &mut effects);
        }
        Message::Connect(profile) => requests.push(Request::Connect(profile)),
        Message::Refused(effect) => super::refused::on_refused(model, effect, &mut requests, &mut effects),
        Message::Interrupt => on_interrupt(model, &mut requests, &mut effects),
        Message::Terminate => super::quit::terminate(model, &mut requests, &mut effects),
        // Another program may have changed the file of the worksheet meanwhile.
        Message::TerminalFocus => model.worksheets.checked = None,
        Message::Edited(end) => super::requests::external_editor::on_end(model, end, &mut requests),
        Message::Suspend => {
            let (requests, effects) = (&mut requests, &mut effects);
            with!(model, requests, effects, worksheets.save_all());
        }
    }
    super::requests::run_requests(model, requests, &mut effects);
    // The text, the result and the message decide about the room that they get.
    if model.solve() {
        super::requests::run_requests(model, vec![Request::Settle], &mut effects);
    }
    super::requests::files::check_shown(model, &mut effects);
    model.check_completion();
    let takes_text = model.layers().1;
    model.input = if takes_text { after } else { InputState::Acting };
    effects
}

/// Returns whether a message comes from the user. What it causes at once may move the focus and open dialogs.
fn is_of_user(message: &Message) -> bool {
    match message {
        Message::Key(_)
        | Message::Mouse(_)
        | Message::Paste(_)
        | Message::Connect(_)
        | Message::Interrupt
        | Message::Terminate => true,
        Message::Resize(_)
        | Message::Clock(_)
        | Message::Session(..)
        | Message::Result(..)
        | Message::Export(..)
        | Message::Storage(_)
        | Message::Computed(_)
        | Message::Host(_)
        | Message::Refused(_)
        | Message::Suspend
        | Message::TerminalFocus
        | Message::Edited(_)
        | Message::WorkerLost { .. } => false,
    }
}

fn on_clock(model: &mut Model, now: std::time::Duration, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    model.context.now = now;
    if model.context.running().is_some() || model.context.catalog_loads_since.is_some() {
        effects.push(Effect::Wake(super::statement::SOON));
    }
    super::reconnect::on_clock(model, effects);
    effects.extend(model.connect.as_ref().and_then(super::panes::connect::Connect::wake));
    effects.append(&mut model.refused);
    with!(model, requests, effects, worksheets.on_clock());
    model.due.on_clock(model.context.now, &mut model.worksheets.saving, effects);
    super::requests::borders::on_clock(model, effects);
    super::quit::on_clock(model, requests, effects);
}

/// Handles a key. Returns what the user does with it; `None` if it does nothing yet.
fn on_key(
    model: &mut Model,
    chord: Chord,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) -> Option<InputState> {
    let (layers, takes_text) = model.layers();
    let keymap = model.context.keymap.clone();
    model.notices.current = None;
    // The keys of the popup come first; Esc leaves insert mode at once.
    let is_for_popup = layers.first() == Some(&CompletionAction::LAYER)
        && chord != Chord::plain(Key::Esc)
        && keymap.layer(CompletionAction::LAYER).iter().any(|binding| binding.chords == [chord]);
    if model.has_vim_keys() && model.matcher.open().is_empty() && !is_for_popup {
        match with!(model, requests, effects, worksheets.vim_key(chord)) {
            VimKey::Typed => {
                super::requests::follow(model);
                return Some(InputState::Typing);
            }
            VimKey::Ran => return Some(InputState::Acting),
            VimKey::Passed => {}
        }
    }
    match model.matcher.feed(chord, &keymap, &layers, takes_text) {
        KeyMatch::Action(action) => {
            super::requests::act(model, action, requests, effects);
            Some(match action {
                Action::Worksheet(_) | Action::Completion(_) | Action::Line(_) | Action::Filter(_) => {
                    InputState::Typing
                }
                Action::App(_)
                | Action::List(_)
                | Action::Connect(_)
                | Action::Explorer(_)
                | Action::Grid(_)
                | Action::Inspector(_) => InputState::Acting,
            })
        }
        KeyMatch::Text(character) => {
            let is_answer =
                model.overlays.modal().is_some_and(|overlay| overlay.dialog.shape() == DialogShape::Confirm);
            on_text(model, character, requests, effects);
            Some(if is_answer { InputState::Acting } else { InputState::Typing })
        }
        KeyMatch::Pending | KeyMatch::GivenUp => None,
        KeyMatch::Unbound => {
            let help = model.context.key(Action::App(AppAction::Help));
            model.notice(format!("{} does nothing here. {help} shows the keys that do.", chord.label()));
            None
        }
    }
}

/// Does what the stop key does in any state, and gives up an open key sequence.
fn on_interrupt(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    model.notices.current = None;
    model.matcher = Matcher::default();
    super::requests::act(model, Action::App(AppAction::Stop), requests, effects);
}

fn on_text(model: &mut Model, character: char, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let mut cx = PaneContext { context: &model.context, requests, effects };
    if model.overlays.is_modal() {
        model.overlays.type_char(character, &mut cx);
    } else if let Some(connect) = &mut model.connect {
        connect.type_char(character);
    } else if model.focus == Focus::Explorer {
        model.explorer.type_filter(character, &mut cx);
    } else {
        model.worksheets.type_char(character, &mut cx);
        model.worksheets.settle(&mut cx);
        if model.focus == Focus::Worksheet {
            model.worksheets.on_typed(&mut cx);
        }
    }
}

fn on_computed(model: &mut Model, computed: Computed) {
    let slot = computed.answer.slot();
    if !model.jobs.finish(slot, computed.generation) {
        return;
    }
    match computed.answer {
        ComputeResult::Found { best, total } => {
            model.overlays.on_found(&best, total, &model.context);
        }
        ComputeResult::Filtered(hits) => model.explorer.on_filtered(hits, &model.context),
        ComputeResult::Checked(findings) => model.worksheets.on_checked(findings),
        ComputeResult::Indexed(names) => model.context.column_names = Some(names),
        ComputeResult::Completed(list) => {
            if let Some(notice) = model.worksheets.on_completed(list, &model.context) {
                model.notice(notice);
            }
        }
    }
}

fn on_session(
    model: &mut Model,
    id: SessionId,
    event: SessionEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    if model.context.attempt.as_ref().is_some_and(|attempt| attempt.session == id) {
        if !matches!(event, SessionEvent::Ready(_)) {
            return super::connection::on_attempt_event(model, event, effects);
        }
        super::connection::take_attempt(model, requests, effects);
    }
    if model.context.link.session() != Some(id) {
        return;
    }
    if matches!(event, SessionEvent::Ready(_) | SessionEvent::Failed(_) | SessionEvent::Lost(_) | SessionEvent::Closed)
    {
        model.context.catalog_loads_since = None;
    }
    let is_reconnect = matches!(model.context.link, ConnectionState::Reconnecting { .. });
    match event {
        SessionEvent::ConnectionStep { hop, step, state } => {
            if step == ConnectionStep::Catalog {
                on_catalog_step(model, &state, effects);
            }
            if is_reconnect {
                model.reconnect.steps.on_step(hop, step, state, model.context.now);
            } else if let Some(connect) = &mut model.connect {
                connect.on_step(hop, step, state, model.context.now);
                effects.extend(connect.wake());
            }
        }
        SessionEvent::HopMessage(message) => super::connection::on_hop_message(model, message),
        SessionEvent::Asked(question) if is_reconnect => {
            super::reconnect::on_question(model, id, question, requests, effects);
        }
        SessionEvent::Asked(question) => super::connection::progress_page(model).on_question(question),
        SessionEvent::Ready(facts) => {
            model.context.link = ConnectionState::Connected(id);
            model.context.database.clone_from(&facts.database);
            for warning in &facts.warnings {
                model.add_activity(warning.clone());
            }
            // A notice about problems at the start stays readable.
            if model.notices.current.is_none() {
                model.notice(format!("Connected to {} {}", facts.product, facts.short_version()));
            }
            let is_known = super::reconnect::on_ready(model, &facts, requests);
            super::left_statements::on_ready(model, &facts, effects);
            model.context.facts = Some(facts);
            model.context.lag = None;
            effects.extend(super::connection::record_use(model));
            if !is_reconnect {
                model.connect = None;
            }
            if !(is_known && model.context.catalog.is_some()) {
                effects.push(Effect::Session(id, SessionCmd::LoadCatalog));
            }
            requests.push(Request::Settle);
        }
        SessionEvent::Failed(problem) if is_reconnect => super::reconnect::on_failed(model, problem, effects),
        // The user may be typing: the screen stays.
        SessionEvent::Failed(problem) if matches!(model.context.link, ConnectionState::Connected(_)) => {
            super::statement::on_session_ended(model, End::Broken(problem.clone()), requests, effects);
            super::reconnect::give_up(model, problem);
        }
        SessionEvent::Failed(problem) => super::connection::on_failed(model, problem, requests, effects),
        SessionEvent::Catalog(catalog) => {
            model.context.catalog_loads_since = None;
            requests.push(Request::Compute(ComputeWork::Index(catalog.clone())));
            let before = model.context.catalog.replace(catalog);
            with!(model, requests, effects, explorer.on_catalog(before.as_deref()));
            effects.extend(before.map(Effect::Discard));
            requests.push(Request::RefreshDialogs);
            requests.push(Request::Settle);
            if let Some(NamedTable { schema, table }) = model.worksheets.table(&model.context) {
                requests.push(Request::ShowTable { schema, table });
            }
        }
        // The user may be typing: the problem is shown, but the focus stays where it is.
        SessionEvent::CatalogFailed(problem) => {
            model.context.catalog_loads_since = None;
            let key = model.context.key(Action::App(AppAction::Refresh));
            let notice = format!("{}. {key} reloads it.", problem.what.trim_end_matches('.'));
            model.report_with(problem, notice);
        }
        SessionEvent::CatalogNotStopped => {
            model.notice("The load of the catalog cannot be stopped, because the account has no second connection.");
        }
        SessionEvent::Ended { result, report } => super::statement::on_ended(model, result, report, requests, effects),
        SessionEvent::Explained { result, answer, took } => {
            super::plan_check::on_explained(model, result, (answer, took), requests, effects);
        }
        SessionEvent::InternalQuery { text, took, error } => {
            let end = error.map_or_else(String::new, |error| format!(": {error}"));
            model.add_activity(format!("{text} ({} ms){end}", took.as_millis()));
        }
        SessionEvent::Lag(lag) => model.context.lag = Some((lag, model.context.now)),
        SessionEvent::LeftRunning(running) => super::left_statements::on_running(model, running, effects),
        SessionEvent::LeftNotStopped(problem) => {
            model.add_activity(problem.to_string());
            model.notice(format!("{}.", problem.what));
        }
        SessionEvent::Lost(problem) => super::reconnect::on_lost(model, &problem, requests, effects),
        SessionEvent::Closed => model.context.link = ConnectionState::None,
    }
}

/// Remembers since when the catalog is being loaded. The explorer shows it.
fn on_catalog_step(model: &mut Model, state: &StepState, effects: &mut Vec<Effect>) {
    model.context.catalog_loads_since = match state {
        StepState::Trying(_) => Some(model.context.now),
        StepState::Done(..) | StepState::Skipped | StepState::Failed(_) => None,
    };
    effects.push(Effect::Wake(super::statement::SOON));
}

fn on_result(
    model: &mut Model,
    id: ResultId,
    event: StoreEvent,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let is_opened = matches!(event, StoreEvent::Opened(_));
    super::statement::on_store_event(model, id, &event, requests, effects);
    if super::explain::on_store(model, id, &event, requests, effects) {
        return;
    }
    with!(model, requests, effects, grid.on_store(id, event));
    let is_preview = |result: &ResultSet| result.id == id && result.from == StatementOrigin::Preview;
    let has_rows = model.grid.front().is_some_and(is_preview);
    if is_opened && has_rows && !model.overlays.is_modal() && model.focus == Focus::Explorer {
        // After a preview, the user looks at its rows.
        requests.push(Request::Focus(Focus::Grid));
    }
}

fn on_storage(model: &mut Model, event: StorageEvent, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match event {
        StorageEvent::Permitted { result, permit } => {
            super::statement::on_permitted(model, result, permit, requests, effects);
        }
        StorageEvent::NotPermitted { result, problem } => {
            super::statement::on_not_permitted(model, result, problem, requests, effects);
        }
        StorageEvent::History { entries, today } => {
            let dialog = HistoryDialog::new(entries, today, model.context.dialect());
            requests.push(Request::OpenDialog(Box::new(dialog)));
        }
        StorageEvent::Worksheets { profile, mut worksheets, problems } => {
            let is_demo =
                model.context.profile.as_ref().is_some_and(|profile| profile.environment == Environment::Demo);
            let is_empty = worksheets.open.is_empty() && worksheets.closed.is_empty();
            let first = if is_empty && is_demo { model.demo_worksheet.take() } else { None };
            let is_first = first.is_some();
            worksheets.open.extend(first.map(|(title, text)| SavedWorksheet::new("sheet-1", &title, &text)));
            with!(model, requests, effects, worksheets.load(&profile, worksheets));
            model.worksheets.must_save |= is_first;
            model.report_all(&problems);
            requests.push(Request::Settle);
        }
        StorageEvent::WorksheetsSaved { profile } => {
            model.worksheets.saving.remove(&profile);
            if model.due.on_saved(&profile) {
                let text = format!("The worksheets of {profile} are saved now.");
                model.add_activity(text.clone());
                model.notice(text);
            }
            with!(model, requests, effects, worksheets.save());
            super::quit::proceed(model, requests, effects);
        }
        StorageEvent::WorksheetsNotSaved(unsaved) => {
            model.worksheets.saving.remove(&unsaved.profile);
            let problem = unsaved.problem.clone();
            let is_new = model.due.on_not_saved(unsaved, model.context.now) == Failure::New;
            model.due.on_clock(model.context.now, &mut model.worksheets.saving, effects);
            with!(model, requests, effects, worksheets.save());
            // While rrx quits, a question names the problem.
            if is_new && !model.quitting.is_under_way() {
                requests.push(Request::Problem(problem));
            }
            super::quit::proceed(model, requests, effects);
        }
        StorageEvent::RecordsWritten { profile } => model.due.on_recorded(&profile),
        StorageEvent::RecordsNotWritten { profile, problem } => {
            if model.due.on_not_recorded(profile, model.context.now) == Failure::New {
                requests.push(Request::Problem(problem));
            }
            model.due.on_clock(model.context.now, &mut model.worksheets.saving, effects);
        }
        StorageEvent::SnippetSaved(path) => {
            model.overlays.on_saved();
            model.notice(format!("Saved as {}", path.display()));
            requests.push(Request::LoadSnippets);
        }
        // The user connected to another profile in the meantime.
        StorageEvent::Snippets { owner, .. } | StorageEvent::Docs { owner, .. }
            if owner != model.context.file_owner() => {}
        StorageEvent::Snippets { snippets, problems, .. } => {
            model.context.snippets = snippets;
            model.report_all(&problems);
        }
        StorageEvent::Docs { packs, problems, .. } => {
            model.context.docs = packs;
            model.report_all(&problems);
            requests.push(Request::Settle);
        }
        StorageEvent::Settings { loaded, then } => {
            super::connection::on_settings(model, loaded, then, requests, effects);
        }
        StorageEvent::SettingsNotLoaded(problem) => {
            if let Some(connect) = &mut model.connect {
                connect.on_settings_refused();
            }
            requests.push(Request::Problem(problem));
        }
        StorageEvent::LastUses(times) => model.context.last_uses = times,
        StorageEvent::ProfileAdded { name, settings } => {
            super::connection::take_settings(model, settings);
            if let Some(connect) = &mut model.connect {
                connect.on_added(&name, &model.context);
            }
            let key = model.context.key(Action::Connect(super::panes::connect::ConnectAction::Connect));
            model.notice(format!("{name} is saved. {key} connects to it."));
        }
        StorageEvent::ProfileNotAdded(problem) => match &mut model.connect {
            Some(connect) => connect.on_not_added(problem),
            None => requests.push(Request::Problem(problem)),
        },
        StorageEvent::SqlFile { profile, event } => {
            super::requests::files::on_event(model, profile.as_deref(), event, requests);
        }
        StorageEvent::Failed(problem) => requests.push(Request::Problem(problem)),
    }
}

fn on_host(model: &mut Model, event: HostEvent, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match event {
        HostEvent::Copied { message, to, copy } => {
            model.notice(message);
            let CopyText { text, what, from } = copy;
            effects.extend(from.map(|from| {
                Effect::Storage(StorageCmd::Copied(CopyRecord {
                    id: String::new(),
                    time: String::new(),
                    os_user: String::new(),
                    profile: from.profile,
                    statement: from.statement,
                    what,
                    bytes: text.len() as u64,
                    to,
                }))
            }));
        }
        HostEvent::Refused { copy, why } => {
            effects.push(Effect::Host(HostCmd::Copy { copy, refused: Some(why) }));
        }
        HostEvent::Failed(problem) => requests.push(Request::Problem(problem)),
    }
}
