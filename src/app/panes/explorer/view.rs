//! Draws the explorer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::action::Action;
use crate::app::context::{ConnectionState, Context};
use crate::app::ui::draw::{clip, panel, parts};
use crate::app::ui::line::visible_line;
use crate::app::ui::theme::Theme;
use crate::domain::catalog::{Catalog, KeyRole, TableKind};
use crate::domain::quantity::{counted, grouped};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::{Explorer, ExplorerAction, ExplorerLine, ExplorerNode};

/// Draws the explorer.
#[derive(Debug)]
pub struct ExplorerView<'a> {
    pub explorer: &'a Explorer,
    pub context: &'a Context,
    pub theme: Theme,
    pub in_focus: bool,
}

impl ExplorerView<'_> {
    /// Draws it into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let tables: usize = self.context.catalog.as_ref().map_or(0, |catalog| {
            catalog.schemas.iter().filter(|schema| !schema.is_system).map(|schema| schema.tables.len()).sum()
        });
        let count = if tables > 0 { counted(tables as u64, "table") } else { String::new() };
        let inside = panel(buffer, area, "Explorer", &count, self.in_focus, self.theme);
        if inside.is_empty() {
            return;
        }
        self.filter_line(inside, buffer);
        let Some(catalog) = &self.context.catalog else {
            let text = match self.context.link {
                ConnectionState::Connected(_) | ConnectionState::Connecting(_) => "Loading the catalog …",
                ConnectionState::None
                | ConnectionState::Waiting { .. }
                | ConnectionState::Reconnecting { .. }
                | ConnectionState::Lost => "Not connected.",
            };
            parts(buffer, (inside.x + 1, inside.y + 1), inside.right(), [(text, self.theme.dim())]);
            return;
        };
        if self.explorer.lines.is_empty() {
            parts(buffer, (inside.x + 1, inside.y + 1), inside.right(), [("No matches.", self.theme.dim())]);
        }
        let rows = usize::from(inside.height.saturating_sub(1));
        for (row, line) in self.explorer.lines.iter().enumerate().skip(self.explorer.list.top).take(rows) {
            let y = inside.y + 1 + u16::try_from(row - self.explorer.list.top).unwrap_or(0);
            self.line(catalog, *line, row == self.explorer.list.cursor, Rect { y, height: 1, ..inside }, buffer);
        }
    }

    fn filter_line(&self, area: Rect, buffer: &mut Buffer) {
        let key = self.context.key(Action::Explorer(ExplorerAction::Filter));
        let is_empty = self.explorer.filter.text().is_empty();
        let (text, cursor) = match (is_empty, self.explorer.is_typing) {
            (true, false) => (("filter", ""), ""),
            (_, true) => (self.explorer.filter.parts(), "▏"),
            (false, false) => ((self.explorer.filter.text(), ""), ""),
        };
        let style = if is_empty { self.theme.dim() } else { self.theme.text() };
        let line = visible_line(text, usize::from(area.width).saturating_sub(key.cells() + 3));
        let texts = [
            (" ", style),
            (key.as_str(), self.theme.key()),
            (" ", style),
            (line.before_cursor.as_str(), style),
            (cursor, self.theme.key()),
            (line.after_cursor.as_str(), style),
        ];
        parts(buffer, (area.x, area.y), area.right(), texts);
    }

    fn line(&self, catalog: &Catalog, line: ExplorerLine, is_here: bool, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let Some((name, style, right)) = self.label(catalog, line.node) else { return };
        let starts_open = matches!(line.node, ExplorerNode::Tables(_));
        let fold = match line.node {
            ExplorerNode::Column(..) | ExplorerNode::Routine(..) => "  ",
            node if self.explorer.open.contains(&node) != starts_open => "▾ ",
            _ => "▸ ",
        };
        let indent = " ".repeat(line.depth * 2 + 1);
        if is_here {
            let style = if self.in_focus { theme.cursor() } else { theme.selected() };
            buffer.set_style(area, style);
        }
        // The cursor's line has one style, because reversed colours are hard to read.
        let shade = |style: Style| if is_here && self.in_focus { theme.cursor() } else { style };
        let room = usize::from(area.width).saturating_sub(indent.len() + 2);
        let right = clip(&right, room.saturating_sub(name.cells() + 2));
        let end = parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [
                (indent.as_str(), shade(theme.dim())),
                (fold, shade(theme.dim())),
                (clip(&name, room).as_str(), shade(style)),
            ],
        );
        let x = area.right().saturating_sub(u16::try_from(right.cells()).unwrap_or(0) + 1);
        if x > end {
            parts(buffer, (x, area.y), area.right(), [(right.as_str(), shade(theme.dim()))]);
        }
    }

    fn label(&self, catalog: &Catalog, node: ExplorerNode) -> Option<(String, Style, String)> {
        let theme = self.theme;
        Some(match node {
            ExplorerNode::Schema(s) => {
                let schema = catalog.schemas.get(s)?;
                let is_current = self.context.database.as_deref() == Some(schema.name.as_str());
                let right = if is_current { "current".into() } else { String::new() };
                (visible(&schema.name).into_owned(), theme.heading(), right)
            }
            ExplorerNode::Tables(s) => ("Tables".into(), theme.text(), count(catalog, s, TableKind::Base)),
            ExplorerNode::Views(s) => ("Views".into(), theme.text(), count(catalog, s, TableKind::View)),
            ExplorerNode::Routines(s) => {
                ("Routines".into(), theme.text(), catalog.schemas.get(s)?.routines.len().to_string())
            }
            ExplorerNode::Table(s, t) => {
                let schema = catalog.schemas.get(s)?;
                let table = schema.tables.get(t)?;
                let page = if self.context.page(&schema.name, &table.name).is_some() { "¶ " } else { "" };
                let rows = table.rows.map_or_else(String::new, |rows| format!("~{}", short(rows)));
                (visible(&table.name).into_owned(), theme.name(), format!("{page}{rows:>7}"))
            }
            ExplorerNode::Column(s, t, c) => {
                let column = catalog.schemas.get(s)?.tables.get(t)?.columns.get(c)?;
                let key = match column.key {
                    KeyRole::Primary => "PK ",
                    KeyRole::Foreign => "FK ",
                    KeyRole::Unique => "UQ ",
                    KeyRole::Indexed => "ix ",
                    KeyRole::None => "",
                };
                (visible(&column.name).into_owned(), theme.text(), format!("{key}{}", visible(&column.type_text)))
            }
            ExplorerNode::Routine(s, r) => {
                let routine = catalog.schemas.get(s)?.routines.get(r)?;
                (visible(&routine.name).into_owned(), theme.text(), routine.kind.to_lowercase())
            }
        })
    }
}

fn count(catalog: &Catalog, s: usize, kind: TableKind) -> String {
    let tables = catalog.schemas.get(s).map_or(&[][..], |schema| &schema.tables);
    tables.iter().filter(|table| table.kind == kind).count().to_string()
}

/// Returns an estimated count in few cells.
fn short(rows: u64) -> String {
    match rows {
        0..=99_999 => grouped(rows),
        100_000..=999_999 => format!("{} k", rows / 1_000),
        _ => format!("{:.1} M", rows as f64 / 1e6),
    }
}
