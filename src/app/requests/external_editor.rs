//! Edits a worksheet in the user's own editor.

use std::sync::Arc;

use crate::app::effect::Effect;
use crate::app::focus::Focus;
use crate::app::model::Model;
use crate::app::panes::{PaneContext, with};
use crate::app::request::Request;
use crate::domain::protocol::{EditorEnd, EditorJob};

/// Saves the worksheets, and gives the text in front to the editor.
pub(super) fn open(model: &mut Model, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    with!(model, requests, effects, worksheets.save_all());
    if let Some(sheet) = model.worksheets.sheet() {
        let text = Arc::new(sheet.editor.text());
        let profile = model.worksheets.profile.clone();
        effects.push(Effect::Edit(EditorJob { profile, worksheet: sheet.key.clone(), text }));
    }
    requests.push(Request::Focus(Focus::Worksheet));
}

/// Takes the text of the editor as one edit.
pub(in crate::app) fn on_end(model: &mut Model, end: EditorEnd, requests: &mut Vec<Request>) {
    // Files may have been changed in the editor too.
    model.worksheets.checked = None;
    match end.outcome {
        Ok(text) => {
            // In another profile, another worksheet may have the same key.
            let notice = if end.profile != model.worksheets.profile {
                model.worksheets.open_edited(&text);
                "Another profile was opened meanwhile. The text of the editor is in a new worksheet."
            } else if model.worksheets.take_edited(&end.worksheet, &text) {
                "The worksheet has the text of the editor. Undo brings the text back that was here."
            } else {
                "The editor has not changed the text."
            };
            model.notice(notice);
            requests.push(Request::Settle);
        }
        Err(problem) => requests.push(Request::Problem(problem)),
    }
}
