//! Draws the whole screen from the model. It does not panic, whatever the size of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::GlyphSet;

use super::dialogs::OverlaysView;
use super::focus::Focus;
use super::header_view;
use super::hints_view::hints;
use super::layout::LayoutClass;
use super::model::Model;
use super::notice_view;
use super::panes::connect::ConnectView;
use super::panes::explorer::ExplorerView;
use super::panes::grid::GridView;
use super::panes::inspector::InspectorView;
use super::panes::worksheet::{CompletionView, WorksheetView};
use super::ui::draw::{parts, rect};
use super::ui::look::to_ascii;
use super::ui::theme::Theme;

/// Draws the model, in ASCII if the terminal can draw nothing else.
pub fn draw(model: &Model, buffer: &mut Buffer) {
    paint(model, buffer);
    if model.theme.glyphs() == GlyphSet::Ascii {
        to_ascii(buffer);
    }
}

fn paint(model: &Model, buffer: &mut Buffer) {
    let layout = &model.context.layout;
    let theme = model.theme;
    if layout.class == LayoutClass::TooSmall {
        too_small(buffer, theme);
        return;
    }
    header_view::header(model, buffer);
    if let Some(connect) = &model.connect {
        let area = rect(connect.place(&model.context), buffer);
        ConnectView { connect, context: &model.context, theme }.draw(area, buffer);
    } else {
        panels(model, buffer);
    }
    if model.connect.is_none() {
        CompletionView { worksheets: &model.worksheets, context: &model.context, theme }.draw(buffer);
    }
    OverlaysView { overlays: &model.overlays, context: &model.context, theme }.draw(buffer);
    notice_view::notice(model, buffer);
    hints(model, buffer);
}

/// Draws a message that the terminal is too small, wrapped to as many lines as there are.
fn too_small(buffer: &mut Buffer, theme: Theme) {
    let (right, bottom) = (buffer.area.right(), buffer.area.bottom());
    let (mut x, mut y) = (0_u16, 0_u16);
    for word in "rrx: the terminal is too small (20x5 at least)".split(' ') {
        let width = u16::try_from(word.cells()).unwrap_or(u16::MAX);
        if x > 0 && x.saturating_add(width) > right && y + 1 < bottom {
            (x, y) = (0, y + 1);
        }
        x = parts(buffer, (x, y), right, [(word, theme.warning()), (" ", theme.warning())]);
    }
}

fn panels(model: &Model, buffer: &mut Buffer) {
    let (layout, context, theme) = (&model.context.layout, &model.context, model.theme);
    // Panels that cover others are drawn last.
    if let Some(area) = layout.worksheet {
        let in_focus = model.focus == Focus::Worksheet;
        WorksheetView { worksheets: &model.worksheets, context, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
    if let Some(area) = layout.grid {
        let in_focus = model.focus == Focus::Grid;
        GridView { grid: &model.grid, context, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
    if let Some(area) = layout.explorer {
        let in_focus = model.focus == Focus::Explorer;
        ExplorerView { explorer: &model.explorer, context, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
    if let Some(area) = layout.inspector {
        let in_focus = model.focus == Focus::Inspector;
        InspectorView { inspector: &model.inspector, context, theme, in_focus }.draw(rect(area, buffer), buffer);
    }
}

/// Draws into a new buffer of this size, for tests and snapshots.
#[must_use]
pub fn screen(model: &Model, width: u16, height: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(model, &mut buffer);
    buffer
}
