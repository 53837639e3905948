//! Asks for the values of parameters before a statement runs or is explained.

use std::ops::Range;

use crate::app::context::Context;
use crate::app::dialogs::{ParameterPurpose, ParametersDialog};
use crate::app::model::Model;
use crate::app::request::Request;
use crate::app::statement::run_text::{NeededParameter, RunText};
use crate::domain::sql::parameters::{guess_type, named_parameters, parameter_uses};
use crate::domain::sql::scope::{ColumnResolution, RefId, Scope, read};

/// Bytes of a statement in which the types of its parameters are looked up at most.
const READ: usize = 256 * 1024;

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
    let profile = model.context.profile.as_ref().map_or("", |profile| profile.name.as_str());
    let last = model.parameters.get(profile).cloned().unwrap_or_default();
    let dialog = ParametersDialog::new(statements.to_vec(), needed, purpose, &last, dialect);
    requests.push(Request::OpenDialog(Box::new(dialog)));
    true
}

/// Returns the parameters of several statements, each once, with the types that the statements suggest.
fn needed_parameters(statements: &[RunText], context: &Context) -> Vec<NeededParameter> {
    let dialect = context.dialect();
    let known = context.known_names();
    let mut needed: Vec<NeededParameter> = Vec::new();
    for statement in statements.iter().filter(|statement| statement.needs_values(dialect)) {
        // A longer statement is not read: its parameters are texts.
        let read_text = if statement.typed.len() <= READ { statement.typed.as_str() } else { "" };
        let scope = read(read_text, None, dialect, known);
        for parameter in named_parameters(&statement.typed, dialect) {
            if needed.iter().any(|known| known.name == parameter.name) {
                continue;
            }
            let uses = parameter_uses(&statement.typed, &parameter.name, dialect);
            let (value_type, shape) = guess_type(&uses, |column| type_of(&scope, &column));
            needed.push(NeededParameter { name: parameter.name, value_type, shape });
        }
    }
    needed
}

/// Returns the type of the column that a statement names at a byte range.
fn type_of(scope: &Scope<'_>, at: &Range<usize>) -> Option<String> {
    let is_there =
        |id: RefId| scope.column_ref(id).is_some_and(|column| column.span == *at || column.name_span.end == at.end);
    let id = scope.all_refs().map(|(id, _)| id).find(|id| is_there(*id))?;
    match scope.resolve(id) {
        ColumnResolution::One { origin, .. } => scope.catalog_column(origin).map(|column| column.type_text.clone()),
        ColumnResolution::Item { .. }
        | ColumnResolution::Several(_)
        | ColumnResolution::NoColumn
        | ColumnResolution::NoTable
        | ColumnResolution::Unknown => None,
    }
}
