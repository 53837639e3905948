//! Draws the results: column names and types, the rows of the window, the row counts on the border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::action::{Action, AppAction};
use crate::app::context::Context;
use crate::app::layout::Area;
use crate::app::ui::draw::{clip, panel, parts, wrap};
use crate::app::ui::problem::draw_problem;
use crate::app::ui::tab_strip::{Tab, TabStrip};
use crate::app::ui::theme::Theme;
use crate::domain::protocol::End;
use crate::domain::quantity::grouped;
use crate::domain::results::{
    Alignment, CellPreview, Column, Direction, TextPiece, TextPieceKind, alignment, show_preview,
};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::labels::{names, tab_name, titles};
use super::update::number_width;
use super::zones::type_label;
use super::{CellRange, ColumnSpan, Grid, GridAction, ResultSet};

impl Grid {
    /// Returns the strip of the results of this worksheet in so many cells; empty for fewer than two.
    #[must_use]
    pub fn strip(&self, room: usize) -> TabStrip {
        let (results, front) = self.tabs();
        if results.len() < 2 {
            return TabStrip::default();
        }
        let tab = |(at, result): (usize, &&ResultSet)| Tab {
            title: format!("{} {}", at + 1, tab_name(result)),
            mark: String::new(),
        };
        let tabs: Vec<Tab> = results.iter().enumerate().map(tab).collect();
        TabStrip::new(&tabs, front, room)
    }
}

/// Draws the results.
#[derive(Debug)]
pub struct GridView<'a> {
    pub grid: &'a Grid,
    pub context: &'a Context,
    pub theme: Theme,
    pub in_focus: bool,
}

/// The table that is drawn.
struct Table<'a> {
    result: &'a ResultSet,
    columns: &'a [Column],
    spans: Vec<ColumnSpan>,
    selected: Option<CellRange>,
    /// The place of the first column after the frozen ones.
    first_scrolling: Option<usize>,
    /// The screen column at which the first column begins.
    left: u16,
    area: Rect,
}

impl Table<'_> {
    /// Returns the line before a column: a thick one after the frozen columns.
    fn line(&self, place: usize) -> &'static str {
        if self.first_scrolling == Some(place) { "┃" } else { "│" }
    }
}

impl GridView<'_> {
    /// Draws them into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let Some(result) = self.grid.front() else {
            let inside = panel(buffer, area, "Results", "", self.in_focus, self.theme);
            let key = self.context.key(Action::App(AppAction::Run));
            parts(
                buffer,
                (inside.x + 1, inside.y),
                inside.right(),
                [
                    ("Results appear here. ", self.theme.dim()),
                    (key.as_str(), self.theme.key()),
                    (" runs the statement at the cursor.", self.theme.dim()),
                ],
            );
            return;
        };
        let totals = super::totals::parts(result);
        let has_bottom = Area { x: area.x, y: area.y, width: area.width, height: area.height }.has_box();
        let (mut title, mut position) = self.titles(result, area.width);
        if !has_bottom && !totals.is_empty() {
            // Without a lower border the totals take the place of the row counts.
            position = self::position(result);
            let room = usize::from(area.width.saturating_sub(4)).saturating_sub(position.cells() + 3);
            title = fitting(&totals, room);
        }
        let inside = panel(buffer, area, &title, &position, self.in_focus, self.theme);
        if has_bottom {
            let room = usize::from(area.width.saturating_sub(6));
            let text = if totals.is_empty() { self.grid.strip(room).text } else { fitting(&totals, room) };
            let text = if text.is_empty() { text } else { format!(" {text} ") };
            let y = area.bottom().saturating_sub(1);
            parts(buffer, (area.x + 2, y), area.right().saturating_sub(2), [(text.as_str(), self.theme.text())]);
        }
        if let (Some(problem), true) = (result.problem(), result.progress.rows == 0) {
            draw_problem(problem, inside, buffer, self.theme);
            return;
        }
        if let Some(columns) = &result.columns {
            let left = inside.x + number_width(result.count()) + 3;
            let room = inside.right().saturating_sub(left);
            let spans = result.layout.spans(room);
            let frozen = result.layout.frozen_that_fit(room);
            let first_scrolling = spans.iter().map(|span| span.place).find(|place| frozen > 0 && *place >= frozen);
            let table =
                Table { result, columns, spans, selected: result.selected(), first_scrolling, left, area: inside };
            self.head(&table, buffer);
            self.rows(&table, buffer);
        }
    }

    /// Returns the title of the panel, and the cursor's position if there is room for both.
    fn titles(&self, result: &ResultSet, width: u16) -> (String, String) {
        let (results, front) = self.grid.tabs();
        let names = names(result, (front, &results));
        // Some words of the statement are worth more than all details about its rows.
        let lists = [&names.named, &names.unnamed].map(|names| {
            let titles: Vec<_> = names.iter().map(|name| titles(result, name, self.context)).collect();
            let (full, short): (Vec<_>, Vec<_>) = titles.into_iter().unzip();
            [full.concat(), short.concat()]
        });
        let position = position(result);
        let room = usize::from(width.saturating_sub(4));
        let fits_with_position = |title: &&String| title.cells() + 3 + position.cells() <= room;
        for titles in lists.as_flattened() {
            if let Some(title) = titles.iter().find(fits_with_position) {
                return (title.clone(), position);
            }
            if let Some(title) = titles.iter().find(|title| title.cells() <= room) {
                return (title.clone(), String::new());
            }
        }
        let shortest = lists.as_flattened().last().and_then(|titles| titles.last());
        (shortest.cloned().unwrap_or_default(), String::new())
    }

    fn head(&self, table: &Table<'_>, buffer: &mut Buffer) {
        let (theme, area) = (self.theme, table.area);
        let rule = "─".repeat(usize::from(area.width));
        parts(buffer, (area.x, area.y + 2), area.right(), [(rule.as_str(), theme.dim())]);
        for span in &table.spans {
            let Some(column) = table.columns.get(span.column) else { continue };
            let x = table.left + span.x;
            let here = span.place == table.result.place;
            let style = if here { theme.key() } else { theme.heading() };
            let mark = Self::sort_mark(table.result, span.column);
            let width = usize::from(span.width).saturating_sub(mark.cells());
            let name = format!("{}{mark}", clip(&visible(&column.name), width));
            aligned(column, &name, style, (x, area.y, span.width), buffer);
            // After the last column there may be free cells.
            let is_last = span.place + 1 == table.result.layout.len() && alignment(column) == Alignment::Left;
            let is_plain = table.result.zone_of(span.column).is_none();
            let room = if is_last && is_plain { area.right().saturating_sub(x).max(span.width) } else { span.width };
            let type_label = clip(&self.type_label(table.result, column, (span.column, room)), usize::from(room));
            aligned(column, &type_label, theme.dim(), (x, area.y + 1, room), buffer);
            let line = table.line(span.place);
            for y in area.y..area.y + 2 {
                parts(buffer, (x - 2, y), area.right(), [(line, theme.dim())]);
            }
            parts(buffer, (x - 2, area.y + 2), area.right(), [("┼", theme.dim())]);
        }
        let number = usize::from(number_width(table.result.count()));
        let hash = format!("{:>number$} ", "#");
        parts(buffer, (area.x, area.y), area.right(), [(hash.as_str(), theme.dim())]);
    }

    fn sort_mark(result: &ResultSet, column: usize) -> String {
        let sort = &result.arrangement.sort;
        let Some(at) = sort.iter().position(|key| key.column == column) else { return String::new() };
        let arrow = match sort.get(at).map(|key| key.direction) {
            Some(Direction::Descending) => "▼",
            _ => "▲",
        };
        if sort.len() > 1 { format!(" {arrow}{}", at + 1) } else { format!(" {arrow}") }
    }

    /// Returns the type of a column with its zones. An arrow before it means that the column has a foreign key.
    fn type_label(&self, result: &ResultSet, column: &Column, (at, room): (usize, u16)) -> String {
        let session = self.context.facts.as_ref().map(|facts| facts.time_zone.as_str());
        let arrow = if self.context.refers_to(column).is_some() { "→ " } else { "" };
        let room = usize::from(room).saturating_sub(arrow.cells());
        format!("{arrow}{}", type_label(column, session, result.zone_of(at), room))
    }

    fn rows(&self, table: &Table<'_>, buffer: &mut Buffer) {
        let (result, area) = (table.result, table.area);
        if result.count() == 0 && result.has_ended() {
            let back = self.context.key(Action::App(AppAction::FocusWorksheet));
            let text = match result.view {
                Some(_) => {
                    let key = self.context.key(Action::Grid(GridAction::Unsorted));
                    format!("No rows match the filter. {key} shows all rows.")
                }
                None => match &result.progress.end {
                    Some(End::Complete) => format!("No rows. {back} goes to the statement."),
                    Some(End::Cancelled) => format!("Stopped before the first row. {back} goes to the statement."),
                    Some(End::Limit(_)) => "A limit ended the statement before the first row.".to_owned(),
                    Some(End::Broken(_)) | None => "It ended before the first row.".to_owned(),
                },
            };
            for (line, y) in
                wrap(&text, usize::from(area.width).saturating_sub(2)).iter().zip(area.y + 3..area.bottom())
            {
                parts(buffer, (area.x + 1, y), area.right(), [(line.trim_end(), self.theme.dim())]);
            }
        }
        for line in 0..area.height.saturating_sub(3) {
            let row = result.top + u64::from(line);
            if row >= result.count() {
                break;
            }
            self.row(table, row, area.y + 3 + line, buffer);
        }
    }

    fn row(&self, table: &Table<'_>, row: u64, y: u16, buffer: &mut Buffer) {
        let (theme, result, area) = (self.theme, table.result, table.area);
        let number = usize::from(number_width(result.count()));
        let is_here = row == result.row;
        if is_here && table.selected.is_none() {
            buffer.set_style(Rect { y, height: 1, ..area }.intersection(buffer.area), theme.selected());
        }
        let label = format!("{:>number$} ", row + 1);
        parts(buffer, (area.x, y), area.right(), [(label.as_str(), if is_here { theme.key() } else { theme.dim() })]);
        for span in &table.spans {
            let x = table.left + span.x;
            parts(buffer, (x - 2, y), area.right(), [(table.line(span.place), theme.dim())]);
            let Some(column) = table.columns.get(span.column) else { continue };
            let is_selected = table.selected.as_ref().is_some_and(|cells| cells.has(row, span.place));
            let is_cursor = is_here && span.place == result.place && self.in_focus;
            let place = Rect::new(x, y, span.width, 1).intersection(buffer.area);
            if is_cursor {
                buffer.set_style(place, theme.cursor());
            } else if is_selected {
                buffer.set_style(place, theme.selected());
            }
            let value = result.current_window().and_then(|window| window.cell(row, span.column));
            match value {
                None => drop(parts(buffer, (x, y), x + span.width, [("~", theme.dim())])),
                Some(value) => self.cell(result, value, (column, span), (x, y, is_cursor), buffer),
            }
        }
    }

    fn cell(
        &self,
        result: &ResultSet,
        value: &CellPreview,
        (column, span): (&Column, &ColumnSpan),
        (x, y, is_cursor): (u16, u16, bool),
        buffer: &mut Buffer,
    ) {
        let theme = self.theme;
        let zoned = result.zone_of(span.column).and_then(|zone| {
            let from = self.context.facts.as_ref().map_or("+00:00", |facts| facts.time_zone.as_str());
            let CellPreview::Bytes { head, .. } = value else { return None };
            crate::domain::results::in_zone(head, column, from, zone)
        });
        let mut pieces = show_preview(value, column, theme.glyphs(), usize::from(span.width));
        if let Some(zoned) = zoned {
            let used: usize = pieces.iter().map(TextPiece::width).sum();
            let text = clip(&format!(" {zoned}"), usize::from(span.width).saturating_sub(used));
            pieces.push(TextPiece { text, kind: TextPieceKind::Placeholder });
        }
        let used: usize = pieces.iter().map(TextPiece::width).sum();
        let pad = match alignment(column) {
            Alignment::Right => span.width.saturating_sub(u16::try_from(used).unwrap_or(span.width)),
            Alignment::Left => 0,
        };
        parts(
            buffer,
            (x + pad, y),
            x + span.width,
            pieces.iter().map(|piece| {
                let style = match piece.kind {
                    _ if is_cursor => theme.cursor(),
                    TextPieceKind::Plain => theme.text(),
                    TextPieceKind::Placeholder
                    | TextPieceKind::Null
                    | TextPieceKind::Empty
                    | TextPieceKind::Binary
                    | TextPieceKind::Cut => theme.dim(),
                };
                (piece.text.as_str(), style)
            }),
        );
    }
}

fn aligned(column: &Column, text: &str, style: Style, (x, y, width): (u16, u16, u16), buffer: &mut Buffer) {
    let pad = match alignment(column) {
        Alignment::Right => width.saturating_sub(u16::try_from(text.cells()).unwrap_or(width)),
        Alignment::Left => 0,
    };
    parts(buffer, (x + pad, y), x + width, [(text, style)]);
}

/// Returns the first parts that fit into so many cells, and at least the first one.
fn fitting(parts: &[String], room: usize) -> String {
    let joined = |count: &usize| parts.get(..*count).unwrap_or_default().join(" · ");
    (1..=parts.len())
        .rev()
        .find(|count| joined(count).cells() <= room)
        .map_or_else(|| joined(&1), |count| joined(&count))
}

/// Describes the cursor's position, or the size of the selection.
fn position(result: &ResultSet) -> String {
    if result.columns.is_none() || result.count() == 0 {
        return String::new();
    }
    if let Some(cells) = result.selected() {
        let (rows, columns) = (cells.rows.end - cells.rows.start, cells.places.end - cells.places.start);
        return format!("{} × {columns} selected", grouped(rows));
    }
    let hidden = result.layout.all() - result.layout.len();
    let hidden = if hidden > 0 { format!(" · {hidden} hidden") } else { String::new() };
    format!("row {} · col {}/{}{hidden}", grouped(result.row + 1), result.place + 1, result.layout.len())
}
