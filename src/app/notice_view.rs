//! Draws the current message in the lines that the layout has for messages.

use ratatui::buffer::Buffer;

use super::model::Model;
use super::ui::draw::{parts, rect, wrap};

/// Draws the message. A message with more lines than there is room for ends in `…`; the list of messages has all of it.
pub(super) fn notice(model: &Model, buffer: &mut Buffer) {
    let (area, theme) = (rect(model.context.layout.message, buffer), model.theme);
    let Some(notice) = model.notices.current.as_ref().filter(|_| !area.is_empty()) else { return };
    let lines = wrap(&notice.text, usize::from(area.width).saturating_sub(2));
    let is_cut = lines.len() > usize::from(area.height);
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        let end = if is_cut && y + 1 == area.bottom() { "…" } else { "" };
        let right = area.right().saturating_sub(u16::from(!end.is_empty()));
        let x = parts(buffer, (area.x + 1, y), right, [(line.trim_end(), theme.warning())]);
        parts(buffer, (x, y), area.right(), [(end, theme.warning())]);
    }
}

/// Returns whether messages have lines of their own. If not, the message replaces the hints.
pub(super) fn has_lines(model: &Model) -> bool {
    model.context.layout.message.height > 0
}
