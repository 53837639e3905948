//! The one way the model changes: total, synchronous, without clock, file, network or terminal.

use std::sync::Arc;

use crate::domain::accesslog::CopyRecord;
use crate::domain::compute::{Answer, Computed};
use crate::domain::keys::{Chord, Outcome};
use crate::domain::port::{
    CopyText, End, ExportCmd, ExportNews, HostCmd, HostNews, ResultId, RunReport, SavedWorksheet, SessionCmd,
    SessionId, SessionNews, StorageCmd, StorageNews, StoreCmd, StoreNews,
};
use crate::domain::problem::Problem;
use crate::domain::profile::Environment;

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
        Message::Clock(now) => on_clock(model, now, &mut asks, &mut effects),
        Message::Session(id, news) => on_session(model, id, news, &mut asks, &mut effects),
        Message::Result(id, news) => on_result(model, id, news, &mut asks, &mut effects),
        Message::Export(id, news) => {
            let (asks, effects) = (&mut asks, &mut effects);
            let is_unwritten = matches!(news, ExportNews::Cancelled | ExportNews::Failed(_));
            with!(model, asks, effects, grid.on_export(id, news));
            if is_unwritten {
                super::run::stop_unwritten(model, effects);
            }
        }
        Message::Storage(news) => on_storage(model, news, &mut asks, &mut effects),
        Message::Computed(computed) => on_computed(model, computed),
        Message::Host(news) => on_host(model, news, &mut asks, &mut effects),
        Message::WorkerLost(problem) => asks.push(Ask::Problem(problem)),
        Message::Connect(profile) => asks.push(Ask::Connect(profile)),
        Message::Refused(effect) => on_refused(model, effect, &mut asks, &mut effects),
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

/// What the lists of the overlays are made of.
macro_rules! stock {
    ($model:ident) => {
        crate::app::panes::overlay::Stock { activity: &$model.aside.activity, result: $model.grid.front() }
    };
}
pub(super) use stock;

fn on_clock(model: &mut Model, now: std::time::Duration, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    model.shared.now = now;
    if model.shared.running.is_some() {
        effects.push(Effect::Wake(super::run::SOON));
    }
    super::again::on_clock(model, effects);
    // What a full queue refused goes again.
    effects.extend(model.aside.late.drain(..).map(Effect::Storage));
    with!(model, asks, effects, worksheets.save());
}

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
    let stock = stock!(model);
    let mut cx = Cx { shared: &model.shared, asks, effects };
    if let Some(overlay) = &mut model.overlay {
        overlay.type_char(character, &mut cx, stock);
    } else if let Some(connect) = &mut model.connect {
        connect.type_char(character);
    } else if model.focus == Focus::Explorer {
        model.explorer.type_filter(character, &mut cx);
    } else {
        model.worksheets.insert(character.encode_utf8(&mut [0; 4]), &mut cx);
        model.worksheets.settle(&mut cx);
    }
}

fn on_paste(model: &mut Model, text: &str, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let stock = stock!(model);
    let mut cx = Cx { shared: &model.shared, asks, effects };
    if let Some(overlay) = &mut model.overlay {
        overlay.paste(text, &mut cx, stock);
    } else if let Some(connect) = &mut model.connect {
        connect.paste(text);
    } else if model.focus == Focus::Explorer && model.explorer.is_typing {
        model.explorer.paste_filter(text, &mut cx);
    } else {
        model.worksheets.insert(text, &mut cx);
        model.worksheets.settle(&mut cx);
        if model.focus != Focus::Worksheet {
            // What was pasted shall not happen out of sight.
            cx.ask(Ask::Focus(Focus::Worksheet));
            cx.ask(Ask::Notice("pasted into the worksheet".into()));
        }
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
    if model.shared.link.session() != Some(id) {
        return;
    }
    let is_behind = matches!(model.shared.link, Link::Again { .. });
    match news {
        SessionNews::Rung { hop, rung, state } => {
            if is_behind {
                model.aside.again.ladder.on_rung(hop, rung, state);
            } else if let Some(connect) = &mut model.connect {
                connect.on_rung(hop, rung, state);
            }
        }
        SessionNews::Asked(question) if is_behind => super::again::on_asked(model, id, question, effects),
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
            let is_known = super::again::on_ready(model, &facts);
            model.shared.facts = Some(facts);
            model.shared.lag = None;
            if !is_behind {
                model.connect = None;
            }
            if !(is_known && model.shared.catalog.is_some()) {
                effects.push(Effect::Session(id, SessionCmd::LoadCatalog));
            }
            asks.push(Ask::Settle);
        }
        SessionNews::Failed(problem) if is_behind => super::again::on_failed(model, problem, effects),
        SessionNews::Failed(problem) => {
            model.shared.link = Link::Off;
            model.happened(problem.to_string());
            super::run::give_up(model, End::Broken(problem.clone()), asks, effects);
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
        // Nobody waits for it with the hands on the keys: it is shown, and the focus stays where it is.
        SessionNews::CatalogFailed(problem) => {
            let key = model.shared.key(Action::App(super::action::AppAction::Refresh));
            model.happened(problem.to_string());
            model.notice(format!("{}: {key} reads it again", problem.what));
            model.inspector.follow(super::panes::inspector::Shows::Problem(problem), &model.shared);
        }
        SessionNews::Ended { result, report } => super::run::on_ended(model, result, &report, asks, effects),
        SessionNews::Own { text, took, error } => {
            let end = error.map_or_else(String::new, |error| format!(": {error}"));
            model.happened(format!("{text} ({} ms){end}", took.as_millis()));
        }
        SessionNews::Lag(lag) => model.shared.lag = Some((lag, model.shared.now)),
        SessionNews::Lost(problem) => super::again::on_lost(model, &problem, asks, effects),
        SessionNews::Closed => model.shared.link = Link::Off,
    }
}

fn on_result(model: &mut Model, id: ResultId, news: StoreNews, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let is_opened = matches!(news, StoreNews::Opened(_));
    super::run::stop_what_is_not_kept(model, id, &news, effects);
    with!(model, asks, effects, grid.on_store(id, news));
    let has_rows = model.grid.front().is_some_and(|result| result.id == id);
    if is_opened && has_rows && model.overlay.is_none() && model.focus == Focus::Explorer {
        // A preview is looked at where its rows are.
        asks.push(Ask::Focus(Focus::Grid));
    }
}

fn on_storage(model: &mut Model, news: StorageNews, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match news {
        StorageNews::Permitted { session, result, profile, permit } => {
            super::run::on_permitted(model, (session, result), (profile, permit), asks, effects);
        }
        StorageNews::NotPermitted { result, problem } => {
            super::run::on_ended(model, result, &RunReport::of_nothing(End::Broken(problem)), asks, effects);
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
            super::run::leave(model, effects);
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
        StorageNews::ProfileAdded { name, settings } => {
            let built_in = model.shared.profiles.iter().filter(|profile| profile.environment == Environment::Demo);
            let own = settings.profiles.iter().cloned().map(Arc::new);
            model.shared.profiles = own.chain(built_in.cloned()).collect();
            model.shared.settings = settings;
            if let Some(connect) = &mut model.connect {
                connect.on_added(&name, &model.shared);
            }
            let key = model.shared.key(Action::Connect(super::panes::connect::ConnectAction::Connect));
            model.notice(format!("{name} is saved; {key} connects to it"));
        }
        StorageNews::ProfileNotAdded(problem) => match &mut model.connect {
            Some(connect) => connect.on_not_added(problem),
            None => asks.push(Ask::Problem(problem)),
        },
        StorageNews::Failed(problem) => {
            model.worksheets.is_saving = false;
            if let Some(code) = model.aside.leaving {
                effects.push(Effect::Quit(code.max(problem.kind.exit_code())));
            }
            asks.push(Ask::Problem(problem));
        }
    }
}

fn on_host(model: &mut Model, news: HostNews, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match news {
        HostNews::Copied { words, to, copy } => {
            model.notice(words);
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
        HostNews::NotTaken { copy, why } => {
            effects.push(Effect::Host(HostCmd::Copy { copy, refused: Some(why) }));
        }
        HostNews::Failed(problem) => asks.push(Ask::Problem(problem)),
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

fn on_refused(model: &mut Model, effect: Effect, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let what = match &effect {
        Effect::Session(..) => "the session is busy",
        Effect::Store(_) => "the result store is busy",
        Effect::Storage(_) => "the disk is busy",
        Effect::Export(_) => "another export is still ending",
        Effect::Compute(_) | Effect::Discard(_) => "the machine is busy",
        Effect::Host(_) => "the clipboard is busy",
        Effect::Redraw | Effect::Wake(_) | Effect::Quit(_) => "the program is busy",
    };
    model.grid.on_refused();
    model.notice(format!("{what}: try again in a moment"));
    match effect {
        // A statement that could not set out has ended; else it would be said to run for ever.
        Effect::Session(_, SessionCmd::Run { result, .. }) | Effect::Storage(StorageCmd::Begin { result, .. }) => {
            let problem = Problem::new(crate::domain::problem::Kind::Refused, format!("Nothing was sent: {what}"))
                .hint("run it again in a moment");
            super::run::on_ended(model, result, &RunReport::of_nothing(End::Broken(problem)), asks, effects);
        }
        // What happened is written down, if later.
        Effect::Storage(end @ (StorageCmd::End { .. } | StorageCmd::Exported(_) | StorageCmd::Copied(_))) => {
            model.aside.late.push(end);
            effects.push(Effect::Wake(super::run::SOON));
        }
        Effect::Store(StoreCmd::Find { result, .. }) => model.grid.search_refused(result),
        Effect::Export(ExportCmd::Write(order)) => model.grid.forget_export(order.id),
        Effect::Storage(StorageCmd::SaveWorksheets { .. }) => {
            model.worksheets.is_dirty = true;
            model.worksheets.is_saving = false;
            effects.push(Effect::Wake(super::run::SOON));
        }
        _ => {}
    }
}
