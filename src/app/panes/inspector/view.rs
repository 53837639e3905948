//! Draws the inspector.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::shared::Shared;
use crate::app::ui::draw::{panel, parts};
use crate::app::ui::theme::Theme;

use super::{Inspector, InspectorAction, Shows, Tone};

/// What the panel needs.
#[derive(Debug)]
pub struct InspectorView<'a> {
    /// Its state.
    pub inspector: &'a Inspector,
    /// Docs and keys.
    pub shared: &'a Shared,
    /// Colours.
    pub theme: Theme,
    /// Whether it is in focus.
    pub in_focus: bool,
}

impl InspectorView<'_> {
    /// Draws into an area.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let theme = self.theme;
        let (title, mut right) = match &self.inspector.shows {
            Shows::Nothing => ("Inspector".to_owned(), String::new()),
            Shows::Table { schema, table } => {
                let page = self.shared.page(schema, table);
                let pack = self.shared.docs.iter().find(|pack| pack.pages.iter().any(|own| Some(own) == page));
                (format!("Docs ─ {table}"), pack.map_or_else(|| schema.clone(), |pack| pack.title.clone()))
            }
            Shows::Row { row, .. } => (format!("Row {}", row + 1), String::new()),
            Shows::Value { name, row, .. } => (format!("{name} ─ row {}", row + 1), String::new()),
            Shows::Warnings(warnings) => ("Warnings".into(), warnings.len().to_string()),
            Shows::Problem(_) => ("Problem".into(), String::new()),
        };
        if self.inspector.is_pinned {
            right = "kept".into();
        }
        let inside = panel(buffer, area, &title, &right, self.in_focus, theme);
        let rows = usize::from(inside.height);
        for (row, line) in self.inspector.lines.iter().skip(self.inspector.top).take(rows).enumerate() {
            let y = inside.y + u16::try_from(row).unwrap_or(0);
            let styled = line.0.iter().map(|(text, tone)| {
                let style = match tone {
                    Tone::Heading => theme.heading(),
                    Tone::Plain => theme.text(),
                    Tone::Name => theme.name(),
                    Tone::Dim => theme.dim(),
                    Tone::Code => theme.good(),
                    Tone::Warning => theme.warning(),
                };
                (text.as_str(), style)
            });
            parts(buffer, (inside.x + 1, y), inside.right(), styled);
        }
        let below = self.inspector.lines.len().saturating_sub(self.inspector.top + rows);
        if below > 0 && area.height > 2 {
            let example = if self.inspector.has_example(self.shared) {
                format!(" {} example ", self.shared.key(Action::Inspector(InspectorAction::Example)))
            } else {
                String::new()
            };
            let more = format!(" {below} more lines ");
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
