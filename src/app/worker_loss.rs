//! Handles the loss of a worker: a task of the shell that ended because of a defect of rrx. Whatever waits for the task ends, and
//! the screen says which part ended and what to do. The shell starts a lost task again with its next command.

use crate::domain::problem::{Problem, ProblemKind, Remedy};
use crate::domain::protocol::{End, SessionId, StoreCmd};

use super::context::ConnectionState;
use super::effect::Effect;
use super::message::Worker;
use super::model::Model;
use super::request::Request;

/// Handles the loss of a worker. `why` is the message of its end.
pub(super) fn on_worker_lost(
    model: &mut Model,
    worker: Worker,
    why: &str,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    match worker {
        Worker::Session(session) => session_lost(model, session, why, requests, effects),
        Worker::Store => store_lost(model, why, requests, effects),
        Worker::Compute => {
            report(model, problem("A search of the catalog ended", why).hint("search for something else"));
        }
    }
}

fn problem(what: &str, why: &str) -> Problem {
    Problem::new(ProblemKind::Lost, format!("{what} because of a defect of rrx")).because(why)
}

fn session_lost(
    model: &mut Model,
    session: SessionId,
    why: &str,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let is_attempt = model.context.attempt.as_ref().is_some_and(|attempt| attempt.session == session);
    if model.context.link.session() != Some(session) && !is_attempt {
        return;
    }
    if is_attempt {
        let problem = problem("The connection was not made", why).hint("try again");
        return super::connection::on_attempt_failed(model, problem);
    }
    let problem = problem("The session ended", why).hint("reconnect; the worksheets are kept").then(Remedy::Reconnect);
    match model.context.link {
        ConnectionState::Connected(_) => super::reconnect::on_lost(model, &problem, requests, effects),
        ConnectionState::Reconnecting { .. } => super::reconnect::on_failed(model, problem, effects),
        ConnectionState::Connecting(_)
        | ConnectionState::Waiting { .. }
        | ConnectionState::Lost
        | ConnectionState::None => super::connection::on_failed(model, problem, requests, effects),
    }
}

/// The rows of all results are gone. The session sends its rows to the lost store, so another session continues it.
fn store_lost(model: &mut Model, why: &str, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let problem = problem("The result store ended", why)
        .because("the rows of all results are gone")
        .hint("run the statements again; the worksheets are kept");
    super::statement::on_session_ended(model, End::Broken(problem.clone()), requests, effects);
    for result in model.grid.remove_all() {
        effects.push(Effect::Store(StoreCmd::Drop(result)));
    }
    match model.context.link {
        ConnectionState::Connected(_) | ConnectionState::Reconnecting { .. } => {
            super::reconnect::reconnect_now(model, requests, effects);
        }
        ConnectionState::Connecting(_) => {
            requests.extend(model.context.profile.as_ref().map(|profile| Request::Connect(profile.name.clone())));
        }
        ConnectionState::None | ConnectionState::Waiting { .. } | ConnectionState::Lost => {}
    }
    report(model, problem);
    super::quit::proceed(model, requests, effects);
}

fn report(model: &mut Model, problem: Problem) {
    let notice = format!("{}.", problem.what);
    model.report_with(problem, notice);
}
