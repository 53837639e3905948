//! Shows a content in the inspector.

use crate::app::action::{Action, AppAction};
use crate::app::model::Model;
use crate::app::panes::inspector::InspectorContent;
use crate::app::request::Request;

/// Shows this content in the inspector.
pub(super) fn show(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    model.inspector.show(content, &model.context);
    let layout = &model.context.layout;
    if !model.may_interrupt() && layout.inspector.is_none() && !layout.has_inspector_side() {
        let key = model.context.key(Action::App(AppAction::ToggleInspector));
        model.notice(format!("The inspector has what you asked for. {key} shows it."));
        return;
    }
    requests.push(Request::ShowInspector);
}
