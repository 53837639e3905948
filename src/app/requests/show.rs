//! Opens the inspector.

use crate::app::model::Model;
use crate::app::panes::inspector::InspectorContent;
use crate::app::request::Request;

/// Opens the inspector with this content.
pub(super) fn show(model: &mut Model, content: InspectorContent, requests: &mut Vec<Request>) {
    model.inspector.show(content, &model.context);
    requests.push(Request::ShowInspector);
}
