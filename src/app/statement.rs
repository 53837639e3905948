//! The way of a statement: guard, record, permit, send, end. Whatever happens, its record gets an end.

use std::time::Duration;

use crate::domain::access_log::{BeginRecord, Permit};
use crate::domain::limits::{FETCH_SECONDS, PREVIEW_ROWS, SECONDS};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::profile::Profile;
use crate::domain::protocol::{
    End, ExportCmd, ExportOrder, Limit, ResultId, RunBounds, RunReport, ServerFacts, SessionCmd, SessionId, StorageCmd,
    StoreEvent,
};
use crate::domain::quantity::counted;
use crate::domain::results::{Column, TypeClass};
use crate::domain::sql::quote::quoted_identifier;
use crate::domain::sql::{Param, Policy, guard, locate};

use super::action::{Action, AppAction};
use super::context::{ConnectionState, Running};
use super::effect::Effect;
use super::focus::Focus;
use super::model::{Model, Record, StatementInFlight};
use super::panes::PaneContext;
use super::request::{Request, StatementOrigin};
use super::update::with;

/// What is said from stopping a statement until it has ended.
const STOPPING: &str = "stopping the statement …";
/// How long until the clock is looked at while a statement runs, or until what was refused is tried again.
pub(super) const SOON: Duration = Duration::from_millis(100);

/// Guard, then the record; the permit comes back as news and is sent then.
pub(super) fn run(
    model: &mut Model,
    (statement, params): (String, Vec<Param>),
    from: StatementOrigin,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let (ConnectionState::Connected(session), Some(profile), Some(facts)) =
        (&model.context.link, model.context.profile.clone(), model.context.facts.clone())
    else {
        let key = model.context.key(Action::App(AppAction::Reconnect));
        let who = match model.context.link {
            ConnectionState::Waiting { .. } | ConnectionState::Reconnecting { .. } => {
                "connecting again by itself, and {key} at once"
            }
            ConnectionState::None
            | ConnectionState::Connecting(_)
            | ConnectionState::Connected(_)
            | ConnectionState::Lost => "{key} connects again",
        };
        model.notice(format!("not connected, so nothing was sent: {}", who.replace("{key}", &key)));
        return;
    };
    let session = *session;
    if model.context.running.is_some() {
        let key = model.context.key(Action::App(AppAction::Stop));
        model.notice(format!("a statement is running: {key} stops it"));
        return;
    }
    let result = model.new_result();
    let at = from.at();
    let checked = match guard::check(&statement, facts.dialect, Policy::default(), session) {
        Ok(checked) => checked,
        Err(refusal) => {
            if let Some(at) = at {
                model.worksheets.mark(at + refusal.at.start, None);
            }
            with!(model, requests, effects, grid.start(result, statement, from));
            model.aside.queue.clear();
            let problem = Problem::new(ProblemKind::Refused, refusal.what)
                .because("the guard lets only statements through that read")
                .hint(refusal.hint)
                .at(refusal.at.start);
            with!(model, requests, effects, grid.on_ended(result, &RunReport::of_nothing(End::Broken(problem))));
            requests.push(look_at_results(model));
            return;
        }
    };
    let database = model.context.database.clone();
    if let (Some(_), Some(sheet)) = (at, model.worksheets.sheets.get_mut(model.worksheets.front)) {
        let here = (profile.name.clone(), database.clone());
        let is_elsewhere = sheet.last_run.as_ref().is_some_and(|last| *last != here);
        if is_elsewhere && !sheet.confirmed_elsewhere {
            sheet.confirmed_elsewhere = true;
            let last = sheet.last_run.clone().map(|last| format!("{} {}", last.0, last.1.unwrap_or_default()));
            requests.push(Request::Confirm {
                question: format!(
                    "This worksheet last ran on {}. Run it on {} {}?",
                    last.unwrap_or_default().trim(),
                    here.0,
                    here.1.clone().unwrap_or_default()
                ),
                yes: Box::new(Request::Run { statement, from }),
                no: None,
            });
            return;
        }
        sheet.last_run = Some(here);
        sheet.confirmed_elsewhere = false;
        sheet.error_at = None;
        model.worksheets.is_dirty = true;
    }
    let at = at.zip(model.worksheets.sheet()).map(|(at, sheet)| (sheet.key.clone(), at));
    model.aside.in_flight = Some(StatementInFlight { result, at, has_row_limit: true, record: None });
    model.context.running = Some(Running { result, since: model.context.now, stopping: false });
    with!(model, requests, effects, grid.start(result, statement.clone(), from));
    let begin = begin_record(model, (&profile, &facts), statement, params);
    effects.push(Effect::Storage(StorageCmd::Begin { session, result, checked, begin }));
    effects.push(Effect::Wake(SOON));
    requests.push(look_at_results(model));
}

/// What the record of a statement says before it is sent; the storage room fills in the rest.
fn begin_record(
    model: &Model,
    (profile, facts): (&Profile, &ServerFacts),
    statement: String,
    params: Vec<Param>,
) -> BeginRecord {
    BeginRecord {
        id: String::new(),
        time: String::new(),
        os_user: String::new(),
        profile: profile.name.clone(),
        account: facts.account.clone(),
        server: facts.identity.clone(),
        database: model.context.database.clone(),
        statement,
        params,
        reference: None,
    }
}

/// Sends a statement again for a file that waits for its rows: guard, record and permit as for every statement.
pub(super) fn run_again(
    model: &mut Model,
    order: &ExportOrder,
    (statement, profile): (String, &str),
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(result) = order.again else { return };
    let database = model.grid.of(order.result).and_then(|result| result.database.clone());
    let is_here = |name: &str| name == profile && database == model.context.database;
    let here = match (&model.context.link, &model.context.profile, &model.context.facts) {
        (ConnectionState::Connected(session), Some(here), Some(facts))
            if is_here(&here.name) && model.context.running.is_none() =>
        {
            Ok((*session, here.clone(), facts.clone()))
        }
        (ConnectionState::Connected(_), Some(here), Some(_)) if is_here(&here.name) => Err("a statement is running"),
        (ConnectionState::Connected(_), ..) => Err("its rows are of another profile or database"),
        _ => Err("not connected"),
    };
    let checked = here.and_then(|(session, here, facts)| {
        let checked = guard::check(&statement, facts.dialect, Policy::default(), session);
        checked.map(|checked| (session, here, facts, checked)).map_err(|_| "the guard refuses the statement now")
    });
    match checked {
        Ok((session, here, facts, checked)) => {
            let begin = begin_record(model, (&here, &facts), statement, Vec::new());
            model.aside.in_flight = Some(StatementInFlight { result, at: None, has_row_limit: false, record: None });
            model.context.running = Some(Running { result, since: model.context.now, stopping: false });
            effects.push(Effect::Storage(StorageCmd::Begin { session, result, checked, begin }));
            effects.push(Effect::Wake(SOON));
        }
        Err(why) => {
            effects.push(Effect::Export(ExportCmd::Cancel(order.id)));
            let problem = Problem::new(ProblemKind::Refused, "Nothing was sent, and no file is written").because(why);
            requests.push(Request::Problem(
                problem.hint("export again when that is over, or write the rows that are here"),
            ));
        }
    }
}

/// Rows that no file takes any more are not wanted from the server either.
pub(super) fn stop_unwritten(model: &mut Model, effects: &mut Vec<Effect>) {
    let file = model.grid.exporting().and_then(|export| export.order.again);
    if let (Some(running), ConnectionState::Connected(session)) = (&mut model.context.running, &model.context.link)
        && !running.stopping
        && file != Some(running.result)
        && model.grid.of(running.result).is_none()
    {
        running.stopping = true;
        effects.push(Effect::Session(*session, SessionCmd::Cancel(running.result)));
    }
}

/// The begin record is on disk: the statement is sent, unless nobody wants it any more.
pub(super) fn on_permitted(
    model: &mut Model,
    (session, result): (SessionId, ResultId),
    (profile, permit): (String, Permit),
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let record = Record { profile, id: permit.id().to_owned() };
    let Some(in_flight) = model.aside.in_flight.as_mut().filter(|in_flight| in_flight.result == result) else {
        effects.push(end_record(record, &RunReport::of_nothing(End::Cancelled)));
        return;
    };
    in_flight.record = Some(record);
    let has_row_limit = in_flight.has_row_limit;
    let is_wanted = model.context.running.is_some_and(|running| running.result == result && !running.stopping);
    if is_wanted && model.context.link == ConnectionState::Connected(session) {
        let bounds = bounds(model);
        let bounds = RunBounds { rows: bounds.rows.filter(|_| has_row_limit), ..bounds };
        effects.push(Effect::Session(session, SessionCmd::Run { permit, result, bounds }));
    } else {
        on_ended(model, result, &RunReport::of_nothing(End::Cancelled), requests, effects);
    }
}

/// The statement has ended: its record gets its end, an error its mark.
pub(super) fn on_ended(
    model: &mut Model,
    result: ResultId,
    report: &RunReport,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let in_flight = model.aside.in_flight.take_if(|in_flight| in_flight.result == result);
    let (record, at) = in_flight.map_or((None, None), |in_flight| (in_flight.record, in_flight.at));
    effects.extend(record.map(|record| end_record(record, report)));
    model.context.running = model.context.running.filter(|running| running.result != result);
    model.aside.notice.take_if(|notice| notice.text == STOPPING);
    if report.database.is_some() {
        model.context.database.clone_from(&report.database);
    }
    with!(model, requests, effects, grid.on_ended(result, report));
    // The file hears of its rows' end by the rows; where none were sent it would wait for ever.
    let file = model.grid.exporting().filter(|export| export.order.again == Some(result)).map(|export| export.order.id);
    match (&report.end, file) {
        (End::Cancelled, Some(id)) => effects.push(Effect::Export(ExportCmd::Cancel(id))),
        (End::Broken(problem), Some(id)) => {
            effects.push(Effect::Export(ExportCmd::Cancel(id)));
            requests.push(Request::Problem(problem.clone()));
        }
        (End::Complete | End::Limit(_), _) | (_, None) => {}
    }
    let place = match &report.end {
        End::Broken(problem) => place_of(model, result, problem),
        End::Complete | End::Limit(_) | End::Cancelled => None,
    };
    if let Some((place, (key, start))) = place.zip(at) {
        model.worksheets.mark(start + place, Some(&key));
        requests.push(Request::Settle);
    }
    leave(model, effects);
    next(model, &report.end, requests);
}

/// Runs several statements one after the other; the session runs one at a time.
pub(super) fn run_all(model: &mut Model, statements: Vec<(usize, String)>, requests: &mut Vec<Request>) {
    if model.context.running.is_some() {
        let key = model.context.key(Action::App(AppAction::Stop));
        model.notice(format!("a statement is running: {key} stops it"));
        return;
    }
    model.aside.next_run += 1;
    let run = model.aside.next_run;
    let queue = statements.into_iter().map(|(at, statement)| (statement, StatementOrigin::Several { run, at }));
    model.aside.queue = queue.collect();
    take_next(model, requests);
}

/// The next of several, where the one before has ended well; else the rest is left.
fn next(model: &mut Model, end: &End, requests: &mut Vec<Request>) {
    if model.aside.queue.is_empty() {
        return;
    }
    match end {
        End::Complete | End::Limit(_) => take_next(model, requests),
        End::Cancelled | End::Broken(_) => {
            let left = model.aside.queue.len();
            model.aside.queue.clear();
            model.notice(format!("the {} behind it did not run", counted(left as u64, "statement")));
        }
    }
}

fn take_next(model: &mut Model, requests: &mut Vec<Request>) {
    if let Some((statement, from)) = model.aside.queue.pop_front() {
        requests.push(Request::Run { statement, from });
    }
}

/// Looks up the row to which a key refers, by its value beside the statement.
pub(super) fn follow(
    model: &mut Model,
    column: &Column,
    value: Option<&[u8]>,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(to) = model.context.refers_to(column) else {
        model.notice("the catalog has no foreign key of this column");
        return;
    };
    let Some(value) = value else {
        model.notice(format!("NULL refers to no row of {}", to.table));
        return;
    };
    let place = format!("{}.{}", quoted_identifier(&to.schema), quoted_identifier(&to.table));
    let statement = format!("SELECT * FROM {place} WHERE {} = ? LIMIT {PREVIEW_ROWS}", quoted_identifier(&to.column));
    run(model, (statement, vec![bound(column, value)]), StatementOrigin::Key, requests, effects);
}

/// A value of a result as a statement takes it: numbers as numbers, so that an index serves.
fn bound(column: &Column, value: &[u8]) -> Param {
    let text = std::str::from_utf8(value).ok();
    let whole = text.filter(|_| column.class() == TypeClass::Integer);
    let signed = whole.and_then(|text| text.parse().ok()).map(Param::Integer);
    let unsigned = whole.and_then(|text| text.parse().ok()).map(Param::Unsigned);
    let is_binary = matches!(column.class(), TypeClass::Binary | TypeClass::Bit | TypeClass::Geometry);
    let text = text.filter(|_| !is_binary).map(|text| Param::Text(text.to_owned()));
    signed.or(unsigned).or(text).unwrap_or_else(|| Param::Bytes(value.to_vec()))
}

/// The session goes while its statement is in flight: nobody will hear how it ended, so its record ends here.
pub(super) fn give_up(model: &mut Model, end: End, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let Some(running) = model.context.running.take() else { return };
    if model.aside.in_flight.as_ref().is_some_and(|in_flight| in_flight.record.is_none()) {
        // Its begin record is still being written; the permit will find nobody who wants it.
        return;
    }
    let progress = model.grid.of(running.result);
    let (rows, bytes) = progress.map_or((0, 0), |result| (result.progress.rows, result.progress.bytes));
    let total = model.context.now.saturating_sub(running.since);
    on_ended(model, running.result, &RunReport { rows, bytes, total, ..RunReport::of_nothing(end) }, requests, effects);
}

/// Leaves, once all that has to be on disk has been handed over.
pub(super) fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    let is_done = !model.worksheets.is_saving && model.aside.in_flight.is_none();
    if let Some(code) = model.aside.leaving.filter(|_| is_done) {
        effects.extend(model.aside.late.drain(..).map(Effect::Storage));
        effects.push(Effect::Quit(code));
    }
}

/// Stops the statement in flight; the program stays.
pub(super) fn stop(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if let (Some(running), ConnectionState::Connected(session)) = (&mut model.context.running, &model.context.link) {
        running.stopping = true;
        effects.push(Effect::Session(*session, SessionCmd::Cancel(running.result)));
        model.notice(STOPPING);
    } else if let Some(export) = model.grid.exporting() {
        effects.push(Effect::Export(ExportCmd::Cancel(export.order.id)));
        model.notice("stopping the export …");
    } else if !with!(model, requests, effects, grid.give_up()) && !super::reconnect::stop(model, effects) {
        let key = model.context.key(Action::App(AppAction::Quit));
        model.notice(format!("nothing is running; {key} leaves rrx"));
    }
}

/// A store that keeps no more rows (its memory bound without a spill, a full disk) has the statement stopped.
pub(super) fn stop_what_is_not_kept(model: &mut Model, id: ResultId, event: &StoreEvent, effects: &mut Vec<Effect>) {
    let has_ended = match event {
        StoreEvent::Broken(_) => true,
        StoreEvent::Progress(progress) => matches!(progress.end, Some(End::Limit(Limit::Memory(_)) | End::Broken(_))),
        StoreEvent::Opened(_)
        | StoreEvent::Window(_)
        | StoreEvent::Value { .. }
        | StoreEvent::Arranged(_)
        | StoreEvent::Working { .. }
        | StoreEvent::Failed { .. }
        | StoreEvent::Found { .. }
        | StoreEvent::Next(_)
        | StoreEvent::Profiled { .. }
        | StoreEvent::Plotted(_)
        | StoreEvent::Copied(_) => false,
    };
    let ConnectionState::Connected(session) = model.context.link else { return };
    if let Some(running) =
        model.context.running.as_mut().filter(|running| has_ended && running.result == id && !running.stopping)
    {
        running.stopping = true;
        effects.push(Effect::Session(session, SessionCmd::Cancel(id)));
    }
}

fn end_record(Record { profile, id }: Record, report: &RunReport) -> Effect {
    Effect::Storage(StorageCmd::End { profile, entry: report.entry(id) })
}

/// Where in the statement a problem is: as it says itself, or as the server's words tell.
fn place_of(model: &Model, result: ResultId, problem: &Problem) -> Option<usize> {
    let statement = &model.grid.of(result)?.statement;
    let told = problem.server.as_ref();
    problem.at.or_else(|| {
        told.and_then(|error| locate::error_place(statement, &error.message, error.code, model.context.dialect()))
    })
}

/// Where one panel has the whole screen, a run turns to the results: nobody would see them otherwise.
fn look_at_results(model: &Model) -> Request {
    if model.context.layout.grid.is_none() { Request::Focus(Focus::Grid) } else { Request::Settle }
}

/// What bounds a statement of this profile.
fn bounds(model: &Model) -> RunBounds {
    match &model.context.profile {
        Some(profile) => RunBounds {
            rows: Some(profile.limits.rows),
            bytes: Some(profile.limits.bytes),
            first_row: profile.limits.first_row,
            fetch: profile.limits.fetch,
        },
        None => RunBounds {
            rows: None,
            bytes: None,
            first_row: Duration::from_secs(SECONDS),
            fetch: Duration::from_secs(FETCH_SECONDS),
        },
    }
}
