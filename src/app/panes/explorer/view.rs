//! Draws the explorer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::action::{Action, AppAction};
use crate::app::context::{ConnectionState, Context};
use crate::app::ui::draw::{clip, clip_middle, panel, parts, wrap};
use crate::app::ui::line::visible_line;
use crate::app::ui::theme::Theme;
use crate::domain::catalog::{Catalog, KeyRole, TableKind};
use crate::domain::quantity::{counted, grouped};
use crate::domain::screen_width::ScreenWidth as _;
use crate::domain::text::visible;

use super::{Explorer, ExplorerAction, ExplorerLine, ExplorerNode, FilterAction};

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
        let count = self.count(usize::from(area.width));
        let inside = panel(buffer, area, "Explorer", &count, self.in_focus, self.theme);
        if inside.is_empty() {
            return;
        }
        self.filter_line(inside, buffer);
        let Some(catalog) = &self.context.catalog else {
            let key = |action| self.context.key(Action::App(action));
            let text = match (&self.context.link, self.context.catalog_loads_since) {
                (ConnectionState::Connected(_) | ConnectionState::Connecting(_), Some(_)) => {
                    "Loading the catalog …".to_owned()
                }
                (ConnectionState::Connected(_) | ConnectionState::Connecting(_), None) => {
                    format!("The catalog is not loaded. {} loads it.", key(AppAction::Refresh))
                }
                (
                    ConnectionState::None
                    | ConnectionState::Waiting { .. }
                    | ConnectionState::Reconnecting { .. }
                    | ConnectionState::Lost,
                    _,
                ) => format!("Not connected. {} reconnects.", key(AppAction::Reconnect)),
            };
            self.sentence(&text, inside, buffer);
            return;
        };
        if self.explorer.lines.is_empty() {
            let text = match self.explorer.filter.text() {
                "" => format!(
                    "No tables. {} shows system schemas.",
                    self.context.key(Action::Explorer(ExplorerAction::System))
                ),
                _ => {
                    format!("No matches. {} clears the filter.", self.context.key(Action::Filter(FilterAction::Clear)))
                }
            };
            self.sentence(&text, inside, buffer);
        }
        let rows = usize::from(inside.height.saturating_sub(1));
        for (row, line) in self.explorer.lines.iter().enumerate().skip(self.explorer.list.top).take(rows) {
            let y = inside.y + 1 + u16::try_from(row - self.explorer.list.top).unwrap_or(0);
            self.line(catalog, *line, row == self.explorer.list.cursor, Rect { y, height: 1, ..inside }, buffer);
        }
    }

    /// Returns what the tree has, as far as it fits into the border: tables and databases, or the tables that the filter shows.
    fn count(&self, width: usize) -> String {
        if let Some(load) = self.context.catalog_load() {
            return format!("loading, {} s", load.as_secs());
        }
        let Some(catalog) = &self.context.catalog else { return String::new() };
        let shown = catalog.schemas.iter().filter(|schema| self.explorer.shows_system || !schema.is_system);
        let (databases, tables) =
            shown.fold((0, 0), |(count, tables), schema| (count + 1, tables + schema.tables.len()));
        if tables == 0 {
            return String::new();
        }
        let all = counted(tables as u64, "table");
        let texts = if self.explorer.hits.is_some() {
            let is_table = |line: &&ExplorerLine| matches!(line.node, ExplorerNode::Table(..));
            let matching = grouped(self.explorer.lines.iter().filter(is_table).count() as u64);
            [format!("{matching} of {all}"), format!("{matching} of {}", grouped(tables as u64))]
        } else {
            [format!("{all} in {}", counted(databases, "database")), all]
        };
        let [_, last] = &texts;
        texts.iter().find(|text| text.cells() + AROUND_COUNT <= width).unwrap_or(last).clone()
    }

    /// Draws a sentence below the filter.
    fn sentence(&self, text: &str, inside: Rect, buffer: &mut Buffer) {
        let lines = wrap(text, usize::from(inside.width.saturating_sub(2)));
        for (line, y) in lines.iter().zip(inside.y + 1..inside.bottom()) {
            parts(buffer, (inside.x + 1, y), inside.right(), [(line.trim_end(), self.theme.dim())]);
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
        let Some(label) = self.label(catalog, line.node) else { return };
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
        let (name, right) = label.fit(room);
        let style = label.style;
        let end = parts(
            buffer,
            (area.x, area.y),
            area.right(),
            [(indent.as_str(), shade(theme.dim())), (fold, shade(theme.dim())), (name.as_str(), shade(style))],
        );
        let x = area.right().saturating_sub(u16::try_from(right.cells()).unwrap_or(0) + 1);
        if x > end {
            parts(buffer, (x, area.y), area.right(), [(right.as_str(), shade(theme.dim()))]);
        }
    }

    fn label(&self, catalog: &Catalog, node: ExplorerNode) -> Option<LineLabel> {
        let theme = self.theme;
        let plain = |name: String, style: Style, detail: String| LineLabel { name, style, marks: "", detail };
        Some(match node {
            ExplorerNode::Schema(s) => {
                let schema = catalog.schemas.get(s)?;
                let is_current = self.context.database.as_deref() == Some(schema.name.as_str());
                let right = if is_current { "current".into() } else { String::new() };
                plain(visible(&schema.name).into_owned(), theme.heading(), right)
            }
            ExplorerNode::Tables(s) => plain("Tables".into(), theme.text(), count(catalog, s, TableKind::Base)),
            ExplorerNode::Views(s) => plain("Views".into(), theme.text(), count(catalog, s, TableKind::View)),
            ExplorerNode::Routines(s) => {
                plain("Routines".into(), theme.text(), catalog.schemas.get(s)?.routines.len().to_string())
            }
            ExplorerNode::Table(s, t) => {
                let schema = catalog.schemas.get(s)?;
                let table = schema.tables.get(t)?;
                let marks = if self.context.page(&schema.name, &table.name).is_some() { "¶ " } else { "" };
                let rows = table.rows.map_or_else(String::new, |rows| format!("~{}", short(rows)));
                let name = visible(&table.name).into_owned();
                LineLabel { name, style: theme.name(), marks, detail: format!("{rows:>7}") }
            }
            ExplorerNode::Column(s, t, c) => {
                let column = catalog.schemas.get(s)?.tables.get(t)?.columns.get(c)?;
                let marks = match column.key {
                    KeyRole::Primary => "PK ",
                    KeyRole::Foreign => "FK ",
                    KeyRole::Unique => "UQ ",
                    KeyRole::Indexed => "ix ",
                    KeyRole::None => "",
                };
                let (name, detail) = (visible(&column.name).into_owned(), visible(&column.type_text).into_owned());
                LineLabel { name, style: theme.text(), marks, detail }
            }
            ExplorerNode::Routine(s, r) => {
                let routine = catalog.schemas.get(s)?.routines.get(r)?;
                plain(visible(&routine.name).into_owned(), theme.text(), routine.kind.to_lowercase())
            }
        })
    }
}

/// Cells of the border with the title of the panel.
const AROUND_COUNT: usize = 16;

/// The texts of a line.
struct LineLabel {
    name: String,
    style: Style,
    /// Marks that are never left out, such as that of a documented table.
    marks: &'static str,
    /// A text at the right that is cut first.
    detail: String,
}

impl LineLabel {
    /// Returns the name and the text at the right, as far as they fit. The detail is cut first, then the name in its middle.
    fn fit(&self, room: usize) -> (String, String) {
        let marks = self.marks.trim_end();
        let around = if marks.is_empty() { 0 } else { marks.cells() + 2 };
        let name = clip_middle(&self.name, room.saturating_sub(around));
        let left = room.saturating_sub(name.cells() + 2);
        let whole = format!("{}{}", self.marks, self.detail);
        let close = format!("{}{}", self.marks, self.detail.trim_start());
        let is_number = self.detail.trim_start().starts_with('~');
        let right = if whole.cells() <= left {
            whole
        } else if close.cells() <= left || !is_number {
            let cut = clip(&close, left);
            // Less than a letter of the detail is no help.
            if cut.cells() <= self.marks.cells() + 1 && cut != close { marks.to_owned() } else { cut }
        } else {
            marks.to_owned()
        };
        (name, right)
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
