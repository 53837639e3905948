//! Who answers what a pane asks, and where an action goes. The only file that knows more than one pane.

mod results;

use std::sync::Arc;

use crate::domain::catalog::find::ObjectRef;
use crate::domain::port::{Demo, End, HostCmd, Replace, SessionCmd, StorageCmd};
use crate::domain::problem::{Kind as Trouble, Problem, Remedy};
use crate::domain::profile::Environment;
use crate::domain::snippets::Snippet;

use super::action::{Action, AppAction};
use super::ask::Ask;
use super::effect::Effect;
use super::focus::Focus;
use super::model::Model;
use super::panes::Cx;
use super::panes::connect::Connect;
use super::panes::explorer::Explorer;
use super::panes::inspector::Shows;
use super::panes::overlay::{Kind, Overlay};
use super::shared::Link;
use super::update::{stock, with};

/// History lines read at once.
const HISTORY: usize = 500;
/// Asks answered for one message; more would be two panes asking each other.
const ASKS: usize = 64;

/// Does an action: the pane of its layer decides.
pub(super) fn act(model: &mut Model, action: Action, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match action {
        Action::App(action) => act_app(model, action, asks, effects),
        Action::List(action) => {
            let stock = stock!(model);
            if let Some(overlay) = &mut model.overlay {
                overlay.act(action, &mut Cx { shared: &model.shared, asks, effects }, stock);
            }
        }
        Action::Connect(action) => {
            if let Some(connect) = &mut model.connect {
                connect.act(action, &mut Cx { shared: &model.shared, asks, effects });
            }
        }
        Action::Explorer(action) => with!(model, asks, effects, explorer.act(action)),
        Action::Filter(action) => with!(model, asks, effects, explorer.act_filter(action)),
        Action::Worksheet(action) => {
            with!(model, asks, effects, worksheets.act(action));
            follow(model);
        }
        Action::Grid(action) => with!(model, asks, effects, grid.act(action)),
        Action::Inspector(action) => with!(model, asks, effects, inspector.act(action)),
    }
}

/// The inspector follows the cursor of the worksheet.
fn follow(model: &mut Model) {
    if model.shared.areas.inspector.is_some()
        && let Some((schema, table)) = model.worksheets.table(&model.shared)
    {
        model.inspector.follow(Shows::Table { schema, table }, &model.shared);
    }
}

fn act_app(model: &mut Model, action: AppAction, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match action {
        AppAction::Palette => asks.push(Ask::Open(Kind::Palette)),
        AppAction::Help => {
            let (mut layers, takes_text) = model.layers();
            // Where text is typed, the keys of the whole program come before those that move in the text.
            if takes_text && model.overlay.is_none() && model.connect.is_none() {
                layers.reverse();
            }
            asks.push(Ask::Open(Kind::Help(layers)));
        }
        AppAction::Quit if model.shared.running.is_some() => asks.push(Ask::Confirm {
            question: "A statement is running. Stop it and leave?".into(),
            yes: Box::new(Ask::Quit),
        }),
        AppAction::Quit if model.grid.exporting().is_some() => asks.push(Ask::Confirm {
            question: "Rows are being written to a file. Stop that and leave?".into(),
            yes: Box::new(Ask::Quit),
        }),
        AppAction::Quit => asks.push(Ask::Quit),
        AppAction::Stop => super::run::stop(model, asks, effects),
        AppAction::Back => {
            if model.options.zoom {
                model.options.zoom = false;
                asks.push(Ask::Settle);
            } else {
                asks.push(Ask::Focus(Focus::Worksheet));
            }
        }
        AppAction::NextPanel | AppAction::PreviousPanel => {
            let forward = action == AppAction::NextPanel;
            asks.push(Ask::Focus(neighbour(model, forward)));
        }
        AppAction::Run => {
            with!(model, asks, effects, worksheets.run());
        }
        AppAction::RunAll => with!(model, asks, effects, worksheets.run_all()),
        AppAction::ToggleExplorer => {
            let is_seen = model.shared.areas.explorer.is_some();
            model.options.explorer = !is_seen;
            asks.push(Ask::Focus(if is_seen { Focus::Worksheet } else { Focus::Explorer }));
        }
        AppAction::ToggleInspector if model.shared.areas.inspector.is_some() => asks.push(Ask::HideInspector),
        AppAction::ToggleInspector => asks.push(Ask::ShowInspector),
        AppAction::Zoom => {
            model.options.zoom = !model.options.zoom;
            asks.push(Ask::Settle);
        }
        AppAction::Snippets => asks.push(Ask::Open(Kind::Snippets)),
        AppAction::SaveSnippet => match model.worksheets.statement() {
            Some((_, statement)) => asks.push(Ask::Open(Kind::SaveSnippet { statement: statement.to_owned() })),
            None => asks.push(Ask::Notice("put the cursor on a statement first".into())),
        },
        AppAction::History => effects.push(Effect::Storage(StorageCmd::LoadHistory { most: HISTORY })),
        AppAction::Activity => asks.push(Ask::Open(Kind::Activity)),
        AppAction::Find => asks.push(Ask::Open(Kind::Find)),
        AppAction::Profiles => model.connect = Some(Connect::default()),
        AppAction::Reconnect => super::again::now(model, asks, effects),
        AppAction::Refresh => match model.shared.link {
            Link::On(session) => {
                effects.push(Effect::Session(session, SessionCmd::LoadCatalog));
                model.notice("reading the catalog again");
            }
            Link::Off | Link::Connecting(_) | Link::Waiting { .. } | Link::Again { .. } | Link::Lost => {
                model.notice("not connected: nothing to read");
            }
        },
        AppAction::NewWorksheet => {
            let title = model.worksheets.free_title();
            model.worksheets.open_new(&title, "");
            asks.push(Ask::Focus(Focus::Worksheet));
        }
        AppAction::CloseWorksheet => {
            model.worksheets.close();
            asks.push(Ask::Settle);
        }
        AppAction::NextWorksheet | AppAction::PreviousWorksheet => {
            model.worksheets.turn(if action == AppAction::NextWorksheet { 1 } else { -1 });
            asks.push(Ask::Settle);
        }
        AppAction::Rename => asks.push(Ask::Open(Kind::Rename)),
        AppAction::Redraw => effects.push(Effect::Redraw),
    }
}

fn neighbour(model: &Model, forward: bool) -> Focus {
    let all: Vec<Focus> = Focus::ALL.into_iter().filter(|focus| model.can_show(*focus)).collect();
    let at = all.iter().position(|focus| *focus == model.focus).unwrap_or(0);
    let next = if forward { at + 1 } else { at + all.len().max(1) - 1 };
    all.get(next % all.len().max(1)).copied().unwrap_or(Focus::Worksheet)
}

/// Answers what was asked, and what that asks in turn.
pub(super) fn settle(model: &mut Model, asks: Vec<Ask>, effects: &mut Vec<Effect>) {
    let mut waiting: std::collections::VecDeque<Ask> = asks.into();
    for _ in 0..ASKS {
        let Some(ask) = waiting.pop_front().or_else(|| results::outlived(model)) else { break };
        let mut more = Vec::new();
        answer(model, ask, &mut more, effects);
        waiting.extend(more);
    }
}

fn answer(model: &mut Model, ask: Ask, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    match ask {
        Ask::Connect(name) => connect(model, &name, asks, effects),
        Ask::Decline => {
            if let Link::Connecting(session) = model.shared.link {
                effects.push(Effect::Session(session, SessionCmd::Close));
                model.shared.link = Link::Off;
            }
        }
        Ask::Run { statement, from } => super::run::run(model, (statement, Vec::new()), from, asks, effects),
        Ask::RunAll(statements) => super::run::run_all(model, statements, asks),
        Ask::Follow { columns, column, value } => {
            if let Some(column) = columns.get(column) {
                super::run::follow(model, column, value.as_deref(), asks, effects);
            }
        }
        Ask::Insert(text) => {
            let mut cx = Cx { shared: &model.shared, asks, effects };
            model.worksheets.insert(&text, &mut cx);
            model.worksheets.settle(&mut cx);
        }
        Ask::NewWorksheet { title, text } => {
            model.worksheets.open_new(&title, &text);
            asks.push(Ask::Focus(Focus::Worksheet));
        }
        Ask::ShowTable { schema, table } => model.inspector.follow(Shows::Table { schema, table }, &model.shared),
        Ask::ShowInspector => {
            model.options.inspector = true;
            if model.focus != Focus::Inspector {
                model.aside.came_from = model.focus;
            }
            asks.push(Ask::Focus(Focus::Inspector));
        }
        Ask::HideInspector => {
            model.options.inspector = false;
            // One step back is the panel from which it was opened: the cursor is there.
            let back = if model.focus == Focus::Inspector { model.aside.came_from } else { model.focus };
            asks.push(Ask::Focus(back));
        }
        Ask::Do(action) => act(model, action, asks, effects),
        Ask::Confirm { question, yes } => asks.push(Ask::Open(Kind::Confirm { question, yes })),
        Ask::Copy(copy) if copy.text.is_empty() => {
            // Terminals drop a copy of nothing: the clipboard would keep what it has.
            let what = if copy.from.is_some() { "the value" } else { "the text" };
            model.notice(format!("{what} is empty: nothing was copied"));
        }
        Ask::Copy(copy) => effects.push(Effect::Host(HostCmd::Copy { copy, refused: None })),
        ask @ (Ask::CopyForm
        | Ask::CopyAs(_)
        | Ask::FilterForm(_)
        | Ask::FilterBy(_)
        | Ask::SearchForm
        | Ask::SearchBy(_)
        | Ask::SearchShownForm
        | Ask::SearchShown(_)
        | Ask::ChartForm
        | Ask::Plot(_)
        | Ask::ZoneForm
        | Ask::Zone(_)
        | Ask::ExportForm
        | Ask::ExportAs(_)
        | Ask::ExportPath(..)
        | Ask::Export { .. }
        | Ask::ExportTo(_)
        | Ask::RunAgain { .. }
        | Ask::ShowProfile { .. }
        | Ask::ShowChart { .. }
        | Ask::JumpForm { .. }
        | Ask::ShowRow { .. }
        | Ask::ShowValue { .. }
        | Ask::ShowWarnings
        | Ask::Jump { .. }) => results::answer(model, ask, asks, effects),
        Ask::SaveSnippet { name, statement } => match Snippet::from_statement(&name, &statement) {
            Ok(snippet) => {
                effects.push(Effect::Storage(StorageCmd::SaveSnippet { snippet, replace: Replace::Forbidden }));
            }
            Err(problem) => model.notice(problem.to_string()),
        },
        Ask::ShowPlace(object) => show_place(model, object, asks),
        Ask::Rename(title) => {
            model.worksheets.rename(title);
            asks.push(Ask::Settle);
        }
        Ask::Open(kind) => open(model, kind, asks, effects),
        Ask::RefreshOverlay => refresh_overlay(model, asks, effects),
        Ask::Compute(work) => effects.push(Effect::Compute(model.new_job(work))),
        Ask::LoadSnippets => load_snippets(model, effects),
        Ask::Focus(focus) => {
            model.focus = focus;
            match focus {
                Focus::Explorer => model.options.explorer = true,
                Focus::Inspector => model.options.inspector = true,
                Focus::Worksheet | Focus::Grid => {}
            }
            asks.push(Ask::Settle);
        }
        Ask::Settle => settle_panes(model, asks, effects),
        Ask::Close => close(model),
        Ask::Notice(text) => model.notice(text),
        Ask::Problem(problem) => show_problem(model, problem, asks),
        Ask::Quit => quit(model, asks, effects),
    }
}

/// Closes the overlay, else the connection screen where there is another one behind it.
fn close(model: &mut Model) {
    let has_screen = match model.shared.link {
        Link::On(_) | Link::Waiting { .. } | Link::Again { .. } | Link::Lost => true,
        Link::Off | Link::Connecting(_) => false,
    };
    if model.overlay.take().is_none() && has_screen {
        model.connect = None;
    } else if model.connect.is_some() {
        let key = model.shared.key(Action::App(AppAction::Quit));
        model.notice(format!("choose a profile; {key} leaves rrx"));
    }
}

fn settle_panes(model: &mut Model, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    model.solve();
    model.explorer.settle(&model.shared);
    with!(model, asks, effects, worksheets.settle());
    with!(model, asks, effects, grid.settle());
    model.inspector.refresh(&model.shared);
    if let Some(connect) = &mut model.connect {
        connect.settle(&model.shared);
    }
}

fn show_place(model: &mut Model, object: ObjectRef, asks: &mut Vec<Ask>) {
    model.explorer.show(object, &model.shared);
    asks.push(Ask::Focus(Focus::Explorer));
    if let Some((schema, table)) = model.explorer.table(&model.shared) {
        asks.push(Ask::ShowTable { schema, table });
    }
}

fn open(model: &mut Model, kind: Kind, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let stock = stock!(model);
    model.overlay = Some(Overlay::open(kind, &mut Cx { shared: &model.shared, asks, effects }, stock));
}

fn refresh_overlay(model: &mut Model, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let stock = stock!(model);
    if let Some(overlay) = &mut model.overlay {
        overlay.refresh(&mut Cx { shared: &model.shared, asks, effects }, stock);
    }
}

fn show_problem(model: &mut Model, problem: Problem, asks: &mut Vec<Ask>) {
    model.happened(problem.to_string());
    // It stands in the inspector, unless something lies over that.
    if model.overlay.is_some() || model.connect.is_some() {
        model.notice(problem.what.clone());
    }
    show(model, Shows::Problem(problem), asks);
}

fn show(model: &mut Model, shows: Shows, asks: &mut Vec<Ask>) {
    model.inspector.show(shows, &model.shared);
    asks.push(Ask::ShowInspector);
}

fn quit(model: &mut Model, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    if let Some(session) = model.shared.link.session() {
        effects.push(Effect::Session(session, SessionCmd::Close));
    }
    super::run::give_up(model, End::Cancelled, asks, effects);
    model.aside.leaving = Some(0);
    with!(model, asks, effects, worksheets.save());
    super::run::leave(model, effects);
}

fn connect(model: &mut Model, name: &str, asks: &mut Vec<Ask>, effects: &mut Vec<Effect>) {
    let Some(profile) = model.shared.profiles.iter().find(|profile| profile.name == name).cloned() else {
        asks.push(Ask::Problem(
            Problem::new(Trouble::Settings, format!("There is no profile `{name}`"))
                .hint(format!(
                    "`{}` lists those that there are",
                    model.shared.settings.command_line.with("profiles list")
                ))
                .then(Remedy::ChooseProfile),
        ));
        return;
    };
    let ladder = model.connect.get_or_insert_default();
    ladder.start(name);
    if let Some(refusal) = profile.refusal() {
        ladder.on_failed(refusal);
        return;
    }
    if let Some(old) = model.shared.link.session() {
        effects.push(Effect::Session(old, SessionCmd::Close));
        super::run::give_up(model, End::Cancelled, asks, effects);
    }
    let session = model.new_session();
    model.shared.link = Link::Connecting(session);
    model.shared.facts = None;
    if model.shared.profile.as_ref().is_none_or(|before| before.name != name) {
        model.shared.catalog = None;
        model.explorer = Explorer::default();
    }
    model.shared.profile = Some(Arc::clone(&profile));
    let is_demo = profile.environment == Environment::Demo;
    let demo = if is_demo { Demo::Yes } else { Demo::No };
    effects.push(Effect::Session(
        session,
        SessionCmd::Connect { profile: Arc::clone(&profile), database: None, after: None },
    ));
    if model.worksheets.profile.as_deref() != Some(name) {
        effects.push(Effect::Storage(StorageCmd::LoadWorksheets { profile: name.to_owned() }));
    }
    effects.push(Effect::Storage(StorageCmd::LoadDocs { folders: profile.docs.clone(), demo }));
    load_snippets(model, effects);
}

fn load_snippets(model: &Model, effects: &mut Vec<Effect>) {
    let folders = model.shared.profile.as_ref().map_or_else(Vec::new, |profile| profile.snippets.clone());
    effects.push(Effect::Storage(StorageCmd::LoadSnippets { folders }));
}
