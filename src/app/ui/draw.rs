//! Writes text into cells, clipped to its area, and draws panels with titles on their borders.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Borders, Clear, Widget};
use unicode_segmentation::UnicodeSegmentation;

use crate::app::layout::Area;
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::theme::Theme;

/// Clips an area to the buffer, because the terminal may have shrunk since the layout was computed.
#[must_use]
pub fn rect(area: Area, buffer: &Buffer) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height).intersection(buffer.area)
}

/// Writes parts of text from a cell on, up to the column `right`. Returns the column after the text. Not by ratatui's own
/// functions: they give a grapheme fewer cells than some terminals do.
///
/// Invariant: all text in the buffer is safe for a terminal. Callers that measure a text call [`visible`] first,
/// because the mark for a control character is wider than the character.
pub fn parts<'a>(
    buffer: &mut Buffer,
    (x, y): (u16, u16),
    right: u16,
    parts: impl IntoIterator<Item = (&'a str, Style)>,
) -> u16 {
    let right = right.min(buffer.area.right());
    let mut x = x;
    if y >= buffer.area.bottom() || y < buffer.area.top() {
        return x;
    }
    for (text, style) in parts {
        if x >= right {
            break;
        }
        for grapheme in visible(text).graphemes(true) {
            let cells = u16::try_from(grapheme.cells()).unwrap_or(u16::MAX);
            if cells > right - x {
                return x;
            }
            for (at, cell) in (x..x + cells).zip(0..) {
                // The cells after the first are hidden by the grapheme.
                buffer[(at, y)].set_symbol(if cell == 0 { grapheme } else { " " }).set_style(style);
            }
            x += cells;
        }
    }
    x
}

/// Cuts a text to a width, and ends it with `…` if something is missing.
#[must_use]
pub fn clip(text: &str, width: usize) -> String {
    if text.cells() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        if used + grapheme.cells() + 1 > width {
            break;
        }
        used += grapheme.cells();
        kept.push_str(grapheme);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// Cuts a name to a width in its middle, because long names often differ at their ends.
#[must_use]
pub fn clip_middle(name: &str, width: usize) -> String {
    /// The least width at which the end of the name is kept, too.
    const BOTH_ENDS: usize = 9;
    if name.cells() <= width || width < BOTH_ENDS {
        return clip(name, width);
    }
    let end_room = (width - 1) / 3;
    let mut end = name.len();
    for (at, _) in name.char_indices().rev() {
        if name.get(at..).is_none_or(|end| end.cells() > end_room) {
            break;
        }
        end = at;
    }
    let end = name.get(end..).unwrap_or_default();
    format!("{}{end}", clip(name, width - end.cells()))
}

/// Draws a panel's border with a title at the left and a text at the right. Returns the area inside.
pub fn panel(buffer: &mut Buffer, area: Rect, title: &str, right: &str, in_focus: bool, theme: Theme) -> Rect {
    if area.is_empty() {
        return area;
    }
    Clear.render(area, buffer);
    let set = if in_focus { border::THICK } else { border::ROUNDED };
    let Rect { x, y, width, height } = area;
    let borders = if (Area { x, y, width, height }).has_box() { Borders::ALL } else { Borders::TOP };
    let block = Block::new().borders(borders).border_set(set).border_style(theme.border(in_focus));
    let inside = block.inner(area);
    block.render(area, buffer);
    let room = usize::from(area.width.saturating_sub(4));
    let style = if in_focus { theme.heading() } else { theme.text() };
    let title = clip(title, room);
    if !title.is_empty() {
        parts(
            buffer,
            (area.x + 1, area.y),
            area.right().saturating_sub(1),
            [(" ", style), (title.as_str(), style), (" ", style)],
        );
    }
    let left_over = room.saturating_sub(title.cells() + 3);
    if !right.is_empty() && left_over > 3 {
        let right = clip(right, left_over);
        let x = area.right().saturating_sub(u16::try_from(right.cells()).unwrap_or(0) + 3);
        parts(
            buffer,
            (x, area.y),
            area.right().saturating_sub(1),
            [(" ", theme.dim()), (right.as_str(), theme.dim()), (" ", theme.dim())],
        );
    }
    inside
}

/// Breaks a text into printable lines of at most this width, at spaces. A word that is too long is split.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in visible(text).split_inclusive(' ') {
        let used = lines.last().map_or(0, |line| line.cells());
        if used > 0 && used + word.trim_end().cells() > width {
            lines.push(String::new());
        }
        for grapheme in word.graphemes(true) {
            let is_full = lines
                .last()
                .is_some_and(|line| !line.is_empty() && grapheme != " " && line.cells() + grapheme.cells() > width);
            if is_full {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(grapheme);
            }
        }
    }
    lines
}
