//! Pastes text where the user types: into a dialog, a field, a filter, or the worksheet.

use super::effect::Effect;
use super::focus::Focus;
use super::model::Model;
use super::panes::PaneContext;
use super::request::Request;
use crate::domain::limits::LINE_BYTES;
use crate::domain::quantity::byte_size;

/// Pastes a text.
pub(super) fn on_paste(model: &mut Model, text: &str, requests: &mut Vec<Request>, effects: &mut Vec<Effect>) {
    let is_filter = model.focus == Focus::Explorer && model.explorer.is_typing;
    let is_prompt = model.focus == Focus::Worksheet && model.worksheets.vim.prompt().is_some();
    let is_line = model.overlays.is_modal() || model.connect.is_some() || is_filter || is_prompt;
    if is_line && text.len() > LINE_BYTES {
        let size = byte_size(text.len() as u64, 1024);
        model.notice(format!(
            "Not pasted: {size} are too long for a field, which takes {}.",
            byte_size(LINE_BYTES as u64, 1024)
        ));
        return;
    }
    let mut cx = PaneContext { context: &model.context, requests, effects };
    if model.overlays.is_modal() {
        model.overlays.paste(text, &mut cx);
    } else if let Some(connect) = &mut model.connect {
        connect.paste(text);
    } else if is_filter {
        model.explorer.paste_filter(text, &mut cx);
    } else {
        model.worksheets.paste_text(text, &mut cx);
        model.worksheets.settle(&mut cx);
        if model.focus != Focus::Worksheet {
            // The user must see where the text was pasted.
            cx.request(Request::Focus(Focus::Worksheet));
            cx.request(Request::Notice("Pasted into the worksheet.".into()));
        }
    }
}
