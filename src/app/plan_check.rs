//! Explains a statement before it runs, where the profile has a limit for the rows that a plan may read, and asks the user if
//! the plan reads more.

use std::time::Duration;

use super::effect::Effect;
use super::model::Model;
use super::plan_check_state::PendingCheck;
use super::request::Request;
use super::statement::life::Statement;
use super::statement::origin::StatementOrigin;
use super::statement::start::session_target;
use crate::domain::access_log::{Permit, authorize};
use crate::domain::plan::{limit_of, query_that_runs};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::protocol::{ExplainAnswer, ResultId, SessionCmd, StorageCmd, explain_format};
use crate::domain::sql::Param;

/// The pause until the next clock message while a check is under way.
const SOON: Duration = Duration::from_millis(100);

/// Starts the check of a statement that is confirmed. Returns whether the statement has to wait for it.
pub(super) fn begin(model: &mut Model, result: ResultId, effects: &mut Vec<Effect>) -> bool {
    if model.plan_check.passed.take_if(|passed| *passed == result).is_some() {
        return false;
    }
    let Some((text, params, most)) = statement_to_check(model, result) else { return false };
    let Some(target) = session_target(&model.context) else { return false };
    let (profile, dialect) = (target.profile.clone(), target.dialect);
    let format = explain_format(model.context.profile.as_deref(), dialect.server);
    let Ok(authorized) = authorize(&format!("{}{text}", format.prefix()), params, target) else { return false };
    // The answer to an older check is not needed any more, but its record needs an end.
    if let Some(older) = model.plan_check.current.take() {
        let problem = Problem::new(ProblemKind::Interrupted, "Another statement was run before the answer");
        write_end(&older, &Err(problem), Duration::ZERO, effects);
    }
    let (check, limit) = (model.ids.result(), limit_of(&text, dialect));
    let pending = PendingCheck { check, statement: result, format, most, limit, record: None, profile };
    model.plan_check.current = Some(pending);
    effects.push(Effect::Storage(StorageCmd::Begin { result: check, statement: authorized }));
    effects.push(Effect::Wake(SOON));
    model.notice("Checking the plan …");
    true
}

/// Returns the query that a statement runs and its values, and how many rows its plan may read; `None` if it needs no check.
fn statement_to_check(model: &Model, result: ResultId) -> Option<(String, Vec<Param>, u64)> {
    let most = model.context.profile.as_ref()?.limits.plan_rows?;
    let statement = model.context.statements.current().filter(|statement| statement.result() == result)?;
    let is_of_user = match statement.origin() {
        StatementOrigin::Worksheet { .. } | StatementOrigin::Several { .. } | StatementOrigin::Snippet => true,
        // These have a LIMIT, run again what was checked, or read no rows.
        StatementOrigin::Preview
        | StatementOrigin::Key
        | StatementOrigin::Export
        | StatementOrigin::Restore
        | StatementOrigin::Database
        | StatementOrigin::Plan => false,
    };
    let query = query_that_runs(statement.text(), statement.dialect()).filter(|_| is_of_user)?;
    Some((query.to_owned(), statement.params().to_vec(), most))
}

/// Sends the EXPLAIN of a check, because its begin record is on disk.
pub(super) fn on_permitted(model: &mut Model, permit: Permit, effects: &mut Vec<Effect>) {
    let Some(pending) = &mut model.plan_check.current else { return };
    pending.record = Some(permit.id().to_owned());
    let (session, result) = (permit.session(), pending.check);
    effects.push(Effect::Session(session, SessionCmd::Explain { permit, result }));
}

/// Takes the answer to the EXPLAIN of a check: runs the statement, or asks the user.
pub(super) fn on_explained(
    model: &mut Model,
    result: ResultId,
    (answer, took): (Result<ExplainAnswer, Problem>, Duration),
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let Some(pending) = model.plan_check.current.take_if(|pending| pending.check == result) else { return };
    write_end(&pending, &answer, took, effects);
    let statement = pending.statement;
    if !model.context.statements.is_authorizing(statement) {
        return;
    }
    model.plan_check.passed = Some(statement);
    let plan = answer
        .map_err(|problem| problem.what)
        .and_then(|answer| answer.plan(pending.format).map_err(|why| why.to_string()));
    match plan {
        Ok(plan) => match plan.too_many_rows(pending.limit, pending.most) {
            Some(rows) => requests.push(Request::Confirm {
                question: format!("{rows} Run it?"),
                yes: Box::new(Request::ConfirmRun(statement)),
                no: Some(Box::new(Request::DeclineRun(statement))),
            }),
            None => requests.push(Request::ConfirmRun(statement)),
        },
        // The statement itself will show what is wrong with it.
        Err(why) => {
            model.add_activity(format!("The plan was not checked before the statement ran: {why}"));
            requests.push(Request::ConfirmRun(statement));
        }
    }
}

fn write_end(
    pending: &PendingCheck,
    answer: &Result<ExplainAnswer, Problem>,
    took: Duration,
    effects: &mut Vec<Effect>,
) {
    let Some(record) = pending.record.clone() else { return };
    let entry = ExplainAnswer::report(answer, took).end_record(record);
    effects.push(Effect::Storage(StorageCmd::End { profile: pending.profile.clone(), entry }));
}

/// Runs the statement without a check, because the check could not be sent.
pub(super) fn on_not_sent(model: &mut Model, result: ResultId, requests: &mut Vec<Request>) {
    if let Some(pending) = model.plan_check.current.take_if(|pending| pending.check == result) {
        model.plan_check.passed = Some(pending.statement);
        requests.push(Request::ConfirmRun(pending.statement));
    }
}

/// Forgets the check that is under way, because its session has ended. Its record gets its end.
pub(super) fn on_session_ended(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(pending) = model.plan_check.current.take() {
        let problem = Problem::new(ProblemKind::Lost, "The session ended before the answer");
        write_end(&pending, &Err(problem), Duration::ZERO, effects);
    }
}

/// Returns the statement that waits for its check, if it still does.
pub(super) fn waiting(model: &Model) -> Option<ResultId> {
    let statement = model.plan_check.current.as_ref()?.statement;
    model.context.statements.current().map(Statement::result).filter(|current| *current == statement)
}
