//! Opens the inspector.

use crate::app::action::{Action, AppAction};
use crate::app::model::Model;
use crate::app::panes::inspector::InspectorContent;
use crate::app::request::Request;

/// Opens the inspector with this content. While the user types, the focus stays in the text.
pub(super) fn show(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    model.inspector.show(content, &model.context);
    if !model.may_interrupt() && model.context.layout.inspector.is_none() {
        let key = model.context.key(Action::App(AppAction::ToggleInspector));
        model.notice(format!("The inspector has what you asked for. {key} shows it."));
    }
    requests.push(Request::ShowInspector);
}
