//! Shows something in the inspector.

use crate::app::model::Model;
use crate::app::panes::inspector::InspectorContent;
use crate::app::request::Request;

/// Shows this in the inspector, and opens the inspector.
pub(super) fn show(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    model.inspector.show(content, &model.context);
    requests.push(Request::ShowInspector);
}
