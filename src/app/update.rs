//! The one way the model changes: total, synchronous, without clock, file, network or terminal.

use crate::domain::compute::{Answer, Computed};
use crate::domain::keys::{Chord, Outcome};
use crate::domain::port::{
    End, HostNews, Limit, ResultId, RunReport, SavedWorksheet, SessionCmd, SessionId, SessionNews, StorageCmd,
    StorageNews, StoreNews,
};
use crate::domain::problem::Problem;
use crate::domain::profile::Environment;
use crate::domain::sql::locate;

use super::action::Action;
use super::ask::Ask;
use super::effect::Effect;
use super::focus::Focus;
use super::message::Message;
use super::model::Model;
use super::panes::Cx;
use super::panes::overlay::Kind;
use super::shared::Link;

/// Takes one message and answers with what is to be done outside.
#[must_use]
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut asks = Vec::new();
    match message {
        Message::Key(chord) => on_key(model, chord, &mut asks, &mut effects),
        Message::Paste(text) => on_paste(model, &text, &mut asks, &mut effects),
        Message::Resize(size) => {
            model.size = size;
            model.solve();
            asks.push(Ask::Settle);
        }
        Message::Clock(now) => {
            model.shared.now = now;
            if model.shared.running.is_some() {
                effects.push(Effect::Wake(std::time::Duration::from_millis(100)));
            }
        }
        Message::Session(id, news) => on_session(model, id, news, &mut asks, &mut effects),
        Message::Result(id, news) => on_result(model, id, news, &mut asks, &mut effects),
        Message::Storage(news) => on_storage(model, news, &mut asks, &mut effects),
        Message::Computed(computed) => on_computed(model, computed),
        Message::Host(HostNews::Copied(how)) => model.notice(how),
        Message::Host(HostNews::Failed(problem)) | Message::WorkerLost(problem) => asks.push(Ask::Problem(problem)),
        Message::Connect(profile) => asks.push(Ask::Connect(profile)),
        Message::Refused(effect) => on_refused(model, &effect, &mut asks, &mut effects),
        Message::Terminate => asks.push(Ask::Quit),
    }
    super::route::settle(model, asks, &mut effects);
    effects
}

/// Lends a pane its context.
macro_rules! with {
    ($model:ident, $asks:ident, $effects:ident, $pane:ident.$call:ident($($argument:expr),*)) => {
        $model.$pane.$call($($argument,)* &mut Cx { shared: &$model.shared, asks: $asks, effects: $effects })
    };
}
pub(super) use with;

fn on_key(model: &mut Model, chord: Chord, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let (layers, takes_text) = model.layers();
    let keymap = model.shared.keymap.clone();
    model.aside.notice = None;
    match model.matcher.feed(chord, &keymap, &layers, takes_text) {
        Outcome::Action(action) => super::route::act(model, action, asks, effects),
        Outcome::Text(character) => on_text(model, character, asks, effects),
        Outcome::Pending | Outcome::GivenUp => {}
        Outcome::Unbound => {
            let help = model.shared.key(Action::App(super::action::AppAction::Help));
            model.notice(format!("{chord} does nothing here; {help} shows the keys that do"));
        }
    }
}

fn on_text(model: &mut Model, character: char, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let columns = model.grid.column_names();
    let stock = super::panes::overlay::Stock { activity: &model.aside.activity, columns: &columns };
    let mut cx = Cx { shared: &model.shared, asks, effects };
    if let Some(overlay) = &mut model.overlay {
        overlay.type_char(character, &mut cx, stock);
    } else if let Some(connect) = &mut model.connect {
        connect.secret.push(character);
    } else if model.focus == Focus::Explorer {
        model.explorer.type_filter(character, &mut cx);
    } else {
        model.worksheets.insert(character.encode_utf8(&mut [0; 4]), &mut cx);
        model.worksheets.settle(&mut cx);
    }
}

fn on_paste(model: &mut Model, text: &str, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let columns = model.grid.column_names();
    let stock = super::panes::overlay::Stock { activity: &model.aside.activity, columns: &columns };
    let mut cx = Cx { shared: &model.shared, asks, effects };
    if let Some(overlay) = &mut model.overlay {
        overlay.paste(text, &mut cx, stock);
    } else if let Some(connect) = &mut model.connect {
        if connect.takes_text() {
            connect.secret.paste(text);
        }
    } else if model.focus == Focus::Explorer && model.explorer.is_typing {
        model.explorer.paste_filter(text, &mut cx);
    } else {
        model.worksheets.insert(text, &mut cx);
        model.worksheets.settle(&mut cx);
    }
}

fn on_computed(model: &mut Model, computed: Computed) {
    let slot = computed.answer.slot();
    if model.aside.jobs.get(&slot) != Some(&computed.generation) {
        return;
    }
    model.aside.jobs.remove(&slot);
    match computed.answer {
        Answer::Found { best, total } => {
            if let Some(overlay) = &mut model.overlay {
                overlay.on_found(&best, total, &model.shared);
            }
        }
        Answer::Filtered(hits) => model.explorer.on_filtered(hits, &model.shared),
    }
}

fn on_session(model: &mut Model, id: SessionId, news: SessionNews, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let is_ours = matches!(model.shared.link, Link::Connecting(own) | Link::On(own) if own == id);
    if !is_ours {
        return;
    }
    match news {
        SessionNews::Rung { hop, rung, state } => {
            if let Some(connect) = &mut model.connect {
                connect.on_rung(hop, rung, state);
            }
        }
        SessionNews::Asked(question) => {
            if let Some(connect) = &mut model.connect {
                connect.on_asked(question);
            }
        }
        SessionNews::Ready(facts) => {
            model.shared.link = Link::On(id);
            model.shared.database.clone_from(&facts.database);
            for warning in &facts.warnings {
                model.happened(warning.clone());
            }
            // What was wrong at the start stays to be read.
            if model.aside.notice.is_none() {
                model.notice(format!("connected to {} {}", facts.product, facts.short_version()));
            }
            model.shared.facts = Some(facts);
            model.connect = None;
            effects.push(Effect::Session(id, SessionCmd::LoadCatalog));
            asks.push(Ask::Settle);
        }
        SessionNews::Failed(problem) => {
            model.shared.link = Link::Off;
            model.happened(problem.to_string());
            model.connect.get_or_insert_default().on_failed(problem);
        }
        SessionNews::Catalog(catalog) => {
            let before = model.shared.catalog.replace(catalog);
            with!(model, asks, effects, explorer.on_catalog(before.as_deref()));
            effects.extend(before.map(Effect::Discard));
            asks.push(Ask::RefreshOverlay);
            asks.push(Ask::Settle);
            if let Some((schema, table)) = model.worksheets.table(&model.shared) {
                asks.push(Ask::ShowTable { schema, table });
            }
        }
        SessionNews::CatalogFailed(problem) => asks.push(Ask::Problem(problem)),
        SessionNews::Ended { result, report } => on_ended(model, result, &report, asks, effects),
        SessionNews::Own { text, took, error } => {
            let end = error.map_or_else(String::new, |error| format!(": {error}"));
            model.happened(format!("{text} ({} ms){end}", took.as_millis()));
        }
        SessionNews::Lost(problem) => {
            model.shared.link = Link::Lost;
            model.shared.running = None;
            asks.push(Ask::Problem(problem));
        }
        SessionNews::Closed => model.shared.link = Link::Off,
    }
}

fn on_ended(model: &mut Model, result: ResultId, report: &RunReport, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    if let Some(id) = model.aside.record.take() {
        effects.push(Effect::Storage(StorageCmd::End(report.entry(id))));
    }
    model.shared.running = model.shared.running.filter(|running| running.result != result);
    model.aside.notice.take_if(|notice| notice.text == super::route::STOPPING);
    if report.database.is_some() {
        model.shared.database.clone_from(&report.database);
    }
    with!(model, asks, effects, grid.on_ended(result, report));
    let failed = match &report.end {
        End::Broken(problem) => Some(problem),
        End::Complete | End::Limit(_) | End::Cancelled => None,
    };
    let place = failed.and_then(|problem| place_of(model, problem)).zip(model.aside.running_at.take());
    if let Some((at, (key, start))) = place {
        model.worksheets.mark(start + at, Some(&key));
        asks.push(Ask::Settle);
    }
}

/// Where in the statement a problem is: as it says itself, or as the server's words tell.
fn place_of(model: &Model, problem: &Problem) -> Option<usize> {
    let statement = &model.grid.result.as_ref()?.statement;
    let told = problem.server.as_ref();
    problem.at.or_else(|| {
        told.and_then(|error| locate::error_place(statement, &error.message, error.code, model.shared.dialect()))
    })
}

fn on_result(model: &mut Model, id: ResultId, news: StoreNews, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let is_opened = matches!(news, StoreNews::Opened(_));
    stop_what_is_not_kept(model, id, &news, effects);
    with!(model, asks, effects, grid.on_store(id, news));
    let has_rows = model.grid.result.as_ref().is_some_and(|result| result.id == id);
    if is_opened && has_rows && model.overlay.is_none() && model.focus == Focus::Explorer {
        // A preview is looked at where its rows are.
        asks.push(Ask::Focus(Focus::Grid));
    }
}

/// A store that keeps no more rows (its memory bound without a spill, a full disk) has the statement stopped.
fn stop_what_is_not_kept(model: &mut Model, id: ResultId, news: &StoreNews, effects: &mut Vec<Effect>) {
    let has_ended = match news {
        StoreNews::Broken(_) => true,
        StoreNews::Progress(progress) => matches!(progress.end, Some(End::Limit(Limit::Memory(_)) | End::Broken(_))),
        StoreNews::Opened(_) | StoreNews::Window(_) | StoreNews::Value { .. } => false,
    };
    let Link::On(session) = model.shared.link else { return };
    if let Some(running) =
        model.shared.running.as_mut().filter(|running| has_ended && running.result == id && !running.stopping)
    {
        running.stopping = true;
        effects.push(Effect::Session(session, SessionCmd::Cancel(id)));
    }
}

fn on_storage(model: &mut Model, news: StorageNews, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match news {
        StorageNews::Permitted { session, result, permit } => {
            let is_wanted = model.shared.running.is_some_and(|running| running.result == result && !running.stopping);
            model.aside.record = Some(permit.id().to_owned());
            if is_wanted && model.shared.link == Link::On(session) {
                let bounds = super::route::bounds(model);
                effects.push(Effect::Session(session, SessionCmd::Run { permit, result, bounds }));
            } else {
                let report = super::route::not_sent();
                on_ended(model, result, &report, asks, effects);
            }
        }
        StorageNews::NotPermitted { result, problem } => {
            let report = RunReport { end: End::Broken(problem), ..super::route::not_sent() };
            on_ended(model, result, &report, asks, effects);
        }
        StorageNews::History(past) => asks.push(Ask::Open(Kind::History(past))),
        StorageNews::Worksheets { profile, worksheets, front, problems } => {
            let is_demo = model.shared.profile.as_ref().is_some_and(|profile| profile.environment == Environment::Demo);
            let first = if worksheets.is_empty() && is_demo { model.aside.first_worksheet.take() } else { None };
            let is_first = first.is_some();
            let worksheets =
                first.map_or(worksheets, |(title, text)| vec![SavedWorksheet::new("sheet-1", &title, &text)]);
            with!(model, asks, effects, worksheets.load(&profile, worksheets, front));
            model.worksheets.is_dirty |= is_first;
            tell_all(model, &problems);
            asks.push(Ask::Settle);
        }
        StorageNews::WorksheetsSaved => {
            model.worksheets.is_saving = false;
            with!(model, asks, effects, worksheets.save());
            if let Some(code) = model.aside.leaving.filter(|_| !model.worksheets.is_saving) {
                effects.push(Effect::Quit(code));
            }
        }
        StorageNews::SnippetSaved(path) => {
            model.overlay = None;
            model.notice(format!("saved as {}", path.display()));
            asks.push(Ask::LoadSnippets);
        }
        StorageNews::Snippets { snippets, problems } => {
            model.shared.snippets = snippets;
            tell_all(model, &problems);
        }
        StorageNews::Docs { packs, problems } => {
            model.shared.docs = packs;
            tell_all(model, &problems);
            asks.push(Ask::Settle);
        }
        StorageNews::Failed(problem) => {
            model.worksheets.is_saving = false;
            if let Some(code) = model.aside.leaving {
                effects.push(Effect::Quit(code.max(problem.kind.exit_code())));
            }
            asks.push(Ask::Problem(problem));
        }
    }
}

fn tell_all(model: &mut Model, problems: &[Problem]) {
    for problem in problems {
        model.happened(problem.to_string());
    }
    if let Some(first) = problems.first() {
        let key = model.shared.key(Action::App(super::action::AppAction::Activity));
        model.notice(format!("{} ({} in all; {key} lists them)", first.what, problems.len()));
    }
}

fn on_refused(model: &mut Model, effect: &Effect, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let what = match effect {
        Effect::Session(..) => "the session is busy",
        Effect::Store(_) => "the result store is busy",
        Effect::Storage(_) => {
            model.worksheets.is_dirty |= model.worksheets.is_saving;
            model.worksheets.is_saving = false;
            "the disk is busy"
        }
        Effect::Compute(_) | Effect::Discard(_) => "the machine is busy",
        Effect::Host(_) => "the clipboard is busy",
        Effect::Wake(_) | Effect::Quit(_) => "the program is busy",
    };
    if let Some(result) = &mut model.grid.result {
        result.asked = None;
    }
    model.notice(format!("{what}: try again in a moment"));
    // A statement that could not set out has ended; else it would be said to run for ever.
    if let Effect::Session(_, SessionCmd::Run { result, .. }) | Effect::Storage(StorageCmd::Begin { result, .. }) =
        effect
    {
        let problem = Problem::new(crate::domain::problem::Kind::Refused, format!("Nothing was sent: {what}"))
            .hint("run it again in a moment");
        let report = RunReport { end: End::Broken(problem), ..super::route::not_sent() };
        on_ended(model, *result, &report, asks, effects);
    }
}
