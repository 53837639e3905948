//! Draws the results: labels and types, rows of the window, honest counts on the border.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::action::{Action, AppAction};
use crate::app::ask::Source;
use crate::app::panes::connect::draw_problem;
use crate::app::shared::Shared;
use crate::app::ui::draw::{clip, grouped, panel, parts, printable};
use crate::app::ui::theme::Theme;
use crate::domain::limits::PREVIEW_ROWS;
use crate::domain::port::{End, Limit};
use crate::domain::problem::Kind;
use crate::domain::results::{Column, PieceKind, Side, alignment, shown, type_text};

use super::update::number_width;
use super::{Grid, ResultSet};

/// What the panel needs.
#[derive(Debug)]
pub struct GridView<'a> {
    /// Its state.
    pub grid: &'a Grid,
    /// Time and keys.
    pub shared: &'a Shared,
    /// Colours.
    pub theme: Theme,
    /// Whether it is in focus.
    pub in_focus: bool,
}

impl GridView<'_> {
    /// Draws into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let Some(result) = &self.grid.result else {
            let inside = panel(buffer, area, "Results", "", self.in_focus, self.theme);
            let key = self.shared.key(Action::App(AppAction::Run));
            parts(
                buffer,
                (inside.x + 1, inside.y),
                inside.right(),
                [
                    ("Rows show here. ", self.theme.dim()),
                    (key.as_str(), self.theme.key()),
                    (" runs the statement at the cursor.", self.theme.dim()),
                ],
            );
            return;
        };
        let right = match result.columns.as_ref() {
            Some(_) if self.grid.count() > 0 => {
                format!("row {} · col {}/{}", grouped(self.grid.row + 1), self.grid.column + 1, result.widths.len())
            }
            Some(_) | None => String::new(),
        };
        let title = format!("Results ─ {}", status(result, self.shared));
        let inside = panel(buffer, area, &title, &right, self.in_focus, self.theme);
        if let (Some(problem), true) = (result.problem(), self.grid.count() == 0) {
            draw_problem(problem, inside, buffer, self.theme);
            return;
        }
        if let Some(columns) = &result.columns {
            self.table(result, columns, inside, buffer);
        }
    }

    fn table(&self, result: &ResultSet, columns: &[Column], area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let number = number_width(self.grid.count());
        let mut spans: Vec<(usize, u16, u16)> = Vec::new();
        let mut x = area.x + number + 3;
        for (c, width) in result.widths.iter().enumerate().skip(self.grid.left) {
            if x >= area.right() {
                break;
            }
            let room = (*width).min(area.right() - x);
            spans.push((c, x, room));
            x += room + 3;
        }
        let rule = "─".repeat(usize::from(area.width));
        parts(buffer, (area.x, area.y + 2), area.right().min(area.x + area.width), [(rule.as_str(), theme.dim())]);
        for (c, x, width) in &spans {
            let Some(column) = columns.get(*c) else { continue };
            let here = *c == self.grid.column;
            let style = if here { theme.key() } else { theme.heading() };
            let name = printable(&column.name);
            aligned(column, &clip(&name, usize::from(*width)), style, (*x, area.y, *width), buffer);
            aligned(
                column,
                &clip(&type_text(column), usize::from(*width)),
                theme.dim(),
                (*x, area.y + 1, *width),
                buffer,
            );
            for y in area.y..area.y + 2 {
                parts(buffer, (x - 2, y), area.right(), [("│", theme.dim())]);
            }
            parts(buffer, (x - 2, area.y + 2), area.right(), [("┼", theme.dim())]);
        }
        let hash = format!("{:>1$} ", "#", usize::from(number));
        parts(buffer, (area.x, area.y), area.right(), [(hash.as_str(), theme.dim())]);
        for line in 0..area.height.saturating_sub(3) {
            let row = self.grid.top + u64::from(line);
            if row >= self.grid.count() {
                break;
            }
            self.row(result, columns, row, &spans, (area, area.y + 3 + line), buffer);
        }
    }

    fn row(
        &self,
        result: &ResultSet,
        columns: &[Column],
        row: u64,
        spans: &[(usize, u16, u16)],
        (area, y): (Rect, u16),
        buffer: &mut Buffer,
    ) {
        let theme = self.theme;
        let number = usize::from(number_width(self.grid.count()));
        let is_here = row == self.grid.row;
        if is_here {
            buffer.set_style(Rect { y, height: 1, ..area }.intersection(buffer.area), theme.selected());
        }
        let label = format!("{:>number$} ", row + 1);
        parts(buffer, (area.x, y), area.right(), [(label.as_str(), if is_here { theme.key() } else { theme.dim() })]);
        for (c, x, width) in spans {
            parts(buffer, (x - 2, y), area.right(), [("│", theme.dim())]);
            let Some(column) = columns.get(*c) else { continue };
            let Some(value) = result.window.as_ref().and_then(|window| window.cell(row, *c)) else {
                parts(buffer, (*x, y), x + width, [("~", theme.dim())]);
                continue;
            };
            let pieces = shown(value, column, theme.glyphs(), usize::from(*width));
            let used: usize = pieces.iter().map(crate::domain::results::Piece::width).sum();
            let pad = match alignment(column) {
                Side::Right => width.saturating_sub(u16::try_from(used).unwrap_or(*width)),
                Side::Left => 0,
            };
            let is_cell = is_here && *c == self.grid.column;
            if is_cell && self.in_focus {
                buffer.set_style(Rect::new(*x, y, *width, 1).intersection(buffer.area), theme.cursor());
            }
            parts(
                buffer,
                (x + pad, y),
                x + width,
                pieces.iter().map(|piece| {
                    let style = match piece.kind {
                        _ if is_cell && self.in_focus => theme.cursor(),
                        PieceKind::Plain => theme.text(),
                        PieceKind::StandIn
                        | PieceKind::Null
                        | PieceKind::Empty
                        | PieceKind::Binary
                        | PieceKind::Cut => theme.dim(),
                    };
                    (piece.text.as_str(), style)
                }),
            );
        }
    }
}

fn aligned(column: &Column, text: &str, style: Style, (x, y, width): (u16, u16, u16), buffer: &mut Buffer) {
    let pad = match alignment(column) {
        Side::Right => width.saturating_sub(u16::try_from(text.width()).unwrap_or(width)),
        Side::Left => 0,
    };
    parts(buffer, (x + pad, y), x + width, [(text, style)]);
}

/// What the border says of a result: counts that are honest about how it ended.
fn status(result: &ResultSet, shared: &Shared) -> String {
    let rows = result.progress.rows;
    let unit = if rows == 1 { "row" } else { "rows" };
    let mut words = match &result.progress.end {
        None if result.columns.is_none() => "waiting for the first row".to_owned(),
        None => format!("{} {unit} so far", grouped(rows)),
        // A preview's LIMIT is ours, not the user's: it is never hidden.
        Some(End::Complete) if result.from == Source::Preview && rows >= PREVIEW_ROWS => {
            format!("first {} {unit} (LIMIT {PREVIEW_ROWS})", grouped(rows))
        }
        Some(End::Complete) if rows == 0 => "no rows".to_owned(),
        Some(End::Complete) => format!("all {} {unit}", grouped(rows)),
        Some(End::Limit(Limit::Rows(_))) => format!("{} {unit}, cut at the row limit", grouped(rows)),
        Some(End::Limit(Limit::Bytes(limit))) => format!("{} {unit}, cut at {} bytes", grouped(rows), grouped(*limit)),
        Some(End::Limit(Limit::FirstRow(seconds))) => format!("stopped: no row within {seconds} s"),
        Some(End::Limit(Limit::Fetch(seconds))) => {
            format!("{} {unit}, cut: not fetched within {seconds} s", grouped(rows))
        }
        Some(End::Limit(Limit::Memory(_))) => format!("{} {unit}, cut: the profile forbids a spill", grouped(rows)),
        Some(End::Cancelled) => format!("{} {unit}, stopped by you", grouped(rows)),
        Some(End::Broken(problem)) if problem.kind == Kind::Lost => {
            format!("{} {unit}, then it broke: not known to have finished", grouped(rows))
        }
        Some(End::Broken(_)) if rows == 0 => "failed".to_owned(),
        Some(End::Broken(_)) => format!("{} {unit}, then it failed", grouped(rows)),
    };
    match result.warnings.0 {
        0 => {}
        1 => words.push_str(" · 1 warning"),
        n => words = format!("{words} · {n} warnings"),
    }
    let took = match result.took {
        Some((Some(first), total)) if time(first) != time(total) => {
            format!("{} to first · {}", time(first), time(total))
        }
        Some((_, total)) => time(total),
        None => time(shared.now.saturating_sub(result.since)),
    };
    format!("{words} · {took}")
}

/// A time in few cells.
fn time(time: std::time::Duration) -> String {
    if time.as_secs() >= 60 {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    } else if time.as_secs() >= 1 {
        format!("{:.2} s", time.as_secs_f64())
    } else {
        format!("{} ms", time.as_millis())
    }
}
