//! Draws the inspector.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::context::Context;
use crate::app::ui::draw::{panel, parts};
use crate::app::ui::theme::Theme;
use crate::domain::docs::{DocPack, DocPage, page_named};
use crate::domain::quantity::{counted, grouped};
use crate::domain::results::type_text;
use crate::domain::text::visible;

use super::{Inspector, InspectorAction, InspectorContent, LineStyle, chart_view};

/// Draws the inspector.
#[derive(Debug)]
pub struct InspectorView<'a> {
    pub inspector: &'a Inspector,
    pub context: &'a Context,
    pub theme: Theme,
    pub in_focus: bool,
}

impl InspectorView<'_> {
    fn pack_title(&self, page: Option<&DocPage>) -> Option<String> {
        let has_page =
            |pack: &&DocPack| pack.pages.iter().any(|other| page.is_some_and(|page| std::ptr::eq(page, other)));
        self.context.docs.iter().find(has_page).map(|pack| pack.title.clone())
    }

    /// Draws it into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let (title, mut right) = match &self.inspector.content {
            InspectorContent::Nothing => ("Inspector".to_owned(), String::new()),
            InspectorContent::Table { schema, table } => {
                let pack = self.pack_title(self.context.page(schema, table));
                (format!("Docs ─ {table}"), pack.unwrap_or_else(|| schema.clone()))
            }
            InspectorContent::Page { object } => {
                let pack = self.pack_title(page_named(&self.context.docs, object));
                (format!("Docs ─ {object}"), pack.unwrap_or_default())
            }
            InspectorContent::Row { row, .. } => (format!("Row {}", grouped(row + 1)), String::new()),
            InspectorContent::Value { column, row, .. } => {
                (format!("{} ─ row {}", visible(&column.name), grouped(row + 1)), type_text(column))
            }
            InspectorContent::Profile { column, .. } => {
                (format!("Column {}", visible(&column.name)), type_text(column))
            }
            InspectorContent::Chart { columns, series, .. } => {
                (series.title(&visible(&columns.0.name), &visible(&columns.1.name)), String::new())
            }
            InspectorContent::Plan(plan) => {
                let key = self.context.key(Action::Inspector(InspectorAction::Format));
                (format!("Plan ─ {}", plan.form.name()), format!("{key} {}", plan.form.next().name()))
            }
            InspectorContent::Comparison(_) => ("Comparison".into(), String::new()),
            InspectorContent::Warnings(count, _) => ("Warnings".into(), grouped(u64::from(*count))),
            InspectorContent::Problem(_) => ("Problem".into(), String::new()),
        };
        if self.inspector.is_field_of_row() {
            right = format!("{} row", self.context.key(Action::Inspector(InspectorAction::Back)));
        }
        if let Some((at, of)) = self.inspector.matches {
            right = format!("match {} of {}", grouped(at as u64), grouped(of as u64));
        }
        if self.inspector.is_pinned {
            right = "kept".into();
        }
        let inside = panel(buffer, area, &title, &right, self.in_focus, theme);
        let rows = usize::from(inside.height);
        let cursor = self.inspector.cursor_lines();
        for (row, line) in self.inspector.lines.iter().skip(self.inspector.top).take(rows).enumerate() {
            let y = inside.y + u16::try_from(row).unwrap_or(0);
            let number = self.inspector.top + row;
            let is_here = cursor.as_ref().is_some_and(|lines| lines.contains(&number));
            let is_found = self.inspector.found == Some(number) || is_here && self.in_focus;
            let styled = line.0.iter().map(|(text, style)| {
                let style = match style {
                    _ if is_found => theme.cursor(),
                    LineStyle::Heading => theme.heading(),
                    LineStyle::Plain => theme.text(),
                    LineStyle::Name => theme.name(),
                    LineStyle::Dim => theme.dim(),
                    LineStyle::Code => theme.good(),
                    LineStyle::Warning => theme.warning(),
                };
                (text.as_str(), style)
            });
            parts(buffer, (inside.x + 1, y), inside.right(), styled);
        }
        if let InspectorContent::Chart { series, .. } = &self.inspector.content
            && series.x_scale.is_some()
        {
            // Only a chart that would be too low covers the text above it.
            let head = u16::try_from(self.inspector.lines.len()).unwrap_or(2).min(inside.height.saturating_sub(4));
            let chart = Rect { y: inside.y + head, height: inside.height - head, ..inside };
            if !chart_view::draw(series, chart, buffer, theme) {
                let text = "No row has both values.";
                parts(buffer, (chart.x + 1, chart.y), chart.right(), [(text, theme.dim())]);
            }
        }
        let below = self.inspector.lines.len().saturating_sub(self.inspector.top + rows);
        if below > 0 && area.height > 2 {
            let example = if self.inspector.has_example(self.context) {
                format!(" {} example ", self.context.key(Action::Inspector(InspectorAction::Example)))
            } else {
                String::new()
            };
            let more = format!(" {} ", counted(below as u64, "more line"));
            let y = area.bottom().saturating_sub(1);
            parts(
                buffer,
                (area.x + 2, y),
                area.right().saturating_sub(1),
                [(more.as_str(), theme.dim()), (example.as_str(), theme.dim())],
            );
        }
    }
}
