//! Handles the requests to find and to replace text in the worksheet.

use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::panes::{PaneContext, with};
use crate::app::request::Request;

/// Handles a request about a search in the worksheet.
pub(super) fn handle(model: &mut Model, request: Request, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    match request {
        Request::FindText(typed) => with!(model, requests, effects, worksheets.find_text(&typed)),
        Request::KeepFound => model.worksheets.keep_found(),
        Request::EndFind => with!(model, requests, effects, worksheets.end_find()),
        Request::ReplaceText { pattern, replacement, line } => {
            let mut cx = PaneContext { context: &model.context, requests, effects };
            model.worksheets.replace_text((&pattern, &replacement), line, &mut cx);
        }
        _ => {}
    }
}
