//! Requests that open and close the inspector.

use crate::app::focus::Focus;
use crate::app::model::Model;
use crate::app::panes::inspector::InspectorContent;
use crate::app::request::Request;

/// Shows documentation that the user asked for. The focus moves to the inspector only if that was hidden.
pub(super) fn open_docs(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    model.inspector.show(content, &model.context);
    if model.context.layout.inspector.is_none() {
        requests.push(Request::ShowInspector);
    }
}

/// Shows a page of a documentation pack. A page about a table is shown with the columns of the table.
pub(super) fn open_page(model: &mut Model, object: String, requests: &mut Vec<Request>) {
    let content = match model.context.table_of_page(&object) {
        Some((schema, table)) => InspectorContent::Table { schema, table },
        None => InspectorContent::Page { object },
    };
    open_docs(model, content, requests);
}

/// Opens the inspector and moves the focus to it.
pub(super) fn show(model: &mut Model, requests: &mut Vec<Request>) {
    model.options.inspector = true;
    if model.focus != Focus::Inspector {
        model.inspector_opened_from = model.focus;
    }
    requests.push(Request::Focus(Focus::Inspector));
}

/// Closes the inspector. The focus returns to the panel from which it was opened.
pub(super) fn hide(model: &mut Model, requests: &mut Vec<Request>) {
    model.options.inspector = false;
    let back = if model.focus == Focus::Inspector { model.inspector_opened_from } else { model.focus };
    requests.push(Request::Focus(back));
}
