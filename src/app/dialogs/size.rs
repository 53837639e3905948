//! How large a dialog is, by its content, and where it is drawn so that it leaves what it is about visible.

use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::request::{Dialog, DialogItem, DialogShape, InputFault, Narrowing};
use crate::app::ui::draw::wrap;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

/// Lines of a dialog that are not items: two lines of the border, the typed text, an empty line.
pub(super) const LINES_AROUND_ITEMS: u16 = 4;
/// Lines of the preview of an item, with the line above it.
pub(super) const PREVIEW_LINES: u16 = 9;
/// The least and the greatest width of a dialog with a list.
const LIST_WIDTH: (usize, usize) = (44, 150);
/// The width of a dialog with items that another thread searches.
const SEARCH_WIDTH: u16 = 104;
/// The greatest height of a dialog with a list.
const LIST_HEIGHT: u16 = 30;
/// The least and the greatest width of a dialog with a line or a question.
const LINE_WIDTH: (usize, usize) = (44, 72);
/// The greatest height of a dialog with a line or a question that has no explanation.
const LINE_HEIGHT: u16 = 16;
/// Cells of a border with the spaces around its title.
const BORDER: usize = 6;
/// Cells of an item that are not text: the border, the cursor's mark, the spaces between the texts.
const AROUND_ITEM: usize = 8;
/// Room for text that is typed.
const TYPED: usize = 30;
/// Columns of a dialog that are not text: the border and a space at each side.
const AROUND_TEXT: usize = 4;
/// Lines of a yes-or-no question that are not text: two lines of the border, an empty line at each side, the keys.
const LINES_AROUND_QUESTION: usize = 5;
/// Lines around the text below a line: two lines of the border, the line, an empty line or the mark of a fault.
const LINES_AROUND_TEXT: usize = 4;

/// Returns width and height of a dialog with these items. Items that another thread searches may be long and many.
pub(super) fn list_size<'a>(
    dialog: &dyn Dialog,
    items: impl Iterator<Item = &'a DialogItem>,
    context: &Context,
) -> (u16, u16) {
    if dialog.narrowing() == Narrowing::ByDialog {
        return (SEARCH_WIDTH, LIST_HEIGHT);
    }
    let (mut name, mut about, mut right, mut count) = (0, 0, 0, 0);
    for item in items {
        count += 1;
        name = name.max(visible(&item.name).cells());
        about = about.max(visible(&item.about).cells());
        right = right.max(visible(&item.right).cells());
    }
    let title = dialog.title().cells() + count.to_string().len() + 2 * BORDER;
    if count == 0 {
        let text = dialog.empty_text("", context);
        let width = (text.cells() + AROUND_TEXT).max(title).clamp(LIST_WIDTH.0, LINE_WIDTH.1);
        let lines = wrap(&text, width - AROUND_TEXT).len();
        return (cells(width), cells(lines).saturating_add(LINES_AROUND_ITEMS));
    }
    let width = (name + about + right + AROUND_ITEM).max(title).clamp(LIST_WIDTH.0, LIST_WIDTH.1);
    let around = LINES_AROUND_ITEMS + if dialog.has_item_preview() { PREVIEW_LINES } else { 0 };
    (cells(width), cells(count).saturating_add(around).min(LIST_HEIGHT))
}

/// Returns width and height of a dialog with a line or a question in this area of the screen.
pub(super) fn text_size(dialog: &dyn Dialog, typed: &str, fault: Option<&InputFault>, body: Area) -> (u16, u16) {
    let explanation = dialog.explanation();
    let preview = dialog.preview();
    let message = fault.map_or("", |fault| &fault.message);
    let is_question = dialog.shape() == DialogShape::Confirm;
    let line = if is_question { 0 } else { dialog.prompt().cells() + typed.cells().max(TYPED) + BORDER };
    let widest = preview.lines().map(|line| visible(line).cells() + 2).max().unwrap_or(0);
    let text = explanation.cells().max(message.cells()).max(widest) + AROUND_TEXT;
    let width = text.max(line).max(dialog.title().cells() + BORDER).clamp(LINE_WIDTH.0, LINE_WIDTH.1);
    // The width on the screen, where a dialog takes all of it if little would be left.
    let (shown, _) = body.dialog_size((cells(width), 0));
    let room = usize::from(shown).saturating_sub(AROUND_TEXT).max(1);
    let lines_of = |text: &str| if text.is_empty() { 0 } else { wrap(text, room).len() };
    let height = if is_question {
        lines_of(&explanation) + LINES_AROUND_QUESTION
    } else {
        let below = lines_of(&explanation).max(lines_of(message)).max(preview.lines().count());
        below + LINES_AROUND_TEXT
    };
    let most = if is_question { u16::MAX } else { LINE_HEIGHT };
    (cells(width), cells(height).min(most))
}

/// Returns the area of a dialog about a panel: above it, below it, at its right or its left. Where there is no room, the dialog
/// covers a part of the panel, at the side with more room.
pub(super) fn near(panel: Area, body: Area, size: (u16, u16)) -> Area {
    let (width, height) = body.dialog_size(size);
    let (right, bottom) = (body.x + body.width, body.y + body.height);
    let (panel_right, panel_bottom) = (panel.x + panel.width, panel.y + panel.height);
    let x = (panel.x + panel.width / 2).saturating_sub(width / 2).clamp(body.x, right - width);
    let y = panel.y.saturating_add(1).clamp(body.y, bottom - height);
    let (above, below) = (panel.y.saturating_sub(body.y), bottom.saturating_sub(panel_bottom));
    if above >= height {
        Area { x, y: panel.y - height, width, height }
    } else if below >= height {
        Area { x, y: panel_bottom, width, height }
    } else if right.saturating_sub(panel_right) >= width {
        Area { x: panel_right, y, width, height }
    } else if panel.x.saturating_sub(body.x) >= width {
        Area { x: panel.x - width, y, width, height }
    } else if above >= below {
        Area { x, y: body.y, width, height }
    } else {
        Area { x, y: bottom - height, width, height }
    }
}

fn cells(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: Area = Area { x: 0, y: 1, width: 100, height: 28 };

    #[test]
    fn a_dialog_leaves_its_panel_visible_where_there_is_room() {
        let lower = Area { x: 0, y: 13, width: 100, height: 16 };
        let upper = Area { x: 0, y: 1, width: 100, height: 12 };
        let left = Area { x: 0, y: 1, width: 34, height: 28 };
        let inspector = Area { x: 62, y: 1, width: 38, height: 28 };
        assert_eq!(near(lower, BODY, (50, 8)), Area { x: 25, y: 5, width: 50, height: 8 });
        assert_eq!(near(upper, BODY, (50, 8)), Area { x: 25, y: 13, width: 50, height: 8 });
        assert_eq!(near(left, BODY, (50, 8)), Area { x: 34, y: 2, width: 50, height: 8 });
        assert_eq!(near(inspector, BODY, (50, 8)), Area { x: 12, y: 2, width: 50, height: 8 });
        assert_eq!(near(lower, BODY, (50, 20)), Area { x: 25, y: 1, width: 50, height: 20 }, "covers the first rows");
    }

    #[test]
    fn a_dialog_is_always_inside_of_the_screen() {
        for (width, height) in [(1, 1), (44, 4), (72, 8), (104, 30), (300, 300)] {
            for panel in [BODY, Area { x: 0, y: 1, width: 1, height: 1 }, Area { x: 99, y: 28, width: 1, height: 1 }] {
                let area = near(panel, BODY, (width, height));
                assert!(area.x + area.width <= 100 && area.y >= 1 && area.y + area.height <= 29, "{area:?}");
            }
        }
    }
}
