//! Handles the requests to run and to explain statements.

use crate::app::dialogs::ParameterPurpose;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::request::Request;
use crate::app::statement::origin::StatementOrigin;
use crate::app::statement::run_text::RunText;

/// Handles a request about statements.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::Run { statement, from } => {
            run(model, statement, from, requests, effects);
        }
        Request::Explain(statement) => {
            explain(model, statement, requests, effects);
        }
        Request::KeepParameters(typed) => {
            let profile = model.context.profile.as_ref().map(|profile| profile.name.clone()).unwrap_or_default();
            model.parameters.entry(profile).or_default().extend(typed);
        }
        Request::UseDatabase(database) => crate::app::statement::use_database(model, &database, requests, effects),
        Request::RunAll(statements) => {
            run_all(model, statements, requests, effects);
        }
        Request::ConfirmRun(result) => crate::app::statement::confirm(model, result, requests, effects),
        Request::RestoreVariables => crate::app::reconnect::restore_next(model, requests, effects),
        Request::VariableRestored(report) => crate::app::reconnect::on_restored(model, &report, requests, effects),
        Request::Explained(result, report) => crate::app::explain::on_ended(model, result, report, requests, effects),
        Request::DeclineRun(result) => crate::app::statement::decline(model, result, requests, effects),
        Request::Follow { columns, column, value } => {
            if let Some(column) = columns.get(column) {
                crate::app::statement::follow(model, column, value.as_deref(), requests, effects);
            }
        }
        _ => {}
    }
}

/// Runs a statement, after the form if it has parameters without values.
fn run(
    model: &mut Model,
    statement: RunText,
    from: StatementOrigin,
    requests: &mut Vec<Request>,
    effects: &mut Vec<Effect>,
) {
    let purpose = ParameterPurpose::Run(from);
    if !super::parameters::ask(model, std::slice::from_ref(&statement), purpose, requests) {
        crate::app::statement::run(model, statement, from, requests, effects);
    }
}

fn run_all(model: &mut Model, statements: Vec<RunText>, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if !super::parameters::ask(model, &statements, ParameterPurpose::RunAll, requests) {
        crate::app::statement::run_all(model, statements, requests, effects);
    }
}

fn explain(model: &mut Model, statement: RunText, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    if !super::parameters::ask(model, std::slice::from_ref(&statement), ParameterPurpose::Explain, requests) {
        crate::app::explain::explain_statement(model, statement, requests, effects);
    }
}
