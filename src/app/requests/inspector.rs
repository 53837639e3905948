//! Requests that open and close the inspector.

use std::sync::Arc;

use crate::app::action::{Action, AppAction};
use crate::app::focus::Focus;
use crate::app::layout::{DetailsOf, InspectorChoice};
use crate::app::model::Model;
use crate::app::panes::inspector::{Comparison, InspectorContent};
use crate::app::panes::worksheet::NamedTable;
use crate::app::request::{ComparedText, Request};
use crate::domain::text_diff::diff_lines;

/// Shows documentation that the user asked for.
pub(super) fn open_docs(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    model.inspector.show(content, &model.context);
    requests.push(Request::ShowInspector);
}

/// Compares two texts.
pub(super) fn compare(model: &mut Model, first: ComparedText, second: &ComparedText, requests: &mut Vec<Request>) {
    let lines = Arc::new(diff_lines(&first.text, &second.text));
    let comparison = Comparison { titles: (first.title, second.title.clone()), lines };
    model.inspector.show(InspectorContent::Comparison(comparison), &model.context);
    requests.push(Request::ShowInspector);
}

/// Shows a page of a documentation pack. A page about a table is shown with the columns of the table.
pub(super) fn open_page(model: &mut Model, object: String, requests: &mut Vec<Request>) {
    let content = match model.context.table_of_page(&object) {
        Some((schema, table)) => InspectorContent::Table { schema, table },
        None => InspectorContent::Page { object },
    };
    open_docs(model, content, requests);
}

/// Shows the inspector with what it has. The focus moves to it only where one panel is visible at a time.
pub(super) fn show(model: &mut Model, requests: &mut Vec<Request>) {
    // At the side it appears by itself while it has something to show.
    let is_automatic = model.context.layout.has_inspector_side();
    model.options.inspector = if is_automatic { InspectorChoice::Automatic } else { InspectorChoice::Shown };
    requests.push(if model.shows_one_panel() { Request::Focus(Focus::Inspector) } else { Request::Settle });
}

/// Opens the inspector as the user has chosen, also if it is empty.
pub(super) fn open(model: &mut Model, requests: &mut Vec<Request>) {
    // Details of a result have no place while the user writes. The documentation of the table at the cursor has.
    let is_alone = model.options.details_of == DetailsOf::Result && model.main_panel() == Focus::Worksheet;
    if is_alone && !model.context.layout.has_inspector_side() {
        let table = model.worksheets.table(&model.context);
        let content = table.map_or(InspectorContent::Nothing, |NamedTable { schema, table }| InspectorContent::Table {
            schema,
            table,
        });
        model.inspector.show(content, &model.context);
    }
    show(model, requests);
    model.options.inspector = InspectorChoice::Shown;
}

/// Closes the inspector as the user has chosen.
pub(super) fn close(model: &mut Model, requests: &mut Vec<Request>) {
    hide(model, requests);
    if model.context.layout.has_inspector_side() {
        model.options.inspector = InspectorChoice::Hidden;
    }
}

/// Closes the inspector until it has something else to show. A content about a result is cleared.
pub(super) fn hide(model: &mut Model, requests: &mut Vec<Request>) {
    let is_of_result = model.inspector.result.is_some() && !model.inspector.is_pinned;
    if is_of_result {
        model.inspector.show(InspectorContent::Nothing, &model.context);
    }
    let stays_hidden = model.context.layout.has_inspector_side() && !is_of_result;
    model.options.inspector = if stays_hidden { InspectorChoice::Hidden } else { InspectorChoice::Automatic };
    let back = if model.focus == Focus::Inspector { model.inspector_opened_from } else { model.focus };
    requests.push(Request::Focus(back));
}

/// Goes one step back from the inspector. Details of a result are closed, and the focus returns to the results. Where the
/// inspector covers other panels, it is closed. At the side it stays: the next letter must not be typed into another panel.
pub(super) fn leave(model: &mut Model, requests: &mut Vec<Request>) {
    let is_at_side = model.context.layout.has_inspector_side() && !model.shows_one_panel();
    let is_of_result = model.inspector.result.is_some() && !model.inspector.is_pinned;
    if is_at_side && !is_of_result {
        let close = model.context.key(Action::App(AppAction::ToggleInspector));
        let worksheet = model.context.key(Action::App(AppAction::FocusWorksheet));
        model.notice(format!(
            "There is no step back here. {close} closes the inspector, {worksheet} goes to the worksheet."
        ));
        return;
    }
    if is_of_result {
        model.inspector_opened_from = Focus::Grid;
    }
    hide(model, requests);
}

/// Shows the inspector, which gets the focus.
pub(super) fn on_focus(model: &mut Model) {
    if model.options.inspector == InspectorChoice::Hidden {
        model.options.inspector = InspectorChoice::Shown;
    }
    if model.focus != Focus::Inspector {
        model.inspector_opened_from = model.focus;
    }
}
