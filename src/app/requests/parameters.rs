//! Asks for the values of parameters before a statement runs or is explained.

use crate::app::dialogs::{ParameterPurpose, ParametersDialog};
use crate::app::model::Model;
use crate::app::request::Request;
use crate::app::statement::run_text::{RunText, needed_parameters};

/// Opens the form if these statements have parameters without values. Returns whether they have.
pub(super) fn ask(
    model: &Model,
    statements: &[RunText],
    purpose: ParameterPurpose,
    requests: &mut Vec<Request>,
) -> bool {
    let dialect = model.context.dialect();
    if !statements.iter().any(|statement| statement.needs_values(dialect)) {
        return false;
    }
    let needed = needed_parameters(statements, &model.context);
    let dialog = ParametersDialog::new(statements.to_vec(), needed, purpose, &model.parameters, dialect);
    requests.push(Request::OpenDialog(Box::new(dialog)));
    true
}
